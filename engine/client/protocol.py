"""The one interface: a named operation, a request, an answer, a typed error.

`Engine` is a `Client`; layers are Clients around a Client; every face holds a Client and
nothing else. What a face needs beyond DynamoDB's API is `LocalTools`, which only an engine offers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from engine.client.capacity import CapacityReport, Place, TableLoad

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Context:
    """What a call carries beside its request.

    `principal` is who asks, `origin` why (person, script, ttl, restore, …); both end in the change
    log. `cancelled` is asked between steps of a long call.
    """

    principal: str = "owner"
    origin: str = "script"
    cancelled: Callable[[], bool] | None = None


OWNER = Context()


class Client(Protocol):
    """Anything that answers DynamoDB's operations."""

    def call(self, operation: str, request: Json, context: Context = OWNER) -> Json:
        """Answer one request.

        `request` has DynamoDB's members. A binary value is `bytes`, or the wire's base64 text.
        The answer has the API's members: binary values are `bytes`, numbers inside attribute
        values are text, times are seconds since the epoch. Raises `engine.errors.ApiError`.
        """
        ...


@dataclass(frozen=True, slots=True)
class LoadProgress:
    """How far a bulk load is: items taken from the caller, items written."""

    items_read: int
    items_written: int


@dataclass(frozen=True, slots=True)
class StorageSize:
    """What one table, or one index of it, holds. Sizes in bytes by DynamoDB's size rules."""

    name: str
    index_name: str | None
    item_count: int
    size_bytes: int


@dataclass(frozen=True, slots=True)
class StorageReport:
    """The state of a Region's files; sizes in bytes."""

    path: str | None
    file_bytes: int
    wal_bytes: int
    free_bytes: int
    change_log_entries: int
    change_log_oldest_us: int | None
    sizes: tuple[StorageSize, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a PartiQL statement will do.

    `operation` is the classic operation that does the same. `keys` are the item collections or
    ranges that are read, as conditions; `filter` is what is looked at after reading. `items` and
    `units` are what reading all of it takes, at least where `exact` is False. `better` names what
    would spare a full scan.
    """

    operation: str
    table: str
    index: str | None
    keys: tuple[str, ...]
    filter: str | None
    descending: bool
    items: int
    exact: bool
    units: float
    full_scan: bool
    better: tuple[str, ...]


class LocalTools(Protocol):
    """What only an engine offers, beyond DynamoDB's API."""

    @property
    def region(self) -> str:
        """The Region's name, such as `us-east-1`."""
        ...

    def load_items(
        self,
        table: str,
        items: Iterable[Json],
        context: Context = OWNER,
        on_progress: Callable[[LoadProgress], None] | None = None,
    ) -> int:
        """Put many items in key order with few commits; gives how many were written.

        Each item is validated as PutItem would, all of them before the first is written; a bad one
        raises its `ApiError`. A later item replaces an earlier one with the same key.
        """
        ...

    def explain(
        self, statement: str, parameters: Sequence[Json] = (), consistent: bool = False
    ) -> Explanation:
        """What a PartiQL statement will do and cost; nothing is done, nothing is charged.

        Parameters that are not given yet may be missing. Raises `ApiError`.
        """
        ...

    def storage_report(self) -> StorageReport:
        """Sizes of the files, the change log and every table."""
        ...

    def check(self) -> list[str]:
        """Read everything and compare it; gives one line per problem, none if all is well."""
        ...

    def compact(self) -> None:
        """Give free pages back to the file system and fold the write-ahead log into the file."""
        ...

    def regions_with_tables(self) -> dict[str, int]:
        """Regions of the same folder that hold tables, with how many."""
        ...

    def capacity_report(self, table: str, window_s: int = 600) -> CapacityReport:
        """What a table's capacity looked like in the last `window_s` seconds.

        The figures of other processes are as old as their last flush, a second at most.
        Raises `ApiError` where there is no such table, or where the window is longer than 35 days.
        """
        ...

    def capacity_overview(self, window_s: int = 600) -> tuple[TableLoad, ...]:
        """What each table of the Region had to do in the last `window_s` seconds, by name.

        Raises `ApiError` where the window is longer than 35 days.
        """
        ...

    def prometheus(self) -> str:
        """The metrics of all tables since the beginning, in Prometheus' text format 0.0.4."""
        ...

    def partition_of(self, table: str, key: Json, index: str | None = None) -> Place:
        """On which partition a partition key (an attribute map) lives; raises `ApiError`."""
        ...
