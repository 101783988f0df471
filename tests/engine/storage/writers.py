"""Processes that write until they are done or killed: `python -m tests.engine.storage.writers`.

Each prints a line for every step that it was told is done.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from engine import Context, Engine
from engine.storage import backfill
from tests.engine.storage.things import (
    TABLE,
    add_index,
    add_one,
    database_of,
    put,
    table_of,
    thing,
)

TEXT_BYTES_MAX = 6_000


def say(*words: object) -> None:
    """One line, at once and in one piece, whichever thread says it."""
    os.write(sys.stdout.fileno(), (" ".join(map(str, words)) + "\n").encode())


def puts(engine: Engine, partition: str, first: str, count: str) -> None:
    """Put items one by one, some of them large; every fourth replaces the one before."""
    for number in range(int(first), int(first) + int(count)):
        text = {"S": "x" * (number * 997 % TEXT_BYTES_MAX)}
        put(engine, thing(number - (number % 4 == 3), partition, text=text))
        say(number)


def adds(engine: Engine, counter: str, count: str) -> None:
    """Add one to a counter, again and again."""
    for number in range(int(count)):
        add_one(engine, int(counter))
        say(number + 1)


def adds_until_told(engine: Engine, counter: str) -> None:
    """Add one to a counter until standard input ends; says how often it did."""
    stop = threading.Event()

    def wait() -> None:
        sys.stdin.read()
        stop.set()

    threading.Thread(target=wait, daemon=True).start()
    say("ready")
    number = 0
    while not stop.is_set():
        add_one(engine, int(counter))
        number += 1
    say(number)


def fill(engine: Engine) -> None:
    """Add an index, in steps of 50 items."""
    backfill._ITEMS_PER_STEP = 50

    def note() -> bool:
        say("step")
        return False

    engine.call("UpdateTable", add_index(), Context(cancelled=note))
    say("filled")


def free(engine: Engine) -> None:
    """Delete the table and free what it held, 50 rows at a time."""
    database = database_of(engine)
    engine.delete_table(TableName=TABLE)
    say("deleted")
    while database.write(lambda transaction: transaction.free_retired(50, 1_000_000)):
        say("step")
    say("freed")


def checkpoints(engine: Engine, partition: str, first: str, count: str) -> None:
    """Put items while the log is folded into the file all the time."""
    upkeep = database_of(engine).upkeep
    assert upkeep is not None

    def fold() -> None:
        upkeep._pages = 1_000_000  # Long enough for the pass under the writers' lock too.
        while True:
            upkeep.checkpoint()

    threading.Thread(target=fold, daemon=True).start()
    puts(engine, partition, first, count)


def loads(engine: Engine, partition: str, first: str, count: str) -> None:
    """Load items in bulk; says how many are written."""
    numbers = range(int(first), int(first) + int(count))
    engine.load_items(
        TABLE,
        (thing(number, partition) for number in numbers),
        on_progress=lambda progress: say(progress.items_written),
    )


def schema_changes(engine: Engine, count: str) -> None:
    """Add and remove the index `by-g`, again and again."""
    for _ in range(int(count)):
        engine.update_table(**add_index())
        say("added", len(table_of(engine).indexes))
        delete = [{"Delete": {"IndexName": "by-g"}}]
        engine.update_table(TableName=TABLE, GlobalSecondaryIndexUpdates=delete)
        say("removed")


def threads(engine: Engine, name: str, count: str) -> None:
    """Put items from eight threads that share commits; says which are done."""

    def work(number: int) -> None:
        for place in range(int(count)):
            put(engine, thing(place, f"{name}-{number}"))
            say(number, place)

    workers = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()


WORKS: dict[str, Callable[..., None]] = {
    work.__name__: work
    for work in (
        *(puts, adds, adds_until_told, fill, free, checkpoints, loads, schema_changes, threads),
    )
}

if __name__ == "__main__":
    with Engine.open(Path(sys.argv[2]), throttling="off") as opened:
        WORKS[sys.argv[1]](opened, *sys.argv[3:])
