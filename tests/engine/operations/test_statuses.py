"""Statuses of tables and indexes, where changes take their time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from engine import Engine, VirtualClock
from tests.engine.operations.definitions import (
    UNITS,
    adding,
    described,
    described_index,
    index,
    removing,
    table,
)
from tests.engine.operations.slow_tables import slow_engine
from tests.engine.operations.tables import refused, s

DELAY_S = 10.0
IN_USE = "Attempt to change a resource which is still in use: "
MISSING = "Requested resource not found"


@pytest.fixture
def slow(clock: VirtualClock) -> Iterator[Engine]:
    """An engine whose changes take ten seconds."""
    with slow_engine(clock, DELAY_S) as opened:
        yield opened
        assert opened.check() == []


@pytest.fixture
def ready(slow: Engine, clock: VirtualClock) -> Engine:
    """The same, with a table that is ready."""
    slow.create_table(**table("films", indexes=[index("idx", "g:S")]))
    clock.advance(DELAY_S)
    return slow


def test_a_table_is_in_creation_for_some_time(slow: Engine, clock: VirtualClock) -> None:
    slow.create_table(**table("films", indexes=[index("idx", "g:S")]))
    clock.advance(DELAY_S - 1)
    assert described(slow, "films")["TableStatus"] == "CREATING"
    assert described_index(slow, "films", "idx")["IndexStatus"] == "CREATING"
    assert slow.list_tables()["TableNames"] == ["films"]
    with refused("ResourceNotFoundException", MISSING):
        slow.put_item(TableName="films", Item={"p": s("a")})
    with refused("ResourceNotFoundException", MISSING):
        slow.scan(TableName="films")
    with refused("ResourceInUseException", "Table already exists: films"):
        slow.create_table(**table("films"))
    clock.advance(1)
    assert described(slow, "films")["TableStatus"] == "ACTIVE"
    slow.put_item(TableName="films", Item={"p": s("a")})


CHANGES: list[Callable[[Engine], Any]] = [
    lambda engine: engine.update_table(TableName="films", DeletionProtectionEnabled=True),
    lambda engine: engine.delete_table(TableName="films"),
]


@pytest.mark.parametrize("change", CHANGES, ids=["UpdateTable", "DeleteTable"])
@pytest.mark.parametrize("status", ["created", "updated", "deleted"])
def test_a_table_in_motion_cannot_be_changed(
    ready: Engine, clock: VirtualClock, change: Callable[[Engine], Any], status: str
) -> None:
    if status == "created":
        ready.delete_table(TableName="films")
        clock.advance(DELAY_S)
        ready.create_table(**table("films"))
    elif status == "updated":
        ready.update_table(TableName="films", TableClass="STANDARD")
    else:
        ready.delete_table(TableName="films")
    with refused("ResourceInUseException", f"{IN_USE}Table is being {status}: films"):
        change(ready)


def test_a_table_that_is_updating_is_read_and_written(ready: Engine, clock: VirtualClock) -> None:
    ready.update_table(
        TableName="films",
        BillingMode="PROVISIONED",
        ProvisionedThroughput=UNITS,
        GlobalSecondaryIndexUpdates=[
            {"Update": {"IndexName": "idx", "ProvisionedThroughput": UNITS}}
        ],
    )
    assert described(ready, "films")["TableStatus"] == "UPDATING"
    assert described_index(ready, "films", "idx")["IndexStatus"] == "UPDATING"
    ready.put_item(TableName="films", Item={"p": s("a"), "g": s("b")})
    assert ready.scan(TableName="films", IndexName="idx")["Count"] == 1
    clock.advance(DELAY_S)
    assert described(ready, "films")["TableStatus"] == "ACTIVE"
    assert described_index(ready, "films", "idx")["IndexStatus"] == "ACTIVE"


def test_other_throughput_of_an_index_leaves_the_table_active(
    ready: Engine, clock: VirtualClock
) -> None:
    update = {"Update": {"IndexName": "idx", "OnDemandThroughput": {"MaxReadRequestUnits": 5}}}
    answer = ready.update_table(TableName="films", GlobalSecondaryIndexUpdates=[update])
    assert answer["TableDescription"]["TableStatus"] == "ACTIVE"
    assert described_index(ready, "films", "idx")["IndexStatus"] == "UPDATING"
    with refused(
        "ResourceInUseException", f"{IN_USE}Index is being updated. Table: films Index: idx"
    ):
        ready.update_table(TableName="films", GlobalSecondaryIndexUpdates=[update])
    with refused(
        "ResourceInUseException",
        f"{IN_USE}Cannot delete table while indexes are being created, updated, or deleted.",
    ):
        ready.delete_table(TableName="films")
    clock.advance(DELAY_S)
    ready.delete_table(TableName="films")


def test_a_new_index_is_in_creation_for_some_time(ready: Engine, clock: VirtualClock) -> None:
    ready.put_item(TableName="films", Item={"p": s("a"), "h": s("b")})
    ready.update_table(**adding("films", index("new", "h:S")))
    assert described(ready, "films")["TableStatus"] == "UPDATING"
    assert described_index(ready, "films", "new")["IndexStatus"] == "CREATING"
    assert described_index(ready, "films", "idx")["IndexStatus"] == "ACTIVE"
    with refused("ValidationException", "Cannot read from backfilling global secondary index: new"):
        ready.scan(TableName="films", IndexName="new")
    clock.advance(DELAY_S)
    assert described_index(ready, "films", "new")["IndexStatus"] == "ACTIVE"
    assert ready.scan(TableName="films", IndexName="new")["Count"] == 1


def test_a_removed_index_is_shown_for_some_time(ready: Engine, clock: VirtualClock) -> None:
    ready.update_table(**removing("films", "idx"))
    assert described(ready, "films")["TableStatus"] == "UPDATING"
    assert described_index(ready, "films", "idx")["IndexStatus"] == "DELETING"
    assert len(described(ready, "films")["AttributeDefinitions"]) == 2
    with refused("ValidationException", "The table does not have the specified index: idx"):
        ready.scan(TableName="films", IndexName="idx")
    clock.advance(DELAY_S)
    description = described(ready, "films")
    assert "GlobalSecondaryIndexes" not in description
    assert len(description["AttributeDefinitions"]) == 1


def test_a_deleted_table_is_shown_for_some_time(ready: Engine, clock: VirtualClock) -> None:
    ready.put_item(TableName="films", Item={"p": s("a")})
    answer = ready.delete_table(TableName="films")["TableDescription"]
    assert answer["TableStatus"] == "DELETING"
    assert described(ready, "films")["TableStatus"] == "DELETING"
    assert ready.list_tables()["TableNames"] == ["films"]
    with refused("ResourceNotFoundException", MISSING):
        ready.get_item(TableName="films", Key={"p": s("a")})
    with refused("ResourceInUseException", "Table already exists: films"):
        ready.create_table(**table("films"))
    clock.advance(DELAY_S)
    assert ready.list_tables()["TableNames"] == []
    with refused(
        "ResourceNotFoundException", "Requested resource not found: Table: films not found"
    ):
        described(ready, "films")
    ready.create_table(**table("films"))
    clock.advance(DELAY_S)
    assert ready.scan(TableName="films")["Count"] == 0


def test_what_a_deleted_table_held_is_given_up_when_another_is_made(
    ready: Engine, clock: VirtualClock
) -> None:
    ready.delete_table(TableName="films")
    clock.advance(DELAY_S)
    ready.create_table(**table("other"))
    assert {size.name for size in ready.storage_report().sizes} == {"other"}
