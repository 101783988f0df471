"""`dyntui crypto init` and `edit`: the configuration of a table's item encryption."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dyntui.cli.command import Command, Decorated, table_argument
from dyntui.cli.crypto_config import config_option, told
from dyntui.cli.exits import say
from dyntui.cli.workspace import Workspace, workspace
from dyntui.core.security.crypto_place import config_path
from engine.client.protocol import Json

if TYPE_CHECKING:
    from dyntui.core.security.crypto_setup import Choices
    from dyntui.core.tables.schema import TableInfo

_SAMPLE_ITEMS = 100


def signing_options(function: Decorated) -> Decorated:
    """`--sign` and `--context`: what is done with attributes that are not encrypted."""
    function = click.option(
        "--context",
        "in_context",
        metavar="NAME",
        multiple=True,
        help="Sign it, and bind the keys of the item to its value.",
    )(function)
    return click.option("--sign", metavar="NAME", multiple=True, help="Sign this attribute only.")(
        function
    )


@click.command(cls=Command)
@table_argument
@config_option
@signing_options
@click.option("--unsigned", metavar="NAME", multiple=True, help="Leave this attribute as it is.")
@click.option("--unsigned-prefix", metavar="TEXT", help="Leave names that begin so as they are.")
@click.option("--beacon", metavar="NAME=BITS", multiple=True, help="Make it searchable by =.")
@click.option("--no-signature", is_flag=True, help="Tags only, no ECDSA signature: much faster.")
@click.option("--kms-key", metavar="KEY", help="Seal under this key of `dyntui keys`.")
@click.option("--branch-key", metavar="TABLE/ID", help="Seal under one of `crypto branch-key`.")
@click.option("--yes", is_flag=True, help="Ask nothing, take what is suggested.")
@click.pass_context
def init(
    context: click.Context,
    table: str,
    config: Path | None,
    sign: tuple[str, ...],
    in_context: tuple[str, ...],
    unsigned: tuple[str, ...],
    unsigned_prefix: str | None,
    beacon: tuple[str, ...],
    no_signature: bool,
    kms_key: str | None,
    branch_key: str | None,
    yes: bool,
) -> None:
    """Write a configuration for a table, and a new key beside it unless an option names one.

    Attributes are taken from the table's keys and its first items: what is not named is encrypted,
    keys of the table and of its indexes are signed only. On a terminal, and without options that
    choose, it asks attribute by attribute. The key is yours to keep: without it no item can be
    read.
    """
    from dyntui.core.security.crypto_setup import Choices, suggested, write_setup

    work = workspace(context)
    info = work.table(table)
    if kms_key is not None:
        _check_kms_key(work, kms_key)
    choices = Choices(
        sign,
        in_context,
        unsigned,
        unsigned_prefix,
        _bits(beacon) or None,
        not no_signature,
        kms_key,
        _branch_key(branch_key, kms_key),
    )
    items = work.call("Scan", {"TableName": table, "Limit": _SAMPLE_ITEMS})["Items"]
    path = config_path(table, config)
    with told():
        if choices == Choices() and not yes and sys.stdin.isatty() and sys.stderr.isatty():
            choices = _asked(work, info, items, path)
        schema = suggested(info, items, choices)
        files = write_setup(path, schema, choices)
    for name, action in schema.actions.items():
        click.echo(f"{name}  {action}")
    say(f"wrote {', '.join(map(str, files))}")


def _asked(work: Workspace, info: TableInfo, items: list[Json], path: Path) -> Choices:
    from dyntui.cli.crypto_asking import asked

    if path.exists():
        raise click.UsageError(
            f"{path} is there already; `dyntui crypto edit {info.name}` edits it"
        )
    return asked(info, items, lambda key: _check_kms_key(work, key)).choices


def _branch_key(text: str | None, kms_key: str | None) -> tuple[str, str] | None:
    if text is None:
        return None
    table, _, branch_key_id = text.partition("/")
    if not table or not branch_key_id:
        raise click.UsageError(f"--branch-key {text!r}: write the table of branch keys/the id")
    if kms_key is not None:
        raise click.UsageError("--branch-key: not together with --kms-key")
    return table, branch_key_id


def _check_kms_key(work: Workspace, key: str) -> None:
    """Refuse a key that the folder does not have; raises `OperationError`."""
    from dyntui.cli.kms_keys import asking

    with asking(work, "DescribeKey") as keys:
        keys.describe(key)


def _bits(texts: tuple[str, ...]) -> dict[str, int]:
    bits = {}
    for text in texts:
        name, _, count = text.rpartition("=")
        if not name or not count.isdecimal():
            raise click.UsageError(f"--beacon {text!r}: write a name and its bits, as email=24")
        bits[name] = int(count)
    return bits


@click.command(cls=Command)
@table_argument
@config_option
@click.option("--encrypt", metavar="NAME", multiple=True, help="Encrypt this attribute.")
@signing_options
@click.option("--unsigned", metavar="NAME", multiple=True, help="Leave a new attribute as it is.")
@click.option("--beacon", metavar="NAME=BITS", multiple=True, help="Make it searchable; 0: not.")
@click.option("--signature/--no-signature", default=None, help="ECDSA signatures, beside the tags.")
@click.pass_context
def edit(
    context: click.Context,
    table: str,
    config: Path | None,
    encrypt: tuple[str, ...],
    sign: tuple[str, ...],
    in_context: tuple[str, ...],
    unsigned: tuple[str, ...],
    beacon: tuple[str, ...],
    signature: bool | None,
) -> None:
    """Change the configuration of a table, so far as its sealed items stay readable.

    Names, comments and keys stay as they are. What was signed cannot become unsigned, nor what is
    unsigned be signed. Stored items are as they were sealed until they are written anew.
    """
    from dyntui.core.security.crypto_edit import Changes, edit_setup
    from engine.itemcrypto.schema import Action

    chosen = {
        Action.ENCRYPT_AND_SIGN: encrypt,
        Action.SIGN_ONLY: sign,
        Action.SIGN_AND_INCLUDE_IN_ENCRYPTION_CONTEXT: in_context,
        Action.DO_NOTHING: unsigned,
    }
    actions = {name: action for action, names in chosen.items() for name in names}
    if len(actions) < sum(map(len, chosen.values())):
        raise click.UsageError("an attribute is named twice")
    changes = Changes(actions, _bits(beacon), signature)
    if changes == Changes():
        raise click.UsageError("say what to change, as --sign NAME")
    path = config_path(table, config)
    with told():
        written = edit_setup(path, workspace(context).table(table), changes)
    say(f"wrote {', '.join(map(str, written))}")
    say(f"`dyntui encrypt-table {table} --again` seals stored items so")
