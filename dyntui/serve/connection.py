"""One client's connection: HTTP/1.1 requests in, their answers out in the same order.

The parser is httptools. Requests that come while one is under way wait for their turn, since a
client may rely on the order of what it sends.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Protocol, cast

from httptools import HttpParserError, HttpParserUpgrade, HttpRequestParser

from dyntui.serve.answers import bare
from dyntui.serve.endpoint import Reply
from dyntui.serve.limits import Limits
from dyntui.serve.request import Request

_END = b"\r\n"
_CLOSE = b"Connection: close\r\n\r\n"
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
# From this size on, joining head and body costs more than handing over both.
_JOINED_BYTES_MAX = 32 * 1024

# How far the request that comes in has come.
_NOTHING, _HEAD, _HEAD_DONE, _BODY = range(4)


class Host(Protocol):
    """What a connection asks of its server; `now_s` is exact to about a second."""

    limits: Limits
    now_s: float
    closing: bool

    def handle(self, request: Request, reply: Reply) -> None:
        """Answer a request, at once or later; see `Endpoint.handle`."""

    def joined(self, connection: Connection) -> bool:
        """Note a connection; gives whether there is room for it."""

    def left(self, connection: Connection) -> None:
        """Forget a connection."""


class Connection(asyncio.Protocol):
    """One client, from its coming to its going.

    The queue holds requests, and as its last entry perhaps the status with which the connection is
    to end (0 for no word).
    """

    __slots__ = (
        "_body",
        "_bytes_received",
        "_completed",
        "_current",
        "_delivered_at_mark",
        "_headers",
        "_host",
        "_in_serve",
        "_lingering",
        "_marked_s",
        "_parser",
        "_queue",
        "_reading_paused",
        "_sent_bytes",
        "_since_s",
        "_stage",
        "_transport",
        "_urls",
        "_writing_paused",
        "on_body",
        "on_header",
        "on_url",
    )

    def __init__(self, host: Host) -> None:
        self._host = host
        self._transport: asyncio.Transport | None = None
        self._parser: HttpRequestParser | None = None
        self._stage = _NOTHING
        self._queue: deque[Request | int] = deque()
        self._current: Request | None = None
        self._completed = False
        self._in_serve = False
        self._lingering = False
        self._reading_paused = False
        self._writing_paused = False
        self._bytes_received = 0
        self._sent_bytes = 0
        self._delivered_at_mark = 0
        self._since_s = self._marked_s = host.now_s
        # Where the parser puts what it finds, without a call of Python for each header.
        self._urls: list[bytes] = []
        self._headers: dict[bytes, bytes] = {}
        self._body: list[bytes] = []
        self.on_url = self._urls.append
        self.on_header = self._headers.__setitem__
        self.on_body = self._body.append

    # What the loop tells.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See `asyncio.Protocol`."""
        self._transport = cast("asyncio.Transport", transport)
        self._parser = HttpRequestParser(self)
        if not self._host.joined(self):
            self._reject(503)

    def connection_lost(self, _error: Exception | None) -> None:
        """See `asyncio.Protocol`; what is under way goes on, and its answer is dropped."""
        self._transport = None
        self._parser = None
        self._queue.clear()
        self._host.left(self)

    def data_received(self, data: bytes) -> None:
        """See `asyncio.Protocol`."""
        if self._lingering or self._parser is None:
            return
        self._completed = False
        try:
            self._parser.feed_data(data)
        except HttpParserUpgrade:
            # What is to be upgraded counts as a request without its body.
            self._queue.pop()
            self._reject(400)
            return
        except HttpParserError:
            self._reject(400)
            return
        if not self._completed:
            self._look_at_unfinished(len(data))
        if self._queue and self._current is None:
            self._serve()

    def eof_received(self) -> bool:
        """The client sends no more: what it has sent in whole is answered, then all ends."""
        transport = self._transport
        if self._current is None and not self._queue:
            return False
        if transport is None or not transport.can_write_eof():
            return False
        self._lingering = True
        self._queue.append(0)
        return True

    def pause_writing(self) -> None:
        """See `asyncio.Protocol`: the client does not keep up with reading."""
        self._writing_paused = True

    def resume_writing(self) -> None:
        """See `asyncio.Protocol`."""
        self._writing_paused = False
        self._serve()

    # What the parser tells.

    def on_headers_complete(self) -> None:
        """The head is whole."""
        self._stage = _HEAD_DONE

    def on_message_complete(self) -> None:
        """The request is whole."""
        self._stage = _NOTHING
        self._bytes_received = 0
        self._completed = True
        parser, raw, urls, parts = self._parser, self._headers, self._urls, self._body
        assert parser is not None
        headers = {name.lower(): value for name, value in raw.items()}
        body = parts[0] if len(parts) == 1 else b"".join(parts)
        keep_alive = parser.should_keep_alive()
        if b"connection" in headers and parser.get_http_version() != "1.1":
            keep_alive = False
        url = urls[0] if len(urls) == 1 else b"".join(urls)
        request = Request(parser.get_method(), url, headers, body, keep_alive)
        urls.clear()
        raw.clear()
        parts.clear()
        limits, queue = self._host.limits, self._queue
        queue.append(413 if len(body) > limits.body_bytes_max else request)
        if len(queue) >= limits.pipelined_max and self._transport and not self._reading_paused:
            self._reading_paused = True
            self._transport.pause_reading()

    def _look_at_unfinished(self, byte_count: int) -> None:
        """Refuse a request that becomes too large, and let one come that asked whether it may.

        Looked at are requests that a whole read did not complete. What of a request came together
        with the end of another is not counted: it is less than a read.
        """
        limits = self._host.limits
        if self._bytes_received == 0:
            self._stage = self._stage or _HEAD
            if self._current is None:
                self._since_s = self._host.now_s
        if self._stage == _HEAD:
            if self._bytes_received > limits.head_bytes_max:
                self._reject(431)
        elif self._stage == _HEAD_DONE:
            self._stage = _BODY
            headers = {name.lower(): value for name, value in self._headers.items()}
            length = headers.get(b"content-length", b"")
            if length.isdigit() and int(length) > limits.body_bytes_max:
                self._reject(413)
            elif headers.get(b"expect", b"").lower() == b"100-continue":
                self._let_come()
        elif self._bytes_received > limits.upload_bytes_max:
            self._reject(413)
        self._bytes_received += byte_count

    def _let_come(self) -> None:
        # Amid other answers it could be mistaken; the client will go on by itself after a while.
        if self._transport is not None and self._current is None and not self._queue:
            self._transport.write(_CONTINUE)

    # Answers.

    def _serve(self) -> None:
        """Answer what waits, one request after the other."""
        queue = self._queue
        self._in_serve = True
        while queue and self._current is None and not self._writing_paused:
            request = queue.popleft()
            if isinstance(request, int):
                self._end(request)
                break
            self._current = request
            self._host.handle(request, self._reply)
        self._in_serve = False
        if self._reading_paused and not queue and self._transport is not None:
            self._reading_paused = False
            self._transport.resume_reading()

    def _reply(self, head: bytes, body: bytes) -> None:
        """Send the answer to the request that is under way, and turn to the next."""
        request, transport = self._current, self._transport
        self._current = None
        if request is None or transport is None:
            return
        self._since_s = self._host.now_s
        goes_on = request.keep_alive and not self._host.closing
        end = _END if goes_on else _CLOSE
        self._sent_bytes += len(head) + len(body)
        if len(body) > _JOINED_BYTES_MAX:
            transport.writelines((head, end, body))
        else:
            transport.write(head + end + body)
        if not goes_on:
            self._queue.clear()
            transport.close()
        elif not self._in_serve and (self._queue or self._reading_paused):
            self._serve()

    def _reject(self, status: int) -> None:
        """Take no more of this client, and end with a status after the answers that are due."""
        self._lingering = True
        self._stage = _NOTHING
        self._body.clear()
        self._queue.append(status)
        if self._current is None:
            self._serve()

    def _end(self, status: int) -> None:
        """Say the last word, and leave a client that is still sending the time to see it."""
        transport = self._transport
        if transport is None:
            return
        self._lingering = True
        self._since_s = self._host.now_s
        if status:
            transport.write(bare(status))
        if status and transport.can_write_eof():
            transport.write_eof()
        else:
            transport.close()

    # What the server tells.

    def look_at_time(self, now_s: float) -> None:
        """End what has taken too long; asked about once a second."""
        transport = self._transport
        if transport is None:
            return
        limits, waited_s = self._host.limits, now_s - self._since_s
        if unread := transport.get_write_buffer_size():
            self._look_at_unread(transport, unread, now_s)
            return
        self._delivered_at_mark, self._marked_s = self._sent_bytes, now_s
        if self._current is not None:
            return
        if self._lingering:
            if waited_s > limits.linger_s_max:
                transport.abort()
        elif self._stage == _NOTHING:
            if waited_s > limits.idle_s_max:
                transport.close()
        elif self._stage == _HEAD:
            if waited_s > limits.head_s_max:
                self._reject(408)
        elif waited_s > limits.body_s_max + self._bytes_received / limits.bytes_per_s_min:
            self._reject(408)

    def _look_at_unread(self, transport: asyncio.Transport, unread: int, now_s: float) -> None:
        """Give up a client that does not read its answers, or hardly does."""
        limits, delivered = self._host.limits, self._sent_bytes - unread
        elapsed_s = now_s - self._marked_s
        if delivered - self._delivered_at_mark >= limits.bytes_per_s_min * elapsed_s:
            self._delivered_at_mark, self._marked_s = delivered, now_s
        elif elapsed_s > limits.unread_s_max:
            transport.abort()

    def drain(self) -> None:
        """End now, or with the answer to what is under way or coming in."""
        if self._transport is None or self._current is not None or self._queue or self._stage:
            return
        self._transport.close()

    def abort(self) -> None:
        """End at once, whatever is under way."""
        if self._transport is not None:
            self._transport.abort()
