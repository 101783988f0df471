"""Update expressions: SET, REMOVE, ADD and DELETE become a function of the old item."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import orjson

from engine.client.protocol import Json
from engine.errors import ValidationException
from engine.expressions import ast
from engine.expressions.checks import check_operator_count, leaves
from engine.expressions.compare import type_of
from engine.expressions.parser import parse_update
from engine.expressions.paths import Tree, check_disjoint, child, getter, select, tree_of
from engine.expressions.placeholders import BoundPath, Placeholders, check_reserved
from engine.model import numbers

_KIND = "UpdateExpression"
_TEXTS_CACHED = 1_024
_FUNCTIONS = ("if_not_exists", "list_append")
_CONDITION_FUNCTIONS = frozenset(
    {
        "attribute_exists",
        "attribute_not_exists",
        "attribute_type",
        "begins_with",
        "contains",
        "size",
    }
)
_TYPE_NAMES = {
    "S": "STRING",
    "N": "NUMBER",
    "B": "BINARY",
    "NULL": "NULL",
    "BOOL": "BOOLEAN",
    "L": "LIST",
    "M": "MAP",
}
_SETS = ("SS", "NS", "BS")
_PATH_DEPTH_MAX = 32
WRONG_OPERAND = "An operand in the update expression has an incorrect data type"  # E070

Value = Callable[[Json], Json]


@dataclass(frozen=True, slots=True)
class _Clause:
    section: str
    path: BoundPath
    value: Value | None


@dataclass(frozen=True, slots=True)
class Update:
    """An update ready to be applied to items."""

    clauses: tuple[_Clause, ...]
    paths: tuple[BoundPath, ...]
    tree: Tree

    @property
    def attributes(self) -> frozenset[str]:
        """The top-level attributes that it changes."""
        return frozenset(str(clause.path[0]) for clause in self.clauses)

    def apply(self, old: Json | None, key: Json) -> Json | None:
        """The new image; None where an update that only removes finds no item.

        Raises `ValidationException` where the item does not allow it (E058, E069, E070, E019).
        """
        only_removes = all(clause.section in ("REMOVE", "DELETE") for clause in self.clauses)
        if old is None and only_removes:
            return None
        before = {} if old is None else old
        values = [None if c.value is None else c.value(before) for c in self.clauses]
        new = dict(key) if old is None else self._copy(old)
        edit = _Edit(new)
        for clause, value in zip(self.clauses, values, strict=True):
            edit.carry_out(clause, value)
        edit.finish()
        return new

    def _copy(self, old: Json) -> Json:
        if all(len(clause.path) == 1 for clause in self.clauses):
            return dict(old)
        copied: Json = orjson.loads(orjson.dumps(old))
        return copied

    def updated_old(self, old: Json) -> Json:
        """What ReturnValues UPDATED_OLD shows of the item before."""
        return select(old, self.tree)

    def updated_new(self, new: Json) -> Json:
        """What ReturnValues UPDATED_NEW shows of the item after."""
        return select(new, self.tree)


class _Edit:
    """The changes to one item; positions in lists are those before the update."""

    def __init__(self, item: Json) -> None:
        self._root: Json = {"M": item}
        self._appends: list[tuple[list[Json], int, Json]] = []
        self._removals: list[tuple[list[Json], int]] = []

    def carry_out(self, clause: _Clause, value: Json | None) -> None:
        """Carry out one clause; appends and removals of list elements wait for `finish`."""
        parent = self._parent(clause.path)
        last = clause.path[-1]
        if clause.section == "REMOVE":
            self._remove(parent, last)
            return
        assert value is not None
        if clause.section == "SET":
            self._set(parent, last, value)
            return
        current = child(parent, last)
        if clause.section == "ADD":
            self._set(parent, last, _added(current, value))
            return
        left = _without(current, value)
        if left is not None:
            self._set(parent, last, left)
        elif current is not None:
            self._remove(parent, last)

    def _parent(self, path: BoundPath) -> Json:
        value: Json | None = self._root
        for element in path[:-1]:
            value = child(value, element) if value is not None else None
        wanted = "M" if isinstance(path[-1], str) else "L"
        if value is None or wanted not in value:
            raise ValidationException(
                "The document path provided in the update expression is invalid for update"
            )
        return value

    def _set(self, parent: Json, last: str | int, value: Json) -> None:
        if isinstance(last, str):
            parent["M"][last] = value
        elif last < len(parent["L"]):
            parent["L"][last] = value
        else:
            self._appends.append((parent["L"], last, value))

    def _remove(self, parent: Json, last: str | int) -> None:
        if isinstance(last, str):
            parent["M"].pop(last, None)
        elif last < len(parent["L"]):
            self._removals.append((parent["L"], last))

    def finish(self) -> None:
        """Remove list elements from the back, then append by ascending index."""
        for elements, index in sorted(self._removals, key=lambda entry: -entry[1]):
            del elements[index]
        for elements, _, value in sorted(self._appends, key=lambda entry: entry[1]):
            elements.append(value)


def _added(current: Json | None, operand: Json) -> Json:
    """ADD: a number to a number, members to a set; what is missing counts as zero or empty."""
    if current is None:
        return operand
    kind = type_of(operand)
    if kind not in current:
        raise _wrong_operand()
    if kind == "N":
        return {"N": numbers.add(current["N"], operand["N"])}
    return {kind: list(dict.fromkeys(current[kind] + operand[kind]))}


def _without(current: Json | None, operand: Json) -> Json | None:
    """DELETE: a set without some members; None where nothing is left."""
    if current is None:
        return None
    kind = type_of(operand)
    if kind not in current:
        raise _wrong_operand()
    gone = set(operand[kind])
    left = [member for member in current[kind] if member not in gone]
    return {kind: left} if left else None


def _wrong_operand() -> ValidationException:
    return ValidationException(WRONG_OPERAND)


# Compiling.


@lru_cache(maxsize=_TEXTS_CACHED)
def _parsed(text: str) -> ast.Update:
    """The tree of a text, after all checks that the text alone decides."""
    update = parse_update(text)
    operators = 0
    for action in update.actions:
        for path in _paths(action):
            check_reserved(path, _KIND)
    for action in update.actions:
        if action.value is not None:
            operators += isinstance(action.value, ast.Arithmetic)
            _check_functions(action.value, inside=None)
    if update.repeated is not None:
        raise ValidationException(
            f'Invalid UpdateExpression: The "{update.repeated}" section can only be used once in '
            "an update expression;"
        )
    check_operator_count(operators, _KIND)
    return update


def _paths(action: ast.Action) -> Iterator[ast.Path]:
    yield action.path
    if action.value is not None:
        yield from (leaf for leaf in leaves(action.value) if isinstance(leaf, ast.Path))


def _check_functions(operand: ast.Operand, inside: str | None) -> None:
    """Known functions, used where they may be (E047, E048)."""
    if isinstance(operand, ast.Arithmetic):
        _check_functions(operand.left, None)
        _check_functions(operand.right, None)
    if not isinstance(operand, ast.Call):
        return
    if operand.name in _CONDITION_FUNCTIONS:
        raise ValidationException(
            "Invalid UpdateExpression: The function is not allowed in an update expression; "
            f"function: {operand.name}"
        )
    if operand.name not in _FUNCTIONS:
        raise ValidationException(
            f"Invalid UpdateExpression: Invalid function name; function: {operand.name}"
        )
    if operand.name == "list_append" and inside == "list_append":
        raise ValidationException(
            "Invalid UpdateExpression: The function is not allowed to be used this way in an "
            f"expression; function: {operand.name}"
        )
    for argument in operand.arguments:
        _check_functions(argument, operand.name)


def compile_update(text: str, placeholders: Placeholders) -> Update:
    """Compile an update; raises `ValidationException` with the service's texts."""
    return bind_update(_parsed(text), placeholders)


def bind_update(tree: ast.Update, placeholders: Placeholders) -> Update:
    """The update that a checked tree means; raises `ValidationException`."""
    for action in tree.actions:
        for path in _paths(action):
            placeholders.path(path, _KIND)
    for action in tree.actions:
        for leaf in leaves(action.value) if action.value is not None else ():
            if not isinstance(leaf, ast.Path):
                placeholders.value(leaf, _KIND)
    targets = [placeholders.path(action.path, _KIND) for action in tree.actions]
    if any(len(path) > _PATH_DEPTH_MAX for path in targets):
        raise ValidationException(
            "Invalid UpdateExpression: The document path has too many nesting elements; "
            f"nesting element count: {max(map(len, targets))}"
        )
    check_disjoint(targets, _KIND)
    binder = _Binder(placeholders)
    clauses = tuple(
        _Clause(action.section, path, binder.clause_value(action))
        for action, path in zip(tree.actions, targets, strict=True)
    )
    paths = tuple(placeholders.path(p, _KIND) for action in tree.actions for p in _paths(action))
    return Update(clauses, paths, tree_of(targets))


class _Binder:
    """Turns the right sides of clauses into functions of the old item."""

    def __init__(self, placeholders: Placeholders) -> None:
        self._placeholders = placeholders

    def clause_value(self, action: ast.Action) -> Value | None:
        """The right side of a clause; ADD and DELETE take constants of certain types (E068)."""
        if action.value is None:
            return None
        if action.section in ("ADD", "DELETE"):
            kind = type_of(self._constant(action.value) or {"": None})
            if kind not in _SETS and (action.section == "DELETE" or kind != "N"):
                raise ValidationException(
                    "Invalid UpdateExpression: Incorrect operand type for operator or function; "
                    f"operator: {action.section}, operand type: {_TYPE_NAMES.get(kind, kind)}"
                )
        return self._value(action.value)

    def _constant(self, operand: ast.Operand) -> Json | None:
        if isinstance(operand, ast.ValueRef | ast.Literal):
            return self._placeholders.value(operand, _KIND)
        return None

    def _value(self, operand: ast.Operand) -> Value:
        constant = self._constant(operand)
        if constant is not None:
            return lambda _: constant
        if isinstance(operand, ast.Path):
            return self._path_value(operand)
        if isinstance(operand, ast.Arithmetic):
            return self._arithmetic(operand)
        assert isinstance(operand, ast.Call)
        if len(operand.arguments) != 2:
            raise ValidationException(
                "Invalid UpdateExpression: Incorrect number of operands for operator or function; "
                f"operator or function: {operand.name}, "
                f"number of operands: {len(operand.arguments)}"
            )
        if operand.name == "if_not_exists":
            return self._if_not_exists(operand)
        return self._list_append(operand)

    def _path_value(self, path: ast.Path) -> Value:
        get = getter(self._placeholders.path(path, _KIND))

        def value(item: Json) -> Json:
            found = get(item)
            if found is None:
                raise ValidationException(
                    "The provided expression refers to an attribute that does not exist in the item"
                )
            return found

        return value

    def _if_not_exists(self, call: ast.Call) -> Value:
        first, second = call.arguments
        if not isinstance(first, ast.Path):
            raise ValidationException(
                "Invalid UpdateExpression: Operator or function requires a document path; "
                f"operator or function: {call.name}"
            )
        get = getter(self._placeholders.path(first, _KIND))
        other = self._value(second)

        def value(item: Json) -> Json:
            found = get(item)
            return other(item) if found is None else found

        return value

    def _check_constants(self, name: str, kind: str, *operands: ast.Operand) -> None:
        for operand in operands:
            constant = self._constant(operand)
            if constant is not None and kind not in constant:
                raise ValidationException(
                    "Invalid UpdateExpression: Incorrect operand type for operator or function; "
                    f"operator or function: {name}, operand type: {type_of(constant)}"
                )

    def _list_append(self, call: ast.Call) -> Value:
        self._check_constants(call.name, "L", *call.arguments)
        first, second = (self._value(argument) for argument in call.arguments)
        return lambda item: {"L": _content(first(item), "L") + _content(second(item), "L")}

    def _arithmetic(self, node: ast.Arithmetic) -> Value:
        self._check_constants(node.operator, "N", node.left, node.right)
        left, right = self._value(node.left), self._value(node.right)
        combine = numbers.add if node.operator == "+" else numbers.subtract
        return lambda item: {"N": combine(_content(left(item), "N"), _content(right(item), "N"))}


def _content(value: Json, kind: str) -> Any:
    if kind not in value:
        raise _wrong_operand()
    return value[kind]
