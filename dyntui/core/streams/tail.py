"""A table's stream as changes, one after the other: for a live tail, whoever shows it.

Each shard is read to its end before its children are begun, so that the changes of an item come in
their order, each once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from engine.client.paging import answers
from engine.clock import SYSTEM_CLOCK, Clock
from engine.errors import (
    ExpiredIteratorException,
    ResourceNotFoundException,
    TrimmedDataAccessException,
)

Json = dict[str, Any]
Call = Callable[[str, Json], Json]
Start = Literal["start", "now"]
EVENTS = ("INSERT", "MODIFY", "REMOVE")
VIEWS = ("NEW_AND_OLD_IMAGES", "NEW_IMAGE", "OLD_IMAGE", "KEYS_ONLY")
CLOCKS_DIFFER_S = 60
"""By how much the clock here may be ahead of the one that stamps the changes."""


@dataclass(frozen=True, slots=True)
class AttributeChange:
    """An attribute that a change touched; `old` None: it was added, `new` None: removed."""

    name: str
    old: Json | None
    new: Json | None


@dataclass(frozen=True, slots=True)
class Change:
    """A stream record, with the shard it came from. Times are seconds since the epoch."""

    record: Json
    shard: str

    @property
    def event(self) -> str:
        """INSERT, MODIFY or REMOVE."""
        return str(self.record["eventName"])

    @property
    def keys(self) -> Json:
        """The item's key."""
        keys: Json = self.record["dynamodb"]["Keys"]
        return keys

    @property
    def old(self) -> Json | None:
        """The item before the change; None where it was not there, or the view leaves it out."""
        image: Json | None = self.record["dynamodb"].get("OldImage")
        return image

    @property
    def new(self) -> Json | None:
        """The item after the change; None where it is gone, or the view leaves it out."""
        image: Json | None = self.record["dynamodb"].get("NewImage")
        return image

    @property
    def number(self) -> str:
        """The sequence number."""
        return str(self.record["dynamodb"]["SequenceNumber"])

    @property
    def at_s(self) -> float:
        """About when it was made."""
        return float(self.record["dynamodb"]["ApproximateCreationDateTime"])

    @property
    def size_bytes(self) -> int:
        """The size of key and images; 0 where nobody says."""
        return int(self.record["dynamodb"].get("SizeBytes", 0))

    @property
    def is_expiry(self) -> bool:
        """Whether the item was deleted because its time to live was over."""
        return (self.record.get("userIdentity") or {}).get("Type") == "Service"

    def attributes(self) -> list[AttributeChange]:
        """What the change did to the attributes beside the key, by what the view shows."""
        old, new = self.old or {}, self.new or {}
        names = list(dict.fromkeys((*old, *new)))
        return [
            AttributeChange(name, old.get(name), new.get(name))
            for name in names
            if name not in self.keys and old.get(name) != new.get(name)
        ]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which changes are shown: of these events (all, if none), of items with these key values."""

    events: frozenset[str] = frozenset()
    key: Json = field(default_factory=dict)

    def takes(self, change: Change) -> bool:
        """Whether a change is one of them."""
        if self.events and change.event not in self.events:
            return False
        return all(change.keys.get(name) == value for name, value in self.key.items())


@dataclass(slots=True)
class _Reading:
    """How far a shard is read: from its beginning, or from LATEST.

    What was made before `since_s` is passed over.
    """

    iterator: str
    is_from_latest: bool
    since_s: float = 0.0
    last_number: str | None = None


class StreamTail:
    """Reads a stream's changes as they come; `call` answers an operation.

    `start`: "start" begins with the oldest change that is left, "now" with what comes from now on.
    However long it is not asked, as while the machine sleeps, it goes on where it was. Only where a
    shard had told nothing yet, changes of the minute before it began may come, too.
    """

    def __init__(
        self,
        call: Call,
        stream_arn: str,
        start: Start = "now",
        wanted: Wanted | None = None,
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        self._call = call
        self._arn = stream_arn
        self._begun_s = clock.now_us() / 1_000_000
        self._wanted = wanted or Wanted()
        self._reading: dict[str, _Reading] = {}
        self._done: set[str] = set()
        self._look = True
        self._found: list[Change] = []
        self.is_ended = False
        """Whether the stream is disabled and read to its end."""
        if start == "now":
            for shard in described_stream(call, stream_arn)["Shards"]:
                if "EndingSequenceNumber" in shard["SequenceNumberRange"]:
                    self._done.add(shard["ShardId"])
                else:
                    self._begin(shard["ShardId"], "LATEST")

    def poll(self) -> list[Change]:
        """The next changes, in order; none where there are none for now.

        Every shard is asked once. Raises what `call` raises; what was read before that
        comes with the next poll.
        """
        if self._look:
            self._begin_new()
        for name, reading in list(self._reading.items()):
            self._found += self._read(name, reading)
        found, self._found = self._found, []
        found.sort(key=lambda change: int(change.number))
        return [change for change in found if self._wanted.takes(change)]

    def position(self) -> tuple[object, ...]:
        """How far it is: the same as before where a poll has found nothing at all."""
        numbers = sorted((name, one.last_number or "") for name, one in self._reading.items())
        return (*numbers, len(self._done))

    def _begin_new(self) -> None:
        """Begin the shards whose parents are read, or gone."""
        description = described_stream(self._call, self._arn)
        names = {shard["ShardId"] for shard in description["Shards"]}
        for shard in description["Shards"]:
            name, parent = shard["ShardId"], shard.get("ParentShardId")
            if name in self._done or name in self._reading:
                continue
            if parent not in names or parent in self._done:
                self._begin(name, "TRIM_HORIZON")
        # Children may be told of later than their parents' end.
        self._look = not self._reading
        is_disabled = description["StreamStatus"] == "DISABLED"
        self.is_ended = is_disabled and not self._reading and names <= self._done

    def _read(self, name: str, reading: _Reading) -> Iterator[Change]:
        try:
            answer = self._call("GetRecords", {"ShardIterator": reading.iterator})
        except ExpiredIteratorException:
            self._go_on(name, reading)
            return
        except TrimmedDataAccessException:
            self._begin(name, "TRIM_HORIZON", reading.since_s)
            return
        for record in answer["Records"]:
            reading.last_number = record["dynamodb"]["SequenceNumber"]
            change = Change(record, name)
            if change.at_s >= reading.since_s:
                yield change
        following = answer.get("NextShardIterator")
        if following is None:
            self._end(name)
        else:
            reading.iterator = following

    def _go_on(self, name: str, reading: _Reading) -> None:
        """Go on where a shard was read to, with another iterator.

        LATEST would be where it is by now: without a number it is read from its beginning, and what
        is older than the tail is passed over.
        """
        try:
            if reading.last_number is None:
                late = self._begun_s - CLOCKS_DIFFER_S if reading.is_from_latest else 0.0
                self._begin(name, "TRIM_HORIZON", late)
                return
            try:
                self._begin(name, "AFTER_SEQUENCE_NUMBER", reading.since_s, reading.last_number)
            except TrimmedDataAccessException:
                self._begin(name, "TRIM_HORIZON", reading.since_s)
        except ResourceNotFoundException:
            # The shard is gone with its last record; if the stream is, the next look tells.
            self._end(name)

    def _end(self, name: str) -> None:
        """A shard is read to its end: its children may be begun."""
        del self._reading[name]
        self._done.add(name)
        self._look = True

    def _begin(self, name: str, kind: str, since_s: float = 0.0, after: str | None = None) -> None:
        request: Json = {"StreamArn": self._arn, "ShardId": name, "ShardIteratorType": kind}
        if after is not None:
            request["SequenceNumber"] = after
        iterator = self._call("GetShardIterator", request)["ShardIterator"]
        self._reading[name] = _Reading(iterator, kind == "LATEST", since_s, after)


def described_stream(call: Call, stream_arn: str) -> Json:
    """A stream's description with all of its shards, of which the API gives a page at a time."""

    def describe(operation: str, request: Json) -> Json:
        described: Json = call(operation, request)["StreamDescription"]
        return described

    pages = list(answers(describe, "DescribeStream", {"StreamArn": stream_arn}))
    return pages[-1] | {"Shards": [shard for page in pages for shard in page["Shards"]]}


def streams_of(call: Call, table_name: str | None = None) -> Iterator[Json]:
    """All streams, or those of a table, page by page, as ListStreams has them."""
    request: Json = {} if table_name is None else {"TableName": table_name}
    for answer in answers(call, "ListStreams", request):
        yield from answer["Streams"]
