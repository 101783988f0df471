"""`dyntui streams`: which streams there are; turning one on; following a table's changes."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable
from typing import Any

import click

from dyntui.cli.command import Command, report_option, table_argument
from dyntui.cli.exits import Failure, say
from dyntui.cli.output import write_document, write_rows
from dyntui.cli.workspace import workspace
from dyntui.core.browse.plan import PlanError, key_value
from dyntui.core.streams.tail import (
    EVENTS,
    VIEWS,
    Change,
    StreamTail,
    Wanted,
    described_stream,
    streams_of,
)
from dyntui.core.tables.schema import TableInfo
from dyntui.core.text.formats import cell_text, dynamodb_json, printable
from dyntui.core.text.moments import utc_text
from dyntui.core.text.symbols import drawn
from engine.client.protocol import Json

_POLL_S = 0.5
_CELL_CHARACTERS = 60


@click.group()
def streams() -> None:
    """List streams, turn one on or off, and follow a table's changes."""


@streams.command("list", cls=Command)
@click.argument("table", required=False)
@report_option("Text for people, or the API's descriptions.")
@click.pass_context
def list_streams(context: click.Context, table: str | None, output: str) -> None:
    """List the streams that can be read, of all tables or of one.

    A stream stays for 24 hours after it was turned off or its table was dropped.
    """
    work = workspace(context)
    described = [
        described_stream(work.call, one["StreamArn"]) for one in streams_of(work.call, table)
    ]
    if output == "json":
        write_document(described)
        return
    rows = [
        (
            one["TableName"],
            one["StreamLabel"],
            one["StreamStatus"],
            one["StreamViewType"],
            str(sum("EndingSequenceNumber" not in s["SequenceNumberRange"] for s in one["Shards"])),
            str(len(one["Shards"])),
        )
        for one in described
    ]
    if rows:
        heads = ("table", "label", "status", "view", "open", "shards")
        write_rows(heads, rows, (False, False, False, False, True, True))
    else:
        say("no streams")


@streams.command(cls=Command)
@table_argument
@click.option(
    "--view",
    type=click.Choice(VIEWS, case_sensitive=False),
    default=VIEWS[0],
    show_default=True,
    help="What its records show of an item.",
)
@click.pass_context
def on(context: click.Context, table: str, view: str) -> None:
    """Turn a table's stream on; it has the changes from then on."""
    specification = {"StreamEnabled": True, "StreamViewType": view}
    request = {"TableName": table, "StreamSpecification": specification}
    answer = workspace(context).call("UpdateTable", request)
    say(f"turned on {answer['TableDescription']['LatestStreamArn']}")


@streams.command(cls=Command)
@table_argument
@click.pass_context
def off(context: click.Context, table: str) -> None:
    """Turn a table's stream off; what it holds can be read for 24 hours."""
    request = {"TableName": table, "StreamSpecification": {"StreamEnabled": False}}
    workspace(context).call("UpdateTable", request)
    say(f"turned off the stream of {table}")


@streams.command(cls=Command)
@table_argument
@click.option(
    "--from",
    "start",
    type=click.Choice(("start", "now")),
    default="now",
    show_default=True,
    help="Begin with the oldest change that is left, or with the next.",
)
@click.option("--key", metavar="VALUE", multiple=True, help="Only this partition (and sort) key.")
@click.option(
    "--event",
    type=click.Choice(EVENTS, case_sensitive=False),
    multiple=True,
    help="Only these events.",
)
@click.option("--no-follow", is_flag=True, help="End where there are no more changes for now.")
@click.option(
    "-o",
    "--output",
    type=click.Choice(("text", "jsonl")),
    default="text",
    show_default=True,
    help="Text for people, or the API's records.",
)
@click.pass_context
def tail(
    context: click.Context,
    table: str,
    start: Any,
    key: tuple[str, ...],
    event: tuple[str, ...],
    no_follow: bool,
    output: str,
) -> None:
    """Follow the changes of a table's stream as they come, until Ctrl-C."""
    work = workspace(context)
    info = work.table(table)
    arn = info.description.get("LatestStreamArn")
    if arn is None:
        raise Failure(f"{table} has no stream: turn one on with `dyntui streams on {table}`")
    wanted = Wanted(frozenset(event), _key(info, key))
    try:
        reader = StreamTail(work.call, arn, start, wanted)
        while True:
            was_reading = reader.position()
            _write(reader.poll(), output)
            if reader.is_ended or (no_follow and reader.position() == was_reading):
                return
            if not no_follow:
                time.sleep(_POLL_S)
    except KeyboardInterrupt:
        # How a person ends it.
        return


def _key(info: TableInfo, texts: tuple[str, ...]) -> Json:
    """The key values that are asked for: of the partition key, or of both."""
    if len(texts) > len(info.key_names):
        raise click.UsageError(f"--key: the key of {info.name} is {', '.join(info.key_names)}")
    try:
        return {
            name: key_value(info, name, text)
            for name, text in zip(info.key_names, texts, strict=False)
        }
    except PlanError as error:
        raise click.UsageError(f"--key: {error.message}") from None


def _write(changes: Iterable[Change], output: str) -> None:
    for change in changes:
        if output == "jsonl":
            sys.stdout.write(dynamodb_json(change.record, indent=False) + "\n")
        else:
            sys.stdout.writelines(f"{line}\n" for line in change_lines(change))
    sys.stdout.flush()


def change_lines(change: Change) -> list[str]:
    """A change for people: when, what, which item, and its attributes before and after."""
    moment = utc_text(change.at_s)[:19]
    keys = ", ".join(f"{printable(name)} {_cell(value)}" for name, value in change.keys.items())
    by = "  (Time to Live)" if change.is_expiry else ""
    lines = [f"{moment}  {change.event}  {keys}{by}"]
    is_whole = change.event != "MODIFY" or (change.old is not None and change.new is not None)
    for attribute in change.attributes():
        name, old, new = printable(attribute.name), attribute.old, attribute.new
        if not is_whole:
            # The view shows one image of the two: nothing tells what has changed.
            lines.append(f"    {name} {_cell(new or old)}")
        elif old is None:
            lines.append(f"  + {name} {_cell(new)}")
        elif new is None:
            lines.append(f"  - {name} {_cell(old)}")
        else:
            lines.append(f"  ~ {name} {_cell(old)} {drawn('→')} {_cell(new)}")
    return lines


def _cell(value: Json | None) -> str:
    return "" if value is None else cell_text(value, _CELL_CHARACTERS)
