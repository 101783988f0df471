"""What operations work on: one Region's storage, its clock, its name and its settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Generic, TypeVar

from engine.archives.shelf import Shelves
from engine.capacity.history import History
from engine.capacity.meter import Meter
from engine.capacity.metrics import Metrics
from engine.capacity.points import MemoryPoints
from engine.capacity.purses import MemoryStates
from engine.capacity.shared import SharedStates
from engine.capacity.tally import Tally, begin_anew
from engine.client.keys import KeyTools
from engine.client.protocol import Json
from engine.clock import Clock
from engine.errors import (
    ApiError,
    FolderError,
    ResourceNotFoundException,
    TableKeyDenied,
    ValidationException,
)
from engine.late import late
from engine.operations.naming import tables_named
from engine.operations.partition_splits import Splitter
from engine.storage.catalog import ARCHIVED, Catalog, Index, Table
from engine.storage.data_keys import KEY_DENIED
from engine.storage.database import Database, Options
from engine.storage.folder import DataFolder
from engine.storage.inflight import KeysInFlight
from engine.storage.meter_file import MeterFile
from engine.storage.reader import Read
from engine.storage.writer import Work

if TYPE_CHECKING:
    from engine.storage.past import Past

T = TypeVar("T")

_past_at: Callable[[Database, int], Past] = late("engine.storage.past", "past_at")

ACCOUNT_ID = "000000000000"
ARCHIVAL = "ArchivalSummary"
"""The setting of an archived table that says when and where to."""
THROTTLING = ("enforce", "warn", "off")
FOLDER_THROTTLING = "enforce"
"""What holds for a data folder that says nothing; a Region in memory is not throttled."""


def _nothing() -> None:
    """What there is to release where nothing was claimed."""


class Write(Generic[T]):
    """A writing operation that is prepared: what is left is its transaction, and then its answer.

    Whoever called decides how to wait for the transaction: a thread does, an event loop does not.
    `release` is called once the transaction is over, however it ended. `tally` is the request's,
    from when it is on its way.
    """

    __slots__ = ("answer", "release", "tally", "work")

    def __init__(
        self,
        work: Work[T],
        answer: Callable[[T], Json],
        release: Callable[[], None] = _nothing,
    ) -> None:
        self.work = work
        self.answer = answer
        self.release = release
        self.tally: Tally


@dataclass(frozen=True, slots=True)
class Settings:
    """How a Region behaves where that can be chosen.

    `table_delay_s`: how long a table takes to be made or changed. `collection_bytes_max`: the limit
    of an item collection in a table with local indexes. `ttl_change_interval_s`: how long after a
    change of Time to Live another is refused; the service waits for an hour. `read_lag_s`: by how
    much eventually consistent reads may lag behind (not in memory). `pitr_lag_s`: how long ago the
    latest time is that point-in-time recovery restores; the service has 300.
    `transaction_conflicts`: "wait" lets writers wait for each other, "service" refuses a write of
    an item that a transaction in flight is about. `wording`: "classic" or "2026", how refusals are
    worded. `throttling`: "enforce" refuses what is beyond a table's capacity, "warn" only counts
    it, "off" does not ask. `on_demand_switches`: how often a table may be switched to on demand
    within 24 hours, 0 without a limit; `key_switches`: the same of the key that it is under.
    `trash_days`: how long the items of a table are kept that a person drops, empties or replaces.
    `buckets`: paths and addresses of buckets that are elsewhere than in the data folder, by their
    names.
    """

    table_delay_s: float = 0.0
    collection_bytes_max: int = 10 * 1024**3
    ttl_change_interval_s: float = 0.0
    read_lag_s: float = 0.0
    pitr_lag_s: float = 0.0
    transaction_conflicts: str = "wait"
    wording: str = "classic"
    throttling: str = "off"
    trash_days: float = 7.0
    buckets: Mapping[str, str] = field(default_factory=dict)
    on_demand_switches: int = 4
    key_switches: int = 4


DEFAULT_SETTINGS = Settings()


def table_arn(region_name: str, table_name: str) -> str:
    """The ARN of a table of a Region."""
    return f"arn:aws:dynamodb:{region_name}:{ACCOUNT_ID}:table/{table_name}"


@dataclass(frozen=True, slots=True)
class Region:
    """One Region of an account."""

    name: str
    database: Database
    clock: Clock
    settings: Settings
    meter: Meter
    metrics: Metrics
    history: History
    splitter: Splitter
    shelves: Shelves
    meter_file: MeterFile | None = None
    in_flight: KeysInFlight | None = None
    past: Past | None = None
    neighbour: Callable[[str], Region] | None = None

    @classmethod
    def open(
        cls,
        name: str,
        folder: DataFolder | None,
        clock: Clock,
        settings: Settings,
        options: Options,
        keys: Callable[[str], KeyTools],
    ) -> Region:
        """Open a Region of a folder, or one in memory; raises `engine.errors.FolderError`.

        `keys` gives the key store of a Region.
        """
        lagging = replace(options, read_lag_s=settings.read_lag_s)
        database = Database(folder, name, clock, lagging, partial(keys, name))
        database.before_reading_again = begin_anew
        shelves = Shelves(folder, name, keys)
        in_flight = None
        if settings.transaction_conflicts == "service":
            path = None if database.path is None else database.path.with_name("inflight.lock")
            in_flight = KeysInFlight(path)
        meter_file, splitter = database.open_meter(), Splitter(database)
        states = MemoryStates() if meter_file is None else SharedStates(meter_file)
        meter = Meter(states, clock, splitter.ask, asks=settings.throttling != "off")
        points = meter_file or MemoryPoints()
        named = partial(tables_named, database, table_arn(name, ""))
        return cls(
            name=name,
            database=database,
            clock=clock,
            settings=settings,
            meter=meter,
            metrics=Metrics(points, clock, named, alone=meter_file is None),
            history=History(points),
            splitter=splitter,
            shelves=shelves,
            meter_file=meter_file,
            in_flight=in_flight,
        )

    @property
    def enforces(self) -> bool:
        """Whether requests beyond a table's capacity are refused."""
        return self.settings.throttling == "enforce"

    def read(self, work: Read[T], consistent: bool) -> T:
        """Do `work` in a read transaction; one that is not consistent may lag behind.

        In a Region as of a time, items are as they were.
        """
        if self.past is not None:
            return self.past.read(work)
        database = self.database
        return database.read(work) if consistent else database.read_eventually(work)

    def as_of(self, at_us: int) -> Region:
        """The same Region as of a time, for reading only; nothing is drawn, or counted.

        Raises `InvalidRestoreTimeException` where the time has not come yet.
        """
        clock = self.clock
        return replace(
            self,
            past=_past_at(self.database, at_us),
            meter=Meter(MemoryStates(), clock, self.splitter.ask, asks=False),
            metrics=Metrics(MemoryPoints(), clock, lambda _: (), alone=True),
        )

    def forget(self, table: Table) -> None:
        """Forget what was measured of a table that is gone, and what is left of its capacity."""
        with suppress(ApiError):
            self.meter.forget(table.table_id)
            self.metrics.forget(table.table_id)

    def close(self) -> None:
        """Close the Region's files; a second close does nothing."""
        self.splitter.close()
        self.database.close()
        self.shelves.close()
        with suppress(ApiError):
            self.meter.close()
        self.metrics.close()
        if self.meter_file is not None:
            self.meter_file.close()
        if self.in_flight is not None:
            self.in_flight.close()

    def other(self, name: str) -> Region:
        """A Region of the same account; raises `ValidationException` where there can be none."""
        if name == self.name:
            return self
        if self.neighbour is None:
            raise ValidationException(f"Nothing is known here of the Region {name}")
        try:
            return self.neighbour(name)
        except FolderError as error:
            raise ValidationException(str(error)) from error

    def of_arn(self, arn: str) -> Region:
        """The Region that an ARN names; this one where it is no ARN."""
        parts = arn.split(":")
        return self.other(parts[3]) if parts[0] == "arn" and len(parts) > 3 else self

    def table_arn(self, table_name: str) -> str:
        """The ARN of a table of this Region."""
        return table_arn(self.name, table_name)

    def table_name(self, name_or_arn: str) -> str:
        """The name that a TableName parameter means; an ARN is accepted too."""
        if not name_or_arn.startswith("arn:"):
            return name_or_arn
        prefix = self.table_arn("")
        if not name_or_arn.startswith(prefix):
            raise ValidationException(
                f"Invalid TableArn: Invalid ResourceArn provided as input {name_or_arn}"
            )
        return name_or_arn.removeprefix(prefix)

    def data_table(self, catalog: Catalog, name_or_arn: str) -> Table:
        """The table that a data request names; one in creation or deletion counts as missing."""
        table = catalog.tables.get(name_or_arn)
        if table is None:
            table = catalog.tables.get(self.table_name(name_or_arn))
        if table is None or (
            table.changing in ("CREATING", "DELETING")
            and (table.changing == "DELETING" or table.status(self.clock.now_us()) == "CREATING")
        ):
            raise ResourceNotFoundException("Requested resource not found")  # E087
        if table.encryption is not None:
            self.require_key(catalog, table)
        return table

    def require_key(self, catalog: Catalog, table: Table) -> None:
        """Raises `TableKeyDenied` where a KMS key is of no use that values of a table are under,
        or was for so long that the table is archived."""
        if table.changing == ARCHIVED:
            backup = table.settings[ARCHIVAL]["ArchivalBackupArn"]
            raise TableKeyDenied(
                f"{KEY_DENIED}the key was of no use for 7 days and the table is "
                f"archived, its items are in the backup {backup} (Table: {table.name})"
            )
        if table.encryption is not None:
            data_keys = self.database.data_keys
            data_keys.require(table.name, table.encryption, catalog.data_keys)

    def known_table(self, catalog: Catalog, name_or_arn: str) -> Table:
        """The table that a control request names."""
        name = self.table_name(name_or_arn)
        table = catalog.tables.get(name)
        if table is None or table.is_gone(self.clock.now_us()):
            raise ResourceNotFoundException(  # E088
                f"Requested resource not found: Table: {name} not found"
            )
        return table

    def readable_table(self, catalog: Catalog, name_or_arn: str) -> Table:
        """A table whose items can be read; one that is missing is named."""
        self.known_table(catalog, name_or_arn)
        return self.data_table(catalog, name_or_arn)

    def readable_index(self, table: Table, name: str) -> Index:
        """The index that a read names."""
        index = table.index(name)
        if index is None:
            raise ValidationException(f"The table does not have the specified index: {name}")
        if index.status(self.clock.now_us()) == "CREATING":
            raise ValidationException(
                f"Cannot read from backfilling global secondary index: {name}"
            )
        return index
