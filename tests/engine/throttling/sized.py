"""Items of exact sizes."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]


def item_of(name: str, size: int, **more: str) -> Json:
    """An item `name` that takes so many bytes: of its attributes' names and of their values."""
    attributes = {"id": name} | more
    taken = sum(len(name) + len(value) for name, value in attributes.items())
    attributes["text"] = "x" * (size - taken - len("text"))
    return {attribute: {"S": value} for attribute, value in attributes.items()}


def kb(number: float) -> int:
    """Kilobytes in bytes."""
    return round(number * 1_024)
