"""What differs between two times."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import Engine, VirtualClock
from engine.client.history import AttributeChange, ItemDiff, attribute_changes
from engine.errors import InvalidRestoreTimeException
from tests.engine.recovery.history import TABLE, Json, Model, key, make_table, note

_LEAVES = st.sampled_from([{"S": "a"}, {"S": "b"}, {"N": "1"}, {"L": [{"N": "1"}]}, {"M": {}}])
_ITEMS = st.dictionaries(
    st.sampled_from("xyz"),
    st.recursive(
        _LEAVES,
        lambda values: st.dictionaries(st.sampled_from("xyz"), values, max_size=3).map(
            lambda members: {"M": members}
        ),
        max_leaves=6,
    ),
    max_size=3,
)


@given(old=_ITEMS, new=_ITEMS)
def test_the_attributes_that_differ_lead_from_one_item_to_the_other(old: Json, new: Json) -> None:
    changes = list(attribute_changes(old, new))
    assert bool(changes) == (old != new)
    built = old
    for change in changes:
        assert change.old != change.new
        built = _with(built, change.path, change.new)
    assert built == new


def _with(item: Json, path: tuple[str, ...], value: Any) -> Json:
    name, *rest = path
    if rest:
        return item | {name: {"M": _with(item[name]["M"], tuple(rest), value)}}
    if value is None:
        return {other: held for other, held in item.items() if other != name}
    return item | {name: value}


def test_what_was_added_changed_and_removed(engine: Engine, clock: VirtualClock) -> None:
    make_table(engine)
    engine.put_item(TableName=TABLE, Item=note("a", 1, size=1, text="same"))
    engine.put_item(TableName=TABLE, Item=note("a", 2))
    engine.put_item(TableName=TABLE, Item=note("a", 4, size=1))
    from_s = clock.now_us() / 1e6
    clock.advance(1)
    engine.put_item(TableName=TABLE, Item=note("a", 1, size=2, text="same"))
    engine.delete_item(TableName=TABLE, Key=key("a", 2))
    engine.put_item(TableName=TABLE, Item=note("a", 3))
    # There and back again is no difference.
    engine.put_item(TableName=TABLE, Item=note("a", 4, size=2))
    engine.put_item(TableName=TABLE, Item=note("a", 4, size=1))
    engine.put_item(TableName=TABLE, Item=note("a", 5))
    engine.delete_item(TableName=TABLE, Key=key("a", 5))
    to_s = clock.now_us() / 1e6
    found = list(engine.diff(TABLE, from_s))
    assert [(diff.kind, diff.key["r"]["N"]) for diff in found] == [
        ("changed", "1"),
        ("removed", "2"),
        ("added", "3"),
    ]
    assert found[0] == ItemDiff(
        key("a", 1),
        note("a", 1, size=1, text="same"),
        note("a", 1, size=2, text="same"),
        (AttributeChange(("size",), {"N": "1"}, {"N": "2"}),),
    )
    clock.advance(1)
    engine.put_item(TableName=TABLE, Item=note("b", 1))
    assert list(engine.diff(TABLE, from_s, to_s)) == found
    back = list(engine.diff(TABLE, to_s, from_s))
    assert [(diff.kind, diff.old, diff.new) for diff in back] == [
        ({"added": "removed", "removed": "added"}.get(diff.kind, diff.kind), diff.new, diff.old)
        for diff in found
    ]
    assert list(engine.diff(TABLE, to_s, to_s)) == []


def test_many_differences_come_in_key_order(engine: Engine, clock: VirtualClock) -> None:
    make_table(engine)
    from_s = clock.now_us() / 1e6
    clock.advance(1)
    engine.load_items(TABLE, [note("a", number) for number in range(1_200)])
    found = [int(diff.key["r"]["N"]) for diff in engine.diff(TABLE, from_s)]
    assert found == list(range(1_200))


def test_times_out_of_the_window_are_refused(engine: Engine, clock: VirtualClock) -> None:
    make_table(engine)
    now_s = clock.now_us() / 1e6
    for from_s, to_s in ((now_s - 1, now_s), (now_s, now_s - 1), (now_s, now_s + 1)):
        with pytest.raises(InvalidRestoreTimeException):
            list(engine.diff(TABLE, from_s, to_s))


@given(draw=st.data())
def test_it_is_the_difference_of_two_states(draw: st.DataObject) -> None:
    clock = VirtualClock()
    with Engine.in_memory(clock=clock) as engine:
        make_table(engine)
        engine.call(
            "UpdateContinuousBackups",
            {
                "TableName": TABLE,
                "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
            },
        )
        clock.advance(1)
        model = Model([(clock.now_us(), {})])
        moments = [clock.now_us()]
        for place, size in draw.draw(
            st.lists(st.tuples(st.integers(0, 5), st.sampled_from([None, 1, 2])), max_size=25)
        ):
            if size is None:
                model.delete(engine, "a", place)
            else:
                model.put(engine, note("a", place, size=size))
            clock.advance(1)
            moments.append(clock.now_us())
        one, other = (draw.draw(st.sampled_from(moments)) for _ in range(2))
        before, after = model.at(one), model.at(other)
        found = {
            int(diff.key["r"]["N"]): (diff.old, diff.new)
            for diff in engine.diff(TABLE, one / 1e6, other / 1e6)
        }
        assert found == {
            place[1]: (before.get(place), after.get(place))
            for place in before.keys() | after.keys()
            if before.get(place) != after.get(place)
        }
