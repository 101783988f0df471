"""Answers in pages are asked for one after the other, as they are wanted."""

from __future__ import annotations

from typing import Any

import pytest

from engine.client.paging import answers

Json = dict[str, Any]


@pytest.mark.parametrize(
    ("end", "begin"),
    [
        ("LastEvaluatedKey", "ExclusiveStartKey"),
        ("LastEvaluatedTableName", "ExclusiveStartTableName"),
        ("LastEvaluatedBackupArn", "ExclusiveStartBackupArn"),
        ("LastEvaluatedStreamArn", "ExclusiveStartStreamArn"),
        ("LastEvaluatedShardId", "ExclusiveStartShardId"),
        ("NextToken", "NextToken"),
    ],
)
def test_each_page_begins_where_the_one_before_ended(end: str, begin: str) -> None:
    asked: list[Json] = []

    def call(operation: str, request: Json) -> Json:
        asked.append(request)
        return {"Told": operation} | ({end: str(len(asked))} if len(asked) < 3 else {})

    request = {"Limit": 1}
    pages = answers(call, "ListThings", request)
    assert next(pages)["Told"] == "ListThings"
    assert asked == [{"Limit": 1}]
    assert len(list(pages)) == 2
    assert asked == [{"Limit": 1}, {"Limit": 1, begin: "1"}, {"Limit": 1, begin: "2"}]
    assert request == {"Limit": 1}


def test_an_empty_end_is_the_last_page() -> None:
    assert len(list(answers(lambda *_: {"LastEvaluatedTableName": ""}, "ListTables", {}))) == 1
