"""A table's past as text to be copied: rows of its lists, commands and statements that tell the
same."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from dyntui.core.recovery.kept_copies import KeptCopy
from dyntui.core.tables.schema import TableInfo
from dyntui.core.text.change_text import change_lines, diff_lines
from dyntui.core.text.time_words import iso_text
from engine.client.history import Change, ItemDiff
from engine.client.protocol import Json
from engine.partiql.text import name_text
from engine.partiql.values import literal, quoted_name


def text_lines(subject: Change | ItemDiff | KeptCopy) -> Sequence[str]:
    """A change, or an item of a difference, with its attributes; a copy has no such lines."""
    if isinstance(subject, Change):
        return tuple(change_lines(subject))
    return tuple(diff_lines(subject)) if isinstance(subject, ItemDiff) else ()


def history_command(table: str, until_s: float | None, key: Sequence[str] = ()) -> str:
    """The command that lists the changes up to a time, of an item or of all."""
    words = ["dyntui", "history", table, *key]
    return shlex.join(words + ([] if until_s is None else ["--until", iso_text(until_s)]))


def diff_command(table: str, from_s: float, to_s: float | None) -> str:
    """The command that tells a difference; None is now."""
    words = ["dyntui", "diff", table, "--from", iso_text(from_s)]
    return shlex.join(words + ([] if to_s is None else ["--to", iso_text(to_s)]))


def copy_command(copy: KeptCopy) -> str:
    """The command that restores a copy."""
    if copy.kind == "snapshot":
        words = ["dyntui", "snapshot", "restore", copy.ref, copy.table, "--as", copy.target]
        return shlex.join(words)
    return shlex.join(["dyntui", "backup", "restore", copy.ref, copy.target])


def past_selects(info: TableInfo, times_s: Sequence[float], key: Json | None = None) -> str:
    """Statements that read a table, or one item of it, as of each of the times."""
    select = f"SELECT *\nFROM {quoted_name(info.name)} AS OF"
    where = ""
    if key is not None:
        where = "\nWHERE " + " AND ".join(_equals(name, key[name]) for name in info.key_names)
    return ";\n".join(f"{select} '{iso_text(at_s)}'{where}" for at_s in times_s)


def _equals(name: str, value: Json) -> str:
    """A condition on a key attribute; binary ones have no literal, and are asked for."""
    return f"{name_text(name)} = {'?' if 'B' in value else literal(value)}"
