"""Reads that lag behind: what an eventually consistent read may see.

All lagged reads of a process share one read transaction, which is renewed once it is older than the
lag: what they see is stale, never torn. It is let go when nobody has read for a while, since the
write-ahead log cannot start again as long as it is held.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from engine.clock import Clock
from engine.storage.catalog import Catalog

if TYPE_CHECKING:
    from engine.storage.reader import Reader

T = TypeVar("T")

_HELD_S_MAX = 60.0


class LaggedReads:
    """The shared read transaction of one Region in this process."""

    def __init__(self, make_reader: Callable[[], Reader], clock: Clock, lag_s: float) -> None:
        self._make_reader = make_reader
        self._clock = clock
        self._lag_s = lag_s
        self._lock = threading.Lock()
        self._reader: Reader | None = None
        self._catalog = Catalog(0, {})
        self._since_s: float | None = None
        self._timer: threading.Timer | None = None

    def read(
        self,
        work: Callable[[Reader, Catalog], T],
        newest: Catalog,
        load: Callable[[Reader, Catalog], Catalog],
    ) -> T:
        """Do `work` in the shared transaction; tables are never seen later than they are made.

        `newest` is the catalog that the process knows; `load` reads that of the transaction.
        """
        with self._lock:
            now_s = self._clock.monotonic_s()
            if (
                self._since_s is None
                or now_s - self._since_s >= self._lag_s
                or newest.version > self._catalog.version
            ):
                self._renew(newest, load, now_s)
            assert self._reader is not None
            # What a disabled key wraps is not read, however old the transaction is.
            self._reader.seals.begin()
            return work(self._reader, self._catalog)

    def _renew(
        self, newest: Catalog, load: Callable[[Reader, Catalog], Catalog], now_s: float
    ) -> None:
        self._let_go()
        if self._reader is None:
            self._reader = self._make_reader()
        self._reader.begin()
        self._since_s = now_s
        self._catalog = load(self._reader, newest)
        self._timer = threading.Timer(_HELD_S_MAX, self.let_go)
        self._timer.daemon = True
        self._timer.start()

    def let_go(self) -> None:
        """End the shared transaction; the next read begins another."""
        with self._lock:
            self._let_go()

    def _let_go(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._since_s is not None and self._reader is not None:
            self._reader.cursor.execute("ROLLBACK")
        self._since_s = None

    def close(self) -> None:
        """Close the connection."""
        with self._lock:
            self._let_go()
            if self._reader is not None:
                self._reader.connection.close()
                self._reader = None
