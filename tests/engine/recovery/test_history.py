"""The changes of a table and of one item, and how many there were when."""

from __future__ import annotations

import pytest

from engine import Context, Engine, VirtualClock
from engine.client.changes import Changes
from engine.errors import (
    PointInTimeRecoveryUnavailableException,
    ResourceNotFoundException,
    ValidationException,
)
from engine.storage.log_index import fill_batch
from tests.engine.recovery.history import TABLE, key, make_table, note
from tests.engine.storage.things import database_of

ANN, BOB = Context("ann", "person"), Context("bob", "script")
pytestmark = pytest.mark.usefixtures("small_batches")


def fill(engine: Engine) -> None:
    for _ in fill_batch(database_of(engine)):
        pass


def test_the_history_of_an_item(engine: Engine, clock: VirtualClock) -> None:
    make_table(engine)
    start_s = clock.now_us() / 1e6
    items = [note("a", 1, size=number) for number in range(3)]
    for item in items:
        engine.call("PutItem", {"TableName": TABLE, "Item": item}, ANN)
        engine.put_item(TableName=TABLE, Item=note("a", 2, size=int(item["size"]["N"])))
        clock.advance(1)
    engine.call("DeleteItem", {"TableName": TABLE, "Key": key("a", 1)}, BOB)
    for _ in range(2):
        # Looked up in the tail of the log, then in its index.
        found = engine.history(TABLE, Changes(key=key("a", 1)))
        assert [(c.at_s - start_s, c.cause, c.principal, c.old, c.new) for c in found] == [
            (3, "script", "bob", items[2], None),
            (2, "person", "ann", items[1], items[2]),
            (1, "person", "ann", items[0], items[1]),
            (0, "person", "ann", None, items[0]),
        ]
        assert {tuple(c.key) for c in found} == {("p", "r")}
        fill(engine)
    older = engine.history(TABLE, Changes(key=key("a", 1)), 2, found[0].seq)
    assert older == found[1:3]


def test_the_history_of_a_table(engine: Engine, clock: VirtualClock) -> None:
    make_table(engine)
    start_s = clock.now_us() / 1e6
    for number in range(6):
        put = {"TableName": TABLE, "Item": note("a", number)}
        engine.call("PutItem", put, (ANN, BOB)[number % 2])
        clock.advance(1)

    def numbers(which: Changes) -> list[int]:
        return [int(change.key["r"]["N"]) for change in engine.history(TABLE, which)]

    assert numbers(Changes()) == [5, 4, 3, 2, 1, 0]
    assert numbers(Changes(principal="ann")) == [4, 2, 0]
    assert numbers(Changes(after_s=start_s + 1, until_s=start_s + 4)) == [4, 3, 2]
    assert numbers(Changes(after_s=start_s + 1.5, until_s=start_s + 9_999)) == [5, 4, 3, 2]
    assert numbers(Changes(seqs=(2, 5, 99))) == [4, 1]
    assert numbers(Changes(key=key("a", 3), principal="ann")) == []
    assert engine.density(TABLE, start_s - 1, start_s + 5, 3) == (2, 2, 2)
    assert engine.density(TABLE, start_s, start_s + 1_000, 2) == (5, 0)


def test_binary_values_are_bytes(engine: Engine) -> None:
    make_table(engine)
    item = note("a", 1) | {"raw": {"B": b"\x00\x01"}}
    engine.put_item(TableName=TABLE, Item=item)
    (change,) = engine.history(TABLE)
    assert change.new == item


def test_what_cannot_be_asked(engine: Engine, clock: VirtualClock) -> None:
    with pytest.raises(ResourceNotFoundException):
        engine.history(TABLE)
    make_table(engine)
    assert engine.history(TABLE) == []
    with pytest.raises(ValidationException):
        engine.history(TABLE, Changes(key={"p": {"S": "a"}}))
    with Engine.in_memory(clock=clock) as memory:
        make_table(memory)
        with pytest.raises(PointInTimeRecoveryUnavailableException):
            memory.history(TABLE)
        assert memory.window(TABLE).earliest_s is None


def test_the_window(engine: Engine, clock: VirtualClock) -> None:
    make_table(engine)
    made_s = clock.now_us() / 1e6
    clock.advance(10)
    window = engine.window(TABLE)
    assert (window.earliest_s, window.latest_s) == (made_s, made_s + 10)
    assert window.recovery_earliest_s is None
    engine.call(
        "UpdateContinuousBackups",
        {
            "TableName": TABLE,
            "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
        },
    )
    clock.advance(48 * 3_600)
    window = engine.window(TABLE)
    assert window.earliest_s == window.recovery_earliest_s == made_s + 10
    assert window.recovery_latest_s == window.latest_s == made_s + 10 + 48 * 3_600
