"""Writes of several items, and the sizes of item collections."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from engine import Engine
from tests.engine.operations.tables import key, make_tables, s
from tests.engine.storage.things import run_sql


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


def test_a_wrong_size_of_an_item_collection_is_found(tmp_path: Path) -> None:
    with Engine.open(tmp_path) as engine:
        make_tables(engine)
        engine.put_item(TableName="local", Item=key("a", "1") | {"l": s("x")})
        assert engine.check() == []
        run_sql(engine, "UPDATE collections SET bytes = bytes + 1")
        (problem,) = engine.check()
        assert problem.startswith("local: the item collection at ")
