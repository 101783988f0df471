"""Stretches of time as people write them: 12h, 7d, 4w."""

from __future__ import annotations

import re

_STRETCH = re.compile(r"(\d+)([hdw])")
_UNIT_S = {"h": 3_600, "d": 86_400, "w": 7 * 86_400}


class StretchError(ValueError):
    """A text that is no stretch of time; the message is one line."""


def stretch_s(text: str) -> int:
    """The seconds of a stretch of time; raises `StretchError`."""
    match = _STRETCH.fullmatch(text)
    if match is None or not int(match[1]):
        raise StretchError(f"{text!r} is no stretch of time such as 12h, 7d or 4w")
    return int(match[1]) * _UNIT_S[match[2]]


def stretch_text(seconds: int) -> str:
    """A stretch of time in the largest unit that fits."""
    unit = next(unit for unit in ("w", "d", "h") if seconds % _UNIT_S[unit] == 0)
    return f"{seconds // _UNIT_S[unit]}{unit}"
