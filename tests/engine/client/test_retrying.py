"""Trying again what was throttled."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine import Engine, Settings, VirtualClock
from engine.client.protocol import OWNER, Context
from engine.client.retrying import Backoff, RetryingClient, Wait
from engine.errors import ApiError, ValidationException, api_error

Json = dict[str, Any]

THROTTLED = api_error("ProvisionedThroughputExceededException", "too much")


class Scripted:
    """A Client that answers as it is told to, one answer after the other."""

    def __init__(self, *answers: Json | ApiError) -> None:
        self._answers = list(answers)
        self.requests: list[Json] = []

    def call(self, operation: str, request: Json, context: Context = OWNER) -> Json:
        """The next answer."""
        del operation, context
        self.requests.append(request)
        answer = self._answers.pop(0)
        if isinstance(answer, ApiError):
            raise answer
        return answer


def retrying(
    client: Scripted, backoff: Backoff | None = None, drawn: Callable[[], float] = lambda: 1.0
) -> tuple[RetryingClient, list[Wait], list[float]]:
    """A client around it, the waits it tells of, and what it sleeps."""
    waits: list[Wait] = []
    slept: list[float] = []
    made = RetryingClient(client, backoff, on_wait=waits.append, sleep=slept.append, draw=drawn)
    return made, waits, slept


def test_what_was_throttled_is_tried_again() -> None:
    client, waits, slept = retrying(Scripted(THROTTLED, THROTTLED, {"Item": {}}))
    assert client.call("GetItem", {}) == {"Item": {}}
    assert [(wait.attempt, wait.seconds) for wait in waits] == [(2, 0.05), (3, 0.1)]
    assert waits[0].reason == "ProvisionedThroughputExceededException"
    assert sum(slept) == pytest.approx(0.15)


def test_a_wait_is_told_in_words() -> None:
    wait = Wait("GetItem", 3, 10, 0.42, "ThrottlingException")
    assert str(wait) == "throttled: waiting 0.4 s (attempt 3 of 10)"
    assert "waiting 0.03 s" in str(Wait("GetItem", 2, 10, 0.031, "ThrottlingException"))


def test_waits_double_up_to_a_limit_and_are_drawn() -> None:
    backoff = Backoff(base_s=1.0, most_s=5.0)
    assert [backoff.wait_s(attempt, 1.0) for attempt in range(2, 7)] == [1.0, 2.0, 4.0, 5.0, 5.0]
    assert backoff.wait_s(4, 0.25) == 1.0


def test_other_errors_are_raised_at_once() -> None:
    client, waits, _ = retrying(Scripted(ValidationException("no")))
    with pytest.raises(ValidationException):
        client.call("GetItem", {})
    assert waits == []


def test_the_last_error_is_raised() -> None:
    client, waits, _ = retrying(Scripted(*[THROTTLED] * 3), Backoff(attempts_max=3))
    with pytest.raises(ApiError, match="too much"):
        client.call("GetItem", {})
    assert len(waits) == 2


def test_a_cancelled_call_waits_no_longer() -> None:
    client, _, slept = retrying(Scripted(THROTTLED), Backoff(base_s=10.0))
    with pytest.raises(ApiError, match="too much"):
        client.call("GetItem", {}, Context(cancelled=lambda: len(slept) == 3))
    assert sum(slept) == pytest.approx(0.3)


def test_of_a_batch_only_the_rest_is_sent_again() -> None:
    scripted = Scripted(
        {
            "UnprocessedItems": {"a": ["two"]},
            "ConsumedCapacity": [{"TableName": "a", "Units": 1.0}],
        },
        {"UnprocessedItems": {}, "ConsumedCapacity": [{"TableName": "a", "Units": 2.0}]},
    )
    client, _, _ = retrying(scripted)
    answer = client.call("BatchWriteItem", {"RequestItems": {"a": ["one", "two"]}, "More": 1})
    assert scripted.requests[1] == {"RequestItems": {"a": ["two"]}, "More": 1}
    assert answer == {
        "UnprocessedItems": {},
        "ConsumedCapacity": [{"TableName": "a", "Units": 3.0}],
    }


def test_what_a_batch_found_comes_together() -> None:
    scripted = Scripted(
        {"Responses": {"a": [1]}, "UnprocessedKeys": {"a": {"Keys": [2]}}},
        THROTTLED,
        {"Responses": {"a": [2]}, "UnprocessedKeys": {}},
    )
    client, waits, _ = retrying(scripted)
    answer = client.call("BatchGetItem", {"RequestItems": {"a": {"Keys": [1, 2]}}})
    assert answer["Responses"] == {"a": [1, 2]}
    assert len(waits) == 2


def test_what_is_left_of_a_batch_at_the_end_is_told() -> None:
    left = {"UnprocessedItems": {"a": ["two"]}}
    client, _, _ = retrying(Scripted(left, left), Backoff(attempts_max=2))
    assert client.call("BatchWriteItem", {"RequestItems": {}}) == left


@pytest.mark.parametrize(
    ("codes", "again"),
    [
        (["None", "ProvisionedThroughputExceeded"], True),
        (["TransactionConflict", "ThrottlingError"], False),
        (["ConditionalCheckFailed", "ThrottlingError"], False),
        (["None", "ConditionalCheckFailed"], False),
    ],
)
def test_a_cancelled_transaction_is_tried_again_if_only_throttled(
    codes: list[str], again: bool
) -> None:
    reasons = [{"Code": code} for code in codes]
    error = api_error("TransactionCanceledException", "cancelled", CancellationReasons=reasons)
    client, waits, _ = retrying(Scripted(error, {}))
    if again:
        assert client.call("TransactWriteItems", {}) == {}
    else:
        with pytest.raises(ApiError, match="cancelled"):
            client.call("TransactWriteItems", {})
    assert len(waits) == int(again)


def test_what_a_batch_did_before_it_was_refused_is_told() -> None:
    """Had the error been raised, nobody would know that the first part was written."""
    left = {"UnprocessedItems": {"a": ["two"]}}
    client, _, _ = retrying(Scripted(left, THROTTLED), Backoff(attempts_max=2))
    assert client.call("BatchWriteItem", {"RequestItems": {}}) == left


def test_what_is_left_of_a_batch_can_be_left_to_the_caller() -> None:
    left = {"UnprocessedItems": {"a": ["two"]}}
    client = RetryingClient(Scripted(left), finish_batches=False)
    assert client.call("BatchWriteItem", {"RequestItems": {}}) == left


def test_throttled_statements_of_a_batch_are_sent_again_and_keep_their_places() -> None:
    short = {"Error": {"Code": "ThrottlingError", "Message": "too much"}, "TableName": "a"}
    double = {"Error": {"Code": "DuplicateItem", "Message": "there"}, "TableName": "a"}

    def told(*responses: Json) -> Json:
        units = {"TableName": "a", "CapacityUnits": 1.0}
        return {"Responses": list(responses), "ConsumedCapacity": [units]}

    scripted = Scripted(
        told(short, {"Item": 2}, short, double), told({"Item": 1}, short), told({"Item": 3})
    )
    client, waits, _ = retrying(scripted)
    answer = client.batch_execute_statement(Statements=["1", "2", "3", "4"])
    assert [request["Statements"] for request in scripted.requests[1:]] == [["1", "3"], ["3"]]
    assert answer["Responses"] == [{"Item": 1}, {"Item": 2}, {"Item": 3}, double]
    assert answer["ConsumedCapacity"][0]["CapacityUnits"] == 3
    assert [wait.reason for wait in waits] == ["left over", "left over"]
    client, _, _ = retrying(Scripted(told(short, {"Item": 2}), THROTTLED), Backoff(attempts_max=2))
    assert client.batch_execute_statement(Statements=["1", "2"])["Responses"][0] == short


def test_an_engine_is_asked_again_until_its_capacity_is_back() -> None:
    clock = VirtualClock()
    waits: list[Wait] = []
    with Engine.in_memory(settings=Settings(throttling="enforce"), clock=clock) as engine:
        client = RetryingClient(engine, on_wait=waits.append, sleep=clock.advance)
        client.create_table(
            TableName="slow",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            ProvisionedThroughput={"ReadCapacityUnits": 1, "WriteCapacityUnits": 1},
        )
        for number in range(20):
            client.put_item(TableName="slow", Item={"id": {"S": str(number)}})
        assert client.scan(TableName="slow", Select="COUNT")["Count"] == 20
    assert waits


def test_the_example_of_the_page_works() -> None:
    page = (Path(__file__).parents[3] / "docs" / "capacity.md").read_text()
    examples = re.findall(r"^```python\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    (example,) = (one for one in examples if "RetryingClient" in one)
    exec(example, {})
