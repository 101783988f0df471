"""What the page on capacity takes of a core, at rest and while another process makes traffic."""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Iterable
from multiprocessing.synchronize import Event
from pathlib import Path
from time import perf_counter, sleep

import pexpect

from engine import Engine
from tests.benchmarks.engines import engine_with
from tests.benchmarks.figures import Figure, Setting
from tests.benchmarks.items import TABLE, key_of, make_item

_ROOT = Path(__file__).parents[2]
_SECONDS = 20.0
_ITEMS = 1_000
_RATE = 10_000
_TICKS_A_SECOND = 50
_WRITE_EVERY = 20
_LINES_COLUMNS = (40, 120)


def dashboard(setting: Setting) -> Iterable[Figure]:
    """The app's share of a core, and that to the share of an empty Textual app."""
    folder = setting.folder / "dashboard"
    seconds = max(1.0, _SECONDS * setting.scale)
    with engine_with(folder, _ITEMS, durability="relaxed"):
        pass
    empty = _share("empty", folder, seconds)
    rest = _share("capacity", folder, seconds)
    spawn = multiprocessing.get_context("spawn")
    stop, rates = spawn.Event(), spawn.SimpleQueue()
    traffic = spawn.Process(target=_make_traffic, args=(folder, stop, rates))
    traffic.start()
    try:
        busy = _share("capacity", folder, seconds)
    finally:
        stop.set()
        rate = rates.get()
        traffic.join()
    for name, share, detail in (
        ("dashboard-rest", rest, ""),
        ("dashboard-busy", busy, f", {rate:,.0f} requests/s in another process"),
    ):
        yield Figure(name, share / empty, f"an empty app takes {empty:.2%} of a core{detail}")
        yield Figure(f"{name}-core", share * 100, "of a core", " %")


def _share(kind: str, folder: Path, seconds: float) -> float:
    """Run an app on a terminal of its own, and hear what it took."""
    result = folder / "share"
    app = pexpect.spawn(
        sys.executable,
        ["-m", "tests.benchmarks.watched_app", kind, str(folder), str(seconds), str(result)],
        dimensions=_LINES_COLUMNS,
        timeout=seconds + 60,
        cwd=str(_ROOT),
        env={**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor"},
    )
    app.expect(pexpect.EOF)
    app.close()
    share = float(result.read_text(encoding="utf-8"))
    result.unlink()
    return share


def _make_traffic(folder: Path, stop: Event, rates: multiprocessing.SimpleQueue[float]) -> None:
    """Gets, and a relaxed put now and then, at a rate; tells the rate that was reached."""
    each = _RATE // _TICKS_A_SECOND
    with Engine.open(folder, durability="relaxed") as db:
        start, done = perf_counter(), 0
        while not stop.is_set():
            for number in range(done, done + each):
                if number % _WRITE_EVERY:
                    db.get_item(TableName=TABLE, Key=key_of(number % _ITEMS))
                else:
                    db.put_item(TableName=TABLE, Item=make_item(number % _ITEMS, number))
            done += each
            due = start + done / _RATE
            if (early := due - perf_counter()) > 0:
                sleep(early)
        rates.put(done / (perf_counter() - start))
