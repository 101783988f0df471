"""One connection without sockets: what comes in is cut anywhere, and time is told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dyntui.serve.connection import Connection
from dyntui.serve.endpoint import Reply
from dyntui.serve.limits import Limits
from dyntui.serve.request import Request

LIMITS = Limits(
    connections_max=2,
    head_bytes_max=1_000,
    body_bytes_max=2_000,
    upload_bytes_max=4_000,
    pipelined_max=4,
    head_s_max=10,
    body_s_max=20,
    bytes_per_s_min=100,
    idle_s_max=60,
    unread_s_max=30,
    linger_s_max=5,
)


class Transport(asyncio.Transport):
    """Takes what is written; `unread` is what the client has left in the buffer."""

    def __init__(self, *, half_closes: bool = True) -> None:
        super().__init__()
        self.written = b""
        self.unread = 0
        self.half_closes = half_closes
        self.ended = ""
        self.paused = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """See `asyncio.Transport`."""
        assert self.ended == ""
        self.written += data

    def writelines(self, list_of_data: Any) -> None:
        """See `asyncio.Transport`."""
        self.write(b"".join(list_of_data))

    def can_write_eof(self) -> bool:
        """See `asyncio.Transport`."""
        return self.half_closes

    def write_eof(self) -> None:
        """See `asyncio.Transport`."""
        self.ended = "half closed"

    def close(self) -> None:
        """See `asyncio.Transport`."""
        self.ended = "closed"

    def abort(self) -> None:
        """See `asyncio.Transport`."""
        self.ended = "aborted"

    def pause_reading(self) -> None:
        """See `asyncio.Transport`."""
        self.paused = True

    def resume_reading(self) -> None:
        """See `asyncio.Transport`."""
        self.paused = False

    def get_write_buffer_size(self) -> int:
        """See `asyncio.Transport`."""
        return self.unread


class Host:
    """Answers a request with its method, path and body: at once, or when the test says so."""

    def __init__(self, *, at_once: bool = True) -> None:
        self.limits = LIMITS
        self.now_s = 0.0
        self.closing = False
        self.at_once = at_once
        self.seen: list[Request] = []
        self.open: set[Connection] = set()
        self._waiting: list[Callable[[], object]] = []

    def handle(self, request: Request, reply: Reply) -> None:
        """See `connection.Host`."""
        self.seen.append(request)
        body = b"%b %b %b" % (request.method, request.url, request.body)

        def answer() -> None:
            reply(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n" % len(body), body)

        if self.at_once:
            answer()
        else:
            self._waiting.append(answer)

    def answer_next(self) -> None:
        """Give the answer that is due."""
        self._waiting.pop(0)()

    def joined(self, connection: Connection) -> bool:
        """See `connection.Host`."""
        self.open.add(connection)
        return len(self.open) <= self.limits.connections_max

    def left(self, connection: Connection) -> None:
        """See `connection.Host`."""
        self.open.discard(connection)


def connect(host: Host, transport: Transport | None = None) -> tuple[Connection, Transport]:
    """A new connection, and where its answers go."""
    connection = Connection(host)
    transport = transport or Transport()
    connection.connection_made(transport)
    return connection, transport


def post(
    body: bytes = b"", *headers: bytes, path: bytes = b"/", length: bytes | None = None
) -> bytes:
    """A request."""
    lines = [b"Content-Length: %b" % (b"%d" % len(body) if length is None else length), *headers]
    return b"POST %b HTTP/1.1\r\n%b\r\n\r\n" % (path, b"\r\n".join(lines)) + body


def answers(*bodies: bytes) -> bytes:
    """The answers that keep a connection open."""
    return b"".join(
        b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body for body in bodies
    )


CHUNKED = (
    b"POST /c HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"3\r\nabc\r\nA;extension=1\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n"
)
SEVERAL = (
    post(b"one", path=b"/1")
    + b"GET /2 HTTP/1.1\r\nHost: a\r\n\r\n"
    + CHUNKED
    + b"\r\n"
    + post(b"", b"X: " + b"y" * 500, path=b"/3")
    + post(b"z" * 1_500, path=b"/4")
)
ANSWERS_TO_SEVERAL = answers(
    b"POST /1 one", b"GET /2 ", b"POST /c abc0123456789", b"POST /3 ", b"POST /4 " + b"z" * 1_500
)


@given(st.lists(st.integers(0, len(SEVERAL)), max_size=40), st.booleans())
def test_requests_are_the_same_however_they_are_cut(cuts: list[int], at_once: bool) -> None:
    host = Host(at_once=at_once)
    connection, transport = connect(host)
    edges = [0, *sorted(cuts), len(SEVERAL)]
    for start, end in pairwise(edges):
        if start < end:
            connection.data_received(SEVERAL[start:end])
    if not at_once:
        for _ in range(5):
            host.answer_next()
    assert transport.written == ANSWERS_TO_SEVERAL
    assert not transport.paused


def test_requests_are_the_same_byte_by_byte() -> None:
    host = Host()
    connection, transport = connect(host)
    for at in range(len(SEVERAL)):
        connection.data_received(SEVERAL[at : at + 1])
    assert transport.written == ANSWERS_TO_SEVERAL


def test_a_request_waits_for_the_answer_to_the_one_before() -> None:
    host = Host(at_once=False)
    connection, transport = connect(host)
    connection.data_received(post(b"a") + post(b"b"))
    assert [request.body for request in host.seen] == [b"a"]
    host.answer_next()
    assert [request.body for request in host.seen] == [b"a", b"b"]
    assert transport.written == answers(b"POST / a")
    host.answer_next()
    assert transport.written == answers(b"POST / a", b"POST / b")


def test_a_client_far_ahead_of_its_answers_is_not_read_further() -> None:
    host = Host(at_once=False)
    connection, transport = connect(host)
    connection.data_received(post() * 5)
    assert transport.paused
    for _ in range(5):
        assert transport.ended == ""
        host.answer_next()
    assert not transport.paused


def test_nothing_is_answered_while_the_client_does_not_read() -> None:
    host = Host()
    connection, transport = connect(host)
    connection.pause_writing()
    connection.data_received(post(b"a"))
    assert transport.written == b""
    connection.resume_writing()
    assert transport.written == answers(b"POST / a")


GARBAGE = {
    "no HTTP": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 and so on\r\n\r\n",
    "no such method": b"FETCH / HTTP/1.1\r\n\r\n",
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "a version from elsewhere": b"GET / HTTP/9.9\r\n\r\n",
    "a length in words": post(length=b"ten"),
    "a negative length": post(length=b"-1"),
    "an endless length": post(length=b"9" * 30),
    "two lengths": post(b"", b"Content-Length: 4"),
    "twice the same length": post(b"", b"Content-Length: 0"),
    "a length and chunks": post(b"", b"Transfer-Encoding: chunked"),
    "chunks that are not last": b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked, gzip\r\n\r\n",
    "a chunk without a size": b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
    "a header without a colon": b"GET / HTTP/1.1\r\nnothing\r\n\r\n",
    "a header with a blank in its name": b"GET / HTTP/1.1\r\nA B: c\r\n\r\n",
    "a header with a NUL": b"GET / HTTP/1.1\r\nA: \0\r\n\r\n",
    "bare line feeds in a value": b"GET / HTTP/1.1\r\nA: b\rc\r\n\r\n",
    "an upgrade": b"GET / HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
    "an upgrade with a body": post(b"{}", b"Connection: Upgrade", b"Upgrade: h2c"),
    "a tunnel": b"CONNECT a:1 HTTP/1.1\r\n\r\n",
}


@pytest.mark.parametrize("text", GARBAGE.values(), ids=GARBAGE.keys())
def test_what_is_not_http_ends_the_connection(text: bytes) -> None:
    host = Host()
    connection, transport = connect(host)
    connection.data_received(post(b"before") + text)
    connection.data_received(post(b"after"))
    assert [request.body for request in host.seen] == [b"before"]
    first, rest = transport.written[: len(answers(b"POST / before"))], transport.written
    assert first == answers(b"POST / before")
    assert rest[len(first) :].startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert transport.ended == "half closed"


@given(st.binary(max_size=300), st.integers(0, 300))
def test_no_bytes_break_the_connection(text: bytes, cut: int) -> None:
    connection, transport = connect(Host())
    connection.data_received(post(b"x") + text[:cut])
    connection.data_received(text[cut:])
    assert transport.written.startswith(answers(b"POST / x"))


def test_a_length_that_is_too_short_makes_garbage_of_the_rest() -> None:
    connection, transport = connect(Host())
    connection.data_received(post(b"{}and more", length=b"2"))
    assert transport.written.startswith(answers(b"POST / {}") + b"HTTP/1.1 400 ")


def test_a_refusal_waits_for_the_answers_before_it() -> None:
    host = Host(at_once=False)
    connection, transport = connect(host)
    connection.data_received(post(b"a") + b"garbage\r\n\r\n")
    assert transport.written == b""
    host.answer_next()
    assert transport.written.startswith(answers(b"POST / a") + b"HTTP/1.1 400 ")


def test_a_head_that_does_not_end_is_refused() -> None:
    connection, transport = connect(Host())
    connection.data_received(b"POST / HTTP/1.1\r\n")
    for number in range(3):
        assert transport.written == b""
        connection.data_received(b"X%d: %b\r\n" % (number, b"y" * 400))
    connection.data_received(b"Z: z\r\n")
    assert transport.written.startswith(b"HTTP/1.1 431 ")
    assert transport.ended == "half closed"


def test_one_header_that_does_not_end_is_refused() -> None:
    connection, transport = connect(Host())
    connection.data_received(b"POST / HTTP/1.1\r\nX: ")
    for _ in range(4):
        connection.data_received(b"y" * 400)
    assert transport.written.startswith(b"HTTP/1.1 431 ")


def test_a_body_at_the_limit_is_taken_and_one_byte_more_is_too_large() -> None:
    connection, transport = connect(Host())
    connection.data_received(post(b"x" * 2_000))
    assert transport.written == answers(b"POST / " + b"x" * 2_000)
    connection.data_received(post(b"x" * 2_001))
    assert transport.written.endswith(
        b"HTTP/1.1 413 Payload Too Large\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
        b"0\r\n\r\n"
    )


def test_a_body_that_says_it_will_be_too_large_is_refused_before_it_comes() -> None:
    connection, transport = connect(Host())
    connection.data_received(post(length=b"2001"))
    assert transport.written.startswith(b"HTTP/1.1 413 ")
    connection.data_received(b"x" * 2_001)
    assert transport.ended == "half closed"


def test_a_chunked_body_is_refused_when_it_becomes_too_large() -> None:
    host = Host()
    connection, transport = connect(host)
    connection.data_received(b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n")
    for _ in range(6):
        connection.data_received(b"190\r\n" + b"x" * 400 + b"\r\n")
    connection.data_received(b"0\r\n\r\n")
    assert transport.written.startswith(b"HTTP/1.1 413 ")
    assert host.seen == []


def test_a_chunked_body_without_an_end_is_refused_too() -> None:
    connection, transport = connect(Host())
    connection.data_received(b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n")
    for _ in range(12):
        connection.data_received(b"190\r\n" + b"x" * 400 + b"\r\n")
    assert transport.written.startswith(b"HTTP/1.1 413 ")


def test_an_upload_of_chunks_of_one_byte_ends_too() -> None:
    connection, transport = connect(Host())
    connection.data_received(b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n")
    for _ in range(900):
        connection.data_received(b"1\r\nx\r\n")
    assert transport.written.startswith(b"HTTP/1.1 413 ")


def test_a_client_that_asks_whether_it_may_send_its_body_is_told_so() -> None:
    connection, transport = connect(Host())
    connection.data_received(post(b"", b"Expect: 100-Continue", length=b"3"))
    assert transport.written == b"HTTP/1.1 100 Continue\r\n\r\n"
    connection.data_received(b"abc")
    assert transport.written.endswith(answers(b"POST / abc"))


def test_the_permission_to_go_on_does_not_come_amid_answers() -> None:
    host = Host(at_once=False)
    connection, transport = connect(host)
    connection.data_received(post(b"a") + post(b"", b"Expect: 100-continue", length=b"3"))
    assert transport.written == b""
    connection.data_received(b"abc")
    host.answer_next()
    host.answer_next()
    assert transport.written == answers(b"POST / a", b"POST / abc")


CLOSING = {
    "HTTP/1.1 and close": b"POST / HTTP/1.1\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
    "HTTP/1.0": b"POST / HTTP/1.0\r\nContent-Length: 0\r\n\r\n",
    "HTTP/1.0 and keep": b"POST / HTTP/1.0\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n",
}


@pytest.mark.parametrize("text", CLOSING.values(), ids=CLOSING.keys())
def test_a_connection_that_is_not_kept_ends_with_the_answer(text: bytes) -> None:
    connection, transport = connect(Host())
    connection.data_received(text)
    assert b"\r\nConnection: close\r\n\r\n" in transport.written
    assert transport.ended == "closed"


def test_a_client_that_sends_no_more_still_gets_its_answers() -> None:
    host = Host(at_once=False)
    connection, transport = connect(host)
    connection.data_received(post(b"a") + post(b"b") + b"POST / HT")
    assert connection.eof_received()
    host.answer_next()
    host.answer_next()
    assert transport.written == answers(b"POST / a", b"POST / b")
    assert transport.ended == "closed"


def test_a_client_that_goes_away_between_requests_ends_the_connection() -> None:
    connection, _ = connect(Host())
    connection.data_received(post(b"a") + b"POST / HTTP/1.1\r\nContent-Length: 90\r\n\r\nhalf")
    assert not connection.eof_received()


def test_over_tls_there_is_no_half_closed_connection() -> None:
    host = Host(at_once=False)
    connection, transport = connect(host, Transport(half_closes=False))
    connection.data_received(post(b"a"))
    assert not connection.eof_received()
    other, other_transport = connect(Host(), Transport(half_closes=False))
    other.data_received(b"garbage\r\n\r\n")
    assert other_transport.ended == "closed"
    assert transport.ended == ""


def test_the_answer_for_a_client_that_is_gone_is_dropped() -> None:
    host = Host(at_once=False)
    connection, transport = connect(host)
    connection.data_received(post(b"a") + post(b"b"))
    connection.connection_lost(None)
    host.answer_next()
    assert transport.written == b""
    assert [request.body for request in host.seen] == [b"a"]
    assert host.open == set()


def test_one_connection_too_many_is_turned_away() -> None:
    host = Host()
    connect(host)
    connect(host)
    connection, transport = connect(host)
    assert transport.written.startswith(b"HTTP/1.1 503 ")
    connection.data_received(post(b"a"))
    assert host.seen == []
    connection.connection_lost(None)
    assert len(host.open) == 2


# Time. The server tells the time once a second; a test tells it when it likes.


def wait(host: Host, connection: Connection, seconds: float) -> None:
    """Let time pass."""
    host.now_s += seconds
    connection.look_at_time(host.now_s)


def test_an_idle_connection_is_ended_after_a_while() -> None:
    host = Host()
    connection, transport = connect(host)
    wait(host, connection, 59)
    connection.data_received(post(b"a"))
    wait(host, connection, 60)
    assert transport.ended == ""
    wait(host, connection, 1)
    assert transport.ended == "closed"


def test_a_head_of_a_byte_a_second_is_given_up() -> None:
    host = Host()
    connection, transport = connect(host)
    text = post(b"", b"X: " + b"y" * 100)
    for at in range(11):
        assert transport.ended == ""
        connection.data_received(text[at : at + 1])
        wait(host, connection, 1)
    assert transport.written.startswith(b"HTTP/1.1 408 ")
    assert transport.ended == "half closed"
    wait(host, connection, 6)
    assert transport.ended == "aborted"


def test_a_body_of_a_byte_a_second_is_given_up() -> None:
    host = Host()
    connection, transport = connect(host)
    connection.data_received(post(length=b"1000"))
    for _ in range(21):
        assert transport.ended == ""
        connection.data_received(b"x")
        wait(host, connection, 1)
    assert transport.written.startswith(b"HTTP/1.1 408 ")


def test_a_slow_but_steady_upload_may_take_its_time() -> None:
    host = Host()
    connection, transport = connect(host)
    connection.data_received(post(length=b"2000"))
    for _ in range(20):
        connection.data_received(b"x" * 100)
        wait(host, connection, 1.9)
    assert transport.written == answers(b"POST / " + b"x" * 2_000)


def test_a_client_is_not_blamed_for_the_time_that_an_answer_takes() -> None:
    host = Host(at_once=False)
    connection, transport = connect(host)
    connection.data_received(post(b"a") + b"POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\n")
    wait(host, connection, 10_000)
    assert transport.ended == ""
    host.answer_next()
    connection.data_received(b"abc")
    host.answer_next()
    assert transport.written == answers(b"POST / a", b"POST / abc")


def test_a_client_that_does_not_read_is_given_up() -> None:
    host = Host()
    connection, transport = connect(host)
    wait(host, connection, 50)
    connection.data_received(post(b"a" * 1_000))
    transport.unread = 900
    wait(host, connection, 1)
    wait(host, connection, 30)
    assert transport.ended == ""
    wait(host, connection, 1)
    assert transport.ended == "aborted"


def test_a_client_that_reads_a_byte_a_second_is_given_up() -> None:
    host = Host()
    connection, transport = connect(host)
    connection.data_received(post(b"a" * 1_000))
    transport.unread = 1_000
    seconds = 0
    while transport.ended == "" and seconds < 100:
        transport.unread -= 1
        wait(host, connection, 1)
        seconds += 1
    assert transport.ended == "aborted"
    assert seconds <= 32


def test_a_client_that_reads_steadily_may_take_its_time() -> None:
    host = Host()
    connection, transport = connect(host)
    for _ in range(60):
        connection.data_received(post(b"a" * 1_000))
        transport.unread = 900
        wait(host, connection, 5)
    assert transport.ended == ""


def test_a_refused_client_has_a_moment_to_see_why() -> None:
    host = Host()
    connection, transport = connect(host)
    connection.data_received(b"garbage\r\n\r\n")
    for _ in range(5):
        connection.data_received(b"x" * 1_000)
        wait(host, connection, 1)
    assert transport.ended == "half closed"
    wait(host, connection, 1)
    assert transport.ended == "aborted"


# The way out.


def test_on_the_way_out_an_idle_connection_ends_at_once() -> None:
    host = Host()
    connection, transport = connect(host)
    connection.data_received(post(b"a"))
    host.closing = True
    connection.drain()
    assert transport.ended == "closed"


def test_on_the_way_out_what_is_under_way_is_answered() -> None:
    host = Host(at_once=False)
    connection, transport = connect(host)
    connection.data_received(post(b"a") + post(b"b"))
    host.closing = True
    connection.drain()
    assert transport.ended == ""
    host.answer_next()
    assert transport.written.endswith(b"\r\nConnection: close\r\n\r\nPOST / a")
    assert transport.ended == "closed"


def test_on_the_way_out_what_is_coming_in_is_answered() -> None:
    host = Host()
    connection, transport = connect(host)
    connection.data_received(post(length=b"3"))
    host.closing = True
    connection.drain()
    connection.data_received(b"abc")
    assert transport.written.endswith(b"\r\nConnection: close\r\n\r\nPOST / abc")
    assert transport.ended == "closed"
