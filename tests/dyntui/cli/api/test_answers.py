"""What is printed: JSON, text and tables, `--query`, and pages put together."""

from __future__ import annotations

from typing import Any

import pytest

from dyntui.cli.api.table_output import table_lines
from dyntui.cli.api.text_output import text_lines
from dyntui.core.text.formats import wide_json
from engine.client.protocol import OWNER, Context, Json
from engine.operations import OPERATIONS
from engine.operations.region import Region
from tests.dyntui.cli.shell import Shell

SCAN = "dynamodb scan --table-name orders"


def test_json_is_indented_by_four(orders: Shell) -> None:
    command = "dynamodb get-item --table-name orders --key customer={S=ada},placed={N=2}"
    assert orders.ok(command).out == (
        """{
    "Item": {
        "customer": {
            "S": "ada"
        },
        "placed": {
            "N": "2"
        },
        "status": {
            "S": "sent"
        },
        "lines": {
            "L": [
                {
                    "S": "tea"
                },
                {
                    "S": "milk"
                }
            ]
        }
    }
}
"""
    )


def test_indents_inside_text_stay() -> None:
    value = {"a": ["\n  b\t c", {"d": "  "}], "e": [], "f": {}, "g": "é"}
    assert wide_json(value) == (
        '{\n    "a": [\n        "\\n  b\\t c",\n        {\n            "d": "  "\n        }\n'
        '    ],\n    "e": [],\n    "f": {},\n    "g": "é"\n}'
    )


def test_an_empty_answer_prints_nothing(orders: Shell) -> None:
    missing = "dynamodb get-item --table-name orders --key customer={S=no},placed={N=1}"
    assert orders.ok(missing).both == ""
    assert orders.ok(f"{missing} --output text").both == ""
    assert orders.ok(f"{missing} --output table").both == ""
    assert orders.ok(f"{missing} --query Item").out == "null\n"
    assert orders.ok(f"{missing} --query Item --output text").out == "None\n"
    item = "customer={S=eve},placed={N=1}"
    assert orders.ok(f"dynamodb put-item --table-name orders --item {item}").both == ""


def test_binary_values_are_base64_and_times_iso_8601(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    def get_item(_region: Region, _request: Json, _context: Context) -> Json:
        return {"Item": {"b": {"B": b"hello"}, "l": {"L": [{"BS": [b"\xff"]}]}}}

    def describe_backup(_region: Region, _request: Json, _context: Context) -> Json:
        details = {"BackupName": "b", "BackupCreationDateTime": 1700000000.25}
        return {"BackupDescription": {"BackupDetails": details}}

    monkeypatch.setitem(OPERATIONS, "GetItem", get_item)
    monkeypatch.setitem(OPERATIONS, "DescribeBackup", describe_backup)
    monkeypatch.setattr("engine.answering.validate", lambda _operation, _request: None)
    monkeypatch.setattr("engine.engine.Engine.call", _plain_call)
    item = shell.ok("dynamodb get-item --table-name tab --key id={S=a} --query Item").json
    assert item == {"b": {"B": "aGVsbG8="}, "l": {"L": [{"BS": ["/w=="]}]}}
    backup = shell.ok("dynamodb describe-backup --backup-arn arn --query BackupDescription").json
    created = backup["BackupDetails"]["BackupCreationDateTime"]
    assert created.startswith(("2023-11-14T", "2023-11-15T"))
    assert created[19:26] == ".250000"


def _plain_call(engine: Any, operation: str, request: Json, context: Context = OWNER) -> Json:
    """The answer of an operation as it is, without looking for stored items in it."""
    answer = OPERATIONS[operation](engine, request, context)
    assert isinstance(answer, dict)
    return answer


# --query.


def test_query_selects_from_all_pages(orders: Shell) -> None:
    found = orders.ok(f"{SCAN} --page-size 1 --query 'sort(Items[].placed.N)'")
    assert found.json == ["1", "2", "3"]
    assert orders.ok(f"{SCAN} --query Count").out == "3\n"
    assert orders.ok(f"{SCAN} --query NextToken").out == "null\n"


def test_a_query_that_does_not_fit_the_answer_is_told_after_the_request(orders: Shell) -> None:
    for query, reason in (
        ("f(@)", "Unknown function: f()"),
        ("length(Count)", "In function length(), invalid type for value: 3, "),
    ):
        ended = orders.run(f"{SCAN} --query '{query}'", may_fail=True)
        assert (ended.code, ended.out) == (255, "")
        assert f"dyntui: --query {query}: {reason}" in ended.err


# Pages.


def test_all_pages_are_one_answer(orders: Shell) -> None:
    whole = orders.ok(f"{SCAN} --page-size 1").json
    assert whole == orders.ok(SCAN).json
    assert (whole["Count"], whole["ScannedCount"], whole["ConsumedCapacity"]) == (3, 3, None)
    assert "LastEvaluatedKey" not in whole
    costs = orders.ok(f"{SCAN} --page-size 1 --return-consumed-capacity TOTAL").json
    assert costs["ConsumedCapacity"] == {"TableName": "orders", "CapacityUnits": 0.5}


def test_a_limited_read_can_be_taken_up_again(orders: Shell) -> None:
    whole = orders.ok(SCAN).json["Items"]
    for page_size in ("", "--page-size 1", "--page-size 2"):
        found: list[Json] = []
        start = ""
        while True:
            answer = orders.ok(f"{SCAN} --max-items 1 {page_size} {start}").json
            found += answer["Items"]
            if "NextToken" not in answer:
                break
            start = f"--starting-token {answer['NextToken']}"
        assert found == whole


def test_no_paginate_gives_one_answer_as_it_is(orders: Shell) -> None:
    for option in ("--no-paginate --cli-input-json '{\"Limit\": 1}'", "--limit 1"):
        answer = orders.ok(f"{SCAN} {option}").json
        assert (answer["Count"], list(answer)) == (
            1,
            ["Items", "Count", "ScannedCount", "LastEvaluatedKey"],
        )
    start = """--exclusive-start-key '{"customer": {"S": "bob"}, "placed": {"N": "3"}}'"""
    assert "NextToken" not in orders.ok(f"{SCAN} {start}").json


def test_other_operations_that_page(shell: Shell) -> None:
    for name in ("aaa", "bbb", "ccc"):
        shell.ok(f"create {name} --key id:S --tag one=1 --tag two=2")
    pages = shell.ok("dynamodb list-tables --page-size 1").json
    assert pages == {"TableNames": ["aaa", "bbb", "ccc"]}
    answer = shell.ok("dynamodb list-tables --max-items 2").json
    assert answer["TableNames"] == ["aaa", "bbb"]
    token = answer["NextToken"]
    assert shell.ok(f"dynamodb list-tables --starting-token {token}").json["TableNames"] == ["ccc"]
    assert "token of another command" in shell.misused(
        f"dynamodb scan --table-name aaa --starting-token {token}"
    )
    arn = "arn:aws:dynamodb:us-east-1:000000000000:table/aaa"
    tags = shell.ok(f"dynamodb list-tags-of-resource --resource-arn {arn} --max-items 1").json
    assert (len(tags["Tags"]), "NextToken" in tags) == (1, True)
    assert "No such option '--page-size'" in shell.misused(
        f"dynamodb list-tags-of-resource --resource-arn {arn} --page-size 1"
    )


# Text.


@pytest.mark.parametrize(
    ("value", "lines"),
    [
        ("a", ["a"]),
        (None, ["None"]),
        (True, ["True"]),
        ([], []),
        ({}, []),
        (["a", 1, None], ["a\t1\tNone"]),
        ([["a", "b"], ["c"]], ["a\tb", "c"]),
        (["x", ["a", "b"]], ["x", "a\tb"]),
        ({"b": 1, "a": "x"}, ["x\t1"]),
        ({"names": ["a", "b"]}, ["NAMES\ta", "NAMES\tb"]),
        ({"one": {"b": 1}, "two": 2}, ["2", "ONE\t1"]),
        # The elements of a list have the same columns.
        ([{"a": 1}, {"b": 2}, {"a": 3, "b": 4}], ["1\t", "\t2", "3\t4"]),
        ([{"a": 1, "c": {"d": 2}}], ["1", "C\t2"]),
        ([{"a": 1}, {"a": {"d": 2}}], ["1", "", "A\t2"]),
        ([{"a": 1}, "x"], ["1", "x"]),
    ],
)
def test_text(value: Any, lines: list[str]) -> None:
    assert list(text_lines(value)) == lines


def test_text_is_written_page_by_page(orders: Shell) -> None:
    assert orders.ok("dynamodb list-tables --output text").out == "TABLENAMES\torders\n"
    pages = orders.ok(f"{SCAN} --page-size 1 --output text --query '[Count, ScannedCount]'").out
    assert pages == "1\t1\n" * 3 + "0\t0\n"
    limited = orders.ok(f"{SCAN} --max-items 1 --output text --select COUNT")
    assert limited.out == "None\t3\tNone\t3\n"
    with_token = orders.ok(f"{SCAN} --max-items 1 --output text").out.splitlines()
    assert with_token[0] == "None\t3\t3"
    assert with_token[-1].startswith("NEXTTOKEN\t")


# Tables.


def _table(title: str, value: Any, width: int = 80) -> str:
    return "\n".join(table_lines(title, value, width))


def test_a_table_has_a_box_for_each_structure() -> None:
    value = {"Count": 2, "Scanned": 3, "Items": [{"id": "a", "text": "日本"}, {"id": "b"}]}
    assert _table("Scan", value) == (
        """-----------------------
|        Scan         |
+---------+-----------+
|  Count  |  Scanned  |
+---------+-----------+
|  2      |  3        |
+---------+-----------+
||       Items       ||
|+------+------------+|
||  id  |    text    ||
|+------+------------+|
||  a   |  日本      ||
||  b   |            ||
|+------+------------+|"""
    )


def test_a_table_that_is_too_wide_stands_on_end() -> None:
    assert _table("T", {"first": "a" * 10, "second": "b" * 10}, 30) == (
        """---------------------------
|            T            |
+----------+--------------+
|  first   |  aaaaaaaaaa  |
|  second  |  bbbbbbbbbb  |
+----------+--------------+"""
    )


def test_small_tables() -> None:
    assert _table("T", {}) == ""
    assert _table("T", []) == ""
    assert _table("T", None) == ""
    assert _table("T", 5).splitlines()[3] == "|  5  |"
    assert _table("T", {"a": 1}).splitlines()[3] == "|  a  |  1  |"
    assert _table("T", [["a", 1], ["b", 2]]).splitlines()[3:5] == ["|  a  |  1  |", "|  b  |  2  |"]
    nested = _table("T", {"a": {"b": {"c": 1, "d": 2}}}).splitlines()
    assert next(line for line in nested if line.startswith("|||")).strip("|").strip() == "b"


def test_every_line_of_a_table_is_as_wide_as_the_others(orders: Shell) -> None:
    for command in (SCAN, "dynamodb describe-table --table-name orders", "dynamodb list-tables"):
        lines = orders.ok(f"{command} --output table").out.splitlines()
        assert len({len(line) for line in lines}) == 1
