"""JSON laid out for reading: what fits on a line stays on one, the rest takes a line a member."""

from __future__ import annotations

import base64
import json
from typing import Any

LINE_LENGTH = 74
"""What an editor with line numbers shows in a window of 80 columns."""


def fitted_json(value: Any, *, width: int = LINE_LENGTH) -> str:
    """The value as JSON, its outermost members always a line each; bytes become base64 text."""
    if isinstance(value, dict) and value:
        return _object(value, 0, width)
    return _fitted(value, 0, 0, width)


def flat_json(value: Any) -> str:
    """The value as JSON on one line; bytes become base64 text."""
    if isinstance(value, dict):
        members = (f"{_text(name)}: {flat_json(member)}" for name, member in value.items())
        return "{" + ", ".join(members) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(flat_json, value)) + "]"
    if isinstance(value, bytes):
        return _text(base64.b64encode(value).decode("ascii"))
    return _text(value)


def _fitted(value: Any, indent: int, before: int, width: int) -> str:
    """A value that stands at `indent` with `before` characters in front of it on its line."""
    flat = flat_json(value)
    if indent + before + len(flat) <= width or not value:
        return flat
    if isinstance(value, dict):
        only = next(iter(value)) if len(value) == 1 else None
        if only is not None and isinstance(value[only], dict | list) and len(value[only]) > 0:
            # A nested attribute value keeps its type beside it: {"M": { … }}.
            head = f"{{{_text(only)}: "
            return head + _fitted(value[only], indent, before + len(head), width) + "}"
        return _object(value, indent, width)
    if isinstance(value, list | tuple):
        inner = " " * (indent + 2)
        lines = [inner + _fitted(element, indent + 2, 0, width) for element in value]
        return "[\n" + ",\n".join(lines) + "\n" + " " * indent + "]"
    return flat


def _object(members: dict[str, Any], indent: int, width: int) -> str:
    inner = " " * (indent + 2)
    lines = []
    for name, value in members.items():
        head = f"{_text(name)}: "
        lines.append(inner + head + _fitted(value, indent + 2, len(head), width))
    return "{\n" + ",\n".join(lines) + "\n" + " " * indent + "}"


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
