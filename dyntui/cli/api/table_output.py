"""`--output table`: boxes for people; structures inside others are boxes inside boxes.

The form is like the AWS CLI's: a title in the middle, the scalar members below it in columns, then
a box for each other member. A box too wide for the terminal stands its only row on end.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from rich.cells import cell_len

from dyntui.cli.api.text_output import cell, is_scalar, scalar_names

PADDING = 4
"""Blanks in a cell beside its text: two before it, at least two after."""


@dataclass(slots=True)
class _Box:
    """A titled table, inside `depth` others."""

    title: str
    depth: int
    heads: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)

    def columns(self) -> list[int]:
        """The widths of the columns, without the lines between them."""
        lines = [self.heads, *self.rows] if self.heads else self.rows
        count = max(map(len, lines), default=0)
        return [
            PADDING + max(cell_len(line[place]) for line in lines if place < len(line))
            for place in range(count)
        ]

    def width(self) -> int:
        """The width of the box with all that is around it."""
        columns = self.columns()
        inner = max(sum(columns) + max(len(columns) - 1, 0), cell_len(self.title))
        return inner + 2 + 2 * self.depth

    def on_end(self) -> None:
        """Turn the only row into a column beside the heads."""
        if self.heads and len(self.rows) == 1:
            self.rows = [list(pair) for pair in zip(self.heads, self.rows[0], strict=True)]
            self.heads = []


def table_lines(title: str, value: Any, terminal_width: int) -> Iterator[str]:
    """The lines of a value, without line ends; none where there is nothing in it."""
    boxes = list(_boxes(title, value, 0))
    if not boxes:
        return
    if max(box.width() for box in boxes) > terminal_width:
        for box in boxes:
            box.on_end()
    width = max(box.width() for box in boxes)
    yield "-" * width
    for box in boxes:
        edge = "|" * box.depth
        for line in _box_lines(box, width - 2 * box.depth):
            yield f"{edge}{line}{edge}"


# What stands in which box.


def _boxes(title: str, value: Any, depth: int) -> Iterator[_Box]:
    if isinstance(value, dict):
        yield from _structure_boxes(title, value, scalar_names([value]), depth)
    elif isinstance(value, list):
        yield from _list_boxes(title, value, depth)
    elif value is not None:
        yield _Box(title, depth, rows=[[str(value)]])


def _structure_boxes(
    title: str, members: dict[str, Any], names: Sequence[str], depth: int
) -> Iterator[_Box]:
    if not members:
        return
    box = _Box(title, depth)
    if len(names) == 1:
        box.rows.append([names[0], cell(members, names[0])])
    elif names:
        box.heads = list(names)
        box.rows.append([cell(members, name) for name in names])
    yield box
    for name in sorted(members):
        if not is_scalar(members[name]):
            yield from _boxes(name, members[name], depth + 1)


def _list_boxes(title: str, elements: list[Any], depth: int) -> Iterator[_Box]:
    """One box for elements that are flat; structures that hold others have one each."""
    names = scalar_names(elements)
    flat = [row for row in (_row(element, names) for element in elements) if row is not None]
    if elements and len(flat) == len(elements):
        heads = names if isinstance(elements[0], dict) else []
        yield _Box(title, depth, heads, flat)
        return
    for element in elements:
        if isinstance(element, dict):
            yield from _structure_boxes(title, element, names, depth)
        else:
            yield from _boxes(title, element, depth)


def _row(element: Any, names: Sequence[str]) -> list[str] | None:
    """A flat element as the cells of a row; None for one that is not flat."""
    if isinstance(element, dict):
        flat = all(map(is_scalar, element.values()))
        return [cell(element, name) for name in names] if flat else None
    if isinstance(element, list):
        return list(map(str, element)) if all(map(is_scalar, element)) else None
    return [str(element)]


# Boxes as text.


def _box_lines(box: _Box, width: int) -> Iterator[str]:
    yield f"|{_centred(box.title, width - 2)}|"
    columns = box.columns()
    if not columns:
        yield f"+{'-' * (width - 2)}+"
        return
    columns[-1] += width - 2 - sum(columns) - (len(columns) - 1)
    rule = f"+{'+'.join('-' * column for column in columns)}+"
    yield rule
    if box.heads:
        cells = (_centred(head, column) for head, column in zip(box.heads, columns, strict=True))
        yield f"|{'|'.join(cells)}|"
        yield rule
    for row in box.rows:
        padded = [*row, *[""] * (len(columns) - len(row))]
        cells = (_left(text, column) for text, column in zip(padded, columns, strict=True))
        yield f"|{'|'.join(cells)}|"
    yield rule


def _centred(text: str, width: int) -> str:
    blanks = width - cell_len(text)
    return " " * (blanks // 2) + text + " " * (blanks - blanks // 2)


def _left(text: str, width: int) -> str:
    return "  " + text + " " * (width - 2 - cell_len(text))
