"""All benchmarks: what each measures, and what is asked of it."""

from __future__ import annotations

from tests.benchmarks import (
    accounting,
    bulk,
    dashboard,
    following,
    itemcrypto,
    layout,
    past,
    reads,
    sharing,
    startup,
    statements,
    transfers,
    ways_back,
    writes,
)
from tests.benchmarks.figures import Benchmark, Goal

BENCHMARKS = (
    Benchmark(
        "get-item",
        "GetItem in process, to a raw get and its decoding",
        reads.get_item,
        {"get-item": Goal(2.0)},
    ),
    Benchmark(
        "query",
        "Query of 50 items, to a raw range and its decoding",
        reads.query,
        {"query": Goal(1.5), "query-wire": Goal(0.7)},
    ),
    Benchmark(
        "scan",
        "Scan with a one-comparison filter, to a raw scan and its decoding",
        reads.scan,
        {"scan-filter": Goal(2.0)},
    ),
    Benchmark(
        "get-item-size",
        "GetItem from a million items, to the same from ten thousand",
        reads.get_by_size,
        {"get-item-size": Goal(1.3)},
    ),
    Benchmark(
        "put-durable",
        "durable PutItem with local history, to a raw durable insert",
        writes.put_durable,
        {"put-durable-new": Goal(1.3), "put-durable": Goal(1.3)},
    ),
    Benchmark(
        "put-relaxed",
        "relaxed PutItem with local history, to a raw relaxed insert",
        writes.put_relaxed,
        {"put-relaxed-new": Goal(2.5), "put-relaxed": Goal(2.5)},
    ),
    Benchmark(
        "put-indexed",
        "PutItem that moves an index entry, to a raw insert",
        writes.put_indexed,
        {"put-durable-indexed": Goal(1.6), "put-relaxed-indexed": Goal(4.0)},
    ),
    Benchmark(
        "history",
        "durable PutItem with local history to without, and what the log's index adds",
        past.put_with_history,
        {"history-put": Goal(1.3)},
    ),
    Benchmark(
        "past",
        "GetItem and Scan as of a time, half of the items changed since, to those of now",
        past.reads_of_the_past,
        {"get-past": Goal(5.0)},
    ),
    Benchmark(
        "diff",
        "the difference of 2,000 changes of 200,000 items, to that of 10,000",
        past.diff_by_size,
        {"diff-size": Goal(1.3)},
    ),
    Benchmark(
        "put-followed",
        "durable PutItem with history, a stream, recovery, Time to Live, to the same without",
        following.write_followed,
        {"put-stream": Goal(1.6), "put-all": Goal(1.6)},
    ),
    Benchmark(
        "get-records",
        "GetRecords of changes with two images, to decoding the images",
        following.get_records,
        {"get-records-rate": Goal(50_000, is_least=True)},
    ),
    Benchmark(
        "threads",
        "durable rate of 16 waiting threads, to that of one",
        sharing.threads,
        {"threads": Goal(2.5, is_least=True)},
    ),
    Benchmark(
        "processes",
        "8 processes that write for 10 s: the slowest to the fastest, the longest wait",
        sharing.processes,
        {"processes-fairness": Goal(0.5, is_least=True), "processes-longest-wait": Goal(250)},
    ),
    Benchmark(
        "load",
        "bulk load in random key order, to raw inserts in key order and decoding",
        bulk.load,
        {"load": Goal(3.0)},
    ),
    Benchmark(
        "memory",
        "largest memory of loading and scanning a million items, to a hundred thousand",
        bulk.memory,
    ),
    Benchmark(
        "statement-by-key",
        "a SELECT with the full key, and the parse of a known text, to GetItem",
        statements.by_key,
        {"statement-by-key": Goal(2.0), "statement-parse": Goal(0.05)},
    ),
    Benchmark(
        "statement-inserts",
        "INSERTs through the pipe of the prompt, to durable PutItems",
        statements.inserts,
        {"statement-inserts": Goal(2.0)},
    ),
    Benchmark(
        "statement-select",
        "rate of a SELECT of a million items to Scan's, and the memory of `dyntui sql`",
        statements.select,
        {
            "statement-select-rate": Goal(0.6, is_least=True),
            "statement-select-memory": Goal(150),
        },
    ),
    Benchmark(
        "import",
        "import of gzip files in random order, to decoding and raw sorted inserts",
        transfers.imports,
        {"import-json": Goal(3.0)},
    ),
    Benchmark(
        "export",
        "export of a table, to a raw scan and gzip at the same level",
        transfers.exports,
        {"export-dynamodb-json": Goal(2.0)},
    ),
    Benchmark(
        "import-memory",
        "largest memory of an import of a million items",
        transfers.memory,
        {"import-memory": Goal(200)},
    ),
    Benchmark(
        "transfer-traffic",
        "99th percentile of durable writes amid an export and an import, to that without",
        transfers.beside_traffic,
        {"export-traffic": Goal(2.0), "import-traffic": Goal(2.0)},
    ),
    Benchmark(
        "backup",
        "a backup, to compressing and sealing the same bytes",
        ways_back.backup,
        {"backup-rate": Goal(100, is_least=True)},
    ),
    Benchmark(
        "restore",
        "a restore without and with a global index, to raw inserts in key order of the same rows",
        ways_back.restore,
        {"restore": Goal(2.0), "restore-indexed": Goal(2.0)},
    ),
    Benchmark(
        "snapshot",
        "a snapshot of an idle Region of 100 MB",
        ways_back.snapshot,
        {"snapshot": Goal(1.0)},
    ),
    Benchmark(
        "backup-traffic",
        "99th percentile of durable writes amid a backup, a restore, differences, to that without",
        ways_back.beside_traffic,
        {"backup-traffic": Goal(2.0), "restore-traffic": Goal(2.0), "diff-traffic": Goal(2.0)},
    ),
    Benchmark(
        "seeded",
        "a Region in memory that begins with a seed's image, to one that is filled",
        ways_back.seeded,
    ),
    Benchmark(
        "sealing",
        "sealing and opening an item of ten attributes, to the cryptography that it needs",
        itemcrypto.sealing,
        {
            "seal-unsigned": Goal(2.0),
            "open-unsigned": Goal(2.0),
            "seal-signed": Goal(2.0),
            "open-signed": Goal(2.0),
        },
    ),
    Benchmark(
        "branch-keys",
        "the same under a cached branch key",
        itemcrypto.cached,
        {"seal-branch-key": Goal(2.0), "open-branch-key": Goal(2.0)},
    ),
    Benchmark(
        "verifying",
        "a table of sealed items scanned and checked, to its items opened",
        itemcrypto.verifying,
    ),
    Benchmark(
        "accounting",
        "GetItem that is counted and asks for capacity, to one that does neither",
        accounting.accounting,
        {"accounting-cost": Goal(4.0), "accounting-enforced-cost": Goal(4.0)},
    ),
    Benchmark(
        "metrics-storage",
        "the metrics of a table that is never idle, after 35 days, to what is in them",
        accounting.storage,
        {"metrics-storage": Goal(10.0)},
    ),
    Benchmark("startup", "starting a command, to a Python that does nothing", startup.startup),
    Benchmark(
        "layout",
        "pages of 4 and 16 KiB, each with its inline limit, to pages of 8 KiB",
        layout.layout,
    ),
    Benchmark(
        "dashboard",
        "the app on the page on capacity, to an empty app: processor time",
        dashboard.dashboard,
        {"dashboard-rest-core": Goal(5), "dashboard-busy-core": Goal(20)},
    ),
)
