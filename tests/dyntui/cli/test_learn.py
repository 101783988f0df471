"""`dyntui learn`: the list, a lesson as text and as JSON, on a terminal, and what it refuses."""

from __future__ import annotations

import os
import re
import sys
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path

import pexpect
import pytest

from dyntui.cli.learn import _outcome
from dyntui.lessons import catalog, page
from dyntui.lessons.catalog import LESSONS, lesson_named
from dyntui.lessons.lesson import Lesson
from tests.dyntui.cli.shell import Shell

WAIT_S = 60


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where progress is kept in a test."""
    home = tmp_path / "home"
    monkeypatch.setenv("XDG_DATA_HOME", str(home))
    return home


def test_the_list_tells_what_was_read(shell: Shell) -> None:
    listed = shell.ok("learn").out
    assert all(f"{lesson.name} " in listed for lesson in LESSONS)
    assert f"0 of {len(LESSONS)} done" in listed
    shell.ok("learn units")
    assert f"1 of {len(LESSONS)} done" in shell.ok("learn").out
    entries = shell.ok("learn --json").json
    assert [entry["lesson"] for entry in entries if entry["done"]] == ["units"]
    assert [entry["lesson"] for entry in entries] == [lesson.name for lesson in LESSONS]


def test_a_lesson_in_a_pipe_is_one_plain_text(shell: Shell) -> None:
    text = shell.ok("learn burst").out
    assert text.startswith("Burst capacity\n")
    assert "✓ Second 10 is the first that is throttled" in text
    assert "\x1b" not in text


def test_a_parameter_changes_the_figures(shell: Shell) -> None:
    told = shell.ok("learn units --set size_kb=6.5 --json").json
    assert told["parameters"] == {"size_kb": "6.5"}
    assert told["outcome"]["write_units"] == 7.0
    assert told["outcome"]["strong_read_units"] == 2.0
    assert told["holds"] is True
    assert shell.ok("learn units --set size_kb=6.5 -o json").json == told


def test_a_lesson_touches_no_table_and_makes_no_folder(tmp_path: Path) -> None:
    folder = tmp_path / "nothing"
    Shell(folder).ok("learn units")
    assert not folder.exists()


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("learn nothing", "there is no lesson 'nothing'"),
        ("learn burst --set units=0", "units is a whole number from 1 to 100 WCU, not '0'"),
        ("learn burst --set unit=1", "burst has no parameter 'unit'; there is units, rest, rate"),
        ("learn burst --set units", "'units' is not NAME=VALUE"),
        ("learn --set units=1", "--set belongs to a lesson; which one?"),
        ("learn burst --all", "--all runs every lesson as it is"),
    ],
)
def test_what_cannot_be_is_said_in_a_line(shell: Shell, command: str, said: str) -> None:
    line = shell.misused(command)
    assert said in line
    assert "\n" not in line


def test_a_claim_that_does_not_hold_ends_with_1(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    def tell(page: page.Page) -> None:
        page.step("Wrong")
        page.claim("One is two.", False, one=1)

    wrong = Lesson("wrong", "Wrong", "Nothing.", tell)
    monkeypatch.setattr(catalog, "LESSONS", (wrong,))
    ended = shell.run("learn wrong")
    assert ended.code == 1
    assert "✗ One is two." in ended.out
    assert _outcome(page.run(wrong))["holds"] is False
    assert shell.run("learn wrong --json").code == 1


@pytest.fixture
def terminal(tmp_path: Path, own_home: Path) -> Iterator[pexpect.spawn[str]]:
    """`dyntui learn burst` on a terminal of 80×24, which knows of no clipboard."""
    elsewhere = ("DISPLAY", "WAYLAND_DISPLAY", "TMUX", "STY", "AWS_REGION", "AWS_DEFAULT_REGION")
    environment = {name: value for name, value in os.environ.items() if name not in elsewhere}
    process = pexpect.spawn(
        sys.executable,
        ["-m", "dyntui", "learn", "burst"],
        env=environment | {"XDG_DATA_HOME": str(own_home), "TERM": "xterm"},
        cwd=str(tmp_path),
        dimensions=(24, 80),
        encoding="utf-8",
        timeout=WAIT_S,
    )
    yield process
    process.close(force=True)


def test_on_a_terminal_one_goes_step_by_step(terminal: pexpect.spawn[str], own_home: Path) -> None:
    terminal.expect_exact("Saving while it is quiet")
    terminal.expect_exact("q quit")
    assert not own_home.exists()
    terminal.send(" ")
    terminal.expect_exact("Spending more than it is given")
    terminal.expect_exact("q quit")
    # The first parameter, its units, goes up to the traffic: nothing is throttled any more.
    terminal.send("+")
    terminal.expect_exact("write units 20 WCU")
    terminal.expect_exact("nothing is ever throttled")
    terminal.expect_exact("q quit")
    terminal.send("b")
    terminal.expect_exact("Saving while it is quiet")
    terminal.expect_exact("q quit")
    # One that means nothing does nothing.
    terminal.send("x \x1b[D\x1b[B")
    terminal.expect_exact("Spending more than it is given")
    terminal.send("zq")
    terminal.expect(pexpect.EOF)
    assert str(terminal.before).endswith("\r\n")
    terminal.wait()
    assert terminal.exitstatus == 0
    assert "burst" in (own_home / "dyntui" / "lessons.json").read_text()


def test_what_is_typed_before_a_step_is_drawn_is_not_lost(terminal: pexpect.spawn[str]) -> None:
    terminal.send(" q")
    terminal.expect_exact("Spending more than it is given")
    terminal.expect(pexpect.EOF)
    terminal.wait()
    assert terminal.exitstatus == 0


def test_a_step_s_requests_are_copied(terminal: pexpect.spawn[str]) -> None:
    terminal.expect_exact("q quit")
    terminal.send("c")
    terminal.expect(r"\x1b\]52;c;([A-Za-z0-9+/=]+)\x07")
    assert isinstance(terminal.match, re.Match)
    command = b64decode(terminal.match[1]).decode()
    assert command.startswith("aws dynamodb create-table")
    assert command.endswith("--region us-east-1")
    terminal.expect_exact("Copied 1 request through the terminal (OSC 52)")
    terminal.send("q")
    terminal.expect(pexpect.EOF)


def test_the_catalogue_has_no_module_without_a_lesson() -> None:
    folder = Path(str(catalog.__file__)).parent
    frame = {
        "__init__",
        "catalog",
        "drawing",
        "lesson",
        "page",
        "progress",
        "sandbox",
        "tour",
        "unit_examples",
    }
    modules = {path.stem for path in folder.glob("*.py")} - frame
    assert modules == {lesson.tell.__module__.rpartition(".")[2] for lesson in LESSONS}
    assert lesson_named("units") is LESSONS[0]
