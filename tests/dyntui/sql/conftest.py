"""The shop, once for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.dyntui.sql.shop import Shop, opened_shop


@pytest.fixture
def shop() -> Iterator[Shop]:
    """A table `orders` with five items."""
    with opened_shop() as opened:
        yield opened
