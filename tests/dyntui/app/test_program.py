"""The installed program from end to end, on a pseudo-terminal."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from engine import Engine
from tests.dyntui.app.conftest import create_films
from tests.program import CTRL_Q, CTRL_S, DOWN, ENTER, RUN, Program, started

LEFT_BEHIND = {
    b"\x1b[?1049h": b"\x1b[?1049l",  # the other screen
    b"\x1b[?25l": b"\x1b[?25h",  # the cursor
    b"\x1b[?1000h": b"\x1b[?1000l",  # the mouse
    b"\x1b[?2004h": b"\x1b[?2004l",  # pastes
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A data folder with films."""
    path = tmp_path / "data"
    with Engine.open(path) as engine:
        create_films(engine)
    return path


def is_restored(program: Program) -> bool:
    """Whether the terminal is as it was before the program."""
    written = bytes(program.written)
    left = [on for on, off in LEFT_BEHIND.items() if written.rfind(on) > written.rfind(off)]
    return not left and program.modes() == program.modes_before


def test_a_person_browses_edits_runs_a_statement_and_quits(folder: Path) -> None:
    with started(["--data-dir", str(folder)], (120, 40)) as program:
        program.sees("film-0154")
        program.type(f"{DOWN}l")
        program.sees("row 2 of")
        # A value is edited in its place, and the write is looked at before it is sent.
        program.type("i")
        program.sees("Enter reviews")
        program.type(f"Other{ENTER}")
        program.sees("SET     title  = Other  was The film number 154")
        program.type(CTRL_S)
        # The drawer covers the grid's keys until the write is done.
        program.until(lambda shown: "2 WCU" in shown and "m Mark" in shown)
        program.type("p")
        program.sees("untitled")
        program.type("UPDATE films SET director = 'Ada' WHERE id = 'film-0007'")
        program.sees("UpdateItem  films")
        program.type(RUN)
        program.sees("UPDATE done")
        program.type(CTRL_Q)
        assert program.end() == 0
        assert is_restored(program)
    with Engine.open(folder) as engine:
        assert item_of(engine, "film-0154")["title"] == {"S": "Other"}
        assert item_of(engine, "film-0007")["director"] == {"S": "Ada"}


def test_a_window_that_changes_its_size_is_drawn_anew(folder: Path) -> None:
    with started(["--data-dir", str(folder)], (120, 40)) as program:
        program.sees("film-0154")
        program.resize((80, 24))
        program.until(lambda text: "Form" in text.split("\n")[23])
        program.type(CTRL_Q)
        assert program.end() == 0
        assert is_restored(program)


def item_of(engine: Engine, film: str) -> dict[str, Any]:
    """A film as it is stored."""
    found: dict[str, Any] = engine.get_item(TableName="films", Key={"id": {"S": film}})["Item"]
    return found
