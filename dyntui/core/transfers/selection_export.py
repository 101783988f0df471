"""Some items written to a file, whose name tells the format."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from dyntui.core.text.item_output import Format, item_texts
from engine.client.protocol import Json
from engine.transfer.stores import written_aside

FORMS: dict[str, Format] = {".json": "json", ".jsonl": "jsonl", ".csv": "csv", ".ion": "ion"}


class SelectionError(ValueError):
    """The items cannot be written so; the message is one line."""


def selection_form(path: Path) -> Format:
    """The format that a file's name tells; raises `SelectionError`."""
    form = FORMS.get(path.suffix.lower())
    if form is None:
        raise SelectionError(f"the name ends in none of {', '.join(FORMS)}")
    return form


def export_selection(items: Sequence[Json], key_names: Sequence[str], path: Path) -> int:
    """Write items to a new file; gives its size in bytes.

    JSON and JSON lines are DynamoDB JSON, in which nothing is lost. Raises `SelectionError`, and
    `engine.transfer.stores.StoreError` where the file cannot be written.
    """
    form = selection_form(path)
    if path.exists():
        raise SelectionError(f"{path} is there already")
    size = 0
    with written_aside(path) as file:
        for text in item_texts(items, form, keys=key_names):
            size += file.write(text.encode())
    return size
