"""Writing processes of tests: started, listened to, killed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

_WRITERS = "tests.engine.storage.writers"


def started(module: str, *arguments: object) -> subprocess.Popen[str]:
    """Start a process that runs a module."""
    command = [sys.executable, "-m", module, *map(str, arguments)]
    return subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def start(work: str, folder: Path, *arguments: object) -> subprocess.Popen[str]:
    """Start a process that does a piece of `tests.engine.storage.writers`."""
    return started(_WRITERS, work, folder, *arguments)


def finish(process: subprocess.Popen[str]) -> list[str]:
    """Wait for a process that must come to its end; gives its lines."""
    lines, errors = process.communicate()
    assert (process.returncode, errors) == (0, "")
    return lines.splitlines()


def kill_after(process: subprocess.Popen[str], lines_wanted: int) -> list[str]:
    """Kill a process once it has said so many lines; gives all that it said."""
    assert process.stdout is not None
    lines: list[str] = []
    for line in process.stdout:
        lines.append(line)
        if len(lines) == lines_wanted:
            break
    process.kill()
    # What it said in the meantime counts too, except for half a line.
    lines += list(process.stdout)
    return [line.rstrip("\n") for line in lines if line.endswith("\n")]


def killed(lines_wanted: int, module: str, *arguments: object) -> list[str]:
    """Start a process, kill it once it has said so many lines; gives all that it said."""
    with started(module, *arguments) as process:
        lines = kill_after(process, lines_wanted)
        assert process.stderr is not None
        assert process.stderr.read() == ""
    return lines


def killed_amid(work: str, lines_wanted: int, folder: Path, *arguments: object) -> list[str]:
    """The same with a piece of `tests.engine.storage.writers`."""
    return killed(lines_wanted, _WRITERS, work, folder, *arguments)
