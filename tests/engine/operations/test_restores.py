"""RestoreTableFromBackup: what comes back, what does not, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import Account, Engine, VirtualClock
from engine.errors import InternalServerError
from engine.operations import restore_job
from tests.engine.operations.tables import (
    Json,
    items_of,
    key,
    make_tables,
    n,
    refused,
    s,
)
from tests.engine.operations.test_backups import back_up, put

INDEX = {
    "IndexName": "by-g",
    "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}],
    "Projection": {"ProjectionType": "KEYS_ONLY"},
}


def restore(engine: Engine, arn: str, target: str = "again", **more: object) -> Json:
    """Restore a backup; gives the table's description in the answer."""
    answer = engine.restore_table_from_backup(TargetTableName=target, BackupArn=arn, **more)
    description: Json = answer["TableDescription"]
    return description


def described(engine: Engine, table: str = "again") -> Json:
    """A table's description."""
    description: Json = engine.describe_table(TableName=table)["Table"]
    return description


def entries_of(engine: Engine, table: str, index: str) -> list[Json]:
    """All entries of an index."""
    entries: list[Json] = engine.scan(TableName=table, IndexName=index)["Items"]
    return entries


def test_a_restored_table_is_shown_in_creation_and_then_as_it_was(
    engine: Engine, clock: VirtualClock
) -> None:
    put(engine, 30)
    arn = back_up(engine)
    before, entries = items_of(engine, "ranged"), entries_of(engine, "ranged", "by-g")
    put(engine, 60)
    clock.advance(60)
    answer = restore(engine, arn)
    summary = {
        "SourceBackupArn": arn,
        "SourceTableArn": "arn:aws:dynamodb:us-east-1:000000000000:table/ranged",
        "RestoreDateTime": 1_700_000_000.0,
    }
    assert answer["TableStatus"] == "CREATING"
    assert answer["RestoreSummary"] == summary | {"RestoreInProgress": True}
    assert answer["ItemCount"] == 0

    now = described(engine)
    assert now["TableStatus"] == "ACTIVE"
    assert now["RestoreSummary"] == summary | {"RestoreInProgress": False}
    assert now["CreationDateTime"] == 1_700_000_060.0
    assert now["TableId"] != described(engine, "ranged")["TableId"]
    assert now["ItemCount"] == 30
    assert items_of(engine, "again") == before
    assert entries_of(engine, "again", "by-g") == entries


def test_a_table_in_restoration_cannot_be_used(tmp_path: Path, clock: VirtualClock) -> None:
    (tmp_path / "config.toml").write_text("table_delay_s = 10\n")
    with Engine.open(tmp_path, clock=clock) as engine:
        make_tables(engine)
        clock.advance(10)
        restore(engine, back_up(engine))
        with refused("ResourceInUseException"):
            engine.delete_table(TableName="again")
        with refused("ResourceNotFoundException"):
            engine.get_item(TableName="again", Key=key("a", "1"))
        assert described(engine)["RestoreSummary"]["RestoreInProgress"]
        clock.advance(10)
        engine.delete_table(TableName="again")


def test_settings_beside_the_data_are_not_restored(engine: Engine) -> None:
    arn = described(engine, "hash")["TableArn"]
    engine.tag_resource(ResourceArn=arn, Tags=[{"Key": "a", "Value": "b"}])
    engine.update_table(TableName="hash", DeletionProtectionEnabled=True)
    engine.update_table(
        TableName="hash",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"},
    )
    engine.update_time_to_live(
        TableName="hash", TimeToLiveSpecification={"Enabled": True, "AttributeName": "until"}
    )
    engine.update_table(TableName="hash", SSESpecification={"Enabled": True, "SSEType": "KMS"})
    restore(engine, back_up(engine, "hash"))
    now = described(engine)
    assert "StreamSpecification" not in now
    assert not now["DeletionProtectionEnabled"]
    assert now["SSEDescription"]["SSEType"] == "KMS"
    assert engine.list_tags_of_resource(ResourceArn=now["TableArn"])["Tags"] == []
    expiry = engine.describe_time_to_live(TableName="again")["TimeToLiveDescription"]
    assert expiry == {"TimeToLiveStatus": "DISABLED"}


def test_a_restore_takes_other_indexes_billing_and_encryption(engine: Engine) -> None:
    put(engine, 3)
    arn = back_up(engine)
    units = {"ReadCapacityUnits": 5, "WriteCapacityUnits": 6}
    restore(engine, arn, "bare", GlobalSecondaryIndexOverride=[])
    assert "GlobalSecondaryIndexes" not in described(engine, "bare")
    assert len(described(engine, "bare")["AttributeDefinitions"]) == 2
    restore(
        engine,
        arn,
        "provisioned",
        BillingModeOverride="PROVISIONED",
        ProvisionedThroughputOverride=units,
        GlobalSecondaryIndexOverride=[INDEX | {"ProvisionedThroughput": units}],
        SSESpecificationOverride={"Enabled": True, "SSEType": "KMS"},
    )
    now = described(engine, "provisioned")
    assert now["ProvisionedThroughput"]["WriteCapacityUnits"] == 6
    assert now["GlobalSecondaryIndexes"][0]["ProvisionedThroughput"]["ReadCapacityUnits"] == 5
    assert now["SSEDescription"]["SSEType"] == "KMS"
    restore(
        engine,
        back_up(engine, "provisioned"),
        "on-demand",
        BillingModeOverride="PAY_PER_REQUEST",
        OnDemandThroughputOverride={"MaxReadRequestUnits": 10},
        SSESpecificationOverride={"Enabled": False},
    )
    now = described(engine, "on-demand")
    assert now["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    assert now["OnDemandThroughput"] == {"MaxReadRequestUnits": 10}
    assert now["ProvisionedThroughput"]["WriteCapacityUnits"] == 0
    assert "SSEDescription" not in now


@pytest.mark.parametrize(
    ("code", "more"),
    [
        ("ValidationException", {"BillingModeOverride": "PROVISIONED"}),
        (
            "ValidationException",
            {"GlobalSecondaryIndexOverride": [INDEX | {"IndexName": "by-x"}]},
        ),
        (
            "ValidationException",
            {
                "GlobalSecondaryIndexOverride": [
                    INDEX | {"Projection": {"ProjectionType": "ALL"}},
                ]
            },
        ),
        (
            "ValidationException",
            {
                "BillingModeOverride": "PROVISIONED",
                "ProvisionedThroughputOverride": {
                    "ReadCapacityUnits": 1,
                    "WriteCapacityUnits": 1,
                },
            },
        ),
        ("TableAlreadyExistsException", {"target": "hash"}),
    ],
)
def test_what_a_restore_refuses_leaves_nothing(
    engine: Engine, code: str, more: dict[str, object]
) -> None:
    arn = back_up(engine)
    with refused(code):
        restore(engine, arn, **more)  # type: ignore[arg-type]
    assert engine.list_tables()["TableNames"] == ["hash", "local", "ranged"]


def test_a_table_of_that_name_is_told_of_before_a_missing_backup(engine: Engine) -> None:
    arn = back_up(engine)
    engine.delete_backup(BackupArn=arn)
    with refused("TableAlreadyExistsException", "Table already exists: hash"):
        restore(engine, arn, "hash")
    with refused("BackupNotFoundException", f"Backup not found: {arn}"):
        restore(engine, arn)


def test_a_damaged_backup_is_named_and_restores_nothing(
    tmp_path: Path, clock: VirtualClock
) -> None:
    with Engine.open(tmp_path, clock=clock) as engine:
        make_tables(engine)
        put(engine, 20)
        arn = back_up(engine)
        (path,) = (tmp_path / "us-east-1" / "backups").iterdir()
        damaged = bytearray(path.read_bytes())
        damaged[300] ^= 1
        path.write_bytes(damaged)
        with pytest.raises(InternalServerError, match=str(path)):
            restore(engine, arn)
        assert engine.list_tables()["TableNames"] == ["hash", "local", "ranged"]
        assert engine.check() == []


_texts = st.text("abc\x00é", min_size=1, max_size=3)
_items = st.lists(
    st.fixed_dictionaries(
        {"p": _texts.map(s), "r": _texts.map(s)},
        optional={
            "g": st.integers(-3, 3).map(n),
            "l": _texts.map(s),
            "big": st.just(s("x" * 4_000)),
        },
    ),
    max_size=25,
)


@given(_items, st.sampled_from(["ranged", "local"]), st.integers(1, 6))
def test_any_items_come_back_with_their_indexes(
    items: list[Json], table: str, step_items: int
) -> None:
    with pytest.MonkeyPatch.context() as patch, Engine.in_memory() as engine:
        patch.setattr(restore_job, "_STEP_ITEMS", step_items)
        make_tables(engine)
        for item in items:
            engine.put_item(TableName=table, Item=item)
        restore(engine, back_up(engine, table))
        index = "by-g" if table == "ranged" else "by-l"
        assert items_of(engine, "again") == items_of(engine, table)
        assert entries_of(engine, "again", index) == entries_of(engine, table, index)
        assert engine.check() == []


def test_a_backup_of_another_region_is_restored_here(tmp_path: Path, clock: VirtualClock) -> None:
    with Account.open(tmp_path, clock=clock) as account:
        here, there = account.engine(), account.engine("eu-west-1")
        make_tables(there)
        put(there, 20)
        arn = back_up(there)
        restore(here, arn)
        assert items_of(here, "again") == items_of(there, "ranged")
        source = described(here)["RestoreSummary"]["SourceTableArn"]
        assert source == "arn:aws:dynamodb:eu-west-1:000000000000:table/ranged"
        assert here.check() == []
        with refused("ValidationException"):
            restore(here, arn.replace("eu-west-1", "nowhere"), "more")


def test_a_table_of_another_region_is_restored_as_of_a_time(clock: VirtualClock) -> None:
    with Account.in_memory(clock=clock) as account:
        here, there = account.engine(), account.engine("eu-west-1")
        make_tables(there)
        there.update_continuous_backups(
            TableName="ranged",
            PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True},
        )
        put(there, 3)
        arn = described(there, "ranged")["TableArn"]
        here.restore_as_of(arn, "again", clock.now_us() / 1_000_000)
        assert items_of(here, "again") == items_of(there, "ranged")


def test_a_region_by_itself_knows_no_other(engine: Engine) -> None:
    arn = back_up(engine).replace("us-east-1", "eu-west-1")
    with refused("ValidationException"):
        restore(engine, arn)
