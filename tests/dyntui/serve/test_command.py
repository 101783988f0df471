"""`dyntui serve` as a process: what it says, how it starts, and how it ends."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import orjson
import pytest

from dyntui.cli.exits import FOLDER, USAGE
from tests.dyntui.serve.live import HOST, RawClient, Response, request_json, request_text
from tests.dyntui.serve.test_protocol import create_table

WAIT_S = 30.0


@dataclass
class Command:
    """A running `dyntui serve`; `said` are the lines on stderr until it listened."""

    process: subprocess.Popen[str]
    said: list[str]
    port: int

    def ask(self, text: bytes) -> Response:
        """The answer to what is sent over a connection of its own."""
        with RawClient(socket.create_connection((HOST, self.port), WAIT_S)) as client:
            client.send(text)
            return client.receive()

    def end(self, number: signal.Signals = signal.SIGTERM) -> str:
        """Send a signal; gives what is on stderr after it."""
        self.process.send_signal(number)
        _, rest = self.process.communicate(timeout=WAIT_S)
        return rest


def command(*options: str) -> list[str]:
    """The command line of a server."""
    return [sys.executable, "-m", "dyntui", "serve", *options]


@contextmanager
def serving(*options: str) -> Iterator[Command]:
    """A server that listens at a free port."""
    with subprocess.Popen(
        command("--port", "0", *options), stderr=subprocess.PIPE, text=True
    ) as process:
        said: list[str] = []
        port = 0
        try:
            assert process.stderr is not None
            while not port:
                line = process.stderr.readline()
                assert line, said
                said.append(line.strip())
                found = re.search(r"DynamoDB at https?://\S+:(\d+)", line)
                port = int(found[1]) if found else 0
            yield Command(process, said, port)
        finally:
            process.kill()


def refused(*options: str) -> tuple[int, str]:
    """Exit code and word of a command that does not start to serve."""
    done = subprocess.run(
        command(*options), capture_output=True, text=True, timeout=WAIT_S, check=False
    )
    return done.returncode, done.stderr.strip()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_server_and_its_data_stay(tmp_path: Path, number: signal.Signals) -> None:
    folder = str(tmp_path / "data")
    with serving("--data-dir", folder) as running:
        assert running.said == [
            f"dyntui: DynamoDB at http://{HOST}:{running.port} ({folder}); Ctrl-C ends it"
        ]
        assert running.ask(request_text("CreateTable", create_table("some"))).status == 200
        assert running.end(number) == ""
        assert running.process.returncode == 0
    with serving("--data-dir", folder) as running:
        assert running.ask(request_text()).json() == {"TableNames": ["some"]}


def test_the_region_of_the_option_is_the_default_one(tmp_path: Path) -> None:
    with serving("--data-dir", str(tmp_path), "--region", "eu-west-1") as running:
        running.ask(request_text("CreateTable", create_table("some"), region="localhost"))
        assert running.ask(request_text(region="eu-west-1")).json() == {"TableNames": ["some"]}


def test_in_memory_nothing_is_left() -> None:
    with serving("--in-memory") as running:
        assert running.said[0].endswith(" (in memory); Ctrl-C ends it")
        assert running.ask(request_text("CreateTable", create_table("some"))).status == 200


def statuses(running: Command) -> set[int]:
    """The statuses of many writes of a table that has a unit a second."""
    throughput = {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1}
    table = create_table("slow").replace(
        b'"PAY_PER_REQUEST"', b'"PROVISIONED","ProvisionedThroughput":' + orjson.dumps(throughput)
    )
    assert running.ask(request_text("CreateTable", table)).status == 200
    put = request_json("PutItem", TableName="slow", Item={"pk": {"S": "one"}})
    return {running.ask(put).status for _ in range(20)}


def test_throttling_is_chosen_for_the_server(tmp_path: Path) -> None:
    with serving("--data-dir", str(tmp_path / "data"), "--throttling", "enforce") as running:
        assert statuses(running) == {200, 400}
    with serving("--in-memory", "--throttling", "enforce") as running:
        assert statuses(running) == {200, 400}
    with serving("--in-memory") as running:
        assert statuses(running) == {200}


def test_workers_share_a_port_and_the_data(tmp_path: Path) -> None:
    with serving("--data-dir", str(tmp_path), "--workers", "2") as running:
        assert running.ask(request_text("CreateTable", create_table("some"))).status == 200
        add = request_json(
            "UpdateItem",
            TableName="some",
            Key={"pk": {"S": "counter"}},
            UpdateExpression="ADD hits :one",
            ExpressionAttributeValues={":one": {"N": "1"}},
        )
        for _ in range(40):
            assert running.ask(add).status == 200
        get = request_json("GetItem", TableName="some", Key={"pk": {"S": "counter"}})
        assert running.ask(get).json()["Item"]["hits"] == {"N": "40"}
        code, word = refused("--data-dir", str(tmp_path), "--port", str(running.port))
        assert (code, "is taken" in word) == (1, True)
        assert running.end(signal.SIGINT) == ""
        assert running.process.returncode == 0
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((HOST, running.port), WAIT_S).close()


def test_no_worker_outlives_the_process_that_started_it(tmp_path: Path) -> None:
    with serving("--data-dir", str(tmp_path), "--workers", "2") as running:
        running.process.kill()
        running.process.wait(WAIT_S)
        assert running.process.stderr is not None
        # The workers hold the other end; it closes with the last of them.
        assert running.process.stderr.read() == ""


def test_a_worker_that_dies_ends_the_others_with_a_word(tmp_path: Path) -> None:
    with serving("--data-dir", str(tmp_path), "--workers", "2") as running:
        children = Path(f"/proc/{running.process.pid}/task/{running.process.pid}/children")
        if not children.exists():
            pytest.skip("the system does not list a process's children")
        os.kill(int(children.read_text().split()[0]), signal.SIGKILL)
        _, rest = running.process.communicate(timeout=WAIT_S)
        assert rest == "dyntui: a worker ended by itself, so the others were ended too\n"
        assert running.process.returncode == 1


def test_a_taken_port_is_said_in_one_line(tmp_path: Path) -> None:
    with socket.create_server((HOST, 0)) as taken:
        port = taken.getsockname()[1]
        for workers in ("1", "2"):
            given = ("--data-dir", str(tmp_path), "--port", str(port), "--workers", workers)
            assert refused(*given) == (
                1,
                f"dyntui: {HOST}:{port} is taken: something listens there already; choose "
                "another with --port",
            )


def test_a_server_that_others_can_reach_warns() -> None:
    with serving("--in-memory", "--host", "0.0.0.0") as running:
        assert running.process.stderr is not None
        warning = running.process.stderr.readline()
        assert warning == (
            "dyntui: warning: whoever reaches this address can read and change everything\n"
        )


IMPOSSIBLE = {
    "no such host": (("--host", "nowhere.invalid"), 1, "--host nowhere.invalid: "),
    "half of TLS": (("--tls-cert", __file__), USAGE, "are given both, or neither"),
    "no certificate": (("--tls-cert", __file__, "--tls-key", __file__), 1, __file__),
    "memory shared": (("--in-memory", "--workers", "2"), USAGE, "takes one worker"),
    "memory in a folder": (("--in-memory", "--data-dir", "x"), USAGE, "takes neither"),
    "a remote": (("--remote",), USAGE, "it serves a data folder"),
    "another server": (("--endpoint-url", "http://x"), USAGE, "it serves a data folder"),
    "no port": (("--port", "99999"), USAGE, "--port"),
    "no such durability": (("--durability", "some"), USAGE, "--durability"),
    "no region": (("--region", "here"), USAGE, "'here' is not the name of a Region"),
}


@pytest.mark.parametrize(("options", "code", "word"), IMPOSSIBLE.values(), ids=IMPOSSIBLE.keys())
def test_what_cannot_be_served_is_said_in_one_line(
    options: tuple[str, ...], code: int, word: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DYNTUI_DATA_DIR", str(tmp_path))
    got_code, got_word = refused(*options)
    assert got_code == code
    assert word in got_word
    assert "\n" not in got_word


def test_a_folder_that_cannot_be_used_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "folder.json").write_text("{")
    for workers in ("1", "2"):
        code, word = refused("--data-dir", str(tmp_path), "--port", "0", "--workers", workers)
        assert code == FOLDER
        assert str(tmp_path) in word
        assert "\n" not in word
