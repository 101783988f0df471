"""Point-in-time recovery on and off, its window, and what the log keeps for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine import Engine, Settings, VirtualClock
from engine.errors import (
    ContinuousBackupsUnavailableException,
    InvalidRestoreTimeException,
    PointInTimeRecoveryUnavailableException,
    TableNotFoundException,
    ValidationException,
)
from tests.engine.recovery.history import TABLE, Json, key, make_table, note
from tests.engine.storage.things import database_of, run_sql
from tests.engine.storage.upkeep_by_hand import upkeep_by_hand

DAY_S = 86_400.0
pytestmark = pytest.mark.usefixtures("small_batches")


def recovery(engine: Engine, days: int | None = None, *, on: bool = True) -> Json:
    wanted: Json = {"PointInTimeRecoveryEnabled": on}
    if days is not None:
        wanted["RecoveryPeriodInDays"] = days
    request = {"TableName": TABLE, "PointInTimeRecoverySpecification": wanted}
    return _window(engine.call("UpdateContinuousBackups", request))


def described(engine: Engine) -> Json:
    return _window(engine.call("DescribeContinuousBackups", {"TableName": TABLE}))


def _window(answer: Json) -> Json:
    description: Json = answer["ContinuousBackupsDescription"]
    assert description["ContinuousBackupsStatus"] == "ENABLED"
    window: Json = description["PointInTimeRecoveryDescription"]
    return window


def test_it_is_off_at_first(engine: Engine) -> None:
    make_table(engine)
    assert described(engine) == {"PointInTimeRecoveryStatus": "DISABLED"}
    assert recovery(engine, on=False) == {"PointInTimeRecoveryStatus": "DISABLED"}


def test_its_window_begins_when_it_is_turned_on(engine: Engine, clock: VirtualClock) -> None:
    make_table(engine)
    clock.advance(100)
    since_s = clock.now_us() / 1e6
    assert recovery(engine) == {
        "PointInTimeRecoveryStatus": "ENABLED",
        "RecoveryPeriodInDays": 35,
        "EarliestRestorableDateTime": since_s,
        "LatestRestorableDateTime": since_s,
    }
    clock.advance(36 * DAY_S)
    assert described(engine)["EarliestRestorableDateTime"] == since_s + DAY_S
    assert described(engine)["LatestRestorableDateTime"] == since_s + 36 * DAY_S
    # Turned on again, it goes on; off and on, it begins anew.
    assert recovery(engine)["EarliestRestorableDateTime"] == since_s + DAY_S
    recovery(engine, on=False)
    assert recovery(engine)["EarliestRestorableDateTime"] == since_s + 36 * DAY_S


def test_a_shorter_period_gives_up_what_a_longer_one_does_not_bring_back(
    engine: Engine, clock: VirtualClock
) -> None:
    make_table(engine)
    recovery(engine, 10)
    clock.advance(20 * DAY_S)
    now_s = clock.now_us() / 1e6
    assert recovery(engine, 3)["EarliestRestorableDateTime"] == now_s - 3 * DAY_S
    assert recovery(engine, 35)["EarliestRestorableDateTime"] == now_s - 3 * DAY_S


@pytest.mark.parametrize("days", [0, 36])
def test_the_period_is_from_one_to_35_days(engine: Engine, days: int) -> None:
    make_table(engine)
    with pytest.raises(ValidationException, match="ecoveryPeriodInDays"):
        recovery(engine, days)


def test_the_latest_time_may_lag_behind(tmp_path: Path, clock: VirtualClock) -> None:
    (tmp_path / "config.toml").write_text("pitr_lag_s = 300")
    with Engine.open(tmp_path, clock=clock) as engine:
        make_table(engine)
        since_s = clock.now_us() / 1e6
        assert recovery(engine)["LatestRestorableDateTime"] == since_s
        clock.advance(1_000)
        assert described(engine)["LatestRestorableDateTime"] == since_s + 700


def test_tables_that_are_not_there_are_not_found(engine: Engine) -> None:
    with pytest.raises(TableNotFoundException, match=r"^Table not found: notes$"):
        described(engine)
    with pytest.raises(TableNotFoundException, match=r"^Table not found: notes$"):
        recovery(engine)


def test_a_table_that_is_being_made_has_none_yet(clock: VirtualClock) -> None:
    with Engine.in_memory(settings=Settings(table_delay_s=5), clock=clock) as engine:
        make_table(engine)
        with pytest.raises(ContinuousBackupsUnavailableException):
            recovery(engine)
        clock.advance(5)
        assert recovery(engine)["PointInTimeRecoveryStatus"] == "ENABLED"


def test_in_memory_only_what_is_asked_for_is_logged(clock: VirtualClock) -> None:
    with Engine.in_memory(clock=clock) as engine:
        make_table(engine)
        make_table(engine, "others")
        engine.put_item(TableName=TABLE, Item=note("a", 1))
        assert engine.storage_report().change_log_entries == 0
        with (
            engine.at(clock.now_us() / 1e6) as past,
            pytest.raises(PointInTimeRecoveryUnavailableException, match="turn point-in-time"),
        ):
            past.call("Scan", {"TableName": TABLE})
        since_s = recovery(engine, 1)["EarliestRestorableDateTime"]
        clock.advance(1)
        engine.put_item(TableName=TABLE, Item=note("a", 1, size=2))
        engine.put_item(TableName="others", Item=note("a", 1, size=2))
        assert engine.storage_report().change_log_entries == 1
        with engine.at(since_s) as past:
            found = past.call("GetItem", {"TableName": TABLE, "Key": key("a", 1)})
            assert found["Item"] == note("a", 1)
            found = past.call("Scan", {"TableName": TABLE, "IndexName": "by-size"})
            assert found["Items"] == []
        recovery(engine, on=False)
        engine.put_item(TableName=TABLE, Item=note("a", 2))
        assert engine.storage_report().change_log_entries == 1


def test_in_memory_the_log_is_trimmed_by_those_who_write(clock: VirtualClock) -> None:
    with Engine.in_memory(clock=clock) as engine:
        make_table(engine)
        recovery(engine, 1)
        for _ in range(20):
            engine.load_items(TABLE, [note("a", n, size=clock.now_us() % 99) for n in range(300)])
            clock.advance(DAY_S / 2)
        assert engine.storage_report().change_log_entries < 1_500


def test_forty_days(tmp_path: Path) -> None:
    """Tables with periods of their own over forty days: the log and the windows are exact."""
    clock = VirtualClock()
    start_us = clock.now_us()
    periods = {"notes": 35, "weekly": 7, "daily": 1, "plain": None}
    with upkeep_by_hand(), Engine.open(tmp_path, clock=clock, durability="relaxed") as engine:
        for name, days in periods.items():
            make_table(engine, name)
            if days is not None:
                engine.call(
                    "UpdateContinuousBackups",
                    {
                        "TableName": name,
                        "PointInTimeRecoverySpecification": {
                            "PointInTimeRecoveryEnabled": True,
                            "RecoveryPeriodInDays": days,
                        },
                    },
                )
        for hour in range(40 * 4):
            for name in periods:
                engine.put_item(TableName=name, Item=note("a", 1, size=hour))
            clock.advance(DAY_S / 4)
            if hour % 5 == 0:
                _upkeep(engine)
        _upkeep(engine)
        for name, days in periods.items():
            _check_window(engine, clock, name, days or 1, start_us)
        _check_kept(engine, clock, periods)
        # A shorter period lets go of what only the longer one kept, in the midst of the log too.
        recovery(engine, 2)
        _upkeep(engine)
        _check_kept(engine, clock, periods | {"notes": 2})
        assert engine.check() == []


def _upkeep(engine: Engine) -> None:
    upkeep = database_of(engine).upkeep
    assert upkeep is not None
    upkeep.rounds()


def _check_window(engine: Engine, clock: VirtualClock, name: str, days: int, start_us: int) -> None:
    """The earliest time has its right state, and a microsecond before is refused."""
    earliest_us = clock.now_us() - round(days * DAY_S * 1e6)
    hour = (earliest_us - start_us) // round(DAY_S / 4 * 1e6)
    request = {"TableName": name, "Key": key("a", 1)}
    with engine.at(earliest_us / 1e6) as past:
        assert past.call("GetItem", request)["Item"] == note("a", 1, size=hour)
        indexed = past.call("Scan", {"TableName": name, "IndexName": "by-size"})["Items"]
        assert indexed == [note("a", 1, size=hour)]
    with engine.at((earliest_us - 1) / 1e6) as past, pytest.raises(InvalidRestoreTimeException):
        past.call("GetItem", request)


def _check_kept(engine: Engine, clock: VirtualClock, periods: dict[str, int | None]) -> None:
    """Of each table just the entries of its period are kept; the newest of all in any case."""
    tables = database_of(engine).reload_catalog().tables

    def entries(storage_id: int) -> list[int]:
        rows = run_sql(
            engine, f"SELECT stamp_us FROM changes WHERE storage = {storage_id} ORDER BY seq"
        )
        return [stamp_us for (stamp_us,) in rows]

    for name, days in periods.items():
        stamps = entries(tables[name].storage_id)
        assert len(stamps) == (days or 1) * 4
        assert stamps[0] == clock.now_us() - round((days or 1) * DAY_S * 1e6)
