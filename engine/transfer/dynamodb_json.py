"""DynamoDB JSON: a line `{"Item": {…}}` an item, as the service's exports are written.

All types and all digits are kept. A line is what storage holds, with a few bytes around it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

import orjson

from engine.client.protocol import Json
from engine.transfer.records import Record, lines_of, too_long

_KINDS = frozenset({"S", "N", "B", "BOOL", "NULL", "SS", "NS", "BS", "L", "M"})


def line(raw: bytes) -> bytes:
    """The line of an item as it is stored."""
    return b'{"Item":%b}\n' % raw


def read(stream: BinaryIO) -> Iterator[Record]:
    """The items of a file; lines without the outer `Item` are items too, if they look like one."""
    for number, text, whole in lines_of(stream):
        yield _record(number, text) if whole else too_long(number, text)


def _record(number: int, text: bytes) -> Record:
    document, fault = parsed(number, text)
    if fault is not None:
        return fault
    item = item_of(document)
    if item is None:
        return Record.rejected(number, 'the line is no {"Item": {…}}', text)
    return Record(number, item)


def parsed(number: int, text: bytes) -> tuple[object, Record | None]:
    """The JSON of a line, or the record that says what is wrong with it."""
    try:
        return orjson.loads(text), None
    except orjson.JSONDecodeError as error:
        return None, Record.rejected(number, f"not JSON: {error.msg}", text, error.colno)


def item_of(document: object) -> Json | None:
    """The item in the document of a line; None where there is none."""
    if not isinstance(document, dict):
        return None
    inner = document.get("Item")
    if len(document) == 1 and isinstance(inner, dict) and not _is_value(inner):
        return inner
    if document and all(_is_value(value) for value in document.values()):
        return document
    return None


def _is_value(value: object) -> bool:
    """Whether something looks like an attribute value: a map of one type to its content."""
    if not isinstance(value, dict) or len(value) != 1:
        return False
    [(kind, content)] = value.items()
    # `{"Item": {"S": {"N": "1"}}}` is an item with an attribute S.
    return kind in _KINDS and (kind == "M" or not isinstance(content, dict))
