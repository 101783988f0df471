"""A text into the clipboard, wherever the terminal is: here, in tmux, or at the end of ssh.

What can say whether it worked goes first: the desktop's own programs where the terminal is on this
machine, then tmux. A terminal that is asked by an escape sequence (OSC 52) answers nothing; it
takes no long text. What is left over goes into a file that only its owner can read.
"""

from __future__ import annotations

import base64
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

Run = Callable[[Sequence[str], bytes], bool]
"""Runs a program with this input; whether it ended well."""

OSC52_CHARACTERS_MAX = 74_994
"""How much Base64 common terminals take in one sequence."""
RUN_S = 5.0
SCREEN_CHUNK = 252
"""How long a string GNU screen passes on at once."""
_SSH = ("SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY")


@dataclass(frozen=True, slots=True)
class Copied:
    """How a text was copied, in words for people.

    `sequence` is what has still to be written to the terminal, if anything. `is_sure` is False
    where nothing says whether it worked, `is_file` True where the text went into a file only.
    """

    way: str
    sequence: str = ""
    is_sure: bool = True
    is_file: bool = False


def run_program(arguments: Sequence[str], text: bytes) -> bool:
    """See `Run`; a program that hangs is ended."""
    try:
        done = subprocess.run(
            arguments,
            input=text,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=RUN_S,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return done.returncode == 0


@dataclass(frozen=True, slots=True)
class Clipboard:
    """The clipboard of a person at a terminal; the fields are what it finds itself in."""

    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    run: Run = run_program
    has: Callable[[str], bool] = lambda name: shutil.which(name) is not None
    platform: str = sys.platform
    folder: Path | None = None

    def copy(self, text: str) -> Copied:
        """Copy a text; may take as long as a program, so not in the thread of an event loop.

        Raises OSError where not even a file can be written.
        """
        data = text.encode("utf-8", "surrogatepass")
        programs = list(self._desktop())
        if not self._is_far:
            copied = self._by_programs(programs, data)
            if copied is not None:
                return copied
        if self.environment.get("TMUX"):
            # With -w, tmux hands it on to the terminal, as that allows.
            for arguments in (("tmux", "load-buffer", "-w", "-"), ("tmux", "load-buffer", "-")):
                if self.run(arguments, data):
                    return Copied("through tmux")
        encoded = base64.b64encode(data).decode("ascii")
        if len(encoded) <= OSC52_CHARACTERS_MAX:
            return Copied("through the terminal (OSC 52)", self._wrapped(encoded), is_sure=False)
        copied = self._by_programs(programs, data) if self._is_far else None
        return copied or self._in_file(data)

    @property
    def _is_far(self) -> bool:
        """Whether the terminal is on another machine, so that this one's clipboard is nobody's."""
        return any(self.environment.get(name) for name in _SSH)

    def _desktop(self) -> Iterator[tuple[str, ...]]:
        """The programs of this desktop, the likeliest first."""
        if self.environment.get("WAYLAND_DISPLAY"):
            yield ("wl-copy",)
        if self.environment.get("DISPLAY"):
            yield ("xclip", "-selection", "clipboard")
            yield ("xsel", "--clipboard", "--input")
        if self.platform == "darwin":
            yield ("pbcopy",)
        if self.platform == "win32" or self.environment.get("WSL_DISTRO_NAME"):
            yield ("clip.exe",)

    def _by_programs(self, programs: Sequence[tuple[str, ...]], data: bytes) -> Copied | None:
        for arguments in programs:
            name = arguments[0]
            # Windows takes UTF-16 for what it is by its first two bytes.
            wide = b"\xff\xfe" + data.decode("utf-8", "replace").encode("utf-16-le")
            if self.has(name) and self.run(arguments, wide if name == "clip.exe" else data):
                return Copied(f"through {name}")
        return None

    def _wrapped(self, encoded: str) -> str:
        """The sequence for the terminal, through what may stand before it."""
        sequence = f"\x1b]52;c;{encoded}\a"
        if self.environment.get("STY"):
            chunks = range(0, len(sequence), SCREEN_CHUNK)
            return "".join(
                f"\x1bP{sequence[start : start + SCREEN_CHUNK]}\x1b\\" for start in chunks
            )
        if self.environment.get("TERM", "").startswith(("tmux", "screen")):
            # A tmux at the other end of ssh: it takes the sequence itself, or passes it on.
            doubled = sequence.replace("\x1b", "\x1b\x1b")
            return f"{sequence}\x1bPtmux;{doubled}\x1b\\"
        return sequence

    def _in_file(self, data: bytes) -> Copied:
        folder = self.folder
        if folder is None:
            import platformdirs

            folder = platformdirs.user_cache_path("dyntui", appauthor=False)
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / "copied.txt"
        with suppress(FileNotFoundError):
            path.unlink()
        number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(number, "wb") as file:
            file.write(data)
        return Copied(f"into a file, too long for the terminal: {path}", is_file=True)


def terminal_only() -> Clipboard:
    """A clipboard that knows of no program: that of an app which is not shown to anybody."""
    return Clipboard({}, has=lambda _: False)
