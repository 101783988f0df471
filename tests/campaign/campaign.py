"""What a campaign is, and what it is given to work with."""

from __future__ import annotations

import os
import random
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from engine.clock import SYSTEM_CLOCK
from tests.engine.faults.kills import Kill

_ROOT = Path(__file__).parents[2]
_KILLS = 200
_EXAMPLES = 5_000
# Where the time is limited there are several rounds, each with other examples.
_EXAMPLES_PER_ROUND = 500


@dataclass
class Run:
    """One run of a campaign: where its files go, how long it may last, what it has counted.

    `on_change` is called after each round and each count with the share that is done, 0 to 1.
    """

    folder: Path
    seconds: float | None
    on_change: Callable[[float], None]
    counts: Counter[str] = field(default_factory=Counter)
    _began_s: float = field(default_factory=SYSTEM_CLOCK.monotonic_s)
    _share: float = 0.0

    @property
    def elapsed_s(self) -> float:
        """Seconds since it began."""
        return SYSTEM_CLOCK.monotonic_s() - self._began_s

    def rounds(self, count: int) -> Iterator[int]:
        """Numbers of rounds: as many as asked for, or for as long as it may last.

        There is at least one, and none begins after the time is over.
        """
        number = 0
        while number == 0 or not self._is_over(number, count):
            yield number
            number += 1
            self._share = self._share_of(number, count)
            self.on_change(self._share)

    def _is_over(self, number: int, count: int) -> bool:
        return number >= count if self.seconds is None else self.elapsed_s >= self.seconds

    def _share_of(self, number: int, count: int) -> float:
        share = number / count if self.seconds is None else self.elapsed_s / self.seconds
        return min(share, 1.0)

    def count(self, **figures: int) -> None:
        """Add to what is told at the end."""
        self.counts.update(figures)
        self.on_change(self._share)


@dataclass(frozen=True)
class Campaign:
    """A named function that raises where something is wrong."""

    name: str
    about: str
    work: Callable[[Run], None]


def kills_campaign(name: str, about: str, kills: Sequence[Kill]) -> Campaign:
    """A campaign that kills processes in turn; each kind has a folder for all its kills."""

    def work(run: Run) -> None:
        draw = random.Random()
        run.count(lost=0)
        for number in run.rounds(_KILLS):
            kill = kills[number % len(kills)]
            run.count(kills=1, done_before=kill(run.folder / kill.__name__, draw))

    return Campaign(name, about, work)


def pytest_campaign(name: str, about: str, *nodes: str) -> Campaign:
    """A campaign that runs tests by their node ids, with thousands of examples each."""

    def work(run: Run) -> None:
        for _ in run.rounds(1):
            _run_pytest(run, nodes)

    return Campaign(name, about, work)


def _run_pytest(run: Run, nodes: tuple[str, ...]) -> None:
    examples = _EXAMPLES if run.seconds is None else _EXAMPLES_PER_ROUND
    command = [
        *(sys.executable, "-m", "pytest", "-n", "0", "-p", "no:cacheprovider"),
        *("--hypothesis-profile=campaign", "--hypothesis-show-statistics"),
        *(f"--basetemp={run.folder / 'pytest'}", *nodes),
    ]
    environment = os.environ | {"CAMPAIGN_EXAMPLES": str(examples)}
    done = subprocess.run(
        command, cwd=_ROOT, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise AssertionError(f"pytest {' '.join(nodes)}\n{done.stdout}{done.stderr}")
    tests = re.search(r"^(\d+) passed", done.stdout, re.MULTILINE)
    passed = re.findall(r"(\d+) passing", done.stdout)
    run.count(tests=int(tests[1]) if tests else 0, examples=sum(map(int, passed)))
