"""The person's own editor and pager, and the ends of lists and texts."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from dyntui.app import DyntuiApp
from dyntui.core.user.programs import ProgramError, edited, paged, pager_command
from dyntui.screens.value import ValueScreen
from dyntui.widgets.item_panel import ItemPanel
from dyntui.widgets.json_area import JsonArea
from dyntui.widgets.rows_view import RowsView
from dyntui.widgets.statement_area import StatementArea
from dyntui.widgets.table_list import TableTree
from dyntui.widgets.text_view import TextView
from engine import Engine
from tests.dyntui.app.driving import (
    Recorder,
    find,
    notices,
    open_table,
    press,
    running,
    screen_text,
    type_text,
)

EDITOR = """
import os, pathlib, stat, sys
path = pathlib.Path(sys.argv[-1])
folder = path.parent
told = pathlib.Path(sys.argv[1])
modes = " ".join(f"{stat.S_IMODE(place.stat().st_mode):o}" for place in (path, folder))
told.write_text(f"{path.suffix} {modes}")
text = path.read_bytes()
path.write_bytes(text.replace(b"number", b"NUMBER").replace(b"old", "äl".encode()) + b"\\n")
(folder / "text.json~").write_bytes(text)
"""


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """A script that stands for an editor; it tells of its file in a file of its own."""
    script = tmp_path / "editor.py"
    script.write_text(EDITOR, encoding="utf-8")
    return script


@pytest.fixture
def editor(program: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The editor of the environment, and where it tells of its file."""
    told = tmp_path / "told"
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", f"{sys.executable} {program} {told}")
    return told


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal that can be left to other programs."""

    @contextmanager
    def suspend(_: DyntuiApp) -> Iterator[None]:
        yield

    monkeypatch.setattr(DyntuiApp, "suspend", suspend)


def test_a_text_comes_back_as_the_editor_leaves_it(editor: Path) -> None:
    """From a file that nobody else can read; a line feed that the editor adds is taken off."""
    assert edited("the number\nold", ".json") == "the NUMBER\näl"
    assert editor.read_text() == ".json 600 700"


def test_what_an_editor_can_do_wrong_is_said_in_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not there, it fails, it leaves no text."""
    monkeypatch.delenv("VISUAL", raising=False)
    for command, problem in (
        ("no-such-editor", "no-such-editor: No such file or directory"),
        ("false", "false ended with 1"),
        ("rm", "The editor left no file: No such file or directory"),
        (
            f"{sys.executable} -c 'import sys; open(sys.argv[1], \"wb\").write(bytes([255]))'",
            "UTF-8",
        ),
    ):
        monkeypatch.setenv("EDITOR", command)
        with pytest.raises(ProgramError, match=problem):
            edited("text", ".sql")


def test_ctrl_c_in_the_program_is_the_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    """It does not end dyntui, which is as it was afterwards."""
    before = signal.getsignal(signal.SIGINT)
    monkeypatch.setenv("PAGER", "sh -c 'cat > /dev/null; kill -INT $PPID'")
    paged("text")
    assert signal.getsignal(signal.SIGINT) is before
    assert pager_command({}) == ["less"]


@pytest.mark.usefixtures("terminal", "editor")
async def test_an_item_is_edited_elsewhere(client: Recorder, engine: Engine) -> None:
    """What comes back stands in the editor, is checked there, and can be taken back."""
    async with running(client, engine) as pilot:
        await open_table(pilot, "films")
        await press(pilot, "e")
        before = find(pilot, JsonArea).text
        await press(pilot, "f4")
        assert find(pilot, JsonArea).text == before.replace("number", "NUMBER").replace("old", "äl")
        assert "changes the item" in screen_text(pilot)
        await press(pilot, "ctrl+z")
        assert find(pilot, JsonArea).text == before


@pytest.mark.usefixtures("terminal")
async def test_an_editor_that_fails_changes_nothing(
    client: Recorder, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the reason is said."""
    monkeypatch.setenv("VISUAL", "false")
    async with running(client, engine) as pilot:
        await press(pilot, "p")
        await type_text(pilot, "SELECT")
        await press(pilot, "f4")
        assert find(pilot, StatementArea).text == "SELECT"
        assert notices(pilot) == ["false ended with 1. The text is as it was."]


async def test_where_there_is_no_terminal_it_is_said(client: Recorder, engine: Engine) -> None:
    """As in a browser."""
    async with running(client, engine) as pilot:
        await press(pilot, "p", "f4")
        assert notices(pilot) == [
            "Other programs can run on a terminal only. The text is as it was."
        ]


@pytest.mark.usefixtures("terminal")
async def test_an_item_and_a_value_are_shown_in_the_pager(
    client: Recorder, engine: Engine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The item as the panel shows it, the value as it is."""
    seen = tmp_path / "seen"
    monkeypatch.setenv("PAGER", f"tee {seen}")
    async with running(client, engine) as pilot:
        await open_table(pilot, "films")
        await press(pilot, "f3")
        row = seen.read_text(encoding="utf-8")
        seen.unlink()
        await press(pilot, "enter", "m", "f3")
        assert seen.read_text(encoding="utf-8") == find(pilot, ItemPanel).text == row
        await press(pilot, "escape", "v")
        assert isinstance(pilot.app.screen, ValueScreen)
        await press(pilot, "f3")
        assert seen.read_text(encoding="utf-8") == find(pilot, TextView).text


async def test_a_leaf_of_the_tree_is_looked_at_with_space(client: Recorder, engine: Engine) -> None:
    """What has something in it is opened and closed, as ever."""
    async with running(client, engine) as pilot:
        await open_table(pilot, "films")
        await press(pilot, "space")
        assert isinstance(pilot.app.screen, ValueScreen)


async def test_g_goes_to_the_ends_of_lists_and_texts(client: Recorder, engine: Engine) -> None:
    """A tree, rows, options and a text; rows are paged through too."""
    async with running(client, engine) as pilot:
        tree = find(pilot, TableTree)
        await press(pilot, "ctrl+o", "G")
        assert tree.cursor_line == tree.last_line > 0
        await press(pilot, "g")
        assert tree.cursor_line == 0
        await open_table(pilot, "films")
        await press(pilot, "escape", "C")
        rows = find(pilot, RowsView)
        for key, chosen in (("G", len(rows.listed.rows) - 1), ("g", 0), ("pagedown", 5)):
            await press(pilot, key)
            assert rows.listed.chosen == min(chosen, len(rows.listed.rows) - 1), key
        await press(pilot, "pageup")
        assert rows.listed.chosen == 0
        await press(pilot, "escape", "f7", "question_mark")
        help_text = pilot.app.focused
        assert help_text is not None
        await press(pilot, "G")
        assert help_text.scroll_y == help_text.max_scroll_y > 0
        await press(pilot, "g")
        assert help_text.scroll_y == 0
