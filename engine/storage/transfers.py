"""Exports and imports as the database keeps them: what was asked for, how far it is, how it ended.

They are listed for 90 days. What an import could not take is kept beside it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import apsw
import orjson

from engine.client.protocol import Json
from engine.storage.connections import fetch

_KEPT_US = 90 * 86_400_000_000
_COLUMNS = "id, kind, subject, state, created_us"


@dataclass(frozen=True, slots=True)
class Transfer:
    """An export or import: `subject` is the name of its table, `state` what describes it."""

    id: str
    kind: str
    subject: str
    state: Json
    created_us: int


def put(cursor: apsw.Cursor, transfer: Transfer) -> None:
    """Note a transfer, or what became of it."""
    cursor.execute(
        f"INSERT OR REPLACE INTO transfers({_COLUMNS}) VALUES(?, ?, ?, ?, ?)",
        (
            transfer.id,
            transfer.kind,
            transfer.subject,
            orjson.dumps(transfer.state),
            transfer.created_us,
        ),
    )


def read(cursor: apsw.Cursor, transfer_id: str) -> Transfer | None:
    """One transfer."""
    rows = fetch(cursor, f"SELECT {_COLUMNS} FROM transfers WHERE id = ?", (transfer_id,))
    return _transfer(rows[0]) if rows else None


def read_all(cursor: apsw.Cursor, kind: str) -> list[Transfer]:
    """The transfers of a kind, "export" or "import", the newest first."""
    rows = fetch(
        cursor, f"SELECT {_COLUMNS} FROM transfers WHERE kind = ? ORDER BY id DESC", (kind,)
    )
    return [_transfer(row) for row in rows]


def _transfer(row: tuple[Any, ...]) -> Transfer:
    transfer_id, kind, subject, state, created_us = row
    return Transfer(transfer_id, kind, subject, orjson.loads(state), created_us)


def put_rejections(cursor: apsw.Cursor, transfer_id: str, entries: Iterable[Json]) -> None:
    """Keep what an import could not take, in place of what was kept of it before."""
    cursor.execute("DELETE FROM rejections WHERE transfer = ?", (transfer_id,))
    cursor.executemany(
        "INSERT INTO rejections(transfer, n, entry) VALUES(?, ?, ?)",
        ((transfer_id, number, orjson.dumps(entry)) for number, entry in enumerate(entries)),
    )


def read_rejections(cursor: apsw.Cursor, transfer_id: str) -> list[Json]:
    """What an import could not take, in the order in which it was read."""
    rows = fetch(
        cursor, "SELECT entry FROM rejections WHERE transfer = ? ORDER BY n", (transfer_id,)
    )
    return [orjson.loads(entry) for (entry,) in rows]


def forget_old(cursor: apsw.Cursor, now_us: int) -> int:
    """Forget what is listed no longer; gives how many."""
    before_us = now_us - _KEPT_US
    cursor.execute(
        "DELETE FROM rejections WHERE transfer IN (SELECT id FROM transfers WHERE created_us < ?)",
        (before_us,),
    )
    cursor.execute("DELETE FROM transfers WHERE created_us < ?", (before_us,))
    return cursor.connection.changes()
