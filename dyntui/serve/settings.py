"""What is served, and where: settings, and the socket that they ask for."""

from __future__ import annotations

import socket
import ssl
from dataclasses import dataclass
from pathlib import Path

from dyntui.core.connection.listening import ListenError, address_text, listen
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

    `shared` is as in `dyntui.core.connection.listening.listen`.
    """
    try:
        return listen(settings.host, settings.port, shared=shared)
    except ListenError as error:
        raise ServeError(str(error)) from error


def address_of(settings: Settings, listener: socket.socket) -> str:
    """The address for clients, such as `http://127.0.0.1:8000`."""
    return address_text(listener, "http" if settings.tls_cert is None else "https")
