"""Plain JSON, as other programs have it: numbers are numbers, and types that JSON lacks are lost.

Written: binary values are base64 text, sets are lists. Read: text becomes S, a number N with all
its digits, true and false BOOL, null NULL, a list L, an object M.
"""

from __future__ import annotations

import base64
import json
from typing import Any

import orjson

from engine.client.protocol import Json


class PlainJsonError(ValueError):
    """The text is no plain JSON; `column` (from 1) is where, 0 where nowhere in particular."""

    def __init__(self, message: str, column: int = 0) -> None:
        super().__init__(message)
        self.column = column


class Number(str):
    """The digits of a JSON number, as they were written."""

    __slots__ = ()


# Writing.


def line(raw: bytes) -> bytes:
    """The line of an item as it is stored."""
    plain_item = {name: plain(value) for name, value in orjson.loads(raw).items()}
    return orjson.dumps(plain_item, option=orjson.OPT_APPEND_NEWLINE)


def plain(value: Json) -> Any:
    """An attribute value as `orjson` writes it; binary values may be base64 text or bytes."""
    [(kind, content)] = value.items()
    match kind:
        case "N":
            return orjson.Fragment(content.encode())
        case "B":
            return base64_text(content)
        case "NULL":
            return None
        case "NS":
            return [orjson.Fragment(member.encode()) for member in content]
        case "BS":
            return [base64_text(member) for member in content]
        case "L":
            return [plain(element) for element in content]
        case "M":
            return {name: plain(member) for name, member in content.items()}
    return content


def base64_text(content: bytes | str) -> str:
    """Binary content as base64, which it may be already, as on the wire."""
    return content if isinstance(content, str) else base64.b64encode(content).decode("ascii")


# Reading.


def parse(text: str) -> Any:
    """The document of a text, its numbers as their digits; raises `PlainJsonError`."""
    try:
        return json.loads(
            text, parse_int=Number, parse_float=Number, parse_constant=_refuse_constant
        )
    except json.JSONDecodeError as error:
        raise PlainJsonError(
            f"{error.msg} (line {error.lineno}, column {error.colno})", error.colno
        ) from None
    except RecursionError:
        raise PlainJsonError("nested deeper than an item can be") from None


def value_of(text: str) -> Json:
    """One value of plain JSON as an attribute value; raises `PlainJsonError`."""
    return typed(parse(text))


def typed(value: Any) -> Json:
    """What `parse` gives, as an attribute value."""
    match value:
        case None:
            return {"NULL": True}
        case bool():
            return {"BOOL": value}
        case Number():
            return {"N": str(value)}
        case str():
            return {"S": value}
        case list():
            return {"L": [typed(element) for element in value]}
        case dict():
            return {"M": {name: typed(member) for name, member in value.items()}}
    raise TypeError(f"{type(value).__name__} is not part of plain JSON")


def _refuse_constant(name: str) -> Any:
    raise PlainJsonError(f"{name} is not a number that JSON or DynamoDB knows")
