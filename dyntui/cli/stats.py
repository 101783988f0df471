"""`dyntui stats`: what a table's capacity looked like, once or as it changes."""

from __future__ import annotations

import sys
from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import partial
from typing import Any

import click
import orjson

from dyntui.cli.command import Command, complete_tables
from dyntui.cli.duration_option import duration_option
from dyntui.cli.exits import OperationError, say
from dyntui.cli.workspace import Workspace, workspace
from engine.client.capacity import WINDOWS, CapacityReport
from engine.client.protocol import Json, LocalTools
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
    work = workspace(context)
    tools = work.connection.tools
    take = partial(_reports, work, tools, table, window)
    if watch:
        with_charts = output == "table" or (output is None and sys.stdout.isatty())
        if output == "json":
            raise click.UsageError("--watch takes the forms table and jsonl")
        show = partial(_text, alone=table is not None, cost=cost) if with_charts else _lines
        _watch(take, show, interval, live=with_charts and sys.stdout.isatty())
        return
    reports = take()
    if not reports:
        say("no tables")
    elif output in (None, "table"):
        sys.stdout.write(_text(reports, alone=table is not None, cost=cost))
    elif output == "jsonl":
        sys.stdout.write(_lines(reports))
    else:
        documents = [_document(report) for report in reports]
        sys.stdout.write(_json(documents[0] if table is not None else documents, indent=True))


def _reports(
    work: Workspace, tools: LocalTools, table: str | None, window_s: int
) -> list[CapacityReport]:
    """One report a table; raises `OperationError`."""
    names = list(work.table_names()) if table is None else [table]
    reports = []
    for name in names:
        try:
            reports.append(tools.capacity_report(name, window_s))
        except ApiError as error:
            if table is None and error.code == "ResourceNotFoundException":
                # Dropped since the names were read.
                continue
            hint = work.hint(error)
            raise OperationError("DescribeTable", error, hint=hint) from error
    return reports


def _watch(
    take: Callable[[], list[CapacityReport]],
    show: Callable[[list[CapacityReport]], str],
    interval_s: int,
    *,
    live: bool,
) -> None:
    """Show it until Ctrl-C, or until nobody reads it any more."""
    try:
        if live:
            _draw(take, show, interval_s)
        while not live:
            sys.stdout.write(show(take()))
            sys.stdout.flush()
            pause(interval_s)
    except KeyboardInterrupt:
        return


def _draw(
    take: Callable[[], list[CapacityReport]],
    show: Callable[[list[CapacityReport]], str],
    interval_s: int,
) -> None:
    """Draw over what was drawn before, on a screen of its own."""
    from rich.live import Live
    from rich.text import Text

    with Live(Text(show(take()), no_wrap=True), screen=True, auto_refresh=False) as drawn:
        while True:
            pause(interval_s)
            drawn.update(Text(show(take()), no_wrap=True), refresh=True)


# The forms.


def _text(reports: Sequence[CapacityReport], *, alone: bool, cost: bool) -> str:
    from dyntui.cli.stats_text import overview_text, report_text

    if not alone:
        return overview_text(reports)
    return "".join(report_text(report, cost=cost) for report in reports)


def _lines(reports: Sequence[CapacityReport]) -> str:
    return "".join(_json(_document(report)) for report in reports)


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
