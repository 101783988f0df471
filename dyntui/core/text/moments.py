"""Points of time as people type them.

now                             10 minutes ago, 2h ago, 1 day 6 hours ago
2026-11-29                      midnight, as the machine's clock has it
2026-11-29 14:05[:30[.5]]       the same, also with a T between
2026-11-29T14:05:30Z, +01:00    where the zone is said
1764425130, 1764425130.5        seconds since the epoch
"""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime

_AGO = re.compile(r"((?:\d+(?:\.\d+)?\s*[a-z]+[\s,]*)+)\bago", re.IGNORECASE)
_STRETCH = re.compile(r"(\d+(?:\.\d+)?)\s*([a-z]+)", re.IGNORECASE)
_EPOCH = re.compile(r"\d{1,12}(\.\d+)?")
_UNITS = {
    "s": 1,
    "sec": 1,
    "second": 1,
    "m": 60,
    "min": 60,
    "minute": 60,
    "h": 3_600,
    "hour": 3_600,
    "d": 86_400,
    "day": 86_400,
    "w": 7 * 86_400,
    "week": 7 * 86_400,
}


class MomentError(ValueError):
    """A text that is no point of time; the message is one line."""


def moment(text: str, now_s: float) -> float:
    """The point of time that a text means, in seconds since the epoch.

    A text without a zone is in the machine's own. Raises `MomentError`.
    """
    words = " ".join(text.split())
    if words.lower() == "now":
        return now_s
    ago = _AGO.fullmatch(words)
    if ago is not None:
        return now_s - sum(_seconds(text, *stretch) for stretch in _STRETCH.findall(ago[1]))
    if _EPOCH.fullmatch(words):
        return float(words)
    try:
        return datetime.fromisoformat(words).timestamp()
    except (ValueError, OverflowError, OSError):
        raise _not_a_moment(text) from None


def local_time(at_s: float) -> datetime:
    """A time by the machine's clock, to the microsecond."""
    return datetime.fromtimestamp(round(at_s * 1_000_000) / 1_000_000).astimezone()


def moment_text(at_s: float) -> str:
    """A time by the machine's clock, to the second; raises what `time.localtime` does."""
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(at_s))


def utc_text(at_s: float) -> str:
    """A time in UTC, to the second, as the reports of commands have it."""
    return datetime.fromtimestamp(at_s, UTC).isoformat(" ", "seconds")


def _seconds(text: str, number: str, unit: str) -> float:
    name = unit.lower()
    seconds = _UNITS.get(name) or _UNITS.get(name.removesuffix("s"))
    if seconds is None:
        raise _not_a_moment(text)
    return float(number) * seconds


def _not_a_moment(text: str) -> MomentError:
    return MomentError(
        f"{text!r} is no point of time: write '10 minutes ago', 2026-11-29T14:05 or seconds since "
        "the epoch"
    )
