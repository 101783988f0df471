"""Tables whose key has been of no use for seven days are archived: a backup has their items."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine import ApiError, Engine, VirtualClock
from tests.engine.atrest.sealed import Json, round_of_upkeep, shown, under, use
from tests.engine.operations.tables import refused
from tests.engine.storage.things import TABLE, database_of, items_of, numbers_of, put, thing

_DAY_S = 86_400
_LOST = "INACCESSIBLE_ENCRYPTION_CREDENTIALS"


@pytest.fixture
def sealed(engine: Engine) -> Engine:
    """The table under the key `alias/one`, with items, a stream and Time to Live."""
    use(engine, under("alias/one"))
    engine.update_time_to_live(
        TableName=TABLE, TimeToLiveSpecification={"Enabled": True, "AttributeName": "until"}
    )
    for number in range(3):
        put(engine, thing(number))
    return engine


def look_after(engine: Engine) -> None:
    """What a process that stays open does twice a minute."""
    chore = database_of(engine).upkeep.chore
    assert chore is not None
    chore()


def _archived(engine: Engine, clock: VirtualClock) -> Json:
    """The description of the table, whose key was lost for seven days."""
    engine.keys.disable("alias/one")
    look_after(engine)
    clock.advance(7 * _DAY_S)
    look_after(engine)
    return shown(engine)


def test_after_seven_days_its_items_are_in_a_backup(sealed: Engine, clock: VirtualClock) -> None:
    sealed.keys.disable("alias/one")
    clock.advance(7 * _DAY_S - 1)
    look_after(sealed)
    assert shown(sealed)["TableStatus"] == _LOST
    clock.advance(1)
    look_after(sealed)
    described = shown(sealed)
    (summary,) = sealed.list_backups()["BackupSummaries"]
    assert described["TableStatus"] == "ARCHIVED"
    assert described["ArchivalSummary"] == {
        "ArchivalDateTime": clock.now_us() / 1_000_000,
        "ArchivalReason": _LOST,
        "ArchivalBackupArn": summary["BackupArn"],
    }
    assert described["SSEDescription"]["KMSMasterKeyArn"] == sealed.keys.describe("alias/one").arn
    assert (summary["BackupName"], summary["BackupType"], summary["BackupStatus"]) == (
        f"{TABLE}$ArchivedTableBackup",
        "USER",
        "AVAILABLE",
    )
    assert "BackupExpiryDateTime" not in summary
    backup = sealed.describe_backup(BackupArn=summary["BackupArn"])["BackupDescription"]
    assert backup["SourceTableDetails"]["ItemCount"] == 3
    assert sealed.list_tables()["TableNames"] == [TABLE]


def test_only_a_restore_under_another_name_brings_the_items_back(
    sealed: Engine, clock: VirtualClock
) -> None:
    arn = _archived(sealed, clock)["ArchivalSummary"]["ArchivalBackupArn"]
    restore = {"BackupArn": arn, "TargetTableName": "again"}
    with refused("AccessDeniedException"):
        sealed.restore_table_from_backup(**restore)
    sealed.keys.enable("alias/one")
    look_after(sealed)
    assert shown(sealed)["TableStatus"] == "ARCHIVED"
    with pytest.raises(ApiError, match=f"is archived, its items are in the backup {arn}") as caught:
        items_of(sealed)
    assert caught.value.code == "AccessDeniedException"
    with refused("TableAlreadyExistsException"):
        sealed.restore_table_from_backup(**restore | {"TargetTableName": TABLE})
    clock.advance(100 * _DAY_S)
    round_of_upkeep(sealed)
    sealed.restore_table_from_backup(**restore)
    assert sorted(item["r"]["N"] for item in items_of(sealed, "again", "by-g")) == ["0", "1", "2"]
    assert sealed.check() == []


def test_an_archived_table_is_not_changed_but_deleted(sealed: Engine, clock: VirtualClock) -> None:
    arn = _archived(sealed, clock)["ArchivalSummary"]["ArchivalBackupArn"]
    for specification in (under("alias/two"), {"Enabled": False}):
        with refused("ResourceInUseException"):
            use(sealed, specification)
    with refused("AccessDeniedException"):
        put(sealed, thing(9))
    with refused("AccessDeniedException"):
        sealed.create_backup(TableName=TABLE, BackupName="spring")
    round_of_upkeep(sealed)
    sealed.delete_table(TableName=TABLE)
    assert sealed.list_tables()["TableNames"] == []
    assert [each["BackupArn"] for each in sealed.list_backups()["BackupSummaries"]] == [arn]
    sealed.delete_backup(BackupArn=arn)
    round_of_upkeep(sealed)
    assert sealed.list_backups(BackupType="ALL")["BackupSummaries"] == []
    assert sealed.check() == []


def test_a_key_given_back_in_time_begins_the_seven_days_anew(
    sealed: Engine, clock: VirtualClock
) -> None:
    for _ in range(2):
        sealed.keys.disable("alias/one")
        look_after(sealed)
        clock.advance(4 * _DAY_S)
        look_after(sealed)
        assert shown(sealed)["TableStatus"] == _LOST
        sealed.keys.enable("alias/one")
    assert shown(sealed)["TableStatus"] == "ACTIVE"
    look_after(sealed)
    clock.advance(30 * _DAY_S)
    look_after(sealed)
    assert numbers_of(sealed) == [0, 1, 2]


def test_a_key_that_is_gone_when_the_days_are_over(sealed: Engine, clock: VirtualClock) -> None:
    since_s = clock.now_us() / 1_000_000
    sealed.keys.schedule_deletion("alias/one", 7)
    look_after(sealed)
    clock.advance(7 * _DAY_S)
    assert shown(sealed)["SSEDescription"]["InaccessibleEncryptionDateTime"] == since_s
    look_after(sealed)
    assert shown(sealed)["TableStatus"] == "ARCHIVED"


def test_a_key_store_that_cannot_be_read_tells_of_no_loss(
    sealed: Engine, clock: VirtualClock, tmp_path: Path
) -> None:
    (file,) = (tmp_path / "data" / "keys").glob("kms-*.json")
    content = file.read_bytes()
    file.write_bytes(content[:50])
    for _ in range(2):
        look_after(sealed)
        clock.advance(8 * _DAY_S)
    file.write_bytes(content)
    look_after(sealed)
    assert numbers_of(sealed) == [0, 1, 2]
