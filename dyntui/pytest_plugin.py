"""Fixtures for testing an application on DynamoDB: an empty engine in memory for every test.

pytest loads this module in every project in which dyntui is installed, so it imports nothing that
costs; engine and boto3 are imported by the first test that asks for them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from engine import Engine, VirtualClock


@pytest.fixture
def dynamodb_clock() -> VirtualClock:
    """The engine's clock; it stands still until the test moves it."""
    from engine import VirtualClock

    return VirtualClock()


@pytest.fixture
def dynamodb_engine(dynamodb_clock: VirtualClock) -> Iterator[Engine]:
    """An engine in memory, without tables."""
    from engine import Engine

    with Engine.in_memory(clock=dynamodb_clock) as engine:
        yield engine


@pytest.fixture
def dynamodb_client(dynamodb_engine: Engine) -> Any:
    """A boto3 client that the engine answers."""
    from dyntui import boto

    return boto.client(dynamodb_engine)


@pytest.fixture
def dynamodb(dynamodb_engine: Engine) -> Any:
    """A boto3 resource that the engine answers."""
    from dyntui import boto

    return boto.resource(dynamodb_engine)


@pytest.fixture
def dynamodb_session(dynamodb_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A boto3 session that the engine answers; `boto3.client` and `boto3.resource` use it too."""
    from dyntui import boto

    session = boto.session(dynamodb_engine)
    monkeypatch.setattr("boto3.DEFAULT_SESSION", session)
    return session
