"""Processes that share a folder with a test: `python -m tests.engine.storage.processes WORK …`."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from engine import Engine

Json = dict[str, Any]


def item(worker: str, number: int) -> Json:
    """An item of the tables `ranged`; every second one is in the index."""
    made: Json = {"p": {"S": worker}, "r": {"S": f"{number:06}"}, "t": {"S": "x" * 300}}
    if number % 2:
        made["g"] = {"N": str(number % 7)}
    return made


def put(folder: Path, worker: str, count: int) -> None:
    """Put items; a line for each says that it is acknowledged."""
    with Engine.open(folder) as engine:
        for number in range(count):
            engine.put_item(TableName="ranged", Item=item(worker, number))
            print(number, flush=True)


def load(folder: Path, worker: str, count: int) -> None:
    """Load items in bulk; a line says how many are written."""
    with Engine.open(folder) as engine:
        engine.load_items(
            "ranged",
            (item(worker, number) for number in range(count)),
            on_progress=lambda progress: print(progress.items_written, flush=True),
        )


def add_index(folder: Path, index: str, _count: int) -> None:
    """Add an index, which fills it before this ends; a line says that it begins."""
    with Engine.open(folder) as engine:
        print("begun", flush=True)
        engine.update_table(TableName="ranged", **index_request(index))


def drop(folder: Path, table: str, _count: int) -> None:
    """Drop a table and wait to be killed while its items are freed."""
    with Engine.open(folder) as engine:
        engine.delete_table(TableName=table)
        print("dropped", flush=True)
        time.sleep(60)


def index_request(index: str) -> Json:
    """What adds an index on `t` to the table `ranged`."""
    return {
        "AttributeDefinitions": [{"AttributeName": "t", "AttributeType": "S"}],
        "GlobalSecondaryIndexUpdates": [
            {
                "Create": {
                    "IndexName": index,
                    "KeySchema": [{"AttributeName": "t", "KeyType": "HASH"}],
                    "Projection": {"ProjectionType": "ALL"},
                }
            }
        ],
    }


def start(work: str, folder: Path, subject: str, count: int = 0) -> subprocess.Popen[str]:
    """Start one of the above in a process of its own."""
    command = [sys.executable, "-m", "tests.engine.storage.processes"]
    return subprocess.Popen(
        [*command, work, str(folder), subject, str(count)], stdout=subprocess.PIPE, text=True
    )


def kill_after(process: subprocess.Popen[str], lines: int) -> list[str]:
    """Kill a process once it has printed so many lines; gives all that it printed."""
    assert process.stdout is not None
    said: list[str] = []
    for line in process.stdout:
        said.append(line)
        if len(said) >= lines:
            break
    process.kill()
    said += process.stdout
    process.wait()
    return [line.strip() for line in said if line.endswith("\n")]


if __name__ == "__main__":
    works = {"put": put, "load": load, "add_index": add_index, "drop": drop}
    works[sys.argv[1]](Path(sys.argv[2]), sys.argv[3], int(sys.argv[4]))
