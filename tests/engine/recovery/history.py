"""A table with indexes, a model of all that it ever was, and how its past is read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from engine import Engine
from engine.client.protocol import Client
from tests.engine.storage.things import database_of

Json = dict[str, Any]
TABLE = "notes"
INDEXES = {"by-size": ("p", "size"), "by-group": ("group", "r"), "groups": ("group", "p")}
_KEYS = {"p": "S", "r": "N", "size": "N", "group": "S"}


def make_table(engine: Engine, name: str = TABLE) -> None:
    """Keys p (S) and r (N); by-size is local, by-group and groups are global; all kinds project."""

    def index(number: int, projection: Json) -> Json:
        keys = list(INDEXES.values())[number]
        return {
            "IndexName": list(INDEXES)[number],
            "KeySchema": _schema(*keys),
            "Projection": projection,
        }

    engine.create_table(
        TableName=name,
        AttributeDefinitions=[
            {"AttributeName": key, "AttributeType": kind} for key, kind in _KEYS.items()
        ],
        KeySchema=_schema("p", "r"),
        BillingMode="PAY_PER_REQUEST",
        LocalSecondaryIndexes=[index(0, {"ProjectionType": "KEYS_ONLY"})],
        GlobalSecondaryIndexes=[
            index(1, {"ProjectionType": "ALL"}),
            index(2, {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["text"]}),
        ],
    )


def _schema(partition: str, sort: str) -> list[Json]:
    return [
        {"AttributeName": partition, "KeyType": "HASH"},
        {"AttributeName": sort, "KeyType": "RANGE"},
    ]


def note(p: str, r: int, **attributes: Any) -> Json:
    """An item: texts are S, numbers are N."""
    values = {
        name: {"N": str(value)} if isinstance(value, int) else {"S": value}
        for name, value in attributes.items()
    }
    return {"p": {"S": p}, "r": {"N": str(r)}, **values}


def key(p: str, r: int) -> Json:
    """A key."""
    return {"p": {"S": p}, "r": {"N": str(r)}}


State = dict[tuple[str, int], Json]


@dataclass
class Model:
    """Every state that a table was in, with the stamp of the change that led to it."""

    states: list[tuple[int, State]] = field(default_factory=lambda: [(0, {})])

    @property
    def now(self) -> State:
        """The state of today."""
        return self.states[-1][1]

    def put(self, engine: Engine, item: Json) -> None:
        """Put an item into both."""
        engine.put_item(TableName=TABLE, Item=item)
        self._note(engine, {**self.now, (item["p"]["S"], int(item["r"]["N"])): item})

    def delete(self, engine: Engine, p: str, r: int) -> None:
        """Delete an item from both."""
        engine.delete_item(TableName=TABLE, Key=key(p, r))
        self._note(engine, {k: item for k, item in self.now.items() if k != (p, r)})

    def _note(self, engine: Engine, state: State) -> None:
        if state != self.now:
            self.states.append((now_us(engine), state))

    def at(self, at_us: int) -> State:
        """The state at a time: all changes up to it."""
        return next(state for stamp, state in reversed(self.states) if stamp <= at_us)


def now_us(engine: Engine) -> int:
    """The stamp of the newest change."""
    return database_of(engine).read(lambda reader, _: reader.log_times().least_stamp_us)


def check_reads(client: Client, state: State, limit: int) -> None:
    """All reads, page by page, give what a state has, in the right order."""
    ordered = sorted(state.items())
    found = pages(client, "Scan", {"Limit": limit})
    assert sorted_items(found) == [item for _, item in ordered]
    for p in "ab":
        here = [item for (partition, _), item in ordered if partition == p]
        for forward in (True, False):
            asked = _query("p", p) | {"ScanIndexForward": forward, "Limit": limit}
            assert pages(client, "Query", asked) == (here if forward else here[::-1])
    for name in INDEXES:
        check_index(client, state, name, limit)


def check_index(client: Client, state: State, name: str, limit: int) -> None:
    """The entries of an index are those of a state."""
    partition, sort = INDEXES[name]
    entries = [
        _projected(name, item)
        for _, item in sorted(state.items())
        if partition in item and sort in item
    ]
    found = pages(client, "Scan", {"IndexName": name, "Limit": limit})
    assert sorted_items(found) == sorted_items(entries)
    for value in {entry[partition]["S"] for entry in entries}:
        here = [entry for entry in entries if entry[partition]["S"] == value]
        for forward in (True, False):
            asked = _query(partition, value) | {"IndexName": name, "Limit": limit}
            rows = pages(client, "Query", asked | {"ScanIndexForward": forward})
            assert sorted_items(rows) == sorted_items(here)
            sorts = [_order(row[sort]) for row in rows]
            assert sorts == sorted(sorts, reverse=not forward)


def _order(value: Json) -> Any:
    return int(value["N"]) if "N" in value else value["S"]


def _projected(name: str, item: Json) -> Json:
    if name == "by-group":
        return item
    kept = {"p", "r", *INDEXES[name], *(["text"] if name == "groups" else [])}
    return {attribute: value for attribute, value in item.items() if attribute in kept}


def sorted_items(items: list[Json]) -> list[Json]:
    """Items by their key."""
    return sorted(items, key=lambda item: (item["p"]["S"], int(item["r"]["N"])))


def _query(partition: str, value: str) -> Json:
    return {
        "KeyConditionExpression": "#k = :k",
        "ExpressionAttributeNames": {"#k": partition},
        "ExpressionAttributeValues": {":k": {"S": value}},
    }


def pages(client: Client, operation: str, members: Json) -> list[Json]:
    """The items of all pages."""
    request = {"TableName": TABLE} | members
    items: list[Json] = []
    while True:
        page = client.call(operation, request)
        items += page["Items"]
        if "LastEvaluatedKey" not in page:
            return items
        request["ExclusiveStartKey"] = page["LastEvaluatedKey"]
