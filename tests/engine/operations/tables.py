"""Tables and values for tests of operations on several items."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from engine import ApiError, Engine

Json = dict[str, Any]


def s(text: str) -> Json:
    """A string value."""
    return {"S": text}


def n(number: float) -> Json:
    """A number value."""
    return {"N": str(number)}


def key(partition: str, sort: str) -> Json:
    """A key of the tables `ranged` and `local`."""
    return {"p": s(partition), "r": s(sort)}


def make_tables(engine: Engine) -> Engine:
    """Tables `hash` (p), `ranged` (p, r, global index `by-g`) and `local` (p, r, local `by-l`)."""
    keys = [
        {"AttributeName": "p", "KeyType": "HASH"},
        {"AttributeName": "r", "KeyType": "RANGE"},
    ]
    engine.create_table(
        TableName="hash",
        KeySchema=keys[:1],
        AttributeDefinitions=_definitions("p"),
        BillingMode="PAY_PER_REQUEST",
    )
    engine.create_table(
        TableName="ranged",
        KeySchema=keys,
        AttributeDefinitions=_definitions("pr", g="N"),
        GlobalSecondaryIndexes=[
            {
                "IndexName": "by-g",
                "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            }
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    engine.create_table(
        TableName="local",
        KeySchema=keys,
        AttributeDefinitions=_definitions("prl"),
        LocalSecondaryIndexes=[
            {
                "IndexName": "by-l",
                "KeySchema": [keys[0], {"AttributeName": "l", "KeyType": "RANGE"}],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    return engine


def _definitions(names: str, **others: str) -> list[Json]:
    types = dict.fromkeys(names, "S") | others
    return [{"AttributeName": name, "AttributeType": kind} for name, kind in types.items()]


@contextmanager
def refused(code: str, message: str | None = None) -> Iterator[Json]:
    """Expect an error of the API; gives its further members."""
    members: Json = {}
    with pytest.raises(ApiError) as caught:
        yield members
    assert caught.value.code == code, caught.value.message
    if message is not None:
        assert caught.value.message == message
    members.update(caught.value.members)


def items_of(engine: Engine, table: str) -> list[Json]:
    """All items of a table."""
    items: list[Json] = engine.scan(TableName=table, ConsistentRead=True)["Items"]
    return items
