"""A small HTTP server on an engine in memory; run as a program it prints its port."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import orjson

from engine import ApiError, Engine, VirtualClock


class Handler(BaseHTTPRequestHandler):
    """Answers operations; keeps connections open."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    engine: Engine

    def do_POST(self) -> None:
        """Answer one operation."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        operation = self.headers["X-Amz-Target"].rpartition(".")[2]
        try:
            self.answer(200, self.engine.call_wire(operation, body))
        except ApiError as error:
            self.answer(error.status, orjson.dumps(error.body()))

    def answer(self, status: int, body: bytes) -> None:
        """Send an answer."""
        self.send_response(status)
        self.send_header("Content-Type", "application/x-amz-json-1.0")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Server(ThreadingHTTPServer):
    """A server to which many clients may connect at once, as to any real one."""

    request_queue_size = 128


def server_of(engine: Engine, answering: type[Handler] = Handler) -> ThreadingHTTPServer:
    """A server on loopback, at a free port."""
    handler = type("EngineHandler", (answering,), {"engine": engine})
    return Server(("127.0.0.1", 0), handler)


@contextmanager
def serving(engine: Engine, answering: type[Handler] = Handler) -> Iterator[str]:
    """The address at which a thread answers with an engine while the block runs."""
    with server_of(engine, answering) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def main() -> None:
    """Serve until the process is ended."""
    server = server_of(Engine.in_memory(clock=VirtualClock()))
    print(server.server_port, flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
