"""`history`, `diff`, `undo`, `pitr` and `--at`: a table's past on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from dyntui.cli.exits import FOLDER, PARTIAL, REFUSED, UNMET, USAGE
from engine import Context, Engine, VirtualClock
from engine.clock import SYSTEM_CLOCK
from tests.dyntui.cli.shell import Shell

ANN = Context("ann", "person")


@pytest.fixture
def times() -> list[float]:
    """When the table was made, and when each of its writes was done: in the last hour."""
    start = SYSTEM_CLOCK.now_us() // 1_000_000 - 3_600
    return [start + 600.0 * number for number in range(5)]


@pytest.fixture
def past(tmp_path: Path, times: list[float]) -> Shell:
    """A table `notes` (id, place) that was written to within the last hour."""
    clock = VirtualClock(round(times[0] * 1e6))
    with Engine.open(tmp_path / "data", clock=clock) as engine:
        engine.create_table(
            TableName="notes",
            KeySchema=[
                {"AttributeName": "id", "KeyType": "HASH"},
                {"AttributeName": "place", "KeyType": "RANGE"},
            ],
            AttributeDefinitions=[
                {"AttributeName": "id", "AttributeType": "S"},
                {"AttributeName": "place", "AttributeType": "N"},
            ],
            BillingMode="PAY_PER_REQUEST",
        )

        def put(place: int, size: int) -> None:
            item = {"id": {"S": "a"}, "place": {"N": str(place)}, "size": {"N": str(size)}}
            clock.advance(600)
            engine.call("PutItem", {"TableName": "notes", "Item": item}, ANN)

        put(1, 1)
        put(1, 2)
        put(2, 1)
        clock.advance(600)
        engine.delete_item(TableName="notes", Key={"id": {"S": "a"}, "place": {"N": "1"}})
    return Shell(tmp_path / "data")


def test_reads_as_of_a_time(past: Shell, times: list[float]) -> None:
    assert past.run("get notes a 1").code == UNMET
    for at, size in ((times[1], "1"), (times[2], "2"), (times[3] + 1, "2")):
        item = past.ok(["get", "notes", "a", "1", "--at", str(at)]).json
        assert item["size"] == {"N": size}
    assert past.run(["get", "notes", "a", "1", "--at", str(times[4])]).code == UNMET
    assert len(past.ok(["query", "notes", "a", "--at", str(times[3]), "-o", "json"]).json) == 2
    assert len(past.ok("scan notes --at '25 minutes ago' -o json").json) == 2
    assert past.ok("scan notes --at now -o json").json == past.ok("scan notes -o json").json
    statement = "SELECT size FROM notes WHERE id = 'a' AND place = 1"
    found = past.ok(["sql", statement, "--at", str(times[2]), "-o", "json"]).json
    assert found == [{"size": {"N": "2"}}]
    found = past.ok(["sql", f"SELECT size FROM notes AS OF {times[1]}", "-o", "json"]).json
    assert found == [{"size": {"N": "1"}}]


def test_what_cannot_be_read(past: Shell, times: list[float]) -> None:
    ended = past.run("scan notes --at whenever")
    assert (ended.code, ended.out) == (USAGE, "")
    assert "--at: 'whenever' is no point of time" in ended.err
    ended = past.run(["scan", "notes", "--at", str(times[0] - 1)])
    assert ended.code == REFUSED
    assert "can be read as of" in ended.err
    ended = past.run(["scan", "notes", "--at", str(times[4] + 9_999)])
    assert (ended.code, ended.err.endswith("has not come yet\n")) == (REFUSED, True)
    ended = past.run(["sql", "DELETE FROM notes WHERE id = 'a' AND place = 2", "--at", "now"])
    assert ended.code == REFUSED
    assert "The past can only be read" in ended.err
    ended = past.run("get notes a 1 --at now --endpoint-url http://127.0.0.1:9")
    assert ended.code in (FOLDER, USAGE)
    assert len(ended.err.splitlines()) == 1


def test_the_history_of_an_item_and_of_a_table(past: Shell) -> None:
    lines = past.ok("history notes a 1").out.splitlines()
    heads = [line.split("  ") for line in lines if line.startswith("#")]
    assert [(head[0], *head[2:]) for head in heads] == [
        ("#4", "deleted", "a, 1", "by owner (script)"),
        ("#2", "changed", "a, 1", "by ann (person)"),
        ("#1", "made", "a, 1", "by ann (person)"),
    ]
    assert [line for line in lines if line.startswith(" ")] == [
        "    size: 2 → —",
        "    size: 1 → 2",
        "    size: — → 1",
    ]
    found = past.ok("history notes -o json").json
    assert [change["Number"] for change in found] == [4, 3, 2, 1]
    assert found[0]["OldImage"]["size"] == {"N": "2"}
    assert found[0]["NewImage"] is None
    ended = past.ok("history notes --limit 2 --by ann")
    assert ended.err == "there is more: --before 2\n"
    assert past.ok("history notes --limit 2 --by ann --before 2").out.count("#") == 1
    assert past.ok("history notes --since '25 minutes ago'").out.startswith("#4")
    assert past.ok("history notes --by bob").err == "no changes\n"
    assert past.run("history nothing").code == REFUSED


def test_the_difference_between_two_times(past: Shell, times: list[float]) -> None:
    ended = past.ok(["diff", "notes", "--from", str(times[1])])
    assert ended.out == "- a, 1\n    size: 1 → —\n+ a, 2\n    size: — → 1\n"
    assert ended.err == "1 added, 1 removed\n"
    ended = past.ok(["diff", "notes", "--from", str(times[1]), "--to", str(times[2])])
    assert ended.out == "~ a, 1\n    size: 1 → 2\n"
    ended = past.ok(["diff", "notes", "--from", str(times[1]), "--to", str(times[2]), "-o", "json"])
    assert ended.json["Attributes"] == [{"Path": ["size"], "Old": {"N": "1"}, "New": {"N": "2"}}]
    assert past.ok("diff notes --from now").err == "no differences\n"
    assert past.run(["diff", "notes", "--from", "0"]).code == REFUSED


def test_changes_are_undone(past: Shell, times: list[float]) -> None:
    assert past.ok("undo notes --change 4 --yes").err == "1 item is as before\n"
    assert past.ok("get notes a 1").json["size"] == {"N": "2"}
    ended = past.run("undo notes --change 2 --yes")
    assert ended.code == UNMET
    assert "left as it is: a, 1: changed again at" in ended.err
    ended = past.run("undo notes --by ann --yes")
    assert (ended.code, ended.err.splitlines()[-1]) == (
        PARTIAL,
        "dyntui: 1 item is as before, 1 left",
    )
    assert past.ok(["undo", "notes", "--since", str(times[0]), "--yes"]).err == (
        "2 items are as before\n"
    )
    assert past.ok("scan notes -o json").json == []
    assert past.ok("undo notes --last --yes").code == 0


def test_what_cannot_be_undone(past: Shell) -> None:
    assert past.run("undo notes --yes").code == USAGE
    assert past.run("undo notes --last").code == USAGE
    ended = past.run("undo notes --change 99 --yes")
    assert (ended.code, ended.err) == (UNMET, "dyntui: there are no such changes\n")


def test_point_in_time_recovery(past: Shell) -> None:
    assert past.ok("pitr show notes").out == "point-in-time recovery of notes is off\n"
    shown = past.ok("pitr on notes --days 7").out.splitlines()[-1].split()
    assert shown[:2] == ["notes", "7"]
    window = past.ok("pitr show notes -o json").json
    assert window["RecoveryPeriodInDays"] == 7
    assert past.run("pitr off notes").code == USAGE
    assert past.ok("pitr off notes --yes").out == "point-in-time recovery of notes is off\n"
    assert past.run("pitr show notes --days 7").code == USAGE
    assert past.run("pitr on nothing").code == REFUSED
