"""The data folder: its layout, its format, its key, and what can be wrong with it.

folder.json            format version, cipher, key fingerprint
keys/page.key          the key of every page, 32 bytes in hex, readable by the owner only
config.toml            settings of this folder
<region>/data.db       one database per Region
<region>/writers.lock  the writers' queue
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import secrets
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from engine.errors import (
    ConfigError,
    DamagedError,
    FolderAccessError,
    NewerFormatError,
    WrongKeyError,
)

FORMAT_VERSION = 1
CIPHER = "aegis"
_KEY_BYTES = 32
# File systems on which SQLite's shared-memory index does not work between machines.
_NETWORK_FILE_SYSTEMS = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "fuse.sshfs"})


@dataclass(frozen=True, slots=True)
class DataFolder:
    """An opened data folder: its path and the key of its pages (hex digits)."""

    path: Path
    page_key: str

    def region_folder(self, region: str) -> Path:
        """The folder of a Region's files, made where it is missing."""
        folder = self.path / region
        try:
            folder.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise _access_error(folder, error) from error
        return folder

    def regions(self) -> list[str]:
        """The Regions that have a database here."""
        return sorted(child.parent.name for child in self.path.glob("*/data.db"))

    @property
    def config_path(self) -> Path:
        """The file of the folder's settings."""
        return self.path / "config.toml"

    def config(self) -> dict[str, Any]:
        """What `config.toml` says; empty where there is none."""
        path = self.config_path
        try:
            return tomllib.loads(path.read_text("utf-8"))
        except FileNotFoundError:
            return {}
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise ConfigError(f"{path}: {error}") from error
        except OSError as error:
            raise _access_error(path, error) from error


def open_folder(path: Path, force_network: bool = False) -> DataFolder:
    """Open a data folder, or make one.

    Raises `FolderAccessError` where the folder cannot be read or written or lies on a network file
    system, `WrongKeyError`, `DamagedError`, `NewerFormatError`.
    """
    path = path.expanduser().absolute()
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not force_network:
            _refuse_network(path)
        if not os.access(path, os.R_OK | os.W_OK | os.X_OK):
            raise FolderAccessError(f"{path}: the folder is not writable")
        if (path / "folder.json").exists():
            return _open_existing(path)
        return _create(path)
    except OSError as error:
        raise _access_error(path, error) from error


def _create(path: Path) -> DataFolder:
    """Make the folder's files; a lock on the folder lets one of several first users do it."""
    lock = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if (path / "folder.json").exists():
            return _open_existing(path)
        if any(path.glob("*/data.db")):
            raise DamagedError(
                f"{path}: folder.json is missing beside data; restore it from a copy"
            )
        if any(child.name not in {"config.toml", "keys"} for child in path.iterdir()):
            raise FolderAccessError(f"{path}: the folder holds other files and is no data folder")
        key = secrets.token_hex(_KEY_BYTES)
        (path / "keys").mkdir(mode=0o700, exist_ok=True)
        _write_private(path / "keys" / "page.key", key + "\n")
        form = {"format": FORMAT_VERSION, "cipher": CIPHER, "key_fingerprint": _fingerprint(key)}
        _write_private(
            path / "folder.json", orjson.dumps(form, option=orjson.OPT_INDENT_2).decode()
        )
        return DataFolder(path, key)
    finally:
        os.close(lock)


def _open_existing(path: Path) -> DataFolder:
    form_path = path / "folder.json"
    try:
        form = orjson.loads(form_path.read_bytes())
        version, cipher, fingerprint = form["format"], form["cipher"], form["key_fingerprint"]
    except (orjson.JSONDecodeError, KeyError, TypeError) as error:
        raise DamagedError(f"{form_path}: not a folder description; the file is damaged") from error
    if not isinstance(version, int) or version > FORMAT_VERSION or cipher != CIPHER:
        raise NewerFormatError(
            f"{path}: written by a newer version (format {version}, cipher {cipher}); "
            f"this one reads formats up to {FORMAT_VERSION}"
        )
    key_path = path / "keys" / "page.key"
    try:
        key = key_path.read_text("ascii").strip()
    except FileNotFoundError as error:
        raise WrongKeyError(f"{key_path}: the key of this folder is missing") from error
    except UnicodeDecodeError as error:
        raise WrongKeyError(f"{key_path}: not a key") from error
    if _fingerprint(key) != fingerprint:
        raise WrongKeyError(f"{key_path}: this is not the key with which the folder was made")
    return DataFolder(path, key)


def _fingerprint(key: str) -> str:
    return hashlib.sha256(b"dyntui page key\x00" + key.encode("ascii")).hexdigest()[:32]


def _write_private(path: Path, text: str) -> None:
    """Write a file that appears whole or not at all, readable by its owner only."""
    aside = path.with_name(path.name + ".new")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)


def _refuse_network(path: Path) -> None:
    try:
        mounts = Path("/proc/mounts").read_text("utf-8", "surrogateescape").splitlines()
    except OSError:
        return
    best, kind = "", ""
    for line in mounts:
        fields = line.split(" ")
        point = fields[1].replace("\\040", " ")
        if path.is_relative_to(point) and len(point) >= len(best):
            best, kind = point, fields[2]
    if kind in _NETWORK_FILE_SYSTEMS:
        raise FolderAccessError(
            f"{path}: a network file system ({kind}), on which data could be lost; "
            "use a local folder"
        )


def _access_error(path: Path, error: OSError) -> FolderAccessError:
    return FolderAccessError(f"{path}: {error.strerror or error}")
