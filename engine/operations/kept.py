"""For how long a table that is deleted is kept, and under which id it comes back."""

from __future__ import annotations

from engine.client.protocol import Context, Json
from engine.model.dated_id import dated_id
from engine.operations.region import Region
from engine.storage.catalog import Table

_RECOVERY_DAYS = 35
_DAY_US = 86_400_000_000


def kept_days(region: Region, table: Table, context: Context) -> float:
    """For how long a table that is deleted is kept.

    With point-in-time recovery that is as the service does; without it, only what a person deletes
    is kept, for a program that makes and deletes tables expects their space back.
    """
    if "PointInTimeRecovery" in table.settings:
        return _RECOVERY_DAYS
    return region.settings.trash_days if context.origin == "person" else 0


def kept_as(now_us: int, days: float) -> Json | None:
    """The setting `Kept` of a table that is deleted now; None where it is not kept."""
    if not days:
        return None
    return {"id": dated_id(now_us), "until_us": now_us + round(days * _DAY_US)}
