"""A socket to listen at, and what to say where that cannot be."""

from __future__ import annotations

import errno
import ipaddress
import socket


class ListenError(Exception):
    """Nothing can listen there; the message is one line."""


def listen(host: str, port: int, *, shared: bool = False) -> socket.socket:
    """A socket bound to a host and port; raises `ListenError`.

    `shared`: other processes may bind theirs to the same port, and the kernel spreads connections
    over those that listen.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or "not a host's name"
        raise ListenError(f"--host {host}: {reason}") from error
    family, kind, protocol, _, address = found[0]
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if shared:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        listener.bind(address)
    except OSError as error:
        listener.close()
        raise ListenError(_why_not(f"{host}:{port}", error)) from error
    return listener


def _why_not(place: str, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"{place} is taken: something listens there already; choose another with --port"
    if error.errno == errno.EACCES:
        return f"{place}: ports below 1024 need special rights; choose another with --port"
    return f"{place}: {error.strerror}"


def address_text(listener: socket.socket, scheme: str = "http") -> str:
    """The address for clients, such as `http://127.0.0.1:8000`."""
    host, port = listener.getsockname()[:2]
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"


def is_open_to_others(listener: socket.socket) -> bool:
    """Whether a bound socket can be reached from other machines."""
    return not ipaddress.ip_address(listener.getsockname()[0]).is_loopback
