"""Where the prompt's rows and lines go: a terminal, page by page, or a pipe."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import chain
from typing import IO, Protocol

import click
from rich.cells import cell_len

from dyntui.core.text.formats import printable
from dyntui.core.text.symbols import drawn
from dyntui.core.user.programs import pager_command, pager_environment

LINES_FOR_PROMPT = 3


class Screen(Protocol):
    """Where rows and lines go."""

    def write(self, texts: Iterator[str]) -> None:
        """Show texts as they come; those that nobody wants to see are not asked for."""
        ...

    def say(self, text: str) -> None:
        """Say a line."""
        ...

    def ask(self, question: str, typed: str | None = None) -> bool:
        """Ask whether to go on; may also raise. The yes is `typed`, where there is such a name."""
        ...


class PipeScreen:
    """Rows on stdout, lines to where the command talks, and nobody there to answer."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say

    def write(self, texts: Iterator[str]) -> None:
        """Write texts to stdout; who reads them may wait for them before writing more."""
        sys.stdout.writelines(texts)
        sys.stdout.flush()

    def say(self, text: str) -> None:
        """Say a line as the command does."""
        self._say(text)

    def ask(self, question: str, typed: str | None = None) -> bool:
        """Refuse: raises `UsageError`."""
        del typed
        raise click.UsageError(f"{question} Nobody is there to answer: give --yes")


class TerminalScreen:
    """Rows that fill the terminal go through a pager, unless `paged` is off."""

    def __init__(self, ask: Callable[[str, str | None], bool]) -> None:
        self.paged = True
        self._ask = ask

    def write(self, texts: Iterator[str]) -> None:
        """Write texts, through a pager as soon as they are more than fits."""
        size = shutil.get_terminal_size()
        begin: list[str] = []
        lines = 0
        for text in texts:
            begin.append(text)
            lines += _lines_of(text, size.columns)
            if self.paged and lines > size.lines - LINES_FOR_PROMPT:
                _through_pager(chain(begin, texts))
                return
            if not self.paged or len(begin) > size.lines:
                sys.stdout.writelines(begin)
                begin.clear()
        sys.stdout.writelines(begin)
        sys.stdout.flush()

    def say(self, text: str) -> None:
        """Say a line on the terminal."""
        click.echo(printable(drawn(text)))

    def ask(self, question: str, typed: str | None = None) -> bool:
        """Ask whether to go on."""
        return self._ask(question, typed)


def _lines_of(text: str, columns: int) -> int:
    """How many lines of a terminal a text takes."""
    return sum(1 + max(0, cell_len(line) - 1) // max(1, columns) for line in text.splitlines())


def _through_pager(texts: Iterator[str]) -> None:
    """Give texts to the pager as fast as it reads; where it ends, nothing more is asked for."""
    try:
        pager = subprocess.Popen(
            pager_command(),
            stdin=subprocess.PIPE,
            env=pager_environment(),
            text=True,
            encoding="utf-8",
        )
    except OSError:
        sys.stdout.writelines(texts)
        return
    assert pager.stdin is not None
    try:
        _feed(pager.stdin, texts)
    finally:
        _wait(pager)


def _feed(stream: IO[str], texts: Iterator[str]) -> None:
    try:
        with stream:
            for text in texts:
                stream.write(text)
    except BrokenPipeError:
        # Seen enough.
        return


def _wait(pager: subprocess.Popen[str]) -> None:
    """Until the person leaves the pager, who may press Ctrl-C in it."""
    while True:
        try:
            pager.wait()
        except KeyboardInterrupt:
            continue
        return
