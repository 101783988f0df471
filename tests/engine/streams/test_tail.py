"""A tail that is not asked for long: it goes on where it was."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest

from dyntui.core.streams.tail import StreamTail
from engine import Engine, VirtualClock
from engine.errors import LimitExceededException, ResourceNotFoundException
from tests.engine.streams.reading import disable, make_table, put, split_into

Json = dict[str, Any]
MINUTE_S = 60
HOUR_S = 3_600


def polled(tail: StreamTail, times: int = 4) -> list[str]:
    """The partition keys of the next changes."""
    return [change.keys["p"]["S"] for _ in range(times) for change in tail.poll()]


def test_what_came_while_nothing_was_known_yet_is_not_missed(
    engine: Engine, clock: VirtualClock
) -> None:
    arn = make_table(engine)
    put(engine, "before")
    clock.advance(5 * MINUTE_S)
    tail = StreamTail(engine.call, arn, "now", clock=clock)
    assert polled(tail) == []
    put(engine, "missed")
    clock.advance(20 * MINUTE_S)
    put(engine, "later")
    assert polled(tail) == ["missed", "later"]
    clock.advance(20 * MINUTE_S)
    put(engine, "last")
    assert polled(tail) == ["last"]


def test_what_was_there_before_is_passed_over_once_more_after_another_sleep(
    engine: Engine, clock: VirtualClock
) -> None:
    arn = make_table(engine)
    for number in range(3):
        put(engine, f"before {number}")
    clock.advance(5 * MINUTE_S)
    tail = StreamTail(engine.call, arn, "now", clock=clock)
    clock.advance(20 * MINUTE_S)
    # The old ones are read, and not told; the number of the last of them is where it goes on.
    assert polled(tail) == []
    put(engine, "new")
    clock.advance(20 * MINUTE_S)
    assert polled(tail) == ["new"]


def test_over_splits_and_sleeps_each_change_comes_once(engine: Engine, clock: VirtualClock) -> None:
    arn = make_table(engine)
    tail = StreamTail(engine.call, arn, "now", clock=clock)
    names = [f"k{number:02}" for number in range(12)]
    seen = []
    for number, name in enumerate(names):
        put(engine, name)
        if number in (3, 7):
            split_into(engine, number)
        clock.advance(20 * MINUTE_S)
        if number % 5 == 0:
            seen += polled(tail)
    assert sorted(seen + polled(tail, 8)) == names


def test_after_more_than_a_day_it_goes_on_with_the_oldest_that_is_left(
    engine: Engine, clock: VirtualClock
) -> None:
    arn = make_table(engine)
    tail = StreamTail(engine.call, arn, "start", clock=clock)
    put(engine, "first")
    assert polled(tail) == ["first"]
    put(engine, "trimmed")
    clock.advance(20 * HOUR_S)
    put(engine, "left")
    clock.advance(5 * HOUR_S)
    assert polled(tail, 8) == ["left"]


def test_a_stream_that_is_gone_is_told(engine: Engine, clock: VirtualClock) -> None:
    arn = make_table(engine)
    tail = StreamTail(engine.call, arn, "now", clock=clock)
    disable(engine)
    clock.advance(25 * HOUR_S)
    with pytest.raises(ResourceNotFoundException):
        polled(tail)


def test_what_was_read_before_a_failure_is_not_lost(engine: Engine, clock: VirtualClock) -> None:
    arn = make_table(engine)
    split_into(engine, 4)
    names = [f"k{number:02}" for number in range(12)]
    for name in names:
        put(engine, name)
    calls = 0

    def call(operation: str, request: Json) -> Json:
        nonlocal calls
        calls += operation == "GetRecords"
        if operation == "GetRecords" and calls in (4, 9):
            raise LimitExceededException("too often")
        return engine.call(operation, request)

    tail, seen = StreamTail(call, arn, "start", clock=clock), []
    for _ in range(8):
        with suppress(LimitExceededException):
            seen += [change.keys["p"]["S"] for change in tail.poll()]
    assert sorted(seen) == names
