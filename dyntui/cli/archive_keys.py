"""`dyntui keys`: the key store, and the key of backups, carried to another folder."""

from __future__ import annotations

import os
from pathlib import Path

import click

from dyntui.cli import kms_keys, table_keys
from dyntui.cli.command import Command
from dyntui.cli.exits import Failure, say
from dyntui.cli.passphrase import asked_passphrase, long_enough
from dyntui.cli.snapshots import refusals
from dyntui.cli.workspace import workspace

_VARIABLE = "DYNTUI_PASSPHRASE"


@click.group()
def keys() -> None:
    """Keys that tables and items are encrypted with, as KMS has them; and the key of backups.

    What is encrypted under a key can only be read while that key is enabled. `export` and `import`
    are about another key: a backup is encrypted with a key of its own, which the key of its folder
    wraps. A folder that has imported that one restores the files that were copied into its
    `backups` or `snapshots`. Keys of the key store are not exported.
    """


for command in (
    kms_keys.create,
    kms_keys.list_keys,
    kms_keys.describe,
    table_keys.use,
    kms_keys.alias,
    kms_keys.enable,
    kms_keys.disable,
    kms_keys.rotate,
    kms_keys.schedule_deletion,
    kms_keys.cancel_deletion,
    kms_keys.master,
):
    keys.add_command(command)


@keys.command("export", cls=Command)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.pass_context
def export_key(context: click.Context, file: Path) -> None:
    """Write the key of backups into a file that only a passphrase opens.

    The passphrase is asked for, or taken from DYNTUI_PASSPHRASE.
    """
    tools = workspace(context).connection.tools
    passphrase = asked_passphrase("Passphrase", _VARIABLE, confirm=True)
    exported = tools.export_key(long_enough(passphrase))
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise Failure(f"{file}: {error.strerror}") from error
    with os.fdopen(descriptor, "wb") as opened:
        opened.write(exported)
    say(f"exported the key to {file}")


@keys.command("import", cls=Command)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_context
def import_key(context: click.Context, file: Path) -> None:
    """Keep a key of backups that was exported from another folder."""
    tools = workspace(context).connection.tools
    with refusals():
        passphrase = asked_passphrase("Passphrase", _VARIABLE, confirm=False)
        fingerprint = tools.import_key(file.read_bytes(), passphrase)
    say(f"imported the key {fingerprint}")
