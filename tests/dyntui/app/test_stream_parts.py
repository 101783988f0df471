"""What the tab on streams is made of: what is kept, its lines, the code that is copied."""

from __future__ import annotations

from typing import Any

import boto3
import pytest

from dyntui import boto
from dyntui.core.streams.code import tail_boto3, tail_command
from dyntui.core.streams.kept_changes import BYTES_MAX, COUNT_MAX, KeptChanges
from dyntui.core.streams.page import diff_lines, shard_lines
from dyntui.core.streams.tail import Change, Start, Wanted
from engine import Engine, VirtualClock
from tests.engine.streams.reading import disable, make_table, put

Json = dict[str, Any]


def change(number: int, event: str = "INSERT", size: int = 100, **images: Json) -> Change:
    """A record as GetRecords has it; its key is the number."""
    told: Json = {
        "Keys": {"id": {"N": str(number)}},
        "SequenceNumber": str(10**20 + number),
        "ApproximateCreationDateTime": 1_700_000_000,
        "SizeBytes": size,
    }
    return Change({"eventName": event, "dynamodb": told | images}, "shard")


def test_only_the_newest_are_kept() -> None:
    kept = KeptChanges()
    kept.add(change(number) for number in range(COUNT_MAX + 5))
    assert len(kept.shown) == COUNT_MAX
    assert kept.shown[0].keys == {"id": {"N": str(COUNT_MAX + 4)}}
    assert kept.seen == COUNT_MAX + 5


def test_large_ones_are_fewer_and_one_always_stays() -> None:
    kept = KeptChanges()
    kept.add(change(number, size=BYTES_MAX // 4) for number in range(10))
    assert len(kept.shown) == 4
    kept.add([change(11, size=2 * BYTES_MAX)])
    assert [one.keys["id"]["N"] for one in kept.shown] == ["11"]


def test_a_rare_change_that_is_wanted_is_not_pushed_out() -> None:
    kept = KeptChanges()
    kept.add([change(0, "REMOVE")])
    kept.want(Wanted(frozenset({"REMOVE"})))
    kept.add(change(number) for number in range(1, COUNT_MAX + 5))
    assert [one.event for one in kept.shown] == ["REMOVE"]
    kept.want(Wanted())
    assert "REMOVE" not in {one.event for one in kept.shown}
    kept.clear()
    assert len(kept.shown) == kept.seen == 0


def texts(lines: list[Any]) -> list[str]:
    return ["".join(text for text, _ in line) for line in lines]


def test_images_are_compared_into_maps_and_steer_no_terminal() -> None:
    old = {"id": {"N": "1"}, "m": {"M": {"a": {"N": "1"}, "b": {"S": "same"}}}, "gone": {"S": ""}}
    new = {
        "id": {"N": "1"},
        "m": {"M": {"a": {"N": "2"}, "b": {"S": "same"}}},
        "e\x1b": {"S": "\x07"},
    }
    lines = diff_lines(change(1, "MODIFY", OldImage=old, NewImage=new), 60, None)
    assert texts(lines) == ["+ e\\x1b  \\x07", "- gone  ''", "~ m.a  1 → 2"]


@pytest.mark.parametrize("number", ["1e400", "-1e30", "text"])
def test_a_time_that_is_none_is_left_as_it_is(number: str) -> None:
    image = {"id": {"N": "1"}, "until": {"S" if number == "text" else "N": number}}
    lines = diff_lines(change(1, NewImage=image), 60, "until")
    assert texts(lines) == [f"+ until  {number}"]


def test_a_shard_whose_parent_is_gone_is_a_root_and_generations_stand_below_each_other() -> None:
    def shard(name: str, parent: str | None, end: str | None = None) -> Json:
        numbers = {"StartingSequenceNumber": "1"} | ({"EndingSequenceNumber": end} if end else {})
        told: Json = {"ShardId": name, "SequenceNumberRange": numbers}
        return told | ({"ParentShardId": parent} if parent else {})

    shards = [shard("b", "a", "5"), shard("c", "b", "7"), shard("d", "c"), shard("e", "b")]
    assert texts(shard_lines(shards, 120)) == [
        " ○ b  closed  1 – 5",
        " ├─ ○ c  closed  1 – 7",
        " │  └─ ● d  open    from 1",
        " └─ ● e  open    from 1",
    ]
    assert texts(shard_lines(shards, 40))[:4] == [
        " ○ b  closed",
        " │ 1 – 5",
        " ├─ ○ c  closed",
        " │  │ 1 – 7",
    ]


def test_the_command_says_key_and_events_in_the_tables_order() -> None:
    wanted = Wanted(frozenset({"REMOVE", "INSERT"}), {"r": {"N": "-1"}, "p": {"S": "it's"}})
    assert tail_command("orders", "now", wanted, ("p", "r")) == (
        "dyntui streams tail orders '--key=it'\"'\"'s' --key=-1 --event INSERT --event REMOVE"
    )


@pytest.mark.parametrize(("start", "seen"), [("start", ["MODIFY"]), ("now", [])])
def test_the_snippet_reads_the_same_changes(
    start: Start, seen: list[str], monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    with Engine.in_memory(clock=VirtualClock()) as engine:
        arn = make_table(engine)
        for number in range(2):
            put(engine, "a", n={"N": str(number)})
            put(engine, "b", n={"N": str(number)})
        disable(engine)
        client = boto.client(engine, "dynamodbstreams")
        monkeypatch.setattr(boto3, "client", lambda *_, **__: client)
        wanted = Wanted(frozenset({"MODIFY"}), {"p": {"S": "a"}})
        exec(tail_boto3("us-east-1", arn, start, wanted), {})
    printed = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in printed] == seen
