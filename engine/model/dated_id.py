"""The ids of backups, exports and imports, as the service's."""

from __future__ import annotations

import os


def dated_id(now_us: int) -> str:
    """A new id: the time as 14 digits of milliseconds, a dash, and 8 hex digits that tell apart
    those of one millisecond."""
    return f"{now_us // 1_000:014d}-{os.urandom(4).hex()}"
