"""An item as text to be edited: DynamoDB JSON, one attribute a line, and back without a loss.

Binary values are base64 text in it. Numbers are text, as the API has them, so no digit is lost.
"""

from __future__ import annotations

import base64
import json
from typing import Any

from dyntui.core.text.fitted_json import fitted_json
from dyntui.core.text.formats import plain_json, plain_value_json

Json = dict[str, Any]


class ItemTextError(ValueError):
    """The text is no item; `line` is where, counted from 1, or 0 where no line is to blame."""

    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(f"line {line}: {message}" if line else message)
        self.line = line


def item_text(item: Json) -> str:
    """DynamoDB JSON: every attribute on its own line, nested values over several where long."""
    return fitted_json(item) if item else "{\n}"


def parse_item(text: str) -> Json:
    """The item that a text says, binary values as bytes; raises ItemTextError.

    Only what JSON and base64 need is checked here; what else is wrong DynamoDB says.
    """
    try:
        item = json.loads(text, object_pairs_hook=_distinct)
    except json.JSONDecodeError as error:
        raise ItemTextError(error.msg.lower(), error.lineno) from None
    except RecursionError:
        raise ItemTextError("nested deeper than an item can be") from None
    if not isinstance(item, dict):
        raise ItemTextError('an item is an object, such as {"id": {"S": "a"}}')
    return {name: _with_bytes(name, value) for name, value in item.items()}


def _distinct(pairs: list[tuple[str, Any]]) -> Json:
    members = dict(pairs)
    if len(members) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ItemTextError(f"{twice!r} is there twice")
    return members


def _with_bytes(name: str, value: Any) -> Any:
    """An attribute value whose binary content is decoded; what is no value stays as it is, for
    DynamoDB to refuse."""
    if not isinstance(value, dict) or len(value) != 1:
        raise ItemTextError(f'{name!r} needs one type and value, such as {{"S": "text"}}')
    kind, content = next(iter(value.items()))
    if kind == "B":
        return {"B": _bytes(name, content)}
    if kind == "BS" and isinstance(content, list):
        return {"BS": [_bytes(name, member) for member in content]}
    if kind == "M" and isinstance(content, dict):
        return {"M": {inner: _with_bytes(inner, member) for inner, member in content.items()}}
    if kind == "L" and isinstance(content, list):
        return {"L": [_with_bytes(f"{name}[{n}]", member) for n, member in enumerate(content)]}
    return value


def _bytes(name: str, content: Any) -> bytes:
    try:
        return base64.b64decode(content, validate=True)
    except (TypeError, ValueError):
        raise ItemTextError(f"{name!r} is binary and needs base64 text") from None


def value_text(value: Json) -> str:
    """One value as people copy it: text and digits bare, binary as base64, what is nested as plain
    JSON with one member a line."""
    kind, content = next(iter(value.items()))
    match kind:
        case "S" | "N":
            return str(content)
        case "M":
            return plain_json(content)
        case "L" | "SS" | "NS" | "BS":
            members = content if kind == "L" else [{kind[0]: member} for member in content]
            return "[\n" + ",\n".join(f"  {plain_value_json(m)}" for m in members) + "\n]"
        case "B":
            return base64.b64encode(content).decode("ascii")
    return plain_value_json(value)
