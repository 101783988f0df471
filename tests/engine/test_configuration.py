"""The settings of a folder: what cannot be is refused, what can be counts."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine import Engine
from engine.errors import ConfigError


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("history = -1", "history"),
        ("history = 'x'", "history"),
        ("read_lag_s = true", "read_lag_s"),
        ("wording = 'old'", "wording"),
        ("durability = 'none'", "durability"),
        ("colour = 1", "colour is no setting"),
        ("history =", "config.toml"),
    ],
)
def test_a_setting_that_cannot_be_is_refused(tmp_path: Path, text: str, word: str) -> None:
    (tmp_path / "config.toml").write_text(text)
    with pytest.raises(ConfigError, match=word):
        Engine.open(tmp_path)


def test_settings_count(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("history = 0\nwording = '2026'\ndurability = 'relaxed'\n")
    with Engine.open(tmp_path) as engine:
        assert engine._region.settings.wording == "2026"
        assert engine._region.database.options.durability == "relaxed"
