"""`dyntui snapshot`, `backup`, `restore`, `keys`, `copy` and `truncate`."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from dyntui.core.connection import rate_limit
from engine.clock import SYSTEM_CLOCK
from tests.dyntui.cli.shell import Shell

PASSPHRASE = {"DYNTUI_PASSPHRASE": "open sesame"}


def count(shell: Shell, table: str = "orders") -> int:
    """How many items a table has."""
    return int(shell.ok(f"describe {table} -o json").json["ItemCount"])


def files(shell: Shell, shelf: str) -> list[Path]:
    """The archives of a kind."""
    return sorted((shell.folder / "us-east-1" / shelf).iterdir())


def damage(path: Path) -> None:
    """Flip a bit amid a file."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def test_a_script_goes_back_to_a_snapshot(orders: Shell) -> None:
    assert orders.ok("snapshot create before").out == "before\n"
    orders.ok("rm orders ada 1 --yes")
    orders.ok("put orders --plain -", stdin='{"customer":"ada","placed":2,"status":"lost"}')
    shown = orders.run("snapshot diff before")
    assert shown.code == 1
    assert shown.out == (
        '- orders  {"customer":{"S":"ada"},"placed":{"N":"1"}}\n'
        '~ orders  {"customer":{"S":"ada"},"placed":{"N":"2"}}  '
        'lines: {"L":[{"S":"tea"},{"S":"milk"}]} → none, status: {"S":"sent"} → {"S":"lost"}\n'
    )
    assert orders.refused("snapshot restore before") == (
        "dyntui: orders: there already; give --replace, or --as"
    )
    assert "give --yes" in orders.misused("snapshot restore before --replace")
    orders.ok("snapshot restore before --replace --yes")
    assert orders.run("snapshot diff before").code == 0
    # What was replaced is kept.
    (kept,) = orders.ok("backup list --type system -o json").json
    orders.ok(["backup", "restore", kept["BackupArn"], "lost"])
    assert count(orders, "lost") == 2


def test_snapshots_are_listed_shown_compared_and_pruned(orders: Shell) -> None:
    for name in ("one", "two", "three"):
        orders.ok(f"snapshot create {name}")
    assert [each["name"] for each in orders.ok("snapshot list -o json").json] == [
        *("one", "two", "three")
    ]
    assert "three" in orders.ok("snapshot list").out
    shown = orders.ok("snapshot show one -o json").json
    assert shown["tables"][0] | {"size_bytes": 0} == {
        "name": "orders",
        "item_count": 3,
        "size_bytes": 0,
    }
    assert "orders" in orders.ok("snapshot show one").out
    assert orders.ok("snapshot diff one two").err == "no differences\n"
    assert orders.ok("snapshot prune --keep 3d --yes").err == "nothing to delete\n"
    assert orders.ok("snapshot prune --keep 1 --yes").err == "deleted one, two\n"
    orders.ok("snapshot delete three --yes")
    assert orders.ok("snapshot list -o json").json == []


def test_a_snapshot_of_some_tables_comes_back_under_other_names(orders: Shell) -> None:
    orders.ok("create other --key id:S")
    orders.ok("snapshot create some orders")
    orders.ok("snapshot restore some --as 'old-*'")
    assert count(orders, "old-orders") == 3
    orders.ok("snapshot restore some orders --as again")
    assert count(orders, "again") == 3
    tables = orders.ok("snapshot create --output json").json["tables"]
    assert [table["name"] for table in tables] == ["again", "old-orders", "orders", "other"]


@pytest.mark.parametrize(
    ("command", "code", "said"),
    [
        ("snapshot restore nowhere", 1, "There is no snapshot nowhere"),
        ("snapshot diff nowhere", 1, "There is no snapshot nowhere"),
        ("snapshot show nowhere", 1, "There is no snapshot nowhere"),
        ("snapshot delete nowhere --yes", 1, "There is no snapshot nowhere"),
        ("snapshot create ''", 254, "'' is no name of a snapshot"),
        ("snapshot create a/b", 254, "'a/b' is no name of a snapshot"),
        ("snapshot create x nowhere", 1, "Table: nowhere not found"),
        ("snapshot create x orders --all", 252, "--all and names of tables"),
        ("snapshot prune --keep soon", 252, "neither a number nor a time"),
        ("backup show nowhere", 1, "There is no backup nowhere"),
        ("backup restore nowhere again", 1, "There is no backup nowhere"),
        ("backup create nowhere", 254, "Table not found: nowhere"),
        ("restore orders again --at 2020-01-01", 254, "can be read as of"),
        ("restore nowhere again", 1, "Table: nowhere not found"),
        ("restore orders orders", 254, "Table already exists: orders"),
        ("restore orders again --at soon", 252, "soon"),
        ("copy nowhere again", 254, "Table: nowhere not found"),
        ("copy orders orders", 254, "Table already exists: orders"),
        ("copy orders again --max-rcu 5", 252, "--max-rcu and --max-wcu need --via scan"),
        ("truncate orders", 252, "give --yes"),
        ("truncate orders --max-wcu 5 --yes", 252, "--max-rcu and --max-wcu need --via scan"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_line(
    orders: Shell, command: str, code: int, said: str
) -> None:
    ended = orders.run(command)
    assert (ended.code, ended.out) == (code, "")
    assert said in ended.err
    assert count(orders) == 3


def test_damaged_files_are_named(orders: Shell) -> None:
    orders.ok("snapshot create one")
    orders.ok("backup create orders spring")
    (snapshot,), (backup,) = files(orders, "snapshots"), files(orders, "backups")
    assert orders.ok("snapshot verify").out == "one: sound\n"
    assert orders.ok("backup verify").out == f"{backup.name}: sound\n"
    damage(snapshot)
    ended = orders.run("snapshot verify one")
    assert ended.code == 1
    assert f"{snapshot}: the archive is damaged" in ended.out
    whole = snapshot.read_bytes()
    snapshot.write_bytes(whole[:-20])
    ended = orders.run("snapshot verify")
    assert (ended.code, f"{snapshot}: the archive is damaged" in ended.out) == (1, True)
    assert f"{snapshot}: the archive is damaged" in orders.ok("snapshot list").err
    snapshot.write_bytes(whole)
    damage(backup)
    ended = orders.run("backup verify")
    assert ended.code == 1
    assert f"{backup}: the archive is damaged" in ended.out
    assert f"{snapshot}: the archive is damaged" in orders.run("snapshot restore one").err


def test_a_backup_is_made_listed_restored_and_deleted(orders: Shell) -> None:
    arn = orders.ok("backup create orders spring").out.strip()
    assert "/backup/" in arn
    assert "spring" in orders.ok("backup list orders").out
    assert orders.ok("backup show spring").json["SourceTableDetails"]["ItemCount"] == 3
    assert orders.ok("backup restore spring again").err == "restored again, with 3 items\n"
    orders.ok(["backup", "restore", arn, "bare", "--without-indexes"])
    assert "GlobalSecondaryIndexes" not in orders.ok("describe bare -o json").json
    orders.ok("backup create orders spring")
    assert "2 backups have the name spring" in orders.misused("backup restore spring more")
    orders.ok(["backup", "delete", arn, "--yes"])
    assert len(orders.ok("backup list -o json").json) == 1
    assert orders.ok("backup jobs").out.count("\n") == 2


def test_a_backup_goes_to_another_region_and_another_folder(orders: Shell, tmp_path: Path) -> None:
    orders.ok("backup create orders spring")
    copied = orders.ok("backup copy spring --to eu-west-1").out.strip()
    assert copied.startswith("arn:aws:dynamodb:eu-west-1:")
    orders.ok("backup restore spring orders --region eu-west-1")
    assert orders.ok("describe orders --region eu-west-1 -o json").json["ItemCount"] == 3

    there = Shell(tmp_path / "there")
    there.ok("create other --key id:S")
    (file,) = files(orders, "backups")
    (there.folder / "us-east-1" / "backups").mkdir()
    shutil.copy(file, there.folder / "us-east-1" / "backups")
    ended = there.run("backup verify")
    assert ended.code == 1
    assert "dyntui keys import" in ended.out
    key = tmp_path / "carried.key"
    assert orders.run(f"keys export {key}", environment=PASSPHRASE).code == 0
    assert "exists" in orders.run(f"keys export {key}", environment=PASSPHRASE).err
    wrong = there.run(f"keys import {key}", environment={"DYNTUI_PASSPHRASE": "sesame"})
    assert (wrong.code, wrong.err) == (253, "dyntui: the passphrase does not open this key\n")
    assert there.run(f"keys import {key}", environment=PASSPHRASE).code == 0
    there.ok("backup restore spring orders")
    assert count(there) == 3


@pytest.mark.parametrize("way", ["backup", "scan"])
def test_a_table_is_copied(orders: Shell, way: str) -> None:
    told = orders.ok("copy orders again --dry-run").err
    assert told == "by backup: costs no capacity units; by scan: about 0.5 RCU and 6 WCU\n"
    orders.ok("streams on orders")
    orders.ok("alter orders --deletion-protection")
    assert orders.ok(f"copy orders again --via {way}").err.endswith("copied 3 items to again\n")
    described = orders.ok("describe again -o json").json
    assert "StreamSpecification" not in described
    assert not described["DeletionProtectionEnabled"]
    scan = "scan {} --output jsonl"
    assert orders.ok(scan.format("again")).out == orders.ok(scan.format("orders")).out
    assert len(orders.ok("describe again -o json").json["GlobalSecondaryIndexes"]) == 1
    assert orders.ok("backup list -o json").json == []


def test_a_copy_and_a_deletion_by_scan_keep_to_limits(
    orders: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits = []

    class Limited(rate_limit.RateLimit):
        def __init__(self, units_per_s: float) -> None:
            limits.append(units_per_s)
            super().__init__(units_per_s, sleep=lambda _: None)

        def take(self, units: float, cancelled: object = None) -> None:
            del units, cancelled

    monkeypatch.setattr(rate_limit, "RateLimit", Limited)
    told = orders.ok("copy orders again --via scan --max-rcu 7 --max-wcu 2").err
    assert told.endswith("copied 3 items to again\n")
    told = orders.ok("truncate again --via scan --max-wcu 2 --yes").err
    assert told.endswith("deleted 3 items\n")
    assert limits == [7, 2, 2]


def test_a_table_is_emptied_and_its_items_come_back(orders: Shell) -> None:
    told = orders.ok("truncate orders --yes").err
    assert count(orders) == 0
    command = told.strip().rpartition("dyntui ")[2].replace("NEW-TABLE", "again")
    orders.ok(command)
    assert count(orders, "again") == 3
    assert orders.ok("truncate again --via scan --yes").err.endswith("deleted 3 items\n")
    assert count(orders, "again") == 0


def test_a_table_comes_back_as_of_a_time_of_its_history(orders: Shell) -> None:
    moment = SYSTEM_CLOCK.now_us() / 1_000_000
    orders.ok("rm orders ada 1 --yes")
    orders.ok(f"restore orders again --at {moment}")
    assert count(orders, "again") == 3
    orders.ok("restore orders now --without-indexes")
    assert count(orders, "now") == 2
    assert "GlobalSecondaryIndexes" not in orders.ok("describe now -o json").json


def test_what_is_dropped_comes_back(orders: Shell) -> None:
    orders.ok("drop orders --yes")
    orders.ok(["backup", "restore", "orders$DeletedTableBackup", "orders"])
    assert count(orders) == 3


def test_plans_are_made_run_and_removed(orders: Shell) -> None:
    orders.ok("backup plan set nightly orders --every 12h --keep 2w --copy-to eu-west-1")
    (line,) = orders.ok("backup plan list").out.splitlines()[2:]
    assert line.split() == ["nightly", "orders", "12h", "2w", "eu-west-1"]
    made, copied = orders.ok("backup run-plans").out.splitlines()
    assert "us-east-1" in made
    assert "eu-west-1" in copied
    assert orders.ok("backup run-plans").err == "nothing is due\n"
    assert len(orders.ok("backup list --type plan -o json").json) == 1
    assert "no stretch of time" in orders.misused("backup plan set nightly --every now")
    orders.ok("backup plan remove nightly")
    assert orders.run("backup plan remove nightly").code == 1
