"""Writers that share: threads of one process share commits, processes take turns."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from pathlib import Path
from time import perf_counter

from engine import Engine
from tests.benchmarks.engines import create_table, engine_with
from tests.benchmarks.figures import Figure, Setting
from tests.benchmarks.items import TABLE, make_item
from tests.benchmarks.pairing import compare

_THREADS = 16
_PROCESSES = 8
_SECONDS = 10.0
_ITEMS_PER_PROCESS = 1_000


def threads(setting: Setting) -> Iterable[Figure]:
    """Durable puts of waiting threads, against those of one thread: rates."""
    puts = _THREADS * setting.count(40, least=1)
    with (
        engine_with(setting.folder / "threads", puts) as db,
        ThreadPoolExecutor(_THREADS) as pool,
    ):
        versions = count(1)

        def put_all(numbers: Iterable[int], version: int) -> None:
            for number in numbers:
                db.put_item(TableName=TABLE, Item=make_item(number, version))

        def one() -> None:
            put_all(range(puts), next(versions))

        def many() -> None:
            version = next(versions)
            shares = [range(start, puts, _THREADS) for start in range(_THREADS)]
            for _ in pool.map(lambda share: put_all(share, version), shares):
                pass

        pair = compare(one, many, max(3, setting.rounds // 4))
    yield Figure("threads", pair.ratio, f"{_THREADS} threads to one; {pair.detail(puts)} per put")


def processes(setting: Setting) -> Iterable[Figure]:
    """Several processes that put for some seconds: the slowest to the fastest, the longest wait."""
    folder = setting.folder / "processes"
    with Engine.open(folder, throttling="off") as db:
        create_table(db, TABLE)
    spawn = multiprocessing.get_context("spawn")
    start = spawn.Barrier(_PROCESSES)
    results: Queue[tuple[int, float]] = spawn.Queue()
    seconds = max(0.2, _SECONDS * setting.scale)
    workers = [
        spawn.Process(target=_put_for, args=(folder, number, seconds, start, results))
        for number in range(_PROCESSES)
    ]
    for worker in workers:
        worker.start()
    reports = [results.get(timeout=seconds + 60) for _ in workers]
    for worker in workers:
        worker.join()
    puts = [report[0] for report in reports]
    detail = f"{min(puts):,} to {max(puts):,} puts each, {sum(puts) / seconds:,.0f}/s together"
    yield Figure("processes-fairness", min(puts) / max(puts), detail)
    yield Figure("processes-longest-wait", max(report[1] for report in reports) * 1e3, "", " ms")


def _put_for(
    folder: Path, number: int, seconds: float, start: Barrier, results: Queue[tuple[int, float]]
) -> None:
    """Put in a loop; reports how many puts were answered, and the longest wait in seconds."""
    first = number * _ITEMS_PER_PROCESS
    with Engine.open(folder, throttling="off") as db:
        db.describe_table(TableName=TABLE)
        start.wait()
        end = perf_counter() + seconds
        puts, longest = 0, 0.0
        while (before := perf_counter()) < end:
            item = make_item(first + puts % _ITEMS_PER_PROCESS, puts)
            db.put_item(TableName=TABLE, Item=item)
            longest = max(longest, perf_counter() - before)
            puts += 1
        results.put((puts, longest))
