"""Texts that a face keeps between sessions: what was run, what is being written. They are sealed.

A file holds a text a line: base64 of nonce, ciphertext and tag, bound to the name of the file.
"""

from __future__ import annotations

import hashlib
from base64 import b64decode, b64encode
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from engine.errors import ApiError, FolderError
from engine.itemcrypto.key_files import read_key, write_key
from engine.security.private_files import make_private_folder, private, write_private
from engine.security.sealing import KEY_BYTES, NotOpenedError, new_key, seal, unseal
from engine.storage.folder import open_folder

_WHAT = b"dyntui notes\x00"
_ENDING = ".sealed"
_KEY_FILE = "notes.key"
# What is typed may hold halves of a pair.
_TEXT = ("utf-8", "surrogatepass")


class Notebook:
    """Sealed files of texts in a folder, which is made when something is written.

    What cannot be read is not there; what cannot be written is not kept.
    """

    def __init__(self, folder: Path, key: bytes) -> None:
        self.folder = folder
        self._key = key

    def texts(self, name: str) -> list[str]:
        """The texts of a file; a line that is damaged or was cut short is left out."""
        found = []
        with suppress(OSError):
            for line in self._path(name).read_bytes().splitlines():
                with suppress(NotOpenedError, ValueError):
                    sealed = b64decode(line, validate=True)
                    found.append(unseal(self._key, sealed, self._bound(name)).decode(*_TEXT))
        return found

    def add(self, name: str, text: str) -> bool:
        """Add a text; whether it was written."""
        try:
            make_private_folder(self.folder)
            with open(self._path(name), "ab", opener=private) as file:
                file.write(self._line(name, text))
        except OSError:
            return False
        return True

    def replace(self, name: str, texts: Iterable[str]) -> bool:
        """Write a file anew, whole or not at all; whether it was written."""
        return write_private(self._path(name), b"".join(self._line(name, text) for text in texts))

    def write_plain(self, name: str, text: str) -> bool:
        """Write a file that is not sealed, whole or not at all; whether it was written."""
        return write_private(self.folder / name, text.encode())

    def _line(self, name: str, text: str) -> bytes:
        return b64encode(seal(self._key, text.encode(*_TEXT), self._bound(name))) + b"\n"

    def _bound(self, name: str) -> bytes:
        return _WHAT + name.encode()

    def _path(self, name: str) -> Path:
        return self.folder / (name + _ENDING)


def notebook_of(data_folder: Path, name: str) -> Notebook | None:
    """The notebook in a data folder, under its page key; None where that cannot be read."""
    try:
        opened = open_folder(data_folder, force_network=True)
    except FolderError:
        return None
    key = hashlib.sha256(b"dyntui notes key\x00" + bytes.fromhex(opened.page_key)).digest()
    return Notebook(data_folder / name, key)


def notebook_beside_key(folder: Path) -> Notebook | None:
    """The notebook in a folder that holds its key, too, which only the owner can read.

    None where the key can be neither read nor made.
    """
    path = folder / _KEY_FILE
    with suppress(ApiError, OSError):
        make_private_folder(folder)
        with suppress(ApiError):
            # Another process may have made it meanwhile.
            if not path.exists():
                write_key(path, new_key())
        key = read_key(path)
        return Notebook(folder, key) if len(key) == KEY_BYTES else None
    return None
