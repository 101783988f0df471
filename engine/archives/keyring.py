"""The keys of archives: each archive has one of its own, wrapped by the key of a folder.

A table under a KMS key has one more in it, wrapped by that key: without it no row is read.

A folder reads the archives of another one once it has that folder's key of archives, which travels
in a file of its own, wrapped by a passphrase (scrypt).
"""

from __future__ import annotations

import hashlib
import secrets
from base64 import b64decode, b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from engine.client.keys import KeyTools, region_of
from engine.client.protocol import Json
from engine.errors import (
    ApiError,
    DamagedError,
    FolderAccessError,
    FolderError,
    WrongKeyError,
)
from engine.storage.data_keys import denied, key_context
from engine.storage.folder import DataFolder, write_private

_KEY_BYTES = 32
_NONCE_BYTES = 12
_FORMAT = "dyntui archive key 1"
# About a tenth of a second and 32 MB: a passphrase is tried seldom by its owner.
_SCRYPT: dict[str, int] = {"n": 1 << 15, "r": 8, "p": 1, "maxmem": 1 << 26}


class Keyring:
    """The keys that wrap archives' keys: the folder's own, and those that were imported.

    `kms` gives the key store of a Region, for tables under its keys.
    """

    def __init__(
        self, own: bytes, keys_folder: Path | None, kms: Callable[[str], KeyTools]
    ) -> None:
        self._own = own
        self._folder = keys_folder
        self._kms = kms

    @classmethod
    def of(cls, folder: DataFolder | None, kms: Callable[[str], KeyTools]) -> Keyring:
        """The keyring of a data folder; in memory, one that nobody else ever has."""
        if folder is None:
            return cls(secrets.token_bytes(_KEY_BYTES), None, kms)
        own = hashlib.sha256(b"dyntui archive key\x00" + bytes.fromhex(folder.page_key)).digest()
        return cls(own, folder.path / "keys", kms)

    def wrap(self, key: bytes) -> dict[str, str]:
        """An archive's key as its header has it: whose key wraps it, and the wrapped one."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        sealed = nonce + AESGCM(self._own).encrypt(nonce, key, None)
        return {"wrapped_by": _fingerprint(self._own), "key": b64encode(sealed).decode()}

    def unwrap(self, header: dict[str, Any], path: object) -> bytes:
        """The key of an archive; `path` names it in the texts.

        Raises `WrongKeyError` where the key that wraps it is not here.
        """
        wrapping = self._find(header["wrapped_by"])
        if wrapping is None:
            raise WrongKeyError(
                f"{path}: made with the key {header['wrapped_by']}, which this folder does not "
                "have; `dyntui keys export` there and `dyntui keys import` here"
            )
        sealed = b64decode(header["key"])
        try:
            return AESGCM(wrapping).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], None)
        except InvalidTag as error:
            raise DamagedError(f"{path}: the archive is damaged (its key)") from error

    def new_table_key(self, arn: str, table_name: str) -> tuple[bytes, Json]:
        """A key for the rows of a table under a KMS key, and its form in the archive.

        Raises `TableKeyDenied` where that key is of no use.
        """
        context = key_context(table_name)
        try:
            made = self._kms(region_of(arn)).generate_data_key(arn, context)
        except (ApiError, FolderError) as error:
            raise denied(error) from error
        wrapped = b64encode(made.ciphertext).decode()
        return made.plain, {"arn": made.arn, "context": context, "wrapped": wrapped}

    def table_key(self, form: Json) -> bytes:
        """What `new_table_key` made; raises `TableKeyDenied`."""
        try:
            keys = self._kms(region_of(form["arn"]))
            return keys.decrypt(b64decode(form["wrapped"]), form["context"], form["arn"])
        except (ApiError, FolderError) as error:
            raise denied(error) from error

    def _find(self, fingerprint: str) -> bytes | None:
        if _fingerprint(self._own) == fingerprint:
            return self._own
        if self._folder is None:
            return None
        try:
            key = bytes.fromhex((self._folder / f"archives-{fingerprint}.key").read_text("ascii"))
        except (OSError, ValueError):
            return None
        return key if _fingerprint(key) == fingerprint else None

    def export(self, passphrase: str) -> bytes:
        """The folder's own key of archives, as a file that only the passphrase opens."""
        salt, nonce = secrets.token_bytes(16), secrets.token_bytes(_NONCE_BYTES)
        sealed = AESGCM(_from_passphrase(passphrase, salt)).encrypt(nonce, self._own, None)
        form = {
            "format": _FORMAT,
            "fingerprint": _fingerprint(self._own),
            "salt": b64encode(salt).decode(),
            "key": b64encode(nonce + sealed).decode(),
        }
        return orjson.dumps(form, option=orjson.OPT_INDENT_2) + b"\n"

    def add(self, exported: bytes, passphrase: str) -> str:
        """Keep a key that `export` wrote; gives its fingerprint.

        Raises `DamagedError` for what is no such file, `WrongKeyError` for a wrong passphrase.
        """
        if self._folder is None:
            raise FolderAccessError("a Region in memory keeps no keys")
        try:
            form = orjson.loads(exported)
            fingerprint, salt = str(form["fingerprint"]), b64decode(form["salt"], validate=True)
            sealed = b64decode(form["key"], validate=True)
            if form["format"] != _FORMAT:
                raise ValueError(form["format"])
        except (ValueError, TypeError, LookupError) as error:
            raise DamagedError("this is no exported key, or a damaged one") from error
        cipher = AESGCM(_from_passphrase(passphrase, salt))
        try:
            key = cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], None)
        except (InvalidTag, ValueError) as error:
            raise WrongKeyError("the passphrase does not open this key") from error
        if _fingerprint(key) != fingerprint:
            raise DamagedError("the exported key is damaged")
        if key != self._own:
            try:
                write_private(self._folder / f"archives-{fingerprint}.key", key.hex() + "\n")
            except OSError as error:
                raise FolderAccessError(f"{error.filename}: {error.strerror}") from error
        return fingerprint


def new_key() -> bytes:
    """A key for one archive."""
    return secrets.token_bytes(_KEY_BYTES)


def _fingerprint(key: bytes) -> str:
    return hashlib.sha256(b"dyntui archive fingerprint\x00" + key).hexdigest()[:16]


def _from_passphrase(passphrase: str, salt: bytes) -> bytes:
    key: bytes = hashlib.scrypt(passphrase.encode(), salt=salt, dklen=_KEY_BYTES, **_SCRYPT)
    return key
