"""Campaigns on storage: kills, processes side by side, interruptions."""

from __future__ import annotations

import random
import shutil

from engine import Engine
from tests.campaign.campaign import Run
from tests.engine.storage.kills import KILLS
from tests.engine.storage.processes import finish, start
from tests.engine.storage.storms import storm
from tests.engine.storage.things import (
    TABLE,
    add_index,
    amount,
    items_of,
    make_table,
    put_many,
    table_of,
)

_KILLS = 200
_WRITERS = 8
_WRITES_EACH = 500
_STORM_REQUESTS = 2_000


def kills(run: Run) -> None:
    """Kill processes amid each kind of work in turn; every kind has a folder for all its kills."""
    draw = random.Random()
    run.count(lost=0)
    for number in run.rounds(_KILLS):
        kill = KILLS[number % len(KILLS)]
        acknowledged = kill(run.folder / kill.__name__, draw)
        run.count(kills=1, acknowledged=acknowledged)


def processes(run: Run) -> None:
    """Eight processes write, to one counter and to items of their own, while the table changes."""
    run.count(lost=0)
    for number in run.rounds(10):
        folder = run.folder / str(number)
        with Engine.open(folder, throttling="off") as engine:
            make_table(engine)
            put_many(engine, range(5_000), "before")
            half = _WRITERS // 2
            adding = [start("adds", folder, 0, _WRITES_EACH) for _ in range(half)]
            putting = [start("puts", folder, f"p{n}", 0, _WRITES_EACH) for n in range(half)]
            engine.update_table(**add_index())
            engine.compact()
            delete = [{"Delete": {"IndexName": "by-g"}}]
            engine.update_table(TableName=TABLE, GlobalSecondaryIndexUpdates=delete)
            engine.update_table(**add_index())
            for process in (*adding, *putting):
                assert len(finish(process)) == _WRITES_EACH
            _check_processes(engine, half)
        shutil.rmtree(folder)
        run.count(processes=_WRITERS, writes=_WRITERS * _WRITES_EACH)


def _check_processes(engine: Engine, each: int) -> None:
    assert amount(engine, 0) == each * _WRITES_EACH
    expected = {number - (number % 4 == 3) for number in range(_WRITES_EACH)}
    items = items_of(engine)
    for number in range(each):
        found = {int(item["r"]["N"]) for item in items if item["p"]["S"] == f"p{number}"}
        assert found == expected
    # The counter has no group.
    assert len(items_of(engine, TABLE, "by-g")) == len(items) - 1
    assert not table_of(engine).indexes[0].backfilling
    assert engine.check() == []


def fairness(run: Run) -> None:
    """Eight processes write as fast as they can; the slowest has a fair share."""
    for number in run.rounds(5):
        folder = run.folder / str(number)
        with Engine.open(folder, throttling="off") as engine:
            make_table(engine)
            writers = [start("adds_until_told", folder, place) for place in range(_WRITERS)]
            for writer in writers:
                assert writer.stdout is not None
                writer.stdout.readline()

            def amounts() -> list[int]:
                return [amount(engine, place) for place in range(_WRITERS)]

            # Some are at it long before others have started.
            while min(first := amounts()) == 0:
                pass
            while sum(amounts()) - sum(first) < 8_000:
                pass
            counts = [now - then for now, then in zip(amounts(), first, strict=True)]
            said = [int(finish(writer)[0]) for writer in writers]
            assert said == amounts()
        assert min(counts) > max(counts) / 4, counts
        run.count(writes=sum(said))
        run.counts["slowest_percent_of_fastest"] = 100 * min(counts) // max(counts)


def storms(run: Run) -> None:
    """Ctrl-C at random moments while other threads write too."""
    folder = run.folder / "data"
    before = [0, 0, 0]
    run.count(lost=0)
    with Engine.open(folder, throttling="off") as engine:
        make_table(engine)
        for seed in run.rounds(30):
            acknowledged, interrupted = storm(engine, _STORM_REQUESTS, seed)
            after = [amount(engine, counter) for counter in range(3)]
            own, *others = (b - a for a, b in zip(before, after, strict=True))
            assert acknowledged <= own <= acknowledged + interrupted
            assert others == [_STORM_REQUESTS] * 2
            before = after
            run.count(requests=3 * _STORM_REQUESTS, interrupted=interrupted)
        assert engine.check() == []
