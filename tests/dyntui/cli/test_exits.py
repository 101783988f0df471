"""How every end is told, and its exit code."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import click
import pytest

from dyntui.cli.exits import Failure, OperationError, exit_code_of
from dyntui.cli.sample import load_samples
from dyntui.core.connection.choices import ConnectError
from dyntui.core.connection.connect import Connection
from engine import Engine
from engine.client.protocol import Json
from engine.errors import InternalServerError, ResourceInUseException, WrongKeyError
from engine.operations.load import _write_step
from tests.dyntui.cli.shell import Shell

IN_USE = ResourceInUseException("there is one")


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (
            OperationError("CreateTable", IN_USE),
            254,
            "An error occurred (ResourceInUseException) when calling the CreateTable operation: "
            "there is one\n",
        ),
        (
            OperationError("PutItem", IN_USE, done="5 items were written", hint="look there"),
            3,
            "An error occurred (ResourceInUseException) when calling the PutItem operation: "
            "there is one\nlook there\nbefore that, 5 items were written\n",
        ),
        (WrongKeyError("not this key"), 253, "dyntui: not this key\n"),
        (InternalServerError("no disk"), 255, "dyntui: no disk\n"),
        (ConnectError("no such Region"), 252, "dyntui: no such Region\n"),
        (click.UsageError("not so"), 252, "dyntui: not so\n"),
        (click.FileError("name", "gone"), 252, "dyntui: Could not open file 'name': gone\n"),
        (Failure("it is not there"), 1, "dyntui: it is not there\n"),
        (Failure("half of it", 3), 3, "dyntui: half of it\n"),
        (KeyboardInterrupt(), 130, ""),
        (click.Abort(), 130, ""),
        (EOFError(), 130, ""),
        (
            OSError(28, "No space left on device"),
            255,
            "dyntui: No space left on device\n",
        ),
        (RuntimeError("a\nb"), 255, "dyntui: RuntimeError: a b (details: --debug)\n"),
    ],
)
def test_codes_and_lines(
    error: BaseException, code: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code_of(error) == code
    shown = capsys.readouterr()
    assert (shown.out, shown.err) == ("", said)


def test_a_failure_inside_shows_its_details_only_on_request(
    orders: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> Json:
        raise RuntimeError("broken")

    monkeypatch.setattr("engine.engine.Engine.call", fail)
    ended = orders.run("ls", may_fail=True)
    assert (ended.code, ended.out) == (255, "")
    assert ended.err == "dyntui: RuntimeError: broken (details: --debug)\n"
    ended = orders.run("ls --debug", may_fail=True)
    assert ended.code == 255
    assert "Traceback" in ended.err
    assert "RuntimeError: broken" in ended.err


def test_an_interrupted_load_tells_how_much_was_written(
    orders: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.operations.load._STEP_ITEMS", 50)
    monkeypatch.setattr(
        "engine.operations.load._write_step", second_step_raises(KeyboardInterrupt())
    )
    ended = orders.run("put orders -", stdin=lines_of_eve(60))
    assert (ended.code, ended.out) == (130, "")
    assert ended.err.strip() == "before that, 50 items were written"
    assert orders.ok("describe orders -o json").json["ItemCount"] == 53


def test_a_load_that_fails_midway_tells_how_much_was_written(
    orders: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.operations.load._STEP_ITEMS", 50)
    monkeypatch.setattr(
        "engine.operations.load._write_step",
        second_step_raises(InternalServerError("the disk is full")),
    )
    ended = orders.run("put orders -", stdin=lines_of_eve(60))
    assert (ended.code, ended.out) == (3, "")
    assert "the disk is full" in ended.err
    assert "before that, 50 items were written" in ended.err
    assert orders.ok("describe orders -o json").json["ItemCount"] == 53


def test_a_load_that_is_interrupted_while_it_reads_has_written_nothing(
    orders: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    def items(*_: Any, **__: Any) -> Iterator[Json]:
        for number in range(60):
            yield {"customer": {"S": "eve"}, "placed": {"N": str(number)}}
        raise KeyboardInterrupt

    monkeypatch.setattr("engine.operations.load._GATHERED_ITEMS", 50)
    monkeypatch.setattr("dyntui.cli.items.read_items", items)
    ended = orders.run("put orders -")
    assert (ended.code, ended.both.strip()) == (130, "")
    assert orders.ok("describe orders -o json").json["ItemCount"] == 3


def lines_of_eve(number_of: int) -> str:
    """So many orders, an item a line."""
    line = '{{"customer": {{"S": "eve"}}, "placed": {{"N": "{}"}}}}\n'
    return "".join(line.format(number) for number in range(number_of))


def second_step_raises(error: BaseException) -> Callable[..., int]:
    """Writes the first step of a load, and fails at the second."""
    steps = count()

    def write_step(*step: Any) -> int:
        if next(steps):
            raise error
        return _write_step(*step)

    return write_step


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_sees_how_far_the_samples_are(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = _Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    with Engine.in_memory() as engine:
        load_samples(Connection(engine, engine, "us-east-1", None), ["votes"])
    shown = terminal.getvalue()
    assert "1,000 of 1,000" in shown
    assert shown.endswith("\x1b[2Kvotes: created, with 1,000 items\n")
