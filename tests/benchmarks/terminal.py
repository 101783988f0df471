"""The installed app as a person meets it: on a pseudo-terminal, by a driver that types and looks.

What it writes is read by a terminal in memory (`tests.program`), whose own time is in the figures.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter

from dyntui.core.connection.connect import ASK_ABOVE_VARIABLE
from tests.benchmarks.engines import engine_with
from tests.benchmarks.figures import Figure, Setting
from tests.program import CTRL_END, CTRL_Q, DOWN, PAGE_DOWN, Program, running

_ITEMS = 1_000_000
_FEW_ITEMS = 1_000
_KEYS = 60
_PAGES = 30
_SIZE = (120, 40)
_READY = "ready to be seen"
_EMPTY = f"""
from textual.app import App
from textual.widgets import Static


class Empty(App):
    def compose(self):
        yield Static({_READY!r})


Empty().run()
"""
_OPEN = "from dyntui.core.connection.connect import connect; connect({folder!r}).close()"
_MB = 1_000_000


def paint(setting: Setting) -> Iterable[Figure]:
    """The first paint, and the first rows, to an empty Textual app and the engine's open."""
    folder = setting.folder / "paint"
    with engine_with(folder, _FEW_ITEMS):
        pass
    opening = [sys.executable, "-c", _OPEN.format(folder=str(folder))]
    rounds = max(3, setting.rounds // 6)
    painted, rows, empty, opened = [], [], [], []
    for _ in range(rounds):
        seen, all_rows = _start(_dyntui(folder), "Tables", "row 1 of")
        painted.append(seen)
        rows.append(all_rows)
        empty.append(_start([sys.executable, "-c", _EMPTY], _READY)[0])
        opened.append(_ended(opening) - _ended([sys.executable, "-c", "pass"]))
    floor = [one + other for one, other in zip(empty, opened, strict=True)]
    detail = (
        f"{median(painted) * 1_000:.0f} ms, an empty app {median(empty) * 1_000:.0f} ms, "
        f"opening {median(opened) * 1_000:.0f} ms"
    )
    ratios = [one / other for one, other in zip(painted, floor, strict=True)]
    yield Figure("first-paint", median(ratios), detail)
    yield Figure("first-paint-time", median(painted) * 1_000, "", " ms")
    yield Figure("first-rows-time", median(rows) * 1_000, "", " ms")


def keys(setting: Setting) -> Iterable[Figure]:
    """From a key to the screen while a scan runs, then how the table scrolls, and the memory."""
    folder = setting.folder / "keys"
    count = setting.count(_ITEMS, least=20_000)
    with engine_with(folder, count, durability="relaxed"):
        pass
    with running(_dyntui(folder), _SIZE, {ASK_ABOVE_VARIABLE: "1000000"}) as program:
        program.sees("row 1 of")
        program.settle()
        at_rest = _key_times(program, 2)
        most = program.rss_bytes()
        program.type(CTRL_END)
        program.sees("to its end")
        busy = _key_times(program, 2 + _KEYS)
        began = perf_counter()
        ended = f"row {count:,} of {count:,}"
        while ended not in program.text:
            program.settle(0.2)
            most = max(most, program.rss_bytes())
            assert perf_counter() - began < 1_000
        scanned_s = perf_counter() - began
        # Back to the beginning, whose rows were dropped meanwhile.
        program.type("g")
        program.sees(f"row 1 of {count:,}")
        for _ in range(_PAGES):
            program.type(PAGE_DOWN)
            program.writes_something()
        most = max(most, program.rss_bytes())
        program.type(CTRL_Q)
        assert program.end() == 0
    yield _key_figure("key-at-rest", at_rest)
    yield _key_figure("key-amid-scan", busy)
    yield Figure("key-amid-scan-ratio", median(busy) / median(at_rest))
    detail = f"{count:,} items, read to the end in {scanned_s:.0f} s"
    yield Figure("scroll-memory", most / _MB, detail, " MB")


def _key_times(program: Program, first: int) -> list[float]:
    """Seconds from each of many keys to the row that it moves to."""
    times = []
    for number in range(first, first + _KEYS):
        program.type(DOWN)
        times.append(program.sees(f"row {number} of"))
    return times


def _key_figure(name: str, times: Sequence[float]) -> Figure:
    slow = quantiles(times, n=20)[-1]
    return Figure(name, median(times) * 1_000, f"95th percentile {slow * 1_000:.0f} ms", " ms")


def _dyntui(folder: Path) -> list[str]:
    return [str(Path(sys.executable).with_name("dyntui")), "--data-dir", str(folder)]


def _start(command: list[str], *texts: str) -> list[float]:
    """Seconds from the start of a program until it shows each of these texts; then it is ended."""
    with running(command, _SIZE) as program:
        seen = [program.sees(text) for text in texts]
        program.type(CTRL_Q)
        program.end()
    return seen


def _ended(command: list[str]) -> float:
    """Seconds that a program takes from start to end."""
    began = perf_counter()
    with running(command, _SIZE) as program:
        program.end()
        return perf_counter() - began
