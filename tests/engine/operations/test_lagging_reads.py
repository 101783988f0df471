"""Eventually consistent reads that lag behind."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine import ApiError, Engine, Settings, VirtualClock
from tests.engine.operations.tables import key, make_tables, n, s
from tests.engine.storage.things import database_of, descriptors_below

Json = dict[str, Any]


@pytest.fixture
def lagging(tmp_path: Path, clock: VirtualClock) -> Iterator[Engine]:
    """An engine whose eventually consistent reads lag by up to a second."""
    with Engine.open(tmp_path, settings=Settings(read_lag_s=1.0), clock=clock) as opened:
        yield make_tables(opened)


def get(engine: Engine, consistent: bool) -> Json | None:
    answer = engine.get_item(TableName="hash", Key={"p": s("a")}, ConsistentRead=consistent)
    item: Json | None = answer.get("Item")
    return item


def test_an_eventual_read_is_stale_and_a_strong_one_is_not(
    lagging: Engine, clock: VirtualClock
) -> None:
    assert get(lagging, consistent=False) is None
    lagging.put_item(TableName="hash", Item={"p": s("a")})
    assert get(lagging, consistent=False) is None
    assert get(lagging, consistent=True) == {"p": s("a")}
    clock.advance(1.0)
    assert get(lagging, consistent=False) == {"p": s("a")}


def test_a_global_index_lags_behind_its_table(lagging: Engine, clock: VirtualClock) -> None:
    query: Json = {
        "TableName": "ranged",
        "IndexName": "by-g",
        "KeyConditionExpression": "g = :g",
        "ExpressionAttributeValues": {":g": n(1)},
    }
    assert lagging.call("Query", query)["Count"] == 0
    lagging.put_item(TableName="ranged", Item=key("a", "1") | {"g": n(1)})
    assert lagging.call("Query", query)["Count"] == 0
    assert lagging.scan(TableName="ranged", ConsistentRead=True)["Count"] == 1
    clock.advance(1.0)
    assert lagging.call("Query", query)["Count"] == 1


def test_stale_reads_are_never_torn(lagging: Engine, clock: VirtualClock) -> None:
    def both(consistent: bool) -> list[Json]:
        keys: Json = {"Keys": [{"p": s("a")}, {"p": s("b")}], "ConsistentRead": consistent}
        answer = lagging.batch_get_item(RequestItems={"hash": keys})
        items: list[Json] = answer["Responses"]["hash"]
        return [item["v"] for item in items]

    for number in range(6):
        lagging.transact_write_items(
            TransactItems=[
                {"Put": {"TableName": "hash", "Item": {"p": s(name), "v": n(number)}}}
                for name in "ab"
            ]
        )
        one, two = both(consistent=False)
        assert one == two
        assert both(consistent=True) == [n(number), n(number)]
        clock.advance(0.4)


def test_a_new_table_is_there_at_once(lagging: Engine) -> None:
    assert get(lagging, consistent=False) is None
    lagging.create_table(
        TableName="another",
        KeySchema=[{"AttributeName": "p", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "p", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    assert lagging.scan(TableName="another")["Count"] == 0


def test_a_read_that_was_let_in_before_the_closing_opens_nothing_after_it(
    lagging: Engine, tmp_path: Path
) -> None:
    lagged, catalog = database_of(lagging)._lagged, database_of(lagging).catalog
    assert lagged is not None
    lagging.close()
    with pytest.raises(ApiError, match="the engine is closed"):
        lagged.read(lambda reader, _: reader.counts(1), catalog, lambda _, known: known)
    assert descriptors_below(tmp_path) == []
