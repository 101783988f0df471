"""What earlier versions kept in plain files: taken into the sealed notebook once, then deleted.

history.jsonl    what was run in the editor, a JSON text a line, the oldest first
tabs.json        the open tabs, as they are sealed now
.NAME.PID        either of them, where a process was killed that wrote it
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import orjson

if TYPE_CHECKING:
    from engine.security.notebook import Notebook

_HISTORY = "history.jsonl"
_TABS = "tabs.json"


def take_over(notebook: Notebook, history: str, tabs: str) -> None:
    """Seal what is plain in the folder of a notebook; its files are called `history` and `tabs`.

    A file that cannot be read, or whose texts cannot be sealed, stays as it is.
    """
    with suppress(OSError):
        path = notebook.folder / _HISTORY
        if path.exists():
            put_before(notebook, history, _lines(path.read_bytes()), path)
        path = notebook.folder / _TABS
        if path.exists():
            # Tabs that were open since are the ones to keep.
            kept = notebook.texts(tabs) or [path.read_text(encoding="utf-8", errors="replace")]
            if notebook.replace(tabs, kept):
                path.unlink()
        for name in (_HISTORY, _TABS):
            for left_over in notebook.folder.glob(f".{name}.*"):
                left_over.unlink(missing_ok=True)


def put_before(notebook: Notebook, name: str, earlier: Sequence[str], path: Path) -> None:
    """Put texts before those of a sealed file, and delete the plain file they are from.

    Raises OSError.
    """
    texts = notebook.texts(name)
    # They are there already where a process was killed before it deleted the file.
    if texts[: len(earlier)] != list(earlier):
        texts = [*earlier, *texts]
    if notebook.replace(name, texts):
        path.unlink(missing_ok=True)


def _lines(data: bytes) -> list[str]:
    """The texts of a file; a line that was cut short is left out."""
    texts = []
    for line in data.splitlines():
        with suppress(ValueError):
            texts.append(str(orjson.loads(line)))
    return texts
