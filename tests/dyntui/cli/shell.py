"""The command line in this process, on a folder of its own."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping, Sequence
from contextvars import copy_context
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import orjson
from click.testing import CliRunner

from dyntui.cli.exits import FAILED
from dyntui.cli.main import cli

_NEUTRAL = {
    "AWS_REGION": None,
    "AWS_DEFAULT_REGION": None,
    "AWS_DEFAULT_OUTPUT": None,
    "COLUMNS": "80",
    "DYNTUI_DATA_DIR": None,
    "DYNTUI_CONFIG": os.devnull,
    "DYNTUI_SYMBOLS": "unicode",
}


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended; `both` is what a terminal would have shown."""

    code: int
    out: str
    err: str
    both: str

    @property
    def json(self) -> Any:
        """Standard output as JSON."""
        return orjson.loads(self.out)


class Shell:
    """Runs commands with a data folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def run(
        self,
        command: str | Sequence[str],
        *,
        stdin: str | bytes = b"",
        environment: Mapping[str, str] | None = None,
        may_fail: bool = False,
    ) -> Ended:
        """Run what stands after `dyntui`, as a line for a shell or as words.

        Unless it may, it must not end with the code for a failure inside dyntui.
        """
        words = shlex.split(command) if isinstance(command, str) else list(command)
        variables = _NEUTRAL | {"DYNTUI_DATA_DIR": str(self.folder)} | dict(environment or {})
        invoke = partial(CliRunner().invoke, prog_name="dyntui", catch_exceptions=False)
        # As in a process of its own, what it consumes is no part of what comes after it.
        result = copy_context().run(invoke, cli, words, input=stdin, env=variables)
        assert result.exit_code != FAILED or may_fail, result.output
        return Ended(result.exit_code, result.stdout, result.stderr, result.output)

    def ok(self, command: str | Sequence[str], *, stdin: str | bytes = b"") -> Ended:
        """Run a command that has to succeed."""
        ended = self.run(command, stdin=stdin)
        assert ended.code == 0, ended.both
        return ended

    def refused(self, command: str | Sequence[str], *, stdin: str | bytes = b"") -> str:
        """What a command says that must be refused by the service, and print no data."""
        return self._fails(command, 254, stdin)

    def misused(self, command: str | Sequence[str], *, stdin: str | bytes = b"") -> str:
        """What a command says that must not be understood, and print no data."""
        return self._fails(command, 252, stdin)

    def _fails(self, command: str | Sequence[str], code: int, stdin: str | bytes) -> str:
        ended = self.run(command, stdin=stdin)
        assert (ended.code, ended.out) == (code, ""), ended.both
        return ended.err.rstrip("\n")
