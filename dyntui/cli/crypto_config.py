"""What the verbs of item encryption share: the configuration, its errors, a count of items."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from dyntui.cli.command import Decorated
from dyntui.cli.exits import Failure
from dyntui.cli.workspace import Workspace
from dyntui.core.security.crypto_place import config_path, protection_at

if TYPE_CHECKING:
    from engine.itemcrypto.protection import Protection


def config_option(function: Decorated) -> Decorated:
    """The option for a configuration elsewhere than in the working folder."""
    return click.option(
        "--config",
        type=click.Path(dir_okay=False, path_type=Path),
        help="The configuration of the table; TABLE.crypto.toml unless said.",
    )(function)


@contextmanager
def told() -> Iterator[None]:
    """Errors of item encryption in one line: of its files as of the command line."""
    from engine.itemcrypto.errors import CryptoConfigError, ItemCryptoError

    try:
        yield
    except CryptoConfigError as error:
        raise click.UsageError(error.message) from error
    except ItemCryptoError as error:
        raise Failure(error.message) from error


def protection_of(work: Workspace, config: Path | None, table: str) -> Protection:
    """What the configuration of a table says, with its keys; raises CryptoConfigError."""
    from dyntui.cli.kms_keys import opened_keys

    path = config_path(table, config)
    if not path.exists():
        raise click.UsageError(
            f"{path}: there is no such configuration; `dyntui crypto init {table}` makes one"
        )
    return protection_at(path, work.connection, lambda: opened_keys(work))


@contextmanager
def counter(verb: str, total: int) -> Iterator[Callable[[int], None]]:
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
