"""What the PartiQL editor keeps between sessions: history, saved statements, open tabs.

They are files that only their owner can read, since statements hold values: in the data folder, or
for a remote in the user's data folder. A Region in memory keeps them as long as it lives.

    statements/history.jsonl     what was run, a JSON text a line, the oldest first
    statements/tabs.json         names and texts of the open tabs, and which one is in front
    statements/NAME.sql          a saved statement, or several
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import orjson

from dyntui.core.connect import Connection, is_data_folder
from dyntui.core.private_files import make_private_folder, private, write_private

HISTORY_MAX = 1_000
NAME_MAX = 60
FOLDER = "statements"
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
    """History, saved statements and tabs; `folder` is None where nothing is kept in files.

    What cannot be written is kept for this session only.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._history = self._read_history()
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
            self._write("history.jsonl", b"".join(map(_line, self._history)))
        else:
            self._append("history.jsonl", _line(text))

    @property
    def saved(self) -> dict[str, str]:
        """Saved statements by their names, in the order of the names."""
        found = dict(self._saved)
        if self._folder is not None and self._folder.is_dir():
            for path in self._folder.glob("*.sql"):
                with suppress(OSError, UnicodeDecodeError):
                    found[path.stem] = path.read_text(encoding="utf-8")
        return dict(sorted(found.items(), key=lambda entry: entry[0].lower()))

    def save(self, name: str, text: str) -> None:
        """Save a text; one of the same name is replaced."""
        if not self._write(f"{name}.sql", text.encode()):
            self._saved[name] = text

    def forget(self, name: str) -> None:
        """Delete a saved statement."""
        self._saved.pop(name, None)
        if self._folder is not None:
            with suppress(OSError):
                (self._folder / f"{name}.sql").unlink()

    def desk(self) -> Desk:
        """The tabs as they were left."""
        if self._folder is None:
            return EMPTY_DESK
        try:
            found = orjson.loads((self._folder / "tabs.json").read_bytes())
            drafts = tuple(Draft(str(name), str(text)) for name, text in found["tabs"])
            current = int(found["current"])
        except (OSError, ValueError, TypeError, KeyError):
            return EMPTY_DESK
        return Desk(drafts, min(max(current, 0), len(drafts) - 1)) if drafts else EMPTY_DESK

    def keep_desk(self, drafts: Sequence[Draft], current: int) -> None:
        """Remember the tabs for the next session."""
        tabs = [(draft.name, draft.text) for draft in drafts]
        self._write("tabs.json", orjson.dumps({"tabs": tabs, "current": current}))

    def _read_history(self) -> list[str]:
        if self._folder is None:
            return []
        texts: list[str] = []
        with suppress(OSError):
            for line in (self._folder / "history.jsonl").read_bytes().splitlines():
                # A line that was cut short when the machine went down is left out.
                with suppress(ValueError):
                    texts.append(str(orjson.loads(line)))
        return texts[-HISTORY_MAX:]

    def _append(self, name: str, data: bytes) -> None:
        if self._folder is None:
            return
        with suppress(OSError):
            make_private_folder(self._folder)
            with open(self._folder / name, "ab", opener=private) as file:
                file.write(data)

    def _write(self, name: str, data: bytes) -> bool:
        """Write a file whole or not at all; whether it was written."""
        return self._folder is not None and write_private(self._folder / name, data)


def book_of(connection: Connection) -> QueryBook:
    """The book that belongs to a connection."""
    folder = connection.data_dir
    if folder is not None and is_data_folder(folder):
        return QueryBook(folder / FOLDER)
    if connection.remote is None:
        return QueryBook(None)

    import platformdirs

    return QueryBook(platformdirs.user_data_path("dyntui", appauthor=False) / FOLDER)


def file_name(name: str) -> str:
    """What a saved statement may be called: blanks for what a file's name should not hold."""
    return _BAD_IN_NAME.sub(" ", name).strip(" .")[:NAME_MAX].strip()


def _line(text: str) -> bytes:
    return orjson.dumps(text) + b"\n"
