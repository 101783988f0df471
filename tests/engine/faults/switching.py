"""A process that switches a table from key to key, and writes meanwhile, until it is killed.

`python -m tests.engine.faults.switching FOLDER FIRST`: a line says that one more step is done, or
which item was put; FIRST is the number of the first one.
"""

from __future__ import annotations

import sys
from itertools import count
from pathlib import Path

from engine import Engine, Settings
from engine.operations import updates
from engine.storage import resealing
from engine.storage.transaction import WriteTransaction
from tests.engine.atrest.sealed import AWS_MANAGED, AWS_OWNED, shown, under, use
from tests.engine.storage.things import put, thing
from tests.engine.storage.writers import say

SECRET = "planted-secret"
STEP = 20
KINDS = (under("alias/one"), under("alias/two"), AWS_OWNED, AWS_MANAGED)


def told_step(transaction: WriteTransaction, job_id: int) -> bool:
    """A small step, of which a line is said before it is committed."""
    say("step")
    return resealing.reseal_step(transaction, job_id)


def switch(engine: Engine, first: int) -> None:
    """Switch from key to key, and put an item after each switch, for ever."""
    resealing._ROWS_PER_STEP = STEP
    updates.__dict__["reseal_step"] = told_step
    status = shown(engine).get("SSEDescription", {}).get("Status")
    assert status != "UPDATING"
    start = 0 if status is None else 2
    for number in count(first):
        use(engine, KINDS[(number - first + start) % len(KINDS)])
        put(engine, thing(number, text={"S": SECRET}))
        say(f"put {number}")


if __name__ == "__main__":
    with Engine.open(Path(sys.argv[1]), settings=Settings(key_switches=0)) as opened:
        say("ready")
        switch(opened, int(sys.argv[2]))
