"""The data folder: its layout, its format, its key, and what can be wrong with it.

folder.json            format version, cipher, key fingerprint
keys/page.key          the key of every page, 32 bytes in hex, readable by the owner only
config.toml            settings of this folder
<region>/data.db       one database per Region
<region>/writers.lock  the writers' queue
<region>/upkeep.lock   held by the process that looks after the files
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import re
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
_NETWORK_FILE_SYSTEMS = frozenset(
    {
        *("afs", "beegfs", "ceph", "cifs", "coda", "davfs", "gfs2", "glusterfs", "lustre"),
        *("ncpfs", "nfs", "nfs4", "ocfs2", "smb3", "smbfs"),
        *("fuse.ceph", "fuse.davfs", "fuse.glusterfs", "fuse.juicefs", "fuse.rclone"),
        *("fuse.s3fs", "fuse.sshfs"),
    }
)
_MOUNTS = Path("/proc/mounts")
_MOUNT_ESCAPE = re.compile(r"\\([0-7]{3})")
# What a folder may hold before it is a data folder; the last is left by a kill amid its making.
_BEFORE_CREATION = frozenset({"config.toml", "keys", "folder.json.new"})


@dataclass(frozen=True, slots=True)
class DataFolder:
    """An opened data folder: its path and the key of its pages (hex digits)."""

    path: Path
    page_key: str

    def region_folder(self, region: str) -> Path:
        """The folder of a Region's files, made where it is missing."""
        folder = self.path / region
        try:
            make_folder(folder)
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
    try:
        path = path.expanduser().absolute()
        if not force_network:
            _refuse_network(path)
        make_folder(path)
        if not os.access(path, os.R_OK | os.W_OK | os.X_OK):
            raise FolderAccessError(f"{path}: the folder is not writable")
        if (path / "folder.json").exists():
            return _open_existing(path)
        return _create(path)
    except OSError as error:
        raise _access_error(path, error) from error
    except (RuntimeError, ValueError) as error:
        # A home that is not known; a byte that no path can hold.
        raise FolderAccessError(f"{path}: no path of a folder ({error})") from error


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
        if any(child.name not in _BEFORE_CREATION for child in path.iterdir()):
            raise FolderAccessError(f"{path}: the folder holds other files and is no data folder")
        key = secrets.token_hex(_KEY_BYTES)
        make_folder(path / "keys")
        write_private(path / "keys" / "page.key", key + "\n")
        form = {"format": FORMAT_VERSION, "cipher": CIPHER, "key_fingerprint": _fingerprint(key)}
        write_private(path / "folder.json", orjson.dumps(form, option=orjson.OPT_INDENT_2).decode())
        return DataFolder(path, key)
    finally:
        os.close(lock)


def _open_existing(path: Path) -> DataFolder:
    form_path = path / "folder.json"
    try:
        form = orjson.loads(form_path.read_bytes())
        version, cipher, fingerprint = form["format"], form["cipher"], form["key_fingerprint"]
        if type(version) is not int or version < 1:
            raise TypeError(version)
    except (orjson.JSONDecodeError, KeyError, TypeError) as error:
        raise DamagedError(f"{form_path}: not a folder description; the file is damaged") from error
    if version > FORMAT_VERSION or cipher != CIPHER:
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


def write_private(path: Path, text: str) -> None:
    """Write a file that appears whole or not at all, readable by its owner only."""
    aside = path.with_name(path.name + ".new")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)
    sync_folder(path.parent)


def make_folder(path: Path) -> None:
    """Make a folder and those above it, for their owner only; power loss does not take them."""
    if path.is_dir():
        return
    make_folder(path.parent)
    path.mkdir(mode=0o700, exist_ok=True)
    sync_folder(path.parent)


def sync_folder(path: Path) -> None:
    """Make the names in a folder survive power loss, where the file system offers that."""
    with contextlib.suppress(OSError):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _refuse_network(path: Path) -> None:
    kind = file_system(path.resolve(), _MOUNTS)
    if kind in _NETWORK_FILE_SYSTEMS:
        raise FolderAccessError(
            f"{path}: a network file system ({kind}), on which data could be lost; "
            "use a local folder"
        )


def file_system(path: Path, mounts: Path) -> str:
    """The kind of file system that a path lies on; empty where `mounts` does not tell.

    `mounts` has Linux's form: a line per mount with device, place and kind, later ones on top.
    """
    try:
        lines = mounts.read_text("utf-8", "surrogateescape").split("\n")
    except OSError:
        return ""
    best, kind = "", ""
    for line in lines:
        _, place, found, *_ = [*line.split(" "), "", ""]
        place = _MOUNT_ESCAPE.sub(lambda match: chr(int(match[1], 8)), place)
        if place and path.is_relative_to(place) and len(place) >= len(best):
            best, kind = place, found
    return kind


def _access_error(path: Path, error: OSError) -> FolderAccessError:
    named = path if error.filename is None else error.filename
    if isinstance(error, (FileExistsError, NotADirectoryError)):
        return FolderAccessError(f"{named}: not a folder")
    return FolderAccessError(f"{named}: {error.strerror or error}")
