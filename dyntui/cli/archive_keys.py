"""`dyntui keys`: the key that opens backups and snapshots, carried to another folder."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from dyntui.cli.command import Command
from dyntui.cli.exits import Failure, say
from dyntui.cli.snapshots import refusals
from dyntui.cli.workspace import workspace

_VARIABLE = "DYNTUI_PASSPHRASE"
_LEAST = 8


@click.group()
def keys() -> None:
    """Carry the key of backups and snapshots to another data folder.

    A backup is encrypted with a key of its own, which the key of its folder wraps. A folder that
    has imported that key restores the files that were copied into its `backups` or `snapshots`.
    """


@keys.command("export", cls=Command)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.pass_context
def export_key(context: click.Context, file: Path) -> None:
    """Write the folder's key into a file that only a passphrase opens.

    The passphrase is asked for, or taken from DYNTUI_PASSPHRASE.
    """
    tools = workspace(context).connection.tools
    passphrase = _passphrase(confirm=True)
    if len(passphrase) < _LEAST:
        raise click.UsageError(f"the passphrase has less than {_LEAST} characters")
    exported = tools.export_key(passphrase)
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
    """Keep a key that was exported from another folder."""
    tools = workspace(context).connection.tools
    with refusals():
        fingerprint = tools.import_key(file.read_bytes(), _passphrase(confirm=False))
    say(f"imported the key {fingerprint}")


def _passphrase(*, confirm: bool) -> str:
    given = os.environ.get(_VARIABLE)
    if given is not None:
        return given
    if not sys.stdin.isatty():
        raise click.UsageError(f"nobody is there to ask: set {_VARIABLE}")
    answer: str = click.prompt("Passphrase", hide_input=True, confirmation_prompt=confirm, err=True)
    return answer
