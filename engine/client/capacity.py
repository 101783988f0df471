"""What an engine tells of capacity: the shapes that `LocalTools` answers with.

Times are seconds since the epoch, of the engine's clock. Series have one figure a stretch of time.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Flow:
    """Reads or writes of a table or global index over a window.

    `consumed` units and `throttled` requests, one figure per stretch. `rate`: units a second that
    it gives now; `provisioned`: what its owner gave it, None on demand. `balance` of at most
    `burst` units is left (below zero after an overdraft); both None on demand.
    """

    consumed: tuple[float, ...]
    throttled: tuple[int, ...]
    rate: float
    provisioned: float | None
    balance: float | None
    burst: float | None


@dataclass(frozen=True, slots=True)
class PartitionHeat:
    """A partition and how busy it is: parts (0 to 1, more where it was overdrawn) of what it gives.

    `number` counts from 1. `low` and `high` are parts (0 to 1) of the range of hashes.
    """

    number: int
    low: float
    high: float
    reads: float
    writes: float
    size_bytes: int


@dataclass(frozen=True, slots=True)
class HotKey:
    """A partition key that takes much: its value in words, and its part (0 to 1) of the units.

    `item_key` is the partition key alone, as an attribute map that a request can carry.
    """

    key: str
    item_key: dict[str, dict[str, object]]
    kind: str
    units: float
    share: float
    partition: int
    partitions: int


@dataclass(frozen=True, slots=True)
class Resource:
    """A table with its local indexes (`index` None), or a global index."""

    index: str | None
    reads: Flow
    writes: Flow
    partitions: tuple[PartitionHeat, ...]
    hot_keys: tuple[HotKey, ...]


@dataclass(frozen=True, slots=True)
class ThrottleMark:
    """Requests refused in one stretch for one reason.

    `kind` is "Read" or "Write", `reason` one of the API's throttling reasons, `words` what happened
    and why, for people.
    """

    at_s: int
    index: str | None
    kind: str
    reason: str
    words: str
    requests: int


@dataclass(frozen=True, slots=True)
class OperationFigures:
    """What one operation did on the table in the window; latencies in milliseconds."""

    operation: str
    requests: int
    throttled: int
    failed: int
    p50_ms: float | None
    p90_ms: float | None
    p99_ms: float | None
    item_bytes_mean: float | None
    item_bytes_max: int | None


@dataclass(frozen=True, slots=True)
class MonthlyCost:
    """What the window's traffic, going on for a month, costs in one mode and class, in dollars.

    `provisioned` units (read, write) are what the busiest stretch takes; None on demand.
    """

    table_class: str
    mode: str
    reads: float
    writes: float
    storage: float
    provisioned: tuple[int, int] | None = None

    @property
    def total(self) -> float:
        """All of it."""
        return self.reads + self.writes + self.storage


@dataclass(frozen=True, slots=True)
class CapacityReport:
    """All that the capacity of a table looked like in a window, `width_s` seconds a stretch.

    `throttling` is the folder's setting: "enforce", "warn" or "off". `mode` and `table_class` are
    the API's BillingMode and TableClass. `resources` begin with the table itself. `costs` come
    cheapest first, priced as of `priced_as_of` for `priced_region`. `on_demand_ratio`: how often a
    unit on demand costs what one costs of a provision that is used up; `course_ratio`: the same as
    courses still teach it (both 0 where no prices are known).
    """

    table: str
    mode: str
    table_class: str
    throttling: str
    since_s: int
    width_s: int
    resources: tuple[Resource, ...]
    throttles: tuple[ThrottleMark, ...]
    operations: tuple[OperationFigures, ...]
    costs: tuple[MonthlyCost, ...]
    priced_region: str
    priced_as_of: str
    on_demand_ratio: float = 0.0
    course_ratio: float = 0.0


@dataclass(frozen=True, slots=True)
class TableLoad:
    """What one table, with all its indexes, had to do in the last `seconds`.

    `reads` and `writes` are consumed units. `provisioned` units a second (read, write) are the
    table's own; None on demand. `throttled` and `failed` are parts of `requests`.
    """

    table: str
    mode: str
    reads: float
    writes: float
    provisioned: tuple[float, float] | None
    requests: int
    throttled: int
    failed: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where an item, or index entry, lives: partition `number` of `count`, counted from 1."""

    number: int
    count: int


@dataclass(frozen=True, slots=True)
class Datapoint:
    """A metric in the stretch that begins at `at_s`, with CloudWatch's statistics.

    `total` is Sum. `samples`, `low` and `high` are SampleCount, Minimum and Maximum, None of
    consumed units, which are only added up; percentiles are told of latencies. Latencies are
    milliseconds, right to a tenth but for their sum.
    """

    at_s: int
    total: float
    samples: int | None = None
    low: float | None = None
    high: float | None = None
    p50: float | None = None
    p90: float | None = None
    p99: float | None = None

    @property
    def mean(self) -> float | None:
        """CloudWatch's Average."""
        return self.total / self.samples if self.samples else None
