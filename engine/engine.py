"""The engine: one Region of a DynamoDB in a folder of files; the way of a request."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

import orjson

from engine.client.methods import OperationMethods
from engine.client.protocol import OWNER, Context, Json, LoadProgress, StorageReport
from engine.clock import SYSTEM_CLOCK, Clock
from engine.errors import (
    ApiError,
    SerializationException,
    UnknownOperationException,
    ValidationException,
)
from engine.model.service import service_model
from engine.model.validation import check_types, validate
from engine.model.values import to_python
from engine.operations import OPERATIONS
from engine.operations.load import load_items
from engine.operations.region import Region
from engine.storage.database import Database, Options
from engine.storage.inspection import check, compact, report

if TYPE_CHECKING:
    from engine.account import Account


class Engine(OperationMethods):
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
        durability: str = "full",
        table_delay_s: float = 0.0,
        clock: Clock = SYSTEM_CLOCK,
    ) -> Engine:
        """Open a Region of a data folder; folder and Region are made where they are missing.

        `durability`: "full" or "relaxed" (see `Options`). Raises `engine.errors.FolderError`.
        """
        from engine.account import Account

        account = Account.open(
            path, clock=clock, durability=durability, table_delay_s=table_delay_s
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
        cls, region: str = "us-east-1", *, table_delay_s: float = 0.0, clock: Clock = SYSTEM_CLOCK
    ) -> Engine:
        """A Region that lives in this process only, and is gone with it."""
        database = Database(None, region, clock, Options(history_hours=0))
        return cls(Region(region, database, clock, table_delay_s))

    # The one call.

    def call(self, operation: str, request: Json, context: Context = OWNER) -> Json:
        """Answer one request; see `Client.call`."""
        try:
            response = self._answer(operation, request, context)
        except ApiError as error:
            item = error.members.get("Item")
            if item is not None:
                error.members["Item"] = _decode(orjson.dumps(item))
            raise
        for member, value in response.items():
            if type(value) is bytes:
                response[member] = _decode(value)
        return response

    def call_wire(self, operation: str, body: bytes, context: Context = OWNER) -> bytes:
        """Answer one request as JSON, byte for byte as the service's protocol has it.

        Stored items are spliced into the answer without being decoded.
        """
        try:
            request = orjson.loads(body)
        except orjson.JSONDecodeError as error:
            raise SerializationException("") from error
        response = self._answer(operation, request, context)
        return orjson.dumps(response, default=orjson.Fragment)

    def _answer(self, operation: str, request: Json, context: Context) -> Json:
        """The way of a request: validated, carried out in one transaction, answered.

        Attribute maps of the answer are encoded JSON (`bytes`), all else is plain.
        """
        work = OPERATIONS.get(operation)
        if work is None:
            raise _unknown(operation)
        validate(operation, request)
        try:
            return work(self._region, request, context)
        except ValidationException:
            # A wrong JSON type anywhere in the request comes before any broken rule.
            check_types(operation, request)
            raise

    # LocalTools.

    @property
    def region(self) -> str:
        """See `LocalTools.region`."""
        return self._region.name

    def load_items(
        self,
        table: str,
        items: Iterable[Json],
        context: Context = OWNER,
        on_progress: Callable[[LoadProgress], None] | None = None,
    ) -> int:
        """See `LocalTools.load_items`."""
        return load_items(self._region, table, items, context, on_progress)

    def storage_report(self) -> StorageReport:
        """See `LocalTools.storage_report`."""
        return report(self._region.database)

    def check(self) -> list[str]:
        """See `LocalTools.check`."""
        return check(self._region.database)

    def compact(self) -> None:
        """See `LocalTools.compact`."""
        compact(self._region.database)

    def regions_with_tables(self) -> dict[str, int]:
        """See `LocalTools.regions_with_tables`."""
        if self._account is not None:
            return self._account.regions_with_tables()
        now_us = self._region.clock.now_us()
        tables = self._region.database.reload_catalog().tables.values()
        count = sum(not table.is_gone(now_us) for table in tables)
        return {self.region: count} if count else {}

    # Life.

    def close(self) -> None:
        """Close the Region's files; a second close does nothing."""
        if self._owns_account and self._account is not None:
            self._account.close()
        else:
            self._region.database.close()

    def __enter__(self) -> Engine:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.close()


def _decode(raw: bytes) -> Any:
    """An attribute map, or a list of them, with `bytes` for binary values."""
    decoded = orjson.loads(raw)
    # Bytes that look so inside a string cost a needless walk, nothing more.
    if b'"B":"' not in raw and b'"BS":[' not in raw:
        return decoded
    if isinstance(decoded, list):
        return [to_python(item) for item in decoded]
    return to_python(decoded)


def _unknown(operation: str) -> UnknownOperationException:
    if operation in service_model().operations:
        return UnknownOperationException(f"{operation} is not available here")
    return UnknownOperationException(f"{operation} is not an operation of DynamoDB")
