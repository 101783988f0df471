"""Attribute values and items as text.

DynamoDB JSON keeps every type and every digit. Plain JSON is what other programs read: numbers
are JSON numbers with all their digits, binary values base64 text and sets lists, so that of these
the type is lost. A cell is one line for people.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

import orjson

from dyntui.core.text.symbols import drawn
from engine.transfer.plain_json import PlainJsonError, base64_text, parse, plain, typed

Json = dict[str, Any]

MAX_CELL_CHARACTERS = 2_000
BYTES_IN_A_UNIT = 1024
ELLIPSIS = "…"


def shortened(text: str, length: int) -> str:
    """A text of so many characters at most; an ellipsis says that more of it is there."""
    return text if len(text) <= length else text[: max(0, length - 1)] + ELLIPSIS[: max(0, length)]


def dynamodb_json(value: Any, *, indent: bool = True) -> str:
    """An item, or anything made of attribute values, as DynamoDB JSON; nothing is lost."""
    option = orjson.OPT_INDENT_2 if indent else 0
    return orjson.dumps(value, default=json_default, option=option).decode()


def plain_json(item: Json, *, indent: bool = True) -> str:
    """An item as plain JSON; see the head of this module for what is lost."""
    option = orjson.OPT_INDENT_2 if indent else 0
    members = {name: plain(value) for name, value in item.items()}
    return orjson.dumps(members, option=option).decode()


def plain_value_json(value: Json) -> str:
    """One attribute value as plain JSON on one line."""
    return orjson.dumps(plain(value)).decode()


def wide_json(value: Any) -> str:
    """JSON indented by four, as the AWS CLI writes it."""
    text = orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()
    # Neither line ends nor tabs stand inside text: they are escaped. Depth by depth, since a
    # replacement for each line by itself takes ten times as long.
    depth = 0
    while "\n" + "  " * (depth + 1) in text:
        depth += 1
    for level in range(depth, 0, -1):
        text = text.replace("\n" + "  " * level, "\n" + "\t" * level)
    return text.replace("\t", "    ")


def json_default(value: Any) -> str:
    """What JSON has in place of binary content; raises `TypeError` for all else."""
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    raise TypeError(f"{type(value).__name__} is not part of an item")


def bytes_text(size: float) -> str:
    """A size for people, in the units of 1,024 bytes that DynamoDB's limits are in."""
    if size < BYTES_IN_A_UNIT:
        return f"{size:,.0f} B"
    for unit in ("KB", "MB", "GB"):
        size /= BYTES_IN_A_UNIT
        if size < BYTES_IN_A_UNIT or unit == "GB":
            break
    return f"{size:.1f} {unit}" if size < 10 else f"{size:,.0f} {unit}"


# Plain JSON on the way in.


def parse_plain(text: str) -> Any:
    """Plain JSON as attribute values: objects at the top stay objects, what is in them is typed.

    A list of objects gives a list of items. Raises `PlainJsonError`.
    """
    document = parse(text)
    documents = document if isinstance(document, list) else [document]
    if not all(isinstance(one, dict) for one in documents):
        raise PlainJsonError('an item is an object, such as {"id": "a"}')
    items = [{name: typed(value) for name, value in one.items()} for one in documents]
    return items if isinstance(document, list) else items[0]


# One line for people.


def cell_text(value: Json, limit: int = MAX_CELL_CHARACTERS) -> str:
    """An attribute value on one line.

    Text stands as it is, control characters escaped; inside other values it is in quotes. Binary
    is base64, a set `{"a", "b"}`, a list `[1, 2]`, a map `{name: value}`. A text of more than
    `limit` characters ends in an ellipsis.
    """
    kind, content = next(iter(value.items()))
    if kind == "S":
        return printable(content if len(content) <= limit else content[:limit] + drawn(ELLIPSIS))
    text = ""
    for piece in _pieces(value):
        text += piece
        if len(text) > limit:
            return text[:limit] + drawn(ELLIPSIS)
    return text


def _pieces(value: Json) -> Iterator[str]:
    kind, content = next(iter(value.items()))
    match kind:
        case "S":
            yield _quoted(content)
        case "N":
            yield content
        case "B":
            yield base64_text(content)
        case "BOOL":
            yield "true" if content else "false"
        case "NULL":
            yield "null"
        case "SS":
            yield from _joined("{", (_quoted(member) for member in content), "}")
        case "NS":
            yield from _joined("{", iter(content), "}")
        case "BS":
            yield from _joined("{", map(base64_text, content), "}")
        case "L":
            yield from _nested("[", ((("", element)) for element in content), "]")
        case "M":
            members = ((f"{_name(name)}: ", member) for name, member in content.items())
            yield from _nested("{", members, "}")


def _joined(opening: str, members: Iterator[str], closing: str) -> Iterator[str]:
    yield opening
    for number, member in enumerate(members):
        yield f", {member}" if number else member
    yield closing


def _nested(opening: str, members: Iterator[tuple[str, Json]], closing: str) -> Iterator[str]:
    yield opening
    for number, (label, member) in enumerate(members):
        yield f", {label}" if number else label
        yield from _pieces(member)
    yield closing


def _quoted(text: str) -> str:
    return printable(json.dumps(text, ensure_ascii=False))


def _name(name: str) -> str:
    """A name inside a map, in quotes only where it could be taken for something else."""
    return name if name.isidentifier() else _quoted(name)


_ESCAPES = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def printable(text: str) -> str:
    """The text on one line, and harmless: characters that could steer a terminal are escaped."""
    if text.isprintable():
        return text
    return "".join(map(_printable_character, text))


def _printable_character(character: str) -> str:
    if character.isprintable():
        return character
    code = ord(character)
    if code > 0xFFFF:
        return f"\\U{code:08x}"
    return _ESCAPES.get(character) or (f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}")
