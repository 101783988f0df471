"""The meaning of conditions, projections and updates, said plainly and without care for speed.

Values are pairs of a type and a Python value, so that Python's own comparison is DynamoDB's.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from engine.expressions import ast
from engine.model.numbers import canonical

Json = dict[str, Any]
Value = tuple[str, Any]
BoundPath = tuple[str | int, ...]


def model(value: Json) -> Value:
    """The plain value of a canonical one."""
    [(kind, content)] = value.items()
    return kind, _MODELS.get(kind, lambda same: same)(content)


_MODELS: dict[str, Any] = {
    "N": Decimal,
    "B": b64decode,
    "SS": frozenset,
    "NS": lambda all_: frozenset(map(Decimal, all_)),
    "BS": lambda all_: frozenset(map(b64decode, all_)),
    "L": lambda all_: [model(one) for one in all_],
    "M": lambda all_: {name: model(one) for name, one in all_.items()},
}


def wire(value: Value) -> Json:
    """The canonical value of a plain one; members of sets in order."""
    kind, content = value
    if kind == "N":
        return {"N": _number(content)}
    if kind == "B":
        return {"B": b64encode(content).decode()}
    if kind == "SS":
        return {"SS": sorted(content)}
    if kind == "NS":
        return {"NS": [_number(one) for one in sorted(content)]}
    if kind == "BS":
        return {"BS": [b64encode(one).decode() for one in sorted(content)]}
    if kind == "L":
        return {"L": [wire(one) for one in content]}
    if kind == "M":
        return {"M": {name: wire(one) for name, one in content.items()}}
    return {kind: content}


def _number(number: Decimal) -> str:
    return canonical(format(number, "f"))


def at(item: Value, path: Sequence[str | int]) -> Value | None:
    """The value at a path."""
    for element in path:
        kind, content = item
        if isinstance(element, str):
            if kind != "M" or element not in content:
                return None
        elif kind != "L" or element >= len(content):
            return None
        item = content[element]
    return item


class Interpreter:
    """Evaluates trees for one item, given what placeholders stand for."""

    def __init__(self, item: Json, names: Mapping[str, str], values: Mapping[str, Json]) -> None:
        self.item = model({"M": item})
        self._names = names
        self._values = values

    def path(self, path: ast.Path) -> BoundPath:
        """A path without placeholders."""
        return tuple(
            self._names[element.text] if isinstance(element, ast.NameRef) else element
            for element in path.elements
        )

    def operand(self, node: ast.Operand) -> Value | None:
        """The value of an operand of a condition."""
        if isinstance(node, ast.Path):
            return at(self.item, self.path(node))
        if isinstance(node, ast.ValueRef):
            return model(self._values[node.text])
        assert isinstance(node, ast.Call)
        return _size(self.operand(node.arguments[0]))

    def holds(self, node: ast.Condition) -> bool:
        """Whether a condition is true of the item."""
        if isinstance(node, ast.And):
            return self.holds(node.left) and self.holds(node.right)
        if isinstance(node, ast.Or):
            return self.holds(node.left) or self.holds(node.right)
        if isinstance(node, ast.Not):
            return not self.holds(node.condition)
        if isinstance(node, ast.Compare):
            return compare(node.operator, self.operand(node.left), self.operand(node.right))
        if isinstance(node, ast.Between):
            value = self.operand(node.operand)
            low, high = self.operand(node.low), self.operand(node.high)
            return compare("<=", low, value) and compare("<=", value, high)
        if isinstance(node, ast.In):
            value = self.operand(node.operand)
            return any(compare("=", value, self.operand(choice)) for choice in node.choices)
        return self._function(node.name, [self.operand(a) for a in node.arguments])

    def _function(self, name: str, given: list[Value | None]) -> bool:
        first = given[0]
        if name == "attribute_not_exists":
            return first is None
        if first is None:
            return False
        if name == "attribute_exists":
            return True
        second = given[1]
        if second is None:
            return False
        if name == "attribute_type":
            return bool(first[0] == second[1])
        if name == "begins_with":
            same = first[0] == second[0] and first[0] in ("S", "B")
            return same and first[1][: len(second[1])] == second[1]
        return contains(first, second)


def compare(operator: str, one: Value | None, two: Value | None) -> bool:
    """One comparison; what is missing is unequal to everything, and in no order."""
    if operator == "=":
        return one is not None and one == two
    if operator == "<>":
        return one is None or one != two
    if one is None or two is None or one[0] != two[0] or one[0] not in ("S", "N", "B"):
        return False
    left, right = one[1], two[1]
    if one[0] == "S":
        left, right = left.encode(), right.encode()
    order = (left > right) - (left < right)
    return order in {"<": (-1,), "<=": (-1, 0), ">": (1,), ">=": (1, 0)}[operator]


def contains(whole: Value, part: Value) -> bool:
    """A part of a string or of binary, a member of a set, an element of a list."""
    kind, content = whole
    if kind in ("S", "B"):
        return part[0] == kind and part[1] in content
    if kind in ("SS", "NS", "BS"):
        return part[0] == kind[0] and part[1] in content
    return kind == "L" and part in content


def _size(value: Value | None) -> Value | None:
    if value is None or value[0] in ("N", "BOOL", "NULL"):
        return None
    if value[0] == "S":
        return "N", Decimal(sum(2 if ord(char) > 0xFFFF else 1 for char in value[1]))
    return "N", Decimal(len(value[1]))


def project(item: Value, paths: Sequence[BoundPath]) -> Value | None:
    """The parts of a value that some paths name; None where there are none."""
    if () in paths:
        return item
    kind, content = item
    heads = {path[0] for path in paths}
    chosen: list[Any]
    if kind == "M":
        chosen = [h for h in heads if isinstance(h, str) and h in content]
    elif kind == "L":
        chosen = sorted(h for h in heads if isinstance(h, int) and h < len(content))
    else:
        return None
    parts = {
        head: project(content[head], [path[1:] for path in paths if path[0] == head])
        for head in chosen
    }
    kept = {head: part for head, part in parts.items() if part is not None}
    if not kept:
        return None
    return (kind, kept) if kind == "M" else (kind, list(kept.values()))
