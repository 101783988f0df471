"""Work on many items of a table: their seals verified, or plain items sealed. For threads."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from dyntui.core.connection.connect import Connection
from dyntui.core.connection.session import Session
from dyntui.core.security.crypto_place import Config, protection_at
from engine.client.protocol import Json

if TYPE_CHECKING:
    from engine.itemcrypto.inspection import Report
    from engine.itemcrypto.migration import Progress

Show = Callable[[int], None]
Cancelled = Callable[[], bool]


def first_items(session: Session, table: str, count: int, cancelled: Cancelled) -> list[Json]:
    """The first items of a table, as they are stored. Raises `ApiError`."""
    answer = session.call("Scan", {"TableName": table, "Limit": count}, cancelled)
    items: list[Json] = answer["Items"]
    return items


def verify_table(
    session: Session,
    connection: Connection,
    table: str,
    config: Config,
    show: Show,
    cancelled: Cancelled,
) -> Report:
    """Check every item of a table; `show` is told how many so far. Raises `ApiError`."""
    from engine.itemcrypto.inspection import Report, verified

    protection = protection_at(config, connection)
    report = Report()
    for report in verified(_pages(session, table, cancelled), protection):
        if cancelled():
            break
        show(report.item_count)
    return report


def seal_table(
    session: Session,
    connection: Connection,
    table: str,
    config: Config,
    show: Show,
    cancelled: Cancelled,
) -> Progress:
    """Seal the items of a table that are not; what is sealed is passed over. Raises `ApiError`."""
    from engine.itemcrypto.migration import Progress, migrated

    protection = protection_at(config, connection)
    pages = _pages(session, table, cancelled)
    progress = Progress()
    for progress in migrated(pages, connection.client, table, protection):
        if cancelled():
            break
        show(progress.sealed + progress.passed_over)
    return progress


def _pages(session: Session, table: str, cancelled: Cancelled) -> Iterator[list[Json]]:
    """All items of a table, as they are stored, page by page."""
    for answer in session.answers("Scan", {"TableName": table}, cancelled):
        yield answer["Items"]
