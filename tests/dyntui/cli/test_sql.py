"""`dyntui sql`: where statements come from, what is shown, and how it ends."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.dyntui.cli.shell import Shell

ADA = "SELECT placed FROM orders WHERE customer = 'ada'"


def test_statements_come_from_an_argument_a_file_or_a_pipe(orders: Shell, tmp_path: Path) -> None:
    file = tmp_path / "ada.sql"
    file.write_text(f"-- those of ada\n{ADA};\n")
    shown = orders.ok(["sql", ADA, "-o", "jsonl", "--plain"])
    assert shown.out == '{"placed":1}\n{"placed":2}\n'
    assert orders.ok(f"sql -f {file} -o jsonl --plain") == shown
    assert orders.ok("sql -o jsonl --plain", stdin=f"{ADA};") == shown
    assert orders.ok("sql -f - -o jsonl --plain", stdin=ADA) == shown


@pytest.mark.parametrize(
    ("form", "out"),
    [
        ("table", "placed\n──────\n     1\n     2\n"),
        ("csv", "placed\n1\n2\n"),
        ("ion", "{placed:1.}\n{placed:2.}\n"),
    ],
)
def test_forms(form: str, out: str, orders: Shell) -> None:
    assert orders.ok(["sql", ADA, "-o", form]).out == out


def test_keys_stand_first_in_a_table(orders: Shell) -> None:
    ended = orders.ok(["sql", 'SELECT * FROM "orders"."by-status" WHERE status = \'sent\''])
    assert ended.out.splitlines()[0].split() == ["status", "placed", "customer", "lines"]


def test_several_statements_and_what_they_cost(orders: Shell) -> None:
    ended = orders.ok(
        [
            "sql",
            "-v",
            "INSERT INTO orders VALUE {'customer': 'eve', 'placed': 9, 'status': 'open'};"
            "SELECT COUNT(*) FROM orders; SELECT placed FROM orders WHERE customer = 'nobody'",
        ]
    )
    assert ended.out == "COUNT(*)\n────────\n       4\n\n"
    assert ended.err.splitlines() == [
        "INSERT orders: 2 WCU (table 1, by-status 1)",
        "done here, not by the service: aggregates",
        "SELECT orders: 1 row, 1 page, 0.5 RCU",
        "no items",
        "SELECT orders: 0 rows, 1 page, 0.5 RCU",
    ]


def test_text_in_double_quotes_is_a_name_and_is_told_to_be_one(orders: Shell) -> None:
    note = '"ada" is an attribute: text stands in single quotes'
    statement = 'SELECT * FROM orders WHERE customer = "ada"'
    assert orders.ok(["sql", statement]).err.splitlines() == [note, "no items"]
    assert f"note    {note}\n" in orders.ok(["sql", statement, "--explain"]).out
    assert orders.ok(["sql", "SELECT * FROM orders WHERE \"customer\" = 'ada'"]).err == ""


def test_parameters_by_place_and_by_name(orders: Shell) -> None:
    statement = "SELECT placed FROM orders WHERE customer = ? AND placed IN (?, :last) "
    ended = orders.ok(
        ["sql", statement, "--param", "ada", "--param", ":last=2", "--param", '{"N":"1"}', "-ocsv"]
    )
    assert ended.out == "placed\n1\n2\n"
    assert (
        "more than there are question marks"
        in orders.run(["sql", ADA, "--param", "1", "-o", "csv"]).err
    )
    assert "the parameter :no has no value" in orders.misused(["sql", f"{ADA} AND placed = :no"])
    assert "base64" in orders.misused(["sql", ADA, "--param", "b'?'"])


def test_returning_shows_an_item(orders: Shell) -> None:
    update = "UPDATE orders SET total = total + 1 WHERE customer='ada' AND placed=1"
    assert orders.ok(["sql", update]).both == ""
    ended = orders.ok(["sql", f"{update} RETURNING MODIFIED NEW *", "-o", "jsonl"])
    assert ended.out == '{"total":{"N":"14.5"}}\n'


def test_a_mistake_is_told_with_its_place(orders: Shell) -> None:
    said = orders.refused(["sql", "-f", "-"], stdin="\n\nSELECT *\nFROM orders WHERE = 1")
    assert said.splitlines() == [
        "An error occurred (ValidationException) when calling the ExecuteStatement operation: "
        "Statement wasn't well formed, can't be processed: Unexpected term",
        "line 4, column 19",
    ]


def test_what_was_written_before_a_failure_is_told(orders: Shell) -> None:
    insert = "INSERT INTO orders VALUE {'customer': 'x', 'placed': 1}"
    ended = orders.run(["sql", f"{insert}; {insert}; {insert}"])
    assert ended.code == 3
    assert ended.err.splitlines() == [
        "An error occurred (DuplicateItemException) when calling the ExecuteStatement operation: "
        "Duplicate primary key exists in table",
        "statement 2",
        "before that, 1 statement wrote",
    ]


def test_a_transaction_is_all_or_nothing(orders: Shell) -> None:
    script = (
        "BEGIN; INSERT INTO orders VALUE {'customer': 'x', 'placed': 1};"
        "UPDATE orders SET note = 'n' WHERE customer = 'ada' AND placed = ?; COMMIT;"
    )
    said = orders.refused(["sql", script, "--param", "7"])
    assert "TransactionCanceledException" in said
    assert "statement 2: ConditionalCheckFailed" in said
    assert orders.ok(["sql", "SELECT * FROM orders WHERE customer = 'x'"]).out == ""
    orders.ok(["sql", script, "--param", "1"])
    notes = orders.ok(["sql", "SELECT note FROM orders WHERE customer = 'ada'", "-o", "csv"])
    assert notes.out == 'note\nn\n""\n'


def test_a_batch_does_what_it_can(orders: Shell) -> None:
    one = "SELECT placed FROM orders WHERE customer = 'ada' AND placed = {}"
    script = f"BATCH; {one.format(1)}; {one.format(8)}; {ADA}; {one.format(2)}; END"
    ended = orders.run(["sql", script, "-o", "csv"])
    assert (ended.code, ended.out) == (254, "placed\n1\n2\n")
    assert "statement 3: ValidationError: Select statements within BatchExecute" in ended.err


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("COMMIT", "COMMIT: no transaction is open"),
        ("BEGIN; END", "END: no batch is open"),
        ("BEGIN; BEGIN", "a transaction is open already"),
        ("BATCH; SELECT COUNT(*) FROM orders; END", "a batch cannot have aggregates"),
        (f"BEGIN; {ADA}", "the transaction is not closed: nothing of it was done"),
    ],
)
def test_groups_that_are_not_whole(script: str, said: str, orders: Shell) -> None:
    assert said in orders.misused(["sql", script])


def test_a_dry_run_sends_nothing(orders: Shell) -> None:
    ended = orders.ok(
        [
            "sql",
            "DELETE FROM orders WHERE customer=? AND placed=1; SELECT * FROM orders LIMIT 2",
            "--param",
            "ada",
            "--dry-run",
            "--consistent",
        ]
    )
    first, second = ended.out.replace("}\n{", "}\0{").split("\0")
    assert '"Statement": "DELETE FROM orders WHERE customer=? AND placed=1"' in first
    assert '"S": "ada"' in first
    assert '"Limit": 2' in second
    assert '"ConsistentRead": true' in second
    assert len(orders.ok(["sql", ADA, "-o", "jsonl"]).out.splitlines()) == 2


def test_a_large_scan_is_asked_about(orders: Shell) -> None:
    scan = ["sql", "SELECT * FROM orders WHERE total > 1", "--ask-above", "0"]
    said = orders.misused(scan)
    assert said.startswith("dyntui sql: This reads all of orders: 3 items")
    assert "Nobody is there to answer: give --yes" in said
    assert orders.ok([*scan, "--yes"]).out
    assert orders.ok(scan[:2]).out


def test_at_most_so_many_items(orders: Shell) -> None:
    scan = "SELECT placed FROM orders; SELECT placed FROM orders"
    assert orders.ok(["sql", scan, "--max-items", "2", "-o", "csv"]).out.count("\n") == 6


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (["sql", ADA, "-f", "x"], "give a statement or --file, not both"),
        (["sql", "-f", "/nowhere/x.sql"], "No such file or directory"),
        (["sql", ADA, "--output", "xml"], "'xml' is not one of"),
    ],
)
def test_command_lines_that_are_not_understood(
    command: list[str], said: str, orders: Shell
) -> None:
    assert said in orders.misused(command)


def test_bytes_that_are_no_text(orders: Shell) -> None:
    ended = orders.run("sql", stdin=b"SELECT '\xff'")
    assert (ended.code, "not UTF-8 text" in ended.err) == (252, True)


def test_nothing_is_done_for_nothing(orders: Shell) -> None:
    assert orders.ok("sql", stdin=" ; -- nothing\n;").both == ""


@pytest.mark.parametrize(
    "arguments",
    [
        ["SELECT * FROM oders"],
        ["--explain", "SELECT * FROM oders ORDER BY placed"],
        [f"BEGIN; {ADA} AND placed = 1; SELECT * FROM oders WHERE customer = 'a'; COMMIT"],
    ],
)
def test_a_misspelt_table_leads_to_the_one_that_was_meant(
    orders: Shell, arguments: list[str]
) -> None:
    said = orders.refused(["sql", *arguments]).splitlines()
    assert "not found" in said[0]
    assert said[-1].endswith("did you mean orders?")


def test_a_table_like_no_other_has_no_hint(orders: Shell) -> None:
    (line,) = orders.refused(["sql", "SELECT * FROM zebra"]).splitlines()
    assert "not found" in line
