"""Operations that answer in pages, asked until all is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

Json = dict[str, Any]

_BEGINNINGS = {
    "LastEvaluatedKey": "ExclusiveStartKey",
    "LastEvaluatedTableName": "ExclusiveStartTableName",
    "LastEvaluatedBackupArn": "ExclusiveStartBackupArn",
    "LastEvaluatedStreamArn": "ExclusiveStartStreamArn",
    "LastEvaluatedShardId": "ExclusiveStartShardId",
    "NextToken": "NextToken",
}
"""What an answer may end with, and the member by which the next request goes on from there."""


def answers(call: Callable[[str, Json], Json], operation: str, request: Json) -> Iterator[Json]:
    """The answers of all pages, each asked for when it is wanted; raises what `call` raises."""
    while True:
        answer = call(operation, request)
        yield answer
        rest = {begin: answer[end] for end, begin in _BEGINNINGS.items() if answer.get(end)}
        if not rest:
            return
        request = request | rest
