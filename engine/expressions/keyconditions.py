"""Key condition expressions: conditions narrowed to what can be read as one range of keys."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from engine.client.protocol import Json
from engine.errors import ValidationException
from engine.expressions import ast
from engine.expressions.checks import check_bound
from engine.expressions.compare import FLIPPED
from engine.expressions.conditions import parsed_condition
from engine.expressions.placeholders import Placeholders
from engine.expressions.traversal import operands, operator_of

_KIND = "KeyConditionExpression"
_INVALID = f"Invalid condition in {_KIND}: "


@dataclass(frozen=True, slots=True)
class KeyTest:
    """One condition on one attribute: = < <= > >= BETWEEN begins_with and its operands."""

    operator: str
    operands: tuple[Json, ...]


@dataclass(frozen=True, slots=True)
class KeyCondition:
    """The tests by attribute name; whether they fit a key schema is checked by the caller."""

    tests: dict[str, KeyTest]


@dataclass(frozen=True, slots=True)
class BoundKeyCondition:
    """A key condition that is a valid condition; whether it is one range of keys is still open."""

    root: ast.Condition
    placeholders: Placeholders

    def narrow(self) -> KeyCondition:
        """The tests of the key attributes; raises `ValidationException` (E113 to E119)."""
        tests: dict[str, KeyTest] = {}
        for term in _conjunction(self.root):
            name, test = _test(term, self.placeholders)
            if name in tests:
                raise _new_prefix("KeyConditionExpressions must only contain one condition per key")
            tests[name] = test
        return KeyCondition(tests)


def bind_key_condition(text: str, placeholders: Placeholders) -> BoundKeyCondition:
    """Compile a key condition as far as it is a condition like any other."""
    root = parsed_condition(text, _KIND)
    check_bound(root, placeholders, _KIND)
    return BoundKeyCondition(root, placeholders)


def _conjunction(root: ast.Condition) -> Iterator[ast.Compare | ast.Between | ast.Call]:
    """The terms that AND joins, in the order of the text; nothing else may stand there (E113)."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.And):
            waiting += (node.right, node.left)
        elif isinstance(node, ast.Or):
            raise _invalid_operator("OR")
        elif isinstance(node, ast.Not):
            raise _invalid_operator("NOT")
        elif isinstance(node, ast.In):
            raise _invalid_operator("IN")
        elif isinstance(node, ast.Compare) and node.operator == "<>":
            raise _invalid_operator("<>")
        elif isinstance(node, ast.Call) and node.name != "begins_with":
            raise _invalid_operator(node.name)
        else:
            yield node


def _test(
    term: ast.Compare | ast.Between | ast.Call, placeholders: Placeholders
) -> tuple[str, KeyTest]:
    operator, given = operator_of(term), operands(term)
    if not isinstance(term, ast.Compare) and not isinstance(given[0], ast.Path):
        raise ValidationException(
            f"{_INVALID}{operator} operator must have the key attribute as its first operand"
        )
    name = _key_attribute(given, placeholders)
    if not isinstance(given[0], ast.Path):
        operator = FLIPPED[operator]
    values = tuple(
        placeholders.value(operand, _KIND)
        for operand in given
        if isinstance(operand, ast.ValueRef | ast.Literal)
    )
    return name, KeyTest(operator, values)


def _key_attribute(given: Sequence[ast.Operand], placeholders: Placeholders) -> str:
    """The one attribute among the operands (E114, E115, E118, E119)."""
    name: str | None = None
    for operand in given:
        if isinstance(operand, ast.Call):
            raise _new_prefix("KeyConditionExpressions cannot contain nested operations")
        if not isinstance(operand, ast.Path):
            continue
        if name is not None:
            raise ValidationException(f"{_INVALID}Multiple attribute names used in one condition")
        path = placeholders.path(operand, _KIND)
        if len(path) > 1:
            raise _new_prefix("KeyConditionExpressions cannot have conditions on nested attributes")
        name = str(path[0])
    if name is None:
        raise ValidationException(f"{_INVALID}No key attribute specified")
    return name


def _invalid_operator(operator: str) -> ValidationException:
    return ValidationException(f"Invalid operator used in {_KIND}: {operator}")


def _new_prefix(message: str) -> ValidationException:
    """A refusal that names the parameter only in its newer wording (E117 to E119)."""
    return ValidationException(message, newer=f"Invalid {_KIND}: {message}")
