"""Which lessons a person has read to their end; kept beside the person's other data.

Names of lessons stand in the file, nothing of any table.
"""

from __future__ import annotations

from pathlib import Path

import orjson

from engine.security.private_files import write_private

FILE = "lessons.json"


def default_path() -> Path:
    """Where it is kept: in the user's data folder of the platform."""
    import platformdirs

    return platformdirs.user_data_path("dyntui", appauthor=False) / FILE


class Progress:
    """The names of the lessons that are done; what cannot be written is known for now only."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path or default_path()
        self._done = set(_read(self._path))

    def is_done(self, name: str) -> bool:
        """Whether a lesson was read to its end."""
        return name in self._done

    def finish(self, name: str) -> None:
        """Note that a lesson was read to its end; others may note theirs meanwhile."""
        if name in self._done:
            return
        self._done |= {name, *_read(self._path)}
        write_private(self._path, orjson.dumps({"done": sorted(self._done)}))


def _read(path: Path) -> list[str]:
    """The names in the file; none where it is not there, or holds something else."""
    try:
        found = orjson.loads(path.read_bytes())["done"]
    except (OSError, ValueError, TypeError, KeyError):
        return []
    return [name for name in found if isinstance(name, str)] if isinstance(found, list) else []
