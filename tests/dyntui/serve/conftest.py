"""One server for the tests of this folder that leave nothing behind."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.dyntui.serve.live import LiveServer


@pytest.fixture(scope="module")
def server() -> Iterator[LiveServer]:
    """A server in memory, which must have seen no failure in the end."""
    with LiveServer() as live:
        yield live
    assert live.failures == []
