"""Several processes on one folder: nothing is lost, all see the same, nobody starves."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine import Engine
from tests.engine.storage.processes import finish, start
from tests.engine.storage.things import (
    add_index,
    add_one,
    amount,
    items_of,
    make_table,
    numbers_of,
    put_many,
    table_of,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A closed folder with an empty table."""
    with Engine.open(tmp_path / "data", throttling="off") as engine:
        make_table(engine)
    return tmp_path / "data"


def test_processes_that_write_at_once_lose_nothing(folder: Path) -> None:
    count = 150
    same = [start("adds", folder, 1, count) for _ in range(2)]
    own = [start("puts", folder, f"process-{number}", 0, count) for number in range(2)]
    with Engine.open(folder, throttling="off") as engine:
        put_many(engine, range(1_000), "here")
        for process in (*same, *own):
            assert len(finish(process)) == count
        assert amount(engine, 1) == 2 * count
        expected = {number - (number % 4 == 3) for number in range(count)}
        for number in range(2):
            partition = f"process-{number}"
            found = {int(i["r"]["N"]) for i in items_of(engine) if i["p"]["S"] == partition}
            assert found == expected
        assert sum(item["p"]["S"] == "here" for item in items_of(engine)) == 1_000
        assert engine.check() == []


def test_an_index_added_while_another_process_writes_is_complete(folder: Path) -> None:
    with Engine.open(folder, throttling="off") as engine:
        put_many(engine, range(3_000), "before")
        writers = [start("puts", folder, f"process-{number}", 0, 200) for number in range(2)]
        for writer in writers:
            assert writer.stdout is not None
            assert writer.stdout.readline() == "0\n"
        engine.update_table(**add_index())
        for writer in writers:
            finish(writer)
        assert not table_of(engine).indexes[0].backfilling
        assert len(items_of(engine)) == 3_000 + 2 * 150
        assert numbers_of(engine, "by-g") == numbers_of(engine)
        assert engine.check() == []


def test_an_index_that_comes_and_goes_disturbs_no_writer(folder: Path) -> None:
    changer = start("schema_changes", folder, 15)
    writer = start("puts", folder, "p", 0, 150)
    finish(writer)
    assert finish(changer) == ["added 1", "removed"] * 15
    with Engine.open(folder, throttling="off") as engine:
        assert table_of(engine).indexes == ()
        assert len(items_of(engine)) == 113
        assert engine.check() == []


def test_a_compaction_beside_writing_processes_loses_nothing(folder: Path) -> None:
    with Engine.open(folder, throttling="off") as engine:
        put_many(engine, range(5_000), "filler")
        writers = [start("adds", folder, number, 150) for number in range(2)]
        for writer in writers:
            assert writer.stdout is not None
            writer.stdout.readline()
        for _ in range(3):
            engine.compact()
        for writer in writers:
            finish(writer)
        assert [amount(engine, number) for number in range(2)] == [150, 150]
        assert engine.check() == []


def test_nobody_starves(folder: Path) -> None:
    writers = [start("adds_until_told", folder, number) for number in range(4)]
    for writer in writers:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
    with Engine.open(folder, throttling="off") as engine:

        def amounts() -> list[int]:
            return [amount(engine, number) for number in range(4)]

        # Some are at it long before others have started.
        while min(first := amounts()) == 0:
            add_one(engine, 4)
        counts = [0] * 5
        while min(counts) < 50 and max(counts) < 1_000:
            add_one(engine, 4)
            since = [now - then for now, then in zip(amounts(), first, strict=True)]
            counts = [counts[0] + 1, *since]
        for number, writer in enumerate(writers):
            # That closes their standard input.
            (said,) = finish(writer)
            assert amount(engine, number) == int(said)
    # With SQLite's own waiting the slowest has one in a thousand of what the fastest has.
    assert min(counts) > max(counts) / 10
