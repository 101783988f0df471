"""Walks through trees, in the order of the text.

Trees may be as deep as a text allows, so no walk uses the interpreter's stack.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from engine.expressions.ast import (
    And,
    Arithmetic,
    Between,
    Call,
    Compare,
    Condition,
    In,
    Literal,
    Not,
    Operand,
    Or,
    Path,
    ValueRef,
)

Term = Compare | Between | In | Call


def conditions(root: Condition) -> Iterator[Term]:
    """The comparisons and functions that AND, OR and NOT join, in the order of the text."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, And | Or):
            waiting += (node.right, node.left)
        elif isinstance(node, Not):
            waiting.append(node.condition)
        else:
            yield node


def operands(condition: Term) -> tuple[Operand, ...]:
    """The operands of one comparison or function."""
    if isinstance(condition, Compare):
        return (condition.left, condition.right)
    if isinstance(condition, Between):
        return (condition.operand, condition.low, condition.high)
    if isinstance(condition, In):
        return (condition.operand, *condition.choices)
    return condition.arguments


def operator_of(condition: Term) -> str:
    """The comparator, BETWEEN, IN, or the function's name."""
    if isinstance(condition, Compare):
        return condition.operator
    if isinstance(condition, Call):
        return condition.name
    return "BETWEEN" if isinstance(condition, Between) else "IN"


def parts(operand: Operand) -> Iterator[Operand]:
    """An operand and all operands within it, in the order of the text."""
    waiting = [operand]
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, Call):
            waiting += reversed(node.arguments)
        elif isinstance(node, Arithmetic):
            waiting += (node.right, node.left)


def leaves(operand: Operand) -> Iterable[Path | ValueRef | Literal]:
    """The paths and values of an operand, in the order of the text."""
    match operand:
        case Path() | ValueRef() | Literal():
            return (operand,)
    return [part for part in parts(operand) if not isinstance(part, Call | Arithmetic)]


def operator_count(root: Condition) -> int:
    """Comparisons, AND, OR and NOT; functions do not count."""
    count = 0
    waiting = [root]
    while waiting:
        node = waiting.pop()
        count += not isinstance(node, Call)
        if isinstance(node, And | Or):
            waiting += (node.right, node.left)
        elif isinstance(node, Not):
            waiting.append(node.condition)
    return count


def inner_calls(operand: Operand) -> list[Call]:
    """The functions of an operand, inner ones before those around them."""
    match operand:
        case Path() | ValueRef() | Literal():
            return []
    found: list[Call] = []
    waiting: list[Operand] = [operand]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Call):
            found.append(node)
            waiting += node.arguments
        elif isinstance(node, Arithmetic):
            waiting += (node.left, node.right)
    return found[::-1]
