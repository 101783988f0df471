"""What a command works with: the connection, opened when first used, and the bill of its calls."""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any

import click

from dyntui.cli.command import given, read_only_given
from dyntui.cli.exits import PARTIAL, REFUSED, Failure, OperationError, UnitsStoppedError, say
from dyntui.cli.looks import environment
from dyntui.core.connection.bill import Bill
from dyntui.core.connection.choices import data_folder, is_data_folder
from dyntui.core.connection.connect import Connection, Remote, connect
from dyntui.core.connection.listed_tables import denied_text, descriptions
from dyntui.core.connection.meant_table import table_hint
from dyntui.core.connection.place_text import account_of, place_text
from dyntui.core.connection.put_many import batch_for, put_many
from dyntui.core.connection.told_waits import ToldWaits
from dyntui.core.connection.units_limit import UnitsLimitReached
from dyntui.core.tables.schema import TableInfo
from dyntui.core.text.amounts import items_written
from engine.client.paging import answers
from engine.client.protocol import Context, Json
from engine.errors import ApiError

if TYPE_CHECKING:
    from engine.client.protocol import Client, LoadProgress

_READY_POLL_S = 0.2
_READING = frozenset({"GetItem", "BatchGetItem", "TransactGetItems", "Query", "Scan"})
_WRITING = frozenset(
    {"PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems"}
)


class Workspace:
    """The connection that the global options choose, and calls through it."""

    def __init__(self, context: click.Context, retries: int | None = None) -> None:
        """`retries` is how often throttled requests are tried again, whatever the options say."""
        self._context = context
        self._retries = given(context, "retries") if retries is None else retries
        self._bills: dict[tuple[str, str], Bill] = {}
        self._charging = threading.Lock()

    @property
    def verbose(self) -> bool:
        """Whether the person wants to know what requests cost."""
        return bool(given(self._context, "verbose"))

    @property
    def is_watched(self) -> bool:
        """Whether a person types and sees what comes, and no script or pipe does."""
        return sys.stdin.isatty() and sys.stdout.isatty()

    def folder_exists(self) -> bool:
        """Whether the data folder is there, so that opening it makes nothing."""
        sample = bool(given(self._context, "sample"))
        folder = given(self._context, "data_dir")
        known = environment(self._context)
        return is_data_folder(data_folder(folder, sample=sample, environment=known))

    @cached_property
    def connection(self) -> Connection:
        """The connection; raises `ConnectError`, `FolderError` or `ConnectionFailed`."""
        sample = bool(given(self._context, "sample"))
        _raise_interrupts()
        remote = self._remote()
        connection = connect(
            given(self._context, "data_dir"),
            given(self._context, "region"),
            sample=sample,
            remote=remote,
            wording=given(self._context, "wording"),
            throttling=given(self._context, "throttling"),
            retries=self._retries,
            environment=environment(self._context, remote=remote is not None),
            read_only=read_only_given(self._context),
            units_max=given(self._context, "units_max"),
        )
        connection.on_wait = ToldWaits(say)
        self._context.call_on_close(connection.close)
        if connection.created:
            say(f"dyntui: made the data folder {connection.data_dir}")
        if sample and connection.created:
            from dyntui.cli.sample import load_samples

            load_samples(connection)
        return connection

    @property
    def client(self) -> Client:
        """What answers: the present, or the past that `--at` asks for.

        Raises `UsageError` for what is no time, `ConnectError` on a remote, and `Failure` where the
        time has not come yet.
        """
        text = given(self._context, "at")
        return self.connection.client if text is None else self._past

    @cached_property
    def _past(self) -> Client:
        text = given(self._context, "at")
        try:
            past = self.connection.tools.at(self.moment("--at", text))
        except ApiError as error:
            raise Failure(error.message, REFUSED) from error
        self._context.call_on_close(past.close)
        return past

    def moment(self, option: str, text: str) -> float:
        """The time that an option gives, in seconds since the epoch; raises `UsageError`."""
        from dyntui.core.text.moments import MomentError, moment
        from engine.clock import SYSTEM_CLOCK

        try:
            return moment(text, SYSTEM_CLOCK.now_us() / 1_000_000)
        except MomentError as error:
            raise click.UsageError(f"{option}: {error}", self._context) from None

    @property
    def is_remote(self) -> bool:
        """Whether a remote answers, and not a data folder."""
        return self._remote() is not None

    def _remote(self) -> Remote | None:
        """The remote that is asked for; a profile alone asks for none, but says whose one is."""
        endpoint_url = given(self._context, "endpoint_url")
        if endpoint_url is None and not given(self._context, "remote"):
            return None
        return Remote(endpoint_url, given(self._context, "profile"))

    def limit_rates(self, max_rcu: float | None, max_wcu: float | None = None) -> None:
        """Have all calls from now on keep to so many units a second."""
        if max_rcu is None and max_wcu is None:
            return
        from dyntui.core.connection.rate_limit import RateLimit, RateLimitedClient

        connection = self.connection
        connection.client = RateLimitedClient(
            connection.client,
            reads=None if max_rcu is None else RateLimit(max_rcu),
            writes=None if max_wcu is None else RateLimit(max_wcu),
        )

    def call(
        self,
        operation: str,
        request: Json,
        cancelled: Callable[[], bool] | None = None,
        *,
        origin: str = "script",
    ) -> Json:
        """Answer one request; raises `OperationError`."""
        metered = self.verbose and _is_metered(operation, request)
        if metered:
            request = request | {"ReturnConsumedCapacity": "INDEXES"}
        try:
            response = self.client.call(
                operation, request, Context(origin=origin, cancelled=cancelled)
            )
        except UnitsLimitReached as error:
            raise UnitsStoppedError(operation, error) from error
        except ApiError as error:
            table = request.get("TableName", "")
            raise OperationError(operation, error, hint=self.hint(error, table)) from error
        if metered:
            self._charge(operation, response.pop("ConsumedCapacity", ()))
        return response

    def table_names(self) -> Iterator[str]:
        """The names of all tables, in their order."""
        for answer in answers(self.call, "ListTables", {}):
            yield from answer["TableNames"]

    def table(self, name: str) -> TableInfo:
        """A table's schema; raises `OperationError`."""
        response = self.call("DescribeTable", {"TableName": name})
        return TableInfo.from_description(response["Table"])

    def tables(self) -> Iterator[TableInfo]:
        """All tables, in the order of their names, but for those of which it says that they may
        not be seen; raises `OperationError`."""
        denied: list[str] = []
        try:
            for described in descriptions(self.client.call, self.table_names(), denied.append):
                yield TableInfo.from_description(described)
        except ApiError as error:
            raise OperationError("DescribeTable", error, hint=self.hint(error)) from error
        if denied:
            say(denied_text(denied))

    def ready_table(self, name: str) -> TableInfo:
        """A table's schema once nothing of it changes any more; raises `OperationError`."""
        info = self.table(name)
        if info.changing:
            say(f"waiting until {name} is ACTIVE")
        while info.changing:
            time.sleep(_READY_POLL_S)
            info = self.table(name)
        return info

    def load_items(self, table: str, items: Iterable[Json], *, max_wcu: float | None = None) -> int:
        """Put many items; gives how many were written, raises `OperationError`.

        With `max_wcu`, or a limit of units, they are put by requests, on a folder too.
        Where `items` raises a `UsageError` midway, that becomes a `Failure` if some were written.
        """
        written = 0

        def progress(step: LoadProgress) -> None:
            nonlocal written
            written = step.items_written

        try:
            self.limit_rates(None, max_wcu)
            tools = self.connection.local_tools
            limited = max_wcu is not None or self.connection.units_limit.units_max is not None
            if tools is None or limited:
                client = self.connection.client
                batch = batch_for(max_wcu)
                return put_many(client, table, items, progress, batch_items=batch)
            return tools.load_items(table, items, on_progress=progress)
        except KeyboardInterrupt:
            if written:
                say(f"before that, {items_written(written)}")
            raise
        except ApiError as error:
            done = items_written(written) if written else ""
            raise OperationError("PutItem", error, done=done, hint=self.hint(error)) from error
        except click.UsageError as error:
            if not written:
                raise
            raise Failure(
                f"{error.message}; before that, {items_written(written)}", PARTIAL
            ) from error

    def say_costs(self) -> None:
        """Tell on stderr what the calls consumed, if the person wants to know."""
        for (operation, table), bill in self._bills.items():
            unit = "RCU" if operation in _READING else "WCU" if operation in _WRITING else "units"
            say(f"{operation} {table}: {bill.text(unit)}")

    def confirm(self, question: str, *, yes: bool, typed: str | None = None) -> None:
        """Ask before something is lost; a no raises `Failure`, nobody there `UsageError`.

        On a remote, the yes to what `typed` names is that name, typed out.
        """
        if yes:
            return
        if not sys.stdin.isatty():
            raise click.UsageError(
                f"{question} Nobody is there to answer: give --yes", self._context
            )
        with _killed_by_interrupts():
            if typed is not None and self.is_remote:
                prompt = f"{question} This is {self._place()}. Type {typed} to go on"
                answer = click.prompt(prompt, default="", show_default=False, err=True) == typed
            else:
                answer = click.confirm(question, err=True)
        if not answer:
            raise Failure("nothing was changed")

    def _place(self) -> str:
        """The server's address, or which account of the service's it is."""
        remote = self.connection.remote
        if remote is None or not remote.is_service:
            return self.connection.place
        return place_text(self.connection, account_of(remote, self.connection.client))

    def hint(self, error: ApiError, table: str = "") -> str:
        """A further line about an error of a request that named a table; may be empty."""
        return table_hint(self.connection, error, (table,))

    def _charge(self, operation: str, consumed: Any) -> None:
        with self._charging:
            for one in [consumed] if isinstance(consumed, dict) else consumed:
                self._bills.setdefault((operation, one["TableName"]), Bill()).add(one)


def _raise_interrupts() -> None:
    """From here on an interrupt is an exception, so that what was done can still be said."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_DFL:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@contextmanager
def _killed_by_interrupts() -> Iterator[None]:
    """Here an interrupt ends the process at once.

    Raised between the output of a question and the wait for its answer, it would be noticed only
    after an answer: nothing in between looks for it.
    """
    handler = signal.getsignal(signal.SIGINT)
    if handler is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, handler)


def _is_metered(operation: str, request: Json) -> bool:
    """Whether an operation tells its cost, and the request leaves to us whether it does."""
    from engine.model.service import model_of

    members = model_of(operation).input_shape(operation).members
    return "ReturnConsumedCapacity" in members and "ReturnConsumedCapacity" not in request


def workspace(context: click.Context, retries: int | None = None) -> Workspace:
    """The workspace of a command; its costs are told when the command ends."""
    made = Workspace(context, retries)
    context.call_on_close(made.say_costs)
    return made
