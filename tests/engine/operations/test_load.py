"""Bulk loading: order, repeated keys, progress, cancelling, and tables that change meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest

from engine import Context, Engine
from engine.client.protocol import LoadProgress
from engine.errors import ResourceNotFoundException, ValidationException
from engine.operations import load

TABLE = "things"


@pytest.fixture(autouse=True)
def small_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten items are as many as may be sorted in memory; a step writes four."""
    monkeypatch.setattr(load, "_GATHERED_ITEMS", 10)
    monkeypatch.setattr(load, "_STEP_ITEMS", 4)


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Engine]:
    with Engine.open(tmp_path / "data", durability="relaxed") as engine:
        make_table(engine)
        yield engine


def make_table(db: Engine, kind: str = "S") -> None:
    db.create_table(
        TableName=TABLE,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": kind}],
        BillingMode="PAY_PER_REQUEST",
    )


def thing(number: int, version: int = 0) -> dict[str, Any]:
    return {"id": {"S": f"thing-{number}"}, "version": {"N": str(version)}}


def scanned(db: Engine) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = db.scan(TableName=TABLE)["Items"]
    return items


def by_id(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(items, key=lambda item: str(item["id"]["S"]))


def test_more_items_than_fit_into_memory_are_all_there(db: Engine) -> None:
    things = [thing(number) for number in range(95)]
    Random(1).shuffle(things)
    assert db.load_items(TABLE, things) == 95
    assert by_id(scanned(db)) == by_id(things)
    assert db.check() == []


def test_of_items_with_one_key_the_last_is_kept(db: Engine) -> None:
    things = [thing(number % 30, number) for number in range(95)]
    assert db.load_items(TABLE, things) == 30
    assert by_id(scanned(db)) == by_id(things[-30:])


def test_an_engine_in_memory_takes_many_items_too() -> None:
    with Engine.in_memory() as db:
        make_table(db)
        assert db.load_items(TABLE, map(thing, range(35))) == 35
        assert len(scanned(db)) == 35


def test_progress_counts_what_was_read_and_then_what_was_written(db: Engine) -> None:
    seen: list[LoadProgress] = []
    db.load_items(TABLE, map(thing, range(25)), on_progress=seen.append)
    assert [(one.items_read, one.items_written) for one in seen[:3]] == [(10, 0), (20, 0), (25, 4)]
    assert seen[-1] == LoadProgress(25, 25)


def test_a_bad_item_late_in_the_input_leaves_the_table_empty(db: Engine) -> None:
    things = [*map(thing, range(45)), {"version": {"N": "1"}}]
    with pytest.raises(ValidationException, match="Missing the key id in the item"):
        db.load_items(TABLE, things)
    assert scanned(db) == []


def test_cancelling_while_items_are_read_stops_the_reading(db: Engine) -> None:
    things = map(thing, range(1_000))
    assert db.load_items(TABLE, things, Context(cancelled=lambda: True)) == 0
    assert scanned(db) == []
    assert next(things) == thing(10)


def test_cancelling_while_items_are_written_keeps_what_was_written(db: Engine) -> None:
    asked = iter([False, False, True])
    context = Context(cancelled=lambda: next(asked))
    assert db.load_items(TABLE, map(thing, range(9)), context) == 8
    assert len(scanned(db)) == 8


def test_a_table_that_was_made_anew_meanwhile_gets_nothing(db: Engine) -> None:
    def things() -> Iterator[dict[str, Any]]:
        yield thing(1)
        db.delete_table(TableName=TABLE)
        make_table(db, "N")
        yield thing(2)

    with pytest.raises(ResourceNotFoundException):
        db.load_items(TABLE, things())
    assert scanned(db) == []
