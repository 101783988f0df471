"""Threads that write, the change log, and giving space back."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import apsw
import pytest

from engine import ApiError, Engine, VirtualClock
from engine.storage.database import Reader
from tests.engine.operations.tables import items_of, key, make_tables, refused, s
from tests.engine.storage.processes import item

Json = dict[str, Any]


def log_of(engine: Engine) -> list[tuple[Any, ...]]:
    """The change log: sequence number, stamp, old image, cause."""

    def read(reader: Reader, _catalog: Any) -> list[tuple[Any, ...]]:
        sql = "SELECT seq, stamp_us, old, cause FROM changes ORDER BY seq"
        return reader.connection.cursor().execute(sql).fetchall()

    return engine._region.database.read(read)


def test_threads_share_commits_and_lose_nothing(tmp_path: Path) -> None:
    with Engine.open(tmp_path) as engine:
        make_tables(engine)

        def work(number: int) -> None:
            engine.put_item(TableName="hash", Item={"p": s(str(number))})
            engine.update_item(
                TableName="hash",
                Key={"p": s("counter")},
                UpdateExpression="ADD v :one",
                ExpressionAttributeValues={":one": {"N": "1"}},
            )
            # A request that is refused does not harm those that share its commit.
            with refused("ConditionalCheckFailedException"):
                engine.put_item(
                    TableName="hash",
                    Item={"p": s(str(number))},
                    ConditionExpression="attribute_not_exists(p)",
                )

        with ThreadPoolExecutor(16) as pool:
            list(pool.map(work, range(200)))
        assert len(items_of(engine, "hash")) == 201
        counter = engine.get_item(TableName="hash", Key={"p": s("counter")})["Item"]
        assert counter["v"] == {"N": "200"}
        assert engine.check() == []


def test_readers_see_whole_writes_only(tmp_path: Path) -> None:
    with Engine.open(tmp_path, durability="relaxed") as engine:
        make_tables(engine)

        def write(number: int) -> None:
            pair = [
                {"Put": {"TableName": "hash", "Item": {"p": s(name), "v": {"N": str(number)}}}}
                for name in "ab"
            ]
            engine.transact_write_items(TransactItems=pair)

        def read(_: int) -> bool:
            found = engine.batch_get_item(
                RequestItems={"hash": {"Keys": [{"p": s("a")}, {"p": s("b")}]}}
            )["Responses"]["hash"]
            return len({one["v"]["N"] for one in found}) <= 1

        with ThreadPoolExecutor(4) as pool:
            writes = [pool.submit(write, number) for number in range(100)]
            reads = [pool.submit(read, number) for number in range(200)]
            assert all(one.result() for one in reads)
            for one in writes:
                one.result()


def test_a_statement_that_fails_midway_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Engine.open(tmp_path) as engine:
        make_tables(engine)
        engine.put_item(TableName="local", Item=key("a", "1") | {"l": s("x")})
        from engine.storage import transaction

        def fail(*_: Any) -> None:
            raise apsw.FullError("database or disk is full")

        monkeypatch.setattr(transaction, "write_index_rows", fail)
        with pytest.raises(ApiError) as caught:
            engine.put_item(TableName="local", Item=key("a", "1") | {"l": s("y")})
        assert caught.value.status == 500
        assert "the disk is full; nothing was written" in caught.value.message
        monkeypatch.undo()
        assert items_of(engine, "local") == [key("a", "1") | {"l": s("x")}]
        engine.put_item(TableName="local", Item=key("a", "1") | {"l": s("z")})
        assert engine.check() == []


def test_every_change_is_logged_with_its_old_image(tmp_path: Path) -> None:
    clock = VirtualClock()
    with Engine.open(tmp_path, clock=clock) as engine:
        make_tables(engine)
        engine.put_item(TableName="hash", Item={"p": s("a"), "v": s("1")})
        clock.advance(5)
        engine.put_item(TableName="hash", Item={"p": s("a"), "v": s("2")})
        engine.put_item(TableName="hash", Item={"p": s("a"), "v": s("2")})
        # The wall clock steps back, the stamps do not.
        clock.advance(-60)
        engine.delete_item(TableName="hash", Key={"p": s("a")})
        log = log_of(engine)
        assert [entry[2] for entry in log] == [
            None,
            b'{"p":{"S":"a"},"v":{"S":"1"}}',
            b'{"p":{"S":"a"},"v":{"S":"2"}}',
        ]
        stamps = [entry[1] for entry in log]
        assert stamps == sorted(stamps)
        assert stamps[1] - stamps[0] == 5_000_000


def test_stamps_do_not_step_back_in_another_process_either(tmp_path: Path) -> None:
    late, early = VirtualClock(2_000_000_000_000_000), VirtualClock(1_000_000_000_000_000)
    with Engine.open(tmp_path, clock=late) as engine:
        make_tables(engine)
        engine.put_item(TableName="hash", Item={"p": s("a")})
    with Engine.open(tmp_path, clock=early) as engine:
        engine.put_item(TableName="hash", Item={"p": s("b")})
        stamps = [entry[1] for entry in log_of(engine)]
    assert stamps == sorted(stamps)


def test_history_is_trimmed_by_the_clock(tmp_path: Path) -> None:
    clock = VirtualClock()
    with Engine.open(tmp_path, clock=clock) as engine:
        make_tables(engine)
        for number in range(5):
            engine.put_item(TableName="hash", Item={"p": s(str(number))})
        clock.advance(23 * 3_600)
        engine.put_item(TableName="hash", Item={"p": s("later")})
        upkeep = engine._region.database.upkeep
        assert upkeep is not None
        upkeep.rounds()
        assert len(log_of(engine)) == 6
        clock.advance(2 * 3_600)
        upkeep.rounds()
        assert len(log_of(engine)) == 1


def test_no_history_is_kept_where_none_is_wanted(tmp_path: Path) -> None:
    with Engine.open(tmp_path):
        pass
    (tmp_path / "config.toml").write_text("history = 0\n")
    with Engine.open(tmp_path) as engine:
        make_tables(engine)
        engine.put_item(TableName="hash", Item={"p": s("a")})
        assert log_of(engine) == []


def test_space_is_given_back(tmp_path: Path) -> None:
    clock = VirtualClock()
    with Engine.open(tmp_path, durability="relaxed", clock=clock) as engine:
        make_tables(engine)
        engine.load_items("ranged", (item("x", number) for number in range(5_000)))
        engine.put_item(TableName="hash", Item={"p": s("big"), "t": s("y" * 300_000)})
        engine.compact()
        before = engine.storage_report().file_bytes
        engine.delete_table(TableName="ranged")
        engine.delete_item(TableName="hash", Key={"p": s("big")})
        clock.advance(48 * 3_600)
        upkeep = engine._region.database.upkeep
        assert upkeep is not None
        upkeep.rounds()
        engine.compact()
        report = engine.storage_report()
        assert report.file_bytes < before / 4
        assert report.free_bytes == 0
        assert engine.check() == []


def test_damage_made_by_hand_is_found(tmp_path: Path) -> None:
    with Engine.open(tmp_path) as engine:
        make_tables(engine)
        engine.put_item(TableName="local", Item=key("a", "1") | {"l": s("x")})
        engine.put_item(TableName="local", Item=key("a", "2") | {"l": s("y")})
        table = engine._region.database.reload_catalog().tables["local"]
        index = table.indexes[0]
        spoiling = {
            f"DELETE FROM t{index.storage_id} WHERE k IN"
            f" (SELECT k FROM t{index.storage_id} LIMIT 1)": "is missing",
            f"UPDATE stats SET items = items + 1 WHERE storage = {table.storage_id}": "noted",
            "UPDATE collections SET bytes = bytes + 1": "item collection",
            f"UPDATE t{table.storage_id} SET size = size + 1": "another size",
        }
        for sql, word in spoiling.items():
            connection = engine._region.database.connect()
            connection.execute("BEGIN IMMEDIATE")
            connection.execute(sql)
            connection.execute("COMMIT")
            connection.close()
            assert any(word in problem for problem in engine.check()), sql


def test_a_closed_engine_answers_no_more_and_closes_twice(tmp_path: Path) -> None:
    engine = Engine.open(tmp_path)
    make_tables(engine)
    engine.close()
    engine.close()
    with Engine.open(tmp_path) as again:
        assert again.list_tables()["TableNames"] == ["hash", "local", "ranged"]
