"""History, recovery and a stream of one table, on and off at random, keep what they promise."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from engine import Engine, VirtualClock
from engine.storage.log_index import fill_batch
from tests.engine.recovery.history import TABLE, Model, check_reads, make_table, note
from tests.engine.storage.things import database_of
from tests.engine.storage.upkeep_by_hand import upkeep_by_hand
from tests.engine.streams.reading import open_with_history, read_all

_HOUR_S = 3_600
_DAY_US = 24 * _HOUR_S * 1_000_000
_STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("put"), st.integers(0, 3)),
        st.tuples(st.just("put"), st.integers(0, 3)),
        st.tuples(st.just("delete"), st.integers(0, 3)),
        st.tuples(st.just("wait"), st.sampled_from([1, 600, 5 * _HOUR_S, 30 * _HOUR_S])),
        st.tuples(st.just("recovery"), st.integers(0, 3)),
        st.tuples(st.just("stream"), st.booleans()),
        st.tuples(st.just("upkeep"), st.just(0)),
        st.tuples(st.just("index"), st.just(0)),
    ),
    max_size=30,
)


class _Followed:
    """A table, what it was when, and what its stream that is on must give."""

    def __init__(self, engine: Engine, clock: VirtualClock) -> None:
        self.engine = engine
        self.clock = clock
        make_table(engine)
        self.model = Model([(clock.now_us(), {})])
        self.arn: str | None = None
        self.records: list[tuple[int, str]] = []

    def write(self, change: Callable[[], None], name: str) -> None:
        """A change, with the name of its record; none where the item stays as it was."""
        before = self.model.now
        change()
        if self.model.now != before:
            self.records.append((self.clock.now_us(), name))

    def put(self, number: int, version: int) -> None:
        """Put an item that is new, or other than before."""
        event = "MODIFY" if ("a", number) in self.model.now else "INSERT"
        item = note("a", number, size=version, group="g")
        self.write(lambda: self.model.put(self.engine, item), event)

    def delete(self, number: int) -> None:
        """Delete an item, if it is there."""
        self.write(lambda: self.model.delete(self.engine, "a", number), "REMOVE")

    def set_recovery(self, days: int) -> None:
        """Turn recovery on for so many days, or off."""
        specification: dict[str, Any] = {"PointInTimeRecoveryEnabled": bool(days)}
        if days:
            specification["RecoveryPeriodInDays"] = days
        self.engine.update_continuous_backups(
            TableName=TABLE, PointInTimeRecoverySpecification=specification
        )

    def set_stream(self, is_on: bool) -> None:
        """Turn the stream on or off, where it is not."""
        if is_on == (self.arn is not None):
            return
        wanted = {"StreamEnabled": is_on} | ({"StreamViewType": "KEYS_ONLY"} if is_on else {})
        answer = self.engine.update_table(TableName=TABLE, StreamSpecification=wanted)
        self.arn = answer["TableDescription"]["LatestStreamArn"] if is_on else None
        self.records = []

    def check(self, share: float) -> None:
        """The past at a place of the window, and the records of a day."""
        window = self.engine.window(TABLE)
        if window.earliest_s is not None:
            first, last = round(window.earliest_s * 1e6), self.clock.now_us()
            at_us = first + round((last - first) * share)
            with self.engine.at(at_us / 1_000_000) as past:
                check_reads(past, self.model.at(at_us), 2)
        if self.arn is not None:
            found = [record["eventName"] for record in read_all(self.engine, self.arn)]
            day_ago_us = self.clock.now_us() - _DAY_US
            left = [name for at_us, name in self.records if at_us >= day_ago_us]
            assert sorted(found) == sorted(left)


@given(
    steps=_STEPS,
    shares=st.lists(st.floats(0, 1), min_size=4, max_size=4),
    history_hours=st.sampled_from([0, 1, 24, 100]),
)
def test_each_keeps_what_it_promises(
    steps: list[Any], shares: list[float], history_hours: int
) -> None:
    clock = VirtualClock()
    with (
        TemporaryDirectory() as folder,
        upkeep_by_hand(),
        open_with_history(Path(folder) / "data", clock, history_hours) as engine,
    ):
        followed = _Followed(engine, clock)
        for version, (kind, value) in enumerate(steps):
            match kind:
                case "put":
                    followed.put(value, version)
                case "delete":
                    followed.delete(value)
                case "wait":
                    clock.advance(value)
                case "recovery":
                    followed.set_recovery(value)
                case "stream":
                    followed.set_stream(value)
                case "index":
                    for _ in fill_batch(database_of(engine)):
                        pass
                case _:
                    database_of(engine).upkeep.rounds()
                    followed.check(shares[version % len(shares)])
        for share in (0.0, *shares, 1.0):
            followed.check(share)
        assert engine.check() == []
