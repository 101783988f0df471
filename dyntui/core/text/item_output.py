"""Items as text, piece by piece as they come: a table, JSON, JSON lines, CSV or Ion."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Literal

from dyntui.core.text.formats import (
    cell_text,
    dynamodb_json,
    plain_json,
    plain_value_json,
)
from dyntui.core.text.text_table import rule_line, table_line, table_widths
from engine.client.protocol import Json

Format = Literal["table", "json", "jsonl", "csv", "ion"]
FORMATS: tuple[Format, ...] = ("table", "json", "jsonl", "csv", "ion")
Tell = Callable[[str], None]

MAX_CELL_WIDTH = 40
MAX_KEY_WIDTH = 60
SAMPLED_ITEMS = 1_000
"""So many items decide a table's columns and their widths; all further ones stream through."""


def item_texts(
    items: Iterable[Json],
    form: Format,
    *,
    plain: bool = False,
    keys: Sequence[str] = (),
    columns: Sequence[str] | None = None,
    tell: Tell = lambda _: None,
) -> Iterator[str]:
    """The text of items, whole lines in each piece but for those of `json`.

    `keys` are the first columns of a table or CSV. `columns` are all columns where they are known
    before; a CSV without them keeps the items aside until it knows all. `tell` is told what a
    table could not show.
    """
    match form:
        case "json":
            return _json_list(items, plain)
        case "jsonl":
            return (json_of(item, plain=plain, indent=False) + "\n" for item in items)
        case "ion":
            from engine.transfer.ion import text_of

            return (text_of(item) + "\n" for item in items)
        case "csv":
            return _csv(items, keys, columns)
        case "table":
            return _table(iter(items), keys, columns, tell)


def json_of(item: Json, *, plain: bool, indent: bool) -> str:
    """One item as JSON."""
    return plain_json(item, indent=indent) if plain else dynamodb_json(item, indent=indent)


def _json_list(items: Iterable[Json], plain: bool) -> Iterator[str]:
    """A list, indented by two."""
    separator = "[\n"
    for item in items:
        # Line ends inside text are escaped in JSON, so that each line end is the layout's.
        text = json_of(item, plain=plain, indent=True).replace("\n", "\n  ")
        yield f"{separator}  {text}"
        separator = ",\n"
    yield "[]\n" if separator == "[\n" else "\n]\n"


# CSV.


class _Line:
    """What `csv` writes to: it gives the line back."""

    @staticmethod
    def write(line: str) -> str:
        """The line that was made."""
        return line


def _csv(
    items: Iterable[Json], keys: Sequence[str], columns: Sequence[str] | None
) -> Iterator[str]:
    if columns is None:
        yield from _spooled_csv(items, keys)
        return
    make = csv.writer(_Line, lineterminator="\n").writerow
    yield str(make(columns))
    for item in items:
        yield str(make(_csv_row(item, columns)))


def _spooled_csv(items: Iterable[Json], keys: Sequence[str]) -> Iterator[str]:
    """Keep the items aside until all attributes are known."""
    from dyntui.core.text.spool import item_spool

    names: set[str] = set()
    with item_spool() as spool:
        for item in items:
            names.update(item)
            spool.add(item)
        leading = [name for name in keys if name in names]
        columns = [*leading, *sorted(names.difference(leading))]
        if columns:
            yield from _csv(spool.items(), keys, columns)


def _csv_row(item: Json, columns: Sequence[str]) -> Iterator[str]:
    return (_csv_field(item[name]) if name in item else "" for name in columns)


def _csv_field(value: Json) -> str:
    """Text as it is, everything else as plain JSON without the quotes around base64."""
    kind, content = next(iter(value.items()))
    if kind == "S":
        return str(content)
    text = plain_value_json(value)
    return text[1:-1] if kind == "B" else text


# Tables.


def _table(
    items: Iterator[Json], keys: Sequence[str], columns: Sequence[str] | None, tell: Tell
) -> Iterator[str]:
    sample = list(islice(items, SAMPLED_ITEMS))
    if not sample:
        return
    names = list(columns) if columns is not None else _table_columns(sample, keys)
    numeric = [_mostly_numbers(sample, name) for name in names]
    limits = [MAX_KEY_WIDTH if name in keys else MAX_CELL_WIDTH for name in names]
    rows = [_table_row(item, names) for item in sample]
    widths = table_widths([names, *rows], limits)
    yield table_line(names, widths, numeric)
    yield rule_line(widths)
    left_out: set[str] = set()
    for row in rows:
        yield table_line(row, widths, numeric)
    for item in items:
        yield table_line(_table_row(item, names), widths, numeric)
        left_out.update(item.keys() - set(names))
    if left_out and columns is None:
        tell(
            f"attributes without a column, as they appear late: {', '.join(sorted(left_out))} "
            "(--output jsonl has everything)"
        )


def _table_columns(items: Sequence[Json], keys: Sequence[str]) -> list[str]:
    """The keys, then the attributes by how many items have them, then by name."""
    seen = Counter(chain.from_iterable(items))
    others = sorted(seen.keys() - set(keys), key=lambda name: (-seen[name], name))
    return [*(name for name in keys if name in seen), *others]


def _mostly_numbers(items: Iterable[Json], name: str) -> bool:
    kinds = [next(iter(item[name])) for item in items if name in item]
    return kinds.count("N") * 2 > len(kinds)


def _table_row(item: Json, names: Sequence[str]) -> list[str]:
    return [cell_text(item[name]) if name in item else "" for name in names]
