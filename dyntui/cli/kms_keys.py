"""The verbs of `dyntui keys` for the key store: keys, their aliases, and the master key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import click

from dyntui.cli.command import Command, report_option
from dyntui.cli.exits import OperationError, say
from dyntui.cli.output import write_document, write_rows
from dyntui.cli.passphrase import asked_passphrase, long_enough
from dyntui.cli.workspace import Workspace, workspace
from dyntui.core.security.key_changes import alias_name
from dyntui.core.security.words import MASTER_TEXTS
from dyntui.core.tables.table_keys import tables_by_key
from dyntui.core.text.moments import utc_text
from engine.client.keys import (
    DELETION_DAYS_MAX,
    DELETION_DAYS_MIN,
    MASTER_KINDS,
    KeyInfo,
    KeyTools,
)
from engine.client.protocol import Json
from engine.errors import ApiError

_MASTER_VARIABLE = "DYNTUI_MASTER_PASSPHRASE"

key_argument = click.argument("key")


def opened_keys(work: Workspace) -> KeyTools:
    """The Region's key store; where a passphrase is needed and somebody is there, it is asked for.

    Raises `FolderError`, `UsageError`.
    """
    keys = work.connection.tools.keys
    if keys.is_locked:
        keys.unlock(asked_passphrase("Passphrase of the keys", _MASTER_VARIABLE, confirm=False))
    return keys


@contextmanager
def asking(work: Workspace, operation: str) -> Iterator[KeyTools]:
    """The Region's key store; what it refuses is told as the service's operation of that name.

    Raises what `opened_keys` does, and `OperationError`.
    """
    keys = opened_keys(work)
    try:
        yield keys
    except ApiError as error:
        raise OperationError(operation, error) from error


@click.command(cls=Command)
@click.option("--alias", metavar="NAME", help="Give it this name, as orders or alias/orders.")
@click.option("--description", metavar="TEXT", default="", help="What it is for.")
@click.pass_context
def create(context: click.Context, alias: str | None, description: str) -> None:
    """Make a customer managed key; writes its ARN to stdout."""
    with asking(workspace(context), "CreateKey") as keys:
        made = keys.create(description, None if alias is None else alias_name(alias))
    click.echo(made.arn)


@click.command("list", cls=Command)
@report_option("The form of the list.")
@click.pass_context
def list_keys(context: click.Context, output: str) -> None:
    """List the keys of the Region, the oldest first, with the tables that are under them."""
    work = workspace(context)
    found = opened_keys(work).list_keys()
    tables = tables_by_key(work.connection.tools.table_keys())
    if output == "json":
        write_document([_document(info, tables) for info in found])
        return
    rows = [
        (
            info.key_id,
            ", ".join(info.aliases),
            info.state,
            info.manager,
            ", ".join(tables.get(info.arn, [])),
            info.description,
        )
        for info in found
    ]
    heads = ("id", "aliases", "state", "manager", "tables", "description")
    write_rows(heads, rows, [False] * len(heads))


@click.command(cls=Command)
@key_argument
@report_option("The form of the description.")
@click.pass_context
def describe(context: click.Context, key: str, output: str) -> None:
    """Describe a key; KEY is an id, an ARN or an alias (alias/NAME).

    The AWS managed key alias/aws/dynamodb is made when it is first asked for.
    """
    work = workspace(context)
    with asking(work, "DescribeKey") as keys:
        info = keys.describe(key)
    tables = tables_by_key(work.connection.tools.table_keys())
    if output == "json":
        write_document(_document(info, tables))
        return
    lines = {
        "id": info.key_id,
        "arn": info.arn,
        "aliases": ", ".join(info.aliases),
        "description": info.description,
        "state": info.state,
        "manager": info.manager,
        "tables": ", ".join(tables.get(info.arn, [])),
        "made": _time(info.created_us),
        "rotated": ", ".join(map(_time, info.rotated_us)),
        "deleted": "" if info.deletion_us is None else _time(info.deletion_us),
    }
    for name, text in lines.items():
        if text:
            click.echo(f"{name:<12} {text}")


@click.group()
def alias() -> None:
    """Names of keys."""


@alias.command("create", cls=Command)
@click.argument("name")
@key_argument
@click.pass_context
def create_alias(context: click.Context, name: str, key: str) -> None:
    """Give a key a name, as orders or alias/orders."""
    with asking(workspace(context), "CreateAlias") as keys:
        keys.create_alias(alias_name(name), key)
    say(f"{alias_name(name)} is {key}")


@alias.command("list", cls=Command)
@click.argument("key", required=False)
@report_option("The form of the list.")
@click.pass_context
def list_aliases(context: click.Context, key: str | None, output: str) -> None:
    """List the aliases of the Region, or of a key."""
    with asking(workspace(context), "ListAliases") as keys:
        found = keys.list_aliases(key)
    if output == "json":
        documents = [
            {
                "AliasName": each.name,
                "AliasArn": each.arn,
                "TargetKeyId": each.key_id,
                "CreationDate": each.created_us / 1_000_000,
            }
            for each in found
        ]
        write_document(documents)
        return
    write_rows(("alias", "key"), [(each.name, each.key_id) for each in found], [False] * 2)


@alias.command("delete", cls=Command)
@click.argument("name")
@click.pass_context
def delete_alias(context: click.Context, name: str) -> None:
    """Take a name away; the key stays, and so does what it encrypted."""
    with asking(workspace(context), "DeleteAlias") as keys:
        keys.delete_alias(alias_name(name))
    say(f"deleted {alias_name(name)}")


@click.command(cls=Command)
@key_argument
@click.pass_context
def enable(context: click.Context, key: str) -> None:
    """Let a key be used again."""
    with asking(workspace(context), "EnableKey") as keys:
        keys.enable(key)
    say(f"enabled {key}")


@click.command(cls=Command)
@key_argument
@click.pass_context
def disable(context: click.Context, key: str) -> None:
    """Let a key neither encrypt nor decrypt, until it is enabled again."""
    work = workspace(context)
    with asking(work, "DisableKey") as keys:
        arn = keys.describe(key).arn
        keys.disable(key)
    tables = _tables_under(work, arn)
    say(f"disabled {key}; not to be read now: {tables}" if tables else f"disabled {key}")


@click.command("schedule-deletion", cls=Command)
@key_argument
@click.option(
    "--days",
    type=click.IntRange(DELETION_DAYS_MIN, DELETION_DAYS_MAX),
    default=DELETION_DAYS_MAX,
    show_default=True,
    help="In how many days.",
)
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_context
def schedule_deletion(context: click.Context, key: str, days: int, yes: bool) -> None:
    """Have a key deleted in some days, and with it all that it encrypted.

    Until then it is of no use, and `cancel-deletion` brings it back.
    """
    work = workspace(context)
    with asking(work, "ScheduleKeyDeletion") as keys:
        arn = keys.describe(key).arn
    tables = _tables_under(work, arn)
    encrypted = f"all that it encrypted, {tables} too" if tables else "all that it encrypted"
    work.confirm(f"Delete {key} in {days} days, and so {encrypted}?", yes=yes)
    with asking(work, "ScheduleKeyDeletion") as keys:
        when_us = keys.schedule_deletion(arn, days)
    say(f"{key} will be deleted at {_time(when_us)}")


@click.command("cancel-deletion", cls=Command)
@key_argument
@click.pass_context
def cancel_deletion(context: click.Context, key: str) -> None:
    """Keep a key that was to be deleted; it is disabled."""
    with asking(workspace(context), "CancelKeyDeletion") as keys:
        keys.cancel_deletion(key)
    say(f"{key} stays, and is disabled: `dyntui keys enable {key}` lets it be used")


@click.command(cls=Command)
@key_argument
@click.pass_context
def rotate(context: click.Context, key: str) -> None:
    """Encrypt with new key material from now on; what the old one encrypted still opens."""
    with asking(workspace(context), "RotateKeyOnDemand") as keys:
        keys.rotate(key)
    say(f"rotated {key}")


@click.command(cls=Command)
@click.argument("kind", type=click.Choice(MASTER_KINDS), required=False)
@click.pass_context
def master(context: click.Context, kind: str | None) -> None:
    """Show where the key that opens the key store comes from, or change it.

    A file of the folder, a passphrase that is asked for (or in DYNTUI_MASTER_PASSPHRASE), the
    environment (64 hex digits in DYNTUI_MASTER_KEY), or the operating system's keyring. It is one
    for all Regions.
    """
    work = workspace(context)
    keys = work.connection.tools.keys
    if kind is None:
        click.echo(keys.master_kind)
        return
    new = None
    if keys.master_kind == "passphrase" or kind != "passphrase":
        keys = opened_keys(work)
    if kind == "passphrase":
        variable = "DYNTUI_NEW_MASTER_PASSPHRASE"
        if keys.master_kind != "passphrase":
            variable = _MASTER_VARIABLE
        new = long_enough(asked_passphrase("New passphrase of the keys", variable, confirm=True))
    try:
        keys.protect(kind, new)
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    say(f"the master key is {MASTER_TEXTS[kind]} now")


def _tables_under(work: Workspace, arn: str) -> str:
    """The names of the tables under a key."""
    return ", ".join(tables_by_key(work.connection.tools.table_keys()).get(arn, []))


def _document(info: KeyInfo, tables: Mapping[str, list[str]]) -> Json:
    """A key as KMS describes one, with its aliases, rotations and the tables under it."""
    document: Json = {
        "KeyId": info.key_id,
        "Arn": info.arn,
        "AWSAccountId": info.arn.split(":")[4],
        "CreationDate": info.created_us / 1_000_000,
        "Enabled": info.state == "Enabled",
        "Description": info.description,
        "KeyUsage": "ENCRYPT_DECRYPT",
        "KeyState": info.state,
        "KeyManager": info.manager,
        "KeySpec": "SYMMETRIC_DEFAULT",
        "Aliases": list(info.aliases),
        "RotationDates": [each / 1_000_000 for each in info.rotated_us],
        "Tables": tables.get(info.arn, []),
    }
    if info.deletion_us is not None:
        document["DeletionDate"] = info.deletion_us / 1_000_000
    return document


def _time(moment_us: int) -> str:
    return utc_text(moment_us / 1_000_000)
