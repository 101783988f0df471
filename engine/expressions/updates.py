"""Update expressions: SET, REMOVE, ADD and DELETE become a function of the old item."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import orjson

from engine.client.protocol import Json
from engine.errors import ValidationException
from engine.expressions import ast
from engine.expressions.checks import (
    CONDITION_FUNCTIONS,
    OPERAND_FUNCTIONS,
    UPDATE_FUNCTIONS,
    check_count,
    check_distinct,
    check_operator_count,
    invalid,
    misused_function,
    path_required,
    unknown_function,
    wrong_type,
)
from engine.expressions.compare import type_of
from engine.expressions.edits import Edit, wrong_operand
from engine.expressions.parser import parse_update
from engine.expressions.paths import Tree, disjoint_tree, getter, select
from engine.expressions.placeholders import BoundPath, Placeholders, check_path
from engine.expressions.traversal import inner_calls, leaves, parts
from engine.model import numbers

_KIND = "UpdateExpression"
_TEXTS_CACHED = 1_024
_SETS = frozenset({"SS", "NS", "BS"})
# ADD and DELETE name types in words (E068).
_TYPE_NAMES = {
    "S": "STRING",
    "N": "NUMBER",
    "B": "BINARY",
    "NULL": "NULL",
    "BOOL": "BOOLEAN",
    "L": "LIST",
    "M": "MAP",
}

Value = Callable[[Json], Json]


@dataclass(frozen=True, slots=True)
class Clause:
    """One change: its path, and for all but REMOVE what gives its operand.

    `type` is the type of the operand as far as the request alone decides it.
    """

    section: str
    path: BoundPath
    value: Value | None
    type: str | None


@dataclass(frozen=True, slots=True)
class Update:
    """An update ready to be applied to items."""

    clauses: tuple[Clause, ...]
    paths: tuple[BoundPath, ...]
    tree: Tree

    @property
    def attributes(self) -> frozenset[str]:
        """The top-level attributes that it changes."""
        return frozenset(str(clause.path[0]) for clause in self.clauses)

    @property
    def types(self) -> dict[str, str]:
        """The types, as far as they are known, that whole attributes are given."""
        return {
            str(clause.path[0]): clause.type
            for clause in self.clauses
            if len(clause.path) == 1 and clause.type is not None
        }

    def apply(self, old: Json | None, key: Json) -> Json | None:
        """The new image; None where an update that only removes finds no item.

        Raises `ValidationException` where the item does not allow it (E058, E069, E070, E010,
        E014, E019).
        """
        only_removes = all(clause.section in ("REMOVE", "DELETE") for clause in self.clauses)
        if old is None and only_removes:
            return None
        # The attributes of the key can be read although there is no item yet.
        before = key if old is None else old
        values = [None if c.value is None else c.value(before) for c in self.clauses]
        new = dict(key) if old is None else self._copy(old)
        edit = Edit(new)
        for clause, value in zip(self.clauses, values, strict=True):
            edit.carry_out(clause.section, clause.path, value)
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


# Once per text.


@lru_cache(maxsize=_TEXTS_CACHED)
def _parsed(text: str) -> ast.Update:
    """The tree of a text, after all checks that the text alone decides (E053, E041, E047, E048)."""
    update = parse_update(text)
    values = [action.value for action in update.actions if action.value is not None]
    check_operator_count(sum(isinstance(value, ast.Arithmetic) for value in values), _KIND)
    for action in update.actions:
        for path in _paths(action):
            check_path(path, _KIND)
    calls = [part for value in values for part in parts(value) if isinstance(part, ast.Call)]
    for call in calls:
        _check_known(call.name)
    for call in calls:
        if call.name == "list_append" and any(
            isinstance(argument, ast.Call) and argument.name == call.name
            for argument in call.arguments
        ):
            raise misused_function(_KIND, call.name)
    if update.repeated is not None:
        raise invalid(
            _KIND,
            f'The "{update.repeated}" section can only be used once in an update expression;',
        )
    return update


def _paths(action: ast.Action) -> list[ast.Path]:
    """The paths of a clause, the one that it changes first."""
    read = () if action.value is None else leaves(action.value)
    return [action.path, *[leaf for leaf in read if isinstance(leaf, ast.Path)]]


def _check_known(function: str) -> None:
    if function in CONDITION_FUNCTIONS or function in OPERAND_FUNCTIONS:
        raise invalid(
            _KIND, f"The function is not allowed in an update expression; function: {function}"
        )
    if function not in UPDATE_FUNCTIONS:
        raise unknown_function(_KIND, function)


# Once per request.


def compile_update(text: str, placeholders: Placeholders) -> Update:
    """Compile an update; raises `ValidationException` with the service's texts."""
    return bind_update(_parsed(text), placeholders)


def bind_update(tree: ast.Update, placeholders: Placeholders) -> Update:
    """The update that a checked tree means.

    Raises `ValidationException` (E042, E043, E065, E066, E068, E049 to E052).
    """
    named = [[placeholders.path(path, _KIND) for path in _paths(action)] for action in tree.actions]
    for action in tree.actions:
        if action.value is not None:
            placeholders.check_defined((action.value,), _KIND)
    targets = [paths[0] for paths in named]
    shape = disjoint_tree(targets, _KIND)
    binder = _Binder(placeholders)
    for action in tree.actions:
        binder.check_operand(action)
    for action in tree.actions:
        if action.value is not None:
            binder.check_value(action.value)
    clauses = tuple(
        binder.clause(action, path) for action, path in zip(tree.actions, targets, strict=True)
    )
    return Update(clauses, tuple(path for paths in named for path in paths), shape)


class _Binder:
    """Turns the right sides of clauses into functions of the old item."""

    def __init__(self, placeholders: Placeholders) -> None:
        self._placeholders = placeholders

    def _constant(self, operand: ast.Operand) -> Json | None:
        if isinstance(operand, ast.ValueRef | ast.Literal):
            return self._placeholders.value(operand, _KIND)
        return None

    def check_operand(self, action: ast.Action) -> None:
        """ADD and DELETE take values of certain types (E068)."""
        if action.value is None or action.section == "SET":
            return
        kind = type_of(self._constant(action.value) or {"": None})
        if kind not in _SETS and (action.section == "DELETE" or kind != "N"):
            raise invalid(
                _KIND,
                "Incorrect operand type for operator or function; "
                f"operator: {action.section}, operand type: {_TYPE_NAMES.get(kind, kind)}",
            )

    def check_value(self, operand: ast.Operand) -> None:
        """Operands of functions, inner ones first, and of a sum (E049 to E052)."""
        for call in inner_calls(operand):
            check_count(call, _KIND)
            if call.name == "list_append":
                self._check_constants(call.name, "L", call.arguments)
            else:
                if not isinstance(call.arguments[0], ast.Path):
                    raise path_required(_KIND, call.name)
                check_distinct(call.name, call.arguments, self._placeholders, _KIND)
        if isinstance(operand, ast.Arithmetic):
            self._check_constants(operand.operator, "N", (operand.left, operand.right))

    def _check_constants(self, name: str, kind: str, operands: tuple[ast.Operand, ...]) -> None:
        for operand in operands:
            constant = self._constant(operand)
            if constant is not None and kind not in constant:
                raise wrong_type(_KIND, name, type_of(constant))

    def clause(self, action: ast.Action, path: BoundPath) -> Clause:
        """A clause of checked operands."""
        if action.value is None:
            return Clause(action.section, path, None, None)
        return Clause(
            action.section, path, self._value(action.value), self._known_type(action.value)
        )

    def _known_type(self, operand: ast.Operand) -> str | None:
        if isinstance(operand, ast.Path):
            return None
        if isinstance(operand, ast.Arithmetic):
            return "N"
        if isinstance(operand, ast.Call):
            return "L" if operand.name == "list_append" else self._known_type(operand.arguments[1])
        return type_of(self._placeholders.value(operand, _KIND))

    def _value(self, operand: ast.Operand) -> Value:
        constant = self._constant(operand)
        if constant is not None:
            return lambda _: constant
        if isinstance(operand, ast.Path):
            return self._path_value(operand)
        if isinstance(operand, ast.Arithmetic):
            return self._sum(operand)
        assert isinstance(operand, ast.Call)
        if operand.name == "if_not_exists":
            return self._if_not_exists(operand)
        first, second = (self._value(argument) for argument in operand.arguments)
        return lambda item: {"L": _content(first(item), "L") + _content(second(item), "L")}

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
        assert isinstance(first, ast.Path)
        get = getter(self._placeholders.path(first, _KIND))
        other = self._value(second)

        def value(item: Json) -> Json:
            found = get(item)
            return other(item) if found is None else found

        return value

    def _sum(self, node: ast.Arithmetic) -> Value:
        left, right = self._value(node.left), self._value(node.right)
        combine = numbers.add if node.operator == "+" else numbers.subtract
        return lambda item: {"N": combine(_content(left(item), "N"), _content(right(item), "N"))}


def _content(value: Json, kind: str) -> Any:
    if kind not in value:
        raise wrong_operand()
    return value[kind]
