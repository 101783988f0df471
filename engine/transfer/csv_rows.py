"""CSV: a row an item, a column an attribute.

The first row names the columns, unless they are told. Key columns have the types of their table,
all others are text (as the service imports them), unless types are told or inferred. Quotes are
those of RFC 4180.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import Any, BinaryIO

import orjson

from engine.transfer.records import LINE_BYTES_MAX, Record
from engine.transfer.typing_rules import SAMPLED_ROWS, CellError, cell_of, infer, item_of

DELIMITERS = ",;:|\t "
"""Those that ImportTable's CsvOptions allow."""


class CsvReader:
    """The rows of one file; `types` are known once `records` has begun."""

    def __init__(
        self,
        *,
        delimiter: str = ",",
        names: Sequence[str] | None = None,
        types: Mapping[str, str] | None = None,
        inferred: bool = False,
    ) -> None:
        """`names` None takes the first row; `types` told come before those `inferred`."""
        self._delimiter = delimiter
        self._names = names
        self._told = dict(types or {})
        self._inferred = inferred
        self.types = self._told

    def records(self, stream: BinaryIO) -> Iterator[Record]:
        """The items of a file; the file is read as they are taken."""
        # Cells may be as large as an item; the limit is the module's, not the reader's.
        csv.field_size_limit(LINE_BYTES_MAX)
        text = io.TextIOWrapper(
            stream, encoding="utf-8-sig", errors="surrogateescape", newline="", write_through=True
        )
        rows = _numbered(csv.reader(text, delimiter=self._delimiter, strict=True))
        try:
            yield from self._records(rows)
        finally:
            text.detach()

    def _records(self, rows: Iterator[_Row]) -> Iterator[Record]:
        names = self._names
        if names is None:
            head = next(rows, None)
            if head is None:
                return
            if head[2]:
                yield Record.rejected(head[0], head[2], b"")
                return
            names = head[1]
        if self._inferred:
            sampled = list(islice(rows, SAMPLED_ROWS))
            self.types = infer(names, (row for _, row, fault in sampled if not fault)) | self._told
            rows = chain(sampled, rows)
        for line, row, fault in rows:
            if row or fault:
                yield self._record(names, line, row, fault)

    def _record(self, names: Sequence[str], line: int, row: list[str], fault: str) -> Record:
        shown = self._delimiter.join(row).encode(errors="surrogateescape")
        if fault:
            return Record.rejected(line, fault, shown)
        if len(row) != len(names):
            return Record.rejected(
                line, f"fields of the row: {len(row)}, of the header: {len(names)}", shown
            )
        if any(not cell.isascii() and _is_broken(cell) for cell in row):
            return Record.rejected(line, "not UTF-8", shown)
        try:
            return Record(line, item_of(names, row, self.types))
        except CellError as error:
            return Record.rejected(line, str(error), shown)


_Row = tuple[int, list[str], str]
"""The line on which a row begins, its cells, and what is wrong with it."""


def _numbered(reader: Any) -> Iterator[_Row]:
    while True:
        line = reader.line_num + 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield line, [], f"not CSV: {error}"
        else:
            yield line, row, ""


def _is_broken(cell: str) -> bool:
    try:
        cell.encode()
    except UnicodeEncodeError:
        return True
    return False


def columns_of(raws: Iterable[bytes], first: Sequence[str]) -> list[str]:
    """The columns that items as stored need: `first`, and then all others in order of name."""
    found: set[str] = set()
    for raw in raws:
        found.update(orjson.loads(raw))
    return [*first, *sorted(found.difference(first))]


def row_line(columns: Sequence[str], raw: bytes) -> bytes:
    """The line of an item as it is stored."""
    item = orjson.loads(raw)
    return _line(cell_of(item[name]) if name in item else "" for name in columns)


def head_line(columns: Sequence[str]) -> bytes:
    """The line that names the columns."""
    return _line(columns)


def _line(cells: Iterable[str]) -> bytes:
    text = io.StringIO()
    # Cells with characters of the line's end are quoted, and a lone CR is one.
    csv.writer(text, lineterminator="\r\n").writerow(list(cells))
    return text.getvalue().removesuffix("\r\n").encode() + b"\n"
