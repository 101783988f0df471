"""Stretches of time as people write them: 90s, 10m, 2h, 1d, 4w."""

from __future__ import annotations

import re

_SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 7 * 86_400}
_WRITTEN = re.compile(r"(\d{1,9})([smhdw]?)")


class DurationError(ValueError):
    """A text that is no stretch of time; the message is one line."""


def duration_s(text: str) -> int:
    """How many seconds something takes, as in 90, 90s, 10m, 2h or 1d; raises `DurationError`."""
    return _seconds(text, "smhd", "time such as 30s, 10m, 2h or 1d")


def span_s(text: str) -> int:
    """How many seconds something is kept, as in 12h, 7d or 4w; raises `DurationError`."""
    return _seconds(text, "hdw", "stretch of time such as 12h, 7d or 4w")


def duration_text(seconds: int) -> str:
    """So many seconds in the largest unit that counts them: `10 min`, `90 s`, `2 h`, `1 d`."""
    unit = _largest_unit(seconds, "dhm")
    return f"{seconds // _SECONDS[unit]} {'min' if unit == 'm' else unit}"


def span_text(seconds: int) -> str:
    """So many seconds as `span_s` reads them: `12h`, `7d`, `4w`."""
    unit = _largest_unit(seconds, "wdh")
    return f"{seconds // _SECONDS[unit]}{unit}"


def _seconds(text: str, units: str, called: str) -> int:
    """The seconds of a number and one of the units; a number alone counts seconds."""
    match = _WRITTEN.fullmatch(text.strip())
    number, unit = (int(match[1]), match[2] or "s") if match else (0, "")
    if not number or unit not in units:
        raise DurationError(f"{text!r} is no {called}")
    return number * _SECONDS[unit]


def _largest_unit(seconds: int, units: str) -> str:
    """The first of the units that leaves no rest; else seconds."""
    return next((unit for unit in units if seconds and not seconds % _SECONDS[unit]), "s")
