"""Parameters from before expressions, as the same trees that expressions become.

Expected, QueryFilter and ScanFilter are conditions, KeyConditions a key condition,
AttributeUpdates an update, AttributesToGet a projection. Rules and texts: E095, E125, E140 to E151.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engine.client.protocol import Json
from engine.errors import ValidationException
from engine.expressions import ast
from engine.expressions.compare import ORDERED_TYPES, compare, type_of
from engine.expressions.conditions import Condition, bind_condition
from engine.expressions.edits import WRONG_OPERAND
from engine.expressions.keyconditions import KeyCondition, KeyTest
from engine.expressions.paths import tree_of
from engine.expressions.placeholders import NO_PLACEHOLDERS
from engine.expressions.projections import Projection
from engine.expressions.updates import Update, bind_update
from engine.model.values import normalise_value

_INVALID = "One or more parameter values were invalid: "
_COMPARISONS = {"EQ": "=", "NE": "<>", "LE": "<=", "LT": "<", "GE": ">=", "GT": ">"}
_KEY_OPERATORS = {
    "EQ": "=",
    "LE": "<=",
    "LT": "<",
    "GE": ">=",
    "GT": ">",
    "BETWEEN": "BETWEEN",
    "BEGINS_WITH": "begins_with",
}
_NO_ARGUMENTS = frozenset({"NULL", "NOT_NULL"})
_ORDERING = frozenset({"LE", "LT", "GE", "GT", "BETWEEN"})
_SCALARS = frozenset({"CONTAINS", "NOT_CONTAINS", "IN"})
_SETS = frozenset({"SS", "NS", "BS"})
_MISMATCH = "Type mismatch for attribute to update"


def expected_condition(expected: Mapping[str, Json], operator: str | None) -> Condition | None:
    """The condition of Expected; None of an empty one."""
    return _joined([_expected(name, test) for name, test in expected.items()], operator, "Expected")


def filter_condition(
    tests: Mapping[str, Json], operator: str | None, parameter: str
) -> Condition | None:
    """The condition of QueryFilter or ScanFilter; None of an empty one."""
    return _joined(
        [
            _comparison(name, test["ComparisonOperator"], _arguments(test))
            for name, test in tests.items()
        ],
        operator,
        parameter,
    )


def _joined(tests: Sequence[ast.Condition], operator: str | None, kind: str) -> Condition | None:
    if not tests:
        return None
    root = tests[0]
    for test in tests[1:]:
        root = ast.Or(root, test) if operator == "OR" else ast.And(root, test)
    return bind_condition(root, NO_PLACEHOLDERS, kind)


def _path(name: str) -> ast.Path:
    return ast.Path((name,))


def _expected(name: str, test: Json) -> ast.Condition:
    """One entry of Expected: a comparison, or the older pair of Exists and Value."""
    value, listed = test.get("Value"), test.get("AttributeValueList")
    exists, operator = test.get("Exists"), test.get("ComparisonOperator")
    where = f"for Attribute: {name}"
    if operator is None:
        if listed is not None:
            raise ValidationException(
                f"{_INVALID}AttributeValueList can only be used with a ComparisonOperator {where}"
            )
        return _existence(name, exists, value)
    if exists is not None:
        raise ValidationException(
            f"{_INVALID}Exists and ComparisonOperator cannot be used together {where}"
        )
    if value is not None and listed is not None:
        raise ValidationException(
            f"{_INVALID}Value and AttributeValueList cannot be used together {where}"
        )
    if value is None and listed is None and operator not in _NO_ARGUMENTS:
        raise ValidationException(
            f"{_INVALID}Value or AttributeValueList must be used with ComparisonOperator: "
            f"{operator} {where}"
        )
    arguments = _arguments(test) if value is None else [normalise_value(value)[0]]
    return _comparison(name, operator, arguments)


def _existence(name: str, exists: bool | None, value: Json | None) -> ast.Condition:
    if exists is False:
        if value is not None:
            raise ValidationException(
                f"{_INVALID}Value cannot be used when Exists is false for Attribute: {name}"
            )
        return ast.Call("attribute_not_exists", (_path(name),))
    if value is None:
        shown = "null" if exists is None else "true"
        raise ValidationException(
            f"{_INVALID}Value must be provided when Exists is {shown} for Attribute: {name}"
        )
    return ast.Compare("=", _path(name), ast.Literal(normalise_value(value)[0]))


def _arguments(test: Json) -> list[Json]:
    return [normalise_value(value)[0] for value in test.get("AttributeValueList") or ()]


def _comparison(name: str, operator: str, arguments: Sequence[Json]) -> ast.Condition:
    check_arguments(operator, arguments)
    path = _path(name)
    literals = tuple(ast.Literal(argument) for argument in arguments)
    if operator in _COMPARISONS:
        return ast.Compare(_COMPARISONS[operator], path, literals[0])
    if operator == "NOT_NULL":
        return ast.Call("attribute_exists", (path,))
    if operator == "NULL":
        return ast.Call("attribute_not_exists", (path,))
    if operator == "BETWEEN":
        return ast.Between(path, literals[0], literals[1])
    if operator == "IN":
        return ast.In(path, literals)
    if operator == "BEGINS_WITH":
        return ast.Call("begins_with", (path, literals[0]))
    contains = ast.Call("contains", (path, literals[0]))
    if operator == "CONTAINS":
        return contains
    # Both are false of an absent attribute.
    return ast.And(ast.Call("attribute_exists", (path,)), ast.Not(contains))


def check_arguments(operator: str, arguments: Sequence[Json]) -> None:
    """Number and types of a comparison's operands (E146 to E149)."""
    count = len(arguments)
    fits = (
        count == 0
        if operator in _NO_ARGUMENTS
        else count == 2
        if operator == "BETWEEN"
        else count >= 1
        if operator == "IN"
        else count == 1
    )
    if not fits:
        raise ValidationException(
            f"{_INVALID}Invalid number of argument(s) for the {operator} ComparisonOperator"
        )
    kinds = [type_of(argument) for argument in arguments]
    if len(set(kinds)) > 1:
        raise ValidationException(
            f"{_INVALID}AttributeValues inside AttributeValueList must be of same type"
        )
    allowed = (
        {"S", "B"}
        if operator == "BEGINS_WITH"
        else ORDERED_TYPES
        if operator in _ORDERING or operator in _SCALARS
        else None
    )
    if allowed is not None and kinds and kinds[0] not in allowed:
        raise ValidationException(
            f"{_INVALID}ComparisonOperator {operator} is not valid for {kinds[0]} "
            "AttributeValue type"
        )
    if operator == "BETWEEN" and compare(">", arguments[0], arguments[1]):
        raise ValidationException(
            "The BETWEEN condition was provided a range where the lower bound is greater than the "
            "upper bound"
        )


def key_conditions(conditions: Mapping[str, Json]) -> KeyCondition:
    """KeyConditions as a key condition (E095, E125)."""
    tests = {}
    for name, test in conditions.items():
        operator = test["ComparisonOperator"]
        arguments = _arguments(test)
        check_arguments(operator, arguments)
        if operator not in _KEY_OPERATORS:
            raise ValidationException(
                "Attempted conditional constraint is not an indexable operation"
            )
        tests[name] = KeyTest(_KEY_OPERATORS[operator], tuple(arguments))
    if not tests:
        raise ValidationException("Conditions can be of length 1 or 2 only")
    return KeyCondition(tests)


def attributes_to_get(names: Sequence[str]) -> Projection:
    """AttributesToGet as a projection of top-level attributes (E151)."""
    for position, name in enumerate(names):
        if name in names[:position]:
            raise ValidationException(f"{_INVALID}Duplicate value in attribute name: {name}")
    paths = tuple((name,) for name in names)
    return Projection(paths, tree_of(paths))


@dataclass(frozen=True, slots=True)
class _AttributeUpdate(Update):
    """An update that says in older words that an operand does not fit."""

    def apply(self, old: Json | None, key: Json) -> Json | None:
        """See `Update.apply`."""
        try:
            return Update.apply(self, old, key)
        except ValidationException as error:
            if error.message != WRONG_OPERAND:
                raise
            raise ValidationException(_MISMATCH) from error


def attribute_updates(updates: Mapping[str, Json]) -> Update | None:
    """AttributeUpdates as an update (E150); None of an empty one."""
    if not updates:
        return None
    actions = tuple(_update_action(name, update) for name, update in updates.items())
    update = bind_update(ast.Update(actions), NO_PLACEHOLDERS)
    return _AttributeUpdate(update.clauses, update.paths, update.tree)


def _update_action(name: str, update: Json) -> ast.Action:
    action = update.get("Action") or "PUT"
    given = update.get("Value")
    if given is None:
        if action != "DELETE":
            raise ValidationException(
                f"{_INVALID}Only DELETE action is allowed when no attribute value is specified"
            )
        return ast.Action("REMOVE", _path(name), None)
    value = normalise_value(given)[0]
    kind = type_of(value)
    if action == "DELETE":
        if kind not in _SETS:
            raise ValidationException(
                f"{_INVALID}DELETE action with value is not supported for the type {kind}"
            )
        return ast.Action("DELETE", _path(name), ast.Literal(value))
    if action == "PUT":
        return ast.Action("SET", _path(name), ast.Literal(value))
    if kind == "L":
        # Lists too, which the section ADD of an expression does not take.
        start = ast.Call("if_not_exists", (_path(name), ast.Literal({"L": []})))
        return ast.Action("SET", _path(name), ast.Call("list_append", (start, ast.Literal(value))))
    if kind != "N" and kind not in _SETS:
        raise ValidationException(f"{_INVALID}ADD action is not supported for the type {kind}")
    return ast.Action("ADD", _path(name), ast.Literal(value))
