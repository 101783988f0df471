"""`dyntui crypto`: items that are sealed before they are stored."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from dyntui.cli.branch_keys import branch_key
from dyntui.cli.command import Command, report_option, table_argument
from dyntui.cli.crypto_config import chosen_config, config_option, protection_of, told
from dyntui.cli.crypto_setup import edit, init
from dyntui.cli.encrypt_table import verify
from dyntui.cli.exits import UNMET, Failure
from dyntui.cli.output import format_options
from dyntui.cli.workspace import workspace
from dyntui.core.text.item_output import Format
from engine.client.protocol import Json


@click.group()
def crypto() -> None:
    """Seal items before they are stored: encrypted, and signed."""


crypto.add_command(init)
crypto.add_command(edit)
crypto.add_command(branch_key)
crypto.add_command(verify)


@crypto.command(cls=Command)
@table_argument
@click.argument("item", metavar="ITEM|-|file://PATH")
@click.option("--plain", is_flag=True, help="The items are plain JSON, not DynamoDB JSON.")
@config_option
@click.pass_context
def encrypt(
    context: click.Context, table: str, item: str, plain: bool, config: Path | None
) -> None:
    """Show items as they would be stored, one a line, in DynamoDB JSON.

    `dyntui crypto encrypt orders - | dyntui put orders -` stores them.
    """
    from dyntui.cli.item_input import read_items
    from dyntui.core.text.item_output import json_of

    work = workspace(context)
    info = work.table(table)
    with told():
        protection = protection_of(work, config, info)
    items = read_items(item, info, plain=plain)
    with told():
        for one in items:
            sys.stdout.write(json_of(protection.seal(one), plain=False, indent=False) + "\n")


@crypto.command(cls=Command)
@table_argument
@click.argument("item", metavar="ITEM|-|file://PATH")
@config_option
@format_options("jsonl")
@click.pass_context
def decrypt(
    context: click.Context, table: str, item: str, config: Path | None, output: Format, plain: bool
) -> None:
    """Show stored items as they were before they were sealed.

    `dyntui get orders ada | dyntui crypto decrypt orders -` reads one. Nothing of an item is shown
    that is not as it was sealed; the command ends there.
    """
    from dyntui.cli.item_input import read_items
    from dyntui.cli.output import write_items

    work = workspace(context)
    info = work.table(table)
    with told():
        protection = protection_of(work, config, info)
    items = read_items(item, info, plain=False)
    with told():
        write_items(map(protection.open, items), output, plain=plain, keys=info.key_names)


@crypto.command(cls=Command)
@table_argument
@click.argument("key", nargs=-1, required=True)
@config_option
@report_option("The form of what is shown.")
@click.pass_context
def inspect(
    context: click.Context, table: str, key: tuple[str, ...], config: Path | None, output: str
) -> None:
    """Show what is seen of a stored item: header, suite, recipients, what was done to attributes.

    Ends with 1 where the item is not as it was sealed, or the key to see that is not there.
    """
    from dyntui.cli.keys import primary_key
    from dyntui.core.security.crypto_report import inspection_of
    from engine.itemcrypto.errors import CryptoConfigError, ItemCryptoError

    work = workspace(context)
    info = work.table(table)
    request: Json = {"TableName": table, "Key": primary_key(info, key), "ConsistentRead": True}
    stored = work.call("GetItem", request).get("Item")
    if stored is None:
        raise Failure(f"{table} has no such item")
    failure = None
    with told():
        chosen = chosen_config(config, info)
        if chosen.place is None:
            raise CryptoConfigError(chosen.problem)
        try:
            protection_of(work, config, info).open(stored)
        except ItemCryptoError as error:
            failure = error.reason
        shown = inspection_of(stored, chosen.place, failure)
    if output == "json":
        click.echo(shown.document())
    else:
        for line in shown.lines():
            click.echo(line)
    if failure is not None:
        context.exit(UNMET)
