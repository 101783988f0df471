"""The installed program in a pseudo-terminal, with the screen that it draws.

What it writes goes through `pyte`, a terminal in memory; what is typed goes in as bytes. The time
of what is waited for is measured from the last byte that was typed until the byte came that
shows it; what this terminal takes to draw is not in it.
"""

from __future__ import annotations

import os
import select
import sys
import termios
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from typing import Any

import pexpect
import pyte

WAIT_S = 60.0
_READ_BYTES = 65_536

ENTER = "\r"
ESCAPE = "\x1b"
TAB = "\t"
UP = "\x1b[A"
DOWN = "\x1b[B"
PAGE_DOWN = "\x1b[6~"
CTRL_END = "\x1b[1;5F"
CTRL_Q = "\x11"
CTRL_S = "\x13"
RUN = "\n"


class Program:
    """A running program and its screen."""

    def __init__(self, process: pexpect.spawn[Any], size: tuple[int, int]) -> None:
        self.process = process
        self.written = bytearray()
        self._screen = pyte.Screen(*size)
        self._stream = pyte.ByteStream(self._screen)
        self.typed_at = perf_counter()
        self.came_at = self.typed_at
        self.modes_before = self.modes()

    @property
    def lines(self) -> list[str]:
        """The screen as it is now."""
        return [line.rstrip() for line in self._screen.display]

    @property
    def text(self) -> str:
        """The screen as one text."""
        return "\n".join(self.lines)

    def modes(self) -> list[Any]:
        """The terminal's own settings, such as whether it echoes."""
        return termios.tcgetattr(self.process.child_fd)

    def type(self, keys: str) -> None:
        """Type."""
        self.typed_at = perf_counter()
        os.write(self.process.child_fd, keys.encode())

    def resize(self, size: tuple[int, int]) -> None:
        """Give the terminal another size, of columns and rows."""
        columns, rows = size
        self._screen.resize(rows, columns)
        self.typed_at = perf_counter()
        self.process.setwinsize(rows, columns)

    def until(self, seen: Callable[[str], bool], wait_s: float = WAIT_S) -> float:
        """Wait for the screen to be so; gives the seconds since something was typed."""
        came = self.comes(seen, self.typed_at + wait_s - perf_counter())
        assert came, f"never seen; the screen is\n{self.text}"
        return max(0.0, self.came_at - self.typed_at)

    def comes(self, seen: Callable[[str], bool], wait_s: float) -> bool:
        """Wait for the screen to be so; whether it is within these seconds."""
        ends_at = perf_counter() + wait_s
        while not seen(self.text):
            left = ends_at - perf_counter()
            if left <= 0 or not self._take(left):
                return False
        return True

    def sees(self, text: str, wait_s: float = WAIT_S) -> float:
        """Wait for a text to be on the screen; gives the seconds since something was typed."""
        return self.until(lambda shown: text in shown, wait_s)

    def writes_something(self, wait_s: float = WAIT_S) -> float:
        """Wait for the program to write; gives the seconds since something was typed."""
        assert self._take(wait_s)
        return self.came_at - self.typed_at

    def settle(self, quiet_s: float = 0.3) -> None:
        """Take what the program writes until it is quiet."""
        while self._take(quiet_s):
            pass

    def take_for(self, seconds: float) -> None:
        """Take what the program writes for so long."""
        ends_at = perf_counter() + seconds
        while (left := ends_at - perf_counter()) > 0:
            self._take(left)

    def background(self, line: int, column: int) -> str:
        """The colour behind a character of the screen, both counted from 0."""
        return str(self._screen.buffer[line][column].bg)

    def end(self) -> int | None:
        """Wait until it has ended by itself; gives its exit code."""
        while self._take(WAIT_S):
            pass
        self.process.wait()
        return self.process.exitstatus

    def rss_bytes(self) -> int:
        """The memory that the process holds."""
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text(encoding="ascii").split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")

    def _take(self, wait_s: float) -> bool:
        """Take what is written next; False where nothing is in time, or ever again."""
        ready, _, _ = select.select([self.process.child_fd], [], [], wait_s)
        if not ready:
            return False
        try:
            content = os.read(self.process.child_fd, _READ_BYTES)
        except OSError:
            # Linux says so where the other side is closed.
            return False
        self.came_at = perf_counter()
        self.written += content
        self._stream.feed(content)
        return bool(content)


@contextmanager
def started(
    arguments: Sequence[str],
    size: tuple[int, int] = (100, 30),
    environment: Mapping[str, str] | None = None,
) -> Iterator[Program]:
    """The program `dyntui` of this Python's environment on a terminal; killed at last."""
    program = str(Path(sys.executable).with_name("dyntui"))
    with running([program, *arguments], size, environment) as found:
        yield found


@contextmanager
def running(
    command: Sequence[str],
    size: tuple[int, int] = (100, 30),
    environment: Mapping[str, str] | None = None,
) -> Iterator[Program]:
    """Any program on a terminal, `TERM` and colours as usual."""
    columns, rows = size
    inherited = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
    process = pexpect.spawn(
        command[0],
        list(command[1:]),
        dimensions=(rows, columns),
        env={
            **inherited,
            "TERM": "xterm-256color",
            "COLORTERM": "truecolor",
            **(environment or {}),
        },
        timeout=WAIT_S,
    )
    try:
        yield Program(process, size)
    finally:
        process.close(force=True)
