"""Exports and imports, against the raw table and the libraries beneath them."""

from __future__ import annotations

import gzip
import io
from collections.abc import Callable, Iterable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import orjson
from amazon.ion.simpleion import loads
from zlib_ng import gzip_ng

from dyntui.core.connection.connect import Connection
from dyntui.core.tables.schema import TableInfo
from dyntui.core.transfers.exporting import Target, export_folder, target_of
from dyntui.core.transfers.importing import Import, Outcome, reading_for, source_at
from engine import Engine
from engine.clock import SYSTEM_CLOCK
from engine.transfer import csv_rows, dynamodb_json, ion
from engine.transfer.compression import GZIP_LEVEL
from tests.benchmarks.bulk import peak_mib
from tests.benchmarks.engines import create_table, engine_with
from tests.benchmarks.figures import Figure, Setting
from tests.benchmarks.items import TABLE, make_item, numbers_in_random_order
from tests.benchmarks.pairing import compare
from tests.benchmarks.raw import RawTable, Row, raw_key
from tests.benchmarks.ways_back import finish_jobs, writes_p99

_ITEMS = 100_000
open_gzip: Any = gzip_ng.open
_ROUNDS = 3


def imports(setting: Setting) -> Iterable[Figure]:
    """A gzip file of items in random order, against decoding its lines and raw sorted inserts."""
    total = setting.count(_ITEMS, least=500)
    numbers = numbers_in_random_order(total)
    raws = [orjson.dumps(make_item(number)) for number in numbers]
    columns = csv_rows.columns_of(raws[:1], ["customer", "order"])
    forms: dict[str, tuple[bytes, Callable[[bytes], bytes]]] = {
        "json": (b"", dynamodb_json.line),
        "ion": (b"", ion.line),
        "csv": (csv_rows.head_line(columns), lambda raw: csv_rows.row_line(columns, raw)),
    }
    turns = count()
    in_order = sorted(zip(map(raw_key, numbers), raws, strict=True))

    def floor() -> None:
        raw = RawTable(setting.folder / f"import-{next(turns)}.db")
        raw.load(_decoded(in_order))
        raw.close()

    for name, (head, line) in forms.items():
        path = setting.folder / f"items.{name}.gz"
        path.write_bytes(gzip.compress(head + b"".join(map(line, raws)), GZIP_LEVEL))

        def subject(path: Path = path) -> None:
            import_into(setting.folder / f"import-{next(turns)}", path)

        pair = compare(subject, floor, _ROUNDS)
        detail = f"{pair.detail(total)} per item, {total:,} items"
        yield Figure(f"import-{name}", pair.ratio, detail)
    path = setting.folder / "items.json.gz"
    pair = compare(
        lambda: import_into(setting.folder / f"import-{next(turns)}", path, with_index=True),
        floor,
        _ROUNDS,
    )
    yield Figure("import-indexed", pair.ratio, "with one global index, to the floor without")
    texts = [ion.line(raw).decode() for raw in raws]
    path = setting.folder / "items.ion.gz"

    def reader() -> None:
        for text in texts:
            loads(text, single_value=False)

    pair = compare(
        lambda: import_into(setting.folder / f"import-{next(turns)}", path), reader, _ROUNDS
    )
    yield Figure("import-ion-reader", pair.ratio, "to amazon.ion's reading alone")


def _decoded(in_order: Iterable[tuple[bytes, bytes]]) -> Iterator[Row]:
    for key, line in in_order:
        orjson.loads(line)
        yield key, len(line), line


def import_into(folder: Path, path: Path, *, with_index: bool = False) -> None:
    """Import a file into a table of a new folder, as `dyntui import` does."""
    with Engine.open(folder) as db:
        create_table(db, TABLE, with_index=with_index)
        source = source_at(str(path), io.BytesIO())
        how = reading_for(source, None, None, {"customer": "S", "order": "N"})
        connection = Connection(db, db, db.region, None)
        info = TableInfo.from_description(db.describe_table(TableName=TABLE)["Table"])
        Import(source, how, _refuse).run(connection, info, "replace", _quiet)


def _refuse(rejection: object) -> None:
    raise AssertionError(rejection)


def _quiet(_: Outcome, __: bool) -> None:
    """Nobody watches."""


def exports(setting: Setting) -> Iterable[Figure]:
    """A folder as the service lays it out, against a raw scan and gzip at the same level."""
    total = setting.count(_ITEMS, least=500)
    turns = count()
    raw = RawTable(setting.folder / "export.db")
    raws = {number: orjson.dumps(make_item(number)) for number in range(total)}
    raw.load(sorted((raw_key(number), len(one), one) for number, one in raws.items()))

    def floor() -> None:
        with open_gzip(setting.folder / f"raw-{next(turns)}.gz", "wb", GZIP_LEVEL) as file:
            for (value,) in raw.execute("SELECT v FROM t ORDER BY k"):
                file.write(value)
                file.write(b"\n")

    with Engine.open(setting.folder / "export") as db:
        create_table(db, TABLE)
        db.load_items(TABLE, map(make_item, range(total)))
        info = TableInfo.from_description(db.describe_table(TableName=TABLE)["Table"])
        for form in ("dynamodb-json", "ion"):
            target = target_of(str(setting.folder / f"to-{form}"), form, None)

            def subject(target: Target = target) -> None:
                export_folder(
                    target,
                    info,
                    lambda: db.stored_items(TABLE),
                    SYSTEM_CLOCK.now_us(),
                    SYSTEM_CLOCK,
                    lambda _: None,
                )

            pair = compare(subject, floor, _ROUNDS)
            yield Figure(f"export-{form}", pair.ratio, f"{pair.detail(total)} per item")
    raw.close()


def memory(setting: Setting) -> Iterable[Figure]:
    """The largest memory of a process that imports."""
    total = setting.count(1_000_000, least=1_000)
    path = setting.folder / "many.json.gz"
    with open_gzip(path, "wb", 1) as file:
        for number in range(total):
            file.write(dynamodb_json.line(orjson.dumps(make_item(number * 7_919 % total))))
    mib = peak_mib(_import_whole, setting.folder, total)
    yield Figure("import-memory", mib, f"{total:,} items", unit=" MiB")


def _import_whole(folder: Path, _: int) -> None:
    import_into(folder / "whole", folder / "many.json.gz")


def beside_traffic(setting: Setting) -> Iterable[Figure]:
    """The 99th percentile of durable writes while an export and an import run beside them."""
    total = setting.count(_ITEMS, least=2_000)
    writes = setting.count(2_000, least=40)
    with engine_with(setting.folder / "transfer-traffic", total) as db:
        db.update_continuous_backups(
            TableName=TABLE, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
        )
        table = db.describe_table(TableName=TABLE)["Table"]
        alone = writes_p99(db, total, writes)
        begun = db.export_table_to_point_in_time(TableArn=table["TableArn"], S3Bucket="bucket")
        amid_export = writes_p99(db, total, writes // 4)
        finish_jobs(db)
        exported = db.describe_export(ExportArn=begun["ExportDescription"]["ExportArn"])
        manifest = exported["ExportDescription"]["ExportManifest"]
        db.import_table(
            S3BucketSource={
                "S3Bucket": "bucket",
                "S3KeyPrefix": manifest.rpartition("/")[0] + "/data/",
            },
            InputFormat="DYNAMODB_JSON",
            InputCompressionType="GZIP",
            TableCreationParameters={
                "TableName": "again",
                "AttributeDefinitions": table["AttributeDefinitions"],
                "KeySchema": table["KeySchema"],
                "BillingMode": "PAY_PER_REQUEST",
            },
        )
        amid_import = writes_p99(db, total, writes // 4)
        finish_jobs(db)
    told = f"{alone * 1e3:.1f} ms alone"
    yield Figure("export-traffic", amid_export / alone, f"{amid_export * 1e3:.1f} ms, {told}")
    yield Figure("import-traffic", amid_import / alone, f"{amid_import * 1e3:.1f} ms, {told}")
