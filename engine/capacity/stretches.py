"""Stretches of time: what happened on one table in a second, a minute or an hour.

Stretches add up, over processes and over time. They are kept as JSON, in lists without names, since
there are many of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import orjson

from engine.capacity.histogram import step

K = TypeVar("K")
V = TypeVar("V")


@dataclass(slots=True)
class OperationSum:
    """One operation on a table.

    `requests` of all ends; `seconds` that those took together that succeeded, and how many of them
    fell into which of the `steps` of `histogram`, by microseconds; `errors` by code, without those
    that were throttled. `items` that were read or written, of `item_bytes` together;
    `item_bytes_max` where they came one by one.
    """

    requests: int = 0
    throttled: int = 0
    items: int = 0
    item_bytes: int = 0
    item_bytes_max: int = 0
    seconds: float = 0.0
    steps: dict[int, int] = field(default_factory=dict)
    errors: dict[str, int] = field(default_factory=dict)

    @property
    def succeeded(self) -> int:
        """How many requests were answered."""
        return sum(self.steps.values())

    def succeed(self, seconds: float) -> None:
        """Count a request that was answered after some time."""
        self.requests += 1
        self.seconds += seconds
        at = step(seconds * 1_000_000)
        steps = self.steps
        steps[at] = steps.get(at, 0) + 1

    def merge(self, other: OperationSum) -> None:
        """Add those of another."""
        self.requests += other.requests
        self.throttled += other.throttled
        self.items += other.items
        self.item_bytes += other.item_bytes
        self.item_bytes_max = max(self.item_bytes_max, other.item_bytes_max)
        self.seconds += other.seconds
        for at, count in other.steps.items():
            self.steps[at] = self.steps.get(at, 0) + count
        for code, count in other.errors.items():
            self.errors[code] = self.errors.get(code, 0) + count

    def to_json(self) -> list[Any]:
        """As it is kept."""
        return [
            self.requests,
            self.throttled,
            self.items,
            self.item_bytes,
            self.item_bytes_max,
            round(self.seconds, 6),
            [number for pair in self.steps.items() for number in pair],
            self.errors,
        ]

    @classmethod
    def from_json(cls, form: list[Any]) -> OperationSum:
        """The reverse of `to_json`."""
        requests, throttled, items, item_bytes, item_bytes_max, seconds, steps, errors = form
        return cls(
            requests,
            throttled,
            items,
            item_bytes,
            item_bytes_max,
            seconds,
            dict(zip(steps[::2], steps[1::2], strict=True)),
            errors,
        )


@dataclass(slots=True)
class Throttled:
    """Requests that were throttled for one reason, and why in words, as of the last one."""

    requests: int = 0
    words: str = ""

    def merge(self, other: Throttled) -> None:
        """Add those of another."""
        self.requests += other.requests
        self.words = other.words or self.words

    def to_json(self) -> list[Any]:
        """As it is kept."""
        return [self.requests, self.words]


@dataclass(slots=True)
class Stretch:
    """All of one table in one stretch; the table itself is the index "".

    `reads` and `writes` are consumed units by index, `provisions` those that it was given, if it
    was (read, write). `throttled`: by index, kind and reason.
    """

    reads: dict[str, float] = field(default_factory=dict)
    writes: dict[str, float] = field(default_factory=dict)
    provisions: dict[str, tuple[float, float]] = field(default_factory=dict)
    throttled: dict[tuple[str, str, str], Throttled] = field(default_factory=dict)
    operations: dict[str, OperationSum] = field(default_factory=dict)

    def merge(self, other: Stretch) -> None:
        """Add another."""
        for flows, more in ((self.reads, other.reads), (self.writes, other.writes)):
            for index, units in more.items():
                flows[index] = flows.get(index, 0.0) + units
        _merge(self.throttled, other.throttled, Throttled)
        _merge(self.operations, other.operations, OperationSum)
        self.provisions.update(other.provisions)

    def encoded(self) -> bytes:
        """As it is kept."""
        return orjson.dumps(
            [
                {index: round(units, 6) for index, units in self.reads.items()},
                {index: round(units, 6) for index, units in self.writes.items()},
                self.provisions,
                [[*reason, *found.to_json()] for reason, found in self.throttled.items()],
                {name: operation.to_json() for name, operation in self.operations.items()},
            ]
        )

    @classmethod
    def decoded(cls, body: bytes) -> Stretch:
        """The reverse of `encoded`."""
        reads, writes, provisions, throttled, operations = orjson.loads(body)
        return cls(
            reads,
            writes,
            {index: (units[0], units[1]) for index, units in provisions.items()},
            {(row[0], row[1], row[2]): Throttled(row[3], row[4]) for row in throttled},
            {name: OperationSum.from_json(form) for name, form in operations.items()},
        )


def together(stretches: Iterable[Stretch]) -> Stretch:
    """Several as one."""
    whole = Stretch()
    for stretch in stretches:
        whole.merge(stretch)
    return whole


def _merge(into: dict[K, V], more: dict[K, V], new: Callable[[], Any]) -> None:
    for key, value in more.items():
        known: Any = into.get(key)
        if known is None:
            # Not the other's own, which may be one of several that are put together.
            known = into[key] = new()
        known.merge(value)
