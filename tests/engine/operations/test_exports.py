"""ExportTableToPointInTime and ImportTable, in a folder and in memory."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine import Engine, Settings, VirtualClock
from engine.client.protocol import Json
from engine.errors import (
    ExportConflictException,
    ExportNotFoundException,
    ImportConflictException,
    ImportNotFoundException,
    InvalidExportTimeException,
    PointInTimeRecoveryUnavailableException,
    ResourceInUseException,
    TableNotFoundException,
    UnknownOperationException,
    ValidationException,
)
from tests.engine.storage.upkeep_by_hand import upkeep_by_hand

START_S = 1_800_000_000
KEYS: Json = {
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "BillingMode": "PAY_PER_REQUEST",
}


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(START_S)


@pytest.fixture(params=["folder", "memory"])
def db(request: pytest.FixtureRequest, tmp_path: Path, clock: VirtualClock) -> Iterator[Engine]:
    settings = Settings(buckets={"bucket": str(tmp_path / "bucket")})
    if request.param == "memory":
        opened = Engine.in_memory(settings=settings, clock=clock)
    else:
        opened = Engine.open(tmp_path / "data", settings=settings, clock=clock)
    with upkeep_by_hand(), opened as engine:
        engine.create_table(TableName="table", **KEYS)
        engine.update_continuous_backups(
            TableName="table", PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
        )
        yield engine


def arn(db: Engine, table: str = "table") -> str:
    found: str = db.describe_table(TableName=table)["Table"]["TableArn"]
    return found


def put(db: Engine, key: str, value: str = "") -> None:
    db.put_item(TableName="table", Item={"id": {"S": key}, "value": {"S": value}})


def export(db: Engine, **more: Any) -> Json:
    request = {"TableArn": arn(db), "S3Bucket": "bucket"} | more
    begun = db.export_table_to_point_in_time(**request)["ExportDescription"]
    found: Json = db.describe_export(ExportArn=begun["ExportArn"])["ExportDescription"]
    return found


def data_lines(tmp_path: Path, exported: Json) -> list[Json]:
    """What the data files of an export hold, found by its manifests."""
    bucket = tmp_path / "bucket"
    summary = json.loads((bucket / exported["ExportManifest"]).read_bytes())
    files = (bucket / summary["manifestFilesS3Key"]).read_text().splitlines()
    return [
        json.loads(line)
        for file in map(json.loads, files)
        for line in gzip.decompress((bucket / file["dataFileS3Key"]).read_bytes()).splitlines()
    ]


def test_an_export_has_the_items_of_its_time(
    db: Engine, clock: VirtualClock, tmp_path: Path
) -> None:
    put(db, "a", "old")
    put(db, "gone")
    clock.advance(60)
    at_s = clock.now_us() / 1_000_000
    clock.advance(60)
    put(db, "a", "new")
    put(db, "b")
    db.delete_item(TableName="table", Key={"id": {"S": "gone"}})
    begun = db.export_table_to_point_in_time(TableArn=arn(db), S3Bucket="bucket")
    assert begun["ExportDescription"]["ExportStatus"] == "IN_PROGRESS"
    then, now = export(db, ExportTime=at_s), export(db)
    assert then["ExportStatus"] == now["ExportStatus"] == "COMPLETED"
    assert sorted(line["Item"]["id"]["S"] for line in data_lines(tmp_path, then)) == ["a", "gone"]
    assert sorted(
        (line["Item"]["id"]["S"], line["Item"]["value"]["S"]) for line in data_lines(tmp_path, now)
    ) == [("a", "new"), ("b", "")]
    assert then["ItemCount"] == 2
    assert then["ExportTime"] == at_s
    assert then["BilledSizeBytes"] == len("id") * 2 + len("value") * 2 + len("aoldgone")


def test_an_incremental_export_has_the_net_changes(
    db: Engine, clock: VirtualClock, tmp_path: Path
) -> None:
    for key in ("same", "changed", "deleted"):
        put(db, key, "before")
    clock.advance(10)
    from_s = clock.now_us() / 1_000_000
    put(db, "changed", "first")
    clock.advance(600)
    put(db, "changed", "last")
    changed_us = clock.now_us()
    put(db, "new")
    put(db, "came and went")
    db.delete_item(TableName="table", Key={"id": {"S": "deleted"}})
    db.delete_item(TableName="table", Key={"id": {"S": "came and went"}})
    clock.advance(600)
    to_s = clock.now_us() / 1_000_000
    put(db, "too late")
    window = {"ExportFromTime": from_s, "ExportToTime": to_s}
    done = export(db, ExportType="INCREMENTAL_EXPORT", IncrementalExportSpecification=window)
    assert done["ExportStatus"] == "COMPLETED"
    lines = {line["Keys"]["id"]["S"]: line for line in data_lines(tmp_path, done)}
    assert sorted(lines) == ["changed", "deleted", "new"]
    assert lines["changed"] == {
        "Metadata": {"WriteTimestampMicros": {"N": str(changed_us)}},
        "Keys": {"id": {"S": "changed"}},
        "OldImage": {"id": {"S": "changed"}, "value": {"S": "before"}},
        "NewImage": {"id": {"S": "changed"}, "value": {"S": "last"}},
    }
    assert "NewImage" not in lines["deleted"]
    assert "OldImage" not in lines["new"]
    new_only = export(
        db,
        ExportType="INCREMENTAL_EXPORT",
        IncrementalExportSpecification=window | {"ExportViewType": "NEW_IMAGE"},
    )
    assert all("OldImage" not in line for line in data_lines(tmp_path, new_only))


def test_what_cannot_be_exported_is_refused(db: Engine, clock: VirtualClock) -> None:
    now_s = clock.now_us() / 1_000_000
    with pytest.raises(InvalidExportTimeException):
        export(db, ExportTime=now_s + 1)
    with pytest.raises(InvalidExportTimeException):
        export(db, ExportTime=now_s - 1)
    with pytest.raises(TableNotFoundException, match="Table not found: none"):
        export(db, TableArn=arn(db).replace("table/table", "table/none"))
    with pytest.raises(ValidationException):
        export(db, ExportType="INCREMENTAL_EXPORT")
    with pytest.raises(ExportNotFoundException):
        db.describe_export(ExportArn=arn(db) + "/export/01600000000000-00000000")
    db.create_table(TableName="without", **KEYS)
    with pytest.raises(PointInTimeRecoveryUnavailableException, match="is not enabled"):
        export(db, TableArn=arn(db, "without"))


def test_a_token_begins_one_export(db: Engine, clock: VirtualClock) -> None:
    first = export(db, ClientToken="token")
    assert export(db, ClientToken="token", S3Bucket="bucket")["ExportArn"] == first["ExportArn"]
    with pytest.raises(ExportConflictException):
        export(db, ClientToken="token", S3Prefix="other")
    clock.advance(8 * 3_600 + 1)
    assert export(db, ClientToken="token")["ExportArn"] != first["ExportArn"]


def test_exports_are_listed_page_by_page(db: Engine, clock: VirtualClock) -> None:
    arns = []
    for _ in range(3):
        arns.append(export(db)["ExportArn"])
        clock.advance(1)
    first = db.list_exports(MaxResults=2)
    second = db.list_exports(MaxResults=2, NextToken=first["NextToken"])
    listed = [one["ExportArn"] for one in first["ExportSummaries"] + second["ExportSummaries"]]
    assert listed == arns[::-1]
    assert "NextToken" not in second
    assert db.list_exports(TableArn=arn(db).replace("table/table", "table/no")) == {
        "ExportSummaries": []
    }


def import_(db: Engine, **more: Any) -> Json:
    request = {
        "S3BucketSource": {"S3Bucket": "bucket", "S3KeyPrefix": "in"},
        "InputFormat": "DYNAMODB_JSON",
        "TableCreationParameters": {"TableName": "made"} | KEYS,
    } | more
    begun = db.import_table(**request)["ImportTableDescription"]
    found: Json = db.describe_import(ImportArn=begun["ImportArn"])["ImportTableDescription"]
    return found


def place(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / "bucket" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def items_of(db: Engine, table: str = "made") -> list[Json]:
    items: list[Json] = db.scan(TableName=table)["Items"]
    return sorted(items, key=lambda item: str(item["id"]))


def test_an_import_makes_a_table_with_its_indexes(db: Engine, tmp_path: Path) -> None:
    place(tmp_path, "in/1", b'{"Item":{"id":{"S":"a"},"g":{"S":"x"}}}\n')
    place(tmp_path, "in/2", b'{"Item":{"id":{"S":"b"},"g":{"S":"x"}}}\n{"Item":{"id":{"S":"c"}}}')
    place(tmp_path, "other", b"not this")
    parameters = KEYS | {
        "TableName": "made",
        "AttributeDefinitions": [
            {"AttributeName": name, "AttributeType": "S"} for name in ("id", "g")
        ],
        "GlobalSecondaryIndexes": [
            {
                "IndexName": "by-g",
                "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
    }
    done = import_(db, TableCreationParameters=parameters)
    assert done["ImportStatus"] == "COMPLETED"
    assert (done["ProcessedItemCount"], done["ImportedItemCount"], done["ErrorCount"]) == (3, 3, 0)
    assert done["ProcessedSizeBytes"] == sum(
        path.stat().st_size for path in (tmp_path / "bucket" / "in").iterdir()
    )
    assert len(items_of(db)) == 3
    assert db.scan(TableName="made", IndexName="by-g")["Count"] == 2
    assert db.describe_table(TableName="made")["Table"]["TableStatus"] == "ACTIVE"


def test_what_is_no_item_is_counted_and_logged(db: Engine, tmp_path: Path) -> None:
    place(
        tmp_path,
        "in",
        b'{"Item":{"id":{"S":"a"}}}\n{"Item":{"no":{"S":"a"}}}\nx\n{"Item":{"id":{"N":"1"}}}\n',
    )
    done = import_(db)
    assert done["ImportStatus"] == "FAILED"
    assert done["FailureCode"] == "ItemValidationError"
    assert (done["ProcessedItemCount"], done["ImportedItemCount"], done["ErrorCount"]) == (4, 1, 3)
    assert items_of(db) == [{"id": {"S": "a"}}]
    errors = db.import_errors(done["ImportArn"])
    assert [error["itemS3Pointer"]["itemIndex"] for error in errors] == [2, 3, 4]
    assert "Missing the key id in the item" in errors[0]["errorMessages"][0]


def test_a_csv_is_imported_as_the_service_does(db: Engine, tmp_path: Path) -> None:
    place(tmp_path, "in", b"a;1\nb;2\n")
    options = {"Csv": {"Delimiter": ";", "HeaderList": ["id", "n"]}}
    done = import_(db, InputFormat="CSV", InputFormatOptions=options)
    assert done["ImportStatus"] == "COMPLETED"
    assert items_of(db) == [
        {"id": {"S": "a"}, "n": {"S": "1"}},
        {"id": {"S": "b"}, "n": {"S": "2"}},
    ]


def test_an_export_is_imported_again(db: Engine) -> None:
    put(db, "a", "x")
    put(db, "b", "y")
    for form in ("DYNAMODB_JSON", "ION"):
        done = export(db, ExportFormat=form, S3Prefix=form)
        manifest = done["ExportManifest"].removesuffix("manifest-summary.json")
        imported = import_(
            db,
            S3BucketSource={"S3Bucket": "bucket", "S3KeyPrefix": f"{manifest}data/"},
            InputFormat=form,
            InputCompressionType="GZIP",
            TableCreationParameters={"TableName": f"made.{form}"} | KEYS,
        )
        assert imported["ImportStatus"] == "COMPLETED"
        assert items_of(db, f"made.{form}") == items_of(db, "table")


def test_a_bucket_that_is_missing_makes_no_table(db: Engine) -> None:
    done = import_(db, S3BucketSource={"S3Bucket": "nowhere"})
    assert (done["ImportStatus"], done["FailureCode"]) == ("FAILED", "S3NoSuchBucket")
    assert db.list_tables()["TableNames"] == ["table"]


def test_what_cannot_be_imported_is_refused(db: Engine, tmp_path: Path) -> None:
    place(tmp_path, "in", b"")
    with pytest.raises(ResourceInUseException, match="Table already exists: table"):
        import_(db, TableCreationParameters={"TableName": "table"} | KEYS)
    with pytest.raises(ImportNotFoundException):
        db.describe_import(ImportArn=arn(db) + "/import/01600000000000-00000000")
    done = import_(db, ClientToken="token")
    assert import_(db, ClientToken="token")["ImportArn"] == done["ImportArn"]
    with pytest.raises(ImportConflictException):
        import_(db, ClientToken="token", InputFormat="ION")
    assert [one["ImportArn"] for one in db.list_imports()["ImportSummaryList"]] == [
        done["ImportArn"]
    ]


def filtered(db: Engine, tmp_path: Path, **specification: Any) -> list[Json]:
    """What an export takes of the table by a specification."""
    done = export(db, FilterSpecification=specification)
    assert done["ItemCount"] == len(data_lines(tmp_path, done))
    return [line["Item"] for line in data_lines(tmp_path, done)]


def test_an_export_takes_what_its_filter_says(db: Engine, tmp_path: Path) -> None:
    for key in ("a", "b", "c"):
        put(db, key, f"value of {key}")
    db.put_item(TableName="table", Item={"id": {"S": "d"}, "photo": {"B": b"\xff"}})
    names = {"#v": "value"}
    assert filtered(
        db,
        tmp_path,
        FilterExpression="contains(#v, :text) AND id > :id",
        ProjectionExpression="id",
        ExpressionAttributeNames=names,
        ExpressionAttributeValues={":text": {"S": "of"}, ":id": {"S": "b"}},
    ) == [{"id": {"S": "c"}}]
    assert filtered(
        db,
        tmp_path,
        KeyConditionExpression="id = :id",
        ExpressionAttributeValues={":id": {"S": "b"}},
    ) == [{"id": {"S": "b"}, "value": {"S": "value of b"}}]
    assert filtered(
        db,
        tmp_path,
        FilterExpression="photo = :photo",
        ExpressionAttributeValues={":photo": {"B": b"\xff"}},
    ) == [{"id": {"S": "d"}, "photo": {"B": "/w=="}}]


def test_a_filter_that_cannot_be_is_refused_before_an_export_begins(
    db: Engine, clock: VirtualClock
) -> None:
    for specification, said in (
        ({"FilterExpression": "id >"}, "Syntax error"),
        ({"FilterExpression": "id = :v"}, "is not defined"),
        (
            {
                "KeyConditionExpression": "id = :v",
                "FilterExpression": "id > :v",
                "ExpressionAttributeValues": {":v": {"S": "a"}},
            },
            "can only contain non-primary key attributes",
        ),
    ):
        with pytest.raises(ValidationException, match=said):
            export(db, FilterSpecification=specification)
    clock.advance(3_600)
    with pytest.raises(UnknownOperationException, match="FilterSpecification"):
        export(
            db,
            ExportType="INCREMENTAL_EXPORT",
            IncrementalExportSpecification={"ExportFromTime": clock.now_us() / 1e6 - 1_800},
            FilterSpecification={"FilterExpression": "attribute_exists(id)"},
        )
    assert db.list_exports()["ExportSummaries"] == []
