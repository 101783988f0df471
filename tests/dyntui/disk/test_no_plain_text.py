"""No word of an item, a key, a name or a statement is in any file, amid the work or after it.

What a person asks to be written is exempt: exports, `buckets`, saved .sql files, `--rejected`.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dyntui.app import DyntuiApp
from dyntui.core.browse.column_choice import ColumnChoice, column_book
from dyntui.core.connection.connect import Connection, Remote, connect
from dyntui.core.user.query_book import Desk, Draft, book_of
from dyntui.repl.prompt import kept_history
from engine import Engine, VirtualClock
from tests.dyntui.app.driving import LARGE, press, screen_text, settle, type_text
from tests.dyntui.cli.shell import Shell
from tests.dyntui.disk.searching import MARK, found_in, planted
from tests.dyntui.repl.talking import talk
from tests.engine.storage.processes import killed

Json = dict[str, Any]
TABLE, INDEX, LOCAL, ATTRIBUTE = map(planted, ("table", "index", "local", "attribute"))


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home, with all that a program may write to below it."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path / "scratch"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "scratch"))
    (tmp_path / "scratch").mkdir()
    for name in ("XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name.lower()))
    return tmp_path


def check(place: Path) -> None:
    """Raises AssertionError where a planted word is found."""
    given = place / "given"
    assert found_in(place, (given, place / "data" / "buckets")) == []


def item(number: int, size: int = 1) -> Json:
    """An item of planted words in every place that a value has."""
    return {
        planted("key"): {"S": planted(f"value {number}")},
        "sort": {"B": planted(f"binary {number:06}").encode()},
        ATTRIBUTE: {"S": planted(f"indexed {number}")},
        "long": {"S": planted("text") * size},
        "map": {"M": {planted("inner"): {"L": [{"S": planted("deep")}]}}},
        "set": {"SS": [planted("member"), planted("other")]},
        "bytes": {"BS": [planted("bytes").encode()]},
        planted("ttl"): {"N": "1900000000"},
    }


def make_table(engine: Engine) -> None:
    engine.create_table(
        TableName=TABLE,
        KeySchema=[
            {"AttributeName": planted("key"), "KeyType": "HASH"},
            {"AttributeName": "sort", "KeyType": "RANGE"},
        ],
        AttributeDefinitions=[
            {"AttributeName": planted("key"), "AttributeType": "S"},
            {"AttributeName": "sort", "AttributeType": "B"},
            {"AttributeName": ATTRIBUTE, "AttributeType": "S"},
        ],
        LocalSecondaryIndexes=[
            {
                "IndexName": LOCAL,
                "KeySchema": [
                    {"AttributeName": planted("key"), "KeyType": "HASH"},
                    {"AttributeName": ATTRIBUTE, "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
        GlobalSecondaryIndexes=[
            {
                "IndexName": INDEX,
                "KeySchema": [{"AttributeName": ATTRIBUTE, "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["map"]},
            }
        ],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
        Tags=[{"Key": planted("tag"), "Value": planted("tag value")}],
    )


@pytest.fixture
def engine(place: Path) -> Iterator[Engine]:
    """An engine with the table, and items of all sizes in it."""
    with Engine.open(place / "data", clock=VirtualClock(), throttling="off") as opened:
        make_table(opened)
        for number in range(30):
            opened.put_item(TableName=TABLE, Item=item(number, 1 + 5 * number))
        yield opened


def _key(number: int) -> Json:
    return {name: item(number)[name] for name in (planted("key"), "sort")}


def test_items_tables_indexes_and_what_was_deleted(engine: Engine, place: Path) -> None:
    check(place)
    engine.update_time_to_live(
        TableName=TABLE,
        TimeToLiveSpecification={"Enabled": True, "AttributeName": planted("ttl")},
    )
    for number in range(10):
        engine.update_item(
            TableName=TABLE,
            Key=_key(number),
            UpdateExpression="SET #more = :more",
            ExpressionAttributeNames={"#more": planted("more")},
            ExpressionAttributeValues={":more": {"S": planted("updated")}},
        )
        engine.delete_item(TableName=TABLE, Key=_key(10 + number))
    engine.execute_statement(
        Statement=f"INSERT INTO \"{TABLE}\" VALUE {{'{planted('key')}': ?, 'sort': ?, "
        f"'literal': '{planted('literal')}'}}",
        Parameters=[{"S": planted("parameter")}, {"B": b"1"}],
    )
    engine.transact_write_items(
        TransactItems=[{"Put": {"TableName": TABLE, "Item": item(99)}}],
        ClientRequestToken=planted("token"),
    )
    check(place)
    engine.delete_table(TableName=TABLE)
    check(place)
    engine.compact()
    check(place)
    engine.close()
    check(place)


@pytest.mark.parametrize("lines", [5, 21, 33])
def test_a_kill_amid_writes_and_switches_of_the_key(place: Path, lines: int) -> None:
    folder = place / "data"
    folder.mkdir()
    (folder / "config.toml").write_text("key_switches = 0\n")
    for _ in range(2):
        assert len(killed(lines, "tests.dyntui.disk.writing", folder)) >= lines
        check(place)
    with Engine.open(folder) as engine:
        assert engine.scan(TableName=TABLE)["Count"]
        check(place)


def test_bulk_loads_that_are_sorted_on_disk(
    engine: Engine, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.operations.load._GATHERED_BYTES", 20_000)

    def searched() -> Iterator[Json]:
        for number in range(400, 0, -1):
            if number % 100 == 0:
                check(place)
            yield item(number, 20)

    engine.load_items(TABLE, searched(), on_progress=lambda _: None)
    check(place)


def test_backups_snapshots_and_restores(engine: Engine, place: Path) -> None:
    engine.update_continuous_backups(
        TableName=TABLE, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
    )
    made = engine.create_backup(TableName=TABLE, BackupName=planted("backup"))
    engine.snapshot("spring")
    check(place)
    arn = made["BackupDetails"]["BackupArn"]
    engine.restore_table_from_backup(TargetTableName=planted("restored"), BackupArn=arn)
    engine.restore_table_to_point_in_time(
        SourceTableName=TABLE, TargetTableName=planted("earlier"), UseLatestRestorableTime=True
    )
    check(place)
    engine.close()
    check(place)


def test_exports_and_imports_that_fail(engine: Engine, place: Path) -> None:
    engine.update_continuous_backups(
        TableName=TABLE, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
    )
    table_arn = engine.describe_table(TableName=TABLE)["Table"]["TableArn"]
    engine.export_table_to_point_in_time(
        TableArn=table_arn, S3Bucket="bucket", S3Prefix=planted("prefix")
    )
    incoming = place / "data" / "buckets" / "bucket" / "in"
    incoming.mkdir(parents=True)
    lines = [{"Item": item(200)}, {"Item": {planted("bad"): {"S": planted("record")}}}]
    text = "\n".join(
        json.dumps(line, default=lambda data: b64encode(data).decode()) for line in lines
    )
    (incoming / "items.json").write_text(f"{text}\n{planted('no json')}\n")
    made = engine.import_table(
        S3BucketSource={"S3Bucket": "bucket", "S3KeyPrefix": "in/"},
        InputFormat="DYNAMODB_JSON",
        TableCreationParameters={
            "TableName": planted("imported"),
            "AttributeDefinitions": [
                {"AttributeName": planted("key"), "AttributeType": "S"},
            ],
            "KeySchema": [{"AttributeName": planted("key"), "KeyType": "HASH"}],
            "BillingMode": "PAY_PER_REQUEST",
        },
    )
    arn = made["ImportTableDescription"]["ImportArn"]
    described = engine.describe_import(ImportArn=arn)["ImportTableDescription"]
    assert described["ErrorCount"] == 2
    check(place)
    engine.close()
    check(place)
    assert found_in(place / "data" / "buckets")


def test_the_command_line(place: Path) -> None:
    shell = Shell(place / "data")
    given = place / "given"
    given.mkdir()
    shell.ok(["create", TABLE, "--key", f"{planted('key')}:S", "--gsi", f"{INDEX}={ATTRIBUTE}:S"])
    lines = "".join(
        json.dumps({planted("key"): planted(str(n)), ATTRIBUTE: planted("v")}) + "\n"
        for n in range(50)
    )
    items = str(given / "items.jsonl")
    Path(items).write_text(f"{lines}{planted('bad')}\n")
    for target, more in ((TABLE, []), (planted("new"), ["--key", f"{planted('key')}:S"])):
        done = shell.run(
            [
                "import",
                str(given / "items.jsonl"),
                target,
                *more,
                "--rejected",
                str(given / "rejected"),
            ]
        )
        assert done.code == 3
    shell.run(["import", items, TABLE, "--errors-max", "0"])
    check(place)
    shell.ok(["sql", f'SELECT * FROM "{TABLE}" WHERE "{ATTRIBUTE}" = \'{planted("v")}\''])
    shell.ok(["sql", f'SELECT * FROM "{TABLE}"', "-o", "csv"])
    shell.ok(["keys", "create", "--alias", planted("alias"), "--description", planted("words")])
    shell.ok(["export", TABLE, str(given / "out.csv")])
    shell.ok(["snapshot", "create", "spring"])
    shell.ok(["backup", "create", TABLE, planted("backup")])
    shell.ok(["stats", TABLE])
    shell.ok(["drop", TABLE, "--yes"])
    check(place)
    shell.ok(["doctor", "--compact"])
    check(place)
    assert found_in(given)


def test_the_prompt_and_its_history(place: Path) -> None:
    shell = Shell(place / "data")
    shell.ok(["create", TABLE, "--key", "id:S"])
    with talk(place / "data") as prompt:
        statement = f"INSERT INTO \"{TABLE}\" VALUE {{'id': '{planted('literal')}'}};"
        prompt.run(statement, "1 ")
        check(place)
        assert prompt.leave() == 0
    check(place)
    with talk(place / "data") as prompt:
        prompt.send("\x1b[A")
        prompt.expect(planted("literal"))
        prompt.send("\x03")
        prompt.ready()
        assert prompt.leave() == 0


async def test_the_app(place: Path) -> None:
    """What is looked for, written, marked and left unfinished, in each of its places."""
    folder = place / "data"
    with Engine.open(folder, clock=VirtualClock(), throttling="off") as engine:
        make_table(engine)
        for number in range(5):
            engine.put_item(TableName=TABLE, Item=item(number))
    with connect(str(folder)) as connection:
        app = DyntuiApp(connection, VirtualClock())
        async with app.run_test(size=LARGE) as pilot:
            await settle(pilot)
            assert planted("value 1") in screen_text(pilot)
            await press(pilot, "slash")
            await type_text(pilot, planted("quick"))
            await press(pilot, "escape", "f")
            await type_text(pilot, planted("value 3"))
            await press(pilot, "enter")
            assert planted("value 3") in screen_text(pilot)
            await press(pilot, "f", "tab", "tab")
            await type_text(pilot, f"{ATTRIBUTE} = '{planted('sought')}'")
            await press(pilot, "enter", "ctrl+r", "m", "escape", "e")
            check(place)
            await press(pilot, "escape", "2", "3", "4", "5", "x", "K", "m", "p")
            await type_text(pilot, f"SELECT * FROM \"{TABLE}\" WHERE x = '{planted('left')}'")
            await press(pilot, "f5")
            assert planted("left") in screen_text(pilot)
            check(place)
            await press(pilot, "escape", "ctrl+q")
        check(place)
        book = book_of(connection)
        assert planted("left") in book.history[0]
        assert planted("left") in book.desk().drafts[0].text
    check(place)


def test_what_the_editor_keeps(place: Path) -> None:
    with connect(str(place / "data")) as connection:
        _keep(connection)
        check_book(place, connection)
        assert found_in(place / "data" / "statements") != []


def test_what_is_kept_of_a_remote(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    with connect(region="us-east-1", remote=Remote("http://localhost:1")) as connection:
        _keep(connection)
        check_book(place, connection)


def test_what_earlier_versions_kept_in_plain_files(place: Path) -> None:
    folder = place / "data" / "statements"
    shell = Shell(place / "data")
    shell.ok(["create", TABLE, "--key", "id:S"])
    folder.mkdir()
    texts = [f"SELECT '{planted(str(n))}'" for n in range(3)]
    lines = "".join(f"{json.dumps(text)}\n" for text in texts)
    (folder / "history.jsonl").write_text(f'{lines}"cut short')
    (folder / ".history.jsonl.4711").write_text(lines)
    tabs = {"tabs": [["mine", planted("draft")], ["other", "x"]], "current": 1}
    (folder / "tabs.json").write_text(json.dumps(tabs))
    entered = place / "xdg_state_home" / "dyntui" / "statements"
    entered.parent.mkdir(parents=True)
    entered.write_text(f"\n# 2026-01-01\n+SELECT '{planted('typed')}'\n+  FROM t;\n")
    with connect(str(place / "data")) as connection:
        for _ in range(2):
            book = book_of(connection)
            assert book.history == texts[::-1]
            assert book.desk() == Desk((Draft("mine", planted("draft")), Draft("other", "x")), 1)
            inputs = list(kept_history(connection).load_history_strings())
            assert inputs == [f"SELECT '{planted('typed')}'\n  FROM t;"]
        book.remember("later")
        # As where a process was killed before it deleted the file.
        (folder / "history.jsonl").write_text(lines)
        assert book_of(connection).history == ["later", *texts[::-1]]
    assert not entered.exists()
    check(place)


def _keep(connection: Connection) -> None:
    book = book_of(connection)
    for number in range(5):
        book.remember(f"SELECT '{planted(str(number))}'")
    book.keep_desk([Draft(planted("tab"), f"SELECT '{planted('draft')}'")], 0)
    book.save("mine", f"SELECT '{planted('saved')}'")
    names = (planted("pinned"), planted("order"))
    hidden = frozenset({planted("hidden")})
    column_book(connection).keep(TABLE, ColumnChoice(names[1:], hidden, names[:1]))


def check_book(place: Path, connection: Connection) -> None:
    """Only what was saved by name is found, and all is there for its owner."""
    saved = list(place.rglob("mine.sql"))
    assert len(saved) == 1
    assert found_in(place, saved) == []
    book = book_of(connection)
    assert len(book.history) == 5
    assert MARK in book.desk().drafts[0].text
    assert column_book(connection).choice(TABLE).pinned == (planted("pinned"),)
