"""Key condition expressions: conditions narrowed to what can be read as one range of keys."""

from __future__ import annotations

from dataclasses import dataclass

from engine.client.protocol import Json
from engine.errors import ValidationException
from engine.expressions import ast
from engine.expressions.checks import check_bound
from engine.expressions.conditions import parsed_condition
from engine.expressions.placeholders import Placeholders

_KIND = "KeyConditionExpression"
FLIPPED = {"=": "=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


@dataclass(frozen=True, slots=True)
class KeyTest:
    """One condition on one attribute: = < <= > >= BETWEEN begins_with and its operands."""

    operator: str
    operands: tuple[Json, ...]


@dataclass(frozen=True, slots=True)
class KeyCondition:
    """The tests by attribute name; whether they fit a key schema is checked by the caller."""

    tests: dict[str, KeyTest]


def compile_key_condition(text: str, placeholders: Placeholders) -> KeyCondition:
    """Compile a key condition (E113 to E119 beside the errors of all conditions)."""
    root = parsed_condition(text, _KIND)
    check_bound(root, placeholders, _KIND)
    tests: dict[str, KeyTest] = {}
    for node in _conjunction(root):
        name, test = _test(node, placeholders)
        if name in tests:
            raise ValidationException(
                "KeyConditionExpressions must only contain one condition per key"
            )
        tests[name] = test
    return KeyCondition(tests)


def _conjunction(node: ast.Condition) -> list[ast.Compare | ast.Between | ast.Call]:
    if isinstance(node, ast.And):
        return _conjunction(node.left) + _conjunction(node.right)
    if isinstance(node, ast.Or):
        raise _invalid_operator("OR")
    if isinstance(node, ast.Not):
        raise _invalid_operator("NOT")
    if isinstance(node, ast.In):
        raise _invalid_operator("IN")
    if isinstance(node, ast.Compare) and node.operator == "<>":
        raise _invalid_operator("<>")
    if isinstance(node, ast.Call) and node.name != "begins_with":
        raise _invalid_operator(node.name)
    return [node]


def _test(
    node: ast.Compare | ast.Between | ast.Call, placeholders: Placeholders
) -> tuple[str, KeyTest]:
    operands: tuple[ast.Operand, ...]
    if isinstance(node, ast.Compare):
        operator, operands = node.operator, (node.left, node.right)
    elif isinstance(node, ast.Between):
        operator, operands = "BETWEEN", (node.operand, node.low, node.high)
    else:
        operator, operands = node.name, node.arguments
    if any(isinstance(operand, ast.Call) for operand in operands):
        raise ValidationException("KeyConditionExpressions cannot contain nested operations")
    paths = [operand for operand in operands if isinstance(operand, ast.Path)]
    if not paths:
        raise ValidationException(f"Invalid condition in {_KIND}: No key attribute specified")
    if len(paths) > 1:
        raise ValidationException(
            f"Invalid condition in {_KIND}: Multiple attribute names used in one condition"
        )
    if not isinstance(operands[0], ast.Path):
        if not isinstance(node, ast.Compare):
            raise ValidationException(
                f"Invalid condition in {_KIND}: {operator} operator must have the key attribute as "
                "its first operand"
            )
        operator, operands = FLIPPED[operator], operands[::-1]
    path = placeholders.path(paths[0], _KIND)
    if len(path) > 1:
        raise ValidationException(
            "KeyConditionExpressions cannot have conditions on nested attributes"
        )
    values = tuple(
        placeholders.value(operand, _KIND)
        for operand in operands
        if isinstance(operand, ast.ValueRef | ast.Literal)
    )
    return str(path[0]), KeyTest(operator, values)


def _invalid_operator(operator: str) -> ValidationException:
    return ValidationException(f"Invalid operator used in {_KIND}: {operator}")
