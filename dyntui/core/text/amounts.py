"""A number of things in words: what is one is not said as many."""

from __future__ import annotations


def counted(number: float, one: str, many: str = "") -> str:
    """`1 item`, `0 items`, `0.5 units`, `1,200 writes`; `many` where an s is not enough."""
    figure = f"{number:,.0f}" if number == int(number) else f"{number:,.10g}"
    return f"{figure} {one if number == 1 else many or one + 's'}"


def items_written(count: int) -> str:
    """What had been done when a write of many ended early: `1 item was written`."""
    return f"{counted(count, 'item was', 'items were')} written"
