"""The syntax tree of expressions.

Paths and operands are either written in the text or placeholders; binding replaces the latter, so
that one parsed text serves many requests. Literal operands come from other languages that share the
tree.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.client.protocol import Json


@dataclass(frozen=True, slots=True)
class NameRef:
    """A `#name` placeholder in a path."""

    text: str


@dataclass(frozen=True, slots=True)
class Path:
    """A document path: names (or their placeholders) and list indexes."""

    elements: tuple[str | NameRef | int, ...]


@dataclass(frozen=True, slots=True)
class ValueRef:
    """A `:value` placeholder."""

    text: str


@dataclass(frozen=True, slots=True)
class Literal:
    """A canonical attribute value in place."""

    value: Json


@dataclass(frozen=True, slots=True)
class Call:
    """A function: of a condition (begins_with, …), of an operand (size), of an update."""

    name: str
    arguments: tuple[Operand, ...]


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """`left + right` or `left - right` in an update."""

    operator: str
    left: Operand
    right: Operand


Operand = Path | ValueRef | Literal | Call | Arithmetic


@dataclass(frozen=True, slots=True)
class Compare:
    """A comparison by one of = <> < <= > >=."""

    operator: str
    left: Operand
    right: Operand


@dataclass(frozen=True, slots=True)
class Between:
    """`operand BETWEEN low AND high`."""

    operand: Operand
    low: Operand
    high: Operand


@dataclass(frozen=True, slots=True)
class In:
    """`operand IN (choices)`."""

    operand: Operand
    choices: tuple[Operand, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """`NOT condition`."""

    condition: Condition


@dataclass(frozen=True, slots=True)
class And:
    """`left AND right`."""

    left: Condition
    right: Condition


@dataclass(frozen=True, slots=True)
class Or:
    """`left OR right`."""

    left: Condition
    right: Condition


Condition = Compare | Between | In | Call | Not | And | Or


@dataclass(frozen=True, slots=True)
class Projection:
    """A list of paths."""

    paths: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Action:
    """One clause of an update: `section` SET, REMOVE, ADD or DELETE; REMOVE has no value."""

    section: str
    path: Path
    value: Operand | None


@dataclass(frozen=True, slots=True)
class Update:
    """All clauses in the order of the text; `repeated` names a section that stands twice."""

    actions: tuple[Action, ...]
    repeated: str | None = None
