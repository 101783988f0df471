"""Bulk loading in random key order, and the memory that loading and scanning take."""

from __future__ import annotations

import multiprocessing
import resource
from collections.abc import Callable, Iterable
from itertools import count
from multiprocessing.queues import Queue
from pathlib import Path

import orjson

from engine import Engine
from tests.benchmarks.engines import create_table
from tests.benchmarks.figures import Figure, Setting
from tests.benchmarks.items import TABLE, make_item, numbers_in_random_order
from tests.benchmarks.pairing import compare
from tests.benchmarks.raw import RawTable, Row, raw_key

_LOADED = 200_000
_LOAD_ROUNDS = 3


def load(setting: Setting) -> Iterable[Figure]:
    """`load_items` of decoded lines in random order, against raw inserts in key order."""
    total = setting.count(_LOADED, least=500)
    lines = [orjson.dumps(make_item(number)) for number in numbers_in_random_order(total)]
    keys = [raw_key(number) for number in numbers_in_random_order(total)]
    in_order = sorted(zip(keys, lines, strict=True))
    turns = count()

    def subject() -> None:
        with Engine.open(setting.folder / f"load-{next(turns)}", throttling="off") as db:
            create_table(db, TABLE)
            db.load_items(TABLE, map(orjson.loads, lines))

    def rows() -> Iterable[Row]:
        for key, line in in_order:
            orjson.loads(line)
            yield key, len(line), line

    def floor() -> None:
        raw = RawTable(setting.folder / f"load-{next(turns)}.db")
        raw.load(rows())
        raw.close()

    pair = compare(subject, floor, _LOAD_ROUNDS)
    yield Figure("load", pair.ratio, f"{pair.detail(total)} per item, {total:,} items")


def memory(setting: Setting) -> Iterable[Figure]:
    """The largest memory of a process that loads or scans, against a tenth of the items."""
    large = setting.count(1_000_000, least=1_000)
    small = large // 10
    for name, work in (("memory-load", _load_into), ("memory-scan", _scan_through)):
        mib = [
            peak_mib(work, setting.folder / f"memory-{total}", total) for total in (large, small)
        ]
        detail = f"{mib[0]:.0f} / {mib[1]:.0f} MiB, {large:,} / {small:,} items"
        yield Figure(name, mib[0] / mib[1], detail)


def peak_mib(work: Callable[[Path, int], None], folder: Path, total: int) -> float:
    """Do the work in a process of its own; gives the most memory that it had."""
    spawn = multiprocessing.get_context("spawn")
    results: Queue[float] = spawn.Queue()
    worker = spawn.Process(target=_report_peak, args=(work, folder, total, results))
    worker.start()
    mib = results.get()
    worker.join()
    return mib


def _report_peak(
    work: Callable[[Path, int], None], folder: Path, total: int, results: Queue[float]
) -> None:
    work(folder, total)
    results.put(_peak_kib() / 1024)


def _peak_kib() -> int:
    """The most memory that this process had; on Linux not what its parent had before it."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    (line,) = (one for one in status.read_text().splitlines() if one.startswith("VmHWM:"))
    return int(line.split()[1])


def _load_into(folder: Path, total: int) -> None:
    with Engine.open(folder, throttling="off") as db:
        create_table(db, TABLE)
        # In no order of keys, and without a list of a million numbers in the way.
        db.load_items(TABLE, (make_item(number * 7_919 % total) for number in range(total)))


def _scan_through(folder: Path, total: int) -> None:
    scanned = 0
    request = {"TableName": TABLE}
    with Engine.open(folder, throttling="off") as db:
        while True:
            answer = db.call("Scan", request)
            scanned += answer["Count"]
            if "LastEvaluatedKey" not in answer:
                break
            request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]
    assert scanned == total
