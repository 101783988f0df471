"""How much, and how long, a client may take."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of a server; none of them is ever met by an SDK that works.

    A body may take `body_s_max` and, beyond that, as long as it keeps up `bytes_per_s_min`.
    `unread_s_max` is how long a client may leave an answer unread, `linger_s_max` how long one that
    was refused amid its upload may go on sending, so that it gets to see the refusal.
    """

    connections_max: int = 20_000
    head_bytes_max: int = 32 * 1024
    body_bytes_max: int = 16 * 1024 * 1024
    upload_bytes_max: int = 18 * 1024 * 1024
    pipelined_max: int = 64
    head_s_max: float = 20.0
    body_s_max: float = 30.0
    bytes_per_s_min: int = 16 * 1024
    idle_s_max: float = 600.0
    unread_s_max: float = 60.0
    linger_s_max: float = 5.0
    shutdown_s_max: float = 20.0
