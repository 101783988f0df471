"""A Client whose requests are given up once whoever asked waits no longer.

A request to a remote cannot be called back: its thread waits for the network, which may take as
long as all attempts together. Here that thread is left alone, and whoever asked goes on.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextvars import ContextVar
from queue import Empty, SimpleQueue

from engine.client.protocol import OWNER, Client, Context, Json
from engine.errors import ConnectionFailed

_WAIT_S = 0.1
# Once it is cancelled: an answer that is on its way is still taken, so that it is known what was
# written.
_WAITS_MAX = 10

_cancelled: ContextVar[Callable[[], bool] | None] = ContextVar("cancelled", default=None)


def ends_with(cancelled: Callable[[], bool]) -> None:
    """What this thread asks for from now on is given up once it is cancelled."""
    _cancelled.set(cancelled)


class GivingUpClient:
    """A Client that stops waiting a second after its caller, or the caller's job, is cancelled."""

    def __init__(self, client: Client) -> None:
        self._client = client

    @property
    def inner(self) -> Client:
        """See `Layer.inner`."""
        return self._client

    def call(self, operation: str, request: Json, context: Context = OWNER) -> Json:
        """See `Client.call`; raises `ConnectionFailed` where the answer is not waited for."""
        cancelled = context.cancelled or _cancelled.get()
        if cancelled is None:
            return self._client.call(operation, request, context)
        answered: SimpleQueue[Json | BaseException] = SimpleQueue()

        def ask() -> None:
            try:
                answered.put(self._client.call(operation, request, context))
            except BaseException as error:
                answered.put(error)

        threading.Thread(target=ask, daemon=True).start()
        waits = 0
        while waits < _WAITS_MAX:
            try:
                answer = answered.get(timeout=_WAIT_S)
            except Empty:
                waits += cancelled()
                continue
            if isinstance(answer, BaseException):
                raise answer
            return answer
        raise ConnectionFailed(
            f"{operation} was given up before an answer came; it may have been carried out all "
            "the same"
        )
