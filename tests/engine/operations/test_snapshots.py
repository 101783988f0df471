"""Snapshots: all tables as of one instant, back again, compared."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine import Engine, VirtualClock
from tests.engine.operations.tables import Json, items_of, key, make_tables, n, refused, s
from tests.engine.operations.test_backups import put
from tests.engine.operations.test_restores import described, entries_of
from tests.engine.storage.upkeep_by_hand import upkeep_by_hand


@pytest.fixture(params=["memory", "folder"])
def any_engine(
    request: pytest.FixtureRequest, tmp_path: Path, clock: VirtualClock
) -> Iterator[Engine]:
    """An engine in memory, and one in a folder, with items in `ranged`."""
    in_memory = request.param == "memory"
    with (
        upkeep_by_hand(),
        Engine.in_memory(clock=clock) if in_memory else Engine.open(tmp_path, clock=clock) as made,
    ):
        make_tables(made)
        put(made, 20)
        yield made
        assert made.check() == []


def test_all_tables_come_back_with_all_their_settings(
    any_engine: Engine, clock: VirtualClock
) -> None:
    engine = any_engine
    arn = described(engine, "hash")["TableArn"]
    engine.tag_resource(ResourceArn=arn, Tags=[{"Key": "a", "Value": "b"}])
    engine.update_time_to_live(
        TableName="hash", TimeToLiveSpecification={"Enabled": True, "AttributeName": "until"}
    )
    before, entries = items_of(engine, "ranged"), entries_of(engine, "ranged", "by-g")
    report = engine.snapshot("spring")
    assert [(table.name, table.item_count) for table in report.tables] == [
        ("hash", 0),
        ("local", 0),
        ("ranged", 20),
    ]
    assert engine.snapshots() == [report]
    clock.advance(60)
    engine.delete_table(TableName="hash")
    engine.put_item(TableName="local", Item=key("a", "b") | {"l": s("c")})
    engine.delete_item(TableName="ranged", Key=key("a", "1"))
    with refused("TableAlreadyExistsException"):
        engine.restore("spring")
    assert engine.restore("spring", replace=True) == ["hash", "local", "ranged"]
    assert items_of(engine, "ranged") == before
    assert entries_of(engine, "ranged", "by-g") == entries
    assert items_of(engine, "local") == entries_of(engine, "local", "by-l") == []
    assert engine.list_tags_of_resource(ResourceArn=arn)["Tags"] == [{"Key": "a", "Value": "b"}]
    expiry = engine.describe_time_to_live(TableName="hash")["TimeToLiveDescription"]
    assert expiry["AttributeName"] == "until"
    assert described(engine, "hash")["CreationDateTime"] == 1_700_000_060.0
    assert list(engine.diff_snapshots("spring")) == []


def test_tables_come_back_under_other_names(any_engine: Engine) -> None:
    any_engine.snapshot("spring")
    assert any_engine.restore("spring", {"ranged": "again"}) == ["again"]
    assert items_of(any_engine, "again") == items_of(any_engine, "ranged")
    with refused("ResourceNotFoundException"):
        any_engine.restore("spring", {"nowhere": "more"})
    with refused("ValidationException"):
        any_engine.restore("spring", {"ranged": "no"})


def test_a_protected_table_is_not_replaced(any_engine: Engine) -> None:
    any_engine.snapshot("spring")
    any_engine.update_table(TableName="hash", DeletionProtectionEnabled=True)
    put(any_engine, 25)
    with refused("InternalServerError"):
        any_engine.restore("spring", replace=True)
    assert len(items_of(any_engine, "ranged")) == 25
    assert any_engine.list_backups(BackupType="SYSTEM")["BackupSummaries"] == []


def test_whoever_watches_may_stop_a_restore(any_engine: Engine) -> None:
    any_engine.snapshot("spring")

    def stop(_done: int, _total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        any_engine.restore("spring", {"ranged": "again"}, on_progress=stop)
    assert any_engine.list_tables()["TableNames"] == ["hash", "local", "ranged"]


def test_differences_are_told_by_table_and_key(any_engine: Engine) -> None:
    engine = any_engine
    engine.snapshot("one")
    engine.delete_item(TableName="ranged", Key=key("a", "1"))
    engine.put_item(TableName="ranged", Item=key("a", "2") | {"g": n(7), "b": {"B": b"\x00"}})
    engine.put_item(TableName="ranged", Item=key("b", "1"))
    engine.delete_table(TableName="hash")
    engine.create_table(
        TableName="more",
        KeySchema=[{"AttributeName": "p", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "p", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    engine.snapshot("two")

    def told(old: str, new: str | None) -> list[tuple[str, Json | None, bool, bool]]:
        return sorted(
            (each.table, each.key, each.old is not None, each.new is not None)
            for each in engine.diff_snapshots(old, new)
            if each.key is None
        )

    assert told("one", "two") == [("hash", None, True, False), ("more", None, False, True)]
    # A snapshot of some tables says nothing of others that are there now.
    assert told("one", None) == [("hash", None, True, False)]
    items = {
        (each.key["p"]["S"], each.key["r"]["S"]): (each.old, each.new)
        for each in engine.diff_snapshots("one", "two")
        if each.key is not None
    }
    assert items == {
        ("a", "1"): (key("a", "1") | {"g": n(1)}, None),
        ("a", "2"): (key("a", "2") | {"g": n(2)}, key("a", "2") | {"g": n(7), "b": {"B": b"\x00"}}),
        ("b", "1"): (None, key("b", "1")),
    }


def test_names_of_snapshots(any_engine: Engine) -> None:
    assert any_engine.snapshot().name == "20231114T221320.000000Z"
    any_engine.snapshot("spring")
    with refused("ValidationException", "There is a snapshot spring already"):
        any_engine.snapshot("spring")
    for name in ("", "a/b", "..", "a b", "x.unfinished", "n" * 201):
        if name:
            with refused("ValidationException"):
                any_engine.snapshot(name)
    with refused("ResourceNotFoundException", "There is no snapshot nowhere"):
        any_engine.restore("nowhere")
    any_engine.delete_snapshot("spring")
    assert len(any_engine.snapshots()) == 1
