"""What a benchmark is, what it yields, and how large it runs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Goal:
    """A limit for a figure, in the figure's own unit."""

    limit: float
    is_least: bool = False

    def is_met(self, value: float) -> bool:
        """Whether a figure keeps to the limit."""
        return value >= self.limit if self.is_least else value <= self.limit

    def text(self, unit: str) -> str:
        """The goal as it is printed."""
        return f"{'≥' if self.is_least else '≤'} {self.limit:g}{unit}"


@dataclass(frozen=True, slots=True)
class Figure:
    """One result. `value` is a ratio unless `unit` says otherwise; `detail` holds bare figures."""

    name: str
    value: float
    detail: str = ""
    unit: str = "×"


@dataclass(frozen=True, slots=True)
class Setting:
    """Where and how large a run is: sizes are multiplied by `scale`, pairs repeated `rounds` times.

    `folder` is a directory for files, on the disk that is to be measured.
    """

    folder: Path
    scale: float = 1.0
    rounds: int = 61

    def count(self, full: int, least: int = 1) -> int:
        """A number of items or calls at this scale."""
        return max(least, round(full * self.scale))


@dataclass(frozen=True, slots=True)
class Benchmark:
    """A subject to measure; `goals` are limits of its figures, by their names."""

    name: str
    measures: str
    run: Callable[[Setting], Iterable[Figure]]
    goals: dict[str, Goal] = field(default_factory=dict)
