"""`--output text`: values with tabs between them, a line for each structure.

Lines begin with the name of the member that holds them, in capitals. Within a structure the scalar
members stand first, in the order of their names; those of a list have the same columns, empty where
one lacks a member. This is the AWS CLI's form, which scripts read with cut and awk.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any


def text_lines(value: Any, name: str | None = None) -> Iterator[str]:
    """The lines of a value, without line ends; `name` is that of the member that it is."""
    if isinstance(value, dict):
        yield from _structure(value, name, scalar_names([value]))
    elif isinstance(value, list):
        yield from _list(value, name)
    else:
        yield str(value)


def _structure(members: dict[str, Any], name: str | None, columns: Sequence[str]) -> Iterator[str]:
    cells = [cell(members, key) for key in columns]
    if cells:
        yield _line(name, cells)
    for key in sorted(members):
        if not is_scalar(members[key]):
            yield from text_lines(members[key], key)


def _list(elements: list[Any], name: str | None) -> Iterator[str]:
    if any(isinstance(element, dict) for element in elements):
        columns = scalar_names(elements)
        for element in elements:
            if isinstance(element, dict):
                yield from _structure(element, name, columns)
            else:
                yield from text_lines(element, name)
        return
    scalars = [str(element) for element in elements if is_scalar(element)]
    if scalars and name is None:
        yield "\t".join(scalars)
    else:
        yield from (_line(name, [scalar]) for scalar in scalars)
    for element in elements:
        if not is_scalar(element):
            yield from text_lines(element, name)


def _line(name: str | None, cells: Sequence[str]) -> str:
    return "\t".join(cells if name is None else [name.upper(), *cells])


def is_scalar(value: Any) -> bool:
    """Whether a value stands in one cell."""
    return not isinstance(value, dict | list)


def scalar_names(elements: Iterable[Any]) -> list[str]:
    """The names of the scalar members of any of the structures among the elements, sorted."""
    return sorted(
        {
            name
            for element in elements
            if isinstance(element, dict)
            for name, member in element.items()
            if is_scalar(member)
        }
    )


def cell(members: dict[str, Any], name: str) -> str:
    """A scalar member; empty where there is none of that name."""
    member = members.get(name, "")
    return str(member) if is_scalar(member) else ""
