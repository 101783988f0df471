"""Bulk loads as transactions: in steps that are bounded, for the table that they began with."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pytest

from engine import Engine
from engine.client.protocol import LoadProgress
from engine.errors import ResourceNotFoundException, ValidationException
from tests.engine.storage.things import (
    TABLE,
    Json,
    definitions,
    items_of,
    make_table,
    numbers_of,
    put_many,
    thing,
)


def steps_of(engine: Engine, items: Iterator[Json]) -> list[int]:
    """How many items each transaction of a load wrote."""
    written = [0]

    def note(progress: LoadProgress) -> None:
        written.append(progress.items_written)

    engine.load_items(TABLE, items, on_progress=note)
    return [after - before for before, after in pairwise(written)]


def test_a_load_is_written_in_steps(engine: Engine) -> None:
    make_table(engine, indexed=True)
    assert steps_of(engine, (thing(number) for number in range(1_200))) == [500, 500, 200]
    assert numbers_of(engine) == numbers_of(engine, "by-g") == list(range(1_200))
    assert engine.check() == []


def test_a_step_of_large_items_ends_early(engine: Engine) -> None:
    make_table(engine)
    large = {"S": "x" * 390_000}
    assert steps_of(engine, (thing(number, text=large) for number in range(15))) == [11, 4]


def test_a_load_into_a_table_that_is_replaced_meanwhile_is_refused(engine: Engine) -> None:
    make_table(engine)

    def items() -> Iterator[Json]:
        yield thing(1)
        engine.delete_table(TableName=TABLE)
        engine.create_table(
            TableName=TABLE,
            AttributeDefinitions=definitions({"g": "S"}),
            KeySchema=[{"AttributeName": "g", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
        )
        yield thing(2)

    with pytest.raises(ResourceNotFoundException):
        engine.load_items(TABLE, items())
    assert items_of(engine) == []
    assert engine.check() == []


def test_a_bad_item_ends_a_load_before_anything_of_its_step_is_written(engine: Engine) -> None:
    make_table(engine)
    with pytest.raises(ValidationException):
        engine.load_items(TABLE, [thing(1), {"p": {"S": "no sort key"}}])
    assert numbers_of(engine) == []
    put_many(engine, [1])
    assert numbers_of(engine) == [1]


def test_a_stream_of_items_that_is_given_up_leaves_its_reader_to_others(engine: Engine) -> None:
    make_table(engine)
    put_many(engine, range(5))
    for _ in range(3):
        rows = engine.stored_items(TABLE)
        next(rows)
        rows.close()
        assert numbers_of(engine) == list(range(5))
