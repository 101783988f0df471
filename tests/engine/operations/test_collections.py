"""Item collections of tables with local indexes: metrics and the size limit."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from engine import Engine, Settings
from engine.storage.keys import collection_of
from tests.engine.operations.tables import key, make_tables, refused, s

# An item of 1,000 bytes stands twice in its collection: in the table and in the local index.
ITEM = {"l": s("x"), "t": s("x" * 992)}


@pytest.fixture
def limited() -> Iterator[Engine]:
    """An engine whose item collections take 5,000 bytes."""
    with Engine.in_memory(settings=Settings(collection_bytes_max=5_000)) as opened:
        yield make_tables(opened)
        assert opened.check() == []


def test_a_collection_does_not_grow_beyond_its_limit(limited: Engine) -> None:
    for sort in "12":
        limited.put_item(TableName="local", Item=key("a", sort) | ITEM)
    message = "Item collection size limit of 10GB exceeded"
    with refused("ItemCollectionSizeLimitExceededException", message):
        limited.put_item(TableName="local", Item=key("a", "3") | ITEM)
    with refused("ItemCollectionSizeLimitExceededException", message):
        limited.update_item(
            TableName="local",
            Key=key("a", "1"),
            UpdateExpression="SET more = :m",
            ExpressionAttributeValues={":m": s("x" * 900)},
        )
    limited.put_item(TableName="local", Item=key("b", "3") | ITEM)
    limited.delete_item(TableName="local", Key=key("a", "1"))
    limited.put_item(TableName="local", Item=key("a", "3") | ITEM)


def test_writes_of_one_request_count_together(limited: Engine) -> None:
    items = [key("a", sort) | ITEM for sort in "123"]
    with refused("ItemCollectionSizeLimitExceededException"):
        limited.batch_write_item(
            RequestItems={"local": [{"PutRequest": {"Item": item}} for item in items]}
        )
    with refused("TransactionCanceledException") as members:
        limited.transact_write_items(
            TransactItems=[{"Put": {"TableName": "local", "Item": item}} for item in items]
        )
    assert [reason["Code"] for reason in members["CancellationReasons"]] == [
        "None",
        "None",
        "ItemCollectionSizeLimitExceeded",
    ]


def test_tables_without_local_indexes_know_no_limit(limited: Engine) -> None:
    for sort in "123456":
        limited.put_item(TableName="ranged", Item=key("a", sort) | ITEM)


def test_metrics_name_the_collection_and_a_range_of_sizes(engine: Engine) -> None:
    metrics = {"ItemCollectionKey": {"p": s("a")}, "SizeEstimateRangeGB": [0.0, 1.0]}
    wanted = {"ReturnItemCollectionMetrics": "SIZE"}
    answer = engine.put_item(TableName="local", Item=key("a", "1"), **wanted)
    assert answer == {"ItemCollectionMetrics": metrics}
    answer = engine.delete_item(TableName="local", Key=key("a", "1"), **wanted)
    assert answer == {"ItemCollectionMetrics": metrics}
    assert engine.put_item(TableName="ranged", Item=key("a", "1"), **wanted) == {}
    answer = engine.batch_write_item(
        RequestItems={
            "local": [{"PutRequest": {"Item": key("a", sort)}} for sort in "12"],
            "hash": [{"PutRequest": {"Item": {"p": s("a")}}}],
        },
        **wanted,
    )
    assert answer["ItemCollectionMetrics"] == {"local": [metrics]}


def test_the_size_of_a_collection_is_freed_with_its_table(engine: Engine) -> None:
    engine.put_item(TableName="local", Item=key("a", "1") | ITEM)
    database = engine._region.database
    table = database.reload_catalog().tables["local"]
    collection = (table.storage_id, collection_of(table.key_blob(key("a", "1"))))
    assert database.read(lambda reader, _: reader.collection_bytes(*collection)) == 1_998
    engine.delete_table(TableName="local")
    while database.write(lambda transaction: transaction.free_retired(1, 1_000)):
        pass
    assert database.read(lambda reader, _: reader.collection_bytes(*collection)) == 0
