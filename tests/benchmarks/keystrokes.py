"""Keys that move the cursor of the grid: what passes until the terminal is told of it, and why.

Each key is measured at a moment of its own, drawn at random. One that is to be pressed while a scan
runs counts only if the scan had read on just before it, and did so again after it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from statistics import median, quantiles

from tests.benchmarks.figures import Figure
from tests.program import DOWN, UP, Program

_KEYS = 60
_TRIES = 20 * _KEYS
_PAUSES_S = (0.02, 0.2)
_READS_ON_S = 5.0
_HEAD = "customer     PK"
_STATUS = re.compile(r"row ([\d,]+) of (?:(at least) )?([\d,]+)(?:[^│]*?([\d,]+) examined)?")


@dataclass(frozen=True, slots=True)
class Stroke:
    """Seconds of one key: until the cursor is seen in its new row, and until the line below the
    grid tells that row; of the former, what the screen's thread ran, and what it waited for a
    core."""

    seen_s: float
    told_s: float
    ran_s: float
    queued_s: float

    @property
    def waited_s(self) -> float:
        """What it waited for something else: the interpreter's lock, or another thread."""
        return max(0.0, self.seen_s - self.ran_s - self.queued_s)


@dataclass(frozen=True, slots=True)
class _Status:
    """What the line below the grid says: the cursor's row, whether all is read, how many items."""

    row: int
    complete: bool
    read: int


def strokes_at_rest(program: Program) -> list[Stroke]:
    """Keys while nothing else is done."""
    pauses = Random(1)
    found: list[Stroke] = []
    while len(found) < _KEYS:
        program.take_for(pauses.uniform(*_PAUSES_S))
        stroke = _stroke(program)
        assert stroke is not None
        found.append(stroke)
    return found


def strokes_amid(program: Program, begin: Callable[[], None]) -> list[Stroke]:
    """Keys while a scan runs; `begin` begins one, anew whenever it is over too soon."""
    pauses = Random(2)
    found: list[Stroke] = []
    begin()
    for _ in range(_TRIES):
        if not _reads_on(program):
            begin()
            continue
        program.take_for(pauses.uniform(*_PAUSES_S))
        stroke = _stroke(program)
        if stroke is not None and _reads_on(program):
            found.append(stroke)
        if len(found) == _KEYS:
            return found
    raise AssertionError(f"scans are over too soon: of {_TRIES} keys {len(found)} were amid one")


def figures_of(name: str, strokes: Sequence[Stroke], rest: Sequence[Stroke]) -> Iterable[Figure]:
    """The median and the 95th percentile, in milliseconds; to those at rest, if it is not these."""
    seen = [stroke.seen_s for stroke in strokes]
    told = median(stroke.told_s for stroke in strokes)
    ran, queued, waited = _medians_ms(strokes)
    detail = (
        f"ran {ran:.1f}, waited {queued:.1f} for a core and {waited:.1f} for else; "
        f"its number is told after {told * 1_000:.0f} ms"
    )
    yield Figure(name, median(seen) * 1_000, detail, " ms")
    slow = quantiles(seen, n=20)[-1]
    yield Figure(f"{name}-95th", slow * 1_000, f"the worst {max(seen) * 1_000:.0f} ms", " ms")
    if strokes is not rest:
        yield Figure(f"{name}-ratio", median(seen) / median(stroke.seen_s for stroke in rest))


def _medians_ms(strokes: Sequence[Stroke]) -> tuple[float, float, float]:
    return (
        median(stroke.ran_s for stroke in strokes) * 1_000,
        median(stroke.queued_s for stroke in strokes) * 1_000,
        median(stroke.waited_s for stroke in strokes) * 1_000,
    )


def _stroke(program: Program) -> Stroke | None:
    """Go to the other of the first two rows; None where all was read before it was seen."""
    status = _status(program.text)
    assert status is not None, program.text
    if status.complete:
        return None
    first = 1 + next(at for at, line in enumerate(program.lines) if _HEAD in line)
    column = program.lines[first - 1].index(_HEAD)
    here, there = (1, 2) if status.row == 1 else (2, 1)
    cursor = program.background(first + here - 1, column)

    def over(text: str) -> bool:
        now = _status(text)
        return now is None or now.complete

    def seen(text: str) -> bool:
        return program.background(first + there - 1, column) == cursor or over(text)

    ran_s, queued_s = _thread_times(program)
    program.type(DOWN if there == 2 else UP)
    seen_s = program.until(seen)
    ran_after_s, queued_after_s = _thread_times(program)
    told_s = program.until(lambda text: f"row {there} of" in text or over(text))
    if over(program.text):
        return None
    return Stroke(seen_s, told_s, ran_after_s - ran_s, queued_after_s - queued_s)


def _reads_on(program: Program) -> bool:
    """Wait until more is read than was; False where all is, or nothing more comes."""
    before = _status(program.text)

    def other(text: str) -> bool:
        now = _status(text)
        return now is None or before is None or now.complete or now.read != before.read

    if not program.comes(other, _READS_ON_S):
        return False
    now = _status(program.text)
    return now is not None and not now.complete


def _status(text: str) -> _Status | None:
    found = _STATUS.search(text)
    if found is None:
        return None
    row, at_least, rows, examined = found.groups()
    return _Status(_number(row), at_least is None, _number(examined or rows))


def _number(text: str) -> int:
    return int(text.replace(",", ""))


def _thread_times(program: Program) -> tuple[float, float]:
    """Seconds that the program's first thread, which draws, has run and has waited for a core."""
    path = Path(f"/proc/{program.process.pid}/task/{program.process.pid}/schedstat")
    ran_ns, queued_ns, _ = path.read_text(encoding="ascii").split()
    return int(ran_ns) / 1e9, int(queued_ns) / 1e9
