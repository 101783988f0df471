"""Time to Live settings, quotas and endpoints."""

from __future__ import annotations

from typing import Any

import pytest

from engine import Engine, Settings, VirtualClock
from tests.engine.operations.tables import make_tables, refused


def turn(engine: Engine, attribute: str, on: bool) -> Any:
    specification = {"AttributeName": attribute, "Enabled": on}
    return engine.update_time_to_live(TableName="hash", TimeToLiveSpecification=specification)


def test_time_to_live_is_turned_on_and_off(engine: Engine) -> None:
    described = engine.describe_time_to_live(TableName="hash")
    assert described == {"TimeToLiveDescription": {"TimeToLiveStatus": "DISABLED"}}
    assert turn(engine, "until", True) == {
        "TimeToLiveSpecification": {"AttributeName": "until", "Enabled": True}
    }
    assert engine.describe_time_to_live(TableName="hash") == {
        "TimeToLiveDescription": {"TimeToLiveStatus": "ENABLED", "AttributeName": "until"}
    }
    turn(engine, "until", False)
    assert engine.describe_time_to_live(TableName="hash") == described


@pytest.mark.parametrize(
    ("before", "attribute", "on", "message"),
    [
        (True, "until", True, "TimeToLive is already enabled"),
        (False, "until", False, "TimeToLive is already disabled"),
        (
            True,
            "other",
            True,
            "TimeToLive is active on a different AttributeName: current AttributeName is until",
        ),
        (
            True,
            "other",
            False,
            "TimeToLive is active on a different AttributeName: current AttributeName is until",
        ),
    ],
)
def test_changes_that_are_none(
    engine: Engine, before: bool, attribute: str, on: bool, message: str
) -> None:
    if before:
        turn(engine, "until", True)
    with refused("ValidationException", message):
        turn(engine, attribute, on)


def test_changes_may_have_to_wait_for_each_other(clock: VirtualClock) -> None:
    with Engine.in_memory(settings=Settings(ttl_change_interval_s=3_600), clock=clock) as engine:
        make_tables(engine)
        turn(engine, "until", True)
        with refused(
            "ValidationException",
            "Time to live has been modified multiple times within a fixed interval",
        ):
            turn(engine, "until", False)
        clock.advance(3_600)
        turn(engine, "until", False)


def test_a_missing_table_has_no_time_to_live(engine: Engine) -> None:
    with refused(
        "ResourceNotFoundException",
        "Requested resource not found: Table: missing not found",
    ):
        engine.describe_time_to_live(TableName="missing")


def test_limits_and_endpoints(engine: Engine) -> None:
    assert engine.describe_limits() == {
        "AccountMaxReadCapacityUnits": 80_000,
        "AccountMaxWriteCapacityUnits": 80_000,
        "TableMaxReadCapacityUnits": 40_000,
        "TableMaxWriteCapacityUnits": 40_000,
    }
    (endpoint,) = engine.describe_endpoints()["Endpoints"]
    assert endpoint["Address"] == "dynamodb.us-east-1.amazonaws.com"
