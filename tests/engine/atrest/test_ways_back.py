"""Backups and snapshots keep the key of their time; restores choose another."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest

from engine import Account, Engine, VirtualClock
from engine.operations import jobs
from tests.engine.atrest.sealed import (
    AWS_MANAGED,
    AWS_OWNED,
    Json,
    arn_of,
    stored,
    under,
    use,
)
from tests.engine.operations.tables import refused
from tests.engine.storage.things import TABLE, items_of, make_table, numbers_of, put, thing

SECRET = "planted-secret"
KINDS: dict[str, Json] = {
    "owned": AWS_OWNED,
    "managed": AWS_MANAGED,
    "one": under("alias/one"),
    "two": under("alias/two"),
}


def arn_named(engine: Engine, kind: str) -> str | None:
    """The ARN of a kind of key."""
    if kind == "owned":
        return None
    return engine.keys.describe("alias/aws/dynamodb" if kind == "managed" else f"alias/{kind}").arn


def prepare(engine: Engine, kind: str) -> list[Json]:
    """The table under a kind of key, with items."""
    if kind != "owned":
        use(engine, KINDS[kind])
    for number in range(4):
        put(engine, thing(number, text={"S": SECRET * (1 + number * 50)}))
    return items_of(engine)


@pytest.mark.parametrize(("source", "target"), product(KINDS, (*KINDS, "")))
def test_a_backup_is_restored(engine: Engine, source: str, target: str) -> None:
    items = prepare(engine, source)
    made = engine.create_backup(TableName=TABLE, BackupName="spring")["BackupDetails"]
    features = engine.describe_backup(BackupArn=made["BackupArn"])["BackupDescription"][
        "SourceTableFeatureDetails"
    ]
    assert features.get("SSEDescription", {}).get("KMSMasterKeyArn") == arn_named(engine, source)
    # The table itself is under another key meanwhile.
    use(engine, KINDS["two" if source != "two" else "one"])
    override = {"SSESpecificationOverride": KINDS[target]} if target else {}
    engine.restore_table_from_backup(
        BackupArn=made["BackupArn"], TargetTableName="again", **override
    )
    assert items_of(engine, "again") == items
    assert len(items_of(engine, "again", "by-g")) == len(items)
    now = target or source
    assert arn_of(engine, "again") == arn_named(engine, now)
    assert (SECRET.encode() in stored(engine)) == (now == "owned")
    assert engine.check() == []


@pytest.mark.parametrize("target", [*KINDS, ""])
def test_a_point_in_time_is_restored(engine: Engine, clock: VirtualClock, target: str) -> None:
    engine.update_continuous_backups(
        TableName=TABLE, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
    )
    items = prepare(engine, "one")
    at_s = clock.now_us() / 1_000_000
    clock.advance(5)
    put(engine, thing(0))
    use(engine, KINDS["two"])
    engine.delete_item(TableName=TABLE, Key={"p": {"S": "p"}, "r": {"N": "1"}})
    override = {"SSESpecificationOverride": KINDS[target]} if target else {}
    engine.restore_table_to_point_in_time(
        SourceTableName=TABLE, TargetTableName="again", RestoreDateTime=at_s, **override
    )
    assert items_of(engine, "again") == items
    # The settings are those of today.
    assert arn_of(engine, "again") == arn_named(engine, target or "two")
    assert engine.check() == []


def test_a_backup_is_of_no_use_without_its_key(engine: Engine) -> None:
    items = prepare(engine, "one")
    arn = engine.create_backup(TableName=TABLE, BackupName="spring")["BackupDetails"]["BackupArn"]
    use(engine, KINDS["two"])
    engine.keys.disable("alias/one")
    restore = {"BackupArn": arn, "TargetTableName": "again"}
    for more in ({}, {"SSESpecificationOverride": AWS_OWNED}):
        with refused("AccessDeniedException"):
            engine.restore_table_from_backup(**restore, **more)
    assert engine.list_tables()["TableNames"] == [TABLE]
    # It is still known, listed, and known to be sound.
    assert len(engine.list_backups()["BackupSummaries"]) == 1
    engine.check_backup(arn)
    engine.keys.enable("alias/one")
    engine.keys.disable("alias/two")
    engine.restore_table_from_backup(**restore)
    assert items_of(engine, "again") == items
    engine.keys.disable("alias/one")
    engine.delete_backup(BackupArn=arn)


@pytest.mark.parametrize("kind", ["backup", "restore"])
def test_a_key_that_is_disabled_amid_the_work(
    engine: Engine, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Access is denied as before and after: no error that clients would try again."""
    prepare(engine, "one")
    made = engine.create_backup(TableName=TABLE, BackupName="spring")["BackupDetails"]
    whole = jobs._RUN[kind]

    def disabled_amid(running: jobs.Running) -> None:
        engine.keys.disable("alias/one")
        whole(running)

    monkeypatch.setitem(jobs._RUN, kind, disabled_amid)
    with refused("AccessDeniedException"):
        if kind == "backup":
            engine.create_backup(TableName=TABLE, BackupName="summer")
        else:
            engine.restore_table_from_backup(BackupArn=made["BackupArn"], TargetTableName="again")
    assert engine.list_tables()["TableNames"] == [TABLE]
    backups = engine.list_backups()["BackupSummaries"]
    assert [backup["BackupName"] for backup in backups] == ["spring"]


def test_a_target_under_a_key_that_is_of_no_use(engine: Engine) -> None:
    prepare(engine, "one")
    arn = engine.create_backup(TableName=TABLE, BackupName="spring")["BackupDetails"]["BackupArn"]
    engine.keys.disable("alias/two")
    with refused("ValidationException"):
        engine.restore_table_from_backup(
            BackupArn=arn, TargetTableName="again", SSESpecificationOverride=KINDS["two"]
        )
    assert engine.list_tables()["TableNames"] == [TABLE]


def test_a_snapshot_keeps_the_key_of_each_table(engine: Engine) -> None:
    items = prepare(engine, "one")
    make_table(engine, "others")
    put(engine, thing(7), "others")
    engine.snapshot("spring")
    engine.put_item(TableName=TABLE, Item=thing(99))
    engine.keys.disable("alias/one")
    with refused("AccessDeniedException"):
        engine.restore("spring", {TABLE: "again"})
    engine.restore("spring", {"others": "again"})
    assert len(items_of(engine, "again")) == 1
    engine.keys.enable("alias/one")
    engine.restore("spring", replace=True)
    assert items_of(engine) == items
    assert arn_of(engine) == arn_named(engine, "one")
    assert engine.check() == []


def test_an_emptied_table_has_a_data_key_of_its_own(engine: Engine) -> None:
    prepare(engine, "one")
    engine.truncate(TABLE)
    assert items_of(engine) == []
    put(engine, thing(1, text={"S": SECRET}))
    assert numbers_of(engine) == [1]
    assert SECRET.encode() not in stored(engine)
    assert arn_of(engine) == arn_named(engine, "one")


def test_a_backup_goes_to_another_region_and_another_folder(tmp_path: Path) -> None:
    with Account.open(tmp_path / "one") as account:
        engine = account.engine()
        engine.keys.create("", "alias/one")
        make_table(engine, indexed=True)
        items = prepare(engine, "one")
        arn = engine.create_backup(TableName=TABLE, BackupName="a-b")["BackupDetails"]["BackupArn"]
        there = account.engine("eu-west-1")
        copied = engine.copy_backup(arn, "eu-west-1")
        restore = {"BackupArn": copied, "TargetTableName": "again"}
        with refused("ValidationException"):
            there.restore_table_from_backup(**restore)
        there.restore_table_from_backup(**restore, SSESpecificationOverride=AWS_MANAGED)
        assert items_of(there, "again") == items
        engine.keys.disable("alias/one")
        with refused("AccessDeniedException"):
            there.restore_table_from_backup(
                BackupArn=copied, TargetTableName="other", SSESpecificationOverride=AWS_OWNED
            )
        engine.keys.enable("alias/one")
        exported = engine.export_key("a long passphrase")
        path = tmp_path / "one" / "us-east-1" / "backups"
        (file,) = path.iterdir()
        content = file.read_bytes()
    with Engine.open(tmp_path / "other") as other:
        other.import_key(exported, "a long passphrase")
        shelf = tmp_path / "other" / "us-east-1" / "backups"
        shelf.mkdir(parents=True, exist_ok=True)
        (shelf / file.name).write_bytes(content)
        with refused("AccessDeniedException"):
            other.restore_table_from_backup(
                BackupArn=arn, TargetTableName="again", SSESpecificationOverride=AWS_OWNED
            )
