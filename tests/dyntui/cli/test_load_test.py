"""`dyntui load-test`: what it asks, what it tells, what it leaves."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from typing import Any

import orjson
import pytest

from dyntui.core.capacity.load_test import LoadPlan, LoadTest
from dyntui.core.capacity.load_test_keys import MARK
from dyntui.core.connection.connect import Connection
from dyntui.core.tables.schema import TableInfo
from engine import Engine, VirtualClock
from engine.client.protocol import Client
from engine.clock import SystemClock
from tests.dyntui.cli.shell import Shell
from tests.dyntui.cli.test_process import run, start
from tests.engine.client.conftest import aws_config as aws_config
from tests.engine.client.wire_server import serving
from tests.program import WAIT_S


@pytest.fixture
def own_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Load tests and engines have a time that goes on where a load test waits for it: a machine
    that is busy neither leaves requests out nor lets capacity come back between them."""
    clock = VirtualClock()

    class Paced(LoadTest):
        """One request after another, each when it is due."""

        def __init__(self, client: Client, info: TableInfo, plan: LoadPlan, **options: Any) -> None:
            super().__init__(client, info, plan, clock=clock, sleep=clock.advance, **options)

        def run(self, on_progress: Callable[[], None], workers: int = 1) -> None:
            super().run(on_progress, workers)

    monkeypatch.setattr("dyntui.cli.load_test.LoadTest", Paced)
    monkeypatch.setattr(SystemClock, "now_us", lambda _: clock.now_us())
    monkeypatch.setattr(SystemClock, "monotonic_s", staticmethod(clock.monotonic_s))


@pytest.fixture
def slow(shell: Shell) -> Shell:
    """A table `slow` of five units a second, with an item."""
    shell.ok("create slow --key id:S --billing provisioned --rcu 5 --wcu 5")
    shell.ok('put slow --plain \'{"id": "mine"}\'')
    return shell


@pytest.mark.usefixtures("own_time")
def test_a_summary_tells_what_came_of_it(slow: Shell) -> None:
    ended = slow.ok(
        "load-test slow --read-rate 10 --write-rate 100 --duration 1s --throttling enforce "
        "--keys sequential --seed 1"
    )
    heads, _, reads, writes, *reasons = ended.out.splitlines()
    assert heads.split()[0] == "requests"
    assert reads.split()[:2] == ["reads", "10"]
    assert writes.split()[:2] == ["writes", "100"]
    refused = int(writes.split()[5])
    # Ten units in that second, one of them for the item of a person.
    assert refused == 91
    assert reasons == [
        f"{refused} writes throttled: TableWriteProvisionedThroughputExceeded of slow"
    ]
    left = 100 - refused
    assert ended.err == f"{left} items stay: dyntui load-test slow --clean-up\n"
    assert slow.ok("load-test slow --clean-up --throttling off").err == f"{left} items removed\n"
    assert slow.ok("scan slow -o csv --throttling off").out == "id\nmine\n"


@pytest.mark.usefixtures("own_time")
def test_items_of_a_person_are_told(slow: Shell) -> None:
    slow.ok("create orders --key id:S")
    slow.ok('put orders --plain \'{"id": "load-test#0"}\'')
    ended = slow.ok("load-test orders --write-rate 5 --duration 1s --key-count 1")
    assert ended.out.splitlines()[-1] == ("5 writes left alone: on items that no load test made")
    assert ended.err == ""
    assert slow.ok("scan orders -o csv").out == "id\nload-test#0\n"


@pytest.mark.usefixtures("own_time")
def test_a_summary_for_programs(slow: Shell) -> None:
    ended = slow.ok(
        "load-test slow --write-rate 20 --duration 1s --clean-up -o json --item-size 2000 "
        "--key-count 5 --keys uniform --seed 3 --throttling off"
    )
    told = ended.json
    assert told["reads"]["requests"] == 0
    writes = told["writes"]
    assert (writes["requests"], writes["units"], writes["throttled"]) == (20, 40.0, {})
    assert writes["p50_ms"] <= writes["p90_ms"] <= writes["p99_ms"]
    assert told["items_written"] <= 5
    assert ended.err == f"{told['items_written']} items removed\n"
    assert slow.ok("scan slow -o csv --throttling off").out == "id\nmine\n"


def test_what_makes_no_sense_is_said(slow: Shell) -> None:
    assert "--read-rate" in slow.misused("load-test slow")
    assert "--keys" in slow.misused("load-test slow --read-rate 1 --keys odd")
    assert "no time such as" in slow.misused("load-test slow --read-rate 1 --duration x")
    assert "not found" in slow.refused("load-test nowhere --read-rate 1")


@pytest.fixture
def address(aws_config: object) -> Iterator[str]:
    """A remote with a table `orders`."""
    del aws_config
    with Engine.in_memory() as engine, serving(engine) as url:
        engine.create_table(
            TableName="orders",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "N"}],
            BillingMode="PAY_PER_REQUEST",
        )
        yield url


@pytest.mark.usefixtures("own_time")
def test_a_remote_is_asked_about(shell: Shell, address: str) -> None:
    command = f"load-test orders --read-rate 10 --write-rate 5 --duration 1s --item-size 1500 \
--endpoint-url {address}"
    said = shell.misused(command)
    assert f"Send 10 reads and 5 writes to orders at {address}, for up to 5 RCU and 10 WCU?" in said
    assert "Nobody is there to answer" in said
    ended = shell.ok(f"{command} --yes --clean-up -o json")
    assert ended.json["writes"]["units"] == 10.0
    assert shell.ok(f"scan orders --endpoint-url {address}").err == "no items\n"


def test_on_the_service_it_is_told_what_it_costs(
    shell: Shell, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Connection, "is_service", property(lambda _: True))
    rates = "--read-rate 1000 --write-rate 1000 --duration 1h"
    command = f"load-test orders {rates} --endpoint-url {address} --region us-east-1"
    # 1.8 million units read and 3.6 million written.
    assert ", about $2.4750 at prices of " in shell.misused(command)


def test_ctrl_c_ends_it_with_the_summary(slow: Shell) -> None:
    words = "load-test slow --write-rate 200 --duration 10m -o json --throttling off"
    with start(slow, words.split()) as process:
        deadline = time.monotonic() + WAIT_S
        while f'"{MARK}"' not in slow.ok("scan slow -o jsonl --throttling off").out:
            assert time.monotonic() < deadline
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=WAIT_S)
    assert process.returncode == 0
    assert err.startswith(b"ended after ")
    assert orjson.loads(out)["writes"]["requests"] > 0


def test_one_process_shows_what_another_one_does(slow: Shell) -> None:
    """Throttling is seen while it happens, with its reason; in the end all units are told."""
    words = "load-test slow --write-rate 100 --duration 10m -o json --throttling enforce"
    with start(slow, words.split()) as process:
        deadline = time.monotonic() + WAIT_S
        while not (report := told_by_another(slow))["throttles"]:
            assert time.monotonic() < deadline
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=WAIT_S)
    mark = report["throttles"][0]
    assert (mark["kind"], mark["reason"]) == ("Write", "TableWriteProvisionedThroughputExceeded")
    summary, report = orjson.loads(out)["writes"], told_by_another(slow)
    writes = report["resources"][0]["writes"]
    assert sum(writes["throttled"]) == sum(summary["throttled"].values())
    # The item that was there before has cost a unit, too.
    assert sum(writes["consumed"]) == summary["units"] + 1
    assert [one["table"] for one in slow.ok("stats -o json").json] == ["slow"]


def told_by_another(shell: Shell) -> dict[str, Any]:
    """What a process of its own tells of the table."""
    code, out, err = run(shell, "stats slow -o json")
    assert code == 0, err
    report: dict[str, Any] = orjson.loads(out)
    return report
