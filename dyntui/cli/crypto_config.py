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
from dyntui.core.security.crypto_place import Config, config_at, config_path, protection_at
from dyntui.core.tables.schema import TableInfo

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


def chosen_config(path: Path | None, info: TableInfo) -> Config:
    """The configuration of a table, without its keys."""
    path = config_path(info.name, path)
    if not path.exists():
        raise click.UsageError(
            f"{path}: there is no such configuration; `dyntui crypto init {info.name}` makes one"
        )
    return config_at(path, info)


def protection_of(work: Workspace, path: Path | None, info: TableInfo) -> Protection:
    """What the configuration of a table says, with its keys; raises CryptoConfigError."""
    from dyntui.cli.kms_keys import opened_keys

    return protection_at(chosen_config(path, info), work.connection, lambda: opened_keys(work))


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
