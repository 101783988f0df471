"""Where the configuration of a table's item encryption lies, and what it is opened with.

Command line and app look at the same place: `TABLE.crypto.toml` in the working folder.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from dyntui.core.connection.connect import Connection
from dyntui.core.tables.schema import TableInfo
from engine.client.keys import KeyTools
from engine.client.protocol import Json

if TYPE_CHECKING:
    from engine.itemcrypto.keyrings.kms import KeyStore
    from engine.itemcrypto.protection import Protection
    from engine.itemcrypto.schema import Place

ENDING = ".crypto.toml"


def config_path(table: str, config: Path | None = None) -> Path:
    """The configuration of a table: as given, else the one in the working folder."""
    return Path(table + ENDING) if config is None else config


def protection_at(
    config: Config, connection: Connection, open_keys: Callable[[], KeyTools] | None = None
) -> Protection:
    """What a configuration says, with its keys.

    Keys of the folder are those that `open_keys` gives; without it, the connection's. Raises
    `engine.itemcrypto.errors.CryptoConfigError`, also where the configuration has a problem.
    """
    from engine.itemcrypto.config import load_protection
    from engine.itemcrypto.errors import CryptoConfigError

    if config.problem:
        raise CryptoConfigError(config.problem)

    def folder_keys() -> KeyStore:
        from engine.security.item_keys import ItemKeys

        return ItemKeys(connection.tools.keys if open_keys is None else open_keys())

    return load_protection(
        config.path,
        client=connection.client,
        folder_keys=None if connection.local_tools is None else folder_keys,
    )


@dataclass(frozen=True, slots=True)
class Config:
    """A configuration as far as it is told without any key.

    `keyrings` are their kinds, `key_ids` the keys of those of kind `kms`; `place` is None where the
    file says none that can be the table's, and `problem` why; that is empty otherwise.
    """

    path: Path
    keyrings: tuple[str, ...] = ()
    key_ids: tuple[str, ...] = ()
    place: Place | None = None
    problem: str = ""


def config_of(info: TableInfo) -> Config | None:
    """The configuration of a table in the working folder; None where there is none."""
    path = config_path(info.name)
    # A table's name may be longer than a file's: `Path.exists` would raise.
    return config_at(path, info) if os.path.exists(path) else None


def config_at(path: Path, info: TableInfo) -> Config:
    """The configuration of a table in a file."""
    from engine.itemcrypto.config import load_place, read_settings
    from engine.itemcrypto.errors import CryptoConfigError

    try:
        place = load_place(path)
        _check_keys(place, info, path)
        keyrings = list(_keyrings(read_settings(path).get("keyring")))
    except CryptoConfigError as error:
        return Config(path, problem=error.reason)
    kinds = tuple(str(one.get("kind")) for one in keyrings)
    key_ids = tuple(str(one["key_id"]) for one in keyrings if "key_id" in one)
    return Config(path, kinds, key_ids, place)


def _check_keys(place: Place, info: TableInfo, path: Path) -> None:
    """Raises CryptoConfigError where a table has other keys: items would be bound to the wrong."""
    from engine.itemcrypto.errors import CryptoConfigError

    if place.key_names != info.key_names:
        said, real = (" and ".join(names) for names in (place.key_names, info.key_names))
        raise CryptoConfigError(f"{path}: the key of {info.name} is {real}, not {said}")


def _keyrings(settings: object) -> Iterator[Json]:
    """A keyring's settings and, of a multi, its members' in its place."""
    if not isinstance(settings, dict):
        return
    members = settings.get("members")
    if not isinstance(members, list):
        yield settings
        return
    for member in members:
        yield from _keyrings(member)
