"""`dyntui export` and `import`."""

from __future__ import annotations

import gzip
import json
import sqlite3
import sys
import time
from pathlib import Path

import pytest

from tests.dyntui.cli.shell import Shell

LOSSLESS = ["o.json", "o.json.gz", "o.ion", "o.ion.zst", "folder", "folder --format ion"]


def exported(shell: Shell, table: str) -> list[str]:
    """All items, in one order, and their attributes too."""
    return in_one_order(shell.ok(f"export {table} -").out)


def in_one_order(out: str) -> list[str]:
    """The lines of an export, in one order."""
    lines = out.splitlines()
    return sorted(json.dumps(json.loads(line), sort_keys=True) for line in lines)


def item_line(item: str) -> str:
    """An item as `exported` gives it."""
    return json.dumps(json.loads(f'{{"Item":{item}}}'), sort_keys=True)


@pytest.mark.parametrize("destination", LOSSLESS)
def test_a_table_survives_export_and_import(
    orders: Shell, tmp_path: Path, destination: str
) -> None:
    address, *options = destination.split()
    done = orders.ok(["export", "orders", str(tmp_path / address), *options])
    assert "orders: 3 items" in done.err
    key = [] if address == "folder" else ["--key", "customer:S", "--key", "placed:N"]
    done = orders.ok(["import", str(tmp_path / address), "again", *key])
    assert "again: 3 records read, 3 written, 0 rejected" in done.err
    assert exported(orders, "again") == exported(orders, "orders")


def test_a_folder_brings_its_indexes_along(orders: Shell, tmp_path: Path) -> None:
    orders.ok(["export", "orders", str(tmp_path / "folder")])
    orders.ok(["import", str(tmp_path / "folder"), "again"])
    assert orders.ok("query again open --index by-status -o jsonl").out.count("\n") == 2


def test_a_csv_is_read_with_the_types_of_its_columns(orders: Shell, tmp_path: Path) -> None:
    path = str(tmp_path / "o.csv")
    orders.ok(["export", "orders", path])
    orders.ok(["import", path, "again", "--key", "customer:S", "--key", "placed:N", "--infer"])
    assert exported(orders, "again") == exported(orders, "orders")


def test_items_go_from_pipe_to_pipe(orders: Shell) -> None:
    out = orders.ok("export orders - --format jsonl").out
    assert [json.loads(line)["customer"] for line in out.splitlines()].count("ada") == 2
    orders.ok("import - again --format jsonl --key customer:S --key placed:N", stdin=out)
    # Sets and binary are not in it, so plain JSON loses nothing here.
    assert exported(orders, "again") == exported(orders, "orders")


def test_an_export_can_be_filtered_and_projected_and_keeps_the_key(orders: Shell) -> None:
    out = orders.ok("export orders - --filter placed>1 --projection placed").out
    assert sorted(out.splitlines()) == [
        '{"Item":{"customer":{"S":"ada"},"placed":{"N":"2"}}}',
        '{"Item":{"customer":{"S":"bob"},"placed":{"N":"3"}}}',
    ]


def test_bad_records_are_told_and_the_rest_goes_in(orders: Shell, tmp_path: Path) -> None:
    lines = (
        '{"Item":{"customer":{"S":"eve"},"placed":{"N":"9"}}}\n{"Item":\n{"Item":{"a":{"S":""}}}\n'
    )
    rejected = tmp_path / "rejected"
    done = orders.run(
        ["import", "-", "orders", "--format", "dynamodb-json", "--rejected", str(rejected)],
        stdin=lines,
    )
    assert done.code == 3
    assert "standard input:2:9: not JSON" in done.err
    assert "standard input:3: One or more parameter values were invalid: Missing" in done.err
    assert "orders: 3 records read, 1 written, 2 rejected" in done.err
    listed = [json.loads(line) for line in rejected.read_text().splitlines()]
    assert [(one["line"], one["column"]) for one in listed] == [(2, 9), (3, 0)]
    assert len(exported(orders, "orders")) == 4


def test_too_many_bad_records_end_an_import_before_it_writes(orders: Shell) -> None:
    lines = '{"Item":{"customer":{"S":"eve"},"placed":{"N":"9"}}}\n' + "x\n" * 5
    done = orders.run("import - orders --format dynamodb-json --errors-max 3", stdin=lines)
    assert done.code == 3
    assert "more than 3 records are no items of orders: given up; 0 items were written" in done.err
    assert len(exported(orders, "orders")) == 3


def test_items_that_are_there_can_be_kept(orders: Shell) -> None:
    line = '{"Item":{"customer":{"S":"ada"},"placed":{"N":"1"}}}'
    before = exported(orders, "orders")
    done = orders.ok("import - orders --format dynamodb-json --on-duplicate keep", stdin=line)
    assert "1 record read, 0 written" in done.err
    assert exported(orders, "orders") == before
    orders.ok("import - orders --format dynamodb-json", stdin=line)
    assert item_line(line.removeprefix('{"Item":').removesuffix("}")) in exported(orders, "orders")


def test_a_dry_run_puts_nothing(orders: Shell) -> None:
    line = '{"Item":{"customer":{"S":"eve"},"placed":{"N":"9"}}}'
    done = orders.ok("import - new --format dynamodb-json --key customer:S --dry-run", stdin=line)
    assert json.loads(done.out) == {"customer": {"S": "eve"}, "placed": {"N": "9"}}
    assert "new" not in orders.ok("ls").out


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("import /missing orders", "there is no such file or folder"),
        ("import - orders", "give its format with --format"),
        ("import - new --format csv", "give --key NAME:TYPE"),
        ("import - new --format csv --key a", "write NAME:TYPE"),
        ("import - orders --format csv --types a=X", "is not NAME=TYPE"),
        ("export orders folder --format csv", "csv is written to a file"),
        ("import - new --format csv --key a:S --key b:S --key c:S", "is given once"),
    ],
)
def test_what_cannot_be_understood_is_refused(orders: Shell, command: str, said: str) -> None:
    done = orders.run(command)
    assert done.code == 252
    assert said in done.err
    assert "new" not in orders.ok("ls").out


def test_a_place_that_cannot_be_written_is_told(orders: Shell, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = orders.run(["export", "orders", str(tmp_path / "file" / "o.json")], may_fail=True)
    assert done.code == 255
    assert done.err.count("\n") == 1


def test_incremental_exports_are_applied_in_their_order(orders: Shell, tmp_path: Path) -> None:
    home = tmp_path / "AWSDynamoDB"
    (home / "data").mkdir(parents=True)
    changes = [
        ('{"Keys":{"customer":{"S":"ada"},"placed":{"N":"1"}}}', "1"),
        (
            '{"Keys":{"customer":{"S":"ada"},"placed":{"N":"1"}},'
            '"NewImage":{"customer":{"S":"ada"},"placed":{"N":"1"},"x":{"S":"y"}}}',
            "2",
        ),
    ]
    for line, number in changes:
        folder = home / f"0000000000000{number}-00000000"
        folder.mkdir()
        (home / "data" / f"{number}.json.gz").write_bytes(gzip.compress(line.encode()))
        listing = {
            "itemCount": 1,
            "md5Checksum": "",
            "dataFileS3Key": f"AWSDynamoDB/data/{number}.json.gz",
        }
        (folder / "manifest-files.json").write_text(json.dumps(listing))
        summary = {
            "manifestFilesS3Key": f"AWSDynamoDB/{folder.name}/manifest-files.json",
            "exportFromTime": "2020",
            "exportToTime": f"202{number}",
            "outputFormat": "DYNAMODB_JSON",
            "itemCount": 1,
        }
        (folder / "manifest-summary.json").write_text(json.dumps(summary))
    done = orders.ok(["import", str(tmp_path), "orders"])
    assert "2 records read" in done.err
    assert json.loads(orders.ok("get orders ada 1").out)["x"] == {"S": "y"}


def test_a_table_of_a_sqlite_file_is_read(orders: Shell, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "f.db") as database:
        database.execute("CREATE TABLE people(id INTEGER, name TEXT, photo BLOB, score REAL)")
        database.execute("INSERT INTO people VALUES(1, 'Ada', x'6869', 1.5), (2, NULL, NULL, NULL)")
    database.close()
    orders.ok(["import", f"sqlite://{tmp_path}/f.db/people", "people", "--key", "id:N"])
    assert exported(orders, "people") == [
        item_line('{"id":{"N":"1"},"name":{"S":"Ada"},"photo":{"B":"aGk="},"score":{"N":"1.5"}}'),
        item_line('{"id":{"N":"2"}}'),
    ]


def test_what_a_table_has_can_be_refused(orders: Shell) -> None:
    lines = (
        '{"Item":{"customer":{"S":"ada"},"placed":{"N":"1"}}}\n'
        '{"Item":{"customer":{"S":"eve"},"placed":{"N":"9"}}}\n'
    )
    command = "import - orders --format dynamodb-json --on-duplicate fail"
    done = orders.run(f"{command} --errors-max 0", stdin=lines)
    assert done.code == 3
    assert "standard input:1: the table has an item of this key" in done.err
    assert len(exported(orders, "orders")) == 3
    done = orders.run(command, stdin=lines)
    assert done.code == 3
    assert "orders: 2 records read, 1 written, 1 rejected" in done.err
    assert len(exported(orders, "orders")) == 4
    assert json.loads(orders.ok("get orders ada 1").out).keys() > {"customer", "placed"}


def test_a_table_goes_through_parquet(orders: Shell, tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    path = str(tmp_path / "o.parquet")
    orders.ok(["export", "orders", path])
    keys = ["--key", "customer:S", "--key", "placed:N"]
    orders.ok(["import", path, "again", *keys, "--types", "lines=JSON"])
    assert exported(orders, "again") == exported(orders, "orders")


def test_parquet_without_its_package_is_one_line(
    orders: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    done = orders.run(["export", "orders", str(tmp_path / "o.parquet")], may_fail=True)
    assert (done.code, done.err.count("\n")) == (255, 1)
    assert "pip install 'dyntui[parquet]'" in done.err
    assert list(tmp_path.glob("o.*")) == []


# The past.


def test_a_table_is_exported_as_it_was(orders: Shell, tmp_path: Path) -> None:
    before = exported(orders, "orders")
    then = time.time()
    orders.ok("rm orders ada 1 --yes")
    orders.ok(["put", "orders", '{"customer":"eve","placed":9}', "--plain"])
    out = orders.ok(["export", "orders", "-", "--at", str(then)]).out
    assert in_one_order(out) == before
    filtered = orders.ok(["export", "orders", "-", "--at", str(then), "--filter", "placed = 1"]).out
    assert '"ada"' in filtered
    folder = str(tmp_path / "folder")
    orders.ok(["export", "orders", folder, "--at", str(then)])
    orders.ok(["import", folder, "again"])
    assert exported(orders, "again") == before


def test_a_full_export_and_incremental_ones_make_the_table_again(
    orders: Shell, tmp_path: Path
) -> None:
    folder = str(tmp_path / "folder")
    begun = time.time()
    times = [begun]
    orders.ok(["export", "orders", folder, "--at", str(begun)])
    steps = (
        (["put", "orders", '{"customer":"eve","placed":9,"tags":["a"]}', "--plain"],),
        (
            ["rm", "orders", "ada", "1", "--yes"],
            ["sql", "UPDATE orders SET x = 1 WHERE customer = 'eve' AND placed = 9"],
        ),
        (
            ["rm", "orders", "eve", "9", "--yes"],
            ["put", "orders", '{"customer":"z","placed":1}', "--plain"],
        ),
    )
    for number, step in enumerate(steps):
        for command in step:
            orders.ok(command)
        times.append(time.time())
        window = ["--from", str(times[-2]), "--to", str(times[-1])]
        view = ["--view", "NEW_IMAGE"] if number == 1 else ["--format", "ion"] * (number == 2)
        orders.ok(["export", "orders", folder, "--incremental", *window, *view])
    orders.ok(["import", folder, "again"])
    assert exported(orders, "again") == exported(orders, "orders")
    # What the newest full export has need not be told by those before it.
    orders.ok(["export", "orders", folder])
    orders.ok(["import", folder, "anew"])
    assert exported(orders, "anew") == exported(orders, "orders")


def test_a_gap_between_exports_is_told(orders: Shell, tmp_path: Path) -> None:
    folder = str(tmp_path / "folder")
    begun = time.time()
    orders.ok(["export", "orders", folder, "--at", str(begun)])
    orders.ok(["put", "orders", '{"customer":"eve","placed":9}', "--plain"])
    window = ["--from", str(begun + 0.005), "--to", str(time.time())]
    orders.ok(["export", "orders", folder, "--incremental", *window])
    assert "no export covers the time from" in orders.ok(["import", folder, "again"]).err


def test_exports_of_several_tables_are_not_mixed(orders: Shell, tmp_path: Path) -> None:
    folder = str(tmp_path / "folder")
    orders.ok(["export", "orders", folder])
    orders.ok(["import", folder, "again"])
    orders.ok(["export", "again", folder])
    done = orders.run(["import", folder, "anew"])
    assert done.code == 252
    assert "holds exports of several tables (again, orders): name one" in done.err


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        ("o.json --incremental --from 1", 252, "goes into a folder or a bucket"),
        ("folder --incremental", 252, "needs the time from which on"),
        ("folder --from 1", 252, "are those of an incremental export"),
        ("folder --incremental --from now --to now", 252, "ends before it begins"),
        ("folder --incremental --from 1 --at now", 252, "is of all items"),
        ("folder --at soon", 252, "is no point of time"),
        ("folder --at 1", 254, "can be read as of"),
        ("folder --at 9999999999", 254, "has not come yet"),
        ("folder --at 999999999999", 254, "is no time"),
    ],
)
def test_a_time_that_cannot_be_is_refused(
    orders: Shell, tmp_path: Path, options: str, code: int, said: str
) -> None:
    destination, *more = options.split()
    done = orders.run(["export", "orders", str(tmp_path / destination), *more], may_fail=True)
    assert (done.code, said in done.err) == (code, True), done.err
    assert list(tmp_path.glob("folder/*")) == []
