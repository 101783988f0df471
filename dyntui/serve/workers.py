"""Several processes at one port: each listens by itself, and the kernel spreads connections.

The first process starts the others, waits, and ends them; it serves nothing. What a worker is to
serve comes as the first line of its standard input. When that ends, so does the worker: none
outlives the process that started it, however that ended.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from queue import SimpleQueue

import orjson

from dyntui.serve.process import serve
from dyntui.serve.settings import ServeError, Settings, bind
from engine.errors import FolderError

_READY = "ready"
_SIGNALS = (signal.SIGINT, signal.SIGTERM)

Worker = subprocess.Popen[str]
# A worker that ended, or None for a signal to stop.
Events = SimpleQueue[Worker | None]


def serve_with_workers(
    settings: Settings, count: int, on_ready: Callable[[socket.socket], object], *, debug: bool
) -> None:
    """Serve from so many processes until SIGTERM or Ctrl-C; running requests are finished.

    Raises `ServeError`, also where a worker ends by itself, or `engine.errors.FolderError`.
    """
    settings.tls()
    with settings.account() as account:
        # Made once, before several processes would make it at the same time.
        account.engine(settings.region)
    # Alone, so that a port where others listen counts as taken; then as all workers bind it.
    with bind(settings) as alone:
        settings = replace(settings, port=alone.getsockname()[1])
    with bind(settings, shared=True) as reserved, _stop_signals() as events:
        workers = [_start(settings, events, debug) for _ in range(count)]
        try:
            for worker in workers:
                _await_ready(worker)
            on_ready(reserved)
            if events.get() is not None:
                raise ServeError("a worker ended by itself, so the others were ended too")
        finally:
            _end(workers, events)


@contextmanager
def _stop_signals() -> Iterator[Events]:
    """Signals to stop become events within the block."""
    events: Events = SimpleQueue()
    before = [signal.signal(number, lambda *_: events.put(None)) for number in _SIGNALS]
    try:
        yield events
    finally:
        for number, handler in zip(_SIGNALS, before, strict=True):
            signal.signal(number, handler)


def _start(settings: Settings, events: Events, debug: bool) -> Worker:
    worker = subprocess.Popen(
        [sys.executable, "-m", "dyntui.serve.workers"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        # A Ctrl-C at the terminal is for the first process alone.
        start_new_session=True,
    )
    assert worker.stdin is not None
    worker.stdin.write(orjson.dumps({"debug": debug, "settings": asdict(settings)}).decode() + "\n")
    worker.stdin.flush()

    def wait() -> None:
        worker.wait()
        events.put(worker)

    threading.Thread(target=wait, daemon=True).start()
    return worker


def _await_ready(worker: Worker) -> None:
    """Read a worker's first line: that it listens, or why it does not."""
    assert worker.stdout is not None
    line = worker.stdout.readline().strip()
    if line != _READY:
        raise ServeError(line or "a worker ended before it listened")


def _end(workers: list[Worker], events: Events) -> None:
    """Let the workers finish what is under way; a further signal ends them at once."""
    for worker in workers:
        worker.terminate()
    while any(worker.poll() is None for worker in workers):
        if events.get() is None:
            for worker in workers:
                worker.kill()
    for worker in workers:
        for pipe in (worker.stdin, worker.stdout):
            assert pipe is not None
            pipe.close()


def main() -> None:
    """A worker's life."""
    task = orjson.loads(sys.stdin.readline())
    settings = Settings(**task["settings"])
    threading.Thread(target=_end_with_parent, daemon=True).start()

    def tell(line: str) -> None:
        print(line, flush=True)

    def say(line: str) -> None:
        print(line, file=sys.stderr, flush=True)

    try:
        with bind(settings, shared=True) as listener:
            serve(settings, listener, lambda: tell(_READY), say, debug=task["debug"])
    except (ServeError, FolderError) as error:
        tell(str(error))
        sys.exit(1)


def _end_with_parent() -> None:
    while os.read(sys.stdin.fileno(), 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main()
