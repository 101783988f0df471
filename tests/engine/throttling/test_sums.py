"""What is counted is what the answers said: random traffic of two engines on one folder."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from engine import Engine, VirtualClock
from engine.client.capacity import CapacityReport
from engine.errors import ConditionalCheckFailedException

Json = dict[str, Any]
TABLES = ("music", "films")
_COUNTED = {"ReturnConsumedCapacity": "INDEXES"}


def create(engine: Engine, table: str) -> None:
    """A table with a global and a local index."""
    keys = [{"AttributeName": "p", "KeyType": "HASH"}, {"AttributeName": "r", "KeyType": "RANGE"}]
    by_l = [keys[0], {"AttributeName": "l", "KeyType": "RANGE"}]
    engine.call(
        "CreateTable",
        {
            "TableName": table,
            "KeySchema": keys,
            "AttributeDefinitions": [
                {"AttributeName": name, "AttributeType": "S"} for name in "prgl"
            ],
            "GlobalSecondaryIndexes": [
                {
                    "IndexName": "by-g",
                    "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}],
                    "Projection": {"ProjectionType": "KEYS_ONLY"},
                }
            ],
            "LocalSecondaryIndexes": [
                {
                    "IndexName": "by-l",
                    "KeySchema": by_l,
                    "Projection": {"ProjectionType": "KEYS_ONLY"},
                }
            ],
            "BillingMode": "PAY_PER_REQUEST",
        },
    )


def key_of(number: int) -> Json:
    """One of a few keys."""
    return {"p": {"S": f"p{number % 3}"}, "r": {"S": f"r{number % 4}"}}


def item_of(number: int) -> Json:
    """An item of up to 9 KB."""
    text = {"S": "x" * (number % 10 * 997)}
    return key_of(number) | {"g": {"S": f"g{number % 2}"}, "l": {"S": f"l{number}"}, "t": text}


def _query(index: str | None, name: str, value: str) -> Callable[[str, int], tuple[str, Json]]:
    def request(table: str, number: int) -> tuple[str, Json]:
        del number
        named = {} if index is None else {"IndexName": index}
        return "Query", {
            "TableName": table,
            "KeyConditionExpression": f"{name} = :v",
            "ExpressionAttributeValues": {":v": {"S": value}},
            **named,
        }

    return request


def _update(table: str, number: int) -> Json:
    return {
        "TableName": table,
        "Key": key_of(number),
        "UpdateExpression": "SET g = :g",
        "ExpressionAttributeValues": {":g": {"S": f"g{number % 5}"}},
    }


REQUESTS: tuple[Callable[[str, int], tuple[str, Json]], ...] = (
    lambda t, n: ("PutItem", {"TableName": t, "Item": item_of(n)}),
    lambda t, n: ("DeleteItem", {"TableName": t, "Key": key_of(n)}),
    lambda t, n: ("UpdateItem", _update(t, n)),
    lambda t, n: ("GetItem", {"TableName": t, "Key": key_of(n), "ConsistentRead": n % 2 == 0}),
    lambda t, n: ("Scan", {"TableName": t, "ConsistentRead": n % 2 == 0}),
    _query(None, "p", "p1"),
    _query("by-g", "g", "g1"),
    lambda t, _: ("Query", _query("by-l", "p", "p1")(t, 0)[1] | {"Select": "ALL_ATTRIBUTES"}),
    lambda t, n: (
        "BatchGetItem",
        {
            "RequestItems": {
                t: {"Keys": [key_of(n), key_of(n + 1)]},
                TABLES[0]: {"Keys": [key_of(n)]},
            }
        },
    ),
    lambda _, n: (
        "BatchWriteItem",
        {
            "RequestItems": {
                TABLES[0]: [{"PutRequest": {"Item": item_of(n)}}],
                TABLES[1]: [{"DeleteRequest": {"Key": key_of(n)}}],
            }
        },
    ),
    lambda t, n: (
        "TransactWriteItems",
        {
            "TransactItems": [
                {"Put": {"TableName": t, "Item": item_of(n)}},
                {"Update": _update(t, n + 1)},
            ]
        },
    ),
    lambda t, n: (
        "TransactWriteItems",
        {
            "TransactItems": [{"Put": {"TableName": t, "Item": item_of(3)}}],
            "ClientRequestToken": f"token-{t}-{n % 2}",
        },
    ),
    lambda t, n: (
        "TransactGetItems",
        {"TransactItems": [{"Get": {"TableName": t, "Key": key_of(n)}}]},
    ),
    lambda t, n: (
        "ExecuteStatement",
        {"Statement": f"SELECT * FROM \"{t}\" WHERE p = 'p1' AND r = 'r{n % 4}'"},
    ),
    lambda t, _: (
        "ExecuteStatement",
        {"Statement": f"SELECT * FROM \"{t}\" WHERE p IN ['p1', 'p2']"},
    ),
    lambda t, n: (
        "ExecuteStatement",
        {"Statement": f"UPDATE \"{t}\" SET t = 'new' WHERE p = 'p1' AND r = 'r{n % 4}'"},
    ),
    lambda t, n: (
        "BatchExecuteStatement",
        {"Statements": [{"Statement": f"SELECT * FROM \"{t}\" WHERE p = 'p1' AND r = 'r{n % 4}'"}]},
    ),
    lambda t, n: (
        "ExecuteTransaction",
        {
            "TransactStatements": [
                {"Statement": f"SELECT * FROM \"{t}\" WHERE p='p1' AND r='r{n % 4}'"}
            ]
        },
    ),
    # What another process knows of the table is outdated then, and its next read is done twice.
    lambda t, n: ("UpdateTable", {"TableName": t, "DeletionProtectionEnabled": n % 2 == 0}),
)


def told_by(answer: Json) -> Counter[tuple[str, str]]:
    """Units of an answer by table and index; local indexes draw on their table."""
    consumed = answer.get("ConsumedCapacity", [])
    units: Counter[tuple[str, str]] = Counter()
    for entry in consumed if isinstance(consumed, list) else [consumed]:
        name = entry["TableName"]
        for index, of_index in entry.get("GlobalSecondaryIndexes", {}).items():
            units[name, index] += of_index["CapacityUnits"]
        units[name, ""] += entry["CapacityUnits"] - sum(
            of["CapacityUnits"] for of in entry.get("GlobalSecondaryIndexes", {}).values()
        )
    return units


def told_of(reports: list[CapacityReport]) -> Counter[tuple[str, str]]:
    """Units of reports by table and index."""
    return Counter(
        {
            (report.table, resource.index or ""): sum(resource.reads.consumed)
            + sum(resource.writes.consumed)
            for report in reports
            for resource in report.resources
        }
    )


traffic = st.lists(
    st.tuples(
        st.integers(0, 1),
        st.sampled_from(REQUESTS),
        st.sampled_from(TABLES),
        st.integers(0, 30),
        st.sampled_from([0.0, 0.4, 1.0, 70.0]),
    ),
    max_size=25,
)


@given(st.sampled_from(["off", "enforce"]), traffic)
def test_stretches_add_up_to_what_the_answers_said(first: str, requests: list[Any]) -> None:
    clock = VirtualClock()
    expected: Counter[tuple[str, str]] = Counter()
    with TemporaryDirectory() as name, ExitStack() as opened:
        # One that counts only, or asks for capacity as the other does.
        engines = [
            opened.enter_context(
                Engine.open(name, durability="relaxed", clock=clock, throttling=throttling)
            )
            for throttling in (first, "enforce")
        ]
        for table in TABLES:
            create(engines[0], table)
        for who, request, table, number, pause_s in requests:
            operation, body = request(table, number)
            try:
                answer = engines[who].call(operation, body | _COUNTED)
            except ConditionalCheckFailedException:
                # An UPDATE of an item that is not there.
                expected[table, ""] += 1
            else:
                expected += told_by(answer)
            clock.advance(pause_s)
        engines[1].close()
        for window_s in (3_600, 86_400, 7 * 86_400):
            reports = [engines[0].capacity_report(table, window_s) for table in TABLES]
            assert +told_of(reports) == +expected
