"""How a table's streams and its Time to Live stand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from dyntui.core.connection.refused import why_not_told
from dyntui.core.streams.tail import Call, described_stream, streams_of
from engine.errors import ApiError, ResourceNotFoundException

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class StreamState:
    """Streams as DescribeStream has them, with all shards, the newest first; Time to Live as
    DescribeTimeToLive has it; how many items are due, None where nobody knows; whether the table
    `is_gone`, whose streams can be read for a day yet."""

    streams: tuple[Json, ...]
    expiry: Json
    due: int | None
    is_gone: bool = False

    @property
    def current(self) -> Json | None:
        """The stream that is on, or else the newest that can still be read."""
        on = (one for one in self.streams if one["StreamStatus"] in ("ENABLED", "ENABLING"))
        return next(on, next(iter(self.streams), None))

    @property
    def is_on(self) -> bool:
        """Whether changes go to a stream."""
        current = self.current
        return current is not None and current["StreamStatus"] in ("ENABLED", "ENABLING")

    @property
    def expires_by(self) -> str | None:
        """The attribute by which items expire, None where they do not."""
        name: str | None = self.expiry.get("AttributeName")
        return name


def read_state(call: Call, table: str, due: Callable[[str], int] | None) -> StreamState:
    """Ask how a table stands; `due` counts what has expired. Raises `ApiError`."""
    streams = described_streams(call, table)
    is_gone = False
    try:
        expiry: Json = call("DescribeTimeToLive", {"TableName": table})["TimeToLiveDescription"]
    except ApiError as error:
        # Who may read streams need not be allowed to ask this.
        expiry = {"TimeToLiveStatus": why_not_told(error)}
        is_gone = isinstance(error, ResourceNotFoundException)
    count = due(table) if due is not None and "AttributeName" in expiry else None
    return StreamState(streams, expiry, count, is_gone)


def described_streams(call: Call, table: str | None = None) -> tuple[Json, ...]:
    """The streams of a table, or of all tables, that can be read: by table, the newest first."""
    found = []
    for one in streams_of(call, table):
        try:
            found.append(described_stream(call, one["StreamArn"]))
        except ResourceNotFoundException:
            # Its day was over meanwhile.
            continue
    found.sort(key=lambda one: float(one["CreationRequestDateTime"]), reverse=True)
    found.sort(key=lambda one: str(one["TableName"]))
    return tuple(found)
