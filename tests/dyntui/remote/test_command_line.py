"""The command line on a remote."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import orjson
import pytest

from dyntui.cli.exits import FOLDER, PARTIAL, REFUSED, USAGE
from dyntui.cli.main import cli
from dyntui.core.connection.connect import Connection
from engine import Engine
from tests.dyntui.remote.conftest import DEFINITION

NOBODY = "http://127.0.0.1:1"


@dataclass
class Ended:
    """How a command ended, and what it said."""

    code: object
    out: str
    err: str


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    monkeypatch.setenv("DYNTUI_DATA_DIR", str(tmp_path / "not-to-be-made"))


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> Ended:
    """Run a command in this process."""
    with pytest.raises(SystemExit) as caught:
        cli.main(list(arguments))
    out, err = capsys.readouterr()
    return Ended(caught.value.code, out, err)


def test_a_table_is_made_filled_and_read_on_a_remote(
    capsys: pytest.CaptureFixture[str], address: str, engine: Engine, tmp_path: Path
) -> None:
    remote = ("--endpoint-url", address)
    lines = tmp_path / "items.jsonl"
    lines.write_bytes(b"\n".join(orjson.dumps({"id": number}) for number in range(60)))
    assert run(capsys, *remote, "create", "orders", "--key", "id:N").code == 0
    put = run(capsys, "put", "orders", f"file://{lines}", "--plain", *remote)
    assert (put.code, put.out + put.err) == (0, "60 items written\n")
    assert engine.describe_table(TableName="orders")["Table"]["ItemCount"] == 60
    got = run(capsys, "get", "orders", "7", "-o", "json", *remote)
    assert orjson.loads(got.out) == {"id": {"N": "7"}}
    assert not (tmp_path / "not-to-be-made").exists()


def test_an_error_of_the_remote_is_said_as_one_of_a_folder(
    capsys: pytest.CaptureFixture[str], address: str
) -> None:
    ended = run(capsys, "scan", "nowhere", "--endpoint-url", address)
    assert ended.code == REFUSED
    assert ended.err.startswith("An error occurred (ResourceNotFoundException) when calling the ")


def test_an_empty_remote_is_named(capsys: pytest.CaptureFixture[str], address: str) -> None:
    ended = run(capsys, "ls", "--endpoint-url", address, "--region", "eu-west-1")
    assert ended.err == f"no tables in eu-west-1 of {address}\n"


def test_a_remote_that_is_not_there_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    ended = run(capsys, "ls", "--endpoint-url", NOBODY)
    assert ended.code == FOLDER
    assert ended.err == f'dyntui: Could not connect to the endpoint URL: "{NOBODY}/"\n'


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("--remote",), "no Region is given, and none is configured"),
        (
            ("--remote", "--profile", "nobody"),
            "The config profile (nobody) could not be found",
        ),
        (
            ("--remote", "--region", "eu-west-1"),
            "Unable to locate credentials",
        ),
        (
            ("--endpoint-url", "nonsense"),
            "'nonsense' is not the address of a server, such as http://localhost:8000",
        ),
    ],
)
def test_a_remote_that_cannot_be_chosen_is_one_line(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], line: str
) -> None:
    ended = run(capsys, *arguments, "ls")
    assert (ended.code, ended.out) == (FOLDER, "")
    assert ended.err.splitlines() == [f"dyntui: {line}"]


def test_the_app_does_not_open_on_a_remote_that_is_not_there(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    ended = run(capsys, "--endpoint-url", NOBODY)
    assert ended.code == FOLDER
    assert ended.err == f'dyntui: Could not connect to the endpoint URL: "{NOBODY}/"\n'


@pytest.mark.parametrize("option", [("--data-dir", "folder"), ("--sample",)])
def test_a_remote_has_no_folder(
    capsys: pytest.CaptureFixture[str], option: tuple[str, ...]
) -> None:
    ended = run(capsys, "ls", "--endpoint-url", NOBODY, *option)
    assert (ended.code, ended.err) == (USAGE, f"dyntui: {option[0]}: a remote has no data folder\n")


@pytest.mark.parametrize("command", [("doctor",), ("stats",)])
def test_what_needs_a_folder_says_so(
    capsys: pytest.CaptureFixture[str], command: tuple[str, ...]
) -> None:
    ended = run(capsys, *command, "--endpoint-url", NOBODY)
    assert ended.code == USAGE
    assert ended.err == (
        f"dyntui: not available on {NOBODY}: it works on a data folder, "
        "and a remote answers DynamoDB's operations only\n"
    )


def test_sample_data_are_put_into_a_remote(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    address: str,
    engine: Engine,
) -> None:
    remote = ("--endpoint-url", address)
    ended = run(capsys, "sample", "load", "votes", *remote)
    assert (ended.code, "votes: created, with 1,000 items" in ended.err) == (0, True)
    assert engine.describe_table(TableName="votes")["Table"]["ItemCount"] == 1_000
    monkeypatch.setattr(Connection, "is_service", property(lambda _: True))
    monkeypatch.setattr("sys.stdin", io.StringIO())
    ended = run(capsys, "sample", "load", "sessions", *remote)
    assert (ended.code, "puts 1,000 items, which costs" in ended.err) == (USAGE, True)
    assert engine.list_tables()["TableNames"] == ["votes"]


def test_a_profile_alone_stays_with_the_folder(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    ended = run(capsys, "ls", "--profile", "nobody", "--data-dir", str(tmp_path / "folder"))
    assert ended.code == 0
    assert (tmp_path / "folder" / "folder.json").exists()


def test_a_refusal_midway_says_how_much_was_written(
    capsys: pytest.CaptureFixture[str], address: str, engine: Engine, tmp_path: Path
) -> None:
    engine.create_table(**DEFINITION)
    lines = tmp_path / "items.jsonl"
    items = [{"id": number} for number in range(30)] + [{"id": "no number"}]
    lines.write_bytes(b"\n".join(map(orjson.dumps, items)))
    ended = run(capsys, "put", "orders", "--plain", f"file://{lines}", "--endpoint-url", address)
    assert ended.code == PARTIAL
    assert ended.err.splitlines()[-1] == "before that, 30 items were written"


def test_a_stream_of_a_remote_is_followed(
    capsys: pytest.CaptureFixture[str], address: str, engine: Engine
) -> None:
    remote = ("--endpoint-url", address)
    engine.create_table(**DEFINITION)
    assert run(capsys, "streams", "on", "orders", *remote).code == 0
    engine.put_item(TableName="orders", Item={"id": {"N": "7"}})
    tail = ("streams", "tail", "orders", "--from", "start", "--no-follow", *remote)
    ended = run(capsys, *tail)
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.endswith("INSERT  id 7\n")
    assert "ENABLED" in run(capsys, "streams", "list", *remote).out
    listed = run(capsys, "dynamodbstreams", "list-streams", *remote)
    assert len(orjson.loads(listed.out)["Streams"]) == 1


def test_expiry_cannot_be_run_on_a_remote(
    capsys: pytest.CaptureFixture[str], address: str, engine: Engine
) -> None:
    engine.create_table(**DEFINITION)
    assert run(capsys, "ttl", "on", "orders", "until", "--endpoint-url", address).code == 0
    ended = run(capsys, "ttl", "run", "orders", "--endpoint-url", address)
    assert (ended.code, ended.out, ended.err.count("\n")) == (USAGE, "", 1)
