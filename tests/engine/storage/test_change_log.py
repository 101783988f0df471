"""The change log: every change with its old image, in commit order, for as long as is set."""

from __future__ import annotations

import tempfile
from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import Context, Engine, VirtualClock
from tests.engine.storage.things import (
    TABLE,
    Json,
    add_index,
    database_of,
    make_table,
    put,
    put_many,
    run_sql,
    table_of,
    thing,
)

HOUR_S = 3_600.0
ChangeRow = tuple[int, int, int, bytes, Json | None, str, str]


def changes(engine: Engine) -> list[ChangeRow]:
    """All entries: number, stamp, storage id, key, old image, cause, principal."""
    rows = run_sql(
        engine,
        "SELECT seq, stamp_us, storage, k, old, cause, principal FROM changes ORDER BY seq",
    )
    return [
        (seq, stamp_us, storage, key, None if old is None else orjson.loads(old), *rest)
        for seq, stamp_us, storage, key, old, *rest in rows
    ]


def stamps(engine: Engine) -> list[int]:
    return [stamp_us for _, stamp_us, *_ in changes(engine)]


def upkeep(engine: Engine) -> None:
    """Trim and free until nothing is left."""
    database = database_of(engine)
    assert database.upkeep is not None
    while database.write(database.upkeep.step):
        pass


def test_each_change_is_noted_with_what_was_there_before(
    engine: Engine, clock: VirtualClock
) -> None:
    make_table(engine)
    key = {"p": {"S": "p"}, "r": {"N": "1"}}
    put(engine, thing(1))
    clock.advance(1)
    engine.call(
        "UpdateItem",
        {
            "TableName": TABLE,
            "Key": key,
            "UpdateExpression": "SET g = :z",
            "ExpressionAttributeValues": {":z": {"S": "z"}},
        },
        Context(principal="ann", origin="person"),
    )
    clock.advance(1)
    engine.delete_item(TableName=TABLE, Key=key)
    table = table_of(engine)
    now_us = clock.now_us()
    assert changes(engine) == [
        (1, now_us - 2_000_000, table.storage_id, table.key_blob(key), None, "script", "owner"),
        (2, now_us - 1_000_000, table.storage_id, table.key_blob(key), thing(1), "person", "ann"),
        (
            *(3, now_us, table.storage_id, table.key_blob(key)),
            *(thing(1, g={"S": "z"}), "script", "owner"),
        ),
    ]


def test_what_changes_nothing_is_not_noted(engine: Engine) -> None:
    make_table(engine)
    put(engine, thing(1))
    put(engine, thing(1))
    engine.delete_item(TableName=TABLE, Key={"p": {"S": "p"}, "r": {"N": "2"}})
    engine.update_table(**add_index())
    assert len(changes(engine)) == 1


def test_a_load_is_noted_item_by_item(engine: Engine) -> None:
    make_table(engine)
    put(engine, thing(3))
    put_many(engine, range(5))
    old_images = [old for *_, old, _, _ in changes(engine)]
    # What is there already and stays as it is, is no change.
    assert old_images == [None] * 5
    report = engine.storage_report()
    assert report.change_log_entries == 5
    assert report.change_log_bytes == sum(len(key) for _, _, _, key, *_ in changes(engine))
    put(engine, thing(3, text={"S": "x" * 1_000}))
    assert engine.storage_report().change_log_bytes > report.change_log_bytes


def test_without_history_nothing_is_noted(tmp_path: Path, clock: VirtualClock) -> None:
    (tmp_path / "config.toml").write_text("history = 0")
    with Engine.open(tmp_path, clock=clock, throttling="off") as engine:
        make_table(engine)
        put(engine, thing(1))
        assert changes(engine) == []
        assert engine.check() == []


def test_what_is_older_than_the_history_is_trimmed(tmp_path: Path, clock: VirtualClock) -> None:
    (tmp_path / "config.toml").write_text("history = 2")
    with Engine.open(tmp_path, clock=clock, throttling="off") as engine:
        make_table(engine)
        for hour in range(4):
            put(engine, thing(hour))
            if hour < 3:
                clock.advance(HOUR_S)
        upkeep(engine)
        assert [seq for seq, *_ in changes(engine)] == [2, 3, 4]
        clock.advance(0.5 * HOUR_S)
        upkeep(engine)
        assert [seq for seq, *_ in changes(engine)] == [3, 4]
        oldest_us = engine.storage_report().change_log_oldest_us
        assert oldest_us == clock.now_us() - round(1.5 * HOUR_S * 1_000_000)


def test_the_newest_entry_stays_so_that_numbers_go_on(engine: Engine, clock: VirtualClock) -> None:
    make_table(engine)
    put_many(engine, range(2_500))
    clock.advance(100 * HOUR_S)
    upkeep(engine)
    assert [seq for seq, *_ in changes(engine)] == [2_500]
    put(engine, thing(-1))
    assert [seq for seq, *_ in changes(engine)] == [2_500, 2_501]


def test_a_history_that_was_switched_off_is_trimmed_away(
    tmp_path: Path, clock: VirtualClock
) -> None:
    with Engine.open(tmp_path, clock=clock, throttling="off") as engine:
        make_table(engine)
        put_many(engine, range(10))
    clock.advance(1)
    (tmp_path / "config.toml").write_text("history = 0")
    with Engine.open(tmp_path, clock=clock, throttling="off") as engine:
        upkeep(engine)
        assert [seq for seq, *_ in changes(engine)] == [10]


@pytest.mark.parametrize("reopened", [False, True])
def test_stamps_never_go_back_when_the_clock_does(
    tmp_path: Path, clock: VirtualClock, reopened: bool
) -> None:
    engine = Engine.open(tmp_path, clock=clock, throttling="off")
    make_table(engine)
    for number, step_s in enumerate((10.0, -3_600.0, 1.0, 3_700.0, -50.0)):
        put(engine, thing(number))
        clock.advance(step_s)
        if reopened:
            engine.close()
            engine = Engine.open(tmp_path, clock=clock, throttling="off")
    put(engine, thing(99))
    noted = stamps(engine)
    engine.close()
    start_us = noted[0]
    offsets_s = [(stamp_us - start_us) / 1_000_000 for stamp_us in noted]
    assert offsets_s == [0, 10, 10, 10, 111, 111]


def test_stamps_never_go_back_between_processes_with_different_clocks(tmp_path: Path) -> None:
    ahead, behind = VirtualClock(2_000_000), VirtualClock(1_000_000)
    with (
        Engine.open(tmp_path, clock=ahead, throttling="off") as one,
        Engine.open(tmp_path, clock=behind, throttling="off") as other,
    ):
        make_table(one)
        for number in range(3):
            put(one, thing(2 * number))
            put(other, thing(2 * number + 1))
        assert stamps(one) == [2_000_000] * 6


def counted_items(engine: Engine) -> int:
    """How many things there are by the table of the counts alone."""
    ((items,),) = run_sql(engine, "SELECT items FROM stats WHERE storage = 1")
    return int(items)


def described_items(engine: Engine, index: int | None = None) -> int:
    """How many things, or entries of an index, DescribeTable says that there are."""
    table = engine.describe_table(TableName=TABLE)["Table"]
    described = table if index is None else table["GlobalSecondaryIndexes"][index]
    return int(described["ItemCount"])


def test_counts_are_true_before_and_after_the_log_is_added_up(engine: Engine) -> None:
    make_table(engine, indexed=True)
    counted = set()
    for number in range(600):
        put(engine, thing(number))
        counted.add(counted_items(engine))
        if number % 50 == 49:
            assert described_items(engine) == described_items(engine, 0) == number + 1
    # Few writes touch the table of the counts.
    assert counted == {0, 256, 512}
    for number in range(0, 600, 3):
        engine.delete_item(TableName=TABLE, Key={"p": thing(number)["p"], "r": thing(number)["r"]})
    assert described_items(engine) == 400
    assert engine.check() == []


def test_counts_outlive_the_entries_that_had_them(engine: Engine, clock: VirtualClock) -> None:
    make_table(engine, indexed=True)
    for number in range(20):
        put(engine, thing(number))
    clock.advance(100 * HOUR_S)
    put(engine, thing(20))
    upkeep(engine)
    assert len(changes(engine)) == 1
    assert described_items(engine) == described_items(engine, 0) == 21
    assert engine.check() == []


def test_counts_are_true_whoever_keeps_a_history(tmp_path: Path, clock: VirtualClock) -> None:
    with Engine.open(tmp_path, clock=clock, throttling="off", durability="relaxed") as keeping:
        make_table(keeping)
        put(keeping, thing(0))
        (tmp_path / "config.toml").write_text("history = 0")
        with Engine.open(tmp_path, clock=clock, throttling="off", durability="relaxed") as other:
            for number in range(1, 400):
                put(other if number % 4 == 0 else keeping, thing(number))
                assert described_items(other if number % 4 else keeping) == number + 1
    with Engine.open(tmp_path, clock=clock, throttling="off", durability="relaxed") as engine:
        assert described_items(engine) == 400
        assert engine.check() == []


@given(
    steps=st.lists(
        st.tuples(st.booleans(), st.sampled_from([-3_600.0, -1.0, 0.0, 0.000001, 1.0, 60.0])),
        min_size=1,
        max_size=30,
    )
)
def test_the_order_of_numbers_is_that_of_stamps_and_of_commits(
    steps: list[tuple[bool, float]],
) -> None:
    """Two processes whose clocks step as they like, one commit after the other."""
    clocks = VirtualClock(), VirtualClock()
    with (
        tempfile.TemporaryDirectory() as folder,
        Engine.open(folder, clock=clocks[0], throttling="off", durability="relaxed") as one,
        Engine.open(folder, clock=clocks[1], throttling="off", durability="relaxed") as other,
    ):
        make_table(one)
        for number, (is_other, step_s) in enumerate(steps):
            clocks[is_other].advance(step_s)
            put((one, other)[is_other], thing(number))
        noted = changes(one)
        assert [table_of(one).key_blob(thing(n)) for n in range(len(steps))] == [
            key for _, _, _, key, *_ in noted
        ]
        assert [seq for seq, *_ in noted] == sorted({seq for seq, *_ in noted})
        assert stamps(one) == sorted(stamps(one))
