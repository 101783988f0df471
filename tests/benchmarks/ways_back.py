"""Backups, restores and snapshots, to what their bytes and rows cost at least."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import count
from pathlib import Path
from statistics import quantiles

import zstandard
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from engine import Engine
from engine.storage.keys import KEYS_END, KeyRange
from tests.benchmarks.engines import create_table, engine_with
from tests.benchmarks.figures import Figure, Setting
from tests.benchmarks.items import TABLE, key_of, make_item
from tests.benchmarks.pairing import compare, seconds
from tests.benchmarks.raw import RawTable, Row

_BACKED_UP = 100_000
_RESTORED = 200_000
_ROUNDS = 5
_BLOCK_BYTES = 1024 * 1024
_MEGABYTE = 1e6


def rows_of(db: Engine, index: str | None = None) -> list[Row]:
    """The rows of the table, or of its index, in key order."""
    table = db._region.database.reload_catalog().tables[TABLE]
    found = None if index is None else table.index(index)
    storage = table.storage if found is None else found.storage
    everything = KeyRange(b"", KEYS_END)
    return db._region.database.read(
        lambda reader, _: [
            (key, size, value) for value, size, key in reader.range_with_keys(storage, everything)
        ]
    )


def backup(setting: Setting) -> Iterable[Figure]:
    """A backup in place, against compressing and sealing the same bytes; and its rate."""
    total = setting.count(_BACKED_UP, least=200)
    turns = count()
    with engine_with(setting.folder / "backup", total) as db:
        rows = rows_of(db)
        size = sum(row[1] for row in rows)
        content = b"".join(key + value for key, _, value in rows)
        blocks = [
            content[start : start + _BLOCK_BYTES] for start in range(0, len(content), _BLOCK_BYTES)
        ]

        def subject() -> None:
            db.snapshot(f"snapshot-{next(turns)}", [TABLE])

        def floor() -> None:
            compressor, cipher = zstandard.ZstdCompressor(level=1), AESGCM(bytes(32))
            with (setting.folder / "floor").open("wb") as file:
                for number, block in enumerate(blocks):
                    nonce = number.to_bytes(12, "big")
                    file.write(cipher.encrypt(nonce, compressor.compress(block), None))

        pair = compare(subject, floor, _ROUNDS)
        yield Figure("backup", pair.ratio, f"{pair.detail_ms()}, {total:,} items")
        rate = size / _MEGABYTE / min(pair.subject_s)
        yield Figure("backup-rate", rate, f"{size / _MEGABYTE:.0f} MB of items", " MB/s")


def restore(setting: Setting) -> Iterable[Figure]:
    """A restore in place, without and with an index, to sorted inserts of the same rows."""
    total = setting.count(_RESTORED, least=200)
    for name, index in (("restore", None), ("restore-indexed", "by-status")):
        folder = setting.folder / name
        turns = count()
        with Engine.open(folder) as db:
            create_table(db, TABLE, with_index=index is not None)
            db.load_items(TABLE, map(make_item, range(total)))
            db.snapshot("full")
            rows = [rows_of(db)] + ([] if index is None else [rows_of(db, index)])

        pair = compare(
            partial(_restore_once, folder, turns), partial(_insert_all, setting, rows, turns), 3
        )
        yield Figure(name, pair.ratio, f"{pair.detail_ms()}, {total:,} items")


def _restore_once(folder: Path, turns: Iterator[int]) -> None:
    with Engine.open(folder) as db:
        db.restore("full", {TABLE: f"again-{next(turns)}"})


def _insert_all(setting: Setting, parts: list[list[Row]], turns: Iterator[int]) -> None:
    for part in parts:
        raw = RawTable(setting.folder / f"raw-{next(turns)}.db")
        raw.load(part)
        raw.close()


def snapshot(setting: Setting) -> Iterable[Figure]:
    """A snapshot of an idle Region of 100 MB of items, in seconds."""
    total = setting.count(125_000, least=200)
    turns = count()
    with engine_with(setting.folder / "snapshot", total) as db:
        taken = min(seconds(lambda: db.snapshot(f"snapshot-{next(turns)}")) for _ in range(3))
        size = db.storage_report().sizes[0].size_bytes
        yield Figure("snapshot", taken, f"{size / _MEGABYTE:.0f} MB of items", " s")


def beside_traffic(setting: Setting) -> Iterable[Figure]:
    """The 99th percentile of durable writes while a backup, a restore, differences run, to that
    without."""
    total = setting.count(_BACKED_UP, least=2_000)
    writes = setting.count(2_000, least=40)
    with engine_with(setting.folder / "traffic", total) as db:
        since_s = db.window(TABLE).latest_s
        alone = writes_p99(db, total, writes)
        db.create_backup(TableName=TABLE, BackupName="beside")
        amid_backup = writes_p99(db, total, writes // 4)
        finish_jobs(db)
        (summary,) = db.list_backups()["BackupSummaries"]
        db.restore_table_from_backup(TargetTableName="again", BackupArn=summary["BackupArn"])
        amid_restore = writes_p99(db, total, writes // 4)
        finish_jobs(db)
        with _differences(db, since_s):
            amid_diff = writes_p99(db, total, writes // 4)
    told = f"{alone * 1e3:.1f} ms alone"
    yield Figure("backup-traffic", amid_backup / alone, f"{amid_backup * 1e3:.1f} ms, {told}")
    yield Figure("restore-traffic", amid_restore / alone, f"{amid_restore * 1e3:.1f} ms, {told}")
    yield Figure("diff-traffic", amid_diff / alone, f"{amid_diff * 1e3:.1f} ms, {told}")


@contextmanager
def _differences(db: Engine, since_s: float) -> Iterator[None]:
    """A thread of this process takes the difference since a time, again and again."""
    over = threading.Event()

    def work() -> None:
        while not over.is_set():
            list(db.diff(TABLE, since_s))

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def writes_p99(db: Engine, total: int, writes: int) -> float:
    """The 99th percentile of durable writes, in seconds."""
    taken = []
    for number in range(writes):
        request = {"TableName": TABLE, "Item": make_item(number * 31 % total, number + 1)}
        taken.append(seconds(partial(db.put_item, **request)))
    return quantiles(taken, n=100)[98]


def finish_jobs(db: Engine) -> None:
    """Wait until no job is at work."""
    pause = threading.Event()
    while any(job.failure is None for job in db.jobs()):
        pause.wait(0.05)


def seeded(setting: Setting) -> Iterable[Figure]:
    """A Region in memory made of an image, against one made and filled by requests."""
    total = setting.count(1_000, least=20)
    with Engine.in_memory() as db:
        create_table(db, TABLE)
        db.load_items(TABLE, map(make_item, range(total)))
        image = db.image()

    def subject() -> None:
        with Engine.in_memory(image=image) as db:
            db.get_item(TableName=TABLE, Key=key_of(0))

    def floor() -> None:
        with Engine.in_memory() as db:
            create_table(db, TABLE)
            db.load_items(TABLE, map(make_item, range(total)))

    pair = compare(subject, floor, 21)
    yield Figure("seeded", pair.ratio, f"{pair.detail(1)}, {total:,} items")
