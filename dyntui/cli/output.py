"""Items on stdout, as they come: a table, JSON, JSON lines or CSV."""

from __future__ import annotations

import csv
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Literal

import click
import orjson

from dyntui.cli.exits import say
from dyntui.core.formats import ELLIPSIS, cell_text, dynamodb_json, plain_json, plain_value_json
from engine.client.protocol import Json

Format = Literal["table", "json", "jsonl", "csv"]
FORMATS = ("table", "json", "jsonl", "csv")

MAX_CELL_WIDTH = 40
MAX_KEY_WIDTH = 60
SAMPLED_ITEMS = 1_000
"""So many items decide a table's columns and their widths; all further ones stream through."""
SPOOL_BYTES = 32 * 1024 * 1024
GAP = "  "


def format_options(default: Format) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """The options `--output` and `--plain` of a verb."""

    def decorate(function: Callable[..., None]) -> Callable[..., None]:
        function = click.option(
            "--plain", is_flag=True, help="Plain JSON: sets become lists, binary base64 text."
        )(function)
        return click.option(
            "-o",
            "--output",
            type=click.Choice(FORMATS),
            default=default,
            show_default=True,
            help="The form of the items.",
        )(function)

    return decorate


def write_items(
    items: Iterable[Json],
    form: Format,
    *,
    plain: bool = False,
    keys: Sequence[str] = (),
    columns: Sequence[str] | None = None,
) -> None:
    """Write items to stdout.

    `keys` are the first columns of a table or CSV. `columns` are all columns where they are known
    before; a CSV without them keeps the items aside until it knows all.
    """
    match form:
        case "json":
            _write_json(items, plain)
        case "jsonl":
            for item in items:
                sys.stdout.write(_json_of(item, plain, indent=False) + "\n")
        case "csv":
            _write_csv(items, keys, columns)
        case "table":
            _write_table(iter(items), keys, columns)


def write_item(item: Json, form: Format, *, plain: bool, keys: Sequence[str]) -> None:
    """Write one item; as JSON it is an object, not a list of one."""
    if form == "json":
        sys.stdout.write(_json_of(item, plain, indent=True) + "\n")
    else:
        write_items([item], form, plain=plain, keys=keys)


def _json_of(item: Json, plain: bool, *, indent: bool) -> str:
    return plain_json(item, indent=indent) if plain else dynamodb_json(item, indent=indent)


def _write_json(items: Iterable[Json], plain: bool) -> None:
    """A list, indented by two; written item by item."""
    separator = "[\n"
    for item in items:
        # Line ends inside text are escaped in JSON, so that each line end is the layout's.
        text = _json_of(item, plain, indent=True).replace("\n", "\n  ")
        sys.stdout.write(f"{separator}  {text}")
        separator = ",\n"
    sys.stdout.write("[]\n" if separator == "[\n" else "\n]\n")


# CSV.


def _write_csv(items: Iterable[Json], keys: Sequence[str], columns: Sequence[str] | None) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    if columns is None:
        _write_spooled_csv(items, keys)
        return
    writer.writerow(columns)
    writer.writerows(_csv_row(item, columns) for item in items)


def _write_spooled_csv(items: Iterable[Json], keys: Sequence[str]) -> None:
    """Keep the items aside, in memory or an unnamed file, until all attributes are known."""
    import tempfile

    names: set[str] = set()
    with tempfile.SpooledTemporaryFile(max_size=SPOOL_BYTES) as spool:
        for item in items:
            names.update(item)
            spool.write(dynamodb_json(item, indent=False).encode() + b"\n")
        spool.seek(0)
        leading = [name for name in keys if name in names]
        columns = [*leading, *sorted(names.difference(leading))]
        if columns:
            _write_csv((orjson.loads(line) for line in spool), keys, columns)


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


def _write_table(items: Iterator[Json], keys: Sequence[str], columns: Sequence[str] | None) -> None:
    sample = list(islice(items, SAMPLED_ITEMS))
    if not sample:
        return
    names = list(columns) if columns is not None else _table_columns(sample, keys)
    numeric = [_mostly_numbers(sample, name) for name in names]
    limits = [MAX_KEY_WIDTH if name in keys else MAX_CELL_WIDTH for name in names]
    rows = [_table_row(item, names) for item in sample]
    widths = table_widths([names, *rows], limits)
    sys.stdout.write(table_line(names, widths, numeric))
    sys.stdout.write(GAP.join("─" * width for width in widths) + "\n")
    left_out: set[str] = set()
    for row in rows:
        sys.stdout.write(table_line(row, widths, numeric))
    for item in items:
        sys.stdout.write(table_line(_table_row(item, names), widths, numeric))
        left_out.update(item.keys() - set(names))
    if left_out and columns is None:
        say(
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


def table_widths(rows: Iterable[Sequence[str]], limits: Sequence[int]) -> list[int]:
    """The width of each column in terminal cells, at most its limit."""
    from rich.cells import cell_len

    widths = [0] * len(limits)
    for row in rows:
        for place, (text, limit) in enumerate(zip(row, limits, strict=True)):
            if widths[place] < limit:
                widths[place] = min(limit, max(widths[place], cell_len(text[: limit + 1])))
    return widths


def table_line(row: Sequence[str], widths: Sequence[int], numeric: Sequence[bool]) -> str:
    """One line of a table; numbers stand on the right."""
    cells = (
        _fit(text, width, right=right)
        for text, width, right in zip(row, widths, numeric, strict=True)
    )
    return GAP.join(cells).rstrip() + "\n"


def _fit(text: str, width: int, *, right: bool) -> str:
    """The text in exactly `width` cells, cut with an ellipsis where it is longer."""
    from rich.cells import cell_len, set_cell_size

    length = cell_len(text[: width + 1])
    if length > width:
        text, length = set_cell_size(text, width - 1) + ELLIPSIS, width
    blanks = " " * (width - length)
    return blanks + text if right else text + blanks


def write_rows(heads: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[bool]) -> None:
    """A small table that is no table of items: nothing in it is cut."""
    widths = table_widths([heads, *rows], [sys.maxsize] * len(heads))
    sys.stdout.write(table_line(heads, widths, right))
    sys.stdout.write(GAP.join("─" * width for width in widths) + "\n")
    for row in rows:
        sys.stdout.write(table_line(row, widths, right))
