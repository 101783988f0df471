"""Fixtures for testing an application on DynamoDB: an engine in memory for every test.

pytest loads this module in every project in which dyntui is installed, so it imports nothing that
costs; engine and boto3 are imported by the first test that asks for them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from engine import Engine, VirtualClock


@pytest.fixture
def dynamodb_clock() -> VirtualClock:
    """The engine's clock; it stands still until the test moves it."""
    from engine import VirtualClock

    return VirtualClock()


@pytest.fixture(scope="session")
def dynamodb_seed() -> Callable[[Engine], None] | None:
    """What fills the tables that every test begins with; a project replaces it by its own."""
    return None


@pytest.fixture(scope="session")
def _dynamodb_images() -> dict[Callable[[Engine], None], bytes]:
    """What each seed made; a session may have several."""
    return {}


@pytest.fixture
def _dynamodb_image(
    dynamodb_seed: Callable[[Engine], None] | None,
    _dynamodb_images: dict[Callable[[Engine], None], bytes],
) -> bytes | None:
    """The tables of the seed that counts for a test, made once."""
    if dynamodb_seed is None:
        return None
    if dynamodb_seed not in _dynamodb_images:
        from engine import Engine, VirtualClock

        with Engine.in_memory(clock=VirtualClock()) as engine:
            dynamodb_seed(engine)
            _dynamodb_images[dynamodb_seed] = engine.image()
    return _dynamodb_images[dynamodb_seed]


@pytest.fixture
def dynamodb_engine(
    dynamodb_clock: VirtualClock, _dynamodb_image: bytes | None
) -> Iterator[Engine]:
    """An engine in memory, with the tables of `dynamodb_seed` as that made them, or without any."""
    from engine import Engine

    with Engine.in_memory(clock=dynamodb_clock, image=_dynamodb_image) as engine:
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
