"""No file of a data folder holds a word of an item, at any time."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

from engine import Engine, VirtualClock
from tests.engine.storage.things import (
    TABLE,
    add_index,
    database_of,
    definitions,
    make_table,
    put,
    thing,
)

SECRET = "the-word-of-an-item"
NAME = "secret_attribute_name"


def contents(folder: Path) -> bytes:
    """All bytes of all files; read by another process, whose closing drops no lock of this one."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return subprocess.run(["cat", *files], capture_output=True, check=True).stdout


def test_no_file_holds_a_word_of_an_item(tmp_path: Path) -> None:
    folder = tmp_path / "data"

    def nothing_is_readable() -> None:
        held = contents(folder)
        assert len(held) > 50_000
        for word in (SECRET, NAME, TABLE, "CREATE TABLE", "SQLite format"):
            assert word.encode() not in held, word

    with Engine.open(folder, clock=VirtualClock()) as engine:
        make_table(engine)
        for number in range(50):
            more: dict[str, Any] = {NAME: {"S": SECRET}, "text": {"S": SECRET * (1 + number * 20)}}
            put(engine, thing(number, **more))
        nothing_is_readable()
        engine.update_table(**add_index())
        engine.update_table(
            TableName=TABLE,
            AttributeDefinitions=definitions({NAME: "S"}),
            GlobalSecondaryIndexUpdates=[
                {
                    "Create": {
                        "IndexName": "by-secret",
                        "KeySchema": [{"AttributeName": NAME, "KeyType": "HASH"}],
                        "Projection": {"ProjectionType": "ALL"},
                    }
                }
            ],
        )
        upkeep = database_of(engine).upkeep
        assert upkeep is not None
        upkeep.checkpoint()
        nothing_is_readable()
        for number in range(0, 50, 2):
            key = {"p": {"S": "p"}, "r": {"N": str(number)}}
            engine.delete_item(TableName=TABLE, Key=key)
        engine.compact()
        nothing_is_readable()
    nothing_is_readable()


def test_two_folders_have_two_keys(tmp_path: Path) -> None:
    keys = set()
    for name in ("one", "other"):
        Engine.open(tmp_path / name).close()
        key = (tmp_path / name / "keys" / "page.key").read_text().strip()
        assert len(bytes.fromhex(key)) == 32
        keys.add(key)
    assert len(keys) == 2
