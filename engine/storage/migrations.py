"""The schema of a Region's database, step by step from the first released format.

Each step runs once, in one transaction with the step's number; a database whose number is higher
than the last step was written by a newer version.
"""

from __future__ import annotations

# Page size and inline limit were chosen together by the benchmarks in docs/architecture.md.
PAGE_BYTES = 8_192

_FIRST = """
CREATE TABLE meta(name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO meta(name, value) VALUES('catalog_version', 1), ('last_storage_id', 0);

CREATE TABLE catalog(name TEXT PRIMARY KEY, definition BLOB NOT NULL) WITHOUT ROWID;

-- Item counts and sizes of a storage id.
CREATE TABLE stats(storage INTEGER PRIMARY KEY, items INTEGER NOT NULL, bytes INTEGER NOT NULL);

-- Bytes of the item collections of tables with local indexes, kept by every write.
CREATE TABLE collections(
    storage INTEGER NOT NULL,
    k BLOB NOT NULL,
    bytes INTEGER NOT NULL,
    PRIMARY KEY(storage, k)
) WITHOUT ROWID;

-- Storage ids that no table uses any more; freed in steps.
CREATE TABLE retired(storage INTEGER PRIMARY KEY, since_us INTEGER NOT NULL);

-- Every change of an item, in commit order.
CREATE TABLE changes(
    seq INTEGER PRIMARY KEY,
    stamp_us INTEGER NOT NULL,
    storage INTEGER NOT NULL,
    k BLOB NOT NULL,
    shard INTEGER,
    old BLOB,
    new BLOB,
    cause TEXT NOT NULL,
    principal TEXT NOT NULL
);
CREATE INDEX changes_by_key ON changes(storage, k, seq);

-- Which range of hash prefixes is which partition of a storage id.
CREATE TABLE partitions(
    storage INTEGER NOT NULL,
    low INTEGER NOT NULL,
    high INTEGER NOT NULL,
    partition INTEGER NOT NULL,
    parent INTEGER,
    created_us INTEGER NOT NULL,
    PRIMARY KEY(storage, low)
) WITHOUT ROWID;

-- Work that outlives a request.
CREATE TABLE jobs(
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    state BLOB NOT NULL,
    created_us INTEGER NOT NULL
);

-- Requests already answered, by their client token.
CREATE TABLE tokens(
    token TEXT PRIMARY KEY,
    digest BLOB NOT NULL,
    answer BLOB,
    until_us INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX tokens_by_end ON tokens(until_us);
"""

# A write's entry is one page of its own beside the item's: no index by key, and the counts, which
# would be two more, come along with it.
_ONE_PAGE_LOG = """
CREATE TABLE entries(
    seq INTEGER PRIMARY KEY,
    stamp_us INTEGER NOT NULL,
    storage INTEGER NOT NULL,
    k BLOB NOT NULL,
    shard INTEGER,
    cause TEXT NOT NULL,
    principal TEXT NOT NULL,
    -- By how much counts grew: of what the entry's transaction changed, if it is the last of that.
    counts BLOB,
    old BLOB,
    new BLOB
);
INSERT INTO entries(seq, stamp_us, storage, k, shard, cause, principal, old, new)
    SELECT seq, stamp_us, storage, k, shard, cause, principal, old, new FROM changes;
DROP TABLE changes;
ALTER TABLE entries RENAME TO changes;

-- `stats` has the counts up to this entry.
INSERT INTO meta(name, value) SELECT 'counted_seq', coalesce(max(seq), 0) FROM changes;
"""

# Partition maps are part of a table's definition.
_MAPS_IN_CATALOG = "DROP TABLE partitions;"

STEPS: tuple[str, ...] = (_FIRST, _ONE_PAGE_LOG, _MAPS_IN_CATALOG)
SCHEMA_VERSION = len(STEPS)
