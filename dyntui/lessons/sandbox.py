"""What a lesson's requests run on: an engine of its own, whose time is told when to pass."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dyntui.lessons.lesson import Lesson
from engine import Engine, RetryingClient, Settings, VirtualClock
from sample_data import DATASETS, REFERENCE_S, load
from sample_data.dataset import key_schema

Json = dict[str, Any]

BUCKET = "lessons"
DRAWN = 0.5
"""What lots come to: the middle, so that waits are the same every time."""


class Sandbox:
    """An engine, its clock, and what makes the preparations of a lesson short."""

    def __init__(self, engine: Engine, clock: VirtualClock, folder: Path | None) -> None:
        self.engine = engine
        self.clock = clock
        self._folder = folder

    @property
    def bucket(self) -> Path:
        """Where the bucket of exports lies, for a lesson that needs one."""
        assert self._folder is not None
        return self._folder / BUCKET

    @property
    def now_s(self) -> int:
        """Seconds since the epoch."""
        return self.clock.now_us() // 1_000_000

    def create(self, table: str, key: str, sort: str | None = None, **more: Any) -> None:
        """Make a table; see `definition`."""
        self.engine.call("CreateTable", definition(table, key, sort, **more))

    def load(self, table: str, items: Iterable[Json]) -> None:
        """Put many items, free of charge."""
        self.engine.load_items(table, items)

    def load_sample(self, name: str) -> None:
        """Load a set of the sample data."""
        load(self.engine, self.engine, [name])

    def consumed(self, table: str) -> tuple[float, float]:
        """Read and write units that a table consumed in the last minute."""
        own = self.engine.capacity_report(table, 60).resources[0]
        return round(sum(own.reads.consumed), 1), round(sum(own.writes.consumed), 1)

    def retrying(self, waits: list[float], **more: Any) -> RetryingClient:
        """A Client that tries again; its waits pass at once, and are noted."""
        return RetryingClient(
            self.engine,
            on_wait=lambda wait: waits.append(wait.seconds),
            sleep=self.clock.advance,
            draw=lambda: DRAWN,
            **more,
        )


@contextmanager
def sandbox(lesson: Lesson) -> Iterator[Sandbox]:
    """An engine for one run of a lesson; all of it is gone afterwards."""
    if lesson.needs_folder or lesson.needs_bucket:
        with tempfile.TemporaryDirectory(prefix="dyntui-lesson-") as name:
            yield from _opened(lesson, Path(name))
    else:
        yield from _opened(lesson, None)


def _opened(lesson: Lesson, folder: Path | None) -> Iterator[Sandbox]:
    clock = VirtualClock(REFERENCE_S * 1_000_000)
    settings = Settings(
        throttling="enforce" if lesson.throttles else "off",
        read_lag_s=lesson.read_lag_s,
        buckets={} if folder is None else {BUCKET: str(folder / BUCKET)},
    )
    if folder is not None and lesson.needs_folder:
        engine = Engine.open(folder / "data", settings=settings, clock=clock)
    else:
        engine = Engine.in_memory(settings=settings, clock=clock)
    with engine:
        yield Sandbox(engine, clock, folder)


def definition(
    table: str,
    key: str,
    sort: str | None = None,
    *,
    units: tuple[int, int] | None = None,
    numbers: tuple[str, ...] = (),
    **more: Any,
) -> Json:
    """A CreateTable request: the keys are text unless they are among `numbers`.

    On demand, or with so many (read, write) units a second. `more` are further members.
    """
    indexes = [*more.get("GlobalSecondaryIndexes", ()), *more.get("LocalSecondaryIndexes", ())]
    schema = key_schema(key, sort)
    names = [entry["AttributeName"] for entry in schema]
    names += [entry["AttributeName"] for index in indexes for entry in index["KeySchema"]]
    request: Json = {
        "TableName": table,
        "KeySchema": schema,
        "AttributeDefinitions": [
            {"AttributeName": name, "AttributeType": "N" if name in numbers else "S"}
            for name in dict.fromkeys(names)
        ],
    }
    if units is None:
        request["BillingMode"] = "PAY_PER_REQUEST"
    else:
        request["ProvisionedThroughput"] = throughput(*units)
    return request | more


def throughput(reads: int, writes: int) -> Json:
    """A ProvisionedThroughput."""
    return {"ReadCapacityUnits": reads, "WriteCapacityUnits": writes}


def sized(item: Json, size_bytes: int) -> Json:
    """An item filled up to a size by DynamoDB's rules, with an attribute `text`.

    All of its other attributes are text.
    """
    taken = sum(len(name) + len(value["S"].encode()) for name, value in item.items())
    return item | {"text": {"S": "x" * (size_bytes - taken - len("text"))}}


def sample_items(name: str) -> list[Json]:
    """The items of a set of the sample data."""
    return list(DATASETS[name].items())
