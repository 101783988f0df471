"""The writers' queue for an event loop: requests of many connections without a thread for each.

Requests that come in one turn of the loop share a transaction. It is executed on the loop, where
nothing is lost by handing the interpreter from thread to thread; the commit, which waits for the
disk, is done by one helper thread. Meanwhile the loop reads for others, and the next group gathers.

It is no second way to write: these requests stand in the queue of `Writer` with those of threads,
and are executed and committed by the same steps. The loop leads only for its own requests, since a
step of a bulk load or of a backfill would hold it up.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from queue import SimpleQueue
from typing import Any, Protocol, TypeVar

from engine.errors import ApiError
from engine.storage.transaction import WriteTransaction
from engine.storage.writer import Ticket, Work, Writer

T = TypeVar("T")
Executed = WriteTransaction | Exception


class CallSoon(Protocol):
    """A loop's `call_soon_threadsafe`."""

    def __call__(self, callback: Callable[..., object], *arguments: Any) -> object:
        """Let the loop call back in its next turn; may be asked from any thread."""


class LoopTicket(Ticket[T]):
    """A request of an event loop; `on_done` is called there once, with result or error set."""

    __slots__ = ("on_done",)

    def __init__(
        self,
        work: Work[T],
        on_done: Callable[[LoopTicket[T]], object],
        wake: Callable[[LoopTicket[Any]], None],
    ) -> None:
        super().__init__(work, wake)
        self.on_done: Callable[[LoopTicket[T]], object] | None = on_done


Group = list[LoopTicket[Any]]


class LoopWriter:
    """A Region's writers' queue as one event loop uses it, from the loop's thread.

    `helper`: whether a thread waits for the gate and the disk. In memory there is neither, and the
    gate is a lock that belongs to the thread that took it. `before_answer` is called before a write
    is answered.
    """

    def __init__(
        self,
        writer: Writer,
        call_soon: CallSoon,
        *,
        helper: bool,
        syncs: bool,
        before_answer: Callable[[], None],
    ) -> None:
        self._writer = writer
        self._call_soon = call_soon
        self._syncs = syncs
        self._before_answer = before_answer
        self._leading = False
        self._woken: deque[LoopTicket[Any]] = deque()
        self._chores: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._thread: threading.Thread | None = None
        if helper:
            self._thread = threading.Thread(target=self._help, name="dyntui-commit", daemon=True)
            self._thread.start()

    def submit(self, work: Work[T], on_done: Callable[[LoopTicket[T]], object]) -> None:
        """Queue work for a write transaction; `on_done` comes once it is durable, or refused.

        Raises `InternalServerError` where the Region is closed.
        """
        ticket = LoopTicket(work, on_done, self._wake)
        if self._writer.enqueue(ticket):
            self._wake(ticket)

    def _wake(self, ticket: LoopTicket[Any]) -> None:
        """From any thread: have the loop look at a request that is done, or is to lead."""
        self._woken.append(ticket)
        # Whoever finds others before it knows that the loop has not come to them yet.
        if len(self._woken) == 1:
            self._call_soon(self._look)

    def _look(self) -> None:
        try:
            while self._woken:
                ticket = self._woken.popleft()
                if not ticket.done:
                    self._lead()
                elif ticket.on_done is not None:
                    on_done, ticket.on_done = ticket.on_done, None
                    self._before_answer()
                    on_done(ticket)
        finally:
            if self._woken:
                self._call_soon(self._look)

    def _lead(self) -> None:
        """Serve the loop's requests at the head of the queue."""
        if self._leading:
            return
        self._leading = True
        if self._thread is None:
            self._writer.gate.acquire()
            self._execute()
        elif self._writer.gate.acquire(blocking=False):
            self._execute()
        else:
            self._chores.put(self._await_gate)

    def _await_gate(self) -> None:
        self._writer.gate.acquire()
        self._call_soon(self._execute)

    def _execute(self) -> None:
        group: Group = self._writer.gather(LoopTicket)
        executed = self._writer.execute(group)
        if self._syncs:
            self._chores.put(partial(self._commit, group, executed))
        else:
            self._commit(group, executed)

    def _commit(self, group: Group, executed: Executed) -> None:
        """Commit, and hand the lead on; that wakes those who are done."""
        self._writer.commit(group, executed)
        self._writer.gate.release()
        self._leading = False
        self._writer.hand_on(group[0])

    def _help(self) -> None:
        while (chore := self._chores.get()) is not None:
            chore()

    def close(self) -> None:
        """Wait until all that was submitted is done, and end the helper.

        While something may be under way, call this from another thread: the loop has to go on.
        """
        with suppress(ApiError):
            # Whoever comes last in the queue is served last.
            self._writer.run(lambda _: None)
        if self._thread is not None:
            self._chores.put(None)
            self._thread.join()
