"""Several processes on one folder, and kills in the middle of their work."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine import Engine
from tests.engine.operations.tables import items_of, make_tables, s
from tests.engine.storage.kills import (
    LOADED_ITEMS,
    kill_while_loading,
    kill_while_putting,
    prepare,
    sound,
)
from tests.engine.storage.processes import index_request, item, kill_after, start

COUNT = 60


def test_two_processes_that_write_lose_nothing(tmp_path: Path) -> None:
    prepare(tmp_path)
    workers = [start("put", tmp_path, name, COUNT) for name in ("one", "two")]
    with Engine.open(tmp_path) as engine:
        for number in range(COUNT):
            engine.put_item(TableName="ranged", Item=item("here", number))
    for worker in workers:
        said, _ = worker.communicate()
        assert worker.returncode == 0
        assert len(said.splitlines()) == COUNT
    with Engine.open(tmp_path) as engine:
        found = {(one["p"]["S"], one["r"]["S"]) for one in items_of(engine, "ranged")}
        assert found == {
            (name, f"{number:06}") for name in ("one", "two", "here") for number in range(COUNT)
        }
    assert sound(tmp_path) == []


def test_an_index_is_filled_while_another_process_writes(tmp_path: Path) -> None:
    prepare(tmp_path, LOADED_ITEMS)
    with start("put", tmp_path, "other", 300) as writer, Engine.open(tmp_path) as engine:
        assert writer.stdout is not None
        writer.stdout.readline()
        engine.update_table(TableName="ranged", **index_request("by-t"))
        writer.stdout.read()
    with Engine.open(tmp_path) as engine:
        table = engine.describe_table(TableName="ranged")["Table"]
        counts = {index["IndexName"]: index for index in table["GlobalSecondaryIndexes"]}
        assert counts["by-t"]["IndexStatus"] == "ACTIVE"
        assert counts["by-t"]["ItemCount"] == table["ItemCount"] == LOADED_ITEMS + 300
    assert sound(tmp_path) == []


def test_a_change_of_schema_is_seen_by_the_next_call_elsewhere(tmp_path: Path) -> None:
    prepare(tmp_path)
    with Engine.open(tmp_path) as one, Engine.open(tmp_path) as other:
        other.put_item(TableName="hash", Item={"p": s("a")})
        one.delete_table(TableName="hash")
        assert other.list_tables()["TableNames"] == ["local", "ranged"]
        one.update_table(TableName="ranged", **index_request("by-t"))
        other.put_item(TableName="ranged", Item=item("x", 1))
        answer = other.query(
            TableName="ranged",
            IndexName="by-t",
            KeyConditionExpression="t = :t",
            ExpressionAttributeValues={":t": s("x" * 300)},
        )
        assert answer["Count"] == 1
    assert sound(tmp_path) == []


@pytest.mark.parametrize("seed", range(3))
def test_every_acknowledged_write_survives_a_kill(tmp_path: Path, seed: int) -> None:
    prepare(tmp_path)
    assert kill_while_putting(tmp_path, seed) == 0


def test_a_killed_bulk_load_leaves_what_it_told_of(tmp_path: Path) -> None:
    prepare(tmp_path)
    assert kill_while_loading(tmp_path, 1) == 0


def test_a_killed_fill_of_an_index_goes_on_with_the_next_who_comes(tmp_path: Path) -> None:
    prepare(tmp_path, LOADED_ITEMS)
    with start("add_index", tmp_path, "by-t") as process:
        kill_after(process, 1)
    with Engine.open(tmp_path) as engine:
        engine.put_item(TableName="ranged", Item=item("after", 1))
        upkeep = engine._region.database.upkeep
        assert upkeep is not None
        upkeep.rounds()
        table = engine.describe_table(TableName="ranged")["Table"]
        names = [index["IndexName"] for index in table["GlobalSecondaryIndexes"]]
        if "by-t" in names:
            filled = table["GlobalSecondaryIndexes"][names.index("by-t")]
            assert filled["ItemCount"] == table["ItemCount"]
    assert sound(tmp_path) == []


def test_a_kill_while_a_dropped_table_is_freed(tmp_path: Path) -> None:
    prepare(tmp_path, LOADED_ITEMS)
    with start("drop", tmp_path, "ranged") as process:
        kill_after(process, 1)
    with Engine.open(tmp_path) as engine:
        assert engine.list_tables()["TableNames"] == ["hash", "local"]
        make_again = make_tables
        engine.delete_table(TableName="hash")
        engine.delete_table(TableName="local")
        make_again(engine)
        assert items_of(engine, "ranged") == []
    assert sound(tmp_path) == []
