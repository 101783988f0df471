"""A request as it came over HTTP."""

from __future__ import annotations

from collections.abc import Mapping


class Request:
    """One HTTP request; names of `headers` are lower case, and a repeated one has its last value.

    `keep_alive`: whether the client goes on to use the connection.
    """

    __slots__ = ("body", "headers", "keep_alive", "method", "url")

    def __init__(
        self,
        method: bytes,
        url: bytes,
        headers: Mapping[bytes, bytes],
        body: bytes,
        keep_alive: bool,
    ) -> None:
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.keep_alive = keep_alive
