"""Times, and how long ago or how long something is, in words."""

from __future__ import annotations

from datetime import datetime

from dyntui.core.text.amounts import counted
from dyntui.core.text.moments import local_time

_UNITS = ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second"))


def ago_text(seconds: float, units: int = 2) -> str:
    """How long ago something was, in its largest units."""
    left = round(seconds)
    if left <= 0:
        return "now"
    words: list[str] = []
    for unit_s, name in _UNITS:
        count, left = divmod(left, unit_s)
        if count:
            words.append(counted(count, name))
        if len(words) == units or (words and not count):
            break
    return " ".join(words) + " ago"


def stretch_text(seconds: float) -> str:
    """How long something is, in its largest unit."""
    for unit_s, name in _UNITS:
        if seconds >= unit_s:
            count = seconds / unit_s
            shown = f"{count:.0f}" if count >= 10 else f"{count:.1f}".removesuffix(".0")
            return f"{shown} {name}{'' if shown == '1' else 's'}"
    return f"{seconds * 1000:.0f} ms"


def iso_text(at_s: float) -> str:
    """A time as commands and statements take it: by the machine's clock, with its zone."""
    return local_time(at_s).isoformat()


def short_text(at_s: float) -> str:
    """A time of these months: day and time, seconds only where there are any."""
    when: datetime = local_time(at_s)
    return f"{when.day} {when:%b %H:%M}" + (f"{when::%S}" if when.second else "")


def words_text(at_s: float) -> str:
    """A time in words, to the second."""
    when: datetime = local_time(at_s)
    return f"{when:%a} {when.day} {when:%b %Y %H:%M:%S}"
