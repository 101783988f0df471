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

# Which entries of the log are about a key. Filled behind the writes, in sorted batches.
_LOG_BY_KEY = """
CREATE TABLE changes_by_key(
    storage INTEGER NOT NULL,
    k BLOB NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY(storage, k, seq)
) WITHOUT ROWID;
INSERT INTO meta(name, value) VALUES
    -- The entries up to this one are in `changes_by_key`.
    ('indexed_seq', 0),
    -- How many entries were trimmed since `changes_by_key` was last cleared of such.
    ('trimmed_entries', 0),
    -- No later entry has a smaller stamp.
    ('least_stamp_us', 0),
    -- Since when local history is kept without a gap, and for how many seconds; 0: it is not.
    ('history_since_us', 0),
    ('history_s', 0);
UPDATE meta SET value = (SELECT coalesce(min(stamp_us), 0) FROM changes)
    WHERE name = 'history_since_us';
UPDATE meta SET value = 35 * 86400
    WHERE name = 'history_s' AND EXISTS(SELECT 1 FROM changes);
"""

_JOBS_AND_TRASH = """
-- How often a job was begun, whether it is to stop, and how it failed, told until it is forgotten.
ALTER TABLE jobs ADD COLUMN attempts INTEGER NOT NULL DEFAULT 0;
ALTER TABLE jobs ADD COLUMN cancelled INTEGER NOT NULL DEFAULT 0;
ALTER TABLE jobs ADD COLUMN failure TEXT;
ALTER TABLE jobs ADD COLUMN forget_us INTEGER;

-- Tables that were deleted, and whose items are kept for some time; the id is that of a backup.
CREATE TABLE trash(
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    definition BLOB NOT NULL,
    since_us INTEGER NOT NULL,
    until_us INTEGER NOT NULL
) WITHOUT ROWID;
"""

_TRANSFERS = """
-- Exports and imports, listed for 90 days; what an import could not take.
CREATE TABLE transfers(
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    state BLOB NOT NULL,
    created_us INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE rejections(
    transfer TEXT NOT NULL,
    n INTEGER NOT NULL,
    entry BLOB NOT NULL,
    PRIMARY KEY(transfer, n)
) WITHOUT ROWID;
"""

_STREAMS = """
-- Streams, readable for 24 hours after they ended.
CREATE TABLE streams(
    id INTEGER PRIMARY KEY,
    table_name TEXT NOT NULL,
    label TEXT NOT NULL,
    view TEXT NOT NULL,
    keys BLOB NOT NULL,
    created_us INTEGER NOT NULL,
    ended_us INTEGER,
    UNIQUE(table_name, label)
);
CREATE TABLE shards(
    id INTEGER PRIMARY KEY,
    stream INTEGER NOT NULL,
    name TEXT NOT NULL,
    parent TEXT,
    first_seq INTEGER NOT NULL,
    last_seq INTEGER,
    closed_us INTEGER,
    -- The newest of its entries that was trimmed.
    trimmed_seq INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX shards_by_stream ON shards(stream, id);
-- Bytes, by DynamoDB's rules, of the images that a record shows.
ALTER TABLE changes ADD COLUMN size INTEGER;
CREATE INDEX changes_by_shard ON changes(shard, seq) WHERE shard IS NOT NULL;
"""

# Partition maps are part of a table's definition.
_MAPS_IN_CATALOG = "DROP TABLE partitions;"

_DATA_KEYS = """
-- Data keys of tables under KMS keys, each wrapped by its KMS key. Ids are random, so that none is
-- ever given twice. `storage` is the table's; `left_us` is when it was deleted.
CREATE TABLE data_keys(
    id INTEGER PRIMARY KEY,
    arn TEXT NOT NULL,
    context BLOB NOT NULL,
    wrapped BLOB NOT NULL,
    storage INTEGER NOT NULL,
    left_us INTEGER
);
"""

STEPS: tuple[str, ...] = (
    _FIRST,
    _ONE_PAGE_LOG,
    _LOG_BY_KEY,
    _JOBS_AND_TRASH,
    _TRANSFERS,
    _STREAMS,
    _MAPS_IN_CATALOG,
    _DATA_KEYS,
)
SCHEMA_VERSION = len(STEPS)
