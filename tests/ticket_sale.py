"""Ten minutes of a ticket sale in virtual time: traffic on which capacity shows what it does."""

from __future__ import annotations

import threading
from contextlib import suppress
from math import sin
from random import Random

from engine import Engine
from engine.clock import VirtualClock
from engine.errors import ProvisionedThroughputExceededException

TABLE = "tickets"
SECONDS = 600
RUSH = range(470, 600)
_EVENTS = 40
_INDEX = {
    "IndexName": "by-buyer",
    "KeySchema": [{"AttributeName": "buyer", "KeyType": "HASH"}],
    "Projection": {"ProjectionType": "KEYS_ONLY"},
    "ProvisionedThroughput": {"ReadCapacityUnits": 10, "WriteCapacityUnits": 40},
}


class TickingClock(VirtualClock):
    """A virtual clock on which requests take a moment, now more, now less."""

    def __init__(self) -> None:
        super().__init__()
        self._lots = Random(5)
        self._own = threading.local()
        self._evenly = False

    def tick_evenly(self) -> None:
        """From now on a request takes the same time whatever other threads ask meanwhile."""
        self._evenly = True

    def monotonic_s(self) -> float:
        """See `Clock.monotonic_s`."""
        if self._evenly:
            self._own.ticked_s = getattr(self._own, "ticked_s", 0.0) + 40e-6
            return super().monotonic_s() + float(self._own.ticked_s)
        self.advance(20e-6 * self._lots.paretovariate(2))
        return super().monotonic_s()


def sell_tickets(engine: Engine, clock: VirtualClock) -> None:
    """Make the table, and the traffic of the sale; in the rush nearly all want one event."""
    engine.create_table(
        TableName=TABLE,
        KeySchema=[
            {"AttributeName": "event", "KeyType": "HASH"},
            {"AttributeName": "seat", "KeyType": "RANGE"},
        ],
        AttributeDefinitions=[
            {"AttributeName": name, "AttributeType": kind}
            for name, kind in (("event", "S"), ("seat", "N"), ("buyer", "S"))
        ],
        ProvisionedThroughput={"ReadCapacityUnits": 40, "WriteCapacityUnits": 20},
        GlobalSecondaryIndexes=[_INDEX],
    )
    lots = Random(11)
    for second in range(SECONDS):
        rush = second in RUSH
        _look(engine, lots, round(40 + 20 * sin(second / 70)))
        _buy(engine, lots, 60 if rush else round(11 + 5 * sin(second / 90)), second, rush=rush)
        clock.advance(1)


def _look(engine: Engine, lots: Random, count: int) -> None:
    for _ in range(count):
        event = f"event#{lots.randrange(_EVENTS)}"
        key = {"event": {"S": event}, "seat": {"N": str(lots.randrange(500))}}
        with suppress(ProvisionedThroughputExceededException):
            engine.get_item(TableName=TABLE, Key=key)


def _buy(engine: Engine, lots: Random, count: int, second: int, *, rush: bool) -> None:
    for number in range(count):
        popular = rush and lots.random() < 0.7
        item = {
            "event": {"S": "event#final" if popular else f"event#{lots.randrange(_EVENTS)}"},
            "seat": {"N": str(second * 50 + number)},
            "buyer": {"S": f"buyer-{lots.randrange(2_000)}"},
        }
        with suppress(ProvisionedThroughputExceededException):
            engine.put_item(TableName=TABLE, Item=item)
