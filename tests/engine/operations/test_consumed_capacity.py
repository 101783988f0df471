"""ConsumedCapacity: what single reads and writes cost, in each form of the answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from engine import ApiError, Engine
from tests.engine.operations.definitions import Json, index, table
from tests.engine.operations.tables import n, s

ARN = "arn:aws:dynamodb:us-east-1:000000000000:table/"
KB = 1_024


def sized(size: int, partition: str = "a", **attributes: Json) -> Json:
    """An item of exactly that many bytes; the attributes' names and texts are of one byte."""
    used = 1 + len(partition) + 2 * len(attributes) + 1
    return {"p": s(partition), **attributes, "v": s("x" * (size - used))}


def consumed(answer: Json) -> Json:
    capacity: Json = answer["ConsumedCapacity"]
    return capacity


def units(answer: Json) -> float:
    return float(consumed(answer)["CapacityUnits"])


def put(engine: Engine, item: Json, requested: str = "TOTAL", name: str = "films") -> Json:
    answer: Json = engine.put_item(TableName=name, Item=item, ReturnConsumedCapacity=requested)
    return answer


def update(engine: Engine, text: str, requested: str = "INDEXES", **values: Json) -> Json:
    members: Json = {}
    if values:
        members["ExpressionAttributeValues"] = {f":{k}": value for k, value in values.items()}
    answer: Json = engine.update_item(
        TableName="films",
        Key={"p": s("a")},
        UpdateExpression=text,
        ReturnConsumedCapacity=requested,
        **members,
    )
    return answer


@pytest.fixture
def films(engine: Engine) -> Engine:
    """A table without indexes."""
    engine.create_table(**table("films"))
    return engine


# Reads of one item.

SIZES = [(0, 1), (1, 1), (4 * KB, 1), (4 * KB + 1, 2), (8 * KB, 2), (400 * KB, 100)]


@pytest.mark.parametrize(("size", "blocks"), SIZES)
def test_a_get_costs_by_four_kilobytes(films: Engine, size: int, blocks: int) -> None:
    if size:
        put(films, sized(max(size, 4)))

    def get(**members: Any) -> float:
        request = {"TableName": "films", "Key": {"p": s("a")}, "ReturnConsumedCapacity": "TOTAL"}
        return units(films.get_item(**request, **members))

    assert get() == get(ConsistentRead=False) == blocks / 2
    assert get(ConsistentRead=True) == blocks
    assert get(ProjectionExpression="p") == blocks / 2


# Writes of one item.


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (None, 4, 1),
        (None, KB, 1),
        (None, KB + 1, 2),
        (None, 400 * KB, 400),
        (3 * KB, 1 * KB, 3),
        (1 * KB, 3 * KB, 3),
        (2 * KB + 1, 4, 3),
    ],
)
def test_a_put_costs_by_the_larger_image(
    films: Engine, before: int | None, after: int, expected: float
) -> None:
    if before is not None:
        put(films, sized(before))
    assert units(put(films, sized(after))) == expected


@pytest.mark.parametrize(("size", "expected"), [(None, 1), (4, 1), (KB + 1, 2), (3 * KB + 512, 4)])
def test_a_delete_costs_what_is_deleted(films: Engine, size: int | None, expected: float) -> None:
    if size is not None:
        put(films, sized(size))
    request = {"TableName": "films", "Key": {"p": s("a")}, "ReturnConsumedCapacity": "TOTAL"}
    assert units(films.delete_item(**request, ReturnValues="ALL_OLD")) == expected


def test_an_update_costs_the_whole_item(films: Engine) -> None:
    put(films, sized(2 * KB + 1))
    assert units(update(films, "SET a = :a", a=n(1))) == 3
    assert units(update(films, "SET v = :v", v=s("short"))) == 3
    assert units(update(films, "SET v = :v", v=s("x" * 4 * KB))) == 5
    assert units(update(films, "REMOVE v")) == 5
    assert units(update(films, "REMOVE v")) == 1


def test_an_update_that_changes_nothing_costs_all_the_same(films: Engine) -> None:
    assert units(update(films, "REMOVE v")) == 1
    put(films, sized(KB + 1))
    assert units(update(films, "REMOVE zz")) == 2
    assert units(put(films, sized(KB + 1))) == 2


def test_refusals_tell_no_cost(films: Engine) -> None:
    put(films, sized(10))
    with pytest.raises(ApiError) as caught:
        films.put_item(
            TableName="films",
            Item=sized(10),
            ConditionExpression="attribute_not_exists(p)",
            ReturnConsumedCapacity="TOTAL",
        )
    assert caught.value.members == {}


# Forms.


@pytest.mark.parametrize("name", ["films", f"{ARN}films"])
def test_the_table_is_named_as_the_request_named_it(films: Engine, name: str) -> None:
    assert consumed(put(films, sized(10), name=name)) == {"TableName": name, "CapacityUnits": 1.0}
    answer = films.scan(TableName=name, ReturnConsumedCapacity="INDEXES")
    assert consumed(answer) == {
        "TableName": name,
        "CapacityUnits": 0.5,
        "Table": {"CapacityUnits": 0.5},
    }


@pytest.mark.parametrize("members", [{}, {"ReturnConsumedCapacity": "NONE"}])
def test_nothing_is_told_unasked(films: Engine, members: Json) -> None:
    key = {"p": s("a")}
    for answer in (
        films.put_item(TableName="films", Item=key, **members),
        films.update_item(TableName="films", Key=key, **members),
        films.get_item(TableName="films", Key=key, **members),
        films.scan(TableName="films", **members),
        films.delete_item(TableName="films", Key=key, **members),
    ):
        assert "ConsumedCapacity" not in answer


# Index writes.


@pytest.fixture
def indexed(engine: Engine) -> Engine:
    """A table with a local index and two global ones, of different projections."""
    engine.create_table(
        **table(
            "films",
            "p:S",
            "r:S",
            [index("local", "p:S", "l:S")],
            [index("all", "g:S"), index("keys", "g:S", "h:N", "KEYS_ONLY")],
        )
    )
    return engine


def costs(answer: Json) -> dict[str, float]:
    """Units of the table (as `table`) and of each index; the sum is checked."""
    capacity = consumed(answer)
    found = {"table": capacity["Table"]["CapacityUnits"]}
    for member in ("LocalSecondaryIndexes", "GlobalSecondaryIndexes"):
        for name, entry in capacity.get(member, {}).items():
            assert (member == "LocalSecondaryIndexes") == (name == "local")
            found[name] = entry["CapacityUnits"]
    assert capacity["CapacityUnits"] == sum(found.values())
    return found


def base(**attributes: Json) -> Json:
    return {"p": s("a"), "r": s("b"), **attributes}


def change(engine: Engine, text: str, **values: Json) -> dict[str, float]:
    members: Json = {}
    if values:
        members["ExpressionAttributeValues"] = {f":{k}": value for k, value in values.items()}
    answer = engine.update_item(
        TableName="films",
        Key=base(),
        UpdateExpression=text,
        ReturnConsumedCapacity="INDEXES",
        **members,
    )
    return costs(answer)


def test_an_item_without_index_keys_costs_its_table_only(indexed: Engine) -> None:
    assert costs(put(indexed, base(v=s("x")), "INDEXES")) == {"table": 1}
    assert costs(put(indexed, base(h=n(1)), "INDEXES")) == {"table": 1}


def test_a_new_entry_is_one_write(indexed: Engine) -> None:
    assert costs(put(indexed, base(g=s("x")), "INDEXES")) == {"table": 1, "all": 1}
    assert change(indexed, "SET h = :h, l = :l", h=n(1), l=s("y")) == {
        "table": 1,
        "local": 1,
        "all": 1,
        "keys": 1,
    }


def test_an_entry_costs_by_its_own_size(indexed: Engine) -> None:
    item = base(g=s("x"), h=n(1), l=s("y"), v=s("x" * 2 * KB))
    assert costs(put(indexed, item, "INDEXES")) == {"table": 3, "local": 3, "all": 3, "keys": 1}


def test_an_entry_that_moves_is_two_writes(indexed: Engine) -> None:
    put(indexed, base(g=s("x"), h=n(1), l=s("y"), v=s("x" * 2 * KB)))
    assert change(indexed, "SET g = :g", g=s("z")) == {"table": 3, "local": 3, "all": 6, "keys": 2}
    assert change(indexed, "SET h = :h", h=n(2)) == {"table": 3, "local": 3, "all": 3, "keys": 2}


def test_a_move_costs_each_image_by_itself(indexed: Engine) -> None:
    put(indexed, base(g=s("x"), v=s("x" * 3 * KB)))
    answer = put(indexed, base(g=s("y"), v=s("x")), "INDEXES")
    assert costs(answer) == {"table": 4, "all": 4 + 1}


def test_a_changed_entry_costs_the_larger_image_once(indexed: Engine) -> None:
    put(indexed, base(g=s("x"), v=s("x" * 3 * KB)))
    assert change(indexed, "SET v = :v", v=s("y")) == {"table": 4, "all": 4}


def test_what_is_not_projected_costs_an_index_nothing(indexed: Engine) -> None:
    put(indexed, base(g=s("x"), h=n(1)))
    assert change(indexed, "SET v = :v", v=s("y")) == {"table": 1, "all": 1}


def test_an_image_that_stays_costs_the_indexes_nothing(indexed: Engine) -> None:
    item = base(g=s("x"), h=n(1), l=s("y"), v=s("x" * KB))
    put(indexed, item)
    assert costs(put(indexed, item, "INDEXES")) == {"table": 2}
    assert change(indexed, "SET g = :g", g=s("x")) == {"table": 2}


def test_an_entry_that_goes_is_one_write_of_its_size(indexed: Engine) -> None:
    item = base(g=s("x"), h=n(1), l=s("y"), v=s("x" * KB))
    put(indexed, item)
    assert change(indexed, "REMOVE h") == {"table": 2, "local": 2, "all": 2, "keys": 1}
    answer = indexed.delete_item(TableName="films", Key=base(), ReturnConsumedCapacity="INDEXES")
    assert costs(answer) == {"table": 2, "local": 2, "all": 2}


def test_the_total_includes_the_indexes(indexed: Engine) -> None:
    answer = put(indexed, base(g=s("x"), h=n(1), l=s("y")))
    assert consumed(answer) == {"TableName": "films", "CapacityUnits": 4.0}


# Query and Scan.


def fill(engine: Engine, sizes: Sequence[int]) -> None:
    """A table `ranges` whose collection `a` has items of these sizes."""
    engine.create_table(
        **table(
            "ranges",
            "p:S",
            "r:N",
            [index("local", "p:S", "l:N", ["w"])],
            [index("global", "l:N", "", "KEYS_ONLY")],
        )
    )
    for number, size in enumerate(sizes, start=1):
        # p 2, r 3, l 3, v 1: nine bytes beside the text.
        item = {"p": s("a"), "r": n(number), "l": n(1), "v": s("x" * (size - 9))}
        engine.put_item(TableName="ranges", Item=item)


def query(engine: Engine, requested: str = "TOTAL", **members: Any) -> Json:
    is_global = members.get("IndexName") == "global"
    request: Json = {
        "TableName": "ranges",
        "KeyConditionExpression": "l = :k" if is_global else "p = :k",
        "ReturnConsumedCapacity": requested,
        **members,
    }
    request["ExpressionAttributeValues"] = {
        ":k": n(1) if is_global else s("a"),
        **members.get("ExpressionAttributeValues", {}),
    }
    answer: Json = engine.query(**request)
    return answer


def test_a_page_is_summed_and_rounded_once(engine: Engine) -> None:
    fill(engine, [1_500] * 4)
    assert units(query(engine)) == 1.0
    assert units(query(engine, ConsistentRead=True)) == 2.0
    assert units(engine.scan(TableName="ranges", ReturnConsumedCapacity="TOTAL")) == 1.0


def test_a_page_costs_what_it_examined(engine: Engine) -> None:
    fill(engine, [4 * KB] * 5)
    assert units(query(engine, Limit=3)) == 1.5
    assert units(query(engine, Select="COUNT")) == 2.5
    assert units(query(engine, ProjectionExpression="r")) == 2.5
    answer = query(engine, FilterExpression="w = :w", ExpressionAttributeValues={":w": s("none")})
    assert (answer["Count"], answer["ScannedCount"], units(answer)) == (0, 5, 2.5)


def test_a_page_that_finds_nothing_costs_the_least(engine: Engine) -> None:
    fill(engine, [])
    assert units(query(engine)) == 0.5
    assert units(query(engine, ConsistentRead=True)) == 1.0
    assert units(query(engine, IndexName="global")) == 0.5
    last = engine.scan(TableName="ranges", ConsistentRead=True, ReturnConsumedCapacity="TOTAL")
    assert units(last) == 1.0


def test_an_index_is_read_by_the_size_of_its_entries(engine: Engine) -> None:
    fill(engine, [3 * KB] * 4)
    answer = query(engine, "INDEXES", IndexName="global")
    assert consumed(answer) == {
        "TableName": "ranges",
        "CapacityUnits": 0.5,
        "Table": {"CapacityUnits": 0.0},
        "GlobalSecondaryIndexes": {"global": {"CapacityUnits": 0.5}},
    }
    answer = query(engine, "INDEXES", IndexName="local", ConsistentRead=True)
    assert consumed(answer) == {
        "TableName": "ranges",
        "CapacityUnits": 1.0,
        "Table": {"CapacityUnits": 0.0},
        "LocalSecondaryIndexes": {"local": {"CapacityUnits": 1.0}},
    }


@pytest.mark.parametrize(("consistent", "factor"), [(True, 1.0), (False, 0.5)])
def test_what_a_local_index_fetches_is_rounded_item_by_item(
    engine: Engine, consistent: bool, factor: float
) -> None:
    # The course's example: 4 items of 300 bytes are 1 + 4 units, half of it eventually consistent.
    fill(engine, [300] * 4)
    answer = query(
        engine,
        "INDEXES",
        IndexName="local",
        Select="ALL_ATTRIBUTES",
        ConsistentRead=consistent,
    )
    assert consumed(answer) == {
        "TableName": "ranges",
        "CapacityUnits": 5 * factor,
        "Table": {"CapacityUnits": 4 * factor},
        "LocalSecondaryIndexes": {"local": {"CapacityUnits": 1 * factor}},
    }
    answer = engine.scan(
        TableName="ranges",
        IndexName="local",
        ProjectionExpression="v",
        ConsistentRead=consistent,
        ReturnConsumedCapacity="TOTAL",
    )
    assert units(answer) == 5 * factor


def test_a_local_index_that_holds_all_fetches_nothing(engine: Engine) -> None:
    fill(engine, [300] * 4)
    answer = query(engine, IndexName="local", ProjectionExpression="w, l, r")
    assert units(answer) == 0.5


def test_a_filter_that_fetches_costs_every_item(engine: Engine) -> None:
    fill(engine, [5 * KB] * 3)
    answer = query(
        engine,
        IndexName="local",
        FilterExpression="v = :v",
        ExpressionAttributeValues={":v": s("none")},
    )
    assert (answer["Count"], units(answer)) == (0, 0.5 + 3 * 1.0)


# Examples of single operations, in the course's figures.

EXAMPLES = [
    ("an item of 1.5 KB, strongly", "get", 1_536, 1.0),
    ("an item of 6.5 KB, strongly", "get", 6_656, 2.0),
    ("an item of 500 bytes", "put", 500, 1.0),
    ("an item of 3.5 KB", "put", 3_584, 4.0),
    ("an item of 10 KB", "put", 10 * KB, 10.0),
    ("an item of 10 KB, strongly", "get", 10 * KB, 3.0),
]


@pytest.mark.parametrize(("label", "operation", "size", "expected"), EXAMPLES)
def test_examples(films: Engine, label: str, operation: str, size: int, expected: float) -> None:
    answer = put(films, sized(size))
    if operation == "get":
        answer = films.get_item(
            TableName="films",
            Key={"p": s("a")},
            ConsistentRead=True,
            ReturnConsumedCapacity="TOTAL",
        )
    assert units(answer) == expected, label
