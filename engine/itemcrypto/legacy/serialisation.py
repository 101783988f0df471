"""Attribute values as the bytes that the legacy format encrypts and signs.

Every value starts with 00 and a tag. Writers in Python sort by bytes; those in Java sort texts by
UTF-16 code units and binary values by signed bytes, which `java` asks for.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.client.protocol import Json
from engine.itemcrypto.cursor import Cursor, utf8, with_length
from engine.itemcrypto.errors import ItemFormatError, SealRefusedError
from engine.itemcrypto.serialisation import DEPTH_MAX, binary, normalised_number, utf16

_WHAT = "a decrypted value"
_TAGS = {
    "S": b"\0s",
    "N": b"\0n",
    "B": b"\0b",
    "BOOL": b"\0?",
    "NULL": b"\0\0",
    "SS": b"\0S",
    "NS": b"\0N",
    "BS": b"\0B",
    "L": b"\0L",
    "M": b"\0M",
}
_TYPES = {tag: kind for kind, tag in _TAGS.items()}


def serialised(value: Json, *, java: bool = False) -> bytes:
    """The bytes of an attribute value; raises SealRefusedError."""
    try:
        return _serialised(value, java, 1)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        if isinstance(error, UnicodeEncodeError):
            raise SealRefusedError("a text cannot be written as UTF-8") from None
        raise SealRefusedError("a value is not an attribute value") from None


def _serialised(value: Json, java: bool, depth: int) -> bytes:
    [(kind, content)] = value.items()
    tag = _TAGS[kind]
    match kind:
        case "S" | "N" | "B":
            return tag + with_length(_scalar(kind, content), 4)
        case "BOOL":
            return tag + (b"\x01" if content else b"\x00")
        case "NULL":
            return tag
        case "SS" | "NS" | "BS":
            members = _sorted([_scalar(kind[0], member) for member in content], kind, java)
            return tag + _counted([with_length(member, 4) for member in members])
    if depth > DEPTH_MAX:
        raise SealRefusedError(f"a value is nested deeper than {DEPTH_MAX} levels")
    if kind == "L":
        return tag + _counted([_serialised(one, java, depth + 1) for one in content])
    names = sorted(content, key=utf16 if java else str.encode)
    return tag + _counted(
        [
            _serialised({"S": name}, java, depth) + _serialised(content[name], java, depth + 1)
            for name in names
        ]
    )


def _scalar(kind: str, content: Any) -> bytes:
    if kind == "B":
        return binary(content)
    text: str = normalised_number(content) if kind == "N" else content
    return text.encode()


def _sorted(members: list[bytes], kind: str, java: bool) -> list[bytes]:
    if not java:
        return sorted(members)
    if kind == "BS":
        return sorted(members, key=_as_signed)
    return sorted(members, key=lambda member: utf16(member.decode()))


def _as_signed(member: bytes) -> bytes:
    """Bytes whose order is that of the member's signed bytes."""
    return bytes(byte ^ 0x80 for byte in member)


def _counted(parts: list[bytes]) -> bytes:
    return len(parts).to_bytes(4, "big") + b"".join(parts)


def deserialised(data: bytes) -> Json:
    """The attribute value of bytes; raises ItemFormatError."""
    cursor = Cursor(data, _WHAT)
    value = _read(cursor, 1)
    cursor.end()
    return value


def _read(cursor: Cursor, depth: int) -> Json:
    kind = _TYPES.get(cursor.take(2))
    match kind:
        case None:
            raise ItemFormatError(f"{_WHAT} has an unknown type")
        case "S" | "N" | "B":
            return {kind: _read_scalar(kind, cursor.prefixed(4))}
        case "BOOL":
            return {kind: _read_boolean(cursor)}
        case "NULL":
            return {kind: True}
        case "SS" | "NS" | "BS":
            count = cursor.number(4)
            return {kind: [_read_scalar(kind[0], cursor.prefixed(4)) for _ in range(count)]}
    if depth > DEPTH_MAX:
        raise ItemFormatError(f"{_WHAT} is nested deeper than {DEPTH_MAX} levels")
    count = cursor.number(4)
    if kind == "L":
        return {kind: [_read(cursor, depth + 1) for _ in range(count)]}
    return {kind: _read_map(cursor, count, depth)}


def _read_boolean(cursor: Cursor) -> bool:
    byte = cursor.number(1)
    if byte > 1:
        raise ItemFormatError(f"{_WHAT} has a Boolean that is neither true nor false")
    return byte == 1


def _read_map(cursor: Cursor, count: int, depth: int) -> Json:
    content: Json = {}
    for _ in range(count):
        name = _read(cursor, depth).get("S")
        if name is None or name in content:
            raise ItemFormatError(f"{_WHAT} has a map with a key that is no text, or one twice")
        content[name] = _read(cursor, depth + 1)
    return content


def _text(data: bytes) -> str:
    return utf8(data, _WHAT)


def _number(data: bytes) -> str:
    text = _text(data)
    try:
        return normalised_number(text)
    except SealRefusedError:
        raise ItemFormatError(f"{_WHAT} has a number that is none") from None


_SCALARS: dict[str, Callable[[bytes], Any]] = {"S": _text, "N": _number, "B": bytes}


def _read_scalar(kind: str, data: bytes) -> Any:
    return _SCALARS[kind](data)
