"""A server on an engine in memory, and no configuration of the machine's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from engine import Engine
from tests.engine.client.conftest import aws_config as aws_config
from tests.engine.client.wire_server import serving

DEFINITION: dict[str, Any] = {
    "TableName": "orders",
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "N"}],
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "BillingMode": "PAY_PER_REQUEST",
}


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
