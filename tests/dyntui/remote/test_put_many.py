"""Putting many items by requests."""

from __future__ import annotations

from typing import Any

import pytest

from dyntui.core.connection.put_many import put_many
from engine import OWNER, ApiError, Context
from engine.client.protocol import Json, LoadProgress
from engine.errors import ConnectionFailed, ValidationException, api_error


class Table:
    """A Client of one table; of each batch it takes the first `taken`, or raises `refusal`."""

    def __init__(self, taken: int = 25, refusal: ApiError | None = None) -> None:
        self.operations: list[str] = []
        self.items: dict[str, Json] = {}
        self._taken = taken
        self._refusal = refusal

    def call(self, operation: str, request: Json, _: Context = OWNER) -> Json:
        """Answer BatchWriteItem and PutItem."""
        self.operations.append(operation)
        if operation == "PutItem":
            self._put(request["Item"])
            return {}
        if self._refusal is not None:
            raise self._refusal
        [(name, requests)] = request["RequestItems"].items()
        assert 1 <= len(requests) <= 25
        for one in requests[: self._taken]:
            self._put(one["PutRequest"]["Item"])
        left = requests[self._taken :]
        return {"UnprocessedItems": {name: left}} if left else {"UnprocessedItems": {}}

    def _put(self, item: Json) -> None:
        if "bad" in item:
            raise ValidationException("bad")
        self.items[item["id"]["S"]] = item


def items(count: int) -> list[Json]:
    """Items with different keys."""
    return [{"id": {"S": str(number)}} for number in range(count)]


def test_items_go_in_batches_of_25() -> None:
    table, seen = Table(), list[Any]()
    assert put_many(table, "table", iter(items(60)), seen.append) == 60
    assert table.operations == ["BatchWriteItem"] * 3
    assert len(table.items) == 60
    assert seen == [LoadProgress(count, count) for count in (25, 50, 60)]


def test_nothing_is_sent_for_no_items() -> None:
    table = Table()
    assert put_many(table, "table", []) == 0
    assert table.operations == []


def test_what_a_batch_leaves_out_is_put_singly() -> None:
    table = Table(taken=23)
    assert put_many(table, "table", items(25)) == 25
    assert table.operations == ["BatchWriteItem", "PutItem", "PutItem"]
    assert len(table.items) == 25


def test_of_two_items_with_one_key_the_later_stays() -> None:
    table = Table(refusal=ValidationException("Provided list of item keys contains duplicates"))
    twice = [{"id": {"S": "a"}, "n": {"N": str(number)}} for number in (1, 2)]
    assert put_many(table, "table", twice) == 2
    assert table.items == {"a": twice[1]}


def test_the_first_bad_item_raises_its_own_error_after_those_before_it() -> None:
    table, seen = Table(refusal=ValidationException("no")), list[Any]()
    bad = [*items(2), {"id": {"S": "x"}, "bad": {"BOOL": True}}, *items(1)]
    with pytest.raises(ValidationException, match="bad"):
        put_many(table, "table", bad, seen.append)
    assert len(table.items) == 2
    assert seen[-1] == LoadProgress(2, 2)


def test_a_lost_connection_is_not_tried_item_by_item() -> None:
    table = Table(refusal=ConnectionFailed("gone"))
    with pytest.raises(ConnectionFailed):
        put_many(table, "table", items(3))
    assert table.operations == ["BatchWriteItem"]


def test_a_remote_without_batches_is_filled_all_the_same() -> None:
    table = Table(refusal=api_error("UnknownOperationException", "not here"))
    assert put_many(table, "table", items(3)) == 3
    assert table.operations == ["BatchWriteItem"] + ["PutItem"] * 3
