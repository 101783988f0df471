"""Document paths in items: reading, selecting, and which paths get into each other's way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from engine.client.protocol import Json
from engine.errors import ValidationException
from engine.expressions.placeholders import BoundPath, show_path

Getter = Callable[[Json], Json | None]
Tree = dict[str | int, Any]


def getter(path: BoundPath) -> Getter:
    """What reads the value at a path; None where there is nothing."""
    first, rest = str(path[0]), path[1:]
    if not rest:
        return lambda item: item.get(first)

    def get(item: Json) -> Json | None:
        value = item.get(first)
        for element in rest:
            if value is None:
                return None
            value = child(value, element)
        return value

    return get


def child(value: Json, element: str | int) -> Json | None:
    """The value one step below: of a map by name, of a list by index."""
    if isinstance(element, str):
        members: Json = value.get("M") or {}
        found: Json | None = members.get(element)
        return found
    elements: list[Json] = value.get("L") or []
    return elements[element] if element < len(elements) else None


def disjoint_tree(paths: Sequence[BoundPath], kind: str) -> Tree:
    """The tree of paths; refused where one contains another, or two disagree on a type."""
    tree = tree_of(paths)
    if len(paths) == 1:
        return tree
    waiting, leaf_count, mixed = [tree], 0, False
    while waiting:
        node = waiting.pop()
        mixed = mixed or len({type(element) for element in node}) > 1
        for below in node.values():
            if below:
                waiting.append(below)
            else:
                leaf_count += 1
    if mixed or leaf_count != len(paths):
        _refuse_pair(paths, kind)
    return tree


def _refuse_pair(paths: Sequence[BoundPath], kind: str) -> None:
    """Name the first two paths that overlap, or else that conflict (E065, E066)."""
    for relation, text in ((_overlap, "overlap"), (_conflict, "conflict")):
        for later, second in enumerate(paths):
            for first in paths[:later]:
                if first[0] == second[0] and relation(first, second):
                    raise ValidationException(
                        f"Invalid {kind}: Two document paths {text} with each other; must remove "
                        f"or rewrite one of these paths; path one: {show_path(first)}, "
                        f"path two: {show_path(second)}"
                    )


def _overlap(one: BoundPath, two: BoundPath) -> bool:
    shorter = min(len(one), len(two))
    return one[:shorter] == two[:shorter]


def _conflict(one: BoundPath, two: BoundPath) -> bool:
    for first, second in zip(one, two, strict=False):
        if first != second:
            return isinstance(first, int) != isinstance(second, int)
    return False


def tree_of(paths: Sequence[BoundPath]) -> Tree:
    """Disjoint paths as a tree; a leaf has no children."""
    tree: Tree = {}
    for path in paths:
        node = tree
        for element in path:
            node = node.setdefault(element, {})
    return tree


def select(item: Json, tree: Tree) -> Json:
    """The parts of an item that a tree names; list elements are packed in index order."""
    selected: Json = {}
    for name, below in tree.items():
        value = item.get(str(name))
        if value is not None:
            value = _select_value(value, below)
        if value is not None:
            selected[str(name)] = value
    return selected


def _select_value(value: Json, tree: Tree) -> Json | None:
    if not tree:
        return value
    if "M" in value:
        members = select(value["M"], tree)
        return {"M": members} if members else None
    if "L" in value:
        elements = []
        for index in sorted(key for key in tree if isinstance(key, int)):
            found = child(value, index)
            if found is not None:
                found = _select_value(found, tree[index])
            if found is not None:
                elements.append(found)
        return {"L": elements} if elements else None
    return None
