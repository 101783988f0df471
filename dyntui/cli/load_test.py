"""`dyntui load-test`: traffic over a table, to see what its capacity does."""

from __future__ import annotations

from math import ceil
from typing import Any

import click

from dyntui.cli.command import Command, report_option, table_argument
from dyntui.cli.duration_option import duration_option
from dyntui.cli.exits import OperationError, say
from dyntui.cli.output import write_document
from dyntui.cli.statement_options import FiniteRange
from dyntui.cli.status_line import StatusLine
from dyntui.cli.workspace import Workspace, workspace
from dyntui.core.capacity.load_test import LoadPlan, LoadTest
from dyntui.core.capacity.load_test_clean_up import marked_keys, remove
from dyntui.core.capacity.load_test_figures import Figures
from dyntui.core.capacity.load_test_keys import (
    ITEM_BYTES_MAX,
    KEY_COUNT_MAX,
    KEY_ORDERS,
    item_of,
    key_of,
)
from dyntui.core.tables.cost import write_units
from dyntui.core.tables.schema import TableInfo
from dyntui.core.text.amounts import counted, items_written
from dyntui.core.text.symbols import drawn
from dyntui.core.text.text_table import rows_text
from engine.client.protocol import Json
from engine.errors import ApiError

_RATE_MAX = 100_000
_READ_BYTES = 4_096
_PERCENTILES = {"p50_ms": 0.5, "p90_ms": 0.9, "p99_ms": 0.99}


@click.command("load-test", cls=Command)
@table_argument
@click.option("--read-rate", type=FiniteRange(0, _RATE_MAX), default=0.0, help="GetItems a second.")
@click.option(
    "--write-rate", type=FiniteRange(0, _RATE_MAX), default=0.0, help="PutItems a second."
)
@click.option(
    "--keys",
    type=click.Choice(KEY_ORDERS),
    default="zipf",
    show_default=True,
    help="Which keys: a few hot ones, all alike, or one after the other.",
)
@click.option(
    "--key-count",
    type=click.IntRange(1, KEY_COUNT_MAX),
    default=1_000,
    show_default=True,
    help="How many keys there are.",
)
@click.option(
    "--item-size",
    "item_bytes",
    type=click.IntRange(1, ITEM_BYTES_MAX),
    default=200,
    show_default=True,
    metavar="BYTES",
    help="The size of the items that are written.",
)
@duration_option("--duration", "30s", 86_400, "For how long.")
@click.option("--seed", type=int, help="Draw the same keys each time.")
@click.option("--clean-up", is_flag=True, help="Remove the items that load tests have written.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@report_option("The form of the summary.")
@click.pass_context
def load_test(
    context: click.Context,
    /,
    table: str,
    seed: int | None,
    clean_up: bool,
    yes: bool,
    output: str,
    duration: int,
    **options: Any,
) -> None:
    """Drive reads and writes over a table at a rate, and tell what came of them.

    What is throttled is counted, not tried again. The items that are written have keys and a mark
    of their own, and no item that lacks the mark is ever replaced. Without a rate, --clean-up
    removes what earlier tests have left.
    """
    plan = LoadPlan(duration_s=duration, **options)
    traffic = plan.read_rate > 0 or plan.write_rate > 0
    if not traffic and not clean_up:
        raise click.UsageError("give --read-rate, --write-rate or both")
    work = workspace(context, retries=0)
    info = work.ready_table(table)
    if work.is_remote:
        work.confirm(_question(work, info, plan, clean_up), yes=yes)
    if not traffic:
        _clean_up(work, info, None)
        return
    test = _run(work, info, plan, seed)
    if output == "json":
        write_document(_summary(test))
    else:
        click.echo(_summary_text(test), nl=False)
    if clean_up:
        _clean_up(work, info, test)
    elif test.written:
        stay = counted(len(test.written), "item stays", "items stay")
        say(f"{stay}: dyntui load-test {info.name} --clean-up")


def _run(work: Workspace, info: TableInfo, plan: LoadPlan, seed: int | None) -> LoadTest:
    """Drive the traffic; Ctrl-C ends it early, and what it did is told."""
    from random import Random

    test = LoadTest(work.connection.client, info, plan, draw=Random(seed).random)
    line = StatusLine()
    try:
        test.run(lambda: line.show(_progress(test, plan)))
    except KeyboardInterrupt:
        line.clear()
        say(f"ended after {test.elapsed_s:.1f} s of {plan.duration_s:g} s")
    except ApiError as error:
        line.clear()
        done = items_written(len(test.written)) if test.written else ""
        operation = test.failed or "GetItem"
        raise OperationError(operation, error, done=done, hint=work.hint(error)) from error
    line.clear()
    return test


def _clean_up(work: Workspace, info: TableInfo, test: LoadTest | None) -> None:
    """Remove what a test wrote, or for None what any has."""
    work.connection.try_again(None)
    client = work.connection.client
    line = StatusLine()
    keys = (
        marked_keys(client, info)
        if test is None
        else (key_of(info, number) for number in sorted(test.written))
    )
    removed = 0

    def count(number: int) -> None:
        nonlocal removed
        removed = number
        line.show(f"{counted(number, 'item')} removed")

    try:
        remove(client, info, keys, count)
    except ApiError as error:
        done = f"{counted(removed, 'item was', 'items were')} removed" if removed else ""
        raise OperationError("DeleteItem", error, done=done, hint=work.hint(error)) from error
    except KeyboardInterrupt:
        say(f"before that, {counted(removed, 'item was', 'items were')} removed")
        raise
    finally:
        line.clear()
    say(f"{counted(removed, 'item')} removed")


def _question(work: Workspace, info: TableInfo, plan: LoadPlan, clean_up: bool) -> str:
    """What is asked before a remote is loaded: where, how much, what it takes."""
    place = f"{info.name} at {work.connection.place}"
    if not plan.read_rate and not plan.write_rate:
        return f"Read all of {place}, and delete what load tests have written?"
    reads, writes = (ceil(rate * plan.duration_s) for rate in (plan.read_rate, plan.write_rate))
    item = item_of(info, 0, plan.item_bytes)
    read_units = reads * ceil(plan.item_bytes / _READ_BYTES) / 2
    write_cost = writes * sum(write_units(info, None, item).values())
    if clean_up:
        write_cost += min(writes, plan.key_count) * sum(write_units(info, item, None).values())
    return (
        f"Send {counted(reads, 'read')} and {counted(writes, 'write')} to {place}, "
        f"for up to {read_units:,.0f} RCU and {write_cost:,} WCU"
        f"{_dollars(work, info, read_units, write_cost)}?"
    )


def _dollars(work: Workspace, info: TableInfo, read_units: float, write_units: float) -> str:
    """What the service takes for that; nothing where the table's provision is paid for anyway."""
    if not work.connection.is_service or info.throughput is not None:
        return ""
    from engine.capacity.prices import price_list

    prices = price_list(work.connection.region)
    of_class = prices.classes.get(info.table_class, prices.classes["STANDARD"])
    dollars = read_units * of_class.read_request_million / 1e6
    dollars += write_units * of_class.write_request_million / 1e6
    return f", about ${dollars:,.4f} at prices of {prices.as_of}"


# What is told.


def _progress(test: LoadTest, plan: LoadPlan) -> str:
    parts = [f"{test.elapsed_s:.0f} s of {plan.duration_s:g} s"]
    for noun, rate, figures in (
        ("reads", plan.read_rate, test.reads),
        ("writes", plan.write_rate, test.writes),
    ):
        if rate:
            speed = figures.requests / max(test.elapsed_s, 0.001)
            parts.append(f"{noun} {speed:,.0f}/s, {figures.refused:,} throttled")
    return drawn(" · ").join(parts)


def _summary_text(test: LoadTest) -> str:
    summary = _summary(test)
    heads = ("", "requests", "per s", "units", "units/s", "throttled", "p50 ms", "p90", "p99")
    rows = [
        (
            kind,
            f"{figures['requests']:,}",
            f"{figures['requests_per_s']:,.1f}",
            f"{figures['units']:,.1f}",
            f"{figures['units_per_s']:,.1f}",
            f"{sum(figures['throttled'].values()):,}",
            *("" if figures[name] is None else f"{figures[name]:,.2f}" for name in _PERCENTILES),
        )
        for kind in ("reads", "writes")
        if (figures := summary[kind])["requests"]
    ]
    if not rows:
        return "no requests\n"
    reasons = "".join(
        f"{count:,} {kind} throttled: {reason}\n"
        for kind in ("reads", "writes")
        for reason, count in summary[kind]["throttled"].items()
    )
    left_alone = test.writes.left_alone
    if left_alone:
        reasons += f"{counted(left_alone, 'write')} left alone: on items that no load test made\n"
    return rows_text(heads, rows, (False, *[True] * 8)) + reasons


def _summary(test: LoadTest) -> Json:
    return {
        "seconds": round(test.elapsed_s, 3),
        "items_written": len(test.written),
        "reads": _figures(test.reads, test.elapsed_s),
        "writes": _figures(test.writes, test.elapsed_s),
    }


def _figures(figures: Figures, seconds: float) -> Json:
    told: Json = {
        "requests": figures.requests,
        "requests_per_s": round(figures.requests / seconds, 1) if seconds else 0.0,
        "units": figures.units,
        "units_per_s": round(figures.units / seconds, 1) if seconds else 0.0,
        "throttled": dict(figures.throttled.most_common()),
        "left_alone": figures.left_alone,
    }
    for name, part in _PERCENTILES.items():
        ms = figures.latencies.percentile_ms(part)
        told[name] = None if ms is None else round(ms, 3)
    return told
