"""The meaning of updates: the new item is built anew from the old one and what each path says."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, localcontext
from typing import Any

from engine.expressions import ast
from tests.engine.expressions.naive import BoundPath, Interpreter, Json, Value, at, wire

PATH = "The document path provided in the update expression is invalid for update"
MISSING = "The provided expression refers to an attribute that does not exist in the item"
OPERAND = "An operand in the update expression has an incorrect data type"
OVERFLOW = (
    "Number overflow. Attempting to store a number with magnitude larger than supported range"
)
_REMOVED: Value = ("removed", None)


class RefusedError(Exception):
    """The item does not allow the update; the argument is the service's text."""


class _Reader(Interpreter):
    """Evaluates right sides, all of the old item."""

    def value(self, node: ast.Operand) -> Value:
        """The value of an operand of SET."""
        if isinstance(node, ast.Arithmetic):
            left, right = self._of("N", node.left), self._of("N", node.right)
            return _sum(left, right if node.operator == "+" else right.copy_negate())
        if isinstance(node, ast.Call) and node.name == "list_append":
            return "L", self._of("L", node.arguments[0]) + self._of("L", node.arguments[1])
        if isinstance(node, ast.Call):
            found = self.operand(node.arguments[0])
            return self.value(node.arguments[1]) if found is None else found
        found = self.operand(node)
        if found is None:
            raise RefusedError(MISSING)
        return found

    def _of(self, kind: str, node: ast.Operand) -> Any:
        found, content = self.value(node)
        if found != kind:
            raise RefusedError(OPERAND)
        return content


def update(
    update_: ast.Update, item: Json, names: Mapping[str, str], values: Mapping[str, Json]
) -> Json:
    """The item after an update; raises `RefusedError`."""
    reader = _Reader(item, names, values)
    right = [
        None if action.section == "REMOVE" or action.value is None else reader.value(action.value)
        for action in update_.actions
    ]
    wanted: dict[BoundPath, Value] = {}
    for action, value in zip(update_.actions, right, strict=True):
        path = reader.path(action.path)
        parent = at(reader.item, path[:-1])
        if parent is None or parent[0] != ("M" if isinstance(path[-1], str) else "L"):
            raise RefusedError(PATH)
        result = _result(action.section, at(reader.item, path), value)
        if result is not None:
            wanted[path] = result
    new: Json = wire(_rebuilt(reader.item, wanted))["M"]
    return new


def _result(section: str, old: Value | None, operand: Value | None) -> Value | None:
    """What a clause puts at the end of its path; None where it changes nothing."""
    if section == "REMOVE":
        return None if old is None else _REMOVED
    assert operand is not None
    if section == "SET":
        return operand
    if old is None:
        return operand if section == "ADD" else None
    if old[0] != operand[0]:
        raise RefusedError(OPERAND)
    if section == "DELETE":
        left = old[1] - operand[1]
        return (old[0], left) if left else _REMOVED
    if old[0] == "N":
        return _sum(old[1], operand[1])
    return old[0], old[1] | operand[1]


def _sum(one: Decimal, two: Decimal) -> Value:
    with localcontext() as context:
        context.prec = 400
        total = (one + two).normalize()
    if len(total.as_tuple().digits) > 38 or total.adjusted() > 125:
        raise RefusedError(OVERFLOW)
    return "N", total


def _rebuilt(old: Value, wanted: Mapping[BoundPath, Value]) -> Value:
    """A value with everything below it that is wanted otherwise."""
    if () in wanted:
        return wanted[()]
    if not wanted:
        return old
    kind, content = old
    below: dict[str | int, dict[BoundPath, Value]] = {}
    for path, value in wanted.items():
        below.setdefault(path[0], {})[path[1:]] = value
    if kind == "M":
        changed = {h: _rebuilt(content.get(h, _REMOVED), paths) for h, paths in below.items()}
        return kind, {h: v for h, v in {**content, **changed}.items() if v != _REMOVED}
    kept = [_rebuilt(element, below.pop(place, {})) for place, element in enumerate(content)]
    beyond = [_rebuilt(_REMOVED, paths) for _, paths in sorted(below.items())]
    return kind, [element for element in kept + beyond if element != _REMOVED]
