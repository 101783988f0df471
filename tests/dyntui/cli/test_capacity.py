"""Throttled commands, rates, segments, and questions before expensive scans."""

from __future__ import annotations

import base64
import re

import pexpect
import pytest

from dyntui.cli.segment_token import left_of, token_of
from tests.dyntui.cli.shell import Shell
from tests.dyntui.cli.test_process import DYNTUI, start
from tests.program import WAIT_S

FILLER = "x" * 30_000


@pytest.fixture
def slow(shell: Shell) -> Shell:
    """A table `slow` of one unit a second, which has an item of eight."""
    shell.ok("create slow --key id:S --billing provisioned --rcu 1 --wcu 1")
    shell.ok(["put", "slow", "--plain", f'{{"id": "big", "text": "{FILLER}"}}'])
    return shell


def test_a_throttled_request_is_tried_again_and_says_so(slow: Shell) -> None:
    reads = "--consistent --throttling enforce --retries 2 --projection id"
    # One request may overdraw what a table has.
    slow.ok(f"get slow big {reads}")
    ended = slow.run(f"get slow big {reads}")
    assert ended.code == 254
    first, second, error = ended.err.splitlines()
    assert first.startswith("throttled: waiting 0.0")
    assert first.endswith(" s (attempt 2 of 3)")
    assert second.endswith("(attempt 3 of 3)")
    assert error.startswith("An error occurred (ProvisionedThroughputExceededException)")


def test_retries_can_be_none_and_come_from_the_environment(slow: Shell) -> None:
    reads = "get slow big --consistent --throttling enforce"
    slow.ok(reads)
    assert slow.run(f"{reads} --retries 0").err.count("\n") == 1
    ended = slow.run(reads, environment={"DYNTUI_RETRIES": "1"})
    assert "(attempt 2 of 2)" in ended.err
    ended = slow.run(reads, environment={"DYNTUI_RETRIES": "often"})
    assert (ended.code, ended.err) == (
        252,
        "dyntui: DYNTUI_RETRIES: 'often' is not a number from 0 to 100\n",
    )


def test_throttling_is_chosen_by_flag_and_by_environment(slow: Shell) -> None:
    read = "get slow big --consistent --retries 0"
    for _ in range(2):
        slow.ok(f"{read} --throttling off")
        slow.ok(f"{read} --throttling warn")
    enforced = {"DYNTUI_THROTTLING": "enforce"}
    codes = [slow.run(read, environment=enforced).code for _ in range(2)]
    assert codes[-1] == 254
    ended = slow.run(f"{read} --throttling off", environment=enforced)
    assert ended.code == 0
    ended = slow.run("ls --throttling off --endpoint-url http://localhost:1")
    assert (ended.code, ended.err) == (252, "dyntui: --throttling: a remote decides that itself\n")


def test_ctrl_c_ends_a_wait(slow: Shell) -> None:
    reads = ["get", "slow", "big", "--consistent", "--throttling", "enforce", "--retries", "100"]
    slow.ok([*reads, "--projection", "id"])
    with start(slow, reads) as process:
        assert process.stderr is not None
        for _ in range(3):
            assert process.stderr.readline().startswith(b"throttled: waiting ")
        process.send_signal(2)
        assert process.wait(WAIT_S) == 130


def test_segments_find_what_one_scan_finds(orders: Shell) -> None:
    found = sorted(orders.ok("scan orders -o jsonl").out.splitlines())
    ended = orders.ok("scan orders -o jsonl --segments 4 -v")
    assert sorted(ended.out.splitlines()) == found
    assert "Scan: 3 of 3 examined items" in ended.err
    filtered = orders.ok("scan orders --segments 2 --filter total>5 --projection customer -o csv")
    assert filtered.out == "customer\nada\n"
    assert "takes neither" in orders.misused("scan orders --segments 2 --limit 1")
    assert orders.refused("scan orders --segments 2 --index by-status --consistent")


def test_segments_go_on_where_their_own_token_says(orders: Shell) -> None:
    token = token_of(2, {1: None})
    assert left_of(token, 2) == {1: None}
    half = orders.ok(f"scan orders -o jsonl --segments 2 --starting-token {token}").out
    whole = orders.ok("scan orders -o jsonl").out
    assert set(half.splitlines()) <= set(whole.splitlines())
    scan = "scan orders --starting-token"
    assert "is one of --segments 2" in orders.misused(f"{scan} {token} --segments 3")
    assert "a token of another command" in orders.misused(f"{scan} {token}")
    assert "not a token" in orders.misused(f"{scan} no-token --segments 2")
    key = base64.b64encode(b'{"ExclusiveStartKey": {}}').decode()
    assert "a token of another command" in orders.misused(f"{scan} {key} --segments 2")


def test_segments_end_where_nobody_reads_any_more(shell: Shell) -> None:
    shell.ok("create long --key id:S")
    lines = (f'{{"id": "{number}", "text": "{FILLER}"}}\n' for number in range(200))
    shell.ok("put long - --plain", stdin="".join(lines))
    with start(shell, ["scan", "long", "--segments", "4", "-o", "jsonl"]) as process:
        assert process.stdout is not None
        process.stdout.read(10)
        process.stdout.close()
        assert process.wait(WAIT_S) == 141


def test_rates_are_kept_and_change_no_answer(orders: Shell) -> None:
    found = orders.ok("scan orders -o jsonl").out
    assert orders.ok("scan orders -o jsonl --max-rcu 50").out == found
    segments = orders.ok("scan orders -o jsonl --max-rcu 50 --segments 3").out
    assert sorted(segments.splitlines()) == sorted(found.splitlines())
    partition = orders.ok("query orders ada -o jsonl").out
    assert orders.ok("query orders ada -o jsonl --max-rcu 100").out == partition
    rows = orders.ok(["sql", "SELECT * FROM orders WHERE total > 5", "-o", "jsonl"]).out
    limited = ["sql", "SELECT * FROM orders WHERE total > 5", "-o", "jsonl", "--max-rcu", "100"]
    assert orders.ok(limited).out == rows
    for wrong in ("0", "nan", "inf", "1e300"):
        assert wrong.removesuffix("e300") in orders.misused(f"scan orders --max-rcu {wrong}")


def test_a_copy_keeps_to_rates(shell: Shell) -> None:
    shell.ok("create small --key id:S --billing provisioned --rcu 20 --wcu 20")
    shell.ok("put small -", stdin="".join(f'{{"id": {{"S": "{n}"}}}}\n' for n in range(30)))
    rates = "--max-rcu 20 --max-wcu 20 --throttling enforce --retries 0"
    ended = shell.ok(f"copy small again --via scan {rates}")
    assert ended.err.endswith("copied 30 items to again\n")
    assert shell.ok("stats again -o json").json["throttles"] == []
    assert "--via scan" in shell.misused("copy small third --max-wcu 5")
    assert "nan" in shell.misused("copy small third --via scan --max-wcu nan")


def test_a_copy_that_is_refused_midway_tells_how_far_it_came(shell: Shell) -> None:
    shell.ok("create small --key id:S --billing provisioned --rcu 20 --wcu 1")
    shell.ok("put small -", stdin="".join(f'{{"id": {{"S": "{n}"}}}}\n' for n in range(30)))
    ended = shell.run("copy small half --via scan --throttling enforce --retries 0")
    assert ended.code == 3
    assert re.search(r"\nbefore that, half was made and [1-9] items were copied\n$", ended.err)


def test_items_put_at_a_rate_are_put_by_requests(orders: Shell) -> None:
    lines = "".join(f'{{"customer": "cy", "placed": {number}}}\n' for number in range(30))
    ended = orders.ok("put orders --plain - --max-wcu 1000", stdin=lines)
    assert ended.err == "30 items written\n"
    assert orders.ok("query orders cy -o jsonl").out.count("\n") == 30


def test_a_person_is_asked_before_a_large_scan(orders: Shell) -> None:
    """A script, or a pipe, is not."""
    environment = {"DYNTUI_DATA_DIR": str(orders.folder), "PATH": "/usr/bin:/bin", "TERM": "xterm"}
    arguments = [*DYNTUI[1:], "scan", "orders", "--ask-above", "0.0001"]
    person = pexpect.spawn(DYNTUI[0], arguments, env=environment, encoding="utf-8", timeout=WAIT_S)
    person.expect("This reads all of orders: 3 items, .* RCU. Go on\\? \\[y/N\\]")
    person.sendline("n")
    person.expect("nothing was changed")
    person.expect(pexpect.EOF)
    person.close()
    assert person.exitstatus == 1
    limited = pexpect.spawn(
        DYNTUI[0],
        [*arguments, "--max-items", "1"],
        env=environment,
        encoding="utf-8",
        timeout=WAIT_S,
    )
    limited.expect("there is more")
    limited.expect(pexpect.EOF)
    assert orders.ok("scan orders --ask-above 0.0001 -o jsonl").out.count("\n") == 3
