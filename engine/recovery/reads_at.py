"""Reads as of a time: a `Client` that answers the reading operations, and nothing else."""

from __future__ import annotations

from collections.abc import Callable

from engine.client.closing import Closing
from engine.client.protocol import OWNER, Client, Context, Json
from engine.errors import ValidationException
from engine.operations.region import Region
from engine.storage.past import Past

# Where the year 10000 begins.
_END_S = 253_402_300_800

READING = frozenset(
    {
        "BatchExecuteStatement",
        "BatchGetItem",
        "DescribeTable",
        "ExecuteStatement",
        "ExecuteTransaction",
        "GetItem",
        "ListTables",
        "Query",
        "Scan",
        "TransactGetItems",
    }
)
"""The operations that can be asked as of a time; tables are described as they are today."""


def reads_at(region: Region, when_s: float, engine: Callable[[Region], Client]) -> ReadsAt:
    """A client of a Region's past as `LocalTools.at` says; `engine` makes one of a Region."""
    region = region.as_of(microseconds(when_s))
    assert region.past is not None
    return ReadsAt(engine(region), region.past)


def microseconds(when_s: float) -> int:
    """A time in the unit of the change log; raises `ValidationException` if it cannot be one."""
    if not 0 <= when_s < _END_S:
        raise ValidationException(f"{when_s} is no time: give seconds since the epoch")
    return round(when_s * 1_000_000)


class ReadsAt(Closing):
    """The past of a Region; to be closed. See `LocalTools.at`.

    `client` is the engine of the Region as of that time.
    """

    def __init__(self, client: Client, past: Past) -> None:
        self._client = client
        self._past = past

    def call(self, operation: str, request: Json, context: Context = OWNER) -> Json:
        """See `Client.call`; raises `ValidationException` for what is no read."""
        if operation not in READING:
            raise ValidationException(f"The past can only be read: {operation} changes the present")
        return self._client.call(operation, request, context)

    def close(self) -> None:
        """Give back what was kept for the reads."""
        self._past.close()
