"""`dyntui crypto branch-key`: branch keys in a table, which items are sealed under."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from dyntui.cli.command import Command, table_argument
from dyntui.cli.crypto_config import told
from dyntui.cli.exits import say
from dyntui.cli.workspace import Workspace, workspace
from dyntui.core.tables.schema import TableInfo

if TYPE_CHECKING:
    from engine.itemcrypto.keyrings.kms import KeyStore


@click.command("branch-key", cls=Command)
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
    with told():
        keys = StoreByKey(lambda key_id: _key_store(work, key_id))
        maker = BranchKeyMaker(work.connection.client, table, store or table, keys)
        if rotate:
            assert branch_key_id is not None
            _check_keys(work.table(table))
            made = maker.rotate(branch_key_id)
        else:
            assert kms_key is not None
            keys.key_arn(kms_key)
            if maker.make_table():
                say(f"made the table {table}")
            _check_keys(work.ready_table(table))
            made = maker.make(kms_key, branch_key_id)
    click.echo(made.branch_key_id)
    say(f"version {made.version}")


def _check_keys(info: TableInfo) -> None:
    """Refuse a table that holds something else."""
    from engine.itemcrypto.keyrings.branch_table import ID, TYPE

    if info.key_names != (ID, TYPE):
        raise click.UsageError(
            f"{info.name} is no table of branch keys: its key is {' and '.join(info.key_names)}, "
            f"not {ID} and {TYPE}"
        )


def _key_store(work: Workspace, key_id: str) -> KeyStore:
    """The key store that has a key, as of a configuration that names no Region or profile."""
    from dyntui.cli.kms_keys import opened_keys
    from engine.itemcrypto.key_stores import Outside
    from engine.itemcrypto.settings import Section
    from engine.security.item_keys import ItemKeys

    folder_keys = None if work.is_remote else lambda: ItemKeys(opened_keys(work))
    return Outside(folder=folder_keys).store_of(Section(Path("--kms-key"), {}), key_id)
