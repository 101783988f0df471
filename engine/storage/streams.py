"""Streams and their shards: beginning, ending, following partitions, trimming, reading.

A stream's records are the entries of the change log that name a shard. Streams and shards have rows
of their own, since they outlive their table, or being disabled, by 24 hours.

    enabled   one open shard per partition; `Table.stream` has them for the writes
    split     the shard of a partition that is parted closes, its children begin
    4 hours   every shard that has entries closes, a child follows
    ended     all shards close; what they hold stays readable for 24 hours
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import md5
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import orjson

from engine.storage.sealing import NEW, OLD
from engine.storage.shard_map import NEW_IMAGES, OLD_IMAGES, ShardMap, ranges_of

if TYPE_CHECKING:
    from engine.storage.catalog import Table
    from engine.storage.items import ItemChange
    from engine.storage.reader import Reader
    from engine.storage.transaction import WriteTransaction

RETENTION_US = 24 * 3_600 * 1_000_000
"""For how long records, closed shards and ended streams can be read."""
_SHARD_LIFE_US = 4 * 3_600 * 1_000_000
_SETS = frozenset({"SS", "NS", "BS"})
_SHARD_COLUMNS = "id, name, parent, first_seq, last_seq, trimmed_seq"
_STREAM_COLUMNS = "id, table_name, label, view, keys, created_us, ended_us"


class Source(Protocol):
    """What rows can be read from: a `Reader`, or the open `WriteTransaction`."""

    def query(self, sql: str, bindings: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """The rows of a statement that only reads."""
        ...


class Stream(NamedTuple):
    """A stream; `keys` are name and kind (HASH, RANGE) of its table's keys.

    `ended_us`: since when it is disabled, or its table gone; None while it is enabled.
    """

    stream_id: int
    table_name: str
    label: str
    view: str
    keys: tuple[tuple[str, str], ...]
    created_us: int
    ended_us: int | None


class Shard(NamedTuple):
    """A shard: sequence numbers from `first_seq` to `last_seq` (None while it is open).

    `trimmed_seq` is the newest of its entries that was trimmed, 0 if none was.
    """

    shard_id: int
    name: str
    parent: str | None
    first_seq: int
    last_seq: int | None
    trimmed_seq: int


Entry = tuple[int, int, str, bytes | None, bytes | None, int]
"""A record as it is stored: sequence number, stamp (µs), cause, old image, new image, and the size
of the images that the view shows."""

Part = tuple[int | None, bytes | None, int | None]
"""What an entry of the log has for a stream: the shard, the new image, the size of the images."""

_NO_PART: Part = (None, None, None)


# In a write.


def stream_part(transaction: WriteTransaction, table: Table, change: ItemChange) -> Part:
    """What an entry of the log has for the table's stream.

    Nothing where there is no stream, or where the item is the same, written in another order.
    Where the view has no new images, the key attributes stand for one: an entry without any is a
    deletion.
    """
    if table.stream is None:
        return _NO_PART
    old, new = change.old, change.new
    if old and new and len(old.raw) == len(new.raw) and _are_same(old.item(), new.item()):
        return _NO_PART
    # Other writes of the same request may have closed the shards that the table came with.
    table = transaction.catalog.tables.get(table.name, table)
    if table.stream is None:
        return _NO_PART
    if transaction.stamp_us >= table.stream.until_us:
        table = _renew(transaction, table, table.stream)
    shards = table.stream
    assert shards is not None
    image, size = None, 0
    if old is not None and shards.view in OLD_IMAGES:
        size += old.size
    if new is not None:
        if shards.view in NEW_IMAGES:
            image = new.raw
            size += new.size
        else:
            item = new.item()
            image = orjson.dumps({name: item[name] for name in table.key_names})
    return shards.shard_of(change.key), image, size


def _are_same(one: Any, other: Any) -> bool:
    """Whether two items, or parts of them, are equal; sets have no order."""
    if type(one) is not dict or type(other) is not dict:
        return bool(one == other)
    if one.keys() != other.keys():
        return False
    for name, value in one.items():
        theirs = other[name]
        if type(value) is list and type(theirs) is list:
            if name in _SETS:
                if sorted(value) != sorted(theirs):
                    return False
            elif len(value) != len(theirs) or not all(map(_are_same, value, theirs)):
                return False
        elif not _are_same(value, theirs):
            return False
    return True


# Beginning, ending, resharding.


def begin_stream(
    transaction: WriteTransaction, table: Table, view: str, bounds: tuple[bytes, ...]
) -> Table:
    """The table with a new stream of a view type, for the caller to put into the catalog.

    `bounds` is where each partition but the first begins. The label is the time, to the
    millisecond, and a later one where the table has had a stream of that label.
    """
    now_us = transaction.stamp_us
    moment = datetime.fromtimestamp(now_us / 1_000_000, UTC)
    taken = {
        label
        for (label,) in transaction.query(
            "SELECT label FROM streams WHERE table_name = ?", (table.name,)
        )
    }
    label = _label(moment)
    while label in taken:
        moment += timedelta(milliseconds=1)
        label = _label(moment)
    keys = [[key.name, kind] for key, kind in zip(table.keys, ("HASH", "RANGE"), strict=False)]
    ((stream_id,),) = transaction.change(
        "INSERT INTO streams(table_name, label, view, keys, created_us) VALUES(?, ?, ?, ?, ?)"
        " RETURNING id",
        (table.name, label, view, orjson.dumps(keys), now_us),
    )
    first_seq = transaction.next_seq()
    ids = [_add_shard(transaction, stream_id, None, first_seq) for _ in ranges_of(bounds)]
    shards = ShardMap(stream_id, view, bounds, tuple(ids), now_us + _SHARD_LIFE_US)
    return replace(table.with_settings(StreamLabel=label), stream=shards)


def end_stream(transaction: WriteTransaction, table: Table) -> Table:
    """The table without its stream, which stays readable for a while."""
    if table.stream is None:
        return table
    for shard_id in table.stream.shards:
        _close_shard(transaction, shard_id)
    transaction.change(
        "UPDATE streams SET ended_us = ? WHERE id = ?",
        (transaction.stamp_us, table.stream.stream_id),
    )
    return replace(table, stream=None)


def reshard(transaction: WriteTransaction, table: Table, bounds: tuple[bytes, ...]) -> Table:
    """The table with its stream's shards after a change of its partitions.

    A shard whose range stays goes on; one of another range begins as the child of the shard that
    had its first key. The table is for the caller to put into the catalog.
    """
    shards = table.stream
    if shards is None:
        return table
    before = shards.ranges()
    after = ranges_of(bounds)
    for keys, shard_id in before.items():
        if keys not in after:
            _close_shard(transaction, shard_id)
    ids = tuple(
        before[keys]
        if keys in before
        else _add_child(transaction, shards.stream_id, shards.shard_of(keys[0]))
        for keys in after
    )
    return replace(table, stream=replace(shards, bounds=bounds, shards=ids))


def _renew(transaction: WriteTransaction, table: Table, shards: ShardMap) -> Table:
    """Close the shards, whose time is over, and put children in their place.

    Shards since whose beginning nothing was logged at all go on.
    """
    next_seq = transaction.next_seq()
    ids = []
    for shard_id in shards.shards:
        ((first_seq,),) = transaction.query(
            "SELECT first_seq FROM shards WHERE id = ?", (shard_id,)
        )
        if first_seq < next_seq:
            _close_shard(transaction, shard_id)
            shard_id = _add_child(transaction, shards.stream_id, shard_id)
        ids.append(shard_id)
    until_us = transaction.stamp_us + _SHARD_LIFE_US
    table = replace(table, stream=replace(shards, shards=tuple(ids), until_us=until_us))
    transaction.put_table(table)
    return table


def _label(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1_000:03d}"


def _add_child(transaction: WriteTransaction, stream_id: int, parent_id: int) -> int:
    ((parent,),) = transaction.query("SELECT name FROM shards WHERE id = ?", (parent_id,))
    return _add_shard(transaction, stream_id, parent, transaction.next_seq())


def _add_shard(
    transaction: WriteTransaction, stream_id: int, parent: str | None, first_seq: int
) -> int:
    ((shard_id,),) = transaction.change(
        "INSERT INTO shards(stream, name, parent, first_seq) VALUES(?, '', ?, ?) RETURNING id",
        (stream_id, parent, first_seq),
    )
    digest = md5(b"%d/%d" % (stream_id, shard_id), usedforsecurity=False).hexdigest()
    name = f"shardId-{transaction.stamp_us // 1_000:020d}-{digest[:8]}"
    transaction.change("UPDATE shards SET name = ? WHERE id = ?", (name, shard_id))
    return int(shard_id)


def _close_shard(transaction: WriteTransaction, shard_id: int) -> None:
    transaction.change(
        "UPDATE shards SET last_seq = max(first_seq, ?), closed_us = ? WHERE id = ?",
        (transaction.next_seq() - 1, transaction.stamp_us, shard_id),
    )


# Trimming.


def hours_kept(source: Source, history_hours: float) -> float:
    """For how many hours the log is kept: as long as history is, or a stream can be read."""
    if source.query("SELECT 1 FROM streams LIMIT 1"):
        return max(history_hours, RETENTION_US / 3_600_000_000)
    return history_hours


def is_trim_due(source: Source, now_us: int) -> bool:
    """Whether `trim_streams` would find anything."""
    ((due,),) = source.query(
        "SELECT EXISTS(SELECT 1 FROM shards WHERE closed_us < ?1) OR EXISTS(SELECT 1 FROM shards s"
        " WHERE (SELECT stamp_us FROM changes WHERE shard = s.id ORDER BY seq LIMIT 1) < ?1)"
        " OR EXISTS(SELECT 1 FROM streams WHERE ended_us < ?1)",
        (now_us - RETENTION_US,),
    )
    return bool(due)


def trim_streams(transaction: WriteTransaction, count_max: int) -> bool:
    """Take from the log what only streams wanted of entries older than 24 hours.

    Shards and streams that nobody can read any more go last. At most `count_max` entries change;
    gives whether there may be more.
    """
    before_us = transaction.stamp_us - RETENTION_US
    for (shard_id,) in transaction.query(
        "SELECT id FROM shards s WHERE"
        " (SELECT stamp_us FROM changes WHERE shard = s.id ORDER BY seq LIMIT 1) < ?",
        (before_us,),
    ):
        rows = transaction.query(
            "SELECT seq, stamp_us FROM changes WHERE shard = ? ORDER BY seq LIMIT ?",
            (shard_id, count_max),
        )
        old = [seq for seq, stamp_us in rows if stamp_us < before_us]
        transaction.change(
            "UPDATE changes SET shard = NULL, new = NULL WHERE shard = ? AND seq <= ?",
            (shard_id, old[-1]),
        )
        transaction.change("UPDATE shards SET trimmed_seq = ? WHERE id = ?", (old[-1], shard_id))
        count_max -= len(old)
        if count_max <= 0:
            return True
    if transaction.query(
        "SELECT 1 FROM shards WHERE closed_us < ?1 UNION ALL"
        " SELECT 1 FROM streams WHERE ended_us < ?1 LIMIT 1",
        (before_us,),
    ):
        transaction.change("DELETE FROM shards WHERE closed_us < ?", (before_us,))
        transaction.change("DELETE FROM streams WHERE ended_us < ?", (before_us,))
    return False


# Reading.


def find_stream(source: Source, table_name: str, label: str, now_us: int) -> Stream | None:
    """The stream of a table and a label, while it can be read."""
    rows = source.query(
        f"SELECT {_STREAM_COLUMNS} FROM streams WHERE table_name = ? AND label = ?"
        " AND coalesce(ended_us, ?) >= ?",
        (table_name, label, now_us, now_us - RETENTION_US),
    )
    return _stream(rows[0]) if rows else None


def streams_after(
    source: Source,
    now_us: int,
    after: tuple[str, str],
    table_name: str | None,
    count_max: int,
) -> list[Stream]:
    """The readable streams behind a table name and a label, in the order of both."""
    rows = source.query(
        f"SELECT {_STREAM_COLUMNS} FROM streams WHERE (table_name, label) > (?, ?)"
        " AND table_name = coalesce(?, table_name) AND coalesce(ended_us, ?) >= ?"
        " ORDER BY table_name, label LIMIT ?",
        (*after, table_name, now_us, now_us - RETENTION_US, count_max),
    )
    return [_stream(row) for row in rows]


def _stream(row: tuple[Any, ...]) -> Stream:
    keys = tuple((name, kind) for name, kind in orjson.loads(row[4]))
    return Stream(row[0], row[1], row[2], row[3], keys, row[5], row[6])


def shards_of(source: Source, stream_id: int, now_us: int) -> list[Shard]:
    """The readable shards of a stream, parents before their children."""
    rows = source.query(
        f"SELECT {_SHARD_COLUMNS} FROM shards WHERE stream = ? AND coalesce(closed_us, ?) >= ?"
        " ORDER BY id",
        (stream_id, now_us, now_us - RETENTION_US),
    )
    return [Shard(*row) for row in rows]


def entries_of(reader: Reader, shard_id: int, from_seq: int, count_max: int) -> Iterator[Entry]:
    """The entries of a shard from a sequence number on, trimmed or not, in order."""
    image = reader.seals.image
    for seq, stamp_us, cause, old, new, size, storage_id, key in reader.cursor.execute(
        "SELECT seq, stamp_us, cause, old, new, size, storage, k FROM changes"
        " WHERE shard = ? AND seq >= ? ORDER BY seq LIMIT ?",
        (shard_id, from_seq, count_max),
    ):
        before = image(OLD, storage_id, key, stamp_us, old)
        yield seq, stamp_us, cause, before, image(NEW, storage_id, key, stamp_us, new), size


def first_seq_since(source: Source, shard_id: int, since_us: int) -> int | None:
    """The sequence number of a shard's first entry that is not older than a time.

    Halves what is left, since stamps rise with sequence numbers.
    """
    low, high = 0, last_seq(source) + 1
    found = None
    while low < high:
        middle = (low + high) // 2
        rows = source.query(
            "SELECT seq, stamp_us FROM changes WHERE shard = ? AND seq >= ? ORDER BY seq LIMIT 1",
            (shard_id, middle),
        )
        if rows and rows[0][1] < since_us:
            low = rows[0][0] + 1
        else:
            high = middle
            found = rows[0][0] if rows else None
    return found


def last_seq(source: Source) -> int:
    """The newest sequence number of the log; 0 before the first."""
    ((seq,),) = source.query("SELECT coalesce(max(seq), 0) FROM changes")
    return int(seq)
