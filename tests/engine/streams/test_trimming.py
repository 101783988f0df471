"""Random days: what a stream gives is what is not older than 24 hours, whenever upkeep comes."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import Engine, VirtualClock
from engine.errors import ApiError
from tests.engine.storage.things import database_of
from tests.engine.storage.upkeep_by_hand import upkeep_by_hand
from tests.engine.streams.reading import (
    iterator,
    make_table,
    open_with_history,
    put,
    read_all,
    shards,
    split_into,
)

DAY_US = 24 * 3_600 * 1_000_000
_WAITS = st.sampled_from([1, 600, 3_600, 5 * 3_600, 13 * 3_600, 30 * 3_600])
_STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("put"), st.integers(0, 5)),
        st.tuples(st.just("put"), st.integers(0, 5)),
        st.tuples(st.just("wait"), _WAITS),
        st.tuples(st.just("upkeep"), st.just(0)),
        st.tuples(st.just("split"), st.integers(1, 3)),
    ),
    max_size=25,
)


@given(steps=_STEPS, history_hours=st.sampled_from([0, 1, 24, 100]))
def test_records_can_be_read_for_a_day(steps: list[Any], history_hours: int) -> None:
    clock = VirtualClock()
    with (
        TemporaryDirectory() as folder,
        upkeep_by_hand(),
        open_with_history(Path(folder) / "data", clock, history_hours) as engine,
    ):
        arn = make_table(engine)
        made: list[tuple[int, str]] = []
        for number, (kind, value) in enumerate(steps):
            if kind == "put":
                put(engine, str(value), n={"N": str(number)})
                made.append((clock.now_us(), str(number)))
            elif kind == "wait":
                clock.advance(value)
            elif kind == "split":
                split_into(engine, value)
            else:
                database_of(engine).upkeep.rounds()
            left = {n for at_us, n in made if at_us >= clock.now_us() - DAY_US}
            found = [r["dynamodb"]["NewImage"]["n"]["N"] for r in read_all(engine, arn)]
            assert len(found) == len(set(found))
            assert set(found) == left
        assert engine.check() == []


@given(
    waits=st.lists(st.integers(1, 14 * 60), max_size=30),
    trims=st.sets(st.integers(0, 30)),
    begin=st.integers(0, 10),
)
def test_an_iterator_tells_of_what_was_trimmed(
    waits: list[int], trims: set[int], begin: int
) -> None:
    """A reader that reads nothing, but asks for an iterator at its place again and again."""
    clock = VirtualClock()
    with (
        TemporaryDirectory() as folder,
        upkeep_by_hand(),
        Engine.open(Path(folder) / "data", clock=clock, durability="relaxed") as engine,
    ):
        arn = make_table(engine)
        stamps: list[int] = []
        for number in range(begin + 1):
            put(engine, "a", n={"N": str(number)})
            stamps.append(clock.now_us())
            clock.advance(60)
        numbers = [record["dynamodb"]["SequenceNumber"] for record in read_all(engine, arn)]
        (shard,) = (one["ShardId"] for one in shards(engine, arn))
        clock.advance(24 * 3_600 - 60 * (begin + 2))
        for turn, wait in enumerate(waits):
            place = iterator(engine, arn, shard)
            clock.advance(wait)
            if turn in trims:
                database_of(engine).upkeep.rounds()
            horizon_us = clock.now_us() - DAY_US
            before_us = horizon_us - wait * 1_000_000
            # Records that were there when the iterator was made, and are trimmed now.
            lost = [stamp for stamp in stamps if before_us <= stamp < horizon_us]
            if lost:
                with pytest.raises(ApiError) as caught:
                    engine.get_records(ShardIterator=place)
                assert caught.value.code == "TrimmedDataAccessException"
            else:
                found = engine.get_records(ShardIterator=place)["Records"]
                assert len(found) == sum(stamp >= horizon_us for stamp in stamps)
            for stamp, number in zip(stamps, numbers, strict=True):
                if stamp < horizon_us:
                    with pytest.raises(ApiError) as caught:
                        iterator(engine, arn, shard, "AT_SEQUENCE_NUMBER", SequenceNumber=number)
                    assert caught.value.code == "TrimmedDataAccessException"
                else:
                    iterator(engine, arn, shard, "AT_SEQUENCE_NUMBER", SequenceNumber=number)
