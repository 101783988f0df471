"""Engines whose upkeep is done by the test.

The thread of upkeep begins with the first commit, and comes to its first round some time later: it
may then do just what a test is about to do, or to look at.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from engine.storage.upkeep import Upkeep


@contextmanager
def upkeep_by_hand() -> Iterator[None]:
    """While the block runs no thread of upkeep is started."""
    with patch.object(Upkeep, "start", lambda _: None):
        yield
