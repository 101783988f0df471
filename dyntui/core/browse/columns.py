"""The columns of a grid of items: which attributes were seen, how often, with which types."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from rich.cells import cell_len

from dyntui.core.browse.column_choice import NO_CHOICE, ColumnChoice
from dyntui.core.text.expiry_text import Expiry
from dyntui.core.text.formats import cell_text

Json = dict[str, Any]

MAX_COLUMNS = 256
MIN_WIDTH = 3
MAX_WIDTH = 30
DATE_WIDTH = len("2026-11-29 14:00 in 59 min")
SAMPLED_CELLS = 2_000


@dataclass(slots=True)
class Column:
    """One attribute. `role` is PK or SK where it is part of the key that is read; `width` counts
    terminal cells and only grows; `expiry` is there where items expire by it."""

    name: str
    role: str = ""
    seen: int = 0
    width: int = MIN_WIDTH
    kinds: dict[str, int] = field(default_factory=dict)
    expiry: Expiry | None = None

    def text(self, value: Json) -> str:
        """A value on one line: a time by which items expire as a date."""
        return cell_text(value) if self.expiry is None else self.expiry.text(value)

    @property
    def is_number(self) -> bool:
        """Whether most values are numbers, which stand on the right."""
        return self.kinds.get("N", 0) * 2 > sum(self.kinds.values())

    @property
    def head(self) -> tuple[str, str]:
        """The column's name, and what stands dim beside it: its role and the types seen."""
        kinds = sorted(self.kinds, key=lambda kind: -self.kinds[kind])
        return self.name, " ".join(part for part in (self.role, "|".join(kinds)) if part)


class Columns:
    """The columns in their order: keys first, then those that a statement has `named`, then as they
    were chosen, then by how often the first page has them; those that appear later follow at the
    end, so that no column moves while one reads on.

    `seen` are all, `shown` those that are wanted, of which the first `fixed` do not scroll.
    """

    def __init__(
        self,
        keys: Sequence[tuple[str, str]],
        choice: ColumnChoice = NO_CHOICE,
        *,
        named: Sequence[str] = (),
    ) -> None:
        self.keys = len(keys)
        self.seen = [
            Column(name, role)
            for name, role in (*keys, *((one, "") for one in dict.fromkeys(named)))
        ]
        self.left_out = 0
        self._expiry: Expiry | None = None
        self._by_name = {column.name: column for column in self.seen}
        self._sampled = 0
        self._fit_heads()
        self.choose(choice)

    @property
    def others(self) -> list[str]:
        """The names of the columns that are no keys, in the order in which they were seen."""
        return [column.name for column in self.seen[self.keys :]]

    def choose(self, choice: ColumnChoice) -> None:
        """Show other columns, or in another order."""
        self.choice = choice
        wanted = [name for name in choice.arranged(self.others) if name not in choice.hidden]
        self.shown = [*self.seen[: self.keys], *(self._by_name[name] for name in wanted)]
        self.fixed = self.keys + sum(name in choice.pinned for name in wanted)

    def take_expiry(self, expiry: Expiry | None) -> None:
        """Items expire by an attribute, or by none any more."""
        self._expiry = expiry
        for column in self.shown:
            self._mark_expiry(column)

    def _mark_expiry(self, column: Column) -> None:
        expires = self._expiry is not None and column.name == self._expiry.attribute
        column.expiry = self._expiry if expires else None
        if expires:
            column.width = max(column.width, DATE_WIDTH)

    def observe(self, items: Iterable[Json]) -> None:
        """Take up the attributes of items that were read."""
        fresh: dict[str, Column] = {}
        for item in items:
            for name, value in item.items():
                column = self._by_name.get(name) or fresh.setdefault(name, Column(name))
                column.seen += 1
                kind = next(iter(value))
                column.kinds[kind] = column.kinds.get(kind, 0) + 1
                self._widen(column, value)
        for column in sorted(fresh.values(), key=lambda column: -column.seen):
            if len(self.seen) >= MAX_COLUMNS:
                self.left_out += 1
                continue
            self.seen.append(column)
            self._mark_expiry(column)
            self._by_name[column.name] = column
        if fresh:
            self.choose(self.choice)
        self._fit_heads()

    def _fit_heads(self) -> None:
        for column in self.seen:
            column.width = max(column.width, min(self._head_width(column), MAX_WIDTH))

    def _widen(self, column: Column, value: Json) -> None:
        if column.width >= MAX_WIDTH or self._sampled >= SAMPLED_CELLS:
            return
        self._sampled += 1
        column.width = max(
            column.width, min(cell_len(cell_text(value)[: MAX_WIDTH + 1]), MAX_WIDTH)
        )

    @staticmethod
    def _head_width(column: Column) -> int:
        name, beside = column.head
        return cell_len(name) + 1 + cell_len(beside)
