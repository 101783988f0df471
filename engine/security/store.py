"""Where a Region's vault is kept: a sealed file that is replaced whole, or this process's memory.

keys/kms-<region>.json   the vault, sealed under the folder's root key

What is read is always what the file holds now, so that processes see each other's changes at once.
"""

from __future__ import annotations

import threading
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Callable
from pathlib import Path
from typing import Protocol, TypeVar

from engine.errors import DamagedError, WrongKeyError
from engine.security.forms import content_of, form_text, read_form
from engine.security.master import Master, one_at_a_time, write_key_file
from engine.security.sealing import NotOpenedError, fingerprint, seal, unseal
from engine.security.vault import Vault, dump_vault, load_vault
from engine.security.watched_file import WatchedFile

T = TypeVar("T")
Change = Callable[[Vault], tuple[Vault, T]]
"""Gives the vault as it is to be, the same one where nothing changes, and an answer."""

_WHAT = "dyntui key store"


class Store(Protocol):
    """A vault that several may use at once."""

    def current(self) -> Vault:
        """The vault as it is; raises `FolderError`."""
        ...

    def change(self, work: Change[T]) -> T:
        """Change the vault, one after the other; where `work` raises, nothing is changed."""
        ...

    def generation(self) -> object:
        """What is another one after each change."""
        ...

    def let_go(self) -> None:
        """Give back what `generation` holds open; it may be asked again."""
        ...


class MemoryStore:
    """A vault that is gone with the process."""

    def __init__(self) -> None:
        self._vault = Vault()
        self._changes = 0
        self._lock = threading.Lock()

    def current(self) -> Vault:
        """See `Store.current`."""
        return self._vault

    def change(self, work: Change[T]) -> T:
        """See `Store.change`."""
        with self._lock:
            self._vault, answer = work(self._vault)
            self._changes += 1
            return answer

    def generation(self) -> object:
        """See `Store.generation`."""
        return self._changes

    def let_go(self) -> None:
        """See `Store.let_go`; nothing is open."""


class FileStore:
    """The vault of a Region in a data folder's `keys`."""

    def __init__(self, keys_folder: Path, region: str, master: Master) -> None:
        self._folder = keys_folder
        self._path = keys_folder / f"kms-{region}.json"
        self._watched = WatchedFile(self._path)
        # See `Store.generation`: asked by every request on a table under a key.
        self.generation: Callable[[], object] = self._watched.generation
        self._bound = f"{_WHAT} of {region}".encode()
        self._master = master
        # What was opened last, and of which content.
        self._opened: tuple[bytes | None, Vault] = (None, Vault())

    def current(self) -> Vault:
        """See `Store.current`."""
        content = content_of(self._path)
        known, vault = self._opened
        if content == known:
            return vault
        vault = Vault() if content is None else self._open(content)
        self._opened = (content, vault)
        return vault

    def change(self, work: Change[T]) -> T:
        """See `Store.change`."""
        with one_at_a_time(self._folder):
            before = self.current()
            after, answer = work(before)
            if after is not before:
                write_key_file(self._path, self._sealed(after))
            return answer

    def let_go(self) -> None:
        """See `Store.let_go`."""
        self._watched.close()

    def _sealed(self, vault: Vault) -> str:
        root = self._master.root()
        sealed = seal(root, dump_vault(vault), self._bound)
        members = {"root": fingerprint(root), "sealed": b64encode(sealed).decode()}
        return form_text(_WHAT, members)

    def _open(self, content: bytes) -> Vault:
        form = read_form(self._path, _WHAT, ("root", "sealed"), content)
        root = self._master.root()
        if form["root"] != fingerprint(root):
            raise WrongKeyError(f"{self._path}: these keys are of another data folder")
        try:
            return load_vault(unseal(root, b64decode(form["sealed"]), self._bound))
        except (NotOpenedError, Base64Error) as error:
            raise DamagedError(f"{self._path}: the file was changed; restore a copy") from error
