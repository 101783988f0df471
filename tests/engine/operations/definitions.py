"""CreateTable requests in short: keys are texts such as `p:S`, several of them `a:S b:N`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from engine import Engine

Json = dict[str, Any]
UNITS = {"ReadCapacityUnits": 5, "WriteCapacityUnits": 5}


def index(
    name: str, partition: str, sort: str = "", projection: str | list[str] = "ALL", **members: Any
) -> Json:
    """An index; `projection` is a ProjectionType, or what is included.

    The types of its keys are in the member `types`, which `table` takes out.
    """
    if isinstance(projection, str):
        projected: Json = {"ProjectionType": projection}
    else:
        projected = {"ProjectionType": "INCLUDE", "NonKeyAttributes": projection}
    return {
        "IndexName": name,
        "KeySchema": key_schema(partition, sort),
        "Projection": projected,
        "types": types_of(f"{partition} {sort}"),
        **members,
    }


def table(
    name: str,
    partition: str = "p:S",
    sort: str = "",
    local: Sequence[Json] = (),
    indexes: Sequence[Json] = (),
    **members: Any,
) -> Json:
    """A CreateTable request; on demand, unless it has throughput."""
    types = types_of(f"{partition} {sort}")
    for form in (*local, *indexes):
        types |= form["types"]
    request: Json = {
        "TableName": name,
        "KeySchema": key_schema(partition, sort),
        "AttributeDefinitions": definitions(types),
        **members,
    }
    if local:
        request["LocalSecondaryIndexes"] = [_bare(form) for form in local]
    if indexes:
        request["GlobalSecondaryIndexes"] = [_bare(form) for form in indexes]
    if "ProvisionedThroughput" not in members:
        request["BillingMode"] = "PAY_PER_REQUEST"
    return request


def adding(name: str, form: Json) -> Json:
    """An UpdateTable request that adds an index."""
    return {
        "TableName": name,
        "AttributeDefinitions": definitions(form["types"]),
        "GlobalSecondaryIndexUpdates": [{"Create": _bare(form)}],
    }


def removing(name: str, index_name: str) -> Json:
    """An UpdateTable request that removes an index."""
    deletion = {"Delete": {"IndexName": index_name}}
    return {"TableName": name, "GlobalSecondaryIndexUpdates": [deletion]}


def types_of(keys: str) -> dict[str, str]:
    """Types by name of `a:S b:N`."""
    return {name: kind for name, _, kind in (key.partition(":") for key in keys.split())}


def key_schema(partition: str, sort: str = "") -> list[Json]:
    """The KeySchema of partition and sort keys."""
    return [
        {"AttributeName": name, "KeyType": kind}
        for keys, kind in ((partition, "HASH"), (sort, "RANGE"))
        for name in types_of(keys)
    ]


def definitions(types: dict[str, str]) -> list[Json]:
    """AttributeDefinitions of types by name."""
    return [{"AttributeName": name, "AttributeType": kind} for name, kind in types.items()]


def _bare(form: Json) -> Json:
    return {name: member for name, member in form.items() if name != "types"}


def described(engine: Engine, name: str) -> Json:
    """The TableDescription of a table."""
    description: Json = engine.describe_table(TableName=name)["Table"]
    return description


def described_index(engine: Engine, name: str, index_name: str) -> Json:
    """The description of one index."""
    description = described(engine, name)
    members = ("LocalSecondaryIndexes", "GlobalSecondaryIndexes")
    (found,) = (
        form
        for member in members
        for form in description.get(member, ())
        if form["IndexName"] == index_name
    )
    return dict(found)


def pages(engine: Engine, operation: str, **request: Any) -> Iterator[Json]:
    """All answers of a Query or Scan, page after page."""
    while True:
        answer = engine.call(operation, request)
        yield answer
        if "LastEvaluatedKey" not in answer:
            return
        request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]


def all_items(engine: Engine, operation: str, **request: Any) -> list[Json]:
    """The items of all pages."""
    return [item for page in pages(engine, operation, **request) for item in page["Items"]]
