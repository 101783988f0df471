"""What is served, and where: settings, and the socket that they ask for."""

from __future__ import annotations

import errno
import ipaddress
import socket
import ssl
from dataclasses import dataclass
from pathlib import Path

from engine import Account
from engine import Settings as EngineSettings


class ServeError(Exception):
    """The server cannot start; the message is one line."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What is served, and where.

    `data_dir` None is an account in memory. `durability`, `wording` and `throttling` are those of
    `Account.open`; in memory nothing is throttled unless that is said. `tls_cert` and `tls_key`
    name files in PEM format; without them the protocol is plain HTTP. `read_only` names what says
    that nothing may be changed; it is empty where nothing does.
    """

    data_dir: str | None
    region: str
    host: str = "127.0.0.1"
    port: int = 8000
    durability: str | None = None
    wording: str | None = None
    throttling: str | None = None
    tls_cert: str | None = None
    tls_key: str | None = None
    read_only: str = ""

    def account(self) -> Account:
        """The account that is served; raises `engine.errors.FolderError`."""
        if self.data_dir is None:
            settings = EngineSettings(
                wording=self.wording or "classic", throttling=self.throttling or "off"
            )
            return Account.in_memory(settings=settings)
        return Account.open(
            Path(self.data_dir),
            durability=self.durability,
            wording=self.wording,
            throttling=self.throttling,
        )

    def tls(self) -> ssl.SSLContext | None:
        """What the certificate and its key make; raises `ServeError` where they are no pair."""
        if self.tls_cert is None:
            return None
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.set_alpn_protocols(["http/1.1"])
        try:
            context.load_cert_chain(self.tls_cert, self.tls_key)
        except (OSError, ssl.SSLError) as error:
            reason = getattr(error, "reason", None) or error.strerror or "not in PEM format"
            raise ServeError(f"{self.tls_cert}, {self.tls_key}: {reason}") from error
        return context


def bind(settings: Settings, *, shared: bool = False) -> socket.socket:
    """A socket at the host and port of the settings; raises `ServeError` where that cannot be.

    `shared`: other processes may bind theirs to the same port, and the kernel spreads connections
    over those that listen.
    """
    try:
        found = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise ServeError(f"--host {settings.host}: {error.strerror}") from error
    family, kind, protocol, _, address = found[0]
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if shared:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        listener.bind(address)
    except OSError as error:
        listener.close()
        raise ServeError(_why_not_bound(settings, error)) from error
    return listener


def _why_not_bound(settings: Settings, error: OSError) -> str:
    place = f"{settings.host}:{settings.port}"
    if error.errno == errno.EADDRINUSE:
        return f"{place} is taken: something listens there already; choose another with --port"
    if error.errno == errno.EACCES:
        return f"{place}: ports below 1024 need special rights; choose another with --port"
    return f"{place}: {error.strerror}"


def address_of(settings: Settings, listener: socket.socket) -> str:
    """The address for clients, such as `http://127.0.0.1:8000`."""
    host, port = listener.getsockname()[:2]
    scheme = "http" if settings.tls_cert is None else "https"
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"


def is_open_to_others(listener: socket.socket) -> bool:
    """Whether a bound socket can be reached from other machines."""
    return not ipaddress.ip_address(listener.getsockname()[0]).is_loopback
