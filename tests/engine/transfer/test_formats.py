"""What is written in a format is read again, and by readers that are not ours."""

from __future__ import annotations

import base64
import csv
import gzip
import io
import json
from decimal import Decimal
from typing import Any

import orjson
import pytest
from amazon.ion.core import IonType
from amazon.ion.simpleion import dumps, loads
from hypothesis import given
from hypothesis import strategies as st

from engine.client.protocol import Json
from engine.model.values import normalise_item
from engine.transfer import csv_rows, dynamodb_json, incremental, ion, plain_json, plain_lines
from engine.transfer.csv_rows import CsvReader
from engine.transfer.incremental import NetChange
from engine.transfer.records import LINE_BYTES_MAX, Record
from engine.transfer.typing_rules import infer, parse_types
from tests.engine.model.test_attribute_values import items, names, number_texts, scalars

canonical_items = items.map(lambda item: normalise_item(item)[0])


def raw(item: Json) -> bytes:
    return orjson.dumps(item)


def read_dynamodb_json(content: bytes) -> list[Record]:
    return list(dynamodb_json.read(io.BytesIO(content)))


def read_ion(content: bytes) -> list[Record]:
    return list(ion.read(io.BytesIO(content)))


def read_csv(content: bytes, **how: Any) -> list[Record]:
    return list(CsvReader(**how).records(io.BytesIO(content)))


def read_plain(content: bytes, extended: bool = False, **types: str) -> list[Record]:
    return list(plain_lines.read(io.BytesIO(content), types, extended=extended))


def items_of(records: list[Record]) -> list[Json | None]:
    return [record.item for record in records]


# Formats that keep everything.


@given(st.lists(canonical_items, max_size=4))
def test_dynamodb_json_keeps_every_item(written: list[Json]) -> None:
    content = b"".join(dynamodb_json.line(raw(item)) for item in written)
    assert items_of(read_dynamodb_json(content)) == written
    assert [json.loads(line)["Item"] for line in content.splitlines()] == written


@given(st.lists(canonical_items, max_size=4))
def test_ion_text_keeps_every_item(written: list[Json]) -> None:
    content = b"".join(ion.line(raw(item)) for item in written)
    found = items_of(read_ion(content))
    assert [normalise_item(item)[0] for item in found] == written


@given(canonical_items)
def test_ion_text_is_what_amazon_ion_reads(item: Json) -> None:
    """amazon.ion writes what it read of ours as binary; that is read as the same item again."""
    value = loads(ion.line(raw(item)).decode(), single_value=False)
    binary = dumps(value, binary=True, sequence_as_stream=True)
    [record] = read_ion(binary)
    assert record.item is not None
    assert normalise_item(record.item)[0] == item


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("0", "0."),
        ("103", "103."),
        ("600", "6d2"),
        ("2000", "2d3"),
        ("-40", "-4d1"),
        ("0.5", "0.5"),
        ("-12.75", "-12.75"),
        ("1" + "0" * 125, "1d125"),
    ],
)
def test_numbers_in_ion_are_written_as_the_service_does(number: str, text: str) -> None:
    assert ion.number_text(number) == text


@given(number_texts)
def test_a_number_in_ion_is_the_same_decimal(text: str) -> None:
    number = normalise_item({"n": {"N": text}})[0]["n"]["N"]
    value = loads(ion.number_text(number))
    assert value.ion_type is IonType.DECIMAL
    assert Decimal(value) == Decimal(number)


def test_sets_in_ion_are_annotated_lists() -> None:
    item = {"a": {"SS": ["x"]}, "b": {"NS": ["10"]}, "c": {"BS": ["aGk="]}, "n": {"NULL": True}}
    assert ion.text_of(item) == (
        '{a:$dynamodb_SS::["x"],b:$dynamodb_NS::[1d1],c:$dynamodb_BS::[{{aGk=}}],n:null}'
    )


@pytest.mark.parametrize(
    "name", ["null", "true", "nan", "$5", "a b", "it's", '"', "1a", "ä", "$ion"]
)
def test_names_that_are_no_symbols_are_quoted(name: str) -> None:
    item = {name: {"S": "x"}}
    assert items_of(read_ion(ion.line(raw(item)))) == [item]


# What is no item.


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"{", "not JSON"),
        (b"[]", 'the line is no {"Item": {…}}'),
        (b'"x"', 'the line is no {"Item": {…}}'),
        (b'{"Item": 1}', 'the line is no {"Item": {…}}'),
        (b"\xff\xfe", "not JSON"),
    ],
)
def test_a_bad_line_of_json_is_told_and_the_next_is_read(line: bytes, reason: str) -> None:
    bad, good = read_dynamodb_json(line + b'\n\n{"Item":{"a":{"S":"b"}}}\n')
    assert bad.item is None
    assert bad.line == 1
    assert bad.reason.startswith(reason)
    assert bad.text == line
    assert (good.line, good.item) == (3, {"a": {"S": "b"}})


def test_the_character_that_is_wrong_is_told() -> None:
    [bad] = read_dynamodb_json(b'{"Item": {"a": x}}')
    assert bad.column == 16


def test_items_without_the_outer_member_are_items_too() -> None:
    assert items_of(read_dynamodb_json(b'{"a":{"S":"b"}}')) == [{"a": {"S": "b"}}]
    # An attribute named Item whose value is a map is no wrapper.
    item = {"Item": {"M": {"a": {"S": "b"}}}}
    assert items_of(read_dynamodb_json(raw(item))) == [item]
    assert items_of(read_dynamodb_json(dynamodb_json.line(raw(item)))) == [item]


@pytest.mark.parametrize(
    "line", [b"{", b"$ion_1_0 {Item:3}", b"$ion_1_0 {A:{}}", b"1 2", b"\xff", b'{Item:{a:"\\u12"}}']
)
def test_a_bad_line_of_ion_is_told_and_the_next_is_read(line: bytes) -> None:
    bad, good = read_ion(line + b'\n$ion_1_0 {Item:{a:"b"}}\n')
    assert bad.item is None
    assert bad.reason
    assert good.item == {"a": {"S": "b"}}


def test_types_that_dynamodb_lacks_are_told() -> None:
    [bad] = read_ion(b"$ion_1_0 {Item:{a:2020-01-01T}}")
    assert bad.reason == "Ion's timestamp is no type of DynamoDB"


def test_binary_ion_that_is_cut_short_is_told() -> None:
    binary = dumps([{"Item": {"a": "b"}}] * 3, binary=True, sequence_as_stream=True)
    found = read_ion(binary[:-3])
    assert [record.item for record in found[:-1]] == [{"a": {"S": "b"}}] * (len(found) - 1)
    assert found[-1].item is None


def test_a_line_that_is_too_long_is_not_held() -> None:
    content = b'{"Item":{"a":{"S":"' + b"x" * LINE_BYTES_MAX * 2 + b'"}}}\n{"Item":{"b":{"S":""}}}'
    bad, good = read_dynamodb_json(content)
    assert "longer than" in bad.reason
    assert len(bad.text) < 3_000
    assert good.item == {"b": {"S": ""}}


@given(st.binary(max_size=200))
def test_garbage_never_raises(content: bytes) -> None:
    for read in (read_dynamodb_json, read_ion, read_plain, read_csv):
        for record in read(content):
            assert (record.item is None) == bool(record.reason)


# CSV.

_cells = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=6)


@given(st.lists(st.dictionaries(names, _cells, min_size=1, max_size=3), max_size=4))
def test_text_attributes_survive_csv(written: list[dict[str, str]]) -> None:
    stored = [raw({name: {"S": text} for name, text in row.items() if text}) for row in written]
    columns = csv_rows.columns_of(stored, [])
    content = csv_rows.head_line(columns) + b"".join(
        csv_rows.row_line(columns, one) for one in stored
    )
    if not columns:
        return
    found = [item for item in items_of(read_csv(content)) if item]
    assert found == [item for item in map(orjson.loads, stored) if item]
    rows = list(csv.DictReader(io.StringIO(content.decode(), newline="")))
    assert len([row for row in rows if any(row.values())]) == len(found)


@given(scalars.map(lambda value: normalise_item({"a": value})[0]["a"]))
def test_a_cell_is_read_as_the_type_that_is_told(value: Json) -> None:
    [(kind, content)] = value.items()
    members = content if isinstance(content, list) else [content]
    if kind == "NULL" or any("|" in str(m) or m == "" or "\0" in str(m) for m in members):
        return
    line = csv_rows.row_line(["a", "b"], raw({"a": value, "b": {"S": "x"}}))
    [record] = read_csv(line, names=["a", "b"], types={"a": kind})
    assert record.item == {"a": value, "b": {"S": "x"}}


def test_columns_are_typed_by_what_they_hold() -> None:
    rows = [["1", "true", "007", "", "x", "[1]"], ["-2.5", "false", "8", "", "1", '{"a":1}']]
    assert infer("abcdef", rows) == {"a": "N", "b": "BOOL", "f": "JSON"}


def test_what_is_told_comes_before_what_is_inferred() -> None:
    [record] = read_csv(b"a,b\n1,2\n", inferred=True, types={"a": "S"})
    assert record.item == {"a": {"S": "1"}, "b": {"N": "2"}}


def test_rows_that_do_not_fit_are_told_with_their_line() -> None:
    found = read_csv(b'a,b\n1,"x\ny"\n2\n3,z\n', types={"a": "N"})
    assert [(record.line, record.reason) for record in found] == [
        (2, ""),
        (4, "fields of the row: 1, of the header: 2"),
        (5, ""),
    ]
    assert found[0].item == {"a": {"N": "1"}, "b": {"S": "x\ny"}}


def test_bytes_that_are_no_text_cost_their_row_only() -> None:
    bad, good = read_csv(b"a\n\xff\nb\n")
    assert bad.reason == "not UTF-8"
    assert good.item == {"a": {"S": "b"}}


def test_an_empty_cell_is_no_attribute_unless_told() -> None:
    assert items_of(read_csv(b"a,b\nx,\n")) == [{"a": {"S": "x"}}]
    assert items_of(read_csv(b"a,b\nx,\n", types={"b": "S"})) == [{"a": {"S": "x"}, "b": {"S": ""}}]


@pytest.mark.parametrize("text", ["a", "a=X", "=N,a", "a=N,b"])
def test_types_that_cannot_be_understood_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not NAME=TYPE"):
        parse_types(text)


# Plain JSON.


def test_plain_json_keeps_every_digit() -> None:
    digits = "12345678901234567890123456789012345678"
    line = plain_json.line(raw({"n": {"N": digits}, "s": {"NS": ["1.5"]}, "b": {"B": "aGk="}}))
    assert line == b'{"n":%b,"s":[1.5],"b":"aGk="}\n' % digits.encode()
    assert items_of(read_plain(line, s="NS", b="B")) == [
        {"n": {"N": digits}, "s": {"NS": ["1.5"]}, "b": {"B": "aGk="}}
    ]


def test_a_list_of_objects_is_read_line_by_line() -> None:
    both = [{"a": {"N": "1"}}, {"a": {"N": "2"}}]
    assert items_of(read_plain(b'[\n{"a":1},\n{"a":2}\n]')) == both
    assert items_of(read_plain(b'[{"a":1},\n{"a":2}]\n')) == both


def test_extended_json_of_mongodb_loses_its_wrappers() -> None:
    line = (
        b'{"_id":{"$oid":"5f"},"n":{"$numberLong":"7"},"d":{"$date":"2020-01-01T00:00:00Z"},'
        b'"l":[{"$numberInt":"1"}]}'
    )
    assert items_of(read_plain(line, extended=True)) == [
        {
            "_id": {"S": "5f"},
            "n": {"N": "7"},
            "d": {"S": "2020-01-01T00:00:00Z"},
            "l": {"L": [{"N": "1"}]},
        }
    ]


# Incremental exports.


@given(canonical_items, canonical_items, st.booleans(), st.sampled_from(["DYNAMODB_JSON", "ION"]))
def test_net_changes_are_read_as_puts_and_removals(
    key: Json, image: Json, removed: bool, form: str
) -> None:
    change = NetChange(5, key, raw(image), None if removed else raw(image))
    line = incremental.line(change, form, with_old=True)
    name = "ion" if form == "ION" else "dynamodb-json"
    [record] = incremental.read(io.BytesIO(line), name)
    assert record.removed == removed
    assert record.item is not None
    assert normalise_item(record.item)[0] == (key if removed else image)


def test_the_line_of_a_net_change_is_the_services() -> None:
    change = NetChange(1_680_109_764_000_000, {"id": {"S": "1"}}, None, raw({"id": {"S": "1"}}))
    assert orjson.loads(incremental.line(change, "DYNAMODB_JSON", with_old=True)) == {
        "Metadata": {"WriteTimestampMicros": {"N": "1680109764000000"}},
        "Keys": {"id": {"S": "1"}},
        "NewImage": {"id": {"S": "1"}},
    }


def test_binary_values_are_base64_in_json() -> None:
    [record] = read_dynamodb_json(gzip.decompress(gzip.compress(b'{"Item":{"b":{"B":"aGk="}}}')))
    assert record.item is not None
    assert base64.b64decode(record.item["b"]["B"]) == b"hi"
