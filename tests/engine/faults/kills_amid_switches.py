"""kill -9 amid switches of a table from key to key, and what must be true afterwards."""

from __future__ import annotations

import random
from pathlib import Path

from engine import Engine
from tests.engine.atrest.sealed import STREAM, records, round_of_upkeep, shown, stored
from tests.engine.faults.kills import reopened
from tests.engine.faults.switching import SECRET
from tests.engine.storage.processes import killed
from tests.engine.storage.things import (
    TABLE,
    items_of,
    make_table,
    numbers_of,
    put,
    run_sql,
    thing,
)

_COUNT = 100
_LINES_MAX = 60


def amid_a_switch(folder: Path, draw: random.Random) -> bool:
    """Nothing is lost, and the switch comes to its end; gives whether it was amid one."""
    known = _numbers_in(folder)
    said = draw.randint(2, _LINES_MAX)
    lines = killed(said, "tests.engine.faults.switching", folder, len(known))
    put_since = [int(line.split()[1]) for line in lines if line.startswith("put")]
    with reopened(folder) as engine:
        amid = bool(shown(engine).get("SSEDescription", {}).get("Status") == "UPDATING")
        found = numbers_of(engine)
        assert found[: len(known) + len(put_since)] == known + put_since
        assert len(found) <= len(known) + len(put_since) + 1
        assert numbers_of(engine, "by-g") == found
        # The engine's own upkeep may be at it.
        while shown(engine).get("SSEDescription", {}).get("Status") == "UPDATING":
            round_of_upkeep(engine)
        described = shown(engine).get("SSEDescription")
        assert run_sql(engine, "SELECT * FROM jobs") == []
        ((data_keys,),) = run_sql(engine, "SELECT count(*) FROM data_keys")
        assert data_keys == (described is not None)
        assert (SECRET.encode() in stored(engine)) == (described is None)
        assert len(items_of(engine)) == len(records(engine)) == len(found)
        assert engine.check() == []
    return amid


def _numbers_in(folder: Path) -> list[int]:
    """The items of a folder with a table and two keys, which is made if it is not there yet."""
    with Engine.open(folder) as engine:
        if not engine.list_tables()["TableNames"]:
            for name in ("one", "two"):
                engine.keys.create(name, f"alias/{name}")
            make_table(engine, indexed=True)
            engine.update_table(TableName=TABLE, StreamSpecification=STREAM)
            for number in range(_COUNT):
                put(engine, thing(number, text={"S": SECRET}))
        return numbers_of(engine)
