"""Whatever is asked, the answer is an answer or one of the API's refusals, and nothing breaks."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine import ApiError, Engine, Settings
from engine.operations import OPERATIONS
from tests.engine.operations.shapes import requests
from tests.engine.operations.tables import make_tables


@pytest.mark.parametrize("operation", sorted(OPERATIONS))
def test_random_requests(operation: str) -> None:
    @settings(suppress_health_check=list(HealthCheck))
    @given(st.lists(requests(operation), min_size=1, max_size=4))
    def run(asked: list[Any]) -> None:
        for request in asked:
            assert status_of(engine, operation, request) in (200, 400)
        assert engine.check() == []

    with Engine.in_memory(settings=Settings(wording="2026")) as engine:
        make_tables(engine)
        run()


def status_of(engine: Engine, operation: str, request: Any) -> int:
    """The HTTP status that the answer would have."""
    try:
        engine.call(operation, request)
    except ApiError as error:
        return error.status
    return 200
