"""What a read shows of each item: Select, projections, and what an index has to fetch."""

from __future__ import annotations

from typing import Any

import pytest

from engine import Engine
from tests.engine.operations.definitions import Json, index, pages, table
from tests.engine.operations.tables import n, refused, s

WHOLE: Json = {
    "p": s("a"),
    "r": n(1),
    "l": n(2),
    "g": s("b"),
    "in": s("included"),
    "out": {"M": {"x": n(3), "y": n(4)}},
}
KEYS = ("p", "r")


@pytest.fixture
def one(engine: Engine) -> Engine:
    """A table of one item, with a local and a global index of each projection."""
    kinds: dict[str, Any] = {"all": "ALL", "keys": "KEYS_ONLY", "some": ["in"]}
    engine.create_table(
        **table(
            "films",
            "p:S",
            "r:N",
            [index(f"local-{name}", "p:S", "l:N", kind) for name, kind in kinds.items()],
            [index(f"global-{name}", "g:S", "", kind) for name, kind in kinds.items()],
        )
    )
    engine.put_item(TableName="films", Item=WHOLE)
    return engine


def read(engine: Engine, operation: str, index_name: str | None, **members: Any) -> Json:
    """A Scan, or a Query for the item, of the table or of an index."""
    request: Json = {"TableName": "films", **members}
    if index_name is not None:
        request["IndexName"] = index_name
    if operation == "Query":
        is_global = (index_name or "").startswith("global")
        values = {":key": s("b") if is_global else s("a")}
        request["KeyConditionExpression"] = "g = :key" if is_global else "p = :key"
        request["ExpressionAttributeValues"] = {
            **values,
            **members.get("ExpressionAttributeValues", {}),
        }
    return engine.call(operation, request)


def part(*names: str) -> Json:
    return {name: WHOLE[name] for name in names}


PROJECTED = {
    None: WHOLE,
    "local-all": WHOLE,
    "local-keys": part("p", "r", "l"),
    "local-some": part("p", "r", "l", "in"),
    "global-all": WHOLE,
    "global-keys": part("p", "r", "g"),
    "global-some": part("p", "r", "g", "in"),
}
OPERATIONS = ("Query", "Scan")


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("source", PROJECTED)
def test_a_read_shows_what_its_source_holds(
    one: Engine, operation: str, source: str | None
) -> None:
    assert read(one, operation, source)["Items"] == [PROJECTED[source]]
    if source is not None:
        answer = read(one, operation, source, Select="ALL_PROJECTED_ATTRIBUTES")
        assert answer["Items"] == [PROJECTED[source]]


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("source", [source for source in PROJECTED if source != "global-keys"])
def test_all_attributes_are_fetched_where_they_can_be(
    one: Engine, operation: str, source: str | None
) -> None:
    if source == "global-some":
        with refused(
            "ValidationException",
            "One or more parameter values were invalid: Select type ALL_ATTRIBUTES is not "
            "supported for global secondary index global-some because its projection type is not "
            "ALL",
        ):
            read(one, operation, source, Select="ALL_ATTRIBUTES")
        return
    assert read(one, operation, source, Select="ALL_ATTRIBUTES")["Items"] == [WHOLE]


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("source", PROJECTED)
def test_a_count_has_no_items(one: Engine, operation: str, source: str | None) -> None:
    answer = read(one, operation, source, Select="COUNT")
    assert answer == {"Count": 1, "ScannedCount": 1}


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("source", [None, "local-all", "local-keys", "local-some", "global-all"])
def test_a_projection_shows_what_it_names(one: Engine, operation: str, source: str | None) -> None:
    answer = read(
        one,
        operation,
        source,
        ProjectionExpression="#out.y, #in, nothing",
        ExpressionAttributeNames={"#out": "out", "#in": "in"},
        Select="SPECIFIC_ATTRIBUTES",
    )
    assert answer["Items"] == [{"out": {"M": {"y": n(4)}}, "in": WHOLE["in"]}]


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_projection_of_a_global_index_names_what_it_holds(one: Engine, operation: str) -> None:
    names = {"#in": "in"}
    answer = read(
        one,
        operation,
        "global-some",
        ProjectionExpression="#in, r",
        ExpressionAttributeNames=names,
    )
    assert answer["Items"] == [part("in", "r")]
    with refused(
        "ValidationException",
        "One or more parameter values were invalid: Global secondary index global-some does not "
        "project [zz, l]",
    ):
        read(
            one,
            operation,
            "global-some",
            ProjectionExpression="zz, l, #in",
            ExpressionAttributeNames=names,
        )


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_filter_on_a_local_index_sees_the_whole_item(one: Engine, operation: str) -> None:
    filtered: Json = {
        "FilterExpression": "#out.x = :three",
        "ExpressionAttributeNames": {"#out": "out"},
        "ExpressionAttributeValues": {":three": n(3)},
    }
    answer = read(one, operation, "local-keys", **filtered)
    assert answer["Items"] == [PROJECTED["local-keys"]]
    answer = read(one, operation, "local-keys", Select="ALL_ATTRIBUTES", **filtered)
    assert answer["Items"] == [WHOLE]


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_filter_on_a_global_index_sees_what_it_holds(one: Engine, operation: str) -> None:
    answer = read(
        one,
        operation,
        "global-keys",
        FilterExpression="attribute_exists(#out)",
        ExpressionAttributeNames={"#out": "out"},
    )
    assert (answer["Count"], answer["ScannedCount"]) == (0, 1)


def test_what_is_fetched_counts_towards_a_megabyte(engine: Engine) -> None:
    engine.create_table(**table("films", "p:S", "r:N", [index("local", "p:S", "l:N", "KEYS_ONLY")]))
    for number in range(10):
        item = {"p": s("a"), "r": n(number), "l": n(number), "v": s("x" * 300_000)}
        engine.put_item(TableName="films", Item=item)
    request = {
        "TableName": "films",
        "IndexName": "local",
        "KeyConditionExpression": "p = :p",
        "ExpressionAttributeValues": {":p": s("a")},
    }
    whole = [
        answer["Count"] for answer in pages(engine, "Query", Select="ALL_ATTRIBUTES", **request)
    ]
    assert whole == [4, 4, 2]
    assert [answer["Count"] for answer in pages(engine, "Query", **request)] == [10]


def test_reads_of_a_local_index_may_be_consistent(one: Engine) -> None:
    answer = read(one, "Query", "local-keys", ConsistentRead=True, Select="ALL_ATTRIBUTES")
    assert answer["Items"] == [WHOLE]
