"""A key that is of no use: nothing of its tables is read or written, until it is enabled again."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from engine import ApiError, Engine, VirtualClock
from engine.operations.region import Settings
from tests.engine.atrest.sealed import (
    Json,
    records,
    round_of_upkeep,
    shown,
    stored,
    under,
    use,
)
from tests.engine.operations.tables import refused
from tests.engine.storage.things import (
    TABLE,
    add_index,
    database_of,
    descriptors_below,
    items_of,
    make_table,
    numbers_of,
    put,
    thing,
)

KEY = {"p": {"S": "p"}, "r": {"N": "1"}}
MISSING = {"p": {"S": "p"}, "r": {"N": "99"}}
_UPDATE: Json = {
    "TableName": TABLE,
    "Key": MISSING,
    "UpdateExpression": "SET x = :x",
    "ExpressionAttributeValues": {":x": {"S": "x"}},
}
_SELECT = f'SELECT * FROM "{TABLE}"'
_BY_KEY = f"{_SELECT} WHERE p = 'p' AND r = 99"
_INSERT = f"""INSERT INTO "{TABLE}" VALUE {{'p': 'p', 'r': 5}}"""
_QUERY: Json = {
    "TableName": TABLE,
    "KeyConditionExpression": "p = :p",
    "ExpressionAttributeValues": {":p": {"S": "none"}},
}
_BY_G: Json = {
    "TableName": TABLE,
    "IndexName": "by-g",
    "KeyConditionExpression": "g = :g",
    "ExpressionAttributeValues": {":g": {"S": "z"}},
}
_PITR: Json = {"SourceTableName": TABLE, "UseLatestRestorableTime": True}
_ARN = f"arn:aws:dynamodb:us-east-1:000000000000:table/{TABLE}"

REQUESTS: list[tuple[str, Json]] = [
    ("GetItem", {"TableName": TABLE, "Key": KEY}),
    ("GetItem", {"TableName": TABLE, "Key": MISSING}),
    ("PutItem", {"TableName": TABLE, "Item": MISSING}),
    ("UpdateItem", _UPDATE),
    ("DeleteItem", {"TableName": TABLE, "Key": MISSING}),
    ("Query", _QUERY),
    ("Query", _BY_G),
    ("Scan", {"TableName": TABLE, "Select": "COUNT"}),
    ("Scan", {"TableName": TABLE, "IndexName": "by-g"}),
    ("BatchGetItem", {"RequestItems": {TABLE: {"Keys": [MISSING]}, "others": {"Keys": [KEY]}}}),
    ("BatchWriteItem", {"RequestItems": {TABLE: [{"PutRequest": {"Item": MISSING}}]}}),
    ("TransactGetItems", {"TransactItems": [{"Get": {"TableName": TABLE, "Key": MISSING}}]}),
    ("TransactWriteItems", {"TransactItems": [{"Put": {"TableName": TABLE, "Item": MISSING}}]}),
    ("ExecuteStatement", {"Statement": _SELECT}),
    ("ExecuteStatement", {"Statement": _BY_KEY}),
    ("ExecuteStatement", {"Statement": _INSERT}),
    ("ExecuteTransaction", {"TransactStatements": [{"Statement": _INSERT}]}),
    ("CreateBackup", {"TableName": TABLE, "BackupName": "spring"}),
    ("RestoreTableToPointInTime", _PITR | {"TargetTableName": "again"}),
    ("ExportTableToPointInTime", {"TableArn": _ARN, "S3Bucket": "exports"}),
    ("UpdateTable", {"TableName": TABLE, "SSESpecification": under("alias/two")}),
    ("UpdateTable", {"TableName": TABLE, "SSESpecification": {"Enabled": False}}),
    ("UpdateTable", add_index()),
]

WAYS: dict[str, Callable[[Engine], object]] = {
    "disabled": lambda engine: engine.keys.disable("alias/one"),
    "leaving": lambda engine: engine.keys.schedule_deletion("alias/one", 7),
}


@pytest.fixture
def sealed(engine: Engine) -> Engine:
    """The table under the key `alias/one`, with items and recovery to any point in time."""
    use(engine, under("alias/one"))
    for number in range(3):
        put(engine, thing(number))
    make_table(engine, "others")
    engine.update_continuous_backups(
        TableName=TABLE, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
    )
    return engine


@pytest.mark.parametrize("way", WAYS)
def test_every_request_is_refused(sealed: Engine, way: str) -> None:
    arn = sealed.keys.describe("alias/one").arn
    told = "disabled" if way == "disabled" else "pending deletion"
    message = f"KMS key access denied error: {arn} is {told} (Table: {TABLE})"
    WAYS[way](sealed)
    before = stored(sealed)
    for operation, request in REQUESTS:
        with refused("AccessDeniedException", message):
            sealed.call(operation, request)
    assert stored(sealed) == before


def test_a_statement_of_a_batch_is_refused_alone(sealed: Engine) -> None:
    sealed.keys.disable("alias/one")
    insert = """INSERT INTO "others" VALUE {'p': 'p', 'r': 1}"""
    statements = [{"Statement": _BY_KEY}, {"Statement": _INSERT}, {"Statement": insert}]
    for chosen in (statements[:1], statements[1:]):
        answers = sealed.call("BatchExecuteStatement", {"Statements": chosen})["Responses"]
        assert answers[0]["Error"]["Code"] == "AccessDenied"
        assert all("Error" not in answer for answer in answers[1:])


def test_what_only_an_engine_offers_is_refused_too(sealed: Engine, clock: VirtualClock) -> None:
    sealed.keys.disable("alias/one")
    now_s = clock.now_us() / 1_000_000
    clock.advance(1)
    for work in (
        lambda: list(sealed.stored_items(TABLE)),
        lambda: list(sealed.stored_items(TABLE, at_s=now_s)),
        lambda: sealed.load_items(TABLE, [thing(7)]),
        lambda: sealed.at(now_s).call("Scan", {"TableName": TABLE}),
        lambda: sealed.history(TABLE),
        lambda: list(sealed.diff(TABLE, now_s)),
        lambda: sealed.snapshot("spring", [TABLE]),
        lambda: sealed.snapshot("spring"),
        lambda: sealed.restore_as_of(TABLE, "again", now_s),
        lambda: sealed.truncate(TABLE),
        lambda: records(sealed),
    ):
        with refused("AccessDeniedException"):
            work()
    assert sealed.snapshots() == []
    with pytest.raises(ApiError, match=rf"\(Table: {TABLE}\)"):
        sealed.snapshot("spring")


def test_records_of_a_shard_without_any_are_refused_too(
    sealed: Engine, clock: VirtualClock
) -> None:
    (stream,) = sealed.list_streams(TableName=TABLE)["Streams"]
    described = sealed.describe_stream(StreamArn=stream["StreamArn"])["StreamDescription"]
    where: Json = {
        "StreamArn": stream["StreamArn"],
        "ShardId": described["Shards"][0]["ShardId"],
        "ShardIteratorType": "LATEST",
    }
    iterator = sealed.get_shard_iterator(**where)["ShardIterator"]
    assert sealed.get_records(ShardIterator=iterator)["Records"] == []
    sealed.keys.disable("alias/one")
    for operation, request in (
        ("GetRecords", {"ShardIterator": iterator}),
        ("GetShardIterator", where),
    ):
        with pytest.raises(ApiError, match=rf"is disabled \(Table: {TABLE}\)") as caught:
            sealed.call(operation, request)
        assert caught.value.code == "AccessDeniedException"
    # A younger table of that name says nothing of the stream of the one that is gone.
    sealed.delete_table(TableName=TABLE)
    clock.advance(1)
    make_table(sealed)
    use(sealed, under("alias/two"))
    sealed.keys.disable("alias/two")
    assert sealed.get_records(ShardIterator=iterator)["Records"] == []


def test_the_table_is_described_as_inaccessible(sealed: Engine, clock: VirtualClock) -> None:
    since_s = clock.now_us() / 1_000_000
    sealed.keys.disable("alias/one")
    clock.advance(60)
    sealed.keys.schedule_deletion("alias/one", 7)
    described = shown(sealed)
    assert described["TableStatus"] == "INACCESSIBLE_ENCRYPTION_CREDENTIALS"
    assert described["SSEDescription"]["InaccessibleEncryptionDateTime"] == since_s
    assert described["ItemCount"] == 3
    (other, key) = sealed.table_keys()
    assert other.denied is None
    assert "pending deletion" in str(key.denied)
    sealed.keys.cancel_deletion("alias/one")
    assert shown(sealed)["TableStatus"] == "INACCESSIBLE_ENCRYPTION_CREDENTIALS"
    sealed.keys.enable("alias/one")
    described = shown(sealed)
    assert described["TableStatus"] == "ACTIVE"
    assert "InaccessibleEncryptionDateTime" not in described["SSEDescription"]
    assert numbers_of(sealed) == numbers_of(sealed, "by-g") == [0, 1, 2]
    assert sealed.check() == []


def test_the_others_go_on(sealed: Engine) -> None:
    sealed.keys.disable("alias/one")
    put(sealed, thing(1), "others")
    assert len(items_of(sealed, "others")) == 1
    round_of_upkeep(sealed)
    (problem,) = sealed.check()
    assert problem.startswith(f"{TABLE}: cannot be checked to the end (KMS key access denied")


def test_time_to_live_waits(sealed: Engine, clock: VirtualClock) -> None:
    sealed.update_time_to_live(
        TableName=TABLE, TimeToLiveSpecification={"Enabled": True, "AttributeName": "until"}
    )
    put(sealed, thing(7, until={"N": str(clock.now_us() // 1_000_000)}))
    sealed.keys.disable("alias/one")
    clock.advance(3_600)
    round_of_upkeep(sealed)
    sealed.keys.enable("alias/one")
    assert numbers_of(sealed) == [0, 1, 2, 7]
    round_of_upkeep(sealed)
    assert numbers_of(sealed) == [0, 1, 2]


def test_a_deleted_table_stays_sealed(sealed: Engine) -> None:
    sealed.keys.disable("alias/one")
    sealed.delete_table(TableName=TABLE)
    (summary,) = sealed.list_backups(BackupType="SYSTEM")["BackupSummaries"]
    restore = {"BackupArn": summary["BackupArn"], "TargetTableName": "again"}
    with refused("AccessDeniedException"):
        sealed.restore_table_from_backup(**restore)
    round_of_upkeep(sealed)
    sealed.keys.enable("alias/one")
    sealed.restore_table_from_backup(**restore)
    assert len(items_of(sealed, "again")) == 3
    assert b"text 1 " not in stored(sealed)


def test_a_key_that_is_gone(sealed: Engine, clock: VirtualClock) -> None:
    sealed.keys.schedule_deletion("alias/one", 7)
    clock.advance(8 * 86_400)
    with refused("AccessDeniedException"):
        items_of(sealed)
    assert shown(sealed)["TableStatus"] == "INACCESSIBLE_ENCRYPTION_CREDENTIALS"
    sealed.delete_table(TableName=TABLE)


def test_nothing_plain_is_kept_in_memory(sealed: Engine) -> None:
    data_keys = database_of(sealed).data_keys
    assert data_keys.opened.plain
    sealed.keys.disable("alias/one")
    data_keys.drop_if_changed()
    assert not data_keys.opened.plain
    assert not data_keys.opened.ciphers
    assert not data_keys.opened.sealing


def test_another_process_is_noticed(sealed: Engine, tmp_path: Path) -> None:
    assert numbers_of(sealed) == [0, 1, 2]
    for verb in ("disable", "enable", "disable"):
        code = (
            "import sys; from engine import Account\n"
            f"with Account.open(sys.argv[1]) as account: account.keys().{verb}('alias/one')"
        )
        subprocess.run([sys.executable, "-c", code, str(tmp_path / "data")], check=True)
        if verb == "enable":
            assert numbers_of(sealed) == [0, 1, 2]
            continue
        with pytest.raises(ApiError, match="is disabled"):
            sealed.get_item(TableName=TABLE, Key=KEY)
        with pytest.raises(ApiError, match="is disabled"):
            put(sealed, thing(9))


def test_a_closed_folder_has_nothing_open(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    with Engine.open(folder) as engine:
        engine.keys.create("", "alias/one")
        make_table(engine)
        use(engine, under("alias/one"))
        put(engine, thing(1))
        assert numbers_of(engine) == [1]
    assert descriptors_below(folder) == []


def test_a_folder_that_others_have_links_to(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    with Engine.open(folder) as engine:
        engine.keys.create("", "alias/one")
        make_table(engine)
        use(engine, under("alias/one"))
        put(engine, thing(1))
        for number, verb in enumerate(("disable", "enable", "disable")):
            for file in (folder / "keys").glob("kms-*.json"):
                (tmp_path / f"copy-{number}").hardlink_to(file)
            getattr(engine.keys, verb)("alias/one")
            if verb == "disable":
                with refused("AccessDeniedException"):
                    numbers_of(engine)
            else:
                assert numbers_of(engine) == [1]


def test_reads_that_lag_are_refused_at_once(tmp_path: Path) -> None:
    settings = Settings(read_lag_s=600)
    with Engine.open(tmp_path / "data", settings=settings) as engine:
        engine.keys.create("", "alias/one")
        make_table(engine)
        use(engine, under("alias/one"))
        put(engine, thing(1))
        assert numbers_of(engine) == [1]
        engine.keys.disable("alias/one")
        with refused("AccessDeniedException"):
            numbers_of(engine)
        engine.keys.enable("alias/one")
        assert numbers_of(engine) == [1]


def test_a_table_in_memory(clock: VirtualClock) -> None:
    with Engine.in_memory(clock=clock) as engine:
        engine.keys.create("", "alias/one")
        make_table(engine, indexed=True)
        put(engine, thing(1))
        use(engine, under("alias/one"))
        put(engine, thing(2))
        engine.keys.disable("alias/one")
        with refused("AccessDeniedException"):
            numbers_of(engine)
        engine.keys.enable("alias/one")
        assert numbers_of(engine) == numbers_of(engine, "by-g") == [1, 2]
        assert engine.check() == []
        # Its keys do not come along with its image.
        with Engine.in_memory(clock=clock, image=engine.image()) as other:
            with refused("AccessDeniedException"):
                numbers_of(other)
            other.delete_table(TableName=TABLE)
