"""kill -9: every acknowledged write is there, the file opens, and all is consistent."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.engine.storage.kills import KILLS, Kill, amid_puts


@pytest.mark.parametrize("seed", range(5))
def test_a_killed_writer_loses_nothing_that_was_acknowledged(tmp_path: Path, seed: int) -> None:
    assert amid_puts(tmp_path / "data", random.Random(seed)) >= 1


@pytest.mark.parametrize("kill", KILLS[1:], ids=lambda kill: kill.__name__)
def test_a_kill_amid_any_work_leaves_a_sound_folder(tmp_path: Path, kill: Kill) -> None:
    assert kill(tmp_path / "data", random.Random(kill.__name__)) >= 1


def test_a_folder_that_is_killed_again_and_again_stays_sound(tmp_path: Path) -> None:
    draw = random.Random(7)
    for _ in range(3):
        amid_puts(tmp_path / "data", draw)
