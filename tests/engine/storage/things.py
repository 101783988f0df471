"""A table of things, and how tests of storage reach what lies below the engine."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

import apsw

from engine import Engine
from engine.storage.catalog import Table
from engine.storage.database import Database
from engine.storage.folder import open_folder

Json = dict[str, Any]
R = TypeVar("R")
TABLE = "things"
_INDEX_KEYS = [
    {"AttributeName": "g", "KeyType": "HASH"},
    {"AttributeName": "r", "KeyType": "RANGE"},
]


def make_table(engine: Engine, name: str = TABLE, *, indexed: bool = False) -> None:
    """Make a table with the keys p (S) and r (N); `indexed` adds the index `by-g` (g, r)."""
    attributes = {"p": "S", "r": "N"} | ({"g": "S"} if indexed else {})
    request: Json = {
        "TableName": name,
        "AttributeDefinitions": definitions(attributes),
        "KeySchema": [
            {"AttributeName": "p", "KeyType": "HASH"},
            {"AttributeName": "r", "KeyType": "RANGE"},
        ],
        "BillingMode": "PAY_PER_REQUEST",
    }
    if indexed:
        request["GlobalSecondaryIndexes"] = [index_by_g()]
    engine.create_table(**request)


def index_by_g(projection: str = "ALL") -> Json:
    """The definition of the index `by-g`."""
    return {
        "IndexName": "by-g",
        "KeySchema": _INDEX_KEYS,
        "Projection": {"ProjectionType": projection},
    }


def add_index(projection: str = "ALL") -> Json:
    """The UpdateTable request that adds the index `by-g`."""
    return {
        "TableName": TABLE,
        "AttributeDefinitions": definitions({"g": "S", "r": "N"}),
        "GlobalSecondaryIndexUpdates": [{"Create": index_by_g(projection)}],
    }


def definitions(attributes: dict[str, str]) -> list[Json]:
    """AttributeDefinitions."""
    return [{"AttributeName": name, "AttributeType": kind} for name, kind in attributes.items()]


def thing(number: int, partition: str = "p", **more: Any) -> Json:
    """An item with the sort key `number`; a third of them have each of three groups."""
    return {
        "p": {"S": partition},
        "r": {"N": str(number)},
        "g": {"S": "abc"[number % 3]},
        "text": {"S": f"text {number} " * 10},
    } | more


def put(engine: Engine, item: Json, table: str = TABLE) -> None:
    """Put an item."""
    engine.put_item(TableName=table, Item=item)


def put_many(engine: Engine, numbers: Iterable[int], partition: str = "p") -> None:
    """Load things."""
    engine.load_items(TABLE, (thing(number, partition) for number in numbers))


def items_of(engine: Engine, table: str = TABLE, index: str | None = None) -> list[Json]:
    """All items of a table or index."""
    request: Json = {"TableName": table}
    if index is not None:
        request["IndexName"] = index
    items: list[Json] = []
    while True:
        page = engine.scan(**request)
        items += page["Items"]
        if "LastEvaluatedKey" not in page:
            return items
        request["ExclusiveStartKey"] = page["LastEvaluatedKey"]


def numbers_of(engine: Engine, index: str | None = None) -> list[int]:
    """The sort keys of all things, in numeric order."""
    return sorted(int(item["r"]["N"]) for item in items_of(engine, TABLE, index))


def add_one(engine: Engine, counter: int) -> None:
    """Add one to a counter."""
    engine.update_item(
        TableName=TABLE,
        Key={"p": {"S": "counters"}, "r": {"N": str(counter)}},
        UpdateExpression="ADD amount :one",
        ExpressionAttributeValues={":one": {"N": "1"}},
    )


def add_many(engine: Engine, counter: int, count: int) -> None:
    """Add one to a counter, so often."""
    for _ in range(count):
        add_one(engine, counter)


def amount(engine: Engine, counter: int) -> int:
    """What a counter has come to."""
    key = {"p": {"S": "counters"}, "r": {"N": str(counter)}}
    item = engine.get_item(TableName=TABLE, Key=key).get("Item")
    return int(item["amount"]["N"]) if item else 0


def database_of(engine: Engine) -> Database:
    """The storage of an engine's Region."""
    return engine._region.database


def table_of(engine: Engine, name: str = TABLE) -> Table:
    """The definition of a table as the catalog has it."""
    return database_of(engine).reload_catalog().tables[name]


def data_file(folder: Path) -> Path:
    """The database of the Region that tests use."""
    return folder / "us-east-1" / "data.db"


def descriptors_below(folder: Path) -> list[str]:
    """The files below a folder that this process has open."""
    found = []
    for descriptor in os.listdir("/proc/self/fd"):
        try:
            target = os.readlink(f"/proc/self/fd/{descriptor}")
        except OSError:
            continue
        if target.startswith(str(folder)):
            found.append(target)
    return found


def run_sql(engine: Engine, *statements: str) -> list[tuple[Any, ...]]:
    """Do to the database what no request does; gives the rows of the last statement."""

    def run(connection: apsw.Connection) -> list[tuple[Any, ...]]:
        rows: list[tuple[Any, ...]] = []
        for statement in statements:
            rows = connection.execute(statement).fetchall()
        return rows

    return with_connection(engine, run)


def with_connection(engine: Engine, work: Callable[[apsw.Connection], R]) -> R:
    """Do something with a connection of its own."""
    connection = database_of(engine).connect()
    try:
        return work(connection)
    finally:
        connection.close()


def page_key(folder: Path) -> str:
    """The key of a folder's pages."""
    return open_folder(folder).page_key
