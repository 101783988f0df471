"""The parts of an explanation that need no data: conditions on keys, what is left to filter."""

from __future__ import annotations

from engine.client.protocol import Json
from engine.expressions.ast import And, Compare, Literal, Not, Or, Path
from engine.expressions.ast import Condition as Tree
from engine.expressions.traversal import operands
from engine.partiql.planner import Access, conjunction
from engine.partiql.text import condition_text, name_text
from engine.partiql.values import literal


def equal_names(where: Tree) -> list[str]:
    """Attributes that the condition compares with a constant by equality."""
    return [
        name_text(str(side.elements[0]))
        for term in conjunction(where)
        if isinstance(term, Compare) and term.operator == "="
        for side, other in ((term.left, term.right), (term.right, term.left))
        if isinstance(side, Path) and len(side.elements) == 1 and isinstance(other, Literal)
    ]


def access_text(access: Access) -> str:
    """The condition on the key that an access is, as people read it."""
    parts = [f"{name_text(name)} = {_shown(value)}" for name, value in access.partition.items()]
    for name, test in access.sort.items():
        shown = [_shown(operand) for operand in test.operands]
        if test.operator == "BETWEEN":
            parts.append(f"{name_text(name)} BETWEEN {shown[0]} AND {shown[1]}")
        elif test.operator == "begins_with":
            parts.append(f"begins_with({name_text(name)}, {shown[0]})")
        else:
            parts.append(f"{name_text(name)} {test.operator} {shown[0]}")
    return " AND ".join(parts)


def _shown(value: Json) -> str:
    try:
        return literal(value)
    except ValueError:
        return "a binary value"


def filter_text(where: Tree | None, accesses: tuple[Access, ...] | None) -> str | None:
    """The terms that are looked at after reading; those of the key are left out."""
    if where is None:
        return None
    if accesses is None or len(accesses) != 1:
        rest: Tree | None = where
    else:
        named = {*accesses[0].partition, *accesses[0].sort}
        rest = None
        for term in conjunction(where):
            if not _is_key_term(term, named):
                rest = term if rest is None else And(rest, term)
    if rest is None:
        return None
    try:
        return condition_text(rest)
    except ValueError:
        return "a condition with binary values"


def _is_key_term(term: Tree, names: set[str]) -> bool:
    """Whether a term is about a key attribute that the access names."""
    if isinstance(term, And | Or | Not):
        return False
    return any(
        isinstance(operand, Path) and len(operand.elements) == 1 and operand.elements[0] in names
        for operand in operands(term)
    )
