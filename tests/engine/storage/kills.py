"""One kill -9 each in the middle of some work, for the tests and, many times, the campaign."""

from __future__ import annotations

from pathlib import Path
from random import Random

from engine import Engine
from tests.engine.operations.tables import make_tables
from tests.engine.storage.processes import item, kill_after, start

LINES_MAX = 80
LOADED_ITEMS = 6_000


def prepare(folder: Path, items: int = 0) -> None:
    """Tables, and items in `ranged`."""
    with Engine.open(folder, durability="relaxed") as engine:
        make_tables(engine)
        engine.load_items("ranged", (item("loaded", number) for number in range(items)))


def sound(folder: Path) -> list[str]:
    """What is wrong with a folder; nothing should be."""
    with Engine.open(folder) as engine:
        return engine.check()


def kill_while_putting(folder: Path, seed: int) -> int:
    """Kill a process that puts items; gives how many acknowledged ones are missing."""
    worker = f"worker-{seed}"
    with start("put", folder, worker, 1_000_000) as process:
        acknowledged = len(kill_after(process, Random(seed).randint(1, LINES_MAX)))
    with Engine.open(folder) as engine:
        answer = engine.query(
            TableName="ranged",
            KeyConditionExpression="p = :p",
            ExpressionAttributeValues={":p": {"S": worker}},
            ConsistentRead=True,
        )
        there = {found["r"]["S"] for found in answer["Items"]}
        assert engine.check() == []
    # The last item may be there without its acknowledgement having been read.
    assert len(there) <= acknowledged + 1
    return sum(f"{number:06}" not in there for number in range(acknowledged))


def kill_while_loading(folder: Path, seed: int) -> int:
    """Kill a bulk load; gives how many items that it told of are missing."""
    worker = f"load-{seed}"
    with start("load", folder, worker, 20_000) as process:
        said = kill_after(process, Random(seed).randint(1, 20))
    with Engine.open(folder) as engine:
        count = engine.query(
            TableName="ranged",
            KeyConditionExpression="p = :p",
            ExpressionAttributeValues={":p": {"S": worker}},
            Select="COUNT",
            ConsistentRead=True,
        )
        found = int(count["Count"])
        while "LastEvaluatedKey" in count:
            count = engine.query(
                TableName="ranged",
                KeyConditionExpression="p = :p",
                ExpressionAttributeValues={":p": {"S": worker}},
                Select="COUNT",
                ConsistentRead=True,
                ExclusiveStartKey=count["LastEvaluatedKey"],
            )
            found += int(count["Count"])
        assert engine.check() == []
    return max(0, int(said[-1]) - found)
