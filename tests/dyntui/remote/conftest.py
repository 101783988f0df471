"""A server on an engine in memory, and no configuration of the machine's."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dyntui.core.connection import units_limit
from engine import Engine
from tests.engine.client.conftest import aws_config as aws_config
from tests.engine.client.wire_server import serving

DEFINITION: dict[str, Any] = {
    "TableName": "orders",
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "N"}],
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "BillingMode": "PAY_PER_REQUEST",
}
ORDERS = 400


@pytest.fixture(autouse=True)
def no_action() -> None:
    """Nothing was consumed before a test, whatever ran in its process."""
    units_limit._action.set(None)


@pytest.fixture
def engine() -> Iterator[Engine]:
    """What stands behind the remote."""
    with Engine.in_memory() as opened:
        yield opened


@pytest.fixture
def address(engine: Engine) -> Iterator[str]:
    """Where the engine answers."""
    with serving(engine) as url:
        yield url


@pytest.fixture
def neutral(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing is tried twice, and no folder of the machine's is found."""
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    monkeypatch.setenv("DYNTUI_DATA_DIR", str(tmp_path / "not-to-be-made"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "share"))


@pytest.fixture
def orders(engine: Engine) -> Engine:
    """A table of 400 items of 1 KB: a Scan of it costs 50 RCU."""
    engine.create_table(**DEFINITION)
    items = ({"id": {"N": str(number)}, "text": {"S": "x" * 1_000}} for number in range(ORDERS))
    engine.load_items("orders", items)
    return engine
