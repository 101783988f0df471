"""Which columns of a table a person wants to see, in which order, and which of them stay in place.

A choice names attributes; those that it does not name follow it in the order in which they come. It
is kept between sessions beside what the editor keeps (`query_book`), and sealed as that is: a text
for each table, for a remote by its address (or account) and Region. A Region in memory keeps it as
long as it lives.

    statements/columns.sealed    ["<region>/<table>", {"order": [], "hidden": [], "pinned": []}]
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import orjson

from dyntui.core.connection.connect import Connection
from dyntui.core.user.query_book import notebook_of
from engine.client.protocol import Json

if TYPE_CHECKING:
    from engine.security.notebook import Notebook

_COLUMNS = "columns"


@dataclass(frozen=True, slots=True)
class ColumnChoice:
    """Names of attributes: `pinned` ones stand beside the key, then come those in `order`."""

    order: tuple[str, ...] = ()
    hidden: frozenset[str] = frozenset()
    pinned: tuple[str, ...] = ()

    def arranged(self, names: Sequence[str]) -> list[str]:
        """The names in their order, hidden ones too."""
        known = set(names)
        first = [name for name in (*self.pinned, *self.order) if name in known]
        return list(dict.fromkeys((*first, *names)))

    def toggled(self, name: str) -> ColumnChoice:
        """Hide a column, or show it again."""
        return replace(self, hidden=self.hidden ^ {name})

    def pinned_or_not(self, name: str) -> ColumnChoice:
        """Pin a column, or let it scroll again."""
        if name in self.pinned:
            return replace(self, pinned=tuple(one for one in self.pinned if one != name))
        return replace(self, pinned=(*self.pinned, name), hidden=self.hidden - {name})

    def moved(self, name: str, step: int, names: Sequence[str]) -> ColumnChoice:
        """Move a column past its next neighbour that is shown; pinned ones among the pinned."""
        pinned = name in self.pinned
        group = [one for one in self.arranged(names) if (one in self.pinned) is pinned]
        place = group.index(name) + step
        while 0 <= place < len(group) and group[place] in self.hidden:
            place += step
        if not 0 <= place < len(group):
            return self
        group.remove(name)
        group.insert(place, name)
        if pinned:
            return replace(self, pinned=tuple(group))
        return replace(self, order=tuple(group))


NO_CHOICE = ColumnChoice()


class ColumnBook:
    """The choices for the tables of one place; `notebook` is None where nothing is kept in files.

    What cannot be written is kept for this session only.
    """

    def __init__(self, notebook: Notebook | None, prefix: str) -> None:
        self._notebook = notebook
        self._prefix = prefix
        self._choices = self._read()

    def choice(self, table: str) -> ColumnChoice:
        """The choice for a table."""
        return self._choices.get(self._prefix + table, NO_CHOICE)

    def keep(self, table: str, choice: ColumnChoice) -> None:
        """Remember a choice; what other processes kept meanwhile for other tables stays."""
        self._choices |= {self._prefix + table: choice}
        kept = self._read() | self._choices
        self._choices = {key: one for key, one in kept.items() if one != NO_CHOICE}
        if self._notebook is not None:
            entries = ((key, _members(one)) for key, one in self._choices.items())
            self._notebook.replace(_COLUMNS, (orjson.dumps(one).decode() for one in entries))

    def _read(self) -> dict[str, ColumnChoice]:
        """The choices in the file; a text that is none is left out."""
        found = {}
        for text in [] if self._notebook is None else self._notebook.texts(_COLUMNS):
            with suppress(ValueError, TypeError, KeyError):
                key, members = orjson.loads(text)
                found[str(key)] = _choice(members)
        return found


def column_book(connection: Connection) -> ColumnBook:
    """The book that belongs to a connection."""
    remote, place = connection.remote, ""
    if remote is not None:
        place = f"{remote.account_id if remote.is_service else remote.endpoint_url}/"
    return ColumnBook(notebook_of(connection), f"{place}{connection.region}/")


def _members(choice: ColumnChoice) -> Json:
    return {"order": choice.order, "hidden": sorted(choice.hidden), "pinned": choice.pinned}


def _choice(members: Json) -> ColumnChoice:
    return ColumnChoice(
        tuple(map(str, members["order"])),
        frozenset(map(str, members["hidden"])),
        tuple(map(str, members["pinned"])),
    )
