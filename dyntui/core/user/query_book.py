"""What the PartiQL editor and the prompt keep between sessions: history, saved statements, tabs.

They are files that only their owner can read, since statements hold values: in the data folder, or
for a remote in the user's data folder. A Region in memory keeps them as long as it lives. What was
not saved by name is sealed.

    statements/history.sealed    what was run, the oldest first
    statements/prompt.sealed     what was entered at the prompt, the oldest first
    statements/tabs.sealed       names and texts of the open tabs, and which one is in front
    statements/columns.sealed    the columns that are chosen for each table (`column_choice`)
    statements/NAME.sql          a saved statement, or several: plain text, to be used elsewhere
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import orjson

from dyntui.core.connection.choices import is_data_folder
from dyntui.core.connection.connect import Connection
from dyntui.core.user.earlier_notes import take_over

if TYPE_CHECKING:
    from engine.security.notebook import Notebook

HISTORY_MAX = 1_000
NAME_MAX = 60
FOLDER = "statements"
_HISTORY = "history"
_TABS = "tabs"
_BAD_IN_NAME = re.compile(r"[^\w .()+-]+")


@dataclass(frozen=True, slots=True)
class Draft:
    """A tab's name and text."""

    name: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Desk:
    """The open tabs, never none, and the number of the one in front."""

    drafts: tuple[Draft, ...]
    current: int = 0


EMPTY_DESK = Desk((Draft("untitled"),))


class QueryBook:
    """History, saved statements and tabs; `notebook` is None where nothing is kept in files.

    What cannot be written is kept for this session only.
    """

    def __init__(self, notebook: Notebook | None) -> None:
        self._notebook = notebook
        self._history = [] if notebook is None else notebook.texts(_HISTORY)[-HISTORY_MAX:]
        self._saved: dict[str, str] = {}

    @property
    def history(self) -> list[str]:
        """What was run, the latest first, each text once."""
        return list(dict.fromkeys(reversed(self._history)))

    def remember(self, text: str) -> None:
        """Take up a text that was run."""
        if self._history and self._history[-1] == text:
            return
        self._history.append(text)
        if len(self._history) > 2 * HISTORY_MAX:
            self._history = self._history[-HISTORY_MAX:]
            if self._notebook is not None:
                self._notebook.replace(_HISTORY, self._history)
        elif self._notebook is not None:
            self._notebook.add(_HISTORY, text)

    @property
    def saved(self) -> dict[str, str]:
        """Saved statements by their names, in the order of the names."""
        found = dict(self._saved)
        if self._notebook is not None and self._notebook.folder.is_dir():
            for path in self._notebook.folder.glob("*.sql"):
                with suppress(OSError, UnicodeDecodeError):
                    found[path.stem] = path.read_text(encoding="utf-8")
        return dict(sorted(found.items(), key=lambda entry: entry[0].lower()))

    def save(self, name: str, text: str) -> None:
        """Save a text; one of the same name is replaced."""
        if self._notebook is None or not self._notebook.write_plain(f"{name}.sql", text):
            self._saved[name] = text

    def forget(self, name: str) -> None:
        """Delete a saved statement."""
        self._saved.pop(name, None)
        if self._notebook is not None:
            with suppress(OSError):
                (self._notebook.folder / f"{name}.sql").unlink()

    def desk(self) -> Desk:
        """The tabs as they were left."""
        if self._notebook is None:
            return EMPTY_DESK
        try:
            [text] = self._notebook.texts(_TABS)
            found = orjson.loads(text)
            drafts = tuple(Draft(str(name), str(text)) for name, text in found["tabs"])
            current = int(found["current"])
        except (ValueError, TypeError, KeyError):
            return EMPTY_DESK
        return Desk(drafts, min(max(current, 0), len(drafts) - 1)) if drafts else EMPTY_DESK

    def keep_desk(self, drafts: Sequence[Draft], current: int) -> None:
        """Remember the tabs for the next session."""
        tabs = [(draft.name, draft.text) for draft in drafts]
        if self._notebook is not None:
            text = orjson.dumps({"tabs": tabs, "current": current}).decode()
            self._notebook.replace(_TABS, [text])


def book_of(connection: Connection) -> QueryBook:
    """The book that belongs to a connection."""
    return QueryBook(notebook_of(connection))


def notebook_of(connection: Connection) -> Notebook | None:
    """Where a connection's texts are kept; None for a Region in memory."""
    found = _notebook_of(connection)
    if found is not None:
        take_over(found, _HISTORY, _TABS)
    return found


def _notebook_of(connection: Connection) -> Notebook | None:
    from engine.security import notebook

    folder = connection.data_dir
    if folder is not None and is_data_folder(folder):
        return notebook.notebook_of(folder, FOLDER)
    if connection.remote is None:
        return None

    import platformdirs

    user_folder = platformdirs.user_data_path("dyntui", appauthor=False)
    return notebook.notebook_beside_key(user_folder / FOLDER)


def file_name(name: str) -> str:
    """What a saved statement may be called: blanks for what a file's name should not hold."""
    return _BAD_IN_NAME.sub(" ", name).strip(" .")[:NAME_MAX].strip()
