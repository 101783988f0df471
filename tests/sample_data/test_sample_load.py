"""Loading into an engine: definitions are accepted, a second load finishes the first."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

import pytest

from engine import Engine
from sample_data import DATASETS, REFERENCE_S, LoadedTable, UnknownDatasetError, load


@pytest.fixture
def engine() -> Iterator[Engine]:
    with Engine.in_memory() as engine:
        yield engine


def count(engine: Engine, table: str) -> int:
    request: dict[str, Any] = {"TableName": table, "Select": "COUNT"}
    total: int = 0
    while True:
        page = engine.call("Scan", request)
        total += page["Count"]
        if "LastEvaluatedKey" not in page:
            return total
        request["ExclusiveStartKey"] = page["LastEvaluatedKey"]


def test_every_set_is_loaded_and_then_present(engine: Engine) -> None:
    expected = [LoadedTable(name, "created", set_.row_count) for name, set_ in DATASETS.items()]
    assert load(engine, engine) == expected
    for name, dataset in DATASETS.items():
        assert count(engine, name) == dataset.row_count
    assert load(engine, engine) == [LoadedTable(name, "present", 0) for name in DATASETS]


@pytest.mark.parametrize("name", sorted(DATASETS))
def test_a_table_is_described_as_it_was_defined(engine: Engine, name: str) -> None:
    definition = DATASETS[name].definition
    engine.call("CreateTable", definition)
    description = engine.call("DescribeTable", {"TableName": name})["Table"]
    assert description["KeySchema"] == definition["KeySchema"]
    for member in ("LocalSecondaryIndexes", "GlobalSecondaryIndexes"):
        described = {index["IndexName"]: index for index in description.get(member, [])}
        defined = {index["IndexName"]: index for index in definition.get(member, [])}
        assert described.keys() == defined.keys()
        for index_name, index in defined.items():
            assert described[index_name]["KeySchema"] == index["KeySchema"]
            assert described[index_name]["Projection"] == index["Projection"]


def test_items_come_back_as_they_were_given(engine: Engine) -> None:
    load(engine, engine, ["sessions"])
    for item in islice(DATASETS["sessions"].items(), 50):
        key = {"session_id": item["session_id"]}
        found = engine.call("GetItem", {"TableName": "sessions", "Key": key})["Item"]
        assert found.keys() == item.keys()
        assert found["token"] == item["token"]
        assert found["preferences"] == item["preferences"]
        assert set(found["roles"]["SS"]) == set(item["roles"]["SS"])


class KilledError(Exception):
    pass


def test_a_load_that_was_stopped_is_finished(engine: Engine) -> None:
    def stop(_name: str, held: int, _total: int) -> None:
        if held >= 1_000:
            raise KilledError

    with pytest.raises(KilledError):
        load(engine, engine, ["airports"], stop)
    held = count(engine, "airports")
    assert 0 < held < 3_376
    assert load(engine, engine, ["airports"]) == [
        LoadedTable("airports", "completed", 3_376 - held)
    ]
    assert count(engine, "airports") == 3_376


def test_a_table_without_items_is_filled(engine: Engine) -> None:
    engine.call("CreateTable", DATASETS["votes"].definition)
    assert load(engine, engine, ["votes"]) == [LoadedTable("votes", "completed", 1_000)]


def test_edited_items_stay_and_deleted_ones_come_back(engine: Engine) -> None:
    load(engine, engine, ["airports"])
    edited = {"iata": {"S": "SEA"}, "name": {"S": "Sea-Tac"}}
    own = {"iata": {"S": "my-own"}}
    engine.call("PutItem", {"TableName": "airports", "Item": edited})
    engine.call("PutItem", {"TableName": "airports", "Item": own})
    engine.call("DeleteItem", {"TableName": "airports", "Key": {"iata": {"S": "JFK"}}})
    assert load(engine, engine, ["airports"]) == [LoadedTable("airports", "completed", 1)]
    for item in (edited, own):
        key = {"iata": item["iata"]}
        assert engine.call("GetItem", {"TableName": "airports", "Key": key})["Item"] == item


def test_another_table_of_the_same_name_is_left_alone(engine: Engine) -> None:
    request = {
        "TableName": "movies",
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    }
    engine.call("CreateTable", request)
    assert load(engine, engine, ["movies"]) == [LoadedTable("movies", "foreign", 0)]
    assert count(engine, "movies") == 0


def test_an_unknown_name_writes_nothing(engine: Engine) -> None:
    with pytest.raises(UnknownDatasetError, match="there is no sample data set 'films'; there are"):
        load(engine, engine, ["movies", "films"])
    assert engine.call("ListTables", {})["TableNames"] == []


def test_progress_rises_to_the_whole(engine: Engine) -> None:
    seen: list[tuple[str, int, int]] = []
    load(engine, engine, ["votes"], lambda *progress: seen.append(progress))
    assert seen[-1] == ("votes", 1_000, 1_000)
    assert seen == sorted(seen)


def test_sessions_take_the_present_from_the_caller(engine: Engine) -> None:
    now_s = REFERENCE_S + 1_000_000
    load(engine, engine, ["sessions"], now_s=now_s)
    first = next(DATASETS["sessions"].items())
    found = engine.call(
        "GetItem", {"TableName": "sessions", "Key": {"session_id": first["session_id"]}}
    )["Item"]
    assert int(found["created_at"]["N"]) == int(first["created_at"]["N"]) + 1_000_000
