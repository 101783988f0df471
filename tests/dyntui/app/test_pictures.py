"""The pictures of README and docs show the app as it is now."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from tests import screenshots


@pytest.fixture
def utc(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Pictures show times as a newcomer in UTC has them."""
    monkeypatch.setenv("TZ", "UTC")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    time.tzset()


@pytest.mark.usefixtures("utc")
def test_the_pictures_are_current() -> None:
    stale = [
        picture.name
        for picture, svg in screenshots.take_all()
        if screenshots.svg_path(picture).read_text(encoding="utf-8") != svg
    ]
    assert stale == [], "python -m tests.screenshots takes them again"


def test_a_png_was_drawn_from_each_picture() -> None:
    taken = json.loads(screenshots.TAKEN.read_text(encoding="utf-8"))
    pictures = sorted(screenshots.FOLDER.glob("*.svg"))
    assert taken == {
        path.with_suffix(".png").name: screenshots.digest(path.read_text(encoding="utf-8"))
        for path in pictures
    }
    for path in pictures:
        assert path.with_suffix(".png").read_bytes().startswith(b"\x89PNG")
