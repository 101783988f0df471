"""What courses let one reckon: so much traffic takes so many units, and not one less."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from engine import Engine, VirtualClock
from engine.errors import ApiError
from tests.engine.throttling.provisioned import create
from tests.engine.throttling.sized import item_of, kb

Json = dict[str, Any]
Request = Callable[[Engine, float], Json]
TABLE = "orders"
_TOLD = {"ReturnConsumedCapacity": "TOTAL"}
_SECONDS = 20


def put(engine: Engine, size_kb: float) -> Json:
    """Put an item."""
    request = {"TableName": TABLE, "Item": item_of("a", kb(size_kb))}
    return engine.call("PutItem", request | _TOLD)


def transact_put(engine: Engine, size_kb: float) -> Json:
    """Put an item in a transaction."""
    actions = [{"Put": {"TableName": TABLE, "Item": item_of("a", kb(size_kb))}}]
    return engine.call("TransactWriteItems", {"TransactItems": actions} | _TOLD)


def get(engine: Engine, _: float) -> Json:
    """Read an item, eventually consistent."""
    return engine.call("GetItem", {"TableName": TABLE, "Key": {"id": {"S": "a"}}} | _TOLD)


def strong_get(engine: Engine, _: float) -> Json:
    """Read an item, strongly consistent."""
    request = {"TableName": TABLE, "Key": {"id": {"S": "a"}}, "ConsistentRead": True}
    return engine.call("GetItem", request | _TOLD)


def transact_get(engine: Engine, _: float) -> Json:
    """Read an item in a transaction."""
    actions = [{"Get": {"TableName": TABLE, "Key": {"id": {"S": "a"}}}}]
    return engine.call("TransactGetItems", {"TransactItems": actions} | _TOLD)


EXAMPLES = [
    pytest.param(put, 10, 2, 20, id="10 items of 2 KB"),
    pytest.param(put, 6, 4.5, 30, id="6 items of 4.5 KB"),
    pytest.param(put, 2, 2, 4, id="120 items of 2 KB a minute"),
    pytest.param(strong_get, 10, 4, 10, id="10 strong reads of 4 KB"),
    pytest.param(get, 16, 12, 24, id="16 eventual reads of 12 KB"),
    pytest.param(strong_get, 10, 6, 20, id="10 strong reads of 6 KB"),
    pytest.param(transact_put, 3, 5, 30, id="3 transactional writes of 5 KB"),
    pytest.param(transact_get, 5, 5, 20, id="5 transactional reads of 5 KB"),
]


def traffic(engine: Engine, clock: VirtualClock, request: Request, each_s: int, kb: float) -> Json:
    """Some seconds of it: the units of the first second, and how many were refused in all."""
    units, refused = 0.0, 0
    for second in range(_SECONDS):
        for _ in range(each_s):
            try:
                told = request(engine, kb)["ConsumedCapacity"]
            except ApiError:
                refused += 1
                continue
            if second == 0:
                entries = told if isinstance(told, list) else [told]
                units += sum(entry["CapacityUnits"] for entry in entries)
        clock.advance(1)
    return {"units": units, "refused": refused}


@pytest.mark.parametrize(("request_", "each_s", "size_kb", "units"), EXAMPLES)
def test_so_many_units_serve_it_and_one_less_does_not(
    engine: Engine,
    clock: VirtualClock,
    request_: Request,
    each_s: int,
    size_kb: float,
    units: int,
) -> None:
    is_write = request_ in (put, transact_put)
    create(engine, 1 if is_write else units, units if is_write else 1)
    engine.load_items(TABLE, [item_of("a", kb(size_kb))])
    assert traffic(engine, clock, request_, each_s, size_kb) == {"units": units, "refused": 0}
    less = {
        "ReadCapacityUnits": 1 if is_write else units - 1,
        "WriteCapacityUnits": units - 1 if is_write else 1,
    }
    engine.call("UpdateTable", {"TableName": TABLE, "ProvisionedThroughput": less})
    assert traffic(engine, clock, request_, each_s, size_kb)["refused"] > 0
