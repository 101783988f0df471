"""The command as a process: what it imports, streams that end, interrupts, questions."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pexpect
import pytest

from tests.dyntui.cli.shell import Shell
from tests.program import WAIT_S

DYNTUI = [sys.executable, "-m", "dyntui"]


def start(shell: Shell, arguments: Sequence[str], **streams: int) -> subprocess.Popen[bytes]:
    """A process of its own on the shell's folder."""
    environment = os.environ | {"DYNTUI_DATA_DIR": str(shell.folder)}
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_DEFAULT_OUTPUT"):
        environment.pop(name, None)
    return subprocess.Popen(
        [*DYNTUI, *arguments],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=streams.get("stdout", subprocess.PIPE),
        stderr=streams.get("stderr", subprocess.PIPE),
    )


def run(shell: Shell, arguments: str, **streams: int) -> tuple[int, str, str]:
    """The exit code, standard output and standard error of a command."""
    with start(shell, arguments.split(), **streams) as process:
        out, err = process.communicate()
    return process.returncode, (out or b"").decode(), (err or b"").decode()


@pytest.fixture
def long(shell: Shell) -> Shell:
    """A table `long` whose items are more than a pipe holds."""
    shell.ok("create long --key id:S")
    text = "x" * 1_000
    items = "".join(f'{{"id": "{number}", "text": "{text}"}}\n' for number in range(500))
    shell.ok("put long - --plain", stdin=items)
    return shell


def test_codes_and_streams(orders: Shell) -> None:
    assert run(orders, "get orders bob 3 -o csv --projection placed") == (0, "placed\n3\n", "")
    code, out, err = run(orders, "get orders bob 4")
    assert (code, out, err.count("\n")) == (1, "", 1)
    code, out, err = run(orders, "get orders bob")
    assert (code, out, err.count("\n")) == (252, "", 1)
    code, out, err = run(orders, "scan nowhere")
    assert (code, out, err.count("\n")) == (254, "", 1)


def test_the_version_needs_neither_engine_nor_app() -> None:
    script = (
        "import sys, dyntui.cli.main as main\n"
        "try:\n    main.cli(['--version'])\nexcept SystemExit:\n    pass\n"
        "print(sorted(name for name in sys.modules if '.' not in name))"
    )
    out = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True).stdout
    version, _, modules = out.partition("\n")
    assert version.startswith("dyntui ")
    for heavy in ("engine", "apsw", "orjson", "textual", "rich", "jmespath", "botocore", "asyncio"):
        assert f"'{heavy}'" not in modules


@pytest.mark.parametrize(
    "command",
    [
        "get orders bob 3",
        "dynamodb get-item --table-name orders --key customer={S=bob},placed={N=3}",
    ],
)
def test_an_item_needs_neither_app_nor_botocore(command: str, orders: Shell) -> None:
    script = (
        "import sys, dyntui.cli.main as main\n"
        f"try:\n    main.cli({command.split()!r})\nexcept SystemExit as end:\n    code = end.code\n"
        "print(code, sorted(name for name in sys.modules), file=sys.stderr)"
    )
    environment = os.environ | {"DYNTUI_DATA_DIR": str(orders.folder)}
    modules = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, env=environment
    ).stderr
    assert modules.startswith("0 [")
    for heavy in ("textual", "rich", "jmespath", "botocore", "asyncio", "html", "sample_data"):
        assert f"'{heavy}'" not in modules


# Streams.


@pytest.mark.parametrize(
    "command",
    [
        *(f"scan long -o {form}" for form in ("table", "json", "jsonl", "csv")),
        "sql 'SELECT * FROM long'",
        *(f"export long - --format {form}" for form in ("jsonl", "csv", "dynamodb-json")),
        "dynamodb scan --table-name long",
        "dynamodb scan --table-name long --output text",
        "dynamodb --help",
    ],
)
def test_a_reader_that_goes_away_ends_the_command_quietly(command: str, long: Shell) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with start(long, shlex.split(command), stdout=writing) as process:
        os.close(writing)
        _, err = process.communicate()
    assert (process.returncode, err) == (141, b"")


def test_a_full_disk_is_told(orders: Shell) -> None:
    with Path("/dev/full").open("wb") as full:
        code, _, err = run(orders, "scan orders", stdout=full.fileno())
        assert (code, err) == (255, "dyntui: No space left on device\n")
        code, out, _ = run(orders, "scan nowhere", stderr=full.fileno())
        assert (code, out) == (254, "")


@pytest.mark.parametrize(("closed", "code"), [("<&-", 252), (">&-", 0), ("2>&-", 252)])
def test_streams_that_are_closed(closed: str, code: int, orders: Shell) -> None:
    command = "ls" if closed == ">&-" else "rm orders bob 3"
    environment = os.environ | {"DYNTUI_DATA_DIR": str(orders.folder)}
    ended = subprocess.run(
        ["sh", "-c", f"exec {sys.executable} -m dyntui {command} {closed}"],
        env=environment,
        capture_output=True,
        text=True,
    )
    assert ended.returncode == code
    assert "Traceback" not in ended.stderr


def test_an_interrupt_ends_the_command_quietly(long: Shell) -> None:
    with start(long, ["scan", "long", "-o", "jsonl"]) as process:
        assert process.stdout is not None
        # The first item is there, and the pipe is too small for all: the command is at work.
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, err = process.communicate()
    assert (process.returncode, err.strip()) == (130, b"")


def test_an_interrupt_before_the_work_begins_kills() -> None:
    script = (
        "import os, signal, dyntui.__main__ as main, dyntui.cli.main\n"
        "dyntui.cli.main.run = lambda: os.kill(os.getpid(), signal.SIGINT)\n"
        "main.run()"
    )
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True)
    assert (ended.returncode, ended.stderr) == (-signal.SIGINT, b"")


def test_the_app_needs_a_terminal(orders: Shell) -> None:
    code, out, err = run(orders, "")
    assert (code, out) == (252, "")
    assert err == "dyntui: the app needs a terminal; name a command (see dyntui --help)\n"


# Questions.


@pytest.mark.parametrize(
    ("command", "question", "done"),
    [
        ("drop orders", "Drop orders with 3 items? [y/N]: ", "describe orders"),
        (
            "rm orders bob 3",
            "Delete customer bob, placed 3 from orders? [y/N]: ",
            "get orders bob 3",
        ),
    ],
)
def test_what_is_lost_is_asked_about(command: str, question: str, done: str, orders: Shell) -> None:
    environment = os.environ | {"DYNTUI_DATA_DIR": str(orders.folder)}
    for answer, code in (("n", 1), ("", 1), ("\x03", None), ("y", 0)):
        assert orders.run(done).code == 0
        process = pexpect.spawn(
            sys.executable,
            ["-m", "dyntui", *command.split()],
            env=environment,
            timeout=WAIT_S,
            encoding="utf-8",
        )
        process.expect_exact(question)
        process.sendcontrol("c") if answer == "\x03" else process.sendline(answer)
        said = process.read()
        process.close()
        assert process.exitstatus == code
        assert process.signalstatus == (signal.SIGINT if code is None else None)
        assert ("nothing was changed" in said) == (code == 1)
        assert "Traceback" not in said
    assert orders.run(done).code != 0
