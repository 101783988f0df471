"""Stretches of time as people write them: 90s, 10m, 2h, 1d."""

from __future__ import annotations

import re

_SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
_DURATION = re.compile(r"(\d{1,9})([smhd]?)")


def duration_s(text: str) -> int:
    """How many seconds a text means; raises `ValueError`, with a message of one line."""
    match = _DURATION.fullmatch(text.strip())
    seconds = int(match[1]) * _SECONDS[match[2] or "s"] if match else 0
    if not seconds:
        raise ValueError(f"{text!r} is no time such as 30s, 10m, 2h or 1d")
    return seconds


def duration_text(seconds: int) -> str:
    """So many seconds in the largest unit that holds them: `10 min`, `90 s`, `2 h`."""
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds % size == 0 and seconds:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"
