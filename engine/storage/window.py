"""The window of a table: between which times its past can be read.

Local history and point-in-time recovery both keep the change log, the one for every table, the
other where it is turned on. Whatever of them reaches further back counts.
"""

from __future__ import annotations

from datetime import UTC, datetime

from engine.errors import InvalidRestoreTimeException, PointInTimeRecoveryUnavailableException
from engine.storage.catalog import Table
from engine.storage.log_reads import LogTimes

_HOUR_US = 3_600_000_000
_DAY_US = 24 * _HOUR_US


def now_us(times: LogTimes, clock_us: int) -> int:
    """The time as the change log has it: where clocks stepped back, it waits for them."""
    return max(clock_us, times.least_stamp_us)


def earliest_us(table: Table, times: LogTimes, now: int, history_hours: float) -> int | None:
    """The earliest time as of which a table can be read; None where nothing is kept of its past."""
    found = []
    if times.history_since_us and history_hours:
        found.append(max(times.history_since_us, now - round(history_hours * _HOUR_US)))
    recovery = earliest_recovery_us(table, now)
    if recovery is not None:
        found.append(recovery)
    return max(min(found), table.created_us) if found else None


def earliest_recovery_us(table: Table, now: int) -> int | None:
    """The earliest time that point-in-time recovery reaches; None where it is off."""
    setting = table.settings.get("PointInTimeRecovery")
    return None if setting is None else max(setting["SinceUs"], now - setting["Days"] * _DAY_US)


def latest_recovery_us(now: int, earliest: int, lag_s: float) -> int:
    """The latest time that point-in-time recovery gives; nothing before the earliest."""
    return max(earliest, now - round(lag_s * 1_000_000))


def check_in_window(table: Table, at_us: int, earliest: int | None) -> None:
    """Refuse a time as of which a table cannot be read.

    Raises `PointInTimeRecoveryUnavailableException` or `InvalidRestoreTimeException`.
    """
    if earliest is None:
        raise PointInTimeRecoveryUnavailableException(
            f"Nothing is kept of the past of table '{table.name}': turn point-in-time recovery on"
        )
    if at_us < earliest:
        raise InvalidRestoreTimeException(
            f"Table '{table.name}' can be read as of {time_text(earliest)} and later, not as of "
            f"{time_text(at_us)}"
        )


def in_future(at_us: int) -> InvalidRestoreTimeException:
    """The refusal of a time that has not come yet."""
    return InvalidRestoreTimeException(f"{time_text(at_us)} has not come yet")


def time_text(at_us: int) -> str:
    """A time as ISO 8601 has it, in UTC."""
    return datetime.fromtimestamp(at_us / 1_000_000, UTC).isoformat().replace("+00:00", "Z")
