"""`dyntui stats`: what a table's capacity looked like, once or as it changes."""

from __future__ import annotations

import sys
from base64 import b64encode
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, Protocol

import click
import orjson

from dyntui.cli.command import Command, complete_tables
from dyntui.cli.duration_option import duration_option
from dyntui.cli.exits import OperationError, say
from dyntui.cli.workspace import Workspace, workspace
from engine.client.capacity import CapacityReport, TableLoad
from engine.client.protocol import Json, LocalTools
from engine.client.windows import WINDOWS
from engine.clock import pause
from engine.errors import ApiError

_WINDOW_S_MAX = max(WINDOWS)


@click.command(cls=Command)
@click.argument("table", required=False, shell_complete=complete_tables)
@click.option("--watch", is_flag=True, help="Show it again and again, until Ctrl-C.")
@duration_option("--window", "10m", _WINDOW_S_MAX, "How far to look back, at most 35d.")
@duration_option("--interval", "1s", 86_400, "How often --watch shows it.")
@click.option("--cost", is_flag=True, help="What this traffic would cost a month, too.")
@click.option(
    "-o",
    "--output",
    type=click.Choice(("table", "json", "jsonl")),
    help="The form; table on a terminal or once, jsonl of --watch over a pipe.",
)
@click.pass_context
def stats(
    context: click.Context,
    table: str | None,
    watch: bool,
    window: int,
    interval: int,
    cost: bool,
    output: str | None,
) -> None:
    """Show what capacity was consumed, what was throttled and why, and which keys are hot.

    Without TABLE, all tables have a line each.
    """
    if table is None and cost:
        raise click.UsageError("--cost needs a TABLE")
    work = workspace(context)
    tools = work.connection.tools
    told: _Told = _Overview(tools, window)
    if table is not None:
        told = _Table(work, tools, table, window, cost)
    if not watch:
        _show_once(told, output or "table")
        return
    if output == "json":
        raise click.UsageError("--watch takes the forms table and jsonl")
    is_terminal = sys.stdout.isatty()
    with_charts = output == "table" or (output is None and is_terminal)
    take = told.text if with_charts else told.lines
    _watch(take, interval, live=with_charts and is_terminal)


def _show_once(told: _Told, output: str) -> None:
    if output == "table":
        sys.stdout.write(told.text())
    elif output == "jsonl":
        sys.stdout.write(told.lines())
    else:
        sys.stdout.write(told.json())


class _Told(Protocol):
    """What is shown, taken anew each time."""

    def text(self) -> str:
        """For people."""
        ...

    def lines(self) -> str:
        """A line of JSON for each table."""
        ...

    def json(self) -> str:
        """A document of JSON."""
        ...


@dataclass(frozen=True, slots=True)
class _Table:
    """The report of a table; raises `OperationError`."""

    work: Workspace
    tools: LocalTools
    table: str
    window_s: int
    cost: bool

    def text(self) -> str:
        """For people."""
        from dyntui.cli.stats_text import report_text

        return report_text(self._taken(), cost=self.cost)

    def lines(self) -> str:
        """A line of JSON."""
        return _json(_document(self._taken()))

    def json(self) -> str:
        """A document of JSON."""
        return _json(_document(self._taken()), indent=True)

    def _taken(self) -> CapacityReport:
        try:
            return self.tools.capacity_report(self.table, self.window_s)
        except ApiError as error:
            hint = self.work.hint(error)
            raise OperationError("DescribeTable", error, hint=hint) from error


@dataclass(frozen=True, slots=True)
class _Overview:
    """All tables."""

    tools: LocalTools
    window_s: int

    def text(self) -> str:
        """For people."""
        from dyntui.cli.stats_text import overview_text

        loads = self._taken()
        if not loads:
            say("no tables")
        return overview_text(loads) if loads else ""

    def lines(self) -> str:
        """A line of JSON for each table."""
        return "".join(_json(asdict(load)) for load in self._taken())

    def json(self) -> str:
        """A list."""
        return _json([asdict(load) for load in self._taken()], indent=True)

    def _taken(self) -> tuple[TableLoad, ...]:
        return self.tools.capacity_overview(self.window_s)


def _watch(take: Callable[[], str], interval_s: int, *, live: bool) -> None:
    """Show it until Ctrl-C, or until nobody reads it any more."""
    try:
        if live:
            _draw(take, interval_s)
        while not live:
            sys.stdout.write(take())
            sys.stdout.flush()
            pause(interval_s)
    except KeyboardInterrupt:
        return


def _draw(take: Callable[[], str], interval_s: int) -> None:
    """Draw over what was drawn before, on a screen of its own."""
    from rich.live import Live
    from rich.text import Text

    with Live(Text(take(), no_wrap=True), screen=True, auto_refresh=False) as drawn:
        drawn.refresh()
        while True:
            pause(interval_s)
            drawn.update(Text(take(), no_wrap=True), refresh=True)


def _document(report: CapacityReport) -> Json:
    """All of a report; costs with their sum."""
    document = asdict(report)
    for cost, entry in zip(report.costs, document["costs"], strict=True):
        entry["total"] = cost.total
    return document


def _json(document: Json | list[Json], *, indent: bool = False) -> str:
    options = orjson.OPT_APPEND_NEWLINE | (orjson.OPT_INDENT_2 if indent else 0)
    return orjson.dumps(document, option=options, default=_base64).decode()


def _base64(value: Any) -> str:
    if isinstance(value, bytes):
        return b64encode(value).decode()
    raise TypeError(f"{type(value).__name__} has no form in JSON")
