"""Small files that are known to be whole: JSON with what it is, its format and a checksum.

The checksum tells damage from a wrong key; what must not be changed is sealed besides.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import orjson

from engine.errors import DamagedError, FolderAccessError, NewerFormatError

_FORMAT = 1


def form_text(what: str, members: dict[str, str]) -> str:
    """The text of a file with `members`."""
    content: dict[str, str | int] = {"what": what, "format": _FORMAT, **members}
    content["checksum"] = _checksum(content)
    return orjson.dumps(content, option=orjson.OPT_INDENT_2).decode() + "\n"


def read_form(path: Path, what: str, names: tuple[str, ...], content: bytes) -> dict[str, str]:
    """The members of a file's content, `names` among them, all of them texts.

    Raises `DamagedError`, `NewerFormatError`.
    """
    damaged = DamagedError(f"{path}: the file is damaged; restore it from a copy")
    try:
        form = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise damaged from error
    if not isinstance(form, dict) or form.get("what") != what:
        raise damaged
    if not all(isinstance(value, str | int) for value in form.values()):
        raise damaged
    checksum = form.pop("checksum", None)
    if checksum != _checksum(form) or "format" not in form:
        raise damaged
    if form["format"] != _FORMAT:
        raise NewerFormatError(
            f"{path}: written by a newer version (format {form['format']}); "
            f"this one reads formats up to {_FORMAT}"
        )
    if not all(isinstance(form.get(name), str) for name in names):
        raise damaged
    return form


def content_of(path: Path) -> bytes | None:
    """What a file holds; None where there is none. Raises `FolderAccessError`."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise FolderAccessError(f"{path}: {error.strerror}") from error


def _checksum(content: dict[str, str | int]) -> str:
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()
