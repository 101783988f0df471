"""Files of keys. Those with secrets may be read by their owner only; none is written twice.

A symmetric key is base64 text; an RSA key is PEM or DER; branch keys are JSON:

    {"branch_key_id": "…", "versions": [{"version": UUID, "key": base64}, …], "beacon_key": base64}

The last version of a branch key is the one to write with.
"""

from __future__ import annotations

import os
import stat
from base64 import b64decode, b64encode
from pathlib import Path
from uuid import UUID

import orjson

from engine.itemcrypto.errors import CryptoConfigError
from engine.itemcrypto.keyrings.hierarchy import BranchKey
from engine.itemcrypto.settings import Section

_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_OWNER_ONLY = stat.S_IRUSR | stat.S_IWUSR


def read_secret(path: Path) -> bytes:
    """The content of a file that its owner alone may read; raises CryptoConfigError."""
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            if os.name == "posix" and mode & _OTHERS:
                raise CryptoConfigError(
                    f"{path}: others may read this key (mode {stat.S_IMODE(mode):04o}); "
                    f"chmod 600 makes it yours alone"
                )
            return file.read()
    except OSError as error:
        raise CryptoConfigError(f"{path}: {error.strerror}") from error


def read_public(path: Path) -> bytes:
    """The content of a file that may be read by anybody; raises CryptoConfigError."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise CryptoConfigError(f"{path}: {error.strerror}") from error


def read_key(path: Path) -> bytes:
    """A symmetric key; raises CryptoConfigError."""
    return _decoded(read_secret(path).strip(), path)


def write_key(path: Path, key: bytes) -> None:
    """Keep a symmetric key in a new file; raises CryptoConfigError where there is one already."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY)
        with os.fdopen(descriptor, "wb") as file:
            file.write(b64encode(key) + b"\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise CryptoConfigError(f"{path}: {error.strerror}") from error


def read_branch_keys(path: Path) -> tuple[list[BranchKey], bytes | None]:
    """The versions of a branch key, and its beacon key if it has one; raises CryptoConfigError."""
    try:
        content = orjson.loads(read_secret(path))
    except orjson.JSONDecodeError as error:
        raise CryptoConfigError(f"{path}: not JSON: {error}") from None
    section = Section(path, content)
    branch_key_id = section.text("branch_key_id")
    keys = []
    for one in section.sections("versions"):
        try:
            version = UUID(one.text("version"))
        except ValueError:
            raise one.wrong("version", "must be a UUID") from None
        keys.append(BranchKey(branch_key_id, version, _decoded(one.text("key").encode(), path)))
        one.end()
    if not keys:
        raise section.wrong("versions", "must hold a version")
    beacon = section.optional_text("beacon_key")
    section.end()
    return keys, None if beacon is None else _decoded(beacon.encode(), path)


def _decoded(text: bytes, path: Path) -> bytes:
    try:
        key = b64decode(text, validate=True)
    except ValueError:
        key = b""
    if not key:
        raise CryptoConfigError(f"{path}: a key must be base64 text")
    return key


def file_of(section: Section, name: str) -> Path:
    """The file that a setting names, which may stand beside the configuration."""
    return section.file.parent / Path(section.text(name)).expanduser()
