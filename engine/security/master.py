"""The master key of a folder's key stores, and where it comes from.

keys/root.json    the root key, under which the key stores are sealed, wrapped by the master key
keys/master.key   the master key in hex, where it is kept in a file
keys/kms.lock     the queue of those who change keys

The root key never changes, so that a change of the master key writes one small file, whole or not
at all.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import threading
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from engine.client.keys import MASTER_KINDS
from engine.errors import DamagedError, FolderAccessError, WrongKeyError
from engine.security.forms import content_of, form_text, read_form
from engine.security.os_keyring import key_in_keyring, put_key_in_keyring
from engine.security.sealing import KEY_BYTES, NotOpenedError, fingerprint, new_key, seal, unseal
from engine.storage.folder import write_private
from engine.storage.gate import FileGate

PASSPHRASE_VARIABLE = "DYNTUI_MASTER_PASSPHRASE"
KEY_VARIABLE = "DYNTUI_MASTER_KEY"
_WHAT = "dyntui root key"
_NAMES = ("kind", "salt", "wrapped_by", "root")
# About a fifth of a second and 64 MB for each try.
_SCRYPT: dict[str, int] = {"n": 1 << 16, "r": 8, "p": 1, "maxmem": 1 << 27}
_is_key = re.compile(r"[0-9a-fA-F]{64}").fullmatch


class Master:
    """The root key of a folder, opened at need; safe to use from several threads."""

    def __init__(self, keys_folder: Path, environment: Mapping[str, str] = os.environ) -> None:
        self.folder = keys_folder
        self._path = keys_folder / "root.json"
        self._environment = environment
        self._lock = threading.Lock()
        self._root: bytes | None = None

    def root(self) -> bytes:
        """The root key, made with a master key in a file where there is none.

        The caller holds the folder's lock where one may have to be made. Raises `FolderError`.
        """
        with self._lock:
            if self._root is None:
                form = self._form()
                if form is None:
                    self._root = new_key()
                    self._wrap(self._root, "file", None)
                else:
                    self._root = self._unwrapped(form, None)
            return self._root

    @property
    def is_locked(self) -> bool:
        """See `KeyTools.is_locked`."""
        if self._root is not None or PASSPHRASE_VARIABLE in self._environment:
            return False
        form = self._form()
        return form is not None and form["kind"] == "passphrase"

    def unlock(self, passphrase: str) -> None:
        """See `KeyTools.unlock`; without effect where no passphrase is needed."""
        form = self._form()
        if form is not None and form["kind"] == "passphrase":
            self._root = self._unwrapped(form, passphrase)

    @property
    def kind(self) -> str:
        """See `KeyTools.master_kind`."""
        form = self._form()
        return "file" if form is None else form["kind"]

    def protect(self, kind: str, passphrase: str | None) -> None:
        """See `KeyTools.protect`; raises `ValueError` for what cannot be chosen."""
        if kind not in MASTER_KINDS:
            raise ValueError(f"{kind!r} is none of {', '.join(MASTER_KINDS)}")
        if (kind == "passphrase") != bool(passphrase):
            raise ValueError("a passphrase is what the kind 'passphrase' takes, and no other")
        with one_at_a_time(self.folder):
            old = self._form()
            if old is not None and old["kind"] == kind != "passphrase":
                raise ValueError(f"the master key comes from there already ({kind})")
            root = new_key() if old is None else self.root()
            self._wrap(root, kind, passphrase)
            self._root = root
            if kind != "file":
                with suppress(FileNotFoundError):
                    (self.folder / "master.key").unlink()

    def _form(self) -> dict[str, str] | None:
        content = content_of(self._path)
        if content is not None:
            form = read_form(self._path, _WHAT, _NAMES, content)
            if form["kind"] not in MASTER_KINDS:
                raise DamagedError(f"{self._path}: {form['kind']!r} is no kind of master key")
            return form
        if any(self.folder.glob("kms-*.json")):
            raise DamagedError(f"{self._path}: missing beside keys; restore it from a copy")
        return None

    def _wrap(self, root: bytes, kind: str, passphrase: str | None) -> None:
        salt = secrets.token_hex(16)
        if kind == "file":
            master = new_key()
            write_key_file(self.folder / "master.key", master.hex() + "\n")
        elif kind == "keyring":
            master = new_key()
            put_key_in_keyring(fingerprint(root), master)
        elif passphrase is not None:
            master = _from_passphrase(passphrase, salt)
        else:
            master = self._environment_key()
        members = {
            "kind": kind,
            "salt": salt,
            "fingerprint": fingerprint(root),
            "wrapped_by": fingerprint(master),
            "root": b64encode(seal(master, root, kind.encode())).decode(),
        }
        write_key_file(self._path, form_text(_WHAT, members))

    def _unwrapped(self, form: dict[str, str], passphrase: str | None) -> bytes:
        kind = form["kind"]
        if kind == "file":
            master = self._file_key()
        elif kind == "environment":
            master = self._environment_key()
        elif kind == "keyring":
            master = key_in_keyring(form["fingerprint"])
        else:
            given = self._environment.get(PASSPHRASE_VARIABLE) if passphrase is None else passphrase
            if given is None:
                raise WrongKeyError(
                    f"{self._path}: the keys are under a passphrase: set {PASSPHRASE_VARIABLE}"
                )
            master = _from_passphrase(given, form["salt"])
        if fingerprint(master) != form["wrapped_by"]:
            told = {
                "file": f"{self.folder / 'master.key'}: this is not the master key of the keys",
                "passphrase": "the passphrase is not that of the keys",
                "environment": f"{KEY_VARIABLE}: this is not the master key of the keys",
                "keyring": "the master key in the keyring is not that of the keys",
            }
            raise WrongKeyError(told[kind])
        try:
            return unseal(master, b64decode(form["root"]), kind.encode())
        except (NotOpenedError, ValueError) as error:
            raise DamagedError(f"{self._path}: the file was changed; restore a copy") from error

    def _file_key(self) -> bytes:
        path = self.folder / "master.key"
        content = content_of(path)
        if content is None:
            raise WrongKeyError(f"{path}: the master key of the keys is missing")
        if path.stat().st_mode & 0o077:
            raise FolderAccessError(f"{path}: others can read it: chmod 600")
        return _from_hex(content.decode("ascii", "replace").strip(), str(path))

    def _environment_key(self) -> bytes:
        text = self._environment.get(KEY_VARIABLE)
        if text is None:
            raise WrongKeyError(f"the master key of the keys is missing: set {KEY_VARIABLE}")
        return _from_hex(text.strip(), KEY_VARIABLE)


@contextmanager
def one_at_a_time(keys_folder: Path) -> Iterator[None]:
    """Wait until no other process or thread changes keys; raises `FolderAccessError`."""
    try:
        gate = FileGate(keys_folder / "kms.lock")
    except OSError as error:
        raise FolderAccessError(f"{error.filename}: {error.strerror}") from error
    with closing(gate), gate:
        yield


def _from_hex(text: str, source: str) -> bytes:
    if not _is_key(text):
        raise WrongKeyError(f"{source}: not a key, which has {KEY_BYTES * 2} hex digits")
    return bytes.fromhex(text)


def _from_passphrase(passphrase: str, salt: str) -> bytes:
    key: bytes = hashlib.scrypt(
        passphrase.encode("utf-8", "surrogateescape"),
        salt=salt.encode(),
        dklen=KEY_BYTES,
        **_SCRYPT,
    )
    return key


def write_key_file(path: Path, text: str) -> None:
    """Replace a file whole, readable by its owner only; raises `FolderAccessError`."""
    try:
        write_private(path, text)
    except OSError as error:
        raise FolderAccessError(f"{error.filename or path}: {error.strerror}") from error
