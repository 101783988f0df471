"""A stream that is followed, and how often it is asked."""

from __future__ import annotations

from typing import Any

from dyntui.core.connection.connect import Connection
from dyntui.core.streams.tail import Call, Change, Start, StreamTail
from engine.clock import Clock

Json = dict[str, Any]

LOCAL_S = (0.25, 1.0)
REMOTE_S = (1.0, 5.0)
SERVICE_S = (2.0, 15.0)
"""Seconds between two polls of all shards: while changes come, and at most. The service allows five
calls a second for each shard to all readers together, and has them paid."""
LOCAL_LOOK_S, REMOTE_LOOK_S = 2.0, 30.0
SPARED = 4
"""A poll that takes long is followed by a pause so many times as long."""


class Following:
    """Follows one stream; asked by one thread at a time."""

    def __init__(self, call: Call, described: Json, start: Start, clock: Clock) -> None:
        self._call = call
        self._start = start
        self._clock = clock
        self._tail: StreamTail | None = None
        self.arn: str = described["StreamArn"]

    @property
    def is_ended(self) -> bool:
        """Whether the stream is off and read to its end."""
        return self._tail is not None and self._tail.is_ended

    def poll(self) -> tuple[list[Change], bool]:
        """The next changes, and whether there may be more at once; raises `ApiError`."""
        if self._tail is None:
            self._tail = StreamTail(self._call, self.arn, self._start, clock=self._clock)
        before = self._tail.position()
        changes = self._tail.poll()
        return changes, self._tail.position() != before


class PollPace:
    """Says when to ask again: soon after something came, later and later where nothing does."""

    def __init__(self, connection: Connection) -> None:
        self._soon_s, self._late_s = LOCAL_S
        if connection.remote is not None:
            self._soon_s, self._late_s = SERVICE_S if connection.is_service else REMOTE_S
        self._wait_s = self._soon_s

    def next_s(self, moved: bool, spent_s: float) -> float:
        """Seconds until the next poll; `spent_s` is what this one took."""
        self._wait_s = self._soon_s if moved else min(self._wait_s * 2, self._late_s)
        return max(self._wait_s, spent_s * SPARED)
