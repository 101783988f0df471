"""`dyntui crypto`: items that are sealed before they are stored; and `dyntui encrypt-table`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dyntui.cli.command import Command, Decorated, report_option, table_argument
from dyntui.cli.exits import PARTIAL, UNMET, Failure, say
from dyntui.cli.output import format_options
from dyntui.cli.workspace import Workspace, workspace
from dyntui.core.crypto_place import config_path, protection_at
from dyntui.core.item_output import Format
from engine.client.protocol import Json

if TYPE_CHECKING:
    from engine.itemcrypto.inspection import Report
    from engine.itemcrypto.keyrings.kms import KeyStore
    from engine.itemcrypto.protection import Protection

_SAMPLE_ITEMS = 100


@click.group()
def crypto() -> None:
    """Seal items before they are stored: encrypted, and signed."""


def _config_option(function: Decorated) -> Decorated:
    return click.option(
        "--config",
        type=click.Path(dir_okay=False, path_type=Path),
        help="The configuration of the table; TABLE.crypto.toml unless said.",
    )(function)


@contextmanager
def _told() -> Iterator[None]:
    """Errors of item encryption in one line: of its files as of the command line."""
    from engine.itemcrypto.errors import CryptoConfigError, ItemCryptoError

    try:
        yield
    except CryptoConfigError as error:
        raise click.UsageError(error.message) from error
    except ItemCryptoError as error:
        raise Failure(error.message) from error


def _protection(work: Workspace, config: Path | None, table: str) -> Protection:
    from dyntui.cli.kms_keys import opened_keys

    path = config_path(table, config)
    if not path.exists():
        raise click.UsageError(
            f"{path}: there is no such configuration; `dyntui crypto init {table}` makes one"
        )
    return protection_at(path, work.connection, lambda: opened_keys(work))


def _key_store(work: Workspace, key_id: str) -> KeyStore:
    """The key store that has a key, as of a configuration that names no Region or profile."""
    from dyntui.cli.kms_keys import opened_keys
    from engine.itemcrypto.key_stores import Outside
    from engine.itemcrypto.settings import Section
    from engine.security.item_keys import ItemKeys

    folder_keys = None if work.is_remote else lambda: ItemKeys(opened_keys(work))
    return Outside(folder=folder_keys).store_of(Section(Path("--kms-key"), {}), key_id)


@crypto.command(cls=Command)
@table_argument
@_config_option
@click.option("--sign", metavar="NAME", multiple=True, help="Sign this attribute only.")
@click.option(
    "--context",
    "in_context",
    metavar="NAME",
    multiple=True,
    help="Sign it, and bind the keys of the item to its value.",
)
@click.option("--unsigned", metavar="NAME", multiple=True, help="Leave this attribute as it is.")
@click.option("--unsigned-prefix", metavar="TEXT", help="Leave names that begin so as they are.")
@click.option("--beacon", metavar="NAME=BITS", multiple=True, help="Make it searchable by =.")
@click.option("--no-signature", is_flag=True, help="Tags only, no ECDSA signature: much faster.")
@click.option("--kms-key", metavar="KEY", help="Seal under this key of `dyntui keys`.")
@click.option("--branch-key", metavar="TABLE/ID", help="Seal under one of `crypto branch-key`.")
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
) -> None:
    """Write a configuration for a table, and a new key beside it unless an option names one.

    Attributes are taken from the table's keys and its first items: what is not named is encrypted,
    keys of the table and of its indexes are signed only. The key is yours to keep: without it no
    item can be read.
    """
    from dyntui.core.crypto_setup import Choices, suggested, write_setup

    work = workspace(context)
    info = work.table(table)
    if kms_key is not None:
        _check_kms_key(work, kms_key)
    choices = Choices(
        sign,
        in_context,
        unsigned,
        unsigned_prefix,
        _bits(beacon),
        not no_signature,
        kms_key,
        _branch_key(branch_key, kms_key),
    )
    items = work.call("Scan", {"TableName": table, "Limit": _SAMPLE_ITEMS})["Items"]
    with _told():
        schema = suggested(info, items, choices)
        files = write_setup(config_path(table, config), schema, choices)
    for name, action in schema.actions.items():
        click.echo(f"{name}  {action}")
    say(f"wrote {', '.join(map(str, files))}")


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
    from dyntui.cli.kms_keys import asking, opened_keys

    with asking("DescribeKey"):
        opened_keys(work).describe(key)


def _bits(texts: tuple[str, ...]) -> dict[str, int]:
    bits = {}
    for text in texts:
        name, _, count = text.rpartition("=")
        if not name or not count.isdecimal():
            raise click.UsageError(f"--beacon {text!r}: write a name and its bits, as email=24")
        bits[name] = int(count)
    return bits


@crypto.command("branch-key", cls=Command)
@table_argument
@click.argument("branch_key_id", metavar="[ID]", required=False)
@click.option("--kms-key", metavar="KEY", help="Wrap it under this key of `dyntui keys`.")
@click.option("--rotate", is_flag=True, help="Make a new version of the branch key ID.")
@click.option("--store", metavar="NAME", help="The table's logical name; TABLE unless said.")
@click.pass_context
def branch_key(
    context: click.Context,
    table: str,
    branch_key_id: str | None,
    kms_key: str | None,
    rotate: bool,
    store: str | None,
) -> None:
    """Make a branch key in a table, which is made where it is missing; writes its id to stdout.

    Each item is sealed under a key that is derived from the branch key, so that the key store is
    asked once in ten minutes and not for each item. Without ID it is a UUID.
    """
    from engine.itemcrypto.key_stores import StoreByKey
    from engine.itemcrypto.keyrings.branch_making import BranchKeyMaker

    if rotate == (kms_key is not None) or (rotate and branch_key_id is None):
        raise click.UsageError("a new branch key needs --kms-key, a new version ID and --rotate")
    work = workspace(context)
    with _told():
        keys = StoreByKey(lambda key_id: _key_store(work, key_id))
        maker = BranchKeyMaker(work.connection.client, table, store or table, keys)
        if rotate:
            assert branch_key_id is not None
            made = maker.rotate(branch_key_id)
        else:
            assert kms_key is not None
            keys.key_arn(kms_key)
            if maker.make_table():
                say(f"made the table {table}")
            made = maker.make(kms_key, branch_key_id)
    click.echo(made.branch_key_id)
    say(f"version {made.version}")


@crypto.command(cls=Command)
@table_argument
@click.argument("item", metavar="ITEM|-|file://PATH")
@click.option("--plain", is_flag=True, help="The items are plain JSON, not DynamoDB JSON.")
@_config_option
@click.pass_context
def encrypt(
    context: click.Context, table: str, item: str, plain: bool, config: Path | None
) -> None:
    """Show items as they would be stored, one a line, in DynamoDB JSON.

    `dyntui crypto encrypt orders - | dyntui put orders -` stores them.
    """
    from dyntui.cli.item_input import read_items
    from dyntui.core.item_output import json_of

    work = workspace(context)
    with _told():
        protection = _protection(work, config, table)
    items = read_items(item, work.table(table), plain=plain)
    with _told():
        for one in items:
            sys.stdout.write(json_of(protection.seal(one), plain=False, indent=False) + "\n")


@crypto.command(cls=Command)
@table_argument
@click.argument("item", metavar="ITEM|-|file://PATH")
@_config_option
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
    with _told():
        protection = _protection(work, config, table)
    info = work.table(table)
    items = read_items(item, info, plain=False)
    with _told():
        write_items(map(protection.open, items), output, plain=plain, keys=info.key_names)


@crypto.command(cls=Command)
@table_argument
@_config_option
@report_option("The form of the report.")
@click.pass_context
def verify(context: click.Context, table: str, config: Path | None, output: str) -> None:
    """Check every item of a table: that it is sealed, and as it was sealed.

    Ends with 3 where an item is not.
    """
    from dyntui.core.crypto_report import report_document, report_lines

    work = workspace(context)
    with _told():
        protection = _protection(work, config, table)
    report = _verified(work, table, protection)
    if output == "json":
        click.echo(report_document(report))
    else:
        for line in report_lines(report):
            click.echo(line)
    if report.refusals:
        context.exit(PARTIAL)


def _verified(work: Workspace, table: str, protection: Protection) -> Report:
    """The report on all items of a table, counted while they are checked."""
    from engine.itemcrypto.inspection import Report, scanned, verified

    report = Report()
    with _counter("verified", work.table(table).item_count) as show:
        pages = scanned(lambda request: work.call("Scan", request), table)
        for report in verified(pages, protection):
            show(report.item_count)
    return report


@crypto.command(cls=Command)
@table_argument
@click.argument("key", nargs=-1, required=True)
@_config_option
@report_option("The form of what is shown.")
@click.pass_context
def inspect(
    context: click.Context, table: str, key: tuple[str, ...], config: Path | None, output: str
) -> None:
    """Show what is seen of a stored item: header, suite, recipients, what was done to attributes.

    Ends with 1 where the item is not as it was sealed, or the key to see that is not there.
    """
    from dyntui.cli.keys import primary_key
    from dyntui.core.crypto_report import inspection_of
    from engine.itemcrypto.config import load_place
    from engine.itemcrypto.errors import ItemCryptoError

    work = workspace(context)
    info = work.table(table)
    request: Json = {"TableName": table, "Key": primary_key(info, key), "ConsistentRead": True}
    stored = work.call("GetItem", request).get("Item")
    if stored is None:
        raise Failure(f"{table} has no such item")
    failure = None
    with _told():
        place = load_place(config_path(table, config))
        try:
            _protection(work, config, table).open(stored)
        except ItemCryptoError as error:
            failure = error.reason
        shown = inspection_of(stored, place, failure)
    if output == "json":
        click.echo(shown.document())
    else:
        for line in shown.lines():
            click.echo(line)
    if failure is not None:
        context.exit(UNMET)


@click.command("encrypt-table", cls=Command)
@table_argument
@_config_option
@click.option(
    "--again", is_flag=True, help="Also seal anew what is sealed: after a change of keys."
)
@click.option("--no-verify", is_flag=True, help="Do not check all items afterwards.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_context
def encrypt_table(
    context: click.Context, table: str, config: Path | None, again: bool, no_verify: bool, yes: bool
) -> None:
    """Seal the items of a table that are plain, or of the legacy format.

    Each is written only where nobody changed it meanwhile. What is sealed is passed over, so that a
    command which was interrupted goes on when it is given again. Afterwards all items are checked,
    as `verify` does; ends with 3 where one is not right.
    """
    from dyntui.core.crypto_report import report_lines
    from engine.itemcrypto.errors import ItemCryptoError
    from engine.itemcrypto.inspection import scanned
    from engine.itemcrypto.migration import Progress, migrated

    work = workspace(context)
    with _told():
        protection = _protection(work, config, table)
    info = work.table(table)
    work.confirm(f"Seal the items of {table} in place?", yes=yes, typed=table)
    client = work.connection.client
    pages = scanned(lambda request: work.call("Scan", request), table)
    progress = Progress()
    try:
        with _counter("sealed", info.item_count) as show:
            for progress in migrated(pages, client, table, protection, anew=again):
                show(progress.sealed + progress.passed_over)
    except ItemCryptoError as error:
        raise Failure(error.message, PARTIAL if progress.sealed else UNMET) from error
    finally:
        say(f"{progress.sealed:,} items sealed, {progress.passed_over:,} passed over")
    if no_verify:
        return
    report = _verified(work, table, protection)
    for line in report_lines(report):
        say(line)
    if report.refusals:
        context.exit(PARTIAL)


@contextmanager
def _counter(verb: str, total: int) -> Iterator[Callable[[int], None]]:
    """A line on stderr that counts, where stderr is a terminal."""
    alive = sys.stderr.isatty()

    def show(done: int) -> None:
        if alive:
            sys.stderr.write(f"\r\x1b[K{verb} {done:,} of {max(total, done):,}")
            sys.stderr.flush()

    try:
        yield show
    finally:
        if alive:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
