"""Parquet files, by pyarrow: columns of one type each, so an item fits only where types agree.

Written: a column of text, numbers, binary values or booleans has that type; numbers are 64-bit
integers where all of a column are, else doubles where each survives that, else text with all their
digits. Sets and lists, maps, and columns of several types are plain JSON as text. What an item
lacks is null, and so is NULL.

Read: text becomes S, numbers N, true and false BOOL, binary values B, lists L, structs M, times
text (ISO 8601); null is no attribute. Types that are told come before that, as in plain JSON.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from itertools import islice
from typing import Any, BinaryIO

import orjson

from engine.client.protocol import Json
from engine.transfer.plain_json import plain
from engine.transfer.records import Record
from engine.transfer.stores import StoreError
from engine.transfer.typing_rules import record_of, value_of

_ROWS = 5_000
_INT64 = 2**63
_EXACT = 2**53
"""Integers up to that are doubles too."""


def _pyarrow() -> Any:
    """The package; raises `StoreError` where it is missing."""
    try:
        import pyarrow.parquet
    except ImportError:
        raise StoreError(
            "parquet needs dyntui's extra `parquet` (pip install 'dyntui[parquet]')"
        ) from None
    return pyarrow


# Writing.


def columns_of(raws: Iterable[bytes], first: Iterable[str]) -> dict[str, str]:
    """The columns that items as stored need, with a kind each; `first` come first.

    Kinds: S, B, BOOL, SMALL (integers that are doubles too), INT, FLOAT, N (digits as text), JSON.
    """
    kinds: dict[str, str] = {}
    for raw in raws:
        for name, value in orjson.loads(raw).items():
            kind = _kind(value)
            if kind is not None:
                known = kinds.get(name)
                kinds[name] = kind if known in (None, kind) else _joined(str(known), kind)
    leading = [name for name in first if name in kinds]
    return {name: kinds[name] for name in (*leading, *sorted(kinds.keys() - set(leading)))}


def _kind(value: Json) -> str | None:
    [(kind, content)] = value.items()
    if kind == "NULL":
        return None
    if kind != "N":
        return kind if kind in ("S", "B", "BOOL") else "JSON"
    if content.lstrip("-").isdecimal() and -_INT64 <= int(content) < _INT64:
        return "SMALL" if abs(int(content)) <= _EXACT else "INT"
    return "FLOAT" if _survives(content) else "N"


def _survives(digits: str) -> bool:
    """Whether a number is the same after it was a double."""
    return Decimal(repr(float(digits))) == Decimal(digits)


def _joined(one: str, other: str) -> str:
    """The kind that holds two."""
    both = {one, other}
    if not both <= {"SMALL", "INT", "FLOAT", "N"}:
        return "JSON"
    if "SMALL" in both:
        return next(iter(both - {"SMALL"}))
    return "N"


def write(file: BinaryIO, columns: Mapping[str, str], raws: Iterable[bytes]) -> Iterator[int]:
    """Write items as stored; gives how many are through, after each group. Raises `StoreError`."""
    arrow = _pyarrow()
    types = {
        "S": arrow.string(),
        "B": arrow.binary(),
        "BOOL": arrow.bool_(),
        "SMALL": arrow.int64(),
        "INT": arrow.int64(),
        "FLOAT": arrow.float64(),
        "N": arrow.string(),
        "JSON": arrow.string(),
    }
    schema = arrow.schema([(name, types[kind]) for name, kind in columns.items()])
    remaining, done = iter(raws), 0
    with arrow.parquet.ParquetWriter(file, schema, compression="zstd") as writer:
        while group := [orjson.loads(raw) for raw in islice(remaining, _ROWS)]:
            arrays = [
                arrow.array([_cell(item.get(name), kind) for item in group], types[kind])
                for name, kind in columns.items()
            ]
            writer.write_table(arrow.table(arrays, schema=schema))
            done += len(group)
            yield done


def _cell(value: Json | None, kind: str) -> Any:
    if value is None or "NULL" in value:
        return None
    if kind == "JSON":
        return orjson.dumps(plain(value)).decode()
    [content] = value.values()
    return _CONTENT.get(kind, str)(content) if kind != "BOOL" else content


_CONTENT: dict[str, Callable[[str], Any]] = {
    "B": base64.b64decode,
    "SMALL": int,
    "INT": int,
    "FLOAT": float,
}


# Reading.


def read(stream: BinaryIO, types: Mapping[str, str]) -> Iterator[Record]:
    """The rows of a file, which must be seekable; `line` is a row's number. Raises `StoreError`."""
    arrow = _pyarrow()
    try:
        file = arrow.parquet.ParquetFile(stream)
        batches = file.iter_batches(_ROWS)
    except (arrow.ArrowException, OSError) as error:
        yield Record.rejected(1, f"not Parquet: {_first_line(error)}", b"")
        return
    number = 0
    while True:
        try:
            batch = next(batches, None)
        except (arrow.ArrowException, OSError) as error:
            reason = f"the file is damaged ({_first_line(error)}), and its rest lost"
            yield Record.rejected(number + 1, reason, b"")
            return
        if batch is None:
            return
        for row in batch.to_pylist():
            number += 1
            yield record_of(number, row, types, _typed)


def _typed(name: str, cell: Any, kind: str | None) -> Json:
    """A value of a row; its `kind` where one is told."""
    if isinstance(cell, str) and kind is not None:
        return value_of(name, cell, kind)
    if isinstance(cell, int | float) and not isinstance(cell, bool) and kind == "S":
        return {"S": repr(cell)}
    return _value(cell)


def _value(cell: Any) -> Json:
    match cell:
        case None:
            return {"NULL": True}
        case bool():
            return {"BOOL": cell}
        case str():
            return {"S": cell}
        case bytes():
            return {"B": base64.b64encode(cell).decode()}
        case int() | float():
            return {"N": repr(cell)}
        case list():
            return {"L": [_value(element) for element in cell]}
        case dict():
            return {"M": {str(name): _value(member) for name, member in cell.items()}}
    iso = getattr(cell, "isoformat", None)
    return {"S": iso()} if iso is not None else {"N": str(cell)}


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]
