"""A day of traffic against a small model of the rules, which shares nothing with the engine."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from math import ceil
from typing import Any

from engine import Engine, VirtualClock
from engine.errors import ProvisionedThroughputExceededException
from tests.engine.throttling.provisioned import create
from tests.engine.throttling.sized import item_of, kb

Json = dict[str, Any]
DAY_S = 86_400
READS, WRITES, INDEX_WRITES = 12, 10, 4
DAYS = ("Monday", "Tuesday", None)
_NOTHING = 1e-9


@dataclass
class Tank:
    """Units that come at a rate and are kept for some seconds; one second's are there at first."""

    rate: float
    kept_s: float
    level: float = field(init=False)

    def __post_init__(self) -> None:
        self.level = self.rate

    def wait(self, seconds: int) -> None:
        """Let time pass."""
        self.level = min(self.level + self.rate * seconds, self.rate * self.kept_s)

    @property
    def gives(self) -> bool:
        """Whether a request is let in, whatever it costs."""
        return self.level > _NOTHING


class Model:
    """A table `orders` with the index `by-day`, each of one partition."""

    def __init__(self) -> None:
        self.reads, self.writes = Tank(READS, 300), Tank(WRITES, 300)
        self.index_writes = Tank(INDEX_WRITES, 300)
        # A partition gives 3,000 reads or 1,000 writes a second, or a mix of them.
        self.partition, self.index_partition = Tank(1, 1), Tank(1, 1)
        self.items: dict[str, tuple[int, str | None]] = {}

    def wait(self, seconds: int) -> None:
        """Let time pass."""
        tanks = (self.reads, self.writes, self.index_writes, self.partition, self.index_partition)
        for tank in tanks:
            tank.wait(seconds)

    def get(self, name: str, strong: bool) -> bool:
        """Read an item; whether that is let in."""
        if not (self.reads.gives and self.partition.gives):
            return False
        size = self.items[name][0] if name in self.items else 0
        units = max(1, ceil(size / 4_096)) * (1.0 if strong else 0.5)
        self.reads.level -= units
        self.partition.level -= units / 3_000
        return True

    def put(self, name: str, size: int, day: str | None) -> bool:
        """Put an item that differs from what was there; whether that is let in."""
        old_size, old_day = self.items.get(name, (0, None))
        index_units = 0
        if old_day is not None and day is not None:
            apart = ceil(old_size / 1_024) + ceil(size / 1_024)
            index_units = apart if old_day != day else ceil(max(old_size, size) / 1_024)
        elif old_day is not None or day is not None:
            index_units = ceil((old_size if day is None else size) / 1_024)
        tanks = [self.writes, self.partition]
        if index_units:
            tanks += [self.index_writes, self.index_partition]
        if not all(tank.gives for tank in tanks):
            return False
        units = ceil(max(old_size, size) / 1_024)
        self.writes.level -= units
        self.partition.level -= units / 1_000
        self.index_writes.level -= index_units
        self.index_partition.level -= index_units / 1_000
        self.items[name] = size, day
        return True


def test_a_day_of_traffic_is_let_in_as_the_rules_say(engine: Engine, clock: VirtualClock) -> None:
    create(engine, READS, WRITES, index_writes=INDEX_WRITES)
    model, draw = Model(), random.Random(6)
    passed, let_in, refused = 0, 0, 0
    while passed < DAY_S:
        for number in range(busy(draw, passed)):
            name = f"item-{draw.randrange(20)}"
            if draw.random() < 0.5:
                strong = draw.random() < 0.5
                expected, done = model.get(name, strong), got(engine, name, strong)
            else:
                size, day = draw.randrange(100, kb(6)), draw.choice(DAYS)
                mark = f"{passed}-{number}"
                expected, done = model.put(name, size, day), put(engine, name, size, day, mark)
            assert done is expected, (passed, number)
            let_in += done
            refused += not done
        pause_s = draw.choice((1, 1, 1, 2, 20, 1_000))
        passed += pause_s
        model.wait(pause_s)
        clock.advance(pause_s)
    assert let_in > 2_000
    assert refused > 500


def busy(draw: random.Random, passed: int) -> int:
    """How many requests come at a moment: more by day, and now and then very many."""
    by_day = 16 if 8 <= passed // 3_600 < 20 else 6
    return draw.randrange(by_day) if draw.random() < 0.96 else 400


def got(engine: Engine, name: str, strong: bool) -> bool:
    """Whether a read is let in."""
    key = {"id": {"S": name}}
    return done(engine, "GetItem", {"TableName": "orders", "Key": key, "ConsistentRead": strong})


def put(engine: Engine, name: str, size: int, day: str | None, mark: str) -> bool:
    """Whether a write is let in."""
    more = {"mark": mark} if day is None else {"mark": mark, "day": day}
    return done(engine, "PutItem", {"TableName": "orders", "Item": item_of(name, size, **more)})


def done(engine: Engine, operation: str, request: Json) -> bool:
    """Whether a request is let in."""
    try:
        engine.call(operation, request)
    except ProvisionedThroughputExceededException:
        return False
    return True
