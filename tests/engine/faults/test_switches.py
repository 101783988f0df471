"""kill -9 amid switches of a table from key to key."""

from __future__ import annotations

import random
from pathlib import Path

from tests.engine.faults.kills_amid_switches import amid_a_switch


def test_a_kill_amid_a_switch_loses_nothing(tmp_path: Path) -> None:
    draw = random.Random(1)
    for _ in range(4):
        amid_a_switch(tmp_path / "data", draw)
