"""The programs that a person chose for texts: `EDITOR` and `PAGER`, run on the terminal."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from engine.security.private_files import private

DEFAULT_EDITOR = "vi"
DEFAULT_PAGER = "less"
# Quit where it fits, keep colours, chop long lines, leave the text on the screen.
LESS_OPTIONS = "-FRSX"


class ProgramError(Exception):
    """A program did not do what it was asked for; says why in a line."""


def pager_command(environment: Mapping[str, str] = os.environ) -> list[str]:
    """The pager and its arguments."""
    return shlex.split(environment.get("PAGER") or DEFAULT_PAGER)


def pager_environment(options: str = LESS_OPTIONS) -> dict[str, str]:
    """What the pager finds in its environment; the person's own options for less hold."""
    return {"LESS": options, "LESSCHARSET": "utf-8"} | os.environ


def edited(text: str, suffix: str) -> str:
    """A text as the person's editor leaves it; raises `ProgramError`.

    While the editor runs the text lies in a file that only its owner can read, in a folder of its
    own, which goes with all that the editor leaves in it. `suffix` is that of the file's name.
    """
    chosen = os.environ.get("VISUAL") or os.environ.get("EDITOR") or DEFAULT_EDITOR
    with TemporaryDirectory(prefix="dyntui-") as folder:
        path = Path(folder, f"text{suffix}")
        with open(path, "w", encoding="utf-8", newline="", opener=private) as file:
            file.write(text)
        _run([*shlex.split(chosen), str(path)], os.environ)
        try:
            after = path.read_bytes().decode()
        except UnicodeDecodeError:
            raise ProgramError("What the editor wrote is not UTF-8") from None
        except OSError as error:
            raise ProgramError(f"The editor left no file: {error.strerror}") from error
    # Editors end the last line, also where it was not ended.
    return after if text.endswith("\n") else after.removesuffix("\n").removesuffix("\r")


def paged(text: str) -> None:
    """Show a text in the person's pager until it is left; raises `ProgramError`."""
    # A text that fits stays until a key is pressed, since the app comes back over it.
    _run(pager_command(), pager_environment("-R"), text.encode(errors="replace"))


def _run(command: list[str], environment: Mapping[str, str], fed: bytes | None = None) -> None:
    name = command[0]
    with _interrupts_left_to_the_program():
        try:
            done = subprocess.run(command, env=environment, input=fed, check=False)
        except OSError as error:
            raise ProgramError(f"{name}: {error.strerror}") from error
    if done.returncode:
        raise ProgramError(f"{name} ended with {done.returncode}")


@contextmanager
def _interrupts_left_to_the_program() -> Iterator[None]:
    """Ctrl-C in the program is not meant for dyntui; the program itself gets it as ever."""
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
