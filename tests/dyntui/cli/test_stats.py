"""`dyntui stats`: reports as tables and as JSON, once or watched."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import orjson
import pexpect
import pytest

from dyntui.core.text.duration import (
    DurationError,
    duration_s,
    duration_text,
    span_s,
    span_text,
)
from engine import Engine
from engine.client.capacity import CapacityReport, PartitionHeat, Resource, ThrottleMark
from engine.errors import ResourceNotFoundException
from tests.dyntui.cli.capacity_reports import REASON, WORDS, report, reporting
from tests.dyntui.cli.shell import Shell
from tests.dyntui.cli.test_process import DYNTUI
from tests.engine.client.conftest import aws_config as aws_config
from tests.engine.client.wire_server import serving
from tests.program import WAIT_S


@pytest.fixture
def engine() -> Iterator[Engine]:
    """Two tables."""
    with Engine.in_memory() as opened:
        for name in ("movies", "orders"):
            opened.create_table(
                TableName=name,
                KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
                AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
                BillingMode="PAY_PER_REQUEST",
            )
        yield opened


@pytest.fixture
def windows(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """The reports that were asked for; each is that of `report`."""
    asked: list[tuple[str, int]] = []

    def reported(table: str, window_s: int) -> CapacityReport:
        asked.append((table, window_s))
        return report(table)

    replace(monkeypatch, engine, reported)
    return asked


def replace(
    monkeypatch: pytest.MonkeyPatch,
    engine: Engine,
    reported: Callable[[str, int], CapacityReport],
) -> None:
    """Have the command line get its reports there."""
    monkeypatch.setattr("dyntui.cli.workspace.connect", reporting(engine, reported))


TABLE = """\
movies: provisioned, throttling enforce, last 10 min

a second       now  mean  peak  given                    burst left      throttled
────────  ───  ───  ────  ────  ─────  ────────────────  ──────────────  ─────────
table     RCU    5     3     5     10  ▕    ▁▁▁▁▁▄▄▄▄▄▏  █░░░ 25%                0
table     WCU  3.3     3    20     10  ▕    ▁▁▁▁▁▁▁▁▄█▏  ░░░░ overdrawn         12
by-year   RCU    0     0     0      5  ▕    ▁▁▁▁▁▁▁▁▁▁▏  ████ 100%               0
by-year   WCU    0     0     0      5  ▕    ▁▁▁▁▁▁▁▁▁▁▏  ████ 100%               0

12 writes of the table throttled: partition 2 of 2 is hot: key movie#tt001
  takes 71 % of its writes

       partition  reads     writes     bytes
─────  ─────────  ────────  ─────────  ─────
table  1 of 2     █░░░ 20%  ░░░░ 10%   4,096
table  2 of 2     █░░░ 30%  ████ 120%    900

       hot key      takes              units/s  partition
─────  ───────────  ─────────────────  ───────  ─────────
table  movie#tt001  71% of its writes    1,278  2 of 2

operation  requests  throttled  failed  p50 ms   p90   p99  bytes  largest
─────────  ────────  ─────────  ──────  ──────  ────  ────  ─────  ───────
GetItem       3,600          0       0
PutItem       1,812         12       1    0.41  0.90  7.25    812    4,000
"""


def test_a_table_is_told_for_people(shell: Shell, windows: list[tuple[str, int]]) -> None:
    assert shell.ok("stats movies").out == TABLE
    assert windows == [("movies", 600)]


def test_costs_are_told_where_they_are_asked_for(
    shell: Shell, windows: list[tuple[str, int]]
) -> None:
    out = shell.ok("stats movies --cost --window 2h").out
    assert windows == [("movies", 7_200)]
    assert out.startswith(TABLE)
    present = next(line for line in out.splitlines() if line.startswith("→"))
    assert present.split() == [
        *("→", "provisioned", "Standard", "10", "RCU,", "10", "WCU"),
        *("0.95", "4.75", "0.00", "5.70"),
    ]
    assert "at prices of us-east-1 as of\n2026-01;" in out
    assert "costs 3.5 times\none of" in out


def test_all_tables_have_a_line_each(shell: Shell, windows: list[tuple[str, int]]) -> None:
    lines = shell.ok("stats").out.splitlines()
    assert " ".join(lines[2].split()) == "movies provisioned 3 10 0.15 5 900 12 1"
    assert " ".join(lines[3].split()) == "orders on demand 0 0 0 0 0"
    assert windows == []


def test_a_report_is_told_for_programs(shell: Shell, windows: list[tuple[str, int]]) -> None:
    told = shell.ok("stats movies -o json").json
    assert told["resources"][0]["writes"]["throttled"][-1] == 9
    assert told["resources"][0]["hot_keys"][0]["item_key"] == {"id": {"B": "AP8="}}
    assert told["throttles"][0]["words"] == WORDS
    assert told["costs"][1]["total"] == 5.7
    assert [one["table"] for one in shell.ok("stats -o json").json] == ["movies", "orders"]
    assert len(shell.ok("stats -o jsonl").out.splitlines()) == 2
    assert windows == [("movies", 600)]


def test_watched_over_a_pipe_it_is_a_line_each_time(
    shell: Shell, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    times = iter(range(3))

    def reported(table: str, _window_s: int) -> CapacityReport:
        # As Ctrl-C does.
        if (time := next(times, None)) is None:
            raise KeyboardInterrupt
        return report(table, since_s=time)

    replace(monkeypatch, engine, reported)
    waits: list[float] = []
    monkeypatch.setattr("dyntui.cli.stats.pause", waits.append)
    out = shell.ok("stats movies --watch --interval 2s").out
    assert [orjson.loads(line)["since_s"] for line in out.splitlines()] == [0, 1, 2]
    assert waits == [2, 2, 2]
    assert "forms" in shell.misused("stats movies --watch -o json")


def test_watched_on_a_terminal_it_is_drawn_over(shell: Shell) -> None:
    shell.ok("create slow --key id:S --billing provisioned --rcu 5 --wcu 5")
    environment = {"DYNTUI_DATA_DIR": str(shell.folder), "PATH": "/usr/bin:/bin", "TERM": "xterm"}
    arguments = [*DYNTUI[1:], "stats", "slow", "--watch", "--window", "1m"]
    seen = pexpect.spawn(DYNTUI[0], arguments, env=environment, encoding="utf-8", timeout=WAIT_S)
    for _ in range(2):
        seen.expect("slow: provisioned, throttling .*, last 1 min")
    seen.sendintr()
    seen.expect(pexpect.EOF)
    seen.close()
    assert seen.exitstatus == 0


def test_an_idle_table_on_demand(
    shell: Shell, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = report().resources[1]
    flow = type(one.reads)((0.0,) * 3, (0,) * 3, 12_000.0, None, None, None)
    resource = type(one)(None, flow, flow, (), ())
    idle = report(
        mode="PAY_PER_REQUEST", resources=(resource,), throttles=(), operations=(), width_s=1
    )
    replace(monkeypatch, engine, lambda *_: idle)
    out = shell.ok("stats movies").out
    assert out.startswith("movies: on demand, throttling enforce, last 3 s\n")
    assert out.splitlines()[4].split()[:6] == ["table", "RCU", "0", "0", "0", "12,000"]
    assert "none" in out
    assert "hot key" not in out


def test_of_many_partitions_the_busiest_are_shown(
    shell: Shell, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = report().resources[0]
    many = tuple(PartitionHeat(n, 0.0, 1.0, n / 1_000, 0.0, 0) for n in range(1, 101))
    resource = Resource(None, table.reads, table.writes, many, ())
    replace(monkeypatch, engine, lambda *_: report(resources=(resource,)))
    shown = [line.split()[1] for line in shell.ok("stats movies").out.splitlines() if "100" in line]
    assert shown == [str(number) for number in range(93, 101)]
    idle = Resource(None, table.reads, table.writes, tuple(heat for heat in many[:4]), ())
    replace(monkeypatch, engine, lambda *_: report(resources=(idle,)))
    assert "partition  " not in shell.ok("stats movies").out


def test_what_is_not_there_is_said(
    shell: Shell, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(table: str, _window_s: int) -> CapacityReport:
        raise ResourceNotFoundException(f"Requested resource not found: Table: {table} not found")

    replace(monkeypatch, engine, missing)
    assert "Table: gone not found" in shell.refused("stats gone")
    assert "no time such as" in shell.misused("stats movies --window soon")
    assert "more than 35 days" in shell.misused("stats movies --window 36d")


def test_without_tables_there_is_nothing(shell: Shell) -> None:
    assert shell.ok("stats").err == "no tables\n"


def test_a_remote_has_none_and_says_why(shell: Shell, engine: Engine, aws_config: object) -> None:
    del aws_config
    with serving(engine) as url:
        said = shell.misused(f"stats movies --endpoint-url {url}")
    assert said == (
        f"dyntui: not available on {url}: it works on a data folder, "
        "and a remote answers DynamoDB's operations only"
    )


def test_times_are_read_and_told() -> None:
    assert [duration_s(text) for text in ("90", "90s", "10m", "2h", "1d")] == [
        *(90, 90, 600, 7_200, 86_400)
    ]
    texts = [duration_text(seconds) for seconds in (1, 90, 600, 7_200, 86_400)]
    assert texts == ["1 s", "90 s", "10 min", "2 h", "1 d"]
    for wrong in ("", "0m", "1.5h", "-1s", "5 weeks"):
        with pytest.raises(DurationError, match="no time such as"):
            duration_s(wrong)


def test_hours_days_and_weeks_are_read_and_told() -> None:
    for text in ("5h", "1d", "12d", "3w"):
        assert span_text(span_s(text)) == text
    assert span_text(14 * 86_400) == "2w"
    for wrong in ("", "0d", "90s", "10m", "7", "1.5h", "-1d"):
        with pytest.raises(DurationError, match="no stretch of time such as"):
            span_s(wrong)


def test_of_many_reasons_the_newest_are_told(
    shell: Shell, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    marks = tuple(
        ThrottleMark(1_700_000_000 + number, None, "Write", REASON, f"key {key} is hot", 2)
        for number, key in enumerate("abcdefghijj")
    )
    replace(monkeypatch, engine, lambda *_: report(throttles=marks))
    told = [line for line in shell.ok("stats movies").out.splitlines() if "key" in line][:8]
    assert told[0] == "4 writes of the table throttled: key j is hot"
    assert told[-1] == "2 writes of the table throttled: key c is hot"
    assert "and 2 reasons more\n" in shell.ok("stats movies").out
