"""The state of the prompt: settings, parameters, the last result, and how statements are run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any, Literal

from dyntui.core.connection.connect import Connection
from dyntui.core.connection.giving_up import ends_with
from dyntui.core.connection.pages import StatementCaller
from dyntui.core.connection.told_waits import ToldWaits
from dyntui.core.connection.units_limit import begin_action
from dyntui.core.statements.completion import StatementNames
from dyntui.core.statements.runner import Rows, StatementRunner
from dyntui.core.statements.session import ClientCaller, StatementSession
from dyntui.core.statements.statements import Capacity, Outcome, outcome_text
from dyntui.core.tables.cost import units_text
from dyntui.core.text.item_output import Format, item_texts
from dyntui.core.text.spool import ItemSpool
from dyntui.repl.interrupts import Interrupts
from dyntui.repl.screens import Screen

Json = dict[str, Any]


@dataclass(slots=True)
class Settings:
    """What commands set. `status` is whether each statement's rows and cost are told."""

    form: Format = "table"
    plain: bool = False
    capacity: Capacity = "INDEXES"
    timing: bool = True
    status: bool = True
    mode: Literal["emacs", "vi"] = "emacs"


class LeaveError(Exception):
    """The person wants to leave the prompt."""


class Shell:
    """The state of a prompt; itself the `Face` of the statements it runs.

    `interactive` tells that a person is there, whose Ctrl-C cancels a statement and not the prompt.
    """

    def __init__(
        self,
        connection: Connection,
        screen: Screen,
        spool: ItemSpool,
        *,
        ask_above_bytes: int | None,
        interactive: bool = True,
    ) -> None:
        self.connection = connection
        self.screen = screen
        connection.on_wait = ToldWaits(screen.say)
        self.settings = Settings()
        self.spool = spool
        origin = "person" if interactive else "script"
        self.caller: StatementCaller = ClientCaller(connection.client, origin)
        self.session = StatementSession(self.caller)
        self.names = StatementNames(self.caller)
        self._interrupts = Interrupts() if interactive else None
        self.runner = StatementRunner(
            self.session,
            self,
            ask_above_bytes,
            refuses_partial_keys=connection.refuses_partial_keys,
        )
        if self._interrupts is not None:
            self.runner.cancelled = self._interrupts.came
        self._columns: list[str] | None = None
        self._keys: tuple[str, ...] = ()

    def run(self, text: str) -> list[str]:
        """Carry out a statement; gives the statements of a batch that failed, as lines.

        Raises what `StatementSession.take` and `StatementRunner.run` raise.
        """
        begin_action()
        self.session.forget()
        taken = self.session.take(text, self.positional())
        if self._interrupts is None:
            return self.runner.run(taken)
        ends_with(self._interrupts.came)
        with self._interrupts.awaited():
            return self.runner.run(taken)

    def positional(self) -> Iterator[Json]:
        """The parameters named 1, 2, …, for question marks."""
        for number in count(1):
            value = self.session.named.get(str(number))
            if value is None:
                return
            yield value

    def session_text(self) -> str:
        """What the session has read and written so far, in units."""
        read, written = self.runner.read_units, self.runner.write_units
        return f"{units_text(read)} RCU, {units_text(written)} WCU"

    # The last result.

    def last_result(self, form: Format) -> Iterator[str]:
        """The rows that were shown last, in a form."""
        return item_texts(
            self.spool.items(),
            form,
            plain=self.settings.plain,
            keys=self._keys,
            columns=self._columns,
            tell=self.screen.say,
        )

    def _kept(self, rows: Iterator[Json]) -> Iterator[Json]:
        self.spool.clear()
        for row in rows:
            self.spool.add(row)
            yield row

    # The face of statements.

    def show(self, rows: Rows) -> None:
        """Show rows, and keep them as the last result."""
        self._columns = None if rows.columns is None else list(rows.columns)
        self._keys = rows.keys() if rows.columns is None else ()
        texts = item_texts(
            self._kept(rows.items),
            self.settings.form,
            plain=self.settings.plain,
            keys=self._keys,
            columns=self._columns,
            tell=self.screen.say,
        )
        self.screen.write(texts)

    def note(self, text: str) -> None:
        """Say a line."""
        if self.settings.status:
            self.screen.say(text)

    def done(self, what: str, outcome: Outcome, *, is_read: bool) -> None:
        """Tell rows, cost and time of a statement."""
        del what
        settings = self.settings
        if settings.status:
            self.screen.say(
                outcome_text(
                    outcome, is_read=is_read, capacity=settings.capacity, timing=settings.timing
                )
            )

    def may(self, question: str, typed: str | None = None) -> bool:
        """Ask whether to go on."""
        return self.screen.ask(question, typed)
