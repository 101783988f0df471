"""Filling a new index beside writes: the index is the table's, whatever comes in between."""

from __future__ import annotations

from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import Context, Engine
from engine.errors import ResourceNotFoundException
from engine.storage.backfill import backfill_step
from tests.engine.storage.things import (
    TABLE,
    Json,
    add_index,
    database_of,
    items_of,
    make_table,
    numbers_of,
    put,
    put_many,
    run_sql,
    table_of,
    thing,
)

_CANCELLED = Context(cancelled=lambda: True)


@pytest.fixture(autouse=True)
def short_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Steps of two items."""
    monkeypatch.setattr("engine.storage.backfill._ITEMS_PER_STEP", 2)


def begin(engine: Engine, projection: str = "ALL") -> int:
    """Add the index `by-g` and fill in the first items; gives the job's id."""
    engine.call("UpdateTable", add_index(projection), _CANCELLED)
    (job_id,) = database_of(engine).read(lambda reader, _: reader.job_ids("backfill"))
    return job_id


def step(engine: Engine, job_id: int) -> bool:
    return database_of(engine).write(partial(backfill_step, job_id=job_id))


def finish(engine: Engine, job_id: int) -> None:
    while step(engine, job_id):
        pass
    assert not table_of(engine).indexes[0].backfilling


def index_is_the_tables(engine: Engine) -> None:
    """Every item with the index's keys has its entry, there are no others, and counts are true."""
    indexed = [item for item in items_of(engine) if "S" in item.get("g", {})]
    entries = items_of(engine, TABLE, "by-g")
    order = partial(sorted, key=lambda item: item["r"]["N"])
    assert order(entries) == order(indexed)
    described = engine.describe_table(TableName=TABLE)["Table"]
    assert described["ItemCount"] == len(items_of(engine))
    assert described["GlobalSecondaryIndexes"][0]["ItemCount"] == len(indexed)
    assert engine.check() == []


LARGE = {"S": "x" * 3_000}
puts = st.tuples(
    st.just("put"),
    st.integers(0, 9),
    st.sampled_from(
        [
            {"g": {"S": "a"}, "text": {"S": "short"}},
            {"g": {"S": "b"}, "text": LARGE},
            {"g": {"S": "c"}, "text": {"S": "other"}},
            {"text": {"S": "no group"}},
        ]
    ),
)
deletes = st.tuples(st.just("delete"), st.integers(0, 9), st.none())


@given(
    st.lists(puts, min_size=4, max_size=12),
    st.lists(puts | deletes | st.just(("step", 0, None)), max_size=20),
)
def test_writes_between_the_steps_of_a_fill_lose_nothing(
    first: list[tuple[str, int, Json | None]], then: list[tuple[str, int, Json | None]]
) -> None:
    with Engine.in_memory() as engine:
        make_table(engine)
        job_id: int | None = None
        for kind, number, attributes in [*first, ("begin", 0, None), *then]:
            if kind == "begin":
                engine.call("UpdateTable", add_index(), _CANCELLED)
                jobs = database_of(engine).read(lambda reader, _: reader.job_ids("backfill"))
                job_id = jobs[0] if jobs else None
            elif kind == "step" and job_id is not None:
                step(engine, job_id)
            elif kind == "delete":
                key = {"p": {"S": "p"}, "r": {"N": str(number)}}
                engine.delete_item(TableName=TABLE, Key=key)
            elif kind == "put" and attributes is not None:
                put(engine, {"p": {"S": "p"}, "r": {"N": str(number)}} | attributes)
        assert engine.check() == []
        if job_id is not None:
            finish(engine, job_id)
        index_is_the_tables(engine)


@pytest.mark.parametrize("text", ["short", "x" * 3_000], ids=["small", "large"])
def test_an_item_changed_before_it_is_filled_in_counts_once(engine: Engine, text: str) -> None:
    make_table(engine)
    put_many(engine, range(6))
    for number in range(6):
        put(engine, thing(number, text={"S": text}))
    job_id = begin(engine)
    for number in range(6):
        put(engine, thing(number, text={"S": text + "!"}))
    engine.delete_item(TableName=TABLE, Key={"p": {"S": "p"}, "r": {"N": "5"}})
    finish(engine, job_id)
    index_is_the_tables(engine)


def test_the_keys_only_index_of_a_filled_table_is_complete(engine: Engine) -> None:
    make_table(engine)
    put_many(engine, range(25))
    engine.update_table(**add_index("KEYS_ONLY"))
    entries = items_of(engine, TABLE, "by-g")
    assert all(set(entry) == {"p", "r", "g"} for entry in entries)
    assert numbers_of(engine, "by-g") == list(range(25))
    assert engine.check() == []


def test_an_item_that_cannot_have_an_entry_is_left_out(engine: Engine) -> None:
    make_table(engine)
    for number, group in enumerate(
        ({"S": "a"}, {"N": "1"}, {"S": ""}, {"NULL": True}, {"SS": ["a"]}, {"M": {}})
    ):
        put(engine, thing(number, g=group))
    engine.update_table(**add_index())
    assert numbers_of(engine, "by-g") == [0]
    assert engine.check() == []


def test_a_step_of_large_items_ends_early(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.storage.backfill._ITEMS_PER_STEP", 1_000)
    make_table(engine)
    for number in range(30):
        put(engine, thing(number, text={"S": "x" * 300_000}))
    job_id = begin(engine)
    filled = run_sql(engine, "SELECT count(*) FROM t2")[0][0]
    assert filled == 14  # Of four megabytes.
    finish(engine, job_id)
    index_is_the_tables(engine)


def test_an_index_removed_while_it_is_filled_is_gone(engine: Engine) -> None:
    make_table(engine)
    put_many(engine, range(9))
    job_id = begin(engine)
    engine.update_table(
        TableName=TABLE, GlobalSecondaryIndexUpdates=[{"Delete": {"IndexName": "by-g"}}]
    )
    assert not step(engine, job_id)
    assert table_of(engine).indexes == ()
    assert run_sql(engine, "SELECT count(*) FROM jobs")[0][0] == 0


def test_a_table_deleted_and_made_anew_while_it_is_filled_is_left_alone(engine: Engine) -> None:
    make_table(engine)
    put_many(engine, range(9))
    job_id = begin(engine)
    database_of(engine).write(lambda transaction: transaction.remove_table(TABLE))
    make_table(engine, indexed=True)
    put_many(engine, range(3))
    assert not step(engine, job_id)
    index_is_the_tables(engine)
    assert run_sql(engine, "SELECT count(*) FROM jobs")[0][0] == 0


def test_how_far_a_fill_is_rises_until_it_is_done(engine: Engine) -> None:
    make_table(engine)
    for number in range(20):
        put(engine, thing(number) | {"p": {"S": str(number)}})
    assert engine.fills(TABLE) == {}
    job_id = begin(engine)
    parts = [engine.fills(TABLE)["by-g"]]
    while step(engine, job_id):
        parts.append(engine.fills(TABLE)["by-g"])
    assert len(parts) > 2
    assert parts == sorted(set(parts))
    assert 0 < parts[0] < parts[-1] < 1
    assert engine.fills(TABLE) == {}
    with pytest.raises(ResourceNotFoundException):
        engine.fills("nowhere")
