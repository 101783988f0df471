"""CreateBackup, DescribeBackup, ListBackups, DeleteBackup."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine import Engine, VirtualClock
from tests.engine.operations.tables import Json, key, make_tables, n, refused

MISSING = "arn:aws:dynamodb:us-east-1:000000000000:table/ranged/backup/01700000000000-00000000"


def back_up(engine: Engine, table: str = "ranged", name: str = "spring") -> str:
    """Back a table up; gives the backup's ARN."""
    details = engine.create_backup(TableName=table, BackupName=name)["BackupDetails"]
    arn: str = details["BackupArn"]
    return arn


def names(engine: Engine, **request: object) -> list[str]:
    """The names of backups."""
    listed = engine.list_backups(**request)["BackupSummaries"]
    return [summary["BackupName"] for summary in listed]


def put(engine: Engine, count: int) -> None:
    """Items of `ranged`."""
    for number in range(count):
        engine.put_item(TableName="ranged", Item=key("a", str(number)) | {"g": n(number)})


def test_a_backup_is_shown_in_creation_and_then_as_it_is(engine: Engine) -> None:
    put(engine, 3)
    details = engine.create_backup(TableName="ranged", BackupName="spring")["BackupDetails"]
    size = engine.describe_table(TableName="ranged")["Table"]["TableSizeBytes"]
    assert details == {
        "BackupArn": details["BackupArn"],
        "BackupName": "spring",
        "BackupSizeBytes": size,
        "BackupStatus": "CREATING",
        "BackupType": "USER",
        "BackupCreationDateTime": 1_700_000_000.0,
    }
    table_arn, _, backup_id = details["BackupArn"].partition("/backup/")
    assert table_arn == "arn:aws:dynamodb:us-east-1:000000000000:table/ranged"
    assert backup_id.startswith("01700000000000-")
    assert len(backup_id) == 23

    described = engine.describe_backup(BackupArn=details["BackupArn"])["BackupDescription"]
    assert described["BackupDetails"] == details | {"BackupStatus": "AVAILABLE"}
    table = engine.describe_table(TableName="ranged")["Table"]
    assert described["SourceTableDetails"] == {
        "TableName": "ranged",
        "TableId": table["TableId"],
        "TableArn": table["TableArn"],
        "TableSizeBytes": size,
        "KeySchema": table["KeySchema"],
        "TableCreationDateTime": table["CreationDateTime"],
        "ProvisionedThroughput": {"ReadCapacityUnits": 0, "WriteCapacityUnits": 0},
        "ItemCount": 3,
        "BillingMode": "PAY_PER_REQUEST",
    }
    assert described["SourceTableFeatureDetails"] == {
        "GlobalSecondaryIndexes": [
            {
                "IndexName": "by-g",
                "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "KEYS_ONLY"},
                "ProvisionedThroughput": {"ReadCapacityUnits": 0, "WriteCapacityUnits": 0},
            }
        ],
        "TimeToLiveDescription": {"TimeToLiveStatus": "DISABLED"},
    }


def test_a_backup_stays_as_it_was_and_outlives_its_table(engine: Engine) -> None:
    put(engine, 3)
    arn = back_up(engine)
    before = engine.describe_backup(BackupArn=arn)
    put(engine, 9)
    engine.delete_table(TableName="ranged")
    assert engine.describe_backup(BackupArn=arn) == before
    assert names(engine, TableName="ranged") == ["spring"]


def test_backups_are_listed_page_by_page_in_the_order_of_their_making(
    engine: Engine, clock: VirtualClock
) -> None:
    for name in ("one", "two", "three"):
        back_up(engine, name=name)
        clock.advance(10)
    back_up(engine, "hash", "other")
    assert names(engine) == ["one", "two", "three", "other"]
    assert names(engine, TableName="ranged") == ["one", "two", "three"]
    first = engine.list_backups(Limit=3)
    arn = first["LastEvaluatedBackupArn"]
    assert arn == first["BackupSummaries"][-1]["BackupArn"]
    rest = engine.list_backups(Limit=3, ExclusiveStartBackupArn=arn)
    assert [summary["BackupName"] for summary in rest["BackupSummaries"]] == ["other"]
    assert "LastEvaluatedBackupArn" not in rest


def test_backups_are_listed_by_time_and_type(engine: Engine, clock: VirtualClock) -> None:
    for name in ("one", "two", "three"):
        back_up(engine, name=name)
        clock.advance(10)
    low, high = 1_700_000_010, 1_700_000_020
    assert names(engine, TimeRangeLowerBound=low) == ["two", "three"]
    assert names(engine, TimeRangeUpperBound=high) == ["one", "two"]
    assert names(engine, TimeRangeLowerBound=low, TimeRangeUpperBound=high) == ["two"]
    assert names(engine, BackupType="ALL") == names(engine, BackupType="USER")
    assert names(engine, BackupType="SYSTEM") == names(engine, BackupType="AWS_BACKUP") == []


def test_a_deleted_backup_is_described_once_more(engine: Engine) -> None:
    arn = back_up(engine)
    before = engine.describe_backup(BackupArn=arn)["BackupDescription"]
    deleted = engine.delete_backup(BackupArn=arn)["BackupDescription"]
    assert deleted.pop("BackupDetails")["BackupStatus"] == "DELETED"
    before.pop("BackupDetails")
    assert deleted == before
    assert names(engine) == []
    with refused("BackupNotFoundException", f"Backup not found: {arn}"):
        engine.describe_backup(BackupArn=arn)


@pytest.mark.parametrize("operation", ["DescribeBackup", "DeleteBackup"])
@pytest.mark.parametrize(
    "arn", [MISSING, MISSING.replace("/0", "/../../"), MISSING.replace("us-east-1", "eu-west-1")]
)
def test_a_backup_that_is_not_there(engine: Engine, operation: str, arn: str) -> None:
    back_up(engine)
    with refused("BackupNotFoundException", f"Backup not found: {arn}"):
        engine.call(operation, {"BackupArn": arn})


def test_the_arn_of_another_table_is_none_of_a_backup(engine: Engine) -> None:
    arn = back_up(engine).replace("table/ranged", "table/hash")
    with refused("BackupNotFoundException", f"Backup not found: {arn}"):
        engine.describe_backup(BackupArn=arn)


def test_a_table_that_is_not_there_has_no_backup(engine: Engine) -> None:
    with refused("TableNotFoundException", "Table not found: nowhere"):
        back_up(engine, "nowhere")


def test_a_table_that_is_being_made_changed_or_deleted_has_no_backup(
    tmp_path: Path, clock: VirtualClock
) -> None:
    (tmp_path / "config.toml").write_text("table_delay_s = 10\n")
    with Engine.open(tmp_path, clock=clock) as engine:
        make_tables(engine)
        with refused("TableInUseException", "Table is being created: ranged"):
            back_up(engine)
        clock.advance(10)
        arn = back_up(engine)
        engine.update_table(TableName="ranged", TableClass="STANDARD_INFREQUENT_ACCESS")
        with refused("TableInUseException", "Table is being updated: ranged"):
            back_up(engine)
        clock.advance(10)
        engine.delete_table(TableName="ranged")
        with refused("TableInUseException", "Table is being deleted: ranged"):
            back_up(engine)
        clock.advance(10)
        with refused("TableNotFoundException", "Table not found: ranged"):
            back_up(engine)
        assert engine.describe_backup(BackupArn=arn)


def test_the_features_of_a_table_are_told(engine: Engine) -> None:
    engine.update_table(
        TableName="hash",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"},
    )
    engine.update_time_to_live(
        TableName="hash", TimeToLiveSpecification={"Enabled": True, "AttributeName": "until"}
    )
    engine.update_table(TableName="hash", SSESpecification={"Enabled": True, "SSEType": "KMS"})
    described = engine.describe_backup(BackupArn=back_up(engine, "hash"))["BackupDescription"]
    features: Json = described["SourceTableFeatureDetails"]
    assert features["StreamDescription"] == {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"}
    assert features["TimeToLiveDescription"]["AttributeName"] == "until"
    assert features["SSEDescription"]["SSEType"] == "KMS"
