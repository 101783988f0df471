"""An engine for an event loop: the same answers, without a thread for each request.

short operations    on the loop; a write's transaction is shared with others (`LoopWriter`)
long pages          begun on the loop, and begun anew in a thread when they turn out long
everything else     in a thread, the way that any caller of an engine goes
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any

from engine.answering import begin, dump_wire, finish, load_wire
from engine.client.protocol import Context, Json
from engine.operations import SHORT_OPERATIONS
from engine.operations.region import Region, Write
from engine.storage.loop_writer import CallSoon, LoopTicket

if TYPE_CHECKING:
    from engine.engine import Engine

# A larger request takes long enough to read and check that others would notice.
_BODY_BYTES_MAX = 128 * 1024
_OTHER_THREADS = 16
# Operations whose answers may be large pages.
_PAGES = frozenset({"GetRecords", "Scan"})

__all__ = ["Answer", "CallSoon", "LoopEngine", "LoopThreads", "OnAnswer"]

Answer = bytes | Exception
OnAnswer = Callable[[Answer], object]


class LoopThreads:
    """The threads beside an event loop, for all Regions that it serves.

    Pages compete with the loop, and with each other, for the interpreter: one thread reads them one
    after the other, none of them being larger than a megabyte. What the others do is mostly
    waiting.
    """

    def __init__(self) -> None:
        self.pages = ThreadPoolExecutor(1, "dyntui-page")
        self.others = ThreadPoolExecutor(_OTHER_THREADS, "dyntui-call")

    def close(self) -> None:
        """Wait for what is under way, and end the threads."""
        self.pages.shutdown(cancel_futures=True)
        self.others.shutdown(cancel_futures=True)


class LoopEngine:
    """One Region for one event loop; every method is for the loop's thread."""

    def __init__(
        self, engine: Engine, region: Region, call_soon: CallSoon, threads: LoopThreads
    ) -> None:
        self._engine = engine
        self._region = region
        self._call_soon = call_soon
        self._threads = threads
        self._writer = region.database.loop_writer(call_soon)
        self._closing = False
        self._turned_out_long = False
        self._short = Context(cancelled=self._break_off)
        self._long = Context(cancelled=lambda: self._closing)

    @property
    def region(self) -> str:
        """The Region's name, such as `us-east-1`."""
        return self._region.name

    def call_wire(self, operation: str, body: bytes, on_answer: OnAnswer) -> None:
        """Answer one request as `Engine.call_wire` does.

        `on_answer` is called with the answer or the error, at once or in a later turn of the loop.
        """
        if operation not in SHORT_OPERATIONS or len(body) > _BODY_BYTES_MAX:
            pool = self._threads.pages if operation in _PAGES else self._threads.others
            pool.submit(self._answer_from_thread, operation, body, on_answer)
            return
        self._turned_out_long = False
        try:
            request = load_wire(body)
            begun = begin(self._region, operation, request, self._short)
            answer: Answer
            if isinstance(begun, Write):
                on_done = partial(self._finish, operation, request, begun, on_answer)
                self._writer.submit(begun.work, on_done)
                return
            answer = dump_wire(begun)
        except Exception as error:
            if self._turned_out_long:
                pages = self._threads.pages
                pages.submit(self._answer_from_thread, operation, body, on_answer)
                return
            answer = error
        on_answer(answer)

    def _finish(
        self,
        operation: str,
        request: Json,
        begun: Write[Any],
        on_answer: OnAnswer,
        ticket: LoopTicket[Any],
    ) -> None:
        """Answer a write whose transaction is durable, or was refused."""
        answer: Answer
        try:
            answer = dump_wire(finish(self._region, operation, request, begun, ticket.outcome))
        except Exception as error:
            answer = error
        on_answer(answer)

    def _break_off(self) -> bool:
        """Asked by a page of many rows on the loop whether to go on: not here."""
        self._turned_out_long = True
        return True

    def _answer_from_thread(self, operation: str, body: bytes, on_answer: OnAnswer) -> None:
        answer: Answer
        try:
            answer = self._engine.call_wire(operation, body, self._long)
        except Exception as error:
            answer = error
        self._call_soon(on_answer, answer)

    def cancel(self) -> None:
        """Break off what takes long in threads."""
        self._closing = True

    def close(self) -> None:
        """Wait for the writes under way, and end the helper thread; see `LoopWriter.close`."""
        self._writer.close()
        self._region.database.leave_loop()
