"""A master key in the operating system's keyring, by the package `keyring`."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from engine.errors import FolderAccessError, WrongKeyError

_SERVICE = "dyntui"


def key_in_keyring(name: str) -> bytes:
    """The key that is kept under a name.

    Raises `FolderAccessError` where there is no keyring, `WrongKeyError` where it has no such key.
    """
    text = _asked("get_password", _SERVICE, name)
    try:
        return bytes.fromhex(text)
    except (TypeError, ValueError) as error:
        raise WrongKeyError(f"the keyring has no master key {name} of {_SERVICE}") from error


def put_key_in_keyring(name: str, key: bytes) -> None:
    """Keep a key under a name; raises `FolderAccessError`."""
    _asked("set_password", _SERVICE, name, key.hex())


def _asked(function: str, *arguments: str) -> Any:
    try:
        keyring = import_module("keyring")
    except ImportError as error:
        raise FolderAccessError(
            "the keyring needs a package more: pip install 'dyntui[keyring]'"
        ) from error
    try:
        return getattr(keyring, function)(*arguments)
    except keyring.errors.KeyringError as error:
        raise FolderAccessError(f"the keyring: {error or type(error).__name__}") from error
