"""Conditions and filters: a tree with its placeholders becomes a function of an item."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from engine.client.protocol import Json
from engine.expressions import ast
from engine.expressions.checks import check_bound, check_text
from engine.expressions.compare import (
    FLIPPED,
    ORDERED_TYPES,
    ORDERINGS,
    begins_with,
    compare,
    contains,
    equal,
    order_key,
    size,
    type_of,
)
from engine.expressions.parser import parse_condition
from engine.expressions.paths import Getter, getter
from engine.expressions.placeholders import BoundPath, Placeholders
from engine.expressions.traversal import conditions, leaves, operands
from engine.model import numbers

Test = Callable[[Json], bool]
_TEXTS_CACHED = 1_024


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition ready to be asked of items; a missing item is `{}`."""

    matches: Test
    paths: tuple[BoundPath, ...]

    @property
    def attributes(self) -> frozenset[str]:
        """The top-level attributes that it names."""
        return frozenset(str(path[0]) for path in self.paths)


@lru_cache(maxsize=_TEXTS_CACHED)
def parsed_condition(text: str, kind: str) -> ast.Condition:
    """The tree of a text, after all checks that the text alone decides."""
    root = parse_condition(text, kind)
    check_text(root, kind)
    return root


def compile_condition(
    text: str, placeholders: Placeholders, kind: str = "ConditionExpression"
) -> Condition:
    """Compile a condition or filter; raises `ValidationException` with the service's texts."""
    root = parsed_condition(text, kind)
    check_bound(root, placeholders, kind)
    return bind_condition(root, placeholders, kind)


def bind_condition(root: ast.Condition, placeholders: Placeholders, kind: str) -> Condition:
    """The condition that a checked tree means."""
    paths = tuple(
        placeholders.path(leaf, kind)
        for condition in conditions(root)
        for operand in operands(condition)
        for leaf in leaves(operand)
        if isinstance(leaf, ast.Path)
    )
    return Condition(_Binder(placeholders, kind).test(root), paths)


class _Binder:
    """Turns checked trees into functions."""

    def __init__(self, placeholders: Placeholders, kind: str) -> None:
        self._placeholders = placeholders
        self._kind = kind

    def test(self, node: ast.Condition) -> Test:
        """The function of a condition."""
        if isinstance(node, ast.And):
            return _all([self.test(term) for term in _joined(node, ast.And)])
        if isinstance(node, ast.Or):
            return _any([self.test(term) for term in _joined(node, ast.Or)])
        if isinstance(node, ast.Not):
            inner = self.test(node.condition)
            return lambda item: not inner(item)
        if isinstance(node, ast.Compare):
            return self._compare(node)
        if isinstance(node, ast.Between):
            return self._between(node)
        if isinstance(node, ast.In):
            return self._in(node)
        return self._call(node)

    def _value(self, operand: ast.Operand) -> Json | None:
        if isinstance(operand, ast.ValueRef | ast.Literal):
            return self._placeholders.value(operand, self._kind)
        return None

    def _get(self, operand: ast.Operand) -> Getter:
        """What reads an operand: a path, a constant, or the size of one."""
        constant = self._value(operand)
        if constant is not None:
            return lambda _: constant
        if isinstance(operand, ast.Path):
            return getter(self._placeholders.path(operand, self._kind))
        if isinstance(operand, ast.Arithmetic):
            return self._sum(operand)
        assert isinstance(operand, ast.Call)
        inner = self._get(operand.arguments[0])

        def sized(item: Json) -> Json | None:
            value = inner(item)
            count = None if value is None else size(value)
            return None if count is None else {"N": str(count)}

        return sized

    def _sum(self, node: ast.Arithmetic) -> Getter:
        """A sum of numbers; nothing where an operand is none."""
        left, right = self._get(node.left), self._get(node.right)
        combine = numbers.add if node.operator == "+" else numbers.subtract

        def summed(item: Json) -> Json | None:
            one, two = left(item), right(item)
            if one is None or two is None or "N" not in one or "N" not in two:
                return None
            return {"N": combine(one["N"], two["N"])}

        return summed

    def _compare(self, node: ast.Compare) -> Test:
        operator, left, right = node.operator, node.left, node.right
        constant = self._value(right)
        if constant is None:
            constant = self._value(left)
            if constant is not None:
                operator, left, right = FLIPPED[operator], right, left
        get = self._get(left)
        if constant is not None:
            return _compare_constant(operator, get, constant)
        other = self._get(right)
        return lambda item: compare(operator, get(item), other(item))

    def _between(self, node: ast.Between) -> Test:
        get = self._get(node.operand)
        first, last = self._value(node.low), self._value(node.high)
        if first is not None and last is not None:
            return _between_constants(get, first, last)
        low, high = self._get(node.low), self._get(node.high)

        def between(item: Json) -> bool:
            value = get(item)
            return compare(">=", value, low(item)) and compare("<=", value, high(item))

        return between

    def _in(self, node: ast.In) -> Test:
        get = self._get(node.operand)
        choices = [self._get(choice) for choice in node.choices]

        def among(item: Json) -> bool:
            value = get(item)
            return any(compare("=", value, choice(item)) for choice in choices)

        constants = [self._value(choice) for choice in node.choices]
        if all(value is not None and type_of(value) in ORDERED_TYPES for value in constants):
            return _in_constants(get, [value for value in constants if value is not None])
        return among

    def _call(self, node: ast.Call) -> Test:
        get = self._get(node.arguments[0])
        if node.name == "attribute_exists":
            return lambda item: get(item) is not None
        if node.name == "attribute_not_exists":
            return lambda item: get(item) is None
        other = self._get(node.arguments[1])
        if node.name == "attribute_type":
            wanted = (other({}) or {})["S"]
            return lambda item: wanted in (get(item) or ())
        holds = begins_with if node.name == "begins_with" else contains

        def call(item: Json) -> bool:
            value, part = get(item), other(item)
            return value is not None and part is not None and holds(value, part)

        return call


def _compare_constant(operator: str, get: Getter, constant: Json) -> Test:
    """A comparison with a constant, whose type and order are worked out once."""
    kind = type_of(constant)
    content = constant[kind]
    if operator in ("=", "<>"):
        wanted = operator == "="
        if kind in ORDERED_TYPES:

            def same(item: Json) -> bool:
                value = get(item)
                return (value is not None and value.get(kind) == content) is wanted

            return same

        def alike(item: Json) -> bool:
            value = get(item)
            return (value is not None and equal(value, constant)) is wanted

        return alike
    key, holds = order_key(kind), ORDERINGS[operator]
    if key is str:

        def ordered_text(item: Json) -> bool:
            value = get(item)
            found = None if value is None else value.get("S")
            return found is not None and holds(found, content)

        return ordered_text
    bound = key(content)

    def ordered(item: Json) -> bool:
        value = get(item)
        if value is None:
            return False
        found = value.get(kind)
        return found is not None and holds(key(found), bound)

    return ordered


def _between_constants(get: Getter, low: Json, high: Json) -> Test:
    kind = type_of(low)
    if kind not in high:
        return lambda _: False
    key = order_key(kind)
    first, last = key(low[kind]), key(high[kind])

    def between(item: Json) -> bool:
        value = get(item)
        if value is None:
            return False
        found = value.get(kind)
        return found is not None and bool(first <= key(found) <= last)

    return between


def _in_constants(get: Getter, constants: list[Json]) -> Test:
    """Membership among strings, numbers and binary, whose canonical texts serve for equality."""
    wanted = {entry for constant in constants for entry in constant.items()}

    def among(item: Json) -> bool:
        value = get(item)
        if value is None:
            return False
        [(kind, content)] = value.items()
        return kind in ORDERED_TYPES and (kind, content) in wanted

    return among


def _joined(node: ast.Condition, joint: type[ast.And | ast.Or]) -> list[ast.Condition]:
    """The terms of a chain of ANDs or of ORs, in the order of the text."""
    terms: list[ast.Condition] = []
    waiting = [node]
    while waiting:
        term = waiting.pop()
        if isinstance(term, joint):
            waiting += (term.right, term.left)
        else:
            terms.append(term)
    return terms


def _all(tests: list[Test]) -> Test:
    if len(tests) == 2:
        left, right = tests
        return lambda item: left(item) and right(item)

    def every(item: Json) -> bool:
        for test in tests:  # noqa: SIM110, a generator per item would cost more
            if not test(item):
                return False
        return True

    return every


def _any(tests: list[Test]) -> Test:
    if len(tests) == 2:
        left, right = tests
        return lambda item: left(item) or right(item)

    def some(item: Json) -> bool:
        for test in tests:  # noqa: SIM110, a generator per item would cost more
            if test(item):
                return True
        return False

    return some
