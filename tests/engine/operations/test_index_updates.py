"""Global indexes added, filled and removed, while others write."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from engine import Context, Engine
from tests.engine.operations.definitions import (
    UNITS,
    Json,
    adding,
    described,
    described_index,
    index,
    removing,
    table,
)
from tests.engine.operations.tables import n, refused, s

INVALID = "One or more parameter values were invalid: "
BIG = "x" * 3_000


def films(engine: Engine, *indexes: Json, count: int = 0) -> None:
    """A table `films` with that many items, whose `g` is one of three groups."""
    engine.create_table(**table("films", indexes=indexes))
    engine.load_items("films", (film(number) for number in range(count)))


def film(number: int) -> Json:
    text = BIG if number % 5 == 0 else "short"
    return {"p": s(f"film {number}"), "g": s(f"group {number % 3}"), "v": s(text)}


def grouped(engine: Engine, index_name: str, group: str) -> list[str]:
    """Partition keys of the items of one group, as an index has them."""
    answer = engine.query(
        TableName="films",
        IndexName=index_name,
        KeyConditionExpression="g = :g",
        ExpressionAttributeValues={":g": s(group)},
    )
    return sorted(item["p"]["S"] for item in answer["Items"])


def test_a_new_index_holds_what_was_there(engine: Engine) -> None:
    films(engine, count=10)
    answer = engine.update_table(**adding("films", index("by-g", "g:S", "", "KEYS_ONLY")))
    description = answer["TableDescription"]
    (shown,) = description["GlobalSecondaryIndexes"]
    assert description["TableStatus"] == "UPDATING"
    assert (shown["IndexStatus"], shown["Backfilling"]) == ("CREATING", False)
    by_g = described_index(engine, "films", "by-g")
    assert (by_g["IndexStatus"], by_g["ItemCount"]) == ("ACTIVE", 10)
    assert "Backfilling" not in by_g
    assert grouped(engine, "by-g", "group 1") == ["film 1", "film 4", "film 7"]
    assert engine.check() == []


def test_a_new_index_passes_over_items_that_it_cannot_hold(engine: Engine) -> None:
    films(engine)
    values: list[Json] = [
        {"g": s("fits")},
        {"g": s("x" * 2_048)},
        {"g": s("x" * 2_049)},
        {"g": s("")},
        {"g": n(5)},
        {"g": {"SS": ["a"]}},
        {},
    ]
    for number, value in enumerate(values):
        engine.put_item(TableName="films", Item={"p": s(str(number)), **value})
    engine.update_table(**adding("films", index("by-g", "g:S")))
    found = engine.scan(TableName="films", IndexName="by-g")["Items"]
    assert sorted(item["p"]["S"] for item in found) == ["0", "1"]
    engine.update_table(**adding("films", index("sorted", "p:S", "g:S")))
    found = engine.scan(TableName="films", IndexName="sorted")["Items"]
    assert [item["p"]["S"] for item in found] == ["0"]
    assert engine.check() == []


def test_an_item_that_an_index_cannot_hold_may_still_be_updated(engine: Engine) -> None:
    films(engine)
    engine.put_item(TableName="films", Item={"p": s("a"), "g": n(5)})
    engine.put_item(TableName="films", Item={"p": s("b"), "g": s("x" * 3_000)})
    engine.update_table(**adding("films", index("by-g", "g:S")))
    for partition in ("a", "b"):
        engine.update_item(
            TableName="films",
            Key={"p": s(partition)},
            UpdateExpression="SET v = :v",
            ExpressionAttributeValues={":v": s("seen")},
        )
    assert engine.scan(TableName="films", IndexName="by-g")["Count"] == 0
    with refused(
        "ValidationException",
        "The update expression attempted to update the secondary index key to unsupported type",
    ):
        engine.update_item(TableName="films", Key={"p": s("a")}, UpdateExpression="SET g = g")
    engine.update_item(
        TableName="films",
        Key={"p": s("a")},
        UpdateExpression="SET g = :g",
        ExpressionAttributeValues={":g": s("fits")},
    )
    assert grouped(engine, "by-g", "fits") == ["a"]


def test_after_an_index_is_added_its_keys_have_their_types(engine: Engine) -> None:
    films(engine)
    engine.update_table(**adding("films", index("by-g", "g:S")))
    with refused(
        "ValidationException",
        f"{INVALID}Type mismatch for Index Key g Expected: S Actual: N IndexName: by-g",
    ):
        engine.put_item(TableName="films", Item={"p": s("a"), "g": n(1)})
    engine.update_table(**removing("films", "by-g"))
    engine.put_item(TableName="films", Item={"p": s("a"), "g": n(1)})


# Writes while an index is being filled.


def change_all(engine: Engine) -> None:
    """Change, move, remove and add items, large ones and small ones."""
    for number in range(0, 2_400, 7):
        change(engine, number, "group 9")
    for number in range(1, 2_400, 11):
        engine.delete_item(TableName="films", Key={"p": s(f"film {number}")})
    for number in range(2, 2_400, 13):
        engine.put_item(TableName="films", Item={"p": s(f"film {number}"), "v": s(BIG)})
    for number in range(2_400, 2_410):
        engine.put_item(TableName="films", Item=film(number))


def change(engine: Engine, number: int, group: str) -> None:
    engine.update_item(
        TableName="films",
        Key={"p": s(f"film {number}")},
        UpdateExpression="SET g = :g",
        ExpressionAttributeValues={":g": s(group)},
    )


def interrupted(engine: Engine, work: Callable[[Engine], None], request: Json) -> None:
    """An UpdateTable with work done after the first step of its fill."""
    rounds = iter([work])

    def between_steps() -> bool:
        for pending in rounds:
            pending(engine)
        return False

    engine.call("UpdateTable", request, Context(cancelled=between_steps))


@pytest.mark.parametrize("projection", ["ALL", "KEYS_ONLY"])
def test_an_index_being_filled_follows_every_write(engine: Engine, projection: str) -> None:
    films(engine, count=2_400)
    interrupted(engine, change_all, adding("films", index("by-g", "g:S", "", projection)))
    assert engine.check() == []
    expected: dict[str, list[str]] = {}
    last: Json = {}
    while True:
        page = engine.scan(TableName="films", **last)
        for item in page["Items"]:
            if "g" in item:
                expected.setdefault(item["g"]["S"], []).append(item["p"]["S"])
        if "LastEvaluatedKey" not in page:
            break
        last = {"ExclusiveStartKey": page["LastEvaluatedKey"]}
    assert "group 9" in expected
    count = sum(map(len, expected.values()))
    assert described_index(engine, "films", "by-g")["ItemCount"] == count
    assert grouped(engine, "by-g", "group 9") == sorted(expected["group 9"])


def test_an_index_being_filled_cannot_be_read_nor_another_one_added(engine: Engine) -> None:
    def look(engine: Engine) -> None:
        description = described(engine, "films")
        (shown,) = description["GlobalSecondaryIndexes"]
        assert description["TableStatus"] == "ACTIVE"
        assert (shown["IndexStatus"], shown["Backfilling"]) == ("CREATING", True)
        with refused(
            "ValidationException", "Cannot read from backfilling global secondary index: by-g"
        ):
            engine.scan(TableName="films", IndexName="by-g")
        with refused(
            "LimitExceededException",
            "Subscriber limit exceeded: Only 1 online index can be created or deleted "
            "simultaneously per table",
        ):
            engine.update_table(**adding("films", index("other", "v:S")))
        with refused(
            "ResourceInUseException",
            "Attempt to change a resource which is still in use: Cannot delete table while indexes "
            "are being created, updated, or deleted.",
        ):
            engine.delete_table(TableName="films")

    films(engine, count=2_400)
    interrupted(engine, look, adding("films", index("by-g", "g:S")))
    assert described_index(engine, "films", "by-g")["IndexStatus"] == "ACTIVE"


def test_an_index_may_be_removed_while_it_is_being_filled(engine: Engine) -> None:
    films(engine, count=2_400)

    def remove(engine: Engine) -> None:
        engine.update_table(**removing("films", "by-g"))

    request = adding("films", index("by-g", "g:S"))
    interrupted(engine, remove, request)
    assert "GlobalSecondaryIndexes" not in described(engine, "films")
    engine.update_table(**request)
    assert described_index(engine, "films", "by-g")["ItemCount"] == 2_400
    assert engine.check() == []


def test_a_fill_that_was_cut_off_leaves_the_index_in_creation(engine: Engine) -> None:
    films(engine, count=2_400)
    cut_off = Context(cancelled=lambda: True)
    engine.call("UpdateTable", adding("films", index("by-g", "g:S")), cut_off)
    change_all(engine)
    assert described_index(engine, "films", "by-g")["IndexStatus"] == "CREATING"
    assert engine.check() == []
    engine.update_table(**removing("films", "by-g"))
    engine.delete_table(TableName="films")


# Removing, and adding again.


def test_a_removed_index_is_gone_with_its_attributes(engine: Engine) -> None:
    films(engine, index("by-g", "g:S"), count=5)
    answer = engine.update_table(**removing("films", "by-g"))["TableDescription"]
    assert answer["TableStatus"] == "UPDATING"
    assert answer["GlobalSecondaryIndexes"][0]["IndexStatus"] == "DELETING"
    description = described(engine, "films")
    assert "GlobalSecondaryIndexes" not in description
    assert description["AttributeDefinitions"] == [{"AttributeName": "p", "AttributeType": "S"}]
    with refused("ValidationException", "The table does not have the specified index: by-g"):
        engine.scan(TableName="films", IndexName="by-g")
    assert engine.scan(TableName="films")["Count"] == 5


def test_an_index_of_the_same_name_may_have_other_keys(engine: Engine) -> None:
    films(engine, index("idx", "g:S"), count=5)
    engine.update_table(**removing("films", "idx"))
    engine.update_table(**adding("films", index("idx", "v:S", "g:S", "KEYS_ONLY")))
    answer = engine.query(
        TableName="films",
        IndexName="idx",
        KeyConditionExpression="v = :v AND g > :g",
        ExpressionAttributeValues={":v": s("short"), ":g": s("group 0")},
    )
    assert sorted(item["p"]["S"] for item in answer["Items"]) == ["film 1", "film 2", "film 4"]
    assert engine.check() == []


def test_protection_against_deletion_is_not_for_indexes(engine: Engine) -> None:
    engine.create_table(
        **table("films", indexes=[index("idx", "g:S")], DeletionProtectionEnabled=True)
    )
    engine.update_table(**removing("films", "idx"))
    assert "GlobalSecondaryIndexes" not in described(engine, "films")


# What is refused.


def test_definitions_of_attributes_count_only_for_a_new_index(engine: Engine) -> None:
    films(engine, index("idx", "g:S"))
    wrong = [{"AttributeName": "p", "AttributeType": "N"}]
    request = removing("films", "idx")
    engine.update_table(AttributeDefinitions=wrong, **request)
    with refused(
        "ValidationException", f"{INVALID}AttributeDefinitions is not specified for index: idx"
    ):
        request = adding("films", index("idx", "g:S"))
        del request["AttributeDefinitions"]
        engine.update_table(**request)


@pytest.mark.parametrize(
    ("update", "code", "message"),
    [
        (
            {"Update": {"IndexName": "idx"}, "Delete": {"IndexName": "idx"}},
            "ValidationException",
            f"{INVALID}Only one global secondary index action is allowed per "
            "GlobalSecondaryIndexUpdate object",
        ),
        (
            {"Update": {"IndexName": "idx", "ProvisionedThroughput": UNITS}},
            "ValidationException",
            f"{INVALID}The only Updates for index: idx when TableThroughputMode is PAY_PER_REQUEST "
            "can be to OnDemandThroughput, WarmThroughput",
        ),
        (
            {"Update": {"IndexName": "nowhere"}},
            "ResourceNotFoundException",
            "Requested resource not found: Index nowhere for table films",
        ),
        (
            {"Delete": {"IndexName": "local"}},
            "ValidationException",
            "Cannot delete an index that is not a GlobalSecondaryIndex: local",
        ),
        (
            {"Update": {"IndexName": "local"}},
            "ValidationException",
            "Cannot update an index that is not a GlobalSecondaryIndex: local",
        ),
        (
            {"Update": {"IndexName": "idx", "WarmThroughput": {"ReadUnitsPerSecond": 5}}},
            "ValidationException",
            f"{INVALID}Requested ReadUnitsPerSecond for WarmThroughput for index idx is lower than "
            "current WarmThroughput, decreasing WarmThroughput is not supported",
        ),
    ],
)
def test_updates_of_indexes_that_cannot_be(
    engine: Engine, update: Json, code: str, message: str
) -> None:
    request = table("films", "p:S", "r:S", [index("local", "p:S", "l:S")], [index("idx", "g:S")])
    engine.create_table(**request)
    before = described(engine, "films")
    with refused(code, message):
        engine.update_table(TableName="films", GlobalSecondaryIndexUpdates=[update])
    assert described(engine, "films") == before


def test_an_empty_list_of_updates_is_refused_beside_other_changes(engine: Engine) -> None:
    films(engine)
    with refused("ValidationException", f"{INVALID}List of GlobalSecondaryIndexUpdates is empty"):
        engine.update_table(
            TableName="films", DeletionProtectionEnabled=True, GlobalSecondaryIndexUpdates=[]
        )
    assert described(engine, "films")["DeletionProtectionEnabled"] is False


def test_a_table_has_at_most_twenty_global_indexes(engine: Engine) -> None:
    films(engine, *(index(f"idx{number}", "g:S") for number in range(20)))
    with refused(
        "LimitExceededException",
        "Subscriber limit exceeded: Number of global secondary indexes exceeds per-table limit of "
        "20",
    ):
        engine.update_table(**adding("films", index("more", "g:S")))


@pytest.mark.parametrize(
    ("members", "form", "message"),
    [
        (
            {},
            index("idx", "g:S", ProvisionedThroughput=UNITS),
            f"{INVALID}Neither ReadCapacityUnits nor WriteCapacityUnits can be specified for "
            "index: idx when BillingMode is PAY_PER_REQUEST",
        ),
        (
            {"ProvisionedThroughput": UNITS},
            index("idx", "g:S"),
            f"{INVALID}Both ReadCapacityUnits and WriteCapacityUnits must be specified for index: "
            "idx",
        ),
    ],
)
def test_a_new_index_has_throughput_as_its_table_has(
    engine: Engine, members: Json, form: Json, message: str
) -> None:
    engine.create_table(**table("films", **members))
    with refused("ValidationException", message):
        engine.update_table(**adding("films", form))


def test_decreases_are_counted_for_each_index(engine: Engine) -> None:
    high = {"ReadCapacityUnits": 100, "WriteCapacityUnits": 100}
    form = index("idx", "g:S", ProvisionedThroughput=high)
    engine.create_table(**table("films", indexes=[form], ProvisionedThroughput=high))

    def decrease(reads: int) -> None:
        lower = {**high, "ReadCapacityUnits": reads}
        update = {"Update": {"IndexName": "idx", "ProvisionedThroughput": lower}}
        engine.update_table(TableName="films", GlobalSecondaryIndexUpdates=[update])

    for reads in (90, 80, 70, 60):
        decrease(reads)
    with refused("LimitExceededException"):
        decrease(50)
    shown = described_index(engine, "films", "idx")["ProvisionedThroughput"]
    assert (shown["ReadCapacityUnits"], shown["NumberOfDecreasesToday"]) == (60, 4)
    assert described(engine, "films")["ProvisionedThroughput"]["NumberOfDecreasesToday"] == 0
