"""A process that writes as much as it is let: told the seconds on stdin, it tells what got in.

`python -m tests.engine.throttling.spender FOLDER NAME`; each line is a number of seconds since the
beginning of virtual time.
"""

from __future__ import annotations

import sys
from pathlib import Path

from engine import Engine, VirtualClock
from engine.errors import ProvisionedThroughputExceededException

_TRIES = 40


def spend(engine: Engine, name: str) -> int:
    """Put small items; gives how many were let in."""
    let_in = 0
    for number in range(_TRIES):
        item = {"id": {"S": f"{name}-{number}"}}
        try:
            engine.call("PutItem", {"TableName": "orders", "Item": item})
        except ProvisionedThroughputExceededException:
            continue
        let_in += 1
    return let_in


def main(folder: Path, name: str) -> None:
    """Answer each line with what was let in at that second."""
    clock = VirtualClock()
    seconds = 0
    with Engine.open(folder, throttling="enforce", durability="relaxed", clock=clock) as engine:
        for line in sys.stdin:
            clock.advance(int(line) - seconds)
            seconds = int(line)
            print(spend(engine, name), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
