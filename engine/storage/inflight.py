"""Keys of transactions in flight, across threads and processes.

Only where transactions are to conflict as the service's do: a transaction claims its keys before it
waits for its turn to write, and whoever else is about one of them meanwhile is refused. A claim is
a lock on one byte of a file, at a place that follows from the key, so that the kernel frees the
claims of a killed process. Two keys that share a place (one in 2^48) conflict without need.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

_PLACE_BYTES = 6

Target = tuple[int, bytes]
"""A storage id and the key of an item in it."""


class KeysInFlight:
    """The claims on one Region's keys; `path` None where there is only this process."""

    def __init__(self, path: Path | None) -> None:
        self._lock = threading.Lock()
        self._claimed: set[int] = set()
        self._descriptor = (
            None if path is None else os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        )

    @contextmanager
    def claim(self, targets: Sequence[Target]) -> Iterator[list[bool]]:
        """Claim the keys of a transaction; gives for each whether another holds it.

        If another does, nothing is claimed.
        """
        places = [_place(target) for target in targets]
        held: list[int] = []
        with self._lock:
            taken = {place: not self._take(place) for place in set(places)}
            held = [place for place, by_another in taken.items() if not by_another]
            if len(held) < len(taken):
                held = self._release(held)
        try:
            yield [taken[place] for place in places]
        finally:
            with self._lock:
                self._release(held)

    def is_claimed(self, target: Target) -> bool:
        """Whether a transaction in flight is about a key."""
        place = _place(target)
        with self._lock:
            if not self._take(place):
                return True
            self._release([place])
            return False

    def _take(self, place: int) -> bool:
        if place in self._claimed:
            return False
        if self._descriptor is not None:
            try:
                fcntl.lockf(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, place)
            except OSError:
                return False
        self._claimed.add(place)
        return True

    def _release(self, places: Iterable[int]) -> list[int]:
        for place in places:
            self._claimed.discard(place)
            if self._descriptor is not None:
                fcntl.lockf(self._descriptor, fcntl.LOCK_UN, 1, place)
        return []

    def close(self) -> None:
        """Give the descriptor back."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def _place(target: Target) -> int:
    storage_id, key = target
    digest = hashlib.blake2b(key, digest_size=_PLACE_BYTES, salt=storage_id.to_bytes(8, "big"))
    return int.from_bytes(digest.digest(), "big")
