"""Attribute values as the bytes that the current format encrypts and signs.

A value is a type id of two bytes and a body; only values inside lists and maps carry their length.
Sets and maps are sorted, numbers have one text each, so that equal values are equal bytes.
"""

from __future__ import annotations

import re
from binascii import a2b_base64
from collections.abc import Callable, Iterable
from typing import Any

from engine.client.protocol import Json
from engine.errors import ApiError, ValidationException
from engine.itemcrypto.cursor import Cursor, utf8, with_length
from engine.itemcrypto.errors import ItemFormatError, SealRefusedError
from engine.model import json_types, numbers

TYPE_BYTES = 2
DEPTH_MAX = 32
_TYPE_IDS = {
    "NULL": b"\x00\x00",
    "S": b"\x00\x01",
    "N": b"\x00\x02",
    "BOOL": b"\x00\x04",
    "B": b"\xff\xff",
    "SS": b"\x01\x01",
    "NS": b"\x01\x02",
    "BS": b"\x01\xff",
    "M": b"\x02\x00",
    "L": b"\x03\x00",
}
_TEXT_ID = _TYPE_IDS["S"]
_TYPES = {type_id: kind for kind, type_id in _TYPE_IDS.items()}
_VALUE = "a serialised value"
_is_zero = re.compile(r"[+-]?(?:0+\.?0*|\.0+)(?:[eE][+-]?[0-9]+)?", re.ASCII).fullmatch


def normalised_number(text: str) -> str:
    """The one text of a number; raises SealRefusedError.

    It is the text that the engine stores, except that a zero may have any exponent here.
    """
    try:
        return numbers.canonical(text)
    except ValidationException as error:
        if _is_zero(text):
            return "0"
        raise SealRefusedError(error.message) from None


def binary(content: Any) -> bytes:
    """A binary value, which may be base64 text; raises SealRefusedError."""
    if isinstance(content, bytes):
        return content
    try:
        return a2b_base64(json_types.base64_text(content))
    except ApiError as error:
        raise SealRefusedError(error.message) from None


def in_order(texts: Iterable[str]) -> list[str]:
    """Texts by their UTF-16 code units: those beyond U+FFFF stand before U+E000."""
    listed = list(texts)
    if "".join(listed).isascii():
        return sorted(listed)
    return sorted(listed, key=utf16)


def utf16(text: str) -> bytes:
    """The UTF-16 code units of a text."""
    return text.encode("utf-16-be", "surrogatepass")


def utf8_bytes(text: str) -> bytes:
    """A text as UTF-8; raises SealRefusedError where it holds half of a pair."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise SealRefusedError("a text cannot be written as UTF-8") from None


def serialised(value: Json) -> tuple[bytes, bytes]:
    """Type id and body of an attribute value; raises SealRefusedError."""
    return _serialised(value, 1)


def _serialised(value: Json, depth: int) -> tuple[bytes, bytes]:
    try:
        [(kind, content)] = value.items()
        return _TYPE_IDS[kind], _BODIES[kind](content, depth)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        if isinstance(error, UnicodeEncodeError):
            raise SealRefusedError("a text cannot be written as UTF-8") from None
        raise SealRefusedError("a value is not an attribute value") from None


def _text(content: str, _: int) -> bytes:
    return content.encode()


def _number(content: str, _: int) -> bytes:
    return normalised_number(content).encode()


def _binary(content: Any, _: int) -> bytes:
    return binary(content)


def _boolean(content: bool, _: int) -> bytes:
    if not isinstance(content, bool):
        raise TypeError
    return b"\x01" if content else b"\x00"


def _null(content: bool, _: int) -> bytes:
    if content is not True:
        raise TypeError
    return b""


def _members(content: list[Any]) -> list[Any]:
    if not isinstance(content, list):
        raise TypeError
    return content


def _set_of(members: list[bytes]) -> bytes:
    if len(set(members)) < len(members):
        raise SealRefusedError("a set holds a member twice")
    return len(members).to_bytes(4, "big") + b"".join(with_length(m, 4) for m in members)


def _text_set(content: list[str], _: int) -> bytes:
    return _set_of([member.encode() for member in in_order(_members(content))])


def _number_set(content: list[str], _: int) -> bytes:
    return _set_of(sorted(normalised_number(member).encode() for member in _members(content)))


def _binary_set(content: list[Any], _: int) -> bytes:
    return _set_of(sorted(binary(member) for member in _members(content)))


def _list(content: list[Json], depth: int) -> bytes:
    return len(content).to_bytes(4, "big") + b"".join(
        _inner(one, depth) for one in _members(content)
    )


def _map(content: dict[str, Json], depth: int) -> bytes:
    parts = [len(content).to_bytes(4, "big")]
    for name in in_order(content):
        key = name.encode()
        if not 1 <= len(key) <= 0xFFFF:
            raise SealRefusedError("a key of a map must have 1 to 65535 bytes")
        parts += (_TYPE_IDS["S"], with_length(key, 4), _inner(content[name], depth))
    return b"".join(parts)


def _inner(value: Json, depth: int) -> bytes:
    if depth >= DEPTH_MAX:
        raise SealRefusedError(f"a value is nested deeper than {DEPTH_MAX} levels")
    type_id, body = _serialised(value, depth + 1)
    return type_id + with_length(body, 4)


_BODIES: dict[str, Callable[[Any, int], bytes]] = {
    "NULL": _null,
    "S": _text,
    "N": _number,
    "BOOL": _boolean,
    "B": _binary,
    "SS": _text_set,
    "NS": _number_set,
    "BS": _binary_set,
    "M": _map,
    "L": _list,
}


def deserialised(type_id: bytes, body: bytes) -> Json:
    """The attribute value of a type id and a body; raises ItemFormatError."""
    return {"S": utf8(body, _VALUE)} if type_id == _TEXT_ID else _read(type_id, body, 1)


def _read(type_id: bytes, body: bytes, depth: int) -> Json:
    kind = _TYPES.get(type_id)
    if kind is None:
        raise ItemFormatError(f"{_VALUE} has the unknown type {type_id.hex()}")
    if kind in ("L", "M"):
        return {kind: _read_container(kind, body, depth)}
    return {kind: _CONTENTS[kind](body)}


def _read_container(kind: str, body: bytes, depth: int) -> Any:
    cursor = Cursor(body, _VALUE)
    count = cursor.number(4)
    if count and depth >= DEPTH_MAX:
        raise ItemFormatError(f"{_VALUE} is nested deeper than {DEPTH_MAX} levels")
    content: Any = [] if kind == "L" else {}
    for _ in range(count):
        if kind == "M":
            if cursor.take(TYPE_BYTES) != _TYPE_IDS["S"]:
                raise ItemFormatError(f"{_VALUE} has a map with a key that is no text")
            name = cursor.text(4)
            if not name or name in content:
                raise ItemFormatError(f"{_VALUE} has a map with an empty key, or one twice")
        type_id = cursor.take(TYPE_BYTES)
        value = _read(type_id, cursor.prefixed(4), depth + 1)
        if kind == "L":
            content.append(value)
        else:
            content[name] = value
    cursor.end()
    return content


def _read_null(body: bytes) -> bool:
    if body:
        raise ItemFormatError(f"{_VALUE} has a null with a body")
    return True


def _read_boolean(body: bytes) -> bool:
    if body not in (b"\x00", b"\x01"):
        raise ItemFormatError(f"{_VALUE} has a Boolean that is neither true nor false")
    return body == b"\x01"


def _read_text(body: bytes) -> str:
    return utf8(body, _VALUE)


def _read_number(body: bytes) -> str:
    text = utf8(body, _VALUE)
    try:
        normalised_number(text)
    except SealRefusedError:
        raise ItemFormatError(f"{_VALUE} has a number that is none") from None
    return text


def _read_set(
    read: Callable[[bytes], Any], identity: Callable[[Any], Any] | None = None
) -> Callable[[bytes], list[Any]]:
    """A reader of sets; `identity` gives what equal members have in common, if they may differ."""

    def members(body: bytes) -> list[Any]:
        cursor = Cursor(body, _VALUE)
        found = [cursor.prefixed(4) for _ in range(cursor.number(4))]
        cursor.end()
        values = [read(member) for member in found]
        distinct = set(values if identity is None else map(identity, values))
        if len(distinct) < len(values):
            raise ItemFormatError(f"{_VALUE} has a set with a member twice")
        return values

    return members


_CONTENTS: dict[str, Callable[[bytes], Any]] = {
    "NULL": _read_null,
    "S": _read_text,
    "N": _read_number,
    "BOOL": _read_boolean,
    "B": bytes,
    "SS": _read_set(_read_text),
    "NS": _read_set(_read_number, normalised_number),
    "BS": _read_set(bytes),
}
