"""The prompt without a terminal: statements and commands from a pipe."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.dyntui.cli.shell import Shell
from tests.dyntui.cli.test_process import DYNTUI

ADA = "SELECT placed FROM orders WHERE customer = 'ada'"
ADA_ITEM = "SELECT * FROM orders WHERE customer = 'ada' AND placed = 1"


def test_rows_come_without_prompts_and_talk(orders: Shell) -> None:
    script = f"""
        INSERT INTO orders VALUE {{'customer': 'x;', 'placed': 1}};
        \\set who x;
        \\set 1 1
        \\set who 'x;'
        SELECT placed -- by name and by place
        FROM orders WHERE customer = :who AND placed = ?;
        \\format csv
        {ADA}
    """
    ended = orders.ok("repl", stdin=script)
    assert ended.out == "placed\n──────\n     1\nplaced\n1\n2\n"
    assert ended.err == "format csv\n"


def test_cost_and_time_are_told_when_asked_for(orders: Shell) -> None:
    ended = orders.ok("repl", stdin=f"\\timing on\n\\capacity total\n{ADA};")
    assert ended.err.splitlines()[-1].startswith("2 rows, 1 page, 0.5 RCU, ")
    assert ended.err.splitlines()[-1].endswith(" ms")
    ended = orders.ok("repl", stdin=f"\\timing on\n\\timing off\n\\capacity none\n{ADA};")
    assert ended.err.splitlines()[-1] == "2 rows, 1 page"


@pytest.mark.parametrize(
    ("script", "code", "said"),
    [
        (f"{ADA}; SELECT FROM;{ADA}", 254, "statement 2: line 1, column"),
        (f"{ADA};\nDELETE FROM orders;\n{ADA}", 254, "mandatory equality on all key attributes"),
        ("\\nonsense", 252, "\\nonsense is no command: \\help lists them"),
        ("\\c", 252, "\\c may be \\capacity, \\consistent"),
        ("\\describe", 252, "\\describe needs the name of a table"),
        ("\\describe nowhere", 254, "nowhere not found"),
        ("\\format xml", 252, "the format is one of table, json, jsonl, csv, ion, not 'xml'"),
        ("\\last", 252, "there is no result yet"),
        ("\\export x.csv", 252, "there is no result yet"),
        ("\\export 'x", 252, "\\export needs the name of a file"),
        ("\\pager on", 252, "\\pager needs a terminal"),
        ("\\set a-b 1", 252, "'a-b' is no name of a parameter"),
        ("\\unset a", 252, "the parameter 'a' is not set"),
        ("BEGIN; \n\\explain SELECT", 252, "close the transaction first"),
        (f"BEGIN;{ADA}", 252, "the transaction is not closed"),
        ("BEGIN; DELETE FROM orders WHERE customer='x' AND placed=?; COMMIT;", 254, "parameters"),
        (f"BATCH;{ADA}; END;", 254, "statement 1: ValidationError"),
    ],
)
def test_the_first_failure_ends_it(script: str, code: int, said: str, orders: Shell) -> None:
    ended = orders.run("repl", stdin=script)
    assert (ended.code, said in ended.err) == (code, True), ended.both
    assert ended.out.count("placed") <= 1


def test_tables_and_explanations_are_data(orders: Shell) -> None:
    commands = ("tables ord", 'd "orders"', f"explain {ADA}", "set a 1", "set", "help set", "l x")
    ended = orders.ok("repl", stdin="".join(f"\\{command}\n" for command in commands))
    for shown in ("customer:S, placed:N", "by-status", "Query  orders", "a  1", "\\set [NAME"):
        assert shown in ended.out
    assert ended.err == "no tables\n"


def test_the_last_result_is_written_in_the_form_of_the_file(orders: Shell, tmp_path: Path) -> None:
    forms = {"a.csv": "placed\n1\n2\n", "a.ion": "{placed:1d0}\n{placed:2d0}\n"}
    forms["a.txt"] = '{"placed":{"N":"1"}}\n{"placed":{"N":"2"}}\n'
    exports = "".join(f"\\export {tmp_path / name}\n" for name in ("a.csv", "a.ion"))
    script = f"{ADA};\nINSERT INTO orders VALUE {{'customer': 'y', 'placed': 1}};\n{exports}"
    ended = orders.ok("repl", stdin=f"{script}\\export {tmp_path}/a.txt jsonl\n\\last json")
    assert {name: (tmp_path / name).read_text() for name in forms} == forms
    assert f"2 rows written to {tmp_path / 'a.csv'}" in ended.err
    assert ended.out.endswith("]\n")
    again = orders.run("repl", stdin=f"{ADA};\n\\export {tmp_path}/a.csv\n")
    assert (again.code, "is there already" in again.err) == (252, True)


def test_quit_ends_it_at_once(orders: Shell) -> None:
    assert orders.ok("repl", stdin=f"\\quit\n{ADA}").both == ""


def test_a_large_scan_needs_yes(orders: Shell) -> None:
    ended = orders.run("repl --ask-above 0", stdin="SELECT placed FROM orders;")
    assert (ended.code, "give --yes" in ended.err) == (252, True)
    assert orders.ok("repl --ask-above 0 --yes", stdin="SELECT placed FROM orders;").out


def test_a_process_answers_while_the_pipe_is_open(orders: Shell) -> None:
    command = [*DYNTUI, "repl", "--data-dir", str(orders.folder), "-o", "jsonl"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(f"{ADA};\n")
        process.stdin.flush()
        assert process.stdout.readline() == '{"placed":{"N":"1"}}\n'
        _, err = process.communicate("SELECT x FROM nowhere;\n")
    assert (process.returncode, err.splitlines()[-1]) == (254, "statement 2")


def test_the_prompt_is_not_loaded_for_a_pipe(orders: Shell) -> None:
    script = (
        "import sys, dyntui.cli.main as main\n"
        "try:\n    main.cli(['repl'])\nexcept SystemExit:\n    pass\n"
        "print('prompt_toolkit' in sys.modules, file=sys.stderr)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", script],
        input=f"{ADA};",
        env={"DYNTUI_DATA_DIR": str(orders.folder), "PATH": ""},
        capture_output=True,
        text=True,
    )
    assert ended.stderr == "False\n"


def test_a_session_is_added_up(orders: Shell) -> None:
    insert = "INSERT INTO orders VALUE {'customer': 'cy', 'placed': 9};"
    batch = f"BATCH;\n{ADA_ITEM};\n{ADA_ITEM};\nEND;"
    ended = orders.ok("repl", stdin=f"\\capacity\n{ADA};\n{insert}\n{batch}\n\\capacity")
    first, last = (line for line in ended.err.splitlines() if line.startswith("capacity"))
    assert first == "capacity INDEXES, session 0 RCU, 0 WCU"
    assert last == "capacity INDEXES, session 1.5 RCU, 1 WCU"
