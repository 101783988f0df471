"""What operations work on: one Region's storage, its clock, its name and its settings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Generic, TypeVar

from engine.archives.shelf import Shelves
from engine.capacity.meter import Meter
from engine.capacity.purses import MemoryStates
from engine.client.protocol import Json
from engine.clock import Clock
from engine.errors import FolderError, ResourceNotFoundException, ValidationException
from engine.late import late
from engine.storage.catalog import Catalog, Index, Table
from engine.storage.database import Database, Options, Read
from engine.storage.folder import DataFolder
from engine.storage.inflight import KeysInFlight
from engine.storage.meter_file import MeterFile
from engine.storage.writer import Work

if TYPE_CHECKING:
    from engine.storage.past import Past

T = TypeVar("T")

_past_at: Callable[[Database, int], Past] = late("engine.storage.past", "past_at")

ACCOUNT_ID = "000000000000"
THROTTLING = ("enforce", "warn", "off")


def _nothing() -> None:
    """What there is to release where nothing was claimed."""


class Write(Generic[T]):
    """A writing operation that is prepared: what is left is its transaction, and then its answer.

    Whoever called decides how to wait for the transaction: a thread does, an event loop does not.
    `release` is called once the transaction is over, however it ended.
    """

    __slots__ = ("answer", "release", "work")

    def __init__(
        self,
        work: Work[T],
        answer: Callable[[T], Json],
        release: Callable[[], None] = _nothing,
    ) -> None:
        self.work = work
        self.answer = answer
        self.release = release


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
    it, "off" does not ask.
    `trash_days`: how long the items of a table are kept that a person drops, empties or replaces.
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


DEFAULT_SETTINGS = Settings()


@dataclass(frozen=True, slots=True)
class Region:
    """One Region of an account."""

    name: str
    database: Database
    clock: Clock
    settings: Settings
    shelves: Shelves
    in_flight: KeysInFlight | None = None
    meter: Meter | None = None
    meter_file: MeterFile | None = None
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
    ) -> Region:
        """Open a Region of a folder, or one in memory; raises `engine.errors.FolderError`."""
        database = Database(folder, name, clock, replace(options, read_lag_s=settings.read_lag_s))
        shelves = Shelves(folder, name)
        in_flight = None
        if settings.transaction_conflicts == "service":
            path = None if database.path is None else database.path.with_name("inflight.lock")
            in_flight = KeysInFlight(path)
        if settings.throttling == "off":
            return cls(name, database, clock, settings, shelves, in_flight)
        meter_file = database.open_meter()
        states = MemoryStates() if meter_file is None else meter_file
        meter = Meter(states, clock)
        return cls(name, database, clock, settings, shelves, in_flight, meter, meter_file)

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
        """The same Region as of a time, for reading only; draws no capacity.

        Raises `InvalidRestoreTimeException` where the time has not come yet.
        """
        return replace(self, past=_past_at(self.database, at_us), meter=None)

    def close(self) -> None:
        """Close the Region's files."""
        # A forked child, and a second close, leave the shared file alone.
        if self.meter is not None and not self.database.is_closed:
            self.meter.close()
            if self.meter_file is not None:
                self.meter_file.close()
        self.database.close()
        self.shelves.close()
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
        return f"arn:aws:dynamodb:{self.name}:{ACCOUNT_ID}:table/{table_name}"

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
        return table

    def known_table(self, catalog: Catalog, name_or_arn: str) -> Table:
        """The table that a control request names."""
        name = self.table_name(name_or_arn)
        table = catalog.tables.get(name)
        if table is None or table.is_gone(self.clock.now_us()):
            raise ResourceNotFoundException(  # E088
                f"Requested resource not found: Table: {name} not found"
            )
        return table

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
