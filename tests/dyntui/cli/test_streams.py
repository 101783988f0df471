"""`dyntui streams` and `dyntui ttl`, and the generated verbs of streams."""

from __future__ import annotations

import os
import signal
import sys

import orjson
import pexpect
import pytest

from tests.dyntui.cli.shell import Shell
from tests.program import WAIT_S


@pytest.fixture
def followed(orders: Shell) -> Shell:
    """The table `orders` with a stream that has four changes."""
    orders.ok("streams on orders")
    orders.ok("""put orders --plain '{"customer": "ada", "placed": 1, "total": 13}'""")
    orders.ok("""put orders --plain '{"customer": "eve", "placed": 9}'""")
    orders.ok("rm orders bob 3 --yes")
    orders.ok("""put orders --plain '{"customer": "eve", "placed": 9, "note": "\\u001b[31m"}'""")
    return orders


def test_streams_are_listed(followed: Shell) -> None:
    lines = followed.ok("streams list").out.splitlines()
    assert lines[0].split() == ["table", "label", "status", "view", "open", "shards"]
    words = lines[2].split()
    assert [words[0], *words[2:]] == ["orders", "ENABLED", "NEW_AND_OLD_IMAGES", "8", "8"]
    (described,) = followed.ok("streams list orders -o json").json
    assert len(described["Shards"]) == 8
    followed.ok("streams off orders")
    assert "DISABLED" in followed.ok("streams list orders").out


def test_a_tail_shows_what_each_change_did(followed: Shell) -> None:
    shown = followed.ok("streams tail orders --from start --no-follow").out
    lines = [line[21:] if line[0] == "2" else line for line in shown.splitlines()]
    assert lines == [
        "MODIFY  customer ada, placed 1",
        "  - status open",
        "  ~ total 12.5 → 13",
        "INSERT  customer eve, placed 9",
        "REMOVE  customer bob, placed 3",
        "  - status open",
        "  - note call, then ring",
        "MODIFY  customer eve, placed 9",
        "  + note \\x1b[31m",
    ]


@pytest.mark.parametrize(
    ("options", "events"),
    [
        ("", ["MODIFY", "INSERT", "REMOVE", "MODIFY"]),
        ("--event insert --event REMOVE", ["INSERT", "REMOVE"]),
        ("--key eve", ["INSERT", "MODIFY"]),
        ("--key eve --key 9 --event modify", ["MODIFY"]),
        ("--key eve --key 8", []),
    ],
)
def test_a_tail_is_filtered(followed: Shell, options: str, events: list[str]) -> None:
    command = f"streams tail orders --from start --no-follow -o jsonl {options}"
    records = [orjson.loads(line) for line in followed.ok(command).out.splitlines()]
    assert [record["eventName"] for record in records] == events


def test_a_stream_that_was_turned_off_ends_the_tail(followed: Shell) -> None:
    followed.ok("streams off orders")
    assert followed.ok("streams tail orders --from start -o jsonl").out.count("\n") == 4


def test_a_tail_follows_until_it_is_interrupted(orders: Shell) -> None:
    orders.ok("streams on orders")
    environment = os.environ | {"DYNTUI_DATA_DIR": str(orders.folder)}
    arguments = ["-m", "dyntui", "streams", "tail", "orders", "--from", "start"]
    child = pexpect.spawn(sys.executable, arguments, env=environment, timeout=WAIT_S)
    for name in ("first", "second"):
        orders.ok(f"""put orders --plain '{{"customer": "{name}", "placed": 1}}'""")
        child.expect(f"INSERT  customer {name}, placed 1")
    child.kill(signal.SIGINT)
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
    assert b"Traceback" not in (child.before or b"")


def test_what_is_no_stream(orders: Shell) -> None:
    ended = orders.run("streams tail orders")
    assert (ended.code, ended.out) == (1, "")
    assert "has no stream" in ended.err
    assert orders.ok("streams list").err == "no streams\n"
    orders.refused("streams off orders")
    orders.refused("streams on nowhere")
    orders.ok("streams on orders --view keys_only")
    orders.misused("streams tail orders --key a --key 1 --key 2")
    orders.misused("streams tail orders --key a --key one")
    orders.misused("streams tail orders --from never")


def test_the_generated_verbs_of_streams(followed: Shell) -> None:
    arn = followed.ok(
        "dynamodbstreams list-streams --query Streams[0].StreamArn --output text"
    ).out.strip()
    described = followed.ok(["dynamodbstreams", "describe-stream", "--stream-arn", arn]).json
    counts = []
    for shard in described["StreamDescription"]["Shards"]:
        words = ["get-shard-iterator", "--stream-arn", arn, "--shard-id", shard["ShardId"]]
        kind = ["--shard-iterator-type", "TRIM_HORIZON"]
        place = followed.ok(["dynamodbstreams", *words, *kind]).json["ShardIterator"]
        records = ["dynamodbstreams", "get-records", "--shard-iterator", place]
        counts.append(len(followed.ok(records).json["Records"]))
    assert sum(counts) == 4
    assert "list-streams" in followed.ok("dynamodbstreams help").out
    followed.misused("dynamodbstreams wait")


def test_time_to_live(orders: Shell) -> None:
    orders.ok(
        ["put", "orders", "--plain", "-"],
        stdin='{"customer": "old", "placed": 1, "until": 1}\n'
        '{"customer": "new", "placed": 1, "until": 99999999999}\n',
    )
    assert orders.ok("ttl show orders").out == "DISABLED\n"
    orders.ok("ttl on orders until")
    assert orders.ok("ttl show orders").out == "ENABLED by until\n"
    assert orders.ok("ttl show orders -o json").json == {
        "TimeToLiveStatus": "ENABLED",
        "AttributeName": "until",
    }
    assert "already enabled" in orders.refused("ttl on orders until")
    # Older than five years, it stays.
    assert orders.ok("ttl run orders").err == "0 items had expired\n"
    orders.ok("ttl off orders")
    assert "already disabled" in orders.refused("ttl off orders")
    orders.refused("ttl run nowhere")
