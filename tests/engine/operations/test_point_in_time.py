"""RestoreTableToPointInTime: a new table as an old one was at some time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import Account, Engine, VirtualClock
from tests.engine.operations.tables import Json, items_of, key, make_tables, n, refused
from tests.engine.operations.test_restores import described, entries_of
from tests.engine.recovery.history import now_us as last_stamp_us

START = 1_700_000_000


def turn_on(engine: Engine, table: str = "ranged") -> None:
    """Turn point-in-time recovery on."""
    engine.call(
        "UpdateContinuousBackups",
        {
            "TableName": table,
            "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
        },
    )


def restore(engine: Engine, **more: object) -> Json:
    """Restore `ranged`; gives the description in the answer."""
    request = {"SourceTableName": "ranged", "TargetTableName": "again"} | more
    answer = engine.restore_table_to_point_in_time(**request)
    description: Json = answer["TableDescription"]
    return description


def put(engine: Engine, number: int, group: int) -> None:
    """An item of `ranged`."""
    engine.put_item(TableName="ranged", Item=key("a", str(number)) | {"g": n(group)})


def test_a_table_comes_back_as_of_a_second(engine: Engine, clock: VirtualClock) -> None:
    turn_on(engine)
    for second in range(5):
        put(engine, second % 3, second)
        clock.advance(1)
    answer = restore(engine, RestoreDateTime=START + 2)
    arn = "arn:aws:dynamodb:us-east-1:000000000000:table/ranged"
    assert answer["TableStatus"] == "CREATING"
    assert answer["RestoreSummary"] == {
        "SourceTableArn": arn,
        "RestoreDateTime": START + 2.0,
        "RestoreInProgress": True,
    }
    groups = sorted(int(item["g"]["N"]) for item in items_of(engine, "again"))
    assert groups == [0, 1, 2]
    assert len(entries_of(engine, "again", "by-g")) == 3
    restore(engine, TargetTableName="latest", UseLatestRestorableTime=True)
    assert items_of(engine, "latest") == items_of(engine, "ranged")
    assert described(engine, "latest")["RestoreSummary"]["RestoreDateTime"] == START + 5.0


def test_what_is_refused(engine: Engine, clock: VirtualClock) -> None:
    with refused("TableNotFoundException", "Source table not found: nowhere"):
        restore(engine, SourceTableName="nowhere", UseLatestRestorableTime=True)
    text = "Point in time recovery is not enabled for table 'ranged'"
    with refused("PointInTimeRecoveryUnavailableException", text):
        restore(engine, UseLatestRestorableTime=True)
    turn_on(engine)
    clock.advance(10)
    for when in (START - 1, START + 11):
        with refused("InvalidRestoreTimeException"):
            restore(engine, RestoreDateTime=when)
    with refused("TableAlreadyExistsException", "Table already exists: hash"):
        restore(engine, TargetTableName="hash", UseLatestRestorableTime=True)
    for times in ({}, {"RestoreDateTime": START, "UseLatestRestorableTime": True}):
        with refused("ValidationException"):
            restore(engine, **times)
    assert engine.list_tables()["TableNames"] == ["hash", "local", "ranged"]


def test_the_earliest_time_may_be_given_in_whole_seconds_as_sdks_do(
    engine: Engine, clock: VirtualClock
) -> None:
    put(engine, 1, 1)
    clock.advance(0.7)
    turn_on(engine)
    clock.advance(5)
    put(engine, 2, 1)
    summary = restore(engine, RestoreDateTime=START)["RestoreSummary"]
    assert summary["RestoreDateTime"] == START + 0.7
    assert len(items_of(engine, "again")) == 1


# The clock may step back as well.
_PAUSES = st.sampled_from([-30.0, -1.5, 0.0, 0.5, 1.0, 2.0, 20.0])


@given(
    st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3), _PAUSES), max_size=25),
    st.integers(0, 60),
)
def test_any_second_is_as_the_model_has_it(writes: list[tuple[int, int, float]], when: int) -> None:
    clock = VirtualClock()
    with Engine.in_memory(clock=clock) as engine:
        make_tables(engine)
        turn_on(engine)
        model: dict[int, int] = {}
        then: dict[int, int] = {}
        for number, group, pause in writes:
            if group == 3:
                engine.delete_item(TableName="ranged", Key=key("a", str(number)))
                model.pop(number, None)
            else:
                put(engine, number, group)
                model[number] = group
            if last_stamp_us(engine) <= (START + when) * 1_000_000:
                then = dict(model)
            clock.advance(pause)
        clock.advance(max(0, START + when - clock.now_us() / 1_000_000))
        restore(engine, RestoreDateTime=START + when)
        found = {int(item["r"]["S"]): int(item["g"]["N"]) for item in items_of(engine, "again")}
        assert found == then
        entries = entries_of(engine, "again", "by-g")
        assert {int(entry["r"]["S"]): int(entry["g"]["N"]) for entry in entries} == then
        assert engine.check() == []


@pytest.mark.parametrize("target", ["us-east-1", "eu-west-1"])
def test_the_source_may_be_named_by_its_arn(engine: Engine, target: str) -> None:
    turn_on(engine)
    arn = described(engine, "ranged")["TableArn"].replace("us-east-1", target)
    request = {"SourceTableArn": arn, "TargetTableName": "again", "UseLatestRestorableTime": True}
    if target == "us-east-1":
        engine.restore_table_to_point_in_time(**request)
        assert described(engine)["TableStatus"] == "ACTIVE"
    else:
        with refused("ValidationException"):
            engine.restore_table_to_point_in_time(**request)


def test_a_table_comes_back_in_another_region(clock: VirtualClock) -> None:
    with Account.in_memory(clock=clock) as account:
        here, there = account.engine(), account.engine("eu-west-1")
        make_tables(there)
        turn_on(there)
        put(there, 1, 1)
        arn = described(there, "ranged")["TableArn"]
        here.restore_table_to_point_in_time(
            SourceTableArn=arn, TargetTableName="again", UseLatestRestorableTime=True
        )
        assert items_of(here, "again") == items_of(there, "ranged")
        assert described(here)["RestoreSummary"]["SourceTableArn"] == arn
