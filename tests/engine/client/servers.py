"""Servers to connect to, each in a process of its own, bound to loopback."""

from __future__ import annotations

import importlib.util
import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

HOST = "127.0.0.1"
SERVERS = ("small", "dyntui", "moto", "ministack")
# What must be there for a server to be there.
_MODULES = {"moto": "moto", "ministack": "ministack"}
_START_S_MAX = 60.0


@contextmanager
def running(name: str) -> Iterator[str]:
    """The address of a server while it runs; skips the test where the server is not installed."""
    if name in ("small", "dyntui"):
        yield from _small() if name == "small" else _dyntui()
        return
    if importlib.util.find_spec(_MODULES[name]) is None:
        pytest.skip(f"{_MODULES[name]} is not there")
    port = _free_port()
    programs = Path(sys.executable).parent
    commands = {
        "moto": (programs / "moto_server", "-H", HOST, "-p", str(port)),
        "ministack": (programs / "ministack",),
    }
    settings = {"BIND_HOST": HOST, "GATEWAY_PORT": str(port), "SERVICES": "dynamodb"}
    with subprocess.Popen(
        commands[name],
        env=os.environ | settings,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            address = f"http://{HOST}:{port}"
            _wait_for(address, process)
            yield address
        finally:
            process.terminate()


def _small() -> Iterator[str]:
    command = [sys.executable, "-m", "tests.engine.client.wire_server"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield f"http://{HOST}:{int(process.stdout.readline())}"
        finally:
            process.terminate()


def _dyntui() -> Iterator[str]:
    command = [sys.executable, "-m", "dyntui", "serve", "--in-memory", "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr is not None
            said = ""
            # It takes a free port, and says which.
            while (found := re.search(r"DynamoDB at (http://\S+:\d+)", said)) is None:
                said = process.stderr.readline()
                assert said, "the server has not started"
            yield found[1]
        finally:
            process.terminate()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    """Wait until another's program, which says nothing, answers anything."""
    until = time.monotonic() + _START_S_MAX
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(address):
                return
        except urllib.error.HTTPError as answered:
            answered.close()
            return
        except OSError:
            time.sleep(0.05)
    raise AssertionError(f"{address}: the server has not started")
