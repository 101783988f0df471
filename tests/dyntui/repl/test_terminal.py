"""The prompt on a pseudo-terminal."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from tests.dyntui.cli.shell import Shell
from tests.dyntui.repl.talking import ENTER, ESCAPE, RUN, TAB, talk

UP = "\x1b[A"
ADA = "SELECT placed FROM orders WHERE customer = 'ada'"


def test_enter_runs_what_is_whole_and_goes_on_with_the_rest(orders: Shell) -> None:
    with talk(orders.folder) as prompt:
        shown = prompt.run(f"SELECT placed{ENTER}FROM orders", "3 rows, 1 page, 0.5 RCU")
        assert "placed\r\n──────\r\n" in shown
        prompt.send(f"SELECT placed FROM{RUN}")
        assert "Unexpected end of statement" in prompt.expect("^")
        prompt.ready()
        assert prompt.leave() == 0


def test_several_statements_of_one_input_end_at_the_first_that_fails(orders: Shell) -> None:
    with talk(orders.folder) as prompt:
        script = "SELECT a FROM orders; SELECT b FROM nowhere; SELECT c FROM orders;"
        shown = prompt.run(script, "ResourceNotFoundException: Requested resource not found")
        assert "3 rows" in shown
        assert "rows" not in prompt.run("\\timing", "timing off")


def test_tab_completes_keywords_tables_and_attributes(orders: Shell) -> None:
    with talk(orders.folder) as prompt:
        for typed, offered in (
            ("sel", "select"),
            (" * fro", "from"),
            (" ord", "orders"),
            (" whe", "where"),
            (" cus", "customer"),
        ):
            prompt.send(typed)
            prompt.expect(offered)
            prompt.send(TAB)
        prompt.run(" = 'bob'", "1 row, 1 page")
        for typed, offered in (("\\desc", "\\describe"), (" ord", "orders")):
            prompt.send(typed)
            prompt.expect(offered)
            prompt.send(TAB)
        # The first Enter takes what the menu offers, the second runs it.
        prompt.run(ENTER, "by-status")


def test_ctrl_c_cancels_after_the_page_that_is_read(orders: Shell) -> None:
    program = ("-m", "tests.dyntui.repl.slow_pages", "repl")
    with talk(orders.folder, program=program) as prompt:
        prompt.send(f"SELECT COUNT(*) FROM orders;{ENTER}")
        prompt.expect("page 2 is read")
        prompt.process.sendintr()
        assert "page 3" not in prompt.expect("cancelled: ")
        prompt.expect("2 pages")
        prompt.ready()
        prompt.run(f"{ADA} LIMIT 1;", "1 row, 1 page")
        assert prompt.leave() == 0


def test_ctrl_c_at_the_prompt_drops_what_is_typed(orders: Shell) -> None:
    with talk(orders.folder) as prompt:
        prompt.send("SELECT nonsense")
        prompt.expect("nonsense")
        prompt.send("\x03")
        prompt.ready()
        prompt.run("\\mode", "mode emacs")


def test_history_lasts_longer_than_a_session_and_is_private(orders: Shell) -> None:
    with talk(orders.folder) as prompt:
        prompt.run(f"{ADA};", "2 rows")
        assert prompt.leave() == 0
    with talk(orders.folder) as prompt:
        prompt.send(UP)
        prompt.expect("'ada'")
        prompt.run("", "2 rows")
        assert prompt.leave() == 0
    history = orders.folder / "statements" / "prompt.sealed"
    assert "ada" not in history.read_text()
    assert history.read_text().splitlines()
    assert stat.S_IMODE(history.stat().st_mode) == 0o600


@pytest.mark.parametrize("options", [(), ("--vi",)])
def test_the_keys_of_vi(options: tuple[str, ...], orders: Shell) -> None:
    with talk(orders.folder, options) as prompt:
        if not options:
            prompt.run("\\mode vi", "mode vi")
        prompt.send("nonsense")
        prompt.expect("nonsense")
        prompt.send(ESCAPE)
        prompt.send("0D")
        prompt.run("i\\mode", "mode vi")


def test_a_full_scan_is_asked_about(orders: Shell) -> None:
    with talk(orders.folder, ("--ask-above", "0")) as prompt:
        for answer, shown in (("n", "nothing was done"), ("y", "3 rows")):
            prompt.send(f"SELECT placed FROM orders;{ENTER}")
            prompt.expect("This reads all of orders: 3 items")
            prompt.expect("[y/N]")
            prompt.run(answer, shown)
        assert "y/N" not in prompt.run(f"{ADA};", "2 rows")


def test_a_transaction_shows_in_the_prompt(orders: Shell) -> None:
    with talk(orders.folder) as prompt:
        prompt.run("BEGIN;", "is open until COMMIT", name="transaction(0)")
        insert = "INSERT INTO orders VALUE {'customer': 'x', 'placed': 1};"
        prompt.run(insert, "1 in the transaction", name="transaction(1)")
        refused = "a transaction cannot have aggregates"
        prompt.run("SELECT COUNT(*) FROM orders;", refused, name="transaction(1)")
        prompt.run("COMMIT;", "2 WCU")
        prompt.run("BATCH;", "is open until END", name="batch(0)")
        prompt.send("\x04")
        prompt.expect("the batch was dropped, nothing was sent")
    assert orders.ok(["get", "orders", "x", "1"]).out


def test_long_results_go_through_a_pager_which_may_end_early(shell: Shell, tmp_path: Path) -> None:
    shell.ok("create many --key id:S")
    items = "".join(f'{{"id": "item-{number:03d}"}}\n' for number in range(100))
    shell.ok("put many - --plain", stdin=items)
    seen = tmp_path / "seen"
    with talk(shell.folder, pager=f"sh -c 'head -n 1 > {seen}'") as prompt:
        assert "item-" not in prompt.run("SELECT * FROM many;", "100 rows")
        assert seen.read_text() == "id\n"
        prompt.run("\\pager off", "pager off")
        prompt.run("\\last", "item-099")
        prompt.run("SELECT * FROM many LIMIT 3;", "3 rows")


def test_nothing_that_goes_wrong_ends_the_conversation(orders: Shell) -> None:
    with talk(orders.folder) as prompt:
        for typed, said in (
            ("SELECT * FROM orders WHERE = 1;", "Unexpected term"),
            ("\\nonsense", "\\nonsense is no command"),
            ("DELETE FROM orders WHERE customer = 'ada';", "mandatory equality on all key"),
            ("SELECT * FROM orders WHERE customer = :who;", "the parameter :who has no value"),
            ("COMMIT;", "COMMIT: no transaction is open"),
            ("\\describe nowhere", "ResourceNotFoundException"),
        ):
            prompt.run(typed, said)
        prompt.send(f"\\quit{ENTER}")
        prompt.process.wait()
        assert prompt.process.exitstatus == 0


def test_a_throttled_statement_tells_that_it_waits_until_ctrl_c(shell: Shell) -> None:
    shell.ok("create slow --key id:S --billing provisioned --rcu 1 --wcu 1")
    shell.ok(["put", "slow", "--plain", f'{{"id": "big", "text": "{"x" * 200_000}"}}'])
    read = "SELECT id FROM slow WHERE id = 'big';"
    with talk(shell.folder, ["--throttling", "enforce"]) as prompt:
        # One request may overdraw what a table has.
        prompt.run(read, "1 row, ")
        prompt.send(read + ENTER)
        prompt.expect("throttled: waiting ")
        prompt.process.sendintr()
        prompt.expect("cancelled: 0 rows")
        prompt.ready()
        assert prompt.leave() == 0
