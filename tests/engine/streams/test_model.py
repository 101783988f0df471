"""Random writes, time, splits and switches: consumers see every change once per key, in order."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from dyntui.core.streams.tail import VIEWS, StreamTail
from engine import Engine, VirtualClock
from tests.engine.streams.reading import (
    TABLE,
    disable,
    enable,
    key,
    make_table,
    read_all,
    split_into,
    told,
)

Json = dict[str, Any]
_FIRST_US = VirtualClock().now_us()
_NAMES = [f"k{number}" for number in range(12)]
_PUT = st.tuples(st.just("put"), st.sampled_from(_NAMES), st.integers(0, 2))
_DELETE = st.tuples(st.just("delete"), st.sampled_from(_NAMES), st.just(0))
_TRANSACT = st.tuples(
    st.just("transact"), st.lists(st.sampled_from(_NAMES), min_size=1, unique=True), st.integers()
)
_SPLIT = st.tuples(st.just("split"), st.just(""), st.integers(1, 6))
_WAIT = st.tuples(st.just("wait"), st.just(""), st.sampled_from([-30, 1, 3_600, 5 * 3_600]))
_STEPS = st.lists(st.one_of(_PUT, _PUT, _PUT, _DELETE, _TRANSACT, _SPLIT, _WAIT), max_size=40)


class Model:
    """What the table holds, and the changes of each key that a stream must tell."""

    def __init__(self) -> None:
        self.items: dict[str, Json] = {}
        self.changes: dict[str, list[tuple[str, Any, Any]]] = {}

    def set(self, name: str, item: Json | None) -> None:
        """Put an item, or delete it."""
        old = self.items.pop(name, None)
        if item is not None:
            self.items[name] = item
        if old != item:
            event = "INSERT" if old is None else "REMOVE" if item is None else "MODIFY"
            self.changes.setdefault(name, []).append((event, old, item))

    def seen_by(self, view: str) -> dict[str, list[tuple[str, Any, Any]]]:
        """The changes as a view type shows them."""
        old, new = view in ("OLD_IMAGE", VIEWS[0]), view in ("NEW_IMAGE", VIEWS[0])
        return {
            name: [(e, o if old else None, n if new else None) for e, o, n in changes]
            for name, changes in self.changes.items()
        }


def _apply(engine: Engine, model: Model, step: Any) -> None:
    kind, subject, number = step
    if kind == "put":
        item = key(subject) | {"n": {"N": str(number)}}
        engine.put_item(TableName=TABLE, Item=item)
        model.set(subject, item)
    elif kind == "delete":
        engine.delete_item(TableName=TABLE, Key=key(subject))
        model.set(subject, None)
    elif kind == "transact":
        items = [key(name) | {"t": {"N": str(number)}} for name in subject]
        engine.transact_write_items(
            TransactItems=[{"Put": {"TableName": TABLE, "Item": item}} for item in items]
        )
        for name, item in zip(subject, items, strict=True):
            model.set(name, item)
    elif kind == "split":
        split_into(engine, number)


def by_key(records: list[Json]) -> dict[str, list[tuple[str, Any, Any]]]:
    """What records tell, key by key, in the order in which they came."""
    found: dict[str, list[tuple[str, Any, Any]]] = {}
    for record in records:
        found.setdefault(record["dynamodb"]["Keys"]["p"]["S"], []).append(told(record))
    return found


@given(steps=_STEPS, view=st.sampled_from(VIEWS), polls=st.integers(1, 8))
def test_consumers_see_every_change_once_in_order(steps: list[Any], view: str, polls: int) -> None:
    clock, model = VirtualClock(), Model()
    with Engine.in_memory(clock=clock) as engine:
        arn = make_table(engine, view)
        tails = [StreamTail(engine.call, arn, start, clock=clock) for start in ("start", "now")]
        seen: list[list[Json]] = [[], []]
        for number, step in enumerate(steps):
            if step[0] == "wait":
                # Within a day nothing is trimmed; iterators expire.
                if clock.now_us() < _FIRST_US + 15 * 3_600_000_000:
                    clock.advance(step[2])
                continue
            _apply(engine, model, step)
            if number % polls == 0:
                for tail, records in zip(tails, seen, strict=True):
                    records += [change.record for change in tail.poll()]
        disable(engine)
        for tail, records in zip(tails, seen, strict=True):
            for _ in range(100):
                if tail.is_ended:
                    break
                records += [change.record for change in tail.poll()]
            assert tail.is_ended
        expected = model.seen_by(view)
        for records in (seen[0], read_all(engine, arn, limit=3)):
            assert by_key(records) == expected
            ids = [record["eventID"] for record in records]
            assert len(set(ids)) == len(ids)
        assert by_key(seen[1]) == expected


@given(steps=_STEPS, at=st.integers(0, 40))
def test_each_stream_of_a_table_has_its_own_time(steps: list[Any], at: int) -> None:
    clock, model = VirtualClock(), Model()
    with Engine.in_memory(clock=clock) as engine:
        first = make_table(engine)
        for step in steps[:at]:
            if step[0] != "wait":
                _apply(engine, model, step)
        disable(engine)
        before, model.changes = model.seen_by(VIEWS[0]), {}
        second = enable(engine)
        for step in steps[at:]:
            if step[0] != "wait":
                _apply(engine, model, step)
        assert by_key(read_all(engine, first)) == before
        assert by_key(read_all(engine, second)) == model.seen_by(VIEWS[0])
