"""The server: sockets, all connections, limits in time, and the way out."""

from __future__ import annotations

import asyncio
import resource
import socket
import ssl
from collections.abc import Callable

from dyntui.core.connection.read_only import ReadOnly
from dyntui.serve.answers import Heads
from dyntui.serve.connection import Connection
from dyntui.serve.endpoint import Endpoint
from dyntui.serve.limits import Limits
from dyntui.serve.regions import Regions
from engine import Account
from engine.clock import SYSTEM_CLOCK, Clock

_ROUND_S = 1.0
_LOOKED_AT_ONCE = 500
_BACKLOG = 2_048
# Files beside connections: the databases of all Regions, listening sockets, the terminal.
_OTHER_FILES = 512
_HANDSHAKE_S_MAX = 10.0


class Server:
    """One event loop's share of the endpoint; all is for the loop's thread.

    `on_failure` is told of exceptions that no request should cause.
    """

    def __init__(
        self,
        account: Account,
        region: str,
        *,
        read_only: ReadOnly | None = None,
        limits: Limits | None = None,
        clock: Clock = SYSTEM_CLOCK,
        on_failure: Callable[[Exception], object] = lambda _: None,
    ) -> None:
        self.limits = limits or Limits()
        self.now_s = clock.monotonic_s()
        self.closing = False
        self._clock = clock
        self._loop = asyncio.get_running_loop()
        self._connections: set[Connection] = set()
        self._connections_max = min(self.limits.connections_max, _files_max() - _OTHER_FILES)
        self._nobody = asyncio.Event()
        self._nobody.set()
        call_soon = self._loop.call_soon_threadsafe
        self._regions = Regions(account, region, call_soon)
        self._heads = Heads(clock.now_us())
        endpoint = Endpoint(
            self._regions,
            self._heads,
            self.limits,
            read_only or ReadOnly(),
            call_soon,
            on_failure,
        )
        self.handle = endpoint.handle
        self._listening: list[asyncio.Server] = []
        self._rounds = self._loop.call_later(_ROUND_S, self._make_round)

    async def listen(self, listener: socket.socket, tls: ssl.SSLContext | None = None) -> None:
        """Take connections from a bound socket."""
        self._listening.append(
            await self._loop.create_server(
                lambda: Connection(self),
                sock=listener,
                backlog=_BACKLOG,
                ssl=tls,
                ssl_handshake_timeout=None if tls is None else _HANDSHAKE_S_MAX,
            )
        )

    # What a connection asks.

    def joined(self, connection: Connection) -> bool:
        """See `Host.joined`."""
        self._connections.add(connection)
        self._nobody.clear()
        return len(self._connections) <= self._connections_max

    def left(self, connection: Connection) -> None:
        """See `Host.left`."""
        self._connections.discard(connection)
        if not self._connections:
            self._nobody.set()

    # Time.

    def _make_round(self) -> None:
        self._tell_time()
        self._look_at(list(self._connections))
        self._rounds = self._loop.call_later(_ROUND_S, self._make_round)

    def _tell_time(self) -> None:
        self.now_s = self._clock.monotonic_s()
        self._heads.tell_time(self._clock.now_us())

    def _look_at(self, connections: list[Connection]) -> None:
        """End what has taken too long, some at a time, so that thousands hold up nobody."""
        for connection in connections[-_LOOKED_AT_ONCE:]:
            connection.look_at_time(self.now_s)
        del connections[-_LOOKED_AT_ONCE:]
        if connections:
            self._loop.call_soon(self._look_at, connections)

    def look_at_time(self) -> None:
        """Take over the time, and end what has taken too long, at once."""
        self._tell_time()
        for connection in tuple(self._connections):
            connection.look_at_time(self.now_s)

    # The way out.

    async def close(self) -> None:
        """Take no new connections, finish what is under way, and close the account.

        What has not ended after `shutdown_s_max` is broken off.
        """
        self.closing = True
        for listening in self._listening:
            listening.close()
        for connection in tuple(self._connections):
            connection.drain()
        try:
            await asyncio.wait_for(self._nobody.wait(), self.limits.shutdown_s_max)
        except TimeoutError:
            self.abort()
        self._rounds.cancel()
        await self._loop.run_in_executor(None, self._regions.close)

    def abort(self) -> None:
        """End all connections at once, whatever is under way."""
        self._regions.cancel()
        for connection in tuple(self._connections):
            connection.abort()


def _files_max() -> int:
    """How many files this process may open, after asking for as many as it can get."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = hard if hard != resource.RLIM_INFINITY else 1_048_576
    if soft != resource.RLIM_INFINITY and soft < wanted:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        except (OSError, ValueError):
            return soft
        return wanted
    return soft if soft != resource.RLIM_INFINITY else wanted
