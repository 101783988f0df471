"""Films with a past: what was written when, a backup and a snapshot of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine import Engine
from engine.client.protocol import Context
from engine.clock import VirtualClock
from tests.dyntui.app.driving import film

Json = dict[str, Any]

FILMS = 40
HOUR_S = 3_600
SCRIPT = Context(principal="cleanup")


def write_past(engine: Engine, clock: VirtualClock, recovery: bool = True) -> list[float]:
    """Six hours of changes of the table `films`; gives the times of its stages, in seconds.

    One: the films are there. Two: three were rated and one was added. Three: a script has deleted
    five. Now is an hour after that.
    """
    times: list[float] = []
    _create(engine, recovery)

    def then(work: Callable[[], None]) -> None:
        clock.advance(HOUR_S)
        work()
        times.append(clock.now_us() / 1_000_000)

    def put_all() -> None:
        for number in range(FILMS):
            clock.advance(1)
            engine.call("PutItem", {"TableName": "films", "Item": film(number)})

    then(put_all)
    clock.advance(HOUR_S)
    engine.call("CreateBackup", {"TableName": "films", "BackupName": "spring"})
    then(lambda: _rate(engine, clock))
    clock.advance(HOUR_S)
    engine.snapshot("before-cleanup")
    then(lambda: _clean_up(engine, clock))
    clock.advance(HOUR_S)
    return times


def _create(engine: Engine, recovery: bool) -> None:
    engine.call(
        "CreateTable",
        {
            "TableName": "films",
            "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
            "BillingMode": "PAY_PER_REQUEST",
        },
    )
    if recovery:
        engine.call(
            "UpdateContinuousBackups",
            {
                "TableName": "films",
                "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
            },
        )


def _rate(engine: Engine, clock: VirtualClock) -> None:
    for number in range(3):
        clock.advance(10)
        item = film(number) | {"seen": {"BOOL": True}, "year": {"N": "2001"}}
        engine.call("PutItem", {"TableName": "films", "Item": item})
    clock.advance(10)
    engine.call("PutItem", {"TableName": "films", "Item": film(100)})


def _clean_up(engine: Engine, clock: VirtualClock) -> None:
    for number in range(10, 15):
        clock.advance(1)
        key = {"id": film(number)["id"]}
        engine.call("DeleteItem", {"TableName": "films", "Key": key}, SCRIPT)
