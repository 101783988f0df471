"""Waits of throttled requests are told as far as people can read them."""

from __future__ import annotations

from dyntui.core.connection.told_waits import ToldWaits
from engine.client.retrying import Wait


def _wait(attempt: int, seconds: float) -> Wait:
    return Wait("PutItem", attempt, 10, seconds, "ThrottlingException")


def test_each_attempt_of_one_request_is_told() -> None:
    told: list[str] = []
    waits = ToldWaits(told.append)
    for attempt in (2, 3, 4):
        waits(_wait(attempt, 0.2))
    assert told == [f"throttled: waiting 0.2 s (attempt {number} of 10)" for number in (2, 3, 4)]


def test_many_short_waits_are_told_once_a_second_of_waiting() -> None:
    told: list[str] = []
    waits = ToldWaits(told.append)
    for _ in range(90):
        waits(_wait(2, 0.03125))
    line = "throttled: waiting 0.03 s (attempt 2 of 10)"
    assert told == [line, f"{line}, after 31 more waits", f"{line}, after 31 more waits"]


def test_waits_that_are_told_without_their_length_are_told_by_their_number() -> None:
    told: list[str] = []
    waits = ToldWaits(told.append)
    for _ in range(60):
        waits(_wait(2, 0))
    line = "throttled: trying again (attempt 2 of 10)"
    assert told == [line, f"{line}, after 50 more waits"]
