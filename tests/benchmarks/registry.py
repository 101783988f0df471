"""All benchmarks: what each measures, and what is asked of it."""

from __future__ import annotations

from tests.benchmarks import (
    accounting,
    bulk,
    dashboard,
    layout,
    reads,
    sharing,
    startup,
    statements,
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
