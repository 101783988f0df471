"""PartiQL on a remote: statements run, and what only an engine offers is refused."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from dyntui.cli.exits import REFUSED, USAGE
from engine import Engine
from tests.dyntui.remote.conftest import DEFINITION
from tests.dyntui.remote.test_command_line import run

SCAN = "SELECT * FROM orders WHERE total > 1"


@pytest.fixture(autouse=True)
def _neutral(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, engine: Engine) -> None:
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    monkeypatch.setenv("DYNTUI_DATA_DIR", str(tmp_path / "not-to-be-made"))
    engine.create_table(**DEFINITION)
    for number in range(3):
        item = {"id": {"N": str(number)}, "b": {"B": b"\x01"}, "total": {"N": str(number)}}
        engine.put_item(TableName="orders", Item=item)


def test_statements_run_on_a_remote(capsys: pytest.CaptureFixture[str], address: str) -> None:
    remote = ("--endpoint-url", address, "-v")
    ended = run(capsys, "sql", "SELECT * FROM orders WHERE id = ?", "--param", "2", *remote)
    assert ended.out == "id  b     total\n──  ────  ─────\n 2  AQ==      2\n"
    assert ended.err == "SELECT orders: 1 row, 1 page, 0.5 RCU\n"
    ended = run(capsys, "sql", "SELECT SUM(total) FROM orders", "-o", "csv", *remote)
    assert ended.out == "SUM(total)\n3\n"
    ended = run(capsys, "sql", "SELECT * FROM nowhere", *remote)
    assert (ended.code, "Requested resource not found" in ended.err) == (REFUSED, True)


def test_a_prompt_over_a_pipe_runs_on_a_remote(
    capsys: pytest.CaptureFixture[str], address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = (
        b"BEGIN; UPDATE orders SET total = 9 WHERE id = 1;\n"
        b"INSERT INTO orders VALUE {'id': 7}; COMMIT;\n"
        b"BATCH; SELECT total FROM orders WHERE id = 1; SELECT id FROM orders WHERE id = 7; END;\n"
        b"\\format csv\n\\last\n"
    )
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(script)))
    ended = run(capsys, "repl", "--endpoint-url", address)
    assert ended.out.endswith("id,total\n,9\n7,\n")


def test_a_write_that_may_change_many_items_is_asked_about(
    capsys: pytest.CaptureFixture[str], address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    remote = ("--endpoint-url", address)
    monkeypatch.setattr("sys.stdin", io.StringIO())
    ended = run(capsys, "sql", "DELETE FROM orders WHERE total = 1", *remote)
    assert (ended.code, "This DELETE does not say which item: id" in ended.err) == (USAGE, True)
    ended = run(capsys, "sql", "DELETE FROM orders WHERE total = 1", "--yes", *remote)
    assert (ended.code, "mandatory equality on all key" in ended.err) == (REFUSED, True)
    ended = run(capsys, "sql", SCAN, "--ask-above", "0", *remote)
    assert (ended.code, "This reads all of orders: 3 items" in ended.err) == (USAGE, True)


def test_statements_are_explained_by_the_tables_description(
    capsys: pytest.CaptureFixture[str], address: str
) -> None:
    remote = ("--explain", "--endpoint-url", address)
    ended = run(capsys, "sql", SCAN, *remote)
    assert ended.out == (
        "Scan  orders  (full scan)\nfilter  total > 1\nreads   at least 3 items, 0.5 RCU\n"
    )
    ended = run(capsys, "sql", "SELECT * FROM orders WHERE id = 1 AND total > 1", *remote)
    assert ended.out == (
        "GetItem  orders\nkey     id = 1\nfilter  total > 1\nreads   1 item, 0.5 RCU\n"
    )
    ended = run(capsys, "sql", "SELECT * FROM orders WHERE total = 1", *remote)
    better = "better  an index with the partition key total would make this a Query\n"
    assert ended.out.endswith(better)
    ended = run(capsys, "sql", "UPDATE orders SET a = 1 WHERE id = 1 AND total = 1", *remote)
    assert ended.out == (
        "UpdateItem  orders\nkey     id = 1\nfilter  total = 1\nwrites  1 item, about 1 WCU\n"
    )
    ended = run(capsys, "sql", "DELETE FROM orders WHERE total = 1", *remote)
    assert (ended.code, "mandatory equality on all key" in ended.err) == (REFUSED, True)
