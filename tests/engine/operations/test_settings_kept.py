"""Tables with a stream, Time to Live and recovery are emptied, or come back from a snapshot."""

from __future__ import annotations

import pytest

from engine import Engine, VirtualClock
from engine.operations import restore_job
from engine.operations.trash import truncate
from tests.engine.operations.tables import Json, items_of, key, n, refused
from tests.engine.operations.test_snapshots import any_engine

__all__ = ["any_engine"]
_BEGIN_S = 1_700_000_000


def _set_up(engine: Engine) -> None:
    engine.update_time_to_live(
        TableName="ranged", TimeToLiveSpecification={"Enabled": True, "AttributeName": "until"}
    )
    engine.update_table(
        TableName="ranged",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"},
    )
    engine.update_continuous_backups(
        TableName="ranged",
        PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True},
    )


def _expiring(sort: str, seconds: int) -> Json:
    return key("until", sort) | {"until": n(_BEGIN_S + seconds)}


def _earliest_s(engine: Engine) -> float:
    answer = engine.describe_continuous_backups(TableName="ranged")["ContinuousBackupsDescription"]
    earliest: float = answer["PointInTimeRecoveryDescription"]["EarliestRestorableDateTime"]
    return earliest


def _status(engine: Engine) -> str:
    answer = engine.describe_time_to_live(TableName="ranged")["TimeToLiveDescription"]
    status: str = answer["TimeToLiveStatus"]
    return status


def test_items_that_come_back_from_a_snapshot_expire(
    any_engine: Engine, clock: VirtualClock
) -> None:
    _set_up(any_engine)
    any_engine.put_item(TableName="ranged", Item=_expiring("soon", 100))
    any_engine.snapshot("spring")
    clock.advance(200)
    assert any_engine.expire("ranged") == 1
    any_engine.restore("spring", replace=True)
    assert _status(any_engine) == "ENABLED"
    assert any_engine.expire("ranged") == 1
    assert len(items_of(any_engine, "ranged")) == 20


def test_an_emptied_table_begins_anew_at_once(any_engine: Engine, clock: VirtualClock) -> None:
    _set_up(any_engine)
    clock.advance(10)
    any_engine.truncate("ranged")
    assert _status(any_engine) == "ENABLED"
    assert _earliest_s(any_engine) == _BEGIN_S + 10
    any_engine.put_item(TableName="ranged", Item=_expiring("soon", 20))
    clock.advance(20)
    assert any_engine.expire("ranged") == 1


def test_the_past_of_a_table_begins_when_it_takes_the_place_of_another(
    any_engine: Engine, clock: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    _set_up(any_engine)
    any_engine.snapshot("spring")
    clock.advance(10)
    fill = restore_job.fill_table

    def fill_slowly(*arguments: object) -> None:
        fill(*arguments)  # type: ignore[arg-type]
        clock.advance(10)

    monkeypatch.setattr(restore_job, "fill_table", fill_slowly)
    any_engine.restore("spring", {"ranged": "ranged"}, replace=True)
    assert _earliest_s(any_engine) == _BEGIN_S + 20
    with refused("InvalidRestoreTimeException"), any_engine.at(_BEGIN_S + 15) as past:
        past.call("Scan", {"TableName": "ranged"})


def test_another_table_that_is_emptied_amid_a_restore_begins_nothing_of_it(
    any_engine: Engine, clock: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    _set_up(any_engine)
    any_engine.put_item(TableName="ranged", Item=_expiring("soon", 100))
    any_engine.snapshot("spring")
    any_engine.delete_table(TableName="ranged")
    clock.advance(200)
    fill = restore_job.fill_table

    def fill_after_another(*arguments: object) -> None:
        truncate(any_engine._region, "hash")
        any_engine._region.database.write(any_engine._region.database.upkeep.step)
        fill(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(restore_job, "fill_table", fill_after_another)
    any_engine.restore("spring", {"ranged": "ranged"})
    assert any_engine.expire("ranged") == 1


def test_what_was_measured_of_a_table_that_is_replaced_is_forgotten(
    any_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    any_engine.snapshot("spring")
    forgotten: list[str] = []
    monkeypatch.setattr(
        any_engine._region.metrics, "forget", lambda table_id: forgotten.append(table_id)
    )
    before = any_engine.describe_table(TableName="ranged")["Table"]["TableId"]
    any_engine.restore("spring", {"ranged": "ranged"}, replace=True)
    assert forgotten == [before]
