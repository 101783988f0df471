"""GetShardIterator, GetRecords: the records of a shard, in order.

An iterator holds all that it means: shard, next sequence number, time of issue. So it can be used
again and again, in any process, for a quarter of an hour.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import md5

import orjson

from engine.client.protocol import Context, Json
from engine.errors import (
    ExpiredIteratorException,
    TrimmedDataAccessException,
    ValidationException,
)
from engine.model.values import item_size
from engine.operations.region import Region
from engine.operations.streams import (
    find_shard,
    limited,
    readable_stream,
    seq_of,
    sequence_number,
)
from engine.storage.catalog import Catalog
from engine.storage.reader import Reader
from engine.storage.shard_map import NEW_IMAGES, OLD_IMAGES
from engine.storage.streams import (
    RETENTION_US,
    Entry,
    Shard,
    Stream,
    entries_of,
    first_seq_since,
    last_seq,
    shards_of,
)

_RECORDS_MAX = 1_000
_BYTES_MAX = 1024 * 1024
_ITERATOR_LIFE_US = 15 * 60 * 1_000_000
_ITERATOR_VERSION = "1"
_SERVICE_IDENTITY = {"PrincipalId": "dynamodb.amazonaws.com", "Type": "Service"}
_TRIMMED = "The operation attempted to read past the oldest stream record in a shard"


@dataclass(frozen=True, slots=True)
class _Place:
    """A place in a shard: what an iterator means."""

    arn: str
    shard: str
    seq: int
    issued_us: int

    def encoded(self) -> str:
        """The iterator."""
        inner = orjson.dumps([self.shard, self.seq, self.issued_us])
        return f"{self.arn}|{_ITERATOR_VERSION}|{b64encode(inner).decode()}"

    @classmethod
    def of(cls, iterator: str) -> _Place:
        """What an iterator means; raises ValidationException."""
        try:
            arn, version, inner = iterator.split("|")
            shard, seq, issued_us = orjson.loads(b64decode(inner, validate=True))
            if version == _ITERATOR_VERSION and isinstance(shard, str):
                return cls(arn, shard, int(seq), int(issued_us))
        except (ValueError, TypeError):
            pass
        raise ValidationException("Invalid ShardIterator")


def get_shard_iterator(region: Region, request: Json, _context: Context) -> Json:
    """An iterator at a place of a shard."""
    kind, arn = request["ShardIteratorType"], request["StreamArn"]
    number, since_s = request.get("SequenceNumber"), request.get("Timestamp")
    by_number = kind in ("AT_SEQUENCE_NUMBER", "AFTER_SEQUENCE_NUMBER")
    if by_number and number is None:
        raise ValidationException(f"SequenceNumber is required for ShardIteratorType {kind}")
    if kind == "AT_TIMESTAMP" and since_s is None:
        raise ValidationException(f"Timestamp is required for ShardIteratorType {kind}")
    now_us = region.clock.now_us()

    def read(reader: Reader, catalog: Catalog) -> int:
        _, shard = _readable_shard(region, reader, catalog, arn, request["ShardId"], now_us)
        if by_number:
            seq = _checked_number(reader, shard, str(number), now_us)
            return seq if kind == "AT_SEQUENCE_NUMBER" else seq + 1
        if kind == "LATEST":
            return _end(reader, shard)
        since_us = now_us - RETENTION_US
        if kind == "AT_TIMESTAMP":
            since_us = max(since_us, round((since_s or 0) * 1_000_000))
        found = first_seq_since(reader, shard.shard_id, since_us)
        return _end(reader, shard) if found is None else found

    place = _Place(arn, request["ShardId"], region.database.read(read), now_us)
    return {"ShardIterator": place.encoded()}


def _readable_shard(
    region: Region, reader: Reader, catalog: Catalog, arn: str, name: str, now_us: int
) -> tuple[Stream, Shard]:
    """A stream and a shard of it, whether it has records or not.

    Raises `ResourceNotFoundException`, and `TableKeyDenied` where the table's key is of no use.
    """
    stream = readable_stream(region, reader, arn)
    table = catalog.tables.get(stream.table_name)
    # A younger table has the name of one that is gone.
    if table is not None and table.created_us <= stream.created_us:
        region.require_key(catalog, table)
    return stream, find_shard(shards_of(reader, stream.stream_id, now_us), name, arn)


def _end(reader: Reader, shard: Shard) -> int:
    """Where the next entry of a shard would be."""
    return max(
        shard.first_seq, last_seq(reader) + 1 if shard.last_seq is None else shard.last_seq + 1
    )


def _checked_number(reader: Reader, shard: Shard, number: str, now_us: int) -> int:
    """A sequence number of the shard; raises ValidationException, TrimmedDataAccessException."""
    seq = seq_of(number)
    high = last_seq(reader) if shard.last_seq is None else shard.last_seq
    if not shard.first_seq <= seq <= max(high, shard.first_seq):
        raise ValidationException(
            f"Invalid SequenceNumber: {number} is not in the range of shard {shard.name}"
        )
    first = next(iter(entries_of(reader, shard.shard_id, seq, 1)), None)
    if seq <= shard.trimmed_seq or _is_trimmed(first, now_us):
        raise TrimmedDataAccessException(_TRIMMED)
    return seq


def _is_trimmed(entry: Entry | None, now_us: int) -> bool:
    return entry is not None and entry[1] < now_us - RETENTION_US


def get_records(region: Region, request: Json, _context: Context) -> Json:
    """The next records of a shard: at most 1,000, and a megabyte; fewer do not mean the end.

    NextShardIterator is missing where the shard is closed and all of it was read.
    """
    limit = limited(request, _RECORDS_MAX)
    place = _Place.of(request["ShardIterator"])
    now_us = region.clock.now_us()
    if now_us - place.issued_us > _ITERATOR_LIFE_US:
        raise ExpiredIteratorException("The shard iterator has expired")

    def read(reader: Reader, catalog: Catalog) -> tuple[list[Json], int | None]:
        stream, shard = _readable_shard(region, reader, catalog, place.arn, place.shard, now_us)
        if place.seq <= shard.trimmed_seq:
            raise TrimmedDataAccessException(_TRIMMED)
        entries = entries_of(reader, shard.shard_id, place.seq, limit)
        next_seq, records = place.seq, []
        for record, seq in _records(region, stream, place.arn, entries, now_us):
            records.append(record)
            next_seq = seq + 1
        is_drained = shard.last_seq is not None and len(records) < limit
        if is_drained and next(iter(entries_of(reader, shard.shard_id, next_seq, 1)), None) is None:
            return records, None
        return records, next_seq

    records, next_seq = region.database.read(read)
    response: Json = {"Records": records}
    if next_seq is not None:
        after = _Place(place.arn, place.shard, next_seq, now_us)
        response["NextShardIterator"] = after.encoded()
    return response


def _records(
    region: Region, stream: Stream, arn: str, entries: Iterator[Entry], now_us: int
) -> Iterator[tuple[Json, int]]:
    """Records with their sequence numbers, up to a megabyte of them, at least one."""
    with_new, with_old = stream.view in NEW_IMAGES, stream.view in OLD_IMAGES
    key_names = [name for name, _ in stream.keys]
    size = 0
    trimmed_us = now_us - RETENTION_US
    for seq, stamp_us, cause, old, new, images_size in entries:
        if stamp_us < trimmed_us:
            raise TrimmedDataAccessException(_TRIMMED)
        more = len(old or b"") * with_old + len(new or b"")
        if size and size + more > _BYTES_MAX:
            return
        size += more
        decoded = orjson.loads(new or old or b"{}")
        keys = {name: decoded[name] for name in key_names}
        change: Json = {
            "ApproximateCreationDateTime": stamp_us // 1_000_000,
            "Keys": orjson.dumps(keys),
            "SequenceNumber": sequence_number(seq),
            "SizeBytes": item_size(keys) + images_size,
            "StreamViewType": stream.view,
        }
        if new is not None and with_new:
            change["NewImage"] = new
        if old is not None and with_old:
            change["OldImage"] = old
        record: Json = {
            "eventID": md5(f"{arn}/{seq}".encode(), usedforsecurity=False).hexdigest(),
            "eventName": "INSERT" if old is None else "REMOVE" if new is None else "MODIFY",
            "eventVersion": "1.1",
            "eventSource": "aws:dynamodb",
            "awsRegion": region.name,
            "dynamodb": change,
        }
        if cause == "ttl":
            record["userIdentity"] = _SERVICE_IDENTITY
        yield record, seq
