"""The tables and items that the cases stand on.

hash      p:S
ranged    p:S, r:N
indexed   p:S, r:S; local index `local` (p, l:N), KEYS_ONLY; global indexes `global` (g:S, h:N),
          ALL, `keys` (k:B), KEYS_ONLY, and `several` (a:S, b:S; c:N, d:S, e:B), INCLUDE of f
"""

from __future__ import annotations

from typing import Any

from engine.client.protocol import Client

Json = dict[str, Any]

MISSING = {"TableName": "missing"}
HASH_KEY: Json = {"p": {"S": "here"}}
RANGED_KEY: Json = {"p": {"S": "here"}, "r": {"N": "1"}}
INDEXED_KEY: Json = {"p": {"S": "here"}, "r": {"S": "x"}}

# Attributes of the item under each of these keys: at least one of every type.
ATTRIBUTES: Json = {
    "s": {"S": "text"},
    "n": {"N": "5"},
    "bin": {"B": b"\x01\x02"},
    "yes": {"BOOL": True},
    "nil": {"NULL": True},
    "ss": {"SS": ["x", "y"]},
    "ns": {"NS": ["1", "2"]},
    "bs": {"BS": [b"\x01", b"\x02"]},
    "li": {"L": [{"S": "zero"}, {"N": "1"}, {"M": {"deep": {"N": "2"}}}]},
    "m": {"M": {"one": {"N": "1"}, "inner": {"M": {"two": {"N": "2"}}}}},
    "big": {"N": "9" * 38 + "0" * 88},
}


def _definitions(**types: str) -> list[Json]:
    return [{"AttributeName": name, "AttributeType": kind} for name, kind in types.items()]


def _keys(*names: str, partition: int = 1) -> list[Json]:
    return [
        {"AttributeName": name, "KeyType": "HASH" if place < partition else "RANGE"}
        for place, name in enumerate(names)
    ]


TABLES: tuple[Json, ...] = (
    {
        "TableName": "hash",
        "AttributeDefinitions": _definitions(p="S"),
        "KeySchema": _keys("p"),
        "BillingMode": "PAY_PER_REQUEST",
    },
    {
        "TableName": "ranged",
        "AttributeDefinitions": _definitions(p="S", r="N"),
        "KeySchema": _keys("p", "r"),
        "BillingMode": "PAY_PER_REQUEST",
    },
    {
        "TableName": "indexed",
        "AttributeDefinitions": _definitions(
            p="S", r="S", l="N", g="S", h="N", k="B", a="S", b="S", c="N", d="S", e="B"
        ),
        "KeySchema": _keys("p", "r"),
        "BillingMode": "PAY_PER_REQUEST",
        "LocalSecondaryIndexes": [
            {
                "IndexName": "local",
                "KeySchema": _keys("p", "l"),
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            }
        ],
        "GlobalSecondaryIndexes": [
            {
                "IndexName": "global",
                "KeySchema": _keys("g", "h"),
                "Projection": {"ProjectionType": "ALL"},
            },
            {
                "IndexName": "keys",
                "KeySchema": _keys("k"),
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            },
            {
                "IndexName": "several",
                "KeySchema": _keys("a", "b", "c", "d", "e", partition=2),
                "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["f"]},
            },
        ],
    },
)

ITEMS: dict[str, tuple[Json, ...]] = {
    "hash": (HASH_KEY | ATTRIBUTES,),
    "ranged": tuple(RANGED_KEY | {"r": {"N": str(r)}} | ATTRIBUTES for r in range(1, 4)),
    "indexed": (
        INDEXED_KEY
        | ATTRIBUTES
        | {
            "l": {"N": "1"},
            "g": {"S": "group"},
            "h": {"N": "7"},
            "k": {"B": b"key"},
            "a": {"S": "a"},
            "b": {"S": "b"},
            "c": {"N": "3"},
            "d": {"S": "d"},
            "e": {"B": b"e"},
            "f": {"S": "included"},
        },
    ),
}


def make_tables(client: Client) -> None:
    """Create the tables and put the items."""
    for table in TABLES:
        client.call("CreateTable", table)
    for name, items in ITEMS.items():
        for item in items:
            client.call("PutItem", {"TableName": name, "Item": item})
