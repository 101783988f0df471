"""The marker before a line of a tree that has more below it."""

from __future__ import annotations

from rich.style import Style

TOGGLE = Style.from_meta({"toggle": True})
"""A click here opens or closes a node."""
