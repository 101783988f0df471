"""A server in a thread of the tests, and a client that sends what it is told, byte for byte."""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPResponse
from typing import Any, Self

import orjson

from dyntui.serve.limits import Limits
from dyntui.serve.process import new_loop
from dyntui.serve.server import Server
from engine import Account, Clock, SystemClock
from engine.client.closing import Closing

HOST = "127.0.0.1"
TIMEOUT_S = 60.0
AMAZON_JSON = "application/x-amz-json-1.0"
SCOPE = "AKIDEXAMPLE/20261123/{}/dynamodb/aws4_request"
CREDENTIAL = (
    "AWS4-HMAC-SHA256 Credential={}, SignedHeaders=host;x-amz-date;x-amz-target, Signature=00ff"
)


class LiveServer(Closing):
    """A server on a free port; `failures` are exceptions that no request should cause."""

    def __init__(
        self,
        account: Account | None = None,
        *,
        limits: Limits | None = None,
        clock: Clock | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.failures: list[BaseException] = []
        self.port = 0
        self._account = account or Account.in_memory()
        self._limits = limits
        self._clock = clock or SystemClock()
        self._tls = tls
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self.loop: asyncio.AbstractEventLoop
        self._server: Server
        self._stop: asyncio.Event

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=new_loop) as runner:
            runner.run(self._serve())

    async def _serve(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.loop.set_exception_handler(self._note)
        self._stop = asyncio.Event()
        self._server = Server(
            self._account,
            "us-east-1",
            limits=self._limits,
            clock=self._clock,
            on_failure=self.failures.append,
        )
        listener = socket.create_server((HOST, 0))
        self.port = listener.getsockname()[1]
        await self._server.listen(listener, self._tls)
        self._ready.set()
        await self._stop.wait()
        await self._server.close()

    def _note(self, _loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        self.failures.append(context.get("exception") or RuntimeError(context["message"]))

    def look_at_time(self) -> None:
        """Let the server take over the time of its clock."""

        async def look() -> None:
            self._server.look_at_time()

        asyncio.run_coroutine_threadsafe(look(), self.loop).result(TIMEOUT_S)

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(TIMEOUT_S)
        return self

    def stop(self) -> None:
        """Begin what a signal to stop begins."""
        self.loop.call_soon_threadsafe(self._stop.set)

    def close(self) -> None:
        """Stop, and wait until that is done."""
        self.stop()
        self._thread.join(TIMEOUT_S)
        assert not self._thread.is_alive()

    @contextmanager
    def client(self) -> Iterator[RawClient]:
        """A connection to the server."""
        with RawClient(socket.create_connection((HOST, self.port), TIMEOUT_S)) as client:
            yield client

    def ask(self, text: bytes) -> Response:
        """The answer to what is sent over a connection of its own."""
        with self.client() as client:
            client.send(text)
            return client.receive()


@dataclass(frozen=True)
class Response:
    """An answer; names of headers are lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        """The body, decoded."""
        return orjson.loads(self.body)


@dataclass
class RawClient(Closing):
    """One connection."""

    socket: socket.socket
    _file: Any = field(init=False)

    def __post_init__(self) -> None:
        self._file = self.socket.makefile("rb")

    def close(self) -> None:
        """End the connection."""
        self._file.close()
        self.socket.close()

    def send(self, text: bytes) -> None:
        """Send bytes as they are."""
        self.socket.sendall(text)

    def receive(self, method: str = "POST") -> Response:
        """Read one answer."""
        response = HTTPResponse(_Reader(self._file), method=method)  # type: ignore[arg-type]
        response.begin()
        body = response.read()
        headers = {name.lower(): value for name, value in response.getheaders()}
        return Response(response.status, headers, body)

    def rest(self) -> bytes:
        """All that comes until the server ends the connection."""
        try:
            rest: bytes = self._file.read()
        except ConnectionResetError:
            return b""
        return rest

    def is_over(self) -> bool:
        """Whether the server has ended the connection, with no word more."""
        return self.rest() == b""


@dataclass
class _Reader:
    """What HTTPResponse takes for a socket; several answers are read from one file."""

    file: Any

    def makefile(self, _mode: str) -> _Unclosed:
        return _Unclosed(self.file)


class _Unclosed:
    def __init__(self, file: Any) -> None:
        self._file = file

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)

    def close(self) -> None:
        """The connection goes on."""


def request_text(
    operation: str | None = "ListTables",
    body: bytes = b"{}",
    *,
    method: str = "POST",
    path: str = "/",
    region: str = "us-east-1",
    version: str = "HTTP/1.1",
    **headers: str | None,
) -> bytes:
    """A request as SDKs send it; further or other headers by name, None leaves one out."""
    given: dict[str, str | None] = {
        "Host": HOST,
        "Content-Type": AMAZON_JSON,
        "X-Amz-Date": "20261123T120000Z",
        "Authorization": CREDENTIAL.format(SCOPE.format(region)),
        "Content-Length": str(len(body)),
    }
    if operation is not None:
        prefix = "" if "." in operation else "DynamoDB_20120810."
        given["X-Amz-Target"] = prefix + operation
    for name, value in headers.items():
        given[name.replace("_", "-").title()] = value
    lines = "".join(f"{name}: {value}\r\n" for name, value in given.items() if value is not None)
    return f"{method} {path} {version}\r\n{lines}\r\n".encode("latin-1") + body


def request_json(operation: str, **request: Any) -> bytes:
    """A request with a JSON body."""
    return request_text(operation, orjson.dumps(request))
