"""Any read as of any time gives what was there then."""

from __future__ import annotations

import tempfile
import threading
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine import Context, Engine, VirtualClock
from engine.errors import (
    InternalServerError,
    InvalidRestoreTimeException,
    PointInTimeRecoveryUnavailableException,
    ValidationException,
)
from engine.storage.catalog import Catalog
from engine.storage.log_index import clear, fill_batch
from engine.storage.past import items_at, point_at
from engine.storage.reader import Reader
from tests.engine.recovery.history import (
    TABLE,
    Model,
    check_reads,
    key,
    make_table,
    note,
    now_us,
    pages,
    sorted_items,
)
from tests.engine.storage.things import database_of, run_sql
from tests.engine.storage.upkeep_by_hand import upkeep_by_hand

pytestmark = pytest.mark.usefixtures("small_batches")
HOUR_S = 3_600.0
_PLACES = st.tuples(st.sampled_from("ab"), st.integers(0, 3))
_ATTRIBUTES = st.fixed_dictionaries(
    {},
    optional={
        "size": st.integers(-2, 2),
        "group": st.sampled_from("gh"),
        # Some of them are stored beside their row.
        "text": st.sampled_from(["", "text", "x" * 3_000]),
    },
)
_STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("put"), _PLACES, _ATTRIBUTES),
        st.tuples(st.just("put"), _PLACES, _ATTRIBUTES),
        st.tuples(st.just("delete"), _PLACES),
        st.tuples(st.just("clock"), st.sampled_from([-5.0, -0.5, 0.0, 0.000001, 1.0, 60.0])),
        st.tuples(st.just("clock"), st.just(9 * HOUR_S)),
        st.tuples(st.sampled_from(["upkeep", "fill", "part", "clear", "reopen", "look"])),
    ),
    max_size=40,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=_STEPS, draw=st.data())
def test_the_past_is_what_a_model_of_it_says(steps: list[Any], draw: st.DataObject) -> None:
    clock = VirtualClock()
    with tempfile.TemporaryDirectory() as folder, upkeep_by_hand():
        engine = Engine.open(folder, clock=clock, durability="relaxed")
        try:
            make_table(engine)
            model = Model([(clock.now_us(), {})])
            for step in steps:
                engine = _take(step, engine, model, clock, Path(folder))
            earliest_us = max(model.states[0][0], _time(engine, clock) - round(24 * HOUR_S * 1e6))
            for _ in range(3):
                at_us = draw.draw(st.sampled_from(_times(model, earliest_us, _time(engine, clock))))
                limit = draw.draw(st.sampled_from([1, 2, 100]))
                _check(engine, model, at_us, limit)
            assert engine.check() == []
        finally:
            engine.close()


def _time(engine: Engine, clock: VirtualClock) -> int:
    return max(clock.now_us(), now_us(engine))


def _times(model: Model, earliest_us: int, latest_us: int) -> list[int]:
    """The moments around each change that lie in the window."""
    around = [stamp + offset for stamp, _ in model.states for offset in (-1, 0, 1, 500_000)]
    return sorted({at for at in around if earliest_us <= at <= latest_us} | {latest_us})


def _take(step: Any, engine: Engine, model: Model, clock: VirtualClock, folder: Path) -> Engine:
    database = database_of(engine)
    match step:
        case "put", (p, r), attributes:
            model.put(engine, note(p, r, **attributes))
        case "delete", (p, r):
            model.delete(engine, p, r)
        case "clock", seconds:
            clock.advance(seconds)
        case ("upkeep",):
            assert database.upkeep is not None
            database.upkeep.rounds()
        case ("fill",):
            for _ in fill_batch(database):
                pass
        case ("part",):
            next(fill_batch(database), None)
        case ("clear",):
            for _ in clear(database):
                pass
        case ("look",):
            _check(engine, model, _time(engine, clock), 2)
        case ("reopen",):
            engine.close()
            return Engine.open(folder, clock=clock, durability="relaxed")
    return engine


def _check(engine: Engine, model: Model, at_us: int, limit: int) -> None:
    state = model.at(at_us)
    with engine.at(at_us / 1_000_000) as past:
        check_reads(past, state, limit)
        for p, r in (("a", 0), ("b", 1)):
            asked = {"TableName": TABLE, "Key": key(p, r)}
            assert past.call("GetItem", asked).get("Item") == state.get((p, r))
    database = database_of(engine)
    seq = point_at(database, at_us)

    def read(reader: Reader, catalog: Catalog) -> list[tuple[bytes, bytes]]:
        return list(items_at(reader, catalog.tables[TABLE], seq))

    rows = database.read(read)
    assert [key for key, _ in rows] == sorted(key for key, _ in rows)
    assert sorted_items([orjson.loads(raw) for _, raw in rows]) == sorted_items([*state.values()])


def test_a_time_is_settled_before_it_is_read(engine: Engine, clock: VirtualClock) -> None:
    """What is written after a read as of now is not part of it, even where the clock steps back."""
    make_table(engine)
    engine.put_item(TableName=TABLE, Item=note("a", 1))
    clock.advance(10)
    at_us = clock.now_us()
    with engine.at(at_us / 1_000_000) as past:
        clock.advance(-20)
        engine.put_item(TableName=TABLE, Item=note("a", 2))
        assert len(past.call("Scan", {"TableName": TABLE})["Items"]) == 1
    with engine.at(at_us / 1_000_000) as again:
        assert len(again.call("Scan", {"TableName": TABLE})["Items"]) == 1
    assert now_us(engine) == at_us + 1


def test_a_time_is_settled_for_all_processes(tmp_path: Path) -> None:
    ahead, behind = VirtualClock(30_000_000), VirtualClock(10_000_000)
    with Engine.open(tmp_path, clock=behind) as other, Engine.open(tmp_path, clock=ahead) as one:
        make_table(other)
        other.put_item(TableName=TABLE, Item=note("a", 1))
        with one.at(25) as past:
            other.put_item(TableName=TABLE, Item=note("a", 2))
            assert past.call("GetItem", {"TableName": TABLE, "Key": key("a", 2)}) == {}
        with other.at(25) as past:
            assert past.call("GetItem", {"TableName": TABLE, "Key": key("a", 2)}) == {}
        ahead.advance(1)
        one.put_item(TableName=TABLE, Item=note("a", 3))
        other.put_item(TableName=TABLE, Item=note("a", 4))
        stamps = run_sql(one, "SELECT stamp_us FROM changes ORDER BY seq")
        assert stamps == sorted(stamps)
        assert [stamp for (stamp,) in stamps[1:]] == [30_000_000, 31_000_000, 31_000_000]


def test_the_future_cannot_be_read(engine: Engine, clock: VirtualClock) -> None:
    with pytest.raises(InvalidRestoreTimeException, match="2023-11-14T22:13:21Z has not come yet"):
        engine.at(clock.now_us() / 1_000_000 + 1)
    for nonsense in (-1.0, 1e30, float("nan")):
        with pytest.raises(ValidationException, match="is no time: give seconds since the epoch"):
            engine.at(nonsense)


def test_times_out_of_the_window_are_refused(engine: Engine, clock: VirtualClock) -> None:
    made_s = clock.now_us() / 1_000_000
    make_table(engine)
    clock.advance(60)
    engine.put_item(TableName=TABLE, Item=note("a", 1))
    with engine.at(made_s) as past:
        assert past.call("Scan", {"TableName": TABLE})["Items"] == []
    with (
        engine.at(made_s - 0.000001) as past,
        pytest.raises(
            InvalidRestoreTimeException,
            match=f"^Table '{TABLE}' can be read as of 2023-11-14T22:13:20Z and later, not as of "
            "2023-11-14T22:13:19.999999Z$",
        ),
    ):
        past.call("Scan", {"TableName": TABLE})
    clock.advance(25 * HOUR_S)
    for seconds in (-0.000001, 0.0):
        with engine.at(clock.now_us() / 1e6 - 24 * HOUR_S + seconds) as past:
            if seconds:
                with pytest.raises(InvalidRestoreTimeException):
                    past.call("GetItem", {"TableName": TABLE, "Key": key("a", 1)})
            else:
                assert past.call("GetItem", {"TableName": TABLE, "Key": key("a", 1)})["Item"]


def test_what_a_shorter_history_gave_up_does_not_come_back(
    tmp_path: Path, clock: VirtualClock
) -> None:
    """The window reaches as far as what was logged, whatever the setting says by now."""

    def earliest(history: float) -> float:
        (tmp_path / "config.toml").write_text(f"history = {history}")
        with Engine.open(tmp_path, clock=clock) as engine:
            if "notes" not in engine.list_tables()["TableNames"]:
                make_table(engine)
            engine.put_item(TableName=TABLE, Item=note("a", 1, size=clock.now_us() % 1_000))
            with engine.at(0) as past:
                try:
                    past.call("Scan", {"TableName": TABLE})
                except InvalidRestoreTimeException as error:
                    text = error.message.partition(" as of ")[2].partition(" and ")[0]
                    when = datetime.fromisoformat(text).timestamp()
                    return (clock.now_us() / 1e6 - when) / HOUR_S
                except PointInTimeRecoveryUnavailableException:
                    return -1.0
        raise AssertionError

    assert earliest(24) == 0
    clock.advance(30 * HOUR_S)
    assert earliest(24) == 24
    assert earliest(48) == 24
    clock.advance(10 * HOUR_S)
    assert earliest(48) == 34
    assert earliest(2) == 2
    assert earliest(24) == 2
    clock.advance(HOUR_S)
    assert earliest(0) == -1
    clock.advance(HOUR_S)
    assert earliest(24) == 0


def test_the_past_can_only_be_read(engine: Engine, clock: VirtualClock) -> None:
    make_table(engine)
    with engine.at(clock.now_us() / 1_000_000) as past:
        for operation, request in (
            ("PutItem", {"TableName": TABLE, "Item": note("a", 1)}),
            ("DeleteTable", {"TableName": TABLE}),
            ("ExecuteStatement", {"Statement": f"INSERT INTO {TABLE} VALUE {{'p': 'a', 'r': 1}}"}),
        ):
            with pytest.raises(ValidationException, match="The past can only be read"):
                past.call(operation, request)
    assert engine.scan(TableName=TABLE)["Count"] == 0


def test_all_reading_operations_see_the_past(engine: Engine, clock: VirtualClock) -> None:
    make_table(engine)
    engine.put_item(TableName=TABLE, Item=note("a", 1, text="old"))
    at_s = clock.now_us() / 1_000_000
    clock.advance(1)
    engine.put_item(TableName=TABLE, Item=note("a", 1, text="new"))
    old = note("a", 1, text="old")
    select = {"Statement": f"SELECT * FROM {TABLE} WHERE p = 'a' AND r = 1"}
    get = {"TableName": TABLE, "Key": key("a", 1)}
    with engine.at(at_s) as past:
        assert past.call("GetItem", get)["Item"] == old
        found = past.call("BatchGetItem", {"RequestItems": {TABLE: {"Keys": [key("a", 1)]}}})
        assert found["Responses"] == {TABLE: [old]}
        found = past.call("TransactGetItems", {"TransactItems": [{"Get": get}]})
        assert found["Responses"] == [{"Item": old}]
        assert past.call("ExecuteStatement", select)["Items"] == [old]
        found = past.call("BatchExecuteStatement", {"Statements": [select]})
        assert found["Responses"] == [{"TableName": TABLE, "Item": old}]
        found = past.call("ExecuteTransaction", {"TransactStatements": [select]})
        assert found["Responses"] == [{"Item": old}]


def test_a_local_index_fetches_from_the_past_of_its_table(
    engine: Engine, clock: VirtualClock
) -> None:
    make_table(engine)
    items = [note("a", 1, size=1, text="one"), note("a", 2, size=2, text="two")]
    engine.load_items(TABLE, items)
    at_s = clock.now_us() / 1e6
    clock.advance(1)
    engine.put_item(TableName=TABLE, Item=note("a", 1, size=9, text="changed"))
    # Its entry in the index stays as it was.
    engine.put_item(TableName=TABLE, Item=note("a", 2, size=2, text="changed"))
    asked = {
        "IndexName": "by-size",
        "Select": "ALL_ATTRIBUTES",
        "KeyConditionExpression": "p = :p AND #s < :s",
        "ExpressionAttributeNames": {"#s": "size"},
        "ExpressionAttributeValues": {":p": {"S": "a"}, ":s": {"N": "5"}},
    }
    with engine.at(at_s) as past:
        assert pages(past, "Query", asked) == items


def test_threads_read_the_past_while_others_write(engine: Engine, clock: VirtualClock) -> None:
    make_table(engine)
    items = [note("a", number, size=number, group="g") for number in range(40)]
    engine.load_items(TABLE, items)
    at_s = clock.now_us() / 1e6
    clock.advance(1)
    failures: list[object] = []
    with engine.at(at_s) as past:

        def read() -> None:
            for _ in range(15):
                for name in (None, "by-size", "by-group"):
                    members = {} if name is None else {"IndexName": name}
                    found = len(pages(past, "Scan", members))
                    if found != len(items):
                        failures.append((name, found))

        threads = [threading.Thread(target=read) for _ in range(3)]
        for thread in threads:
            thread.start()
        for number in range(40):
            engine.put_item(TableName=TABLE, Item=note("a", number, size=-number, group="h"))
            engine.delete_item(TableName=TABLE, Key=key("a", number))
        for thread in threads:
            thread.join()
    assert failures == []


def test_an_index_that_came_later_is_read_as_it_would_have_been(
    engine: Engine, clock: VirtualClock
) -> None:
    make_table(engine)
    engine.put_item(TableName=TABLE, Item=note("a", 1, color="red"))
    at_s = clock.now_us() / 1e6
    clock.advance(1)
    engine.put_item(TableName=TABLE, Item=note("a", 1, color="blue"))
    index = {
        "IndexName": "by-color",
        "KeySchema": [{"AttributeName": "color", "KeyType": "HASH"}],
        "Projection": {"ProjectionType": "ALL"},
    }
    engine.update_table(
        TableName=TABLE,
        AttributeDefinitions=[{"AttributeName": "color", "AttributeType": "S"}],
        GlobalSecondaryIndexUpdates=[{"Create": index}],
    )
    with engine.at(at_s) as past:
        assert pages(past, "Scan", {"IndexName": "by-color"}) == [note("a", 1, color="red")]


def test_a_table_of_the_same_name_is_another(engine: Engine, clock: VirtualClock) -> None:
    make_table(engine)
    engine.put_item(TableName=TABLE, Item=note("a", 1))
    at_s = clock.now_us() / 1e6
    clock.advance(1)
    engine.delete_table(TableName=TABLE)
    make_table(engine)
    with engine.at(at_s) as past, pytest.raises(InvalidRestoreTimeException):
        past.call("Scan", {"TableName": TABLE})


def test_an_index_of_the_log_that_lacks_an_entry_is_told_of(engine: Engine) -> None:
    make_table(engine)
    engine.load_items(TABLE, [note("a", number) for number in range(9)])
    for _ in fill_batch(database_of(engine)):
        pass
    assert engine.check() == []
    run_sql(engine, "DELETE FROM changes_by_key WHERE seq = 3")
    assert engine.check() == ["change log: 1 entries are missing in its index by key"]


def test_a_read_that_is_cancelled_lets_go_of_its_snapshot(
    engine: Engine, clock: VirtualClock
) -> None:
    make_table(engine)
    engine.load_items(TABLE, [note("a", number, size=0) for number in range(2_000)])
    at_s = clock.now_us() / 1e6
    clock.advance(1)
    engine.load_items(TABLE, [note("a", number, size=1) for number in range(2_000)])
    with engine.at(at_s) as past:
        cancelled = Context(cancelled=lambda: True)
        with pytest.raises(InternalServerError) as caught:
            past.call("Scan", {"TableName": TABLE}, cancelled)
        # What was raised still holds on to the page that was being read.
        assert caught.value.__traceback__ is not None
        engine.put_item(TableName=TABLE, Item=note("a", 1, size=2))
        assert engine.get_item(TableName=TABLE, Key=key("a", 1))["Item"]["size"] == {"N": "2"}
        found = past.call("GetItem", {"TableName": TABLE, "Key": key("a", 1)})
        assert found["Item"]["size"] == {"N": "0"}


@pytest.mark.parametrize("others", [False, True])
def test_what_was_trimmed_and_is_still_in_the_index_is_not_looked_for(
    tmp_path: Path, clock: VirtualClock, others: bool
) -> None:
    with upkeep_by_hand(), Engine.open(tmp_path, clock=clock) as made:
        make_table(made)
        make_table(made, "kept")
        if others:
            # Entries of a table that keeps them longer come before those that are trimmed.
            made.update_continuous_backups(
                TableName="kept",
                PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True},
            )
            made.put_item(TableName="kept", Item=note("a", 1))
        for version in range(3):
            made.put_item(TableName=TABLE, Item=note("a", 1, size=version))
        for _ in fill_batch(database_of(made)):
            pass
        clock.advance(30 * HOUR_S)
        made.put_item(TableName=TABLE, Item=note("a", 1, size=9))
        while database_of(made).write(lambda transaction: transaction.trim_changes(1_000)):
            pass
        with made.at(clock.now_us() / 1_000_000 - HOUR_S) as past:
            assert past.call("Scan", {"TableName": TABLE})["Items"] == [note("a", 1, size=2)]
