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
"""What a column takes of a row at most, unless there is room left beside all of them."""
DATE_WIDTH = len("2026-11-29 14:00 in 59 min")
SAMPLED_CELLS = 2_000
MEASURED_CELLS = 250
"""Of a longer value it is not asked how long it is: no window shows it whole."""


@dataclass(slots=True)
class Column:
    """One attribute. `role` is PK or SK where it is part of the key that is read; `expiry` is there
    where items expire by it.

    Terminal cells: `fitted` is what it takes in any window and only grows, `needed` its widest
    value, `granted` what it may take of a wide window.
    """

    name: str
    role: str = ""
    seen: int = 0
    fitted: int = MIN_WIDTH
    needed: int = 0
    granted: int = 0
    kinds: dict[str, int] = field(default_factory=dict)
    expiry: Expiry | None = None

    @property
    def width(self) -> int:
        """How many terminal cells are drawn of its values."""
        return max(self.fitted, self.granted)

    def text(self, value: Json) -> str:
        """A value on one line: a time by which items expire as a date."""
        return cell_text(value) if self.expiry is None else self.expiry.text(value)

    @property
    def is_number(self) -> bool:
        """Whether most values are numbers, which stand on the right."""
        return self.is_mostly("N")

    def is_mostly(self, kind: str) -> bool:
        """Whether most values are of a type."""
        return self.kinds.get(kind, 0) * 2 > sum(self.kinds.values())

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
        self._sampled = self._measured = 0
        self._room: int | None = None
        self._fit_heads()
        self.choose(choice)

    @property
    def others(self) -> list[str]:
        """The names of the columns that are no keys, in the order in which they were seen."""
        return [column.name for column in self.seen[self.keys :]]

    def choose(self, choice: ColumnChoice) -> None:
        """Show other columns, or in another order; they share the room anew."""
        self.choice = choice
        self._room = None
        self._arrange()

    def _arrange(self) -> None:
        choice = self.choice
        wanted = [name for name in choice.arranged(self.others) if name not in choice.hidden]
        self.shown = [*self.seen[: self.keys], *(self._by_name[name] for name in wanted)]
        self.fixed = self.keys + sum(name in choice.pinned for name in wanted)

    def share(self, room: int, gap: int, *, settled: bool) -> None:
        """Give the room that the columns leave of so many cells to those whose values are cut,
        text before the rest: as much to each, the last to the one that needs most. Nobody reads
        more of bytes.

        It is done again for another room only, once what is seen first is `settled`: no column
        moves while one reads on.
        """
        if room == self._room:
            return
        self._room = room if settled else None
        left = room - sum(column.fitted + gap for column in self.shown)
        for column in self.shown:
            column.granted = 0
        lacking = (column for column in self.shown if column.needed > column.fitted)
        cut = [column for column in lacking if not column.is_mostly("B")]
        cut.sort(key=lambda column: (not column.is_mostly("S"), column.needed - column.fitted))
        texts = sum(column.is_mostly("S") for column in cut)
        for place, column in enumerate(cut):
            among = (texts if place < texts else len(cut)) - place
            extra = max(0, min(column.needed - column.fitted, left // among))
            column.granted = column.fitted + extra
            left -= extra

    def take_expiry(self, expiry: Expiry | None) -> None:
        """Items expire by an attribute, or by none any more."""
        self._expiry, self._room = expiry, None
        for column in self.shown:
            self._mark_expiry(column)

    def _mark_expiry(self, column: Column) -> None:
        expires = self._expiry is not None and column.name == self._expiry.attribute
        column.expiry = self._expiry if expires else None
        if expires:
            column.fitted = max(column.fitted, DATE_WIDTH)

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
            self._arrange()
        self._fit_heads()

    def _fit_heads(self) -> None:
        for column in self.seen:
            column.fitted = max(column.fitted, min(self._head_width(column), MAX_WIDTH))

    def _widen(self, column: Column, value: Json) -> None:
        if column.fitted < MAX_WIDTH and self._sampled < SAMPLED_CELLS:
            self._sampled += 1
            needed = cell_len(cell_text(value, MEASURED_CELLS))
            column.fitted = max(column.fitted, min(needed, MAX_WIDTH))
        elif column.fitted >= MAX_WIDTH and self._measured < SAMPLED_CELLS:
            self._measured += 1
            needed = cell_len(cell_text(value, MEASURED_CELLS))
        else:
            return
        column.needed = max(column.needed, needed)

    @staticmethod
    def _head_width(column: Column) -> int:
        name, beside = column.head
        return cell_len(name) + 1 + cell_len(beside)
