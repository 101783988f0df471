"""An export for analysis: the whole table as files, without drawing on its capacity."""

from __future__ import annotations

import gzip
from collections import Counter
from pathlib import Path

import orjson

from dyntui.core.text.amounts import counted
from dyntui.lessons.lesson import Lesson, Parameter
from dyntui.lessons.page import Json, Page, units_of
from dyntui.lessons.sandbox import BUCKET
from engine.client.paging import answers
from sample_data import DATASETS

TABLE = "movies"
TOLD: Json = {"ReturnConsumedCapacity": "TOTAL"}


def tell(page: Page) -> None:
    """Export all films, look at the files, and count in them; then export a change."""
    attribute = page.value("by")
    page.box.load_sample(TABLE)
    _refused(page)
    exported = _export(page)
    _analyse(page, attribute, exported)
    _incremental(page)


def _arn(page: Page) -> str:
    arn: str = page.box.engine.call("DescribeTable", {"TableName": TABLE})["Table"]["TableArn"]
    return arn


def _refused(page: Page) -> None:
    page.step(
        "What an export needs",
        "An export is made from what point-in-time recovery keeps, not from the table: that is why "
        "it draws nothing from its capacity, and why recovery has to be on.",
    )
    request = {"TableArn": _arn(page), "S3Bucket": BUCKET}
    error = page.refused("ExportTableToPointInTime", request)
    on = {"PointInTimeRecoveryEnabled": True}
    page.do("UpdateContinuousBackups", {"TableName": TABLE, "PointInTimeRecoverySpecification": on})
    page.claim(
        "Without recovery the export is refused.", error is not None, refused=error is not None
    )


def _wait(page: Page, begun: Json) -> Json:
    found: Json = page.box.engine.call("DescribeExport", {"ExportArn": begun["ExportArn"]})
    described: Json = found["ExportDescription"]
    return described


def _lines(page: Page, exported: Json) -> list[Json]:
    """What the data files of an export hold, found by its manifests."""
    bucket = page.box.bucket
    summary = orjson.loads((bucket / exported["ExportManifest"]).read_bytes())
    files = (bucket / summary["manifestFilesS3Key"]).read_bytes().splitlines()
    return [
        orjson.loads(line)
        for file in map(orjson.loads, files)
        for line in gzip.decompress((bucket / file["dataFileS3Key"]).read_bytes()).splitlines()
    ]


def _export(page: Page) -> Json:
    page.step(
        "The table as files",
        "The bucket gets files of DynamoDB JSON, compressed, an item a line, and manifests that "
        "name them. Here the bucket is a folder of the lesson.",
    )
    page.box.clock.advance(1)
    request = {"TableArn": _arn(page), "S3Bucket": BUCKET, "S3Prefix": "films"}
    begun = page.ask("ExportTableToPointInTime", request, "")["ExportDescription"]
    exported = _wait(page, begun)
    drawn, _ = page.box.consumed(TABLE)
    files = [path for path in page.box.bucket.rglob("*") if path.is_file()]
    kinds = Counter(_kind(path) for path in files)
    page.table(("file", "how many"), sorted(kinds.items()))
    scan: Json = {"TableName": TABLE, "Select": "COUNT"} | TOLD
    scanned = sum(map(units_of, answers(page.box.engine.call, "Scan", scan)), 0.0)
    page.claim(
        f"{exported['ItemCount']:,} items were exported for {counted(drawn, 'read unit')}; "
        f"a scan takes {scanned:g}.",
        exported["ExportStatus"] == "COMPLETED"
        and exported["ItemCount"] == DATASETS[TABLE].row_count
        and drawn == 0,
        exported=exported["ItemCount"],
        export_units=drawn,
        scan_units=scanned,
    )
    page.hint("CLI", f"dyntui export {TABLE} films/   writes the same layout to a folder")
    page.hint(
        "app",
        "{browser.transfers}, Transfers: {transfers.export} exports a table, and shows "
        "how far it is.",
    )
    return exported


def _kind(path: Path) -> str:
    return "data/….json.gz" if path.parent.name == "data" else path.name


def _analyse(page: Page, attribute: str, exported: Json) -> None:
    page.step(
        "Analysis elsewhere",
        "The files are for tools that count, join and draw: a query engine over the bucket, a "
        f"notebook, or ten lines of Python. Here the films are counted by {attribute}.",
    )
    items = [line["Item"] for line in _lines(page, exported)]
    counts = Counter(item[attribute]["S"] for item in items if attribute in item)
    page.bars("films", {name: float(count) for name, count in counts.most_common(8)})
    top, most = counts.most_common(1)[0]
    scan: Json = {
        "TableName": TABLE,
        "FilterExpression": "#a = :top",
        "ExpressionAttributeNames": {"#a": attribute},
        "ExpressionAttributeValues": {":top": {"S": top}},
    }
    real = page.ask("Scan", scan, "Count", "ScannedCount")["Count"]
    page.claim(
        f"{top} leads with {most:,} films, as the table itself says.",
        most == real and len(items) == exported["ItemCount"],
        top=top,
        top_count=most,
    )
    page.hint("PartiQL", f"SELECT {attribute}, COUNT(*) FROM {TABLE} GROUP BY {attribute}")


def _incremental(page: Page) -> None:
    page.step(
        "Only what changed",
        "An incremental export has what changed in a window of 15 minutes to 24 hours: one record "
        "for each key, with its image before and after.",
    )
    since_s = page.box.now_s
    page.box.clock.advance(60)
    key = {"id": {"S": "jaws-1975"}}
    update: Json = {
        "TableName": TABLE,
        "Key": key,
        "UpdateExpression": "ADD seen :one",
        "ExpressionAttributeValues": {":one": {"N": "1"}},
    }
    for _ in range(3):
        page.box.engine.call("UpdateItem", update)
    page.box.engine.call("DeleteItem", {"TableName": TABLE, "Key": {"id": {"S": "alien-1979"}}})
    page.box.clock.advance(1_000)
    request: Json = {
        "TableArn": _arn(page),
        "S3Bucket": BUCKET,
        "S3Prefix": "changes",
        "ExportType": "INCREMENTAL_EXPORT",
        "IncrementalExportSpecification": {
            "ExportFromTime": since_s,
            "ExportToTime": since_s + 900,
            "ExportViewType": "NEW_AND_OLD_IMAGES",
        },
    }
    begun = page.ask("ExportTableToPointInTime", request, "")["ExportDescription"]
    records = _lines(page, _wait(page, begun))
    page.table(
        ("id", "before", "after"),
        [
            (record["Keys"]["id"]["S"], "OldImage" in record, "NewImage" in record)
            for record in sorted(records, key=lambda record: str(record["Keys"]))
        ],
    )
    page.claim(
        f"Three updates of one film and a deletion are {counted(len(records), 'record')}.",
        len(records) == 2,
        changed_records=len(records),
    )


LESSON = Lesson(
    name="export",
    title="Export for analysis",
    teaches="The table as files for other tools, without units, and only what changed.",
    tell=tell,
    parameters=(Parameter("by", "count by", ("genre", "mpaa_rating", "distributor")),),
    needs_bucket=True,
)
