"""`dyntui get`, `put` and `rm`: single items by their key."""

from __future__ import annotations

from itertools import chain, islice

import click

from dyntui.cli.command import Command, at_option, table_argument
from dyntui.cli.exits import Failure, OperationError, say
from dyntui.cli.item_input import read_items
from dyntui.cli.keys import primary_key
from dyntui.cli.output import format_options, write_item
from dyntui.cli.statement_options import max_wcu_option
from dyntui.cli.workspace import workspace
from dyntui.core.tables.schema import TableInfo
from dyntui.core.text.amounts import counted
from dyntui.core.text.formats import cell_text
from dyntui.core.text.item_output import Format
from engine.client.protocol import Json

PLAIN_HINT = 'each value needs its type, as in {"id": {"S": "a"}}; plain JSON is read with --plain'


@click.command(cls=Command)
@table_argument
@click.argument("key", nargs=-1, required=True)
@click.option("--consistent", is_flag=True, help="Read strongly consistent.")
@click.option("--projection", metavar="NAMES", help="Only these attributes: title,ratings.imdb.")
@at_option
@format_options("json")
@click.pass_context
def get(
    context: click.Context,
    table: str,
    key: tuple[str, ...],
    consistent: bool,
    projection: str | None,
    output: Format,
    plain: bool,
) -> None:
    """Show the item with a key: the partition key's value, then the sort key's.

    Values have the types that the table's schema gives them. A value that begins with a minus
    follows `--`.
    """
    work = workspace(context)
    info = work.table(table)
    request: Json = {"TableName": info.name, "Key": primary_key(info, key)}
    if consistent:
        request["ConsistentRead"] = True
    if projection is not None:
        from dyntui.cli.expressions import projection_members

        request |= projection_members(projection)
    item = work.call("GetItem", request).get("Item")
    if item is None:
        raise Failure(f"{table} has no item with the key {_shown(info, request['Key'])}")
    write_item(item, output, plain=plain, keys=info.key_names)


@click.command(cls=Command)
@table_argument
@click.argument("item", metavar="ITEM|-|file://PATH")
@click.option("--plain", is_flag=True, help="The items are plain JSON, not DynamoDB JSON.")
@max_wcu_option("Write by requests, of at most so many WCU a second.")
@click.pass_context
def put(context: click.Context, table: str, item: str, plain: bool, max_wcu: float | None) -> None:
    """Put one item or many, each in place of an item with the same key.

    An item is DynamoDB JSON. A file, or standard input for `-`, holds one item, a list of items,
    or one item a line.
    """
    work = workspace(context)
    info = work.table(table)
    items = read_items(item, info, plain=plain)
    first = list(islice(items, 2))
    try:
        if not first:
            say("no items")
        elif len(first) == 1:
            work.call("PutItem", {"TableName": table, "Item": first[0]})
        else:
            written = work.load_items(table, chain(first, items), max_wcu=max_wcu)
            say(f"{counted(written, 'item')} written")
    except OperationError as failed:
        if failed.error.code == "SerializationException" and not plain:
            failed.hint = failed.hint or PLAIN_HINT
        raise


@click.command(cls=Command)
@table_argument
@click.argument("key", nargs=-1, required=True)
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_context
def rm(context: click.Context, table: str, key: tuple[str, ...], yes: bool) -> None:
    """Delete the item with a key: the partition key's value, then the sort key's.

    A value that begins with a minus follows `--`.
    """
    work = workspace(context)
    info = work.table(table)
    request: Json = {
        "TableName": info.name,
        "Key": primary_key(info, key),
        "ReturnValues": "ALL_OLD",
    }
    work.confirm(f"Delete {_shown(info, request['Key'])} from {table}?", yes=yes)
    if "Attributes" not in work.call("DeleteItem", request):
        raise Failure(f"{table} has no item with the key {_shown(info, request['Key'])}")


def _shown(info: TableInfo, key: Json) -> str:
    return ", ".join(f"{name} {cell_text(key[name])}" for name in info.key_names)
