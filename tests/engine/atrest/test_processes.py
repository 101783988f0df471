"""Several processes write a table that another one switches from key to key."""

from __future__ import annotations

from itertools import cycle
from pathlib import Path

from engine import Engine
from tests.engine.atrest.sealed import AWS_MANAGED, AWS_OWNED, arn_of, under, use
from tests.engine.storage.processes import finish, start
from tests.engine.storage.things import TABLE, items_of

_PUTS = 80


def test_others_write_amid_switches(engine: Engine, tmp_path: Path) -> None:
    kinds = cycle([under("alias/one"), under("alias/two"), AWS_OWNED, AWS_MANAGED])
    writers = [start("puts", tmp_path / "data", name, 0, _PUTS) for name in ("a", "b")]
    switches = 0
    while any(writer.poll() is None for writer in writers):
        use(engine, next(kinds))
        switches += 1
    for writer in writers:
        assert len(finish(writer)) >= _PUTS
    assert switches
    if arn_of(engine) is None:
        use(engine, next(kinds))
    partitions = [item["p"]["S"] for item in items_of(engine, TABLE)]
    assert partitions.count("a") == partitions.count("b") > 0
    assert engine.check() == []
