"""Points of time as people type them."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dyntui.core.text.moments import MomentError, moment

NOW_S = 1_764_425_130.5


@pytest.mark.parametrize(
    ("text", "ago_s"),
    [
        ("now", 0),
        ("10 minutes ago", 600),
        ("  10  MINUTES   ago ", 600),
        ("2h ago", 7_200),
        ("1 day 6 hours ago", 30 * 3_600),
        ("1.5 hours ago", 5_400),
        ("1h30m ago", 5_400),
        ("1 hour, 30 seconds ago", 3_630),
        ("2 weeks ago", 14 * 86_400),
        ("0s ago", 0),
    ],
)
def test_times_before_now(text: str, ago_s: float) -> None:
    assert moment(text, NOW_S) == NOW_S - ago_s


@pytest.mark.parametrize("text", ["1764425130", "1764425130.25", "0"])
def test_seconds_since_the_epoch(text: str) -> None:
    assert moment(text, NOW_S) == float(text)


@given(
    when=st.floats(0, 4e9).map(lambda s: datetime.fromtimestamp(round(s), UTC)),
    minutes=st.integers(-14 * 60, 14 * 60),
)
def test_iso_with_a_zone(when: datetime, minutes: int) -> None:
    local = when + timedelta(minutes=minutes)
    shown = local.replace(tzinfo=None).isoformat()
    sign, size = ("-" if minutes < 0 else "+"), abs(minutes)
    zone = f"{sign}{size // 60:02}:{size % 60:02}"
    assert moment(shown + zone, NOW_S) == when.timestamp()


def test_iso_without_a_zone_is_the_machines() -> None:
    for text in ("2026-11-29", "2026-11-29 14:05", "2026-11-29T14:05:30.5"):
        assert moment(text, NOW_S) == datetime.fromisoformat(text).timestamp()
    assert moment("1970-01-01T00:00:10Z", NOW_S) == 10


@pytest.mark.parametrize(
    "text",
    ["", "ago", "yesterday", "10 ago", "10 moons ago", "minutes ago", "2026-13-01", "1e3", "nan"],
)
def test_what_is_no_point_of_time(text: str) -> None:
    with pytest.raises(MomentError, match="is no point of time: write '10 minutes ago'"):
        moment(text, NOW_S)


@given(st.text(max_size=30))
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(MomentError):
        assert isinstance(moment(text, NOW_S), float)
