"""Undoing changes: what was there comes back, and what others wrote since stays."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import Context, Engine, VirtualClock
from engine.client.changes import Changes
from engine.client.history import Undone
from engine.operations.region import Region
from engine.recovery.log import TableLog, read_log
from tests.engine.recovery.history import TABLE, Json, Model, check_reads, key, make_table, note

ANN, BOB = Context("ann", "person"), Context("bob", "person")


def put(engine: Engine, item: Json, context: Context = ANN) -> None:
    engine.call("PutItem", {"TableName": TABLE, "Item": item}, context)


def state(engine: Engine) -> list[tuple[str, str | None]]:
    items = engine.query(
        TableName=TABLE,
        KeyConditionExpression="p = :p",
        ExpressionAttributeValues={":p": {"S": "a"}},
    )["Items"]
    return [(item["r"]["N"], item.get("text", {}).get("S")) for item in items]


@pytest.fixture
def engine(clock: VirtualClock) -> Engine:
    return _engine(clock)


def _engine(clock: VirtualClock) -> Engine:
    engine = Engine.in_memory(clock=clock)
    make_table(engine)
    engine.call(
        "UpdateContinuousBackups",
        {
            "TableName": TABLE,
            "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
        },
    )
    clock.advance(1)
    return engine


def test_one_change_is_undone_and_that_too(engine: Engine) -> None:
    put(engine, note("a", 1, text="first"))
    put(engine, note("a", 1, text="second"))
    newest = engine.history(TABLE)[0]
    assert engine.undo(TABLE, Changes(seqs=[newest.seq]), context=BOB) == [
        Undone(key("a", 1), (newest.seq,), None)
    ]
    assert state(engine) == [("1", "first")]
    undo = engine.history(TABLE)[0]
    assert (undo.cause, undo.principal, undo.new) == ("undo", "bob", note("a", 1, text="first"))
    engine.undo(TABLE, Changes(seqs=[undo.seq]))
    assert state(engine) == [("1", "second")]


def test_what_was_changed_later_is_left(engine: Engine) -> None:
    put(engine, note("a", 1, text="first"))
    put(engine, note("a", 1, text="second"))
    put(engine, note("a", 1, text="third"), BOB)
    second = engine.history(TABLE)[1].seq
    (undone,) = engine.undo(TABLE, Changes(seqs=[second]))
    assert undone.refusal == "changed again at 2023-11-14T22:13:21Z by bob"
    assert state(engine) == [("1", "third")]
    # Not the same change, though it leaves the same behind.
    put(engine, note("a", 1, text="second"), BOB)
    (undone,) = engine.undo(TABLE, Changes(seqs=[second]))
    assert undone.refusal is not None


def test_a_range_is_undone_with_what_was_made_and_deleted_in_it(
    engine: Engine, clock: VirtualClock
) -> None:
    put(engine, note("a", 1, text="one"))
    put(engine, note("a", 2, text="two"))
    after_s = clock.now_us() / 1e6
    clock.advance(1)
    put(engine, note("a", 1, text="changed"))
    engine.delete_item(TableName=TABLE, Key=key("a", 2))
    put(engine, note("a", 3, text="three"))
    put(engine, note("a", 1, text="changed twice"))
    until_s = clock.now_us() / 1e6
    clock.advance(1)
    put(engine, note("a", 4, text="four"))
    undone = engine.undo(TABLE, Changes(after_s=after_s, until_s=until_s))
    assert {one.refusal for one in undone} == {None}
    assert sorted(len(one.seqs) for one in undone) == [1, 1, 2]
    assert state(engine) == [("1", "one"), ("2", "two"), ("4", "four")]


def test_the_last_write_of_a_person(engine: Engine, clock: VirtualClock) -> None:
    put(engine, note("a", 1, text="ann's first"))
    clock.advance(1)
    batch = {TABLE: [{"PutRequest": {"Item": note("a", n, text="batch")}} for n in (1, 2, 3)]}
    engine.call("BatchWriteItem", {"RequestItems": batch}, ANN)
    clock.advance(1)
    put(engine, note("a", 3, text="bob's"), BOB)
    undone = engine.undo(TABLE, Changes(principal="ann"), only_last=True)
    assert {one.key["r"]["N"]: one.refusal is None for one in undone} == {
        "1": True,
        "2": True,
        "3": False,
    }
    assert state(engine) == [("1", "ann's first"), ("3", "bob's")]
    assert engine.undo(TABLE, Changes(principal="carl"), only_last=True) == []


def test_a_write_in_between_is_not_overwritten(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(engine, note("a", 1, text="first"))
    put(engine, note("a", 1, text="second"))

    reads: list[object] = []

    def read_then_write(region: Region, table: str, work: Callable[[TableLog], object]) -> object:
        found = read_log(region, table, work)
        reads.append(found)
        if len(reads) == 2:
            # The plan is made, and not carried out yet.
            put(engine, note("a", 1, text="third"), BOB)
        return found

    monkeypatch.setattr("engine.recovery.undo.read_log", read_then_write)
    (undone,) = engine.undo(TABLE, Changes(seqs=[2]))
    assert undone.refusal == "changed again just now"
    assert state(engine) == [("1", "third")]


def test_undoing_can_be_cancelled_between_its_steps(engine: Engine) -> None:
    engine.load_items(TABLE, [note("a", number) for number in range(250)])
    answers = iter([False, True])
    context = Context(cancelled=lambda: next(answers))
    undone = engine.undo(TABLE, Changes(), context=context)
    assert [one.refusal for one in undone] == [None] * 200
    assert len(state(engine)) == 50


def test_what_a_newer_index_does_not_take_is_left(engine: Engine) -> None:
    put(engine, note("a", 1) | {"late": {"N": "1"}})
    engine.delete_item(TableName=TABLE, Key=key("a", 1))
    engine.update_table(
        TableName=TABLE,
        AttributeDefinitions=[{"AttributeName": "late", "AttributeType": "S"}],
        GlobalSecondaryIndexUpdates=[
            {
                "Create": {
                    "IndexName": "by-late",
                    "KeySchema": [{"AttributeName": "late", "KeyType": "HASH"}],
                    "Projection": {"ProjectionType": "ALL"},
                }
            }
        ],
    )
    (undone,) = engine.undo(TABLE, Changes(seqs=[2]))
    assert undone.refusal is not None
    assert "Type mismatch for Index Key late" in undone.refusal
    assert state(engine) == []


@given(
    before=st.lists(st.tuples(st.integers(0, 4), st.sampled_from([None, 1, 2])), max_size=12),
    after=st.lists(st.tuples(st.integers(0, 4), st.sampled_from([None, 1, 2])), max_size=12),
)
def test_undoing_all_since_a_time_brings_its_state_back(
    before: list[tuple[int, int | None]], after: list[tuple[int, int | None]]
) -> None:
    clock = VirtualClock()
    engine = _engine(clock)
    model = Model()
    for steps in (before, after):
        at_s, then = clock.now_us() / 1e6, model.now
        clock.advance(1)
        for place, size in steps:
            if size is None:
                model.delete(engine, "a", place)
            else:
                model.put(engine, note("a", place, size=size, group="g"))
    engine.undo(TABLE, Changes(after_s=at_s))
    check_reads(engine, then, 100)
    assert engine.check() == []
