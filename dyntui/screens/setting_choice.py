"""Which drawer changes which setting."""

from __future__ import annotations

from dyntui.core.connection.session import Session
from dyntui.core.settings.requests import RECOVERY_DAYS_MAX
from dyntui.core.settings.rows import Row
from dyntui.core.settings.table_settings import TableSettings
from dyntui.screens.set_capacity import CapacityScreen, IndexCapacityScreen, WarmScreen
from dyntui.screens.set_indexes import AddIndexScreen, DropIndexScreen
from dyntui.screens.set_lifetime import ExpiryScreen, RecoveryScreen, StreamScreen
from dyntui.screens.set_table import (
    EncryptionScreen,
    ProtectionScreen,
    TableClassScreen,
    TagScreen,
    UntagScreen,
)
from dyntui.screens.setting import SettingScreen


def changing_screen(session: Session, settings: TableSettings, row: Row) -> SettingScreen | None:
    """The drawer that changes what a row says; None where nothing does."""
    info = settings.info
    match row.change:
        case "capacity":
            return CapacityScreen(session, info)
        case "warm":
            return WarmScreen(session, info)
        case "index capacity":
            return IndexCapacityScreen(session, info, row.subject)
        case "index warm":
            return WarmScreen(session, info, row.subject)
        case "expiry":
            return ExpiryScreen(session, info, settings.expires_by)
        case "recovery":
            days = settings.recovery.get("RecoveryPeriodInDays", RECOVERY_DAYS_MAX)
            return RecoveryScreen(session, info, is_on=settings.recovers, days=days)
        case "stream":
            return StreamScreen(session, info, on=info.stream_view is None)
        case "class":
            return TableClassScreen(session, info)
        case "protection":
            return ProtectionScreen(session, info)
        case "encryption":
            return EncryptionScreen(session, info, settings.keys)
        case "tag":
            return TagScreen(session, info, (row.subject, dict(settings.tags)[row.subject]))
        case "add index" | "add tag":
            return adding_screen(session, settings, row)
        case None:
            return None


def adding_screen(session: Session, settings: TableSettings, row: Row | None) -> SettingScreen:
    """The drawer that adds a tag where a row is among the tags, an index anywhere else."""
    if row is not None and row.change in ("tag", "add tag"):
        return TagScreen(session, settings.info)
    return AddIndexScreen(session, settings.info)


def removing_screen(session: Session, settings: TableSettings, row: Row) -> SettingScreen | None:
    """The drawer that removes the index or tag of a row; None where it is about none."""
    info = settings.info
    if row.change in ("index capacity", "index warm"):
        return DropIndexScreen(session, info, row.subject)
    if row.change == "tag":
        return UntagScreen(session, info, (row.subject, dict(settings.tags)[row.subject]))
    return None
