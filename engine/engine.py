"""The engine: one Region of a DynamoDB in a folder of files, with all its operations and tools."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from engine.answering import begin, decode_answer, decode_error, dump_wire, finish, load_wire
from engine.client.changes import ALL_CHANGES, Changes
from engine.client.closing import Closing
from engine.client.keys import KeyTools, TableKey
from engine.client.methods import OperationMethods
from engine.client.protocol import (
    OWNER,
    Context,
    Existing,
    Explanation,
    Json,
    LoadProgress,
    PastClient,
    Removal,
    StorageReport,
    StoredItems,
)
from engine.clock import SYSTEM_CLOCK, Clock
from engine.errors import (
    ApiError,
    ValidationException,
)
from engine.late import late
from engine.operations import OPERATIONS
from engine.operations.region import DEFAULT_SETTINGS, Region, Settings, Write
from engine.recovery_tools import RecoveryMethods
from engine.storage.database import Options

if TYPE_CHECKING:
    from engine.account import Account
    from engine.capacity.prometheus import Exposition
    from engine.client.capacity import CapacityReport, Datapoint, Place, TableLoad
    from engine.client.history import Change, ItemDiff, Undone, Window
    from engine.loop import LoopEngine, LoopThreads
    from engine.storage.loop_writer import CallSoon

_load_items: Callable[..., int] = late("engine.operations.load", "load_items")
_stored_items: Callable[..., StoredItems] = late("engine.operations.stored", "stored_items")
_stored_at: Callable[..., StoredItems] = late("engine.recovery.stored_at", "stored_at")
_import_errors: Callable[..., list[Json]] = late("engine.operations.imports", "import_errors")
_expire: Callable[..., int] = late("engine.operations.ttl", "expire")
_due: Callable[..., int] = late("engine.operations.ttl", "due")
_expiring: Callable[..., int] = late("engine.operations.ttl", "expiring")
_fills: Callable[..., dict[str, float]] = late("engine.operations.index_updates", "fills")
_explain: Callable[..., Explanation] = late("engine.operations.explain", "explain")
_reads_at: Callable[..., PastClient] = late("engine.recovery.reads_at", "reads_at")
_window: Callable[..., Window] = late("engine.recovery.history", "window")
_history: Callable[..., list[Change]] = late("engine.recovery.history", "history")
_density: Callable[..., tuple[int, ...]] = late("engine.recovery.history", "density")
_diff: Callable[..., Iterator[ItemDiff]] = late("engine.recovery.diff", "diff")
_undo: Callable[..., list[Undone]] = late("engine.recovery.undo", "undo")
_report: Callable[..., StorageReport] = late("engine.storage.inspection", "report")
_check: Callable[..., list[str]] = late("engine.storage.inspection", "check")
_partition_of: Callable[..., Place] = late("engine.operations.partition_heat", "partition_of")
_capacity_report: Callable[..., CapacityReport] = late(
    "engine.operations.capacity_report", "capacity_report"
)
_capacity_overview: Callable[..., tuple[TableLoad, ...]] = late(
    "engine.operations.capacity_report", "capacity_overview"
)
_metrics: Callable[..., tuple[Datapoint, ...]] = late("engine.operations.metric_series", "metrics")
_exposition: Callable[..., Exposition] = late("engine.capacity.prometheus", "Exposition")
_expose: Callable[..., None] = late("engine.operations.capacity_report", "expose")
_compact: Callable[..., None] = late("engine.storage.inspection", "compact")
_table_keys: Callable[..., tuple[TableKey, ...]] = late(
    "engine.operations.encryption", "table_keys"
)
_region_keys: Callable[..., KeyTools] = late("engine.security.keys", "region_keys")


class Engine(OperationMethods, RecoveryMethods, Closing):
    """A DynamoDB Region: a `Client`, and the `LocalTools` that only an engine offers.

    Safe to use from several threads; several processes may open the same folder at once.
    """

    def __init__(self, region: Region, account: Account | None = None) -> None:
        self._region = region
        self._account = account
        self._owns_account = False

    @classmethod
    def open(
        cls,
        path: str | Path,
        region: str = "us-east-1",
        *,
        durability: str | None = None,
        settings: Settings | None = None,
        throttling: str | None = None,
        clock: Clock = SYSTEM_CLOCK,
    ) -> Engine:
        """Open a Region of a data folder; folder and Region are made where they are missing.

        `durability`: "full" or "relaxed" (see `Options`). `throttling`: whether requests beyond a
        table's capacity are refused, "enforce", "warn" or "off".
        Raises `engine.errors.FolderError`.
        """
        from engine.account import Account

        account = Account.open(
            path, clock=clock, durability=durability, settings=settings, throttling=throttling
        )
        try:
            engine = account.engine(region)
        except BaseException:
            account.close()
            raise
        engine._owns_account = True
        return engine

    @classmethod
    def in_memory(
        cls,
        region: str = "us-east-1",
        *,
        settings: Settings = DEFAULT_SETTINGS,
        clock: Clock = SYSTEM_CLOCK,
        image: bytes | None = None,
    ) -> Engine:
        """A Region that lives in this process only, and is gone with it.

        `image`: what it begins with, as another one's `image` gave it.
        """
        keys = cache(lambda name: _region_keys(None, name, clock))
        options = Options(history_hours=0, image=image)
        return cls(Region.open(region, None, clock, settings, options, keys))

    def image(self) -> bytes:
        """All tables of a Region in memory, with which any number of others may begin.

        Raises `ValueError` for a Region in a folder.
        """
        return self._region.database.image()

    # The one call.

    @staticmethod
    def operations() -> frozenset[str]:
        """The names of the operations that an engine answers."""
        return frozenset(OPERATIONS)

    def call(self, operation: str, request: Json, context: Context = OWNER) -> Json:
        """Answer one request; see `Client.call`."""
        try:
            response = self._answer(operation, request, context)
        except ApiError as error:
            decode_error(error)
            raise
        decode_answer(response)
        return response

    def call_wire(self, operation: str, body: bytes, context: Context = OWNER) -> bytes:
        """Answer one request as JSON, byte for byte as the service's protocol has it.

        Stored items are spliced into the answer without being decoded.
        """
        return dump_wire(self._answer(operation, load_wire(body), context))

    def on_loop(self, call_soon: CallSoon, threads: LoopThreads) -> LoopEngine:
        """The same engine for an event loop; `call_soon` is its `call_soon_threadsafe`."""
        from engine.loop import LoopEngine

        self._region.metrics.hurry()
        return LoopEngine(self, self._region, call_soon, threads)

    def _answer(self, operation: str, request: Json, context: Context) -> Json:
        """Answer a request, in the caller's thread.

        Attribute maps of the answer are encoded JSON (`bytes`), all else is plain.
        """
        begun = begin(self._region, operation, request, context)
        if not isinstance(begun, Write):
            return begun
        if self._region.past is not None:
            begun.release()
            raise ValidationException("The past can only be read")
        return finish(
            self._region, operation, request, begun, lambda: self._region.database.write(begun.work)
        )

    # LocalTools.

    @property
    def region(self) -> str:
        """See `LocalTools.region`."""
        return self._region.name

    def load_items(
        self,
        table: str,
        items: Iterable[Json | Removal],
        context: Context = OWNER,
        on_progress: Callable[[LoadProgress], None] | None = None,
        on_rejected: Callable[[int, ApiError], None] | None = None,
        existing: Existing = "replace",
    ) -> int:
        """See `LocalTools.load_items`."""
        return _load_items(self._region, table, items, context, on_progress, on_rejected, existing)

    def stored_items(
        self, table: str, context: Context = OWNER, at_s: float | None = None
    ) -> StoredItems:
        """See `LocalTools.stored_items`."""
        if at_s is None:
            return _stored_items(self._region, table, context)
        return _stored_at(self._region, table, context, at_s)

    def expire(self, table: str, context: Context = OWNER) -> int:
        """See `LocalTools.expire`."""
        return _expire(self._region, table, context)

    def due(self, table: str) -> int:
        """See `LocalTools.due`."""
        return _due(self._region, table)

    def expiring(self, table: str) -> int:
        """See `LocalTools.expiring`."""
        return _expiring(self._region, table)

    def fills(self, table: str) -> dict[str, float]:
        """See `LocalTools.fills`."""
        return _fills(self._region, table)

    def explain(
        self, statement: str, parameters: Sequence[Json] = (), consistent: bool = False
    ) -> Explanation:
        """See `LocalTools.explain`."""
        return _explain(self._region, statement, parameters, consistent)

    def at(self, when_s: float) -> PastClient:
        """See `LocalTools.at`."""
        return _reads_at(self._region, when_s, Engine)

    def window(self, table: str) -> Window:
        """See `LocalTools.window`."""
        return _window(self._region, table)

    def history(
        self,
        table: str,
        which: Changes = ALL_CHANGES,
        limit: int = 100,
        before: int | None = None,
    ) -> list[Change]:
        """See `LocalTools.history`."""
        return _history(self._region, table, which, limit, before)

    def density(self, table: str, after_s: float, until_s: float, parts: int) -> tuple[int, ...]:
        """See `LocalTools.density`."""
        return _density(self._region, table, after_s, until_s, parts)

    def diff(self, table: str, from_s: float, to_s: float | None = None) -> Iterator[ItemDiff]:
        """See `LocalTools.diff`."""
        return _diff(self._region, table, from_s, to_s)

    def undo(
        self, table: str, which: Changes, *, only_last: bool = False, context: Context = OWNER
    ) -> list[Undone]:
        """See `LocalTools.undo`."""
        return _undo(self._region, table, which, only_last, context)

    def import_errors(self, import_arn: str) -> list[Json]:
        """See `LocalTools.import_errors`."""
        return _import_errors(self._region, import_arn)

    def partition_of(self, table: str, key: Json, index: str | None = None) -> Place:
        """See `LocalTools.partition_of`."""
        return _partition_of(self._region, table, key, index)

    def capacity_report(self, table: str, window_s: int = 600) -> CapacityReport:
        """See `LocalTools.capacity_report`."""
        return _capacity_report(self._region, table, window_s)

    def capacity_overview(self, window_s: int = 600) -> tuple[TableLoad, ...]:
        """See `LocalTools.capacity_overview`."""
        return _capacity_overview(self._region, window_s)

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
        """See `LocalTools.metrics`."""
        return _metrics(self._region, table, name, since_s, until_s, width_s, index, operation)

    def prometheus(self) -> str:
        """See `LocalTools.prometheus`."""
        return prometheus_text([self])

    def storage_report(self) -> StorageReport:
        """See `LocalTools.storage_report`."""
        return _report(self._region.database)

    def check(self) -> list[str]:
        """See `LocalTools.check`."""
        return _check(self._region.database)

    def compact(self) -> None:
        """See `LocalTools.compact`."""
        _compact(self._region.database)

    @property
    def keys(self) -> KeyTools:
        """See `LocalTools.keys`."""
        return self._region.database.data_keys.keys

    def table_keys(self) -> tuple[TableKey, ...]:
        """See `LocalTools.table_keys`."""
        return _table_keys(self._region)

    def regions_with_tables(self) -> dict[str, int]:
        """See `LocalTools.regions_with_tables`."""
        if self._account is not None:
            return self._account.regions_with_tables()
        count = self.table_count()
        return {self.region: count} if count else {}

    def table_count(self) -> int:
        """How many tables the Region has."""
        now_us = self._region.clock.now_us()
        tables = self._region.database.reload_catalog().tables.values()
        return sum(not table.is_gone(now_us) for table in tables)

    # Life.

    @property
    def is_closed(self) -> bool:
        """Whether every further request is refused."""
        return self._region.database.is_closed

    def close(self) -> None:
        """Close the Region's files; a second close does nothing.

        Requests at work are finished, later ones are refused with `InternalServerError`.
        """
        if self._owns_account and self._account is not None:
            self._account.close()
        else:
            self.close_region()

    def close_region(self) -> None:
        """Close this Region's files and leave the account, if it has one, open."""
        self._region.close()


def prometheus_text(engines: Iterable[Engine]) -> str:
    """The metrics of all tables of these Regions, in Prometheus' text format 0.0.4."""
    exposition = _exposition()
    for engine in engines:
        _expose(engine._region, exposition)
    return exposition.text()
