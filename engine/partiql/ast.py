"""The syntax tree of statements.

Conditions and updates are the trees of `engine.expressions.ast`. A `?` is a literal of the type
`PARAMETER`, which may stand inside other literals; `binding` puts the parameters in their places.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.client.protocol import Json
from engine.expressions.ast import Action, Condition, Path

PARAMETER = "?"
"""The type of a literal that stands for a parameter; its content is the parameter's number."""
BAG = "<<>>"
"""The type of a set literal whose members are not known yet."""


@dataclass(frozen=True, slots=True)
class Source:
    """What a statement reads or writes: a table, or an index of one."""

    table: str
    index: str | None = None


@dataclass(frozen=True, slots=True)
class OrderKey:
    """One key of ORDER BY."""

    name: str
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Select:
    """A read; `paths` None is `*`."""

    source: Source
    paths: tuple[Path, ...] | None = None
    where: Condition | None = None
    order: tuple[OrderKey, ...] = ()


@dataclass(frozen=True, slots=True)
class Insert:
    """A new item."""

    source: Source
    item: Json


@dataclass(frozen=True, slots=True)
class Returning:
    """What a write shows: `scope` ALL or MODIFIED, `image` OLD or NEW."""

    scope: str
    image: str


@dataclass(frozen=True, slots=True)
class Update:
    """A change of one item."""

    source: Source
    actions: tuple[Action, ...]
    where: Condition | None = None
    returning: Returning | None = None


@dataclass(frozen=True, slots=True)
class Delete:
    """The deletion of one item."""

    source: Source
    where: Condition | None = None
    returning: Returning | None = None


@dataclass(frozen=True, slots=True)
class Exists:
    """A condition on an item, as a statement of a transaction."""

    select: Select


Statement = Select | Insert | Update | Delete | Exists
