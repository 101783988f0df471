"""When an item expires, as people read it: a date, and how far away it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from dyntui.core.text.moments import moment_text
from engine.clock import Clock

Json = dict[str, Any]

EXPIRES_AGE_MAX_S = 5 * 365 * 86_400
"""What expired longer ago than that is not deleted any more."""
_FAR_S = 253_370_764_800
"""Where the year 9999 begins: what is later is no date that anybody meant."""
_UNITS = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))


@dataclass(frozen=True, slots=True)
class Expiry:
    """By which attribute the items of a table expire, and by which clock; of items as they were,
    as of when."""

    attribute: str
    clock: Clock
    at_s: float | None = None

    def text(self, value: Json) -> str:
        """A value of the attribute: when the item expires, or why it never does."""
        now_s = self.clock.now_us() / 1_000_000
        return expiry_text(value, now_s if self.at_s is None else self.at_s)


def expiry_text(value: Json, now_s: float) -> str:
    """`2026-11-29 14:00 in 3 h`; what is no time by which an item expires says so."""
    number = value.get("N")
    if number is None:
        return "no number: never expires"
    try:
        at_s = float(number)
        moment = moment_text(at_s)[:16]
    except (ValueError, OverflowError, OSError):
        return "no time: never expires"
    if at_s >= _FAR_S:
        return "after the year 9998"
    if now_s - at_s > EXPIRES_AGE_MAX_S:
        return f"{moment} too old"
    return f"{moment} {away_text(at_s - now_s)}"


def away_text(seconds: float) -> str:
    """How far away a time is, in its largest unit: `in 3 h`, `2 h ago`."""
    for unit_s, name in _UNITS:
        count = int(abs(seconds) // unit_s)
        if count:
            return f"in {count:,} {name}" if seconds > 0 else f"{count:,} {name} ago"
    return "now"
