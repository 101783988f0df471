"""Servers to measure: our own and others, each in a process of its own, bound to loopback."""

from __future__ import annotations

import http.client
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

HOST = "127.0.0.1"
_START_S_MAX = 30.0


@dataclass(frozen=True)
class Peer:
    """A server: how it is started at a port with a folder of its own; `missing` says why not."""

    name: str
    command: tuple[str, ...]
    environment: tuple[tuple[str, str], ...] = ()
    missing: str = ""


@dataclass(frozen=True)
class Running:
    """A server that answers at `port`."""

    name: str
    port: int
    process_id: int

    def processor_s(self) -> float:
        """Processor time that the process has taken so far, in all its threads."""
        fields = Path(f"/proc/{self.process_id}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def resident_mib(self) -> float:
        """Memory of the process that is in use."""
        pages = int(Path(f"/proc/{self.process_id}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def ours(name: str, *options: str) -> Peer:
    """Our own server with further options; `{folder}` stands for the folder."""
    command = (sys.executable, "-m", "dyntui", "serve", "--port", "{port}", *options)
    return Peer(name, command)


def on_disk(durability: str) -> Peer:
    """Our own server on a data folder."""
    return ours(f"dyntui {durability}", "--data-dir", "{folder}/data", "--durability", durability)


def others() -> list[Peer]:
    """The servers of other projects; DYNTUI_PEERS lists further folders of programs."""
    search = os.pathsep.join(
        [
            str(Path(sys.executable).parent),
            *(str(Path(folder) / "node_modules" / ".bin") for folder in (".", Path.home())),
            os.environ.get("DYNTUI_PEERS", ""),
            os.environ.get("PATH", ""),
        ]
    )
    described = (
        ("dynalite", ("dynalite", "--host", HOST, "--port", "{port}"), "npm install dynalite"),
        ("ministack", ("ministack",), "pip install ministack"),
        ("moto", ("moto_server", "-H", HOST, "-p", "{port}"), "pip install 'moto[server]'"),
    )
    environment = (
        ("BIND_HOST", HOST),
        ("GATEWAY_PORT", "{port}"),
        ("LOG_LEVEL", "ERROR"),
        ("SERVICES", "dynamodb"),
    )
    peers = []
    for name, (program, *arguments), how in described:
        found = shutil.which(program, path=search)
        missing = "" if found else f"{name} is not installed ({how})"
        peers.append(Peer(name, (found or program, *arguments), environment, missing))
    return peers


@contextmanager
def started(peer: Peer, folder: Path) -> Iterator[Running]:
    """Run a server until the end of the block."""
    port = free_port()
    fill = {"port": port, "folder": folder}
    process = subprocess.Popen(
        [part.format(**fill) for part in peer.command],
        env=os.environ | {name: value.format(**fill) for name, value in peer.environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _await(process, peer.name, port)
        yield Running(peer.name, port, process.pid)
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def free_port() -> int:
    """A port of loopback that nobody listens at."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def _await(process: subprocess.Popen[bytes], name: str, port: int) -> None:
    give_up_at = time.monotonic() + _START_S_MAX
    while time.monotonic() < give_up_at:
        if process.poll() is not None:
            raise RuntimeError(f"{name} ended with {process.returncode} instead of listening")
        with suppress(OSError, http.client.HTTPException):
            connection = http.client.HTTPConnection(HOST, port, timeout=2)
            connection.request("GET", "/")
            connection.getresponse().read()
            connection.close()
            return
        time.sleep(0.05)
    raise RuntimeError(f"{name} did not listen within {_START_S_MAX:g} s")
