"""Parquet files: what is written is read again, by pyarrow too."""

from __future__ import annotations

import io
from typing import Any

import orjson
import pytest

from engine.client.protocol import Json
from engine.transfer import parquet
from engine.transfer.records import Record
from engine.transfer.sources import Reading, records_of

pa: Any = pytest.importorskip("pyarrow")
pq: Any = pytest.importorskip("pyarrow.parquet")


def written(*items: Json, first: tuple[str, ...] = ()) -> bytes:
    """The file of items."""
    raws = [orjson.dumps(item) for item in items]
    file = io.BytesIO()
    assert list(parquet.write(file, parquet.columns_of(raws, first), raws)) == [len(raws)]
    return file.getvalue()


def read(content: bytes, **types: str) -> list[Record]:
    return list(records_of(io.BytesIO(content), Reading("parquet", types=types)))


def test_columns_of_one_type_come_back_as_they_were() -> None:
    items: list[Json] = [
        {"id": {"S": "a"}, "n": {"N": "5"}, "f": {"N": "2.5"}, "b": {"B": "aGk="}},
        {"id": {"S": "b"}, "n": {"N": "-9223372036854775808"}, "ok": {"BOOL": True}},
    ]
    content = written(*items, first=("id",))
    assert [record.item for record in read(content)] == items
    assert pq.read_table(io.BytesIO(content)).column_names == ["id", "b", "f", "n", "ok"]


def test_numbers_keep_their_digits_whatever_they_are() -> None:
    digits = "12345678901234567890.123456789"
    content = written({"n": {"N": digits}}, {"n": {"N": "1"}})
    assert pq.read_table(io.BytesIO(content)).schema.field("n").type == pa.string()
    assert [record.item for record in read(content, n="N")] == [
        {"n": {"N": digits}},
        {"n": {"N": "1"}},
    ]


def test_integers_among_fractions_are_doubles() -> None:
    table = pq.read_table(io.BytesIO(written({"n": {"N": "1"}}, {"n": {"N": "0.5"}})))
    assert table.to_pylist() == [{"n": 1.0}, {"n": 0.5}]


def test_what_has_no_column_type_is_plain_json() -> None:
    content = written(
        {"x": {"SS": ["a"]}, "y": {"M": {"n": {"N": "1"}}}, "z": {"S": "s"}},
        {"x": {"NULL": True}, "z": {"N": "1"}},
    )
    assert pq.read_table(io.BytesIO(content)).to_pylist() == [
        {"x": '["a"]', "y": '{"n":1}', "z": '"s"'},
        {"x": None, "y": None, "z": "1"},
    ]
    assert read(content, y="JSON")[0].item == {
        "x": {"S": '["a"]'},
        "y": {"M": {"n": {"N": "1"}}},
        "z": {"S": '"s"'},
    }


def test_files_of_others_are_read() -> None:
    file = io.BytesIO()
    table = pa.table({"l": [[1, 2]], "s": [{"a": None}], "t": [None]})
    pq.write_table(table, file)
    (record,) = read(file.getvalue())
    assert record.item == {
        "l": {"L": [{"N": "1"}, {"N": "2"}]},
        "s": {"M": {"a": {"NULL": True}}},
    }


@pytest.mark.parametrize("content", [b"", b"no parquet at all", b"PAR1" + b"x" * 100 + b"PAR1"])
def test_what_is_no_parquet_is_a_rejected_record(content: bytes) -> None:
    (record,) = read(content)
    assert record.item is None
    assert record.reason.startswith("not Parquet: ")


def test_a_value_that_is_not_as_told_is_rejected() -> None:
    (record,) = read(written({"n": {"S": "x"}}), n="N")
    assert record.item is None
    assert record.reason.startswith("n: ")
