"""A process that serves: its loop, its signals, and its way out."""

from __future__ import annotations

import asyncio
import gc
import signal
import socket
import traceback
from collections.abc import Callable
from typing import Any

from dyntui.core.connection.read_only import ReadOnly
from dyntui.serve.server import Server
from dyntui.serve.settings import Settings

# Decoding a page makes thousands of short-lived objects; with Python's own threshold the collector
# runs so often that reading 50 items takes more than twice as long.
_GC_THRESHOLD = 50_000

Say = Callable[[str], object]


def serve(
    settings: Settings,
    listener: socket.socket,
    on_ready: Callable[[], object],
    say: Say,
    *,
    debug: bool = False,
) -> None:
    """Serve at a bound socket until SIGTERM or Ctrl-C; running requests are finished.

    Raises `ServeError`, or `engine.errors.FolderError`.
    """
    with asyncio.Runner(loop_factory=new_loop) as runner:
        runner.run(_serve(settings, listener, on_ready, say, debug))


def new_loop() -> asyncio.AbstractEventLoop:
    """uvloop's where it is installed, which it cannot be everywhere."""
    try:
        import uvloop
    except ImportError:
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()


async def _serve(
    settings: Settings,
    listener: socket.socket,
    on_ready: Callable[[], object],
    say: Say,
    debug: bool,
) -> None:
    loop = asyncio.get_running_loop()
    tls = settings.tls()
    failures = _Failures(say, debug)
    loop.set_exception_handler(failures.of_loop)
    server = Server(
        settings.account(),
        settings.region,
        read_only=ReadOnly(settings.read_only),
        on_failure=failures.tell,
    )
    stopping = asyncio.Event()

    def stop() -> None:
        if stopping.is_set():
            server.abort()
        stopping.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)
    await server.listen(listener, tls)
    gc.collect()
    gc.freeze()
    gc.set_threshold(_GC_THRESHOLD)
    on_ready()
    await stopping.wait()
    await server.close()


class _Failures:
    """Tells in one line of what should not have happened; with all details where asked to."""

    def __init__(self, say: Say, debug: bool) -> None:
        self._say = say
        self._debug = debug

    def tell(self, error: BaseException) -> None:
        """Tell of an exception."""
        self._say(f"dyntui: a request failed: {type(error).__name__}: {error}")
        if self._debug:
            for line in traceback.format_exception(error):
                self._say(line.rstrip())

    def of_loop(self, _loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """What the loop calls with an exception that nobody caught."""
        error = context.get("exception")
        if error is None:
            self._say(f"dyntui: {context['message']}")
        else:
            self.tell(error)
