"""The installed app as a person meets it: on a pseudo-terminal, by a driver that types and looks.

What it writes is read by a terminal in memory (`tests.program`).
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from statistics import median
from time import perf_counter

from dyntui.core.connection.choices import ASK_ABOVE_VARIABLE, THROTTLING_VARIABLE
from tests.benchmarks.compiled import compiled
from tests.benchmarks.engines import engine_with
from tests.benchmarks.figures import Figure, Setting
from tests.benchmarks.keystrokes import figures_of, strokes_amid, strokes_at_rest
from tests.program import CTRL_END, CTRL_Q, ESCAPE, PAGE_DOWN, RUN, TAB, Program, running

_ITEMS = 1_000_000
_FEW_ITEMS = 1_000
_TABS_TO_FILTER = 3
_PAGES = 30
_SIZE = (120, 40)
_READY = "ready to be seen"
_FLOOR = f"""
import sys

from dyntui.core.connection.connect import connect
from textual.app import App
from textual.widgets import Static


class Empty(App):
    def compose(self):
        yield Static({_READY!r})


with connect(sys.argv[1]):
    Empty().run()
"""
_MB = 1_000_000


def paint(setting: Setting) -> Iterable[Figure]:
    """The first paint, and the first rows, to an empty Textual app that opens the folder first."""
    folder = setting.folder / "paint"
    with engine_with(folder, _FEW_ITEMS):
        pass
    environment = compiled(setting.folder)
    floor = [sys.executable, "-c", _FLOOR, str(folder)]
    rounds = max(3, setting.rounds // 6)
    painted, rows, floors = [], [], []
    for number in range(rounds + 1):
        seen, all_rows = _start(_dyntui(folder), environment, "Tables", "row 1 of")
        (empty,) = _start(floor, environment, _READY)
        if number:
            painted.append(seen)
            rows.append(all_rows)
            floors.append(empty)
    ratios = [one / other for one, other in zip(painted, floors, strict=True)]
    detail = f"{median(painted) * 1_000:.0f} / {median(floors) * 1_000:.0f} ms"
    yield Figure("first-paint", median(ratios), detail)
    yield Figure("first-paint-time", median(painted) * 1_000, "", " ms")
    yield Figure("first-rows-time", median(rows) * 1_000, "", " ms")


def keys(setting: Setting) -> Iterable[Figure]:
    """From a key to the screen while scans run, then how the table scrolls, and the memory."""
    folder = setting.folder / "keys"
    count = setting.count(_ITEMS, least=400_000)
    with engine_with(folder, count, durability="relaxed"):
        pass
    # A scan that is throttled does nothing for most of the time.
    environment = {ASK_ABOVE_VARIABLE: "1000000", THROTTLING_VARIABLE: "off"}
    with running(_dyntui(folder), _SIZE, environment) as program:
        program.sees("row 1 of")
        program.settle()
        orders = re.findall(r"customer-\d+ +(\d+)", program.text)[:2]
        rest = strokes_at_rest(program)
        yield from figures_of("key-at-rest", rest, rest)
        amid = strokes_amid(program, lambda: _read_to_end(program))
        yield from figures_of("key-amid-scan", amid, rest)
        yield _scrolled(program, count)
        # It lets the first two items through, and nothing after them.
        condition = f"order = {' or order = '.join(orders)}"
        _type_slowly(program, "f", *[TAB] * _TABS_TO_FILTER, condition, ESCAPE)
        amid = strokes_amid(program, lambda: _read_again(program))
        yield from figures_of("key-amid-filter", amid, rest)
        program.type(CTRL_Q)
        assert program.end() == 0


def _read_again(program: Program) -> None:
    """Have what the form says read from its beginning."""
    _type_slowly(program, "f")
    program.type(RUN)
    program.sees("of at least")


def _read_to_end(program: Program) -> None:
    _read_again(program)
    program.settle()
    program.type(CTRL_END)


def _type_slowly(program: Program, *parts: str) -> None:
    """Type, and wait after each part until the screen is quiet."""
    for part in parts:
        program.type(part)
        program.settle()


def _scrolled(program: Program, count: int) -> Figure:
    """The most memory of reading to the end and scrolling from the beginning again."""
    most = program.rss_bytes()
    _read_to_end(program)
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
    detail = f"{count:,} items, read to the end in {scanned_s:.0f} s"
    return Figure("scroll-memory", most / _MB, detail, " MB")


def _dyntui(folder: Path) -> list[str]:
    return [str(Path(sys.executable).with_name("dyntui")), "--data-dir", str(folder)]


def _start(command: list[str], environment: Mapping[str, str], *texts: str) -> list[float]:
    """Seconds from the start of a program until it shows each of these texts; then it is ended."""
    with running(command, _SIZE, environment) as program:
        seen = [program.sees(text) for text in texts]
        program.type(CTRL_Q)
        program.end()
    return seen
