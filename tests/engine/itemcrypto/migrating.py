"""Processes that seal a table until they are done, or killed."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from engine import Engine
from engine.client.protocol import Json
from engine.itemcrypto.header import Suite
from engine.itemcrypto.inspection import Report, scanned, verified
from engine.itemcrypto.migration import migrated
from engine.itemcrypto.protection import Protection
from tests.engine.itemcrypto.samples import AES, ITEM, SCHEMA
from tests.engine.storage.processes import killed
from tests.vectors.comparing import check_item

TABLE = "orders"
PROTECTION = Protection(SCHEMA, AES, Suite.MAC_ONLY)


def make_plain(db: Engine, count: int) -> None:
    """A table with that many items, none of them sealed."""
    db.create_table(
        TableName=TABLE,
        KeySchema=[
            {"AttributeName": "id", "KeyType": "HASH"},
            {"AttributeName": "at", "KeyType": "RANGE"},
        ],
        AttributeDefinitions=[
            {"AttributeName": "id", "AttributeType": "S"},
            {"AttributeName": "at", "AttributeType": "N"},
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    db.load_items(TABLE, (plain_item(number) for number in range(count)))


def plain_item(number: int) -> Json:
    """The item of that number."""
    return ITEM | {"at": {"N": str(number)}, "name": {"S": f"name-{number}"}}


def migrate(folder: Path, tell: Callable[[int], None]) -> None:
    """Seal what is not sealed yet, two at once, telling after these how many are done."""
    with Engine.open(folder) as db:
        items = [item for page in scanned(partial(db.call, "Scan"), TABLE) for item in page]
        pairs = (items[place : place + 2] for place in range(0, len(items), 2))
        for progress in migrated(pairs, db, TABLE, PROTECTION):
            tell(progress.sealed + progress.passed_over)


def kill_while_it_migrates(folder: Path, draw: random.Random, lines_max: int) -> int:
    """Kill such a process after some lines; gives how many."""
    return len(killed(draw.randint(1, lines_max), "tests.engine.itemcrypto.migrating", folder))


def report_of(db: Engine, protection: Protection = PROTECTION) -> Report:
    """The report on all items of the table."""
    *_, report = verified(scanned(partial(db.call, "Scan"), TABLE), protection)
    return report


def check_all(db: Engine, count: int) -> None:
    """Raises AssertionError unless every item is there, as it was, and sealed."""
    items = [item for page in scanned(partial(db.call, "Scan"), TABLE) for item in page]
    assert len(items) == count
    for item in items:
        check_item(PROTECTION.open(item), plain_item(int(item["at"]["N"])))
    assert db.check() == []


if __name__ == "__main__":
    migrate(Path(sys.argv[1]), partial(print, flush=True))
