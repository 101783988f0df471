"""kill -9 at some moment of each kind of work, and what must be true afterwards.

Each function kills one process and looks at what it left; the quick tests do that a few times, the
campaign hundreds of times. They give how many acknowledged steps were looked for.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import partial
from pathlib import Path

from engine import Engine
from engine.storage.backfill import backfill_step
from tests.engine.storage.processes import killed_amid
from tests.engine.storage.things import (
    TABLE,
    data_file,
    database_of,
    items_of,
    make_table,
    numbers_of,
    put_many,
    run_sql,
    table_of,
)

Kill = Callable[[Path, random.Random], int]
_MANY = 1_000_000


def make_folder(folder: Path) -> None:
    """A folder with an empty table, if it is not there yet."""
    if not data_file(folder).exists():
        with Engine.open(folder, throttling="off") as engine:
            make_table(engine, indexed=True)


def numbers_in(engine: Engine, partition: str) -> set[int]:
    """The sort keys of one item collection."""
    return {int(item["r"]["N"]) for item in items_of(engine) if item["p"]["S"] == partition}


def amid_puts(folder: Path, draw: random.Random, work: str = "puts") -> int:
    """Kill a process that puts items one by one."""
    make_folder(folder)
    partition = f"{work}-{draw.getrandbits(64):x}"
    said = killed_amid(work, draw.randint(1, 60), folder, partition, 0, _MANY)
    acknowledged = {number - (number % 4 == 3) for number in map(int, said)}
    with Engine.open(folder, throttling="off") as engine:
        found = numbers_in(engine, partition)
        assert acknowledged <= found, sorted(acknowledged - found)
        # One more may have been written, whose line was not.
        assert len(found - acknowledged) <= 1
        assert engine.check() == []
        empty_if_large(engine)
    return len(said)


def amid_checkpoints(folder: Path, draw: random.Random) -> int:
    """Kill a process that puts items while it folds the log into the file."""
    return amid_puts(folder, draw, "checkpoints")


def amid_threads(folder: Path, draw: random.Random) -> int:
    """Kill a process whose threads share commits."""
    make_folder(folder)
    name = f"threads-{draw.getrandbits(64):x}"
    said = killed_amid("threads", draw.randint(1, 300), folder, name, _MANY)
    with Engine.open(folder, throttling="off") as engine:
        found = {(item["p"]["S"], int(item["r"]["N"])) for item in items_of(engine)}
        for line in said:
            thread, place = line.split()
            assert (f"{name}-{thread}", int(place)) in found
        assert engine.check() == []
        empty_if_large(engine)
    return len(said)


def amid_loads(folder: Path, draw: random.Random) -> int:
    """Kill a process that loads items in bulk."""
    make_folder(folder)
    partition = f"loads-{draw.getrandbits(64):x}"
    said = killed_amid("loads", draw.randint(1, 8), folder, partition, 0, 5_000)
    acknowledged = int(said[-1])
    with Engine.open(folder, throttling="off") as engine:
        found = numbers_in(engine, partition)
        # Whole steps, in key order; one more than was said, at most.
        assert found == set(range(len(found)))
        assert acknowledged <= len(found) <= acknowledged + 500
        assert engine.check() == []
        empty_if_large(engine)
    return acknowledged


def amid_a_fill(folder: Path, draw: random.Random) -> int:
    """Kill a process that fills an index; the next to open the folder finishes it."""
    with Engine.open(folder, throttling="off") as engine:
        make_table(engine)
        put_many(engine, range(1_000))
    said = killed_amid("fill", draw.randint(1, 18), folder)
    with Engine.open(folder, throttling="off") as engine:
        (index,) = table_of(engine).indexes
        if index.backfilling:
            # The thread that opening started is at it too: whoever is first does a step.
            database = database_of(engine)
            for job_id in database.read(lambda reader, _: reader.job_ids("backfill")):
                while database.write(partial(backfill_step, job_id=job_id)):
                    pass
        (index,) = table_of(engine).indexes
        assert not index.backfilling
        assert numbers_of(engine, "by-g") == numbers_of(engine) == list(range(1_000))
        assert engine.check() == []
        engine.delete_table(TableName=TABLE)
    return len(said)


def amid_freeing(folder: Path, draw: random.Random) -> int:
    """Kill a process that frees a deleted table; whoever comes next frees the rest."""
    with Engine.open(folder, throttling="off") as engine:
        make_table(engine, indexed=True)
        put_many(engine, range(1_000))
    said = killed_amid("free", draw.randint(1, 40), folder)
    with Engine.open(folder, throttling="off") as engine:
        assert engine.list_tables()["TableNames"] == []
        assert engine.check() == []
        database = database_of(engine)
        while database.write(lambda transaction: transaction.free_retired(2_000, 10_000_000)):
            pass
        assert run_sql(engine, "SELECT name FROM sqlite_master WHERE name GLOB 't[0-9]*'") == []
    return len(said)


def amid_schema_changes(folder: Path, draw: random.Random) -> int:
    """Kill a process that adds and removes an index."""
    if not data_file(folder).exists():
        with Engine.open(folder, throttling="off") as engine:
            make_table(engine)
            put_many(engine, range(200))
    said = killed_amid("schema_changes", draw.randint(1, 12), folder, _MANY)
    with Engine.open(folder, throttling="off") as engine:
        assert numbers_of(engine) == list(range(200))
        assert engine.check() == []
        for index in table_of(engine).indexes:
            delete = [{"Delete": {"IndexName": index.name}}]
            engine.update_table(TableName=TABLE, GlobalSecondaryIndexUpdates=delete)
    return len(said)


def empty_if_large(engine: Engine) -> None:
    """Begin with a new table once the old one takes long to look through."""
    if len(items_of(engine)) > 3_000:
        engine.delete_table(TableName=TABLE)
        make_table(engine, indexed=True)


KILLS: tuple[Kill, ...] = (
    *(amid_puts, amid_threads, amid_loads, amid_checkpoints),
    *(amid_a_fill, amid_freeing, amid_schema_changes),
)
