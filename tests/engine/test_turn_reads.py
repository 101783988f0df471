"""Reads of one turn of an event loop share a read transaction, and nobody notices."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import orjson
import pytest

from engine import Account
from engine.errors import ResourceNotFoundException
from tests.engine.test_loop import Asker, asking, key

TEXT = {"text": {"S": "new"}}


@pytest.fixture(params=["full", "relaxed"])
def account(request: pytest.FixtureRequest, tmp_path: Path) -> Account:
    """An account in a folder."""
    return Account.open(tmp_path, durability=request.param)


def get(asker: Asker, number: int, **more: Any) -> asyncio.Future[Any]:
    """Read an item of the partition `p`."""
    return asker.begin("GetItem", TableName="table", Key=key(number), **more)


async def test_a_turn_sees_one_state_and_the_next_turn_the_next(
    account: Account, tmp_path: Path
) -> None:
    with asking(account) as asker, Account.open(tmp_path) as another:
        await asker.put(0)
        before = get(asker, 0)
        another.engine().put_item(TableName="table", Item=key(0) | TEXT)
        in_the_turn = get(asker, 0)
        strong = get(asker, 0, ConsistentRead=True)
        await asyncio.sleep(0)
        after = get(asker, 0)
        assert [(await read)["Item"] for read in (before, in_the_turn)] == [key(0), key(0)]
        assert [(await read)["Item"] for read in (strong, after)] == [key(0) | TEXT] * 2


async def test_what_was_acknowledged_is_seen_at_once(account: Account) -> None:
    with asking(account) as asker:
        await asker.put(0)
        seen: list[Any] = []
        wanted = asyncio.get_running_loop().create_future()

        def read_at_once(_answer: Any) -> None:
            body = orjson.dumps({"TableName": "table", "Key": key(0)})
            asker.loop_engine.call_wire("GetItem", body, seen.append)
            wanted.set_result(None)

        put = {"TableName": "table", "Item": key(0) | TEXT}
        asker.loop_engine.call_wire("PutItem", orjson.dumps(put), read_at_once)
        # Opens the turn's transaction behind the write in the queue, before the write is done.
        assert (await get(asker, 0))["Item"] == key(0)
        await wanted
        assert orjson.loads(seen[0])["Item"] == key(0) | TEXT


async def test_a_table_made_meanwhile_is_known_in_the_next_turn(
    account: Account, tmp_path: Path
) -> None:
    with asking(account) as asker, Account.open(tmp_path) as another:
        await asker.put(0)
        first = get(asker, 0)
        engine = another.engine()
        engine.delete_table(TableName="table")
        assert (await first)["Item"] == key(0)
        await asyncio.sleep(0)
        with pytest.raises(ResourceNotFoundException):
            await get(asker, 0)


async def test_refused_and_half_read_requests_leave_the_turn_in_order(account: Account) -> None:
    with asking(account) as asker:
        asker.engine.load_items("table", [key(number) for number in range(10)])
        condition: dict[str, Any] = {
            "TableName": "table",
            "KeyConditionExpression": "pk = :p",
            "ExpressionAttributeValues": {":p": {"S": "p"}},
        }
        results: tuple[Any, ...] = await asyncio.gather(
            asker.begin("GetItem", TableName="none", Key=key(0)),
            asker.begin("Query", Limit=2, **condition),
            asker.begin("GetItem", TableName="table", Key={"pk": {"S": "p"}}),
            asker.begin("Query", **condition),
            get(asker, 3),
            return_exceptions=True,
        )
        assert [type(result).__name__ for result in results[::2]] == [
            "ResourceNotFoundException",
            "ValidationException",
            "dict",
        ]
        assert [result["Count"] for result in results[1::2]] == [2, 10]


async def test_no_transaction_is_left_open(account: Account) -> None:
    with asking(account) as asker:
        await asker.put(0)
        await asyncio.gather(*(get(asker, 0) for _ in range(5)))
        await asyncio.sleep(0)
        readers = asker.engine._region.database._idle_readers
        assert readers
        assert not any(reader.connection.in_transaction for reader in readers)
