"""The one interface: a named operation, a request, an answer, a typed error.

`Engine` is a `Client`; layers are Clients around a Client; every face holds a Client and
nothing else. What a face needs beyond DynamoDB's API is `LocalTools`, which only an engine offers.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, Protocol, runtime_checkable

from engine.client.changes import ALL_CHANGES, Changes
from engine.client.keys import KeyTools, TableKey
from engine.client.recovery_tools import RecoveryTools
from engine.errors import ApiError

if TYPE_CHECKING:
    from engine.client.capacity import CapacityReport, Datapoint, Place, TableLoad
    from engine.client.history import Change, ItemDiff, Undone, Window

Json = dict[str, Any]

Existing = Literal["replace", "keep", "refuse"]
"""What becomes of an item that a table has, where another of the same key is put."""

DUE_MAX = 10_000
"""As far as expired items are counted."""

StoredItems = Generator[tuple[bytes, int], None, None]
"""Items as JSON, each with its size in bytes."""


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
class Removal:
    """In a bulk load: the item under this key is to be removed, if it is there."""

    key: Json


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
    change_log_bytes: int
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

    @classmethod
    def of_write(
        cls, operation: str, table: str, keys: tuple[str, ...], rest: str | None, units: float
    ) -> Explanation:
        """What a statement that writes one item will do; `rest` is its condition beyond the key."""
        return cls(
            operation=operation,
            table=table,
            index=None,
            keys=keys,
            filter=rest,
            descending=False,
            items=1,
            exact=True,
            units=units,
            full_scan=False,
            better=(),
        )


class PastClient(Client, Protocol):
    """A Client of the past: answers reading operations as of one time; to be closed."""

    def close(self) -> None:
        """Give back what was kept for the reads."""
        ...

    def __enter__(self) -> PastClient: ...

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None: ...


@runtime_checkable
class Layer(Protocol):
    """A Client around a Client that passes items on as they are."""

    @property
    def inner(self) -> Client:
        """The Client inside."""
        ...


@runtime_checkable
class TimeTravel(Protocol):
    """What can give a Client of its past."""

    def at(self, when_s: float) -> PastClient:
        """A Client that reads as of a time, in seconds since the epoch: items as they were then.

        It answers GetItem, BatchGetItem, Query, Scan, statements that read, and describes tables as
        they are today; nothing is charged. Raises `InvalidRestoreTimeException` where the time has
        not come yet; so do its calls, where a table's past does not reach back that far.
        """
        ...


class LocalTools(TimeTravel, RecoveryTools, Protocol):
    """What only an engine offers, beyond DynamoDB's API."""

    @property
    def region(self) -> str:
        """The Region's name, such as `us-east-1`."""
        ...

    @property
    def keys(self) -> KeyTools:
        """The Region's key store."""
        ...

    def table_keys(self) -> tuple[TableKey, ...]:
        """Which key each table is under, by name; with the progress of those being switched.

        UpdateTable with an SSESpecification switches a table to another key.
        """
        ...

    def load_items(
        self,
        table: str,
        items: Iterable[Json | Removal],
        context: Context = OWNER,
        on_progress: Callable[[LoadProgress], None] | None = None,
        on_rejected: Callable[[int, ApiError], None] | None = None,
        existing: Existing = "replace",
    ) -> int:
        """Put many items in key order with few commits; gives how many were written.

        Each item is validated as PutItem would, all of them before the first is written. A bad one
        raises its `ApiError`; `on_rejected` is told of it instead, with its place in the order from
        0, and the others are written. A later item replaces an earlier one with the same key.
        `existing` says what becomes of an item of the same key that the table has: one that is to
        be refused raises `ConditionalCheckFailedException`, as a bad one does.
        """
        ...

    def stored_items(
        self, table: str, context: Context = OWNER, at_s: float | None = None
    ) -> StoredItems:
        """All items as JSON and their sizes in bytes, in key order, from one read snapshot.

        The JSON is the attribute map as the wire has it. `at_s` is the time as of which they are,
        in seconds since the epoch; None is now. For the caller to close. Raises `ApiError` when
        the first is asked for, as where the table's past does not reach back that far.
        """
        ...

    def expire(self, table: str, context: Context = OWNER) -> int:
        """Delete what has expired by the table's Time to Live, now; gives how many items.

        That happens by itself too, some time later. Raises `ApiError`.
        """
        ...

    def due(self, table: str) -> int:
        """How many items have expired and are not deleted yet, 10,000 at most; raises `ApiError`.

        Where Time to Live is being turned on, as far as they are noted.
        """
        ...

    def expiring(self, table: str) -> int:
        """How many items have a time by which they expire, past or to come; otherwise as `due`."""
        ...

    def fills(self, table: str) -> dict[str, float]:
        """How much of the table each new global index has been filled from, 0 to 1, by its name.

        Those that are filled are not among them. Raises `ApiError`.
        """
        ...

    def explain(
        self, statement: str, parameters: Sequence[Json] = (), consistent: bool = False
    ) -> Explanation:
        """What a PartiQL statement will do and cost; nothing is done, nothing is charged.

        Parameters that are not given yet may be missing. Raises `ApiError`.
        """
        ...

    def window(self, table: str) -> Window:
        """Between which times a table's past can be read; raises `ApiError`."""
        ...

    def history(
        self,
        table: str,
        which: Changes = ALL_CHANGES,
        limit: int = 100,
        before: int | None = None,
    ) -> list[Change]:
        """The newest changes of a table, the newest first; of these, those before a number.

        Of one item they cost by their number; others are looked for from the newest change on.
        Raises `ApiError`, as where nothing is kept of the table's past.
        """
        ...

    def density(self, table: str, after_s: float, until_s: float, parts: int) -> tuple[int, ...]:
        """How many changes a table had in each of so many equal parts of a stretch of time."""
        ...

    def diff(self, table: str, from_s: float, to_s: float | None = None) -> Iterator[ItemDiff]:
        """What is not the same at two times, in key order; `to_s` None is now.

        Costs by what changed in between; the keys of that are in memory. Raises `ApiError`, as
        where a time is out of the table's window.
        """
        ...

    def undo(
        self, table: str, which: Changes, *, only_last: bool = False, context: Context = OWNER
    ) -> list[Undone]:
        """Bring items back to what they were before the changes that are meant; all, or a part.

        `only_last`: before the newest write among them, all that this wrote. An item that was
        changed since by others is left as it is. What is brought back is written as any item is:
        it is in the change log (with the cause `undo`), so that it can be undone too, and draws
        capacity; where none is left, the rest is left too. Raises `ApiError`; refusals of single
        items are in the result, which ends where `context` cancels.
        """
        ...

    def import_errors(self, import_arn: str) -> list[Json]:
        """What an ImportTable could not take, as the service logs it, 10,000 entries at most.

        Raises `ImportNotFoundException`.
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

    def metrics(
        self,
        table: str,
        name: str,
        since_s: float,
        until_s: float,
        width_s: int = 60,
        *,
        index: str | None = None,
        operation: str | None = None,
    ) -> tuple[Datapoint, ...]:
        """A metric by CloudWatch's name, such as `ConsumedReadCapacityUnits`, in order of time.

        Stretches of 1, 60 or 3,600 seconds that begin before `until_s` and end after `since_s`, in
        seconds since the epoch; one in which nothing was measured is left out. Units and throttle
        events are those of the table, or of a global `index`; all else is of all operations, or of
        one. Raises `ApiError`.
        """
        ...

    def prometheus(self) -> str:
        """The metrics of all tables since the beginning, in Prometheus' text format 0.0.4."""
        ...

    def partition_of(self, table: str, key: Json, index: str | None = None) -> Place:
        """On which partition a partition key (an attribute map) lives; raises `ApiError`."""
        ...
