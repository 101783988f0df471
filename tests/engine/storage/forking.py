"""Programs that fork: `python -W ignore -m tests.engine.storage.forking SCENARIO FOLDER`.

Children end as programs do, so that all that they inherited is taken down.
"""

from __future__ import annotations

import gc
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from unittest.mock import patch

from engine import ApiError, Engine, FolderError
from engine.storage.transaction import WriteTransaction
from engine.storage.upkeep import Upkeep
from tests.engine.storage.things import (
    database_of,
    descriptors_below,
    make_table,
    numbers_of,
    put,
    thing,
)
from tests.engine.storage.threads import PATIENCE_S


def answer(request: Callable[[], object]) -> str:
    """What a request comes to, in a line."""
    try:
        return str(request())
    except (ApiError, FolderError) as error:
        return f"{type(error).__name__}: {error}"


def in_child(work: Callable[[], None]) -> None:
    """Do something in a child that then ends, and wait for it; fails where it failed."""
    child = os.fork()
    if child == 0:
        work()
        sys.exit()
    _, status = os.waitpid(child, 0)
    assert status == 0, status


def requests_in_a_child(folder: Path) -> None:
    """The child tries everything; the parent goes on, before and after the child has ended."""
    engine, in_memory = Engine.open(folder), Engine.in_memory()
    make_table(engine)
    make_table(in_memory)
    put(engine, thing(1))

    def work() -> None:
        print(answer(lambda: put(engine, thing(2))))
        print(answer(lambda: numbers_of(engine)))
        print(answer(lambda: numbers_of(in_memory)))
        print(answer(lambda: Engine.open(folder)))
        engine.close()
        with Engine.open(folder.with_name("other")) as other:
            make_table(other)
            put(other, thing(3))
            print(answer(lambda: numbers_of(other)))

    in_child(work)
    put(engine, thing(4))
    print(answer(lambda: numbers_of(engine)))
    engine.close()


def fork_amid_a_transaction(folder: Path) -> None:
    """Fork while another thread has a transaction open, many rows of which are in the log."""
    engine = Engine.open(folder)
    make_table(engine)
    inside, go_on = threading.Event(), threading.Event()

    def write(transaction: WriteTransaction) -> None:
        # More than the cache holds, so that pages of the open transaction go to the log.
        transaction.cursor.execute("PRAGMA cache_size=10").fetchall()
        for number in range(2_000):
            transaction.add_job("filler", str(number), {"text": "x" * 1_000})
        inside.set()
        assert go_on.wait(PATIENCE_S)

    thread = threading.Thread(target=lambda: database_of(engine).write(write))
    thread.start()
    assert inside.wait(PATIENCE_S)
    in_child(lambda: None)
    go_on.set()
    thread.join()
    for number in range(20):
        put(engine, thing(number))
    in_child(lambda: None)
    print(len(database_of(engine).read(lambda reader, _: reader.job_ids("filler"))))
    print(answer(lambda: numbers_of(engine)), engine.check())
    engine.close()


def lock_outlives_nobody(folder: Path) -> None:
    """Fork while a write holds the gate; a child stays, the parent is to be killed."""
    engine = Engine.open(folder)
    make_table(engine)
    inside = threading.Event()

    def write(_transaction: WriteTransaction) -> None:
        inside.set()
        threading.Event().wait()

    threading.Thread(target=lambda: database_of(engine).write(write), daemon=True).start()
    assert inside.wait(PATIENCE_S)
    child = os.fork()
    if child == 0:
        threading.Event().wait()
    print(child, flush=True)
    threading.Event().wait()


def drop_in_a_child(folder: Path) -> None:
    """The child drops all references to what it inherited, and tells what it still has open."""
    with Engine.open(folder) as engine:
        make_table(engine)
    # One that only reads: the thread of one that writes would hold references for ever.
    held = [Engine.open(folder)]
    numbers_of(held[0])

    def work() -> None:
        held.clear()
        gc.collect()
        names = {Path(name).name for name in descriptors_below(folder)}
        print(sorted(names))

    in_child(work)


def open_after_the_fork(folder: Path) -> None:
    """A parent that closed what it had open leaves its child free to open it."""
    with Engine.open(folder) as engine:
        make_table(engine)

    def work() -> None:
        with Engine.open(folder) as engine:
            put(engine, thing(1))
            print(answer(lambda: numbers_of(engine)))

    in_child(work)


if __name__ == "__main__":
    scenario: Callable[[Path], None] = globals()[sys.argv[1]]
    # Its thread is there. Amid SQLite it might leave a lock taken that all connections share.
    with patch.object(Upkeep, "rounds", lambda _: None):
        scenario(Path(sys.argv[2]))
