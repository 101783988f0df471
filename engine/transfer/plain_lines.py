"""Lines of plain JSON, an object an item, or a list of them; MongoDB's extended JSON too."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

from engine.client.protocol import Json
from engine.transfer.plain_json import Number, PlainJsonError, parse, typed
from engine.transfer.records import Record, lines_of, too_long
from engine.transfer.typing_rules import CellError, value_of


def read(stream: BinaryIO, types: Mapping[str, str], *, extended: bool = False) -> Iterator[Record]:
    """The items of a file, an object a line or one list of objects.

    `types`: of attributes that JSON has as text, such as B for a binary key. `extended`: MongoDB's
    extended JSON, as mongoexport writes it.
    """
    for number, text, whole in _documents(stream):
        yield _record(number, text, types, extended) if whole else too_long(number, text)


def _documents(stream: BinaryIO) -> Iterator[tuple[int, bytes, bool]]:
    """Objects line by line; of a list, the lines in which other tools write its parts."""
    in_list = False
    for number, text, whole in lines_of(stream):
        if number == 1 and text.startswith(b"\xef\xbb\xbf"):
            text = text[3:]
        if text in (b"[", b"]"):
            in_list = True
            continue
        if in_list or text[:1] == b"[":
            in_list = True
            text = text.removeprefix(b"[").removesuffix(b"]").strip().removesuffix(b",").strip()
        if text:
            yield number, text, whole


def _record(number: int, text: bytes, types: Mapping[str, str], extended: bool) -> Record:
    try:
        document = parse(text.decode())
    except UnicodeDecodeError:
        return Record.rejected(number, "not UTF-8", text)
    except PlainJsonError as error:
        return Record.rejected(number, f"not JSON: {error}", text, error.column)
    if not isinstance(document, dict):
        return Record.rejected(number, 'an item is an object, such as {"id": "a"}', text)
    if extended:
        document = _unwrapped(document)
    try:
        return Record(number, {name: _told(name, value, types) for name, value in document.items()})
    except CellError as error:
        return Record.rejected(number, str(error), text)


def _told(name: str, value: Any, types: Mapping[str, str]) -> Json:
    """An attribute of a type that was told, where JSON has it as text or as a list."""
    kind = types.get(name)
    if kind is None or kind == "JSON":
        return typed(value)
    if isinstance(value, list) and kind in ("SS", "NS", "BS"):
        return {kind: [str(member) for member in value]}
    if isinstance(value, str):
        return value_of(name, str(value), kind)
    return typed(value)


_WRAPPED = frozenset({"$oid", "$numberInt", "$numberLong", "$numberDouble", "$numberDecimal"})


def _unwrapped(value: Any) -> Any:
    """A value of MongoDB's extended JSON without its wrappers: `{"$oid": "…"}` is text."""
    if isinstance(value, list):
        return [_unwrapped(element) for element in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        [(kind, content)] = value.items()
        if kind == "$oid":
            return str(content)
        if kind in _WRAPPED:
            return Number(content)
        if kind == "$date":
            return _unwrapped(content)
    return {name: _unwrapped(member) for name, member in value.items()}
