"""Which columns of a table a person wants to see, in which order, and which of them stay in place.

A choice names attributes; those that it does not name follow it in the order in which they come. It
is kept between sessions: in the data folder, or for a remote in the user's data folder, by address,
account and Region. A Region in memory keeps it as long as it lives.

    columns.json    {"<region>/<table>": {"order": [], "hidden": [], "pinned": []}}
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import orjson

from dyntui.core.connect import Connection, is_data_folder
from dyntui.core.private_files import write_private
from engine.client.protocol import Json

FILE = "columns.json"


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
    """The choices for the tables of one place; `path` is None where nothing is kept in a file.

    What cannot be written is kept for this session only.
    """

    def __init__(self, path: Path | None, prefix: str) -> None:
        self._path = path
        self._prefix = prefix
        self._choices = self._read()

    def choice(self, table: str) -> ColumnChoice:
        """The choice for a table."""
        return self._choices.get(self._prefix + table, NO_CHOICE)

    def keep(self, table: str, choice: ColumnChoice) -> None:
        """Remember a choice; what other processes kept meanwhile for other tables stays."""
        self._choices = self._read() | self._choices
        if choice == NO_CHOICE:
            self._choices.pop(self._prefix + table, None)
        else:
            self._choices[self._prefix + table] = choice
        if self._path is not None:
            entries = {key: _members(kept) for key, kept in self._choices.items()}
            write_private(self._path, orjson.dumps(entries))

    def _read(self) -> dict[str, ColumnChoice]:
        if self._path is None:
            return {}
        try:
            found = orjson.loads(self._path.read_bytes())
            return {str(key): _choice(members) for key, members in found.items()}
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            return {}


def column_book(connection: Connection) -> ColumnBook:
    """The book that belongs to a connection."""
    folder, remote = connection.data_dir, connection.remote
    if remote is not None:
        import platformdirs

        place = remote.account_id if remote.is_service else remote.endpoint_url
        path = platformdirs.user_data_path("dyntui", appauthor=False) / FILE
        return ColumnBook(path, f"{place}/{connection.region}/")
    kept = folder is not None and is_data_folder(folder)
    return ColumnBook(
        folder / FILE if folder is not None and kept else None, f"{connection.region}/"
    )


def _members(choice: ColumnChoice) -> Json:
    return {"order": choice.order, "hidden": sorted(choice.hidden), "pinned": choice.pinned}


def _choice(members: Json) -> ColumnChoice:
    return ColumnChoice(
        tuple(map(str, members["order"])),
        frozenset(map(str, members["hidden"])),
        tuple(map(str, members["pinned"])),
    )
