"""A prompt on a pseudo-terminal, and one without a terminal."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pexpect

from tests.program import WAIT_S

ENTER = "\r"
RUN = "\n"
ESCAPE = "\x1b"
TAB = "\t"
CONTROLS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[()][A-Z0-9]|\x1b[=>]")


class Talk:
    """A running `dyntui repl`."""

    def __init__(self, process: pexpect.spawn[str]) -> None:
        self.process = process

    def send(self, text: str) -> None:
        """Type."""
        self.process.send(text)

    def expect(self, text: str) -> str:
        """Wait for a text; gives what was shown before it, without controls."""
        self.process.expect_exact(text)
        return CONTROLS.sub("", self.process.before or "")

    def run(self, text: str, shown: str, *, name: str = "dyntui") -> str:
        """Type an input and Enter, wait for what it shows and for the next prompt; gives what
        stood before that."""
        self.send(text + ENTER)
        before = self.expect(shown)
        self.ready(name)
        return before

    def ready(self, name: str = "dyntui") -> str:
        """Wait for the prompt: what is typed before it is there, the terminal may change."""
        return self.expect(f"{name}>")

    def leave(self) -> int | None:
        """Press Ctrl-D, and give the exit code."""
        self.send("\x04")
        self.process.expect(pexpect.EOF)
        self.process.close()
        return self.process.exitstatus


@contextmanager
def talk(
    folder: Path, options: Sequence[str] = (), *, pager: str = "cat", program: Sequence[str] = ()
) -> Iterator[Talk]:
    """A prompt on a terminal of 80×24."""
    environment = os.environ | {
        "DYNTUI_DATA_DIR": str(folder),
        "PAGER": pager,
        "PROMPT_TOOLKIT_NO_CPR": "1",
        "NO_COLOR": "1",
        "TERM": "xterm",
    }
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        environment.pop(name, None)
    process = pexpect.spawn(
        sys.executable,
        [*(program or ("-m", "dyntui", "repl")), *options],
        env=environment,
        encoding="utf-8",
        timeout=WAIT_S,
        dimensions=(24, 80),
    )
    try:
        talking = Talk(process)
        talking.ready()
        yield talking
    finally:
        process.close(force=True)
