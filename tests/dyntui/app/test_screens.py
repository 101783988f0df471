"""Pictures of every screen, in the smallest window and in a large one.

They are compared with those in `__snapshots__`. One app goes through all scenes of a size; what has
changed is written where the failure says. `pytest --snapshot-update` takes the new ones, after a
look at them.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode
from textual.pilot import Pilot
from textual.widgets import Input, TextArea

from dyntui.widgets.header_line import HeaderLine
from dyntui.widgets.table_list import TableList
from engine import Engine
from tests.dyntui.app.driving import (
    LARGE,
    SMALL,
    Recorder,
    app_of,
    grid_of,
    press,
    running,
    settle,
    type_text,
)
from tests.screen_svg import screen_svg


class SvgFile(SingleFileSnapshotExtension):
    """A picture is a file of its own."""

    _file_extension = "svg"
    _write_mode = WriteMode.TEXT


@dataclass(frozen=True)
class Scene:
    """A screen and how it is reached: keys, and between them texts to type, with a quote before.

    `list` goes to the list of tables, which a small window hides; `rival` is another one's write.
    """

    name: str
    steps: tuple[str, ...] = ()


SCENES = (
    Scene("browser"),
    Scene("list", ("list", "space")),
    Scene("list-filter", ("list", "slash", "'no")),
    Scene("empty-table", ("list", "down", "down", "enter")),
    Scene("query", ("slash", "'film-0042", "ctrl+j")),
    Scene("index", ("list", "space", "down", "enter", "slash", "'Drama", "ctrl+j", "right")),
    Scene("index-choice", ("slash", "shift+tab", "shift+tab", "shift+tab", "enter")),
    Scene("filter", ("slash", "tab", "'genre = 'Drama' and year > 1990", "ctrl+j")),
    Scene("bad-filter", ("slash", "tab", "'year >", "ctrl+j")),
    Scene("panel-tree", ("enter",)),
    Scene("panel-json", ("enter", "m")),
    Scene("panel-dynamodb", ("enter", "m", "m")),
    Scene("panel-types", ("enter", "m", "m", "m")),
    Scene("value", ("dollar_sign", "space")),
    Scene("field", ("right", "i")),
    Scene("editor", ("e",)),
    Scene("editor-mistake", ("e", "down", "end", "'?", "ctrl+s")),
    Scene("create-item", ("o",)),
    Scene("review-create", ("o", "'new", "ctrl+s")),
    Scene("review-change", ("right", "i", "'!", "enter")),
    Scene("review-delete", ("d",)),
    Scene("conflict", ("right", "i", "'!", "enter", "rival", "ctrl+s")),
    Scene("copy-as", ("c",)),
    Scene("copy-as-cli", ("c", "2")),
    Scene("schema", ("2",)),
    Scene("create-table", ("list", "o", "'orders", "tab", "'customer:S", "tab", "'placed:S")),
    Scene("create-table-refused", ("list", "o", "'films", "tab", "'id:S", "ctrl+s")),
    Scene("alter-table", ("list", "a")),
    Scene("drop-table", ("list", "d", "'film", "ctrl+s")),
    Scene("help", ("question_mark",)),
    Scene("palette", ("ctrl+p", "'item")),
)


async def play(pilot: Pilot[None], engine: Engine, scene: Scene) -> None:
    """Do the steps of a scene."""
    for step in scene.steps:
        if step.startswith("'"):
            await type_text(pilot, step[1:])
        elif step == "list":
            await press(pilot, "ctrl+o" if pilot.app.size.width == LARGE[0] else "ctrl+t")
        elif step == "rival":
            item = (grid_of(pilot).item or {}) | {"title": {"S": "By somebody else"}}
            engine.call("PutItem", {"TableName": "films", "Item": item})
        else:
            await press(pilot, step)


async def picture(pilot: Pilot[None]) -> str:
    """The screen, without what blinks or goes by itself."""
    pilot.app.clear_notifications()
    for field in pilot.app.screen.query(Input):
        field.cursor_blink = False
    for area in pilot.app.screen.query(TextArea):
        area.cursor_blink = False
    await settle(pilot)
    return screen_svg(pilot.app)


async def go_back(pilot: Pilot[None]) -> None:
    """From wherever a scene has led, to the first table as it is at the start."""
    app = app_of(pilot)
    while len(app.screen_stack) > 1:
        app.pop_screen()
    await app.screen.run_action("tab(1)")
    await app.screen.run_action("back")
    app.session.read_units = app.session.write_units = 0
    header = app.screen.query_one(HeaderLine)
    header.read_units = header.write_units = 0
    tables = app.screen.query_one(TableList)
    for node in tables.table_tree.root.children:
        node.collapse()
    tables.post_message(TableList.Opened("films", None))
    await settle(pilot)


@pytest.fixture
def pictures(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    """The pictures as they should be."""
    return snapshot.use_extension(SvgFile)


def check(pictures: SnapshotAssertion, taken: dict[str, str], folder: Path) -> None:
    """Compare pictures with those that should be; write down the ones that differ."""
    changed = [name for name, svg in taken.items() if svg != pictures(name=name)]
    for name in changed:
        (folder / f"{name}.svg").write_text(taken[name], encoding="utf-8")
    assert not changed, f"these have changed, see {folder}"


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["small", "large"])
async def test_every_screen(
    engine: Engine,
    size: tuple[int, int],
    pictures: SnapshotAssertion,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("dyntui.screens.browser.BUSY_SECONDS", 1e6)
    taken = {}
    async with running(Recorder(engine), engine, size) as pilot:
        for scene in SCENES:
            await play(pilot, engine, scene)
            taken[scene.name] = await picture(pilot)
            await go_back(pilot)
    check(pictures, taken, tmp_path)


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["small", "large"])
async def test_a_folder_without_tables(
    empty_engine: Engine, size: tuple[int, int], pictures: SnapshotAssertion, tmp_path: Path
) -> None:
    async with running(Recorder(empty_engine), empty_engine, size) as pilot:
        check(pictures, {"empty": await picture(pilot)}, tmp_path)


async def test_light_colours(engine: Engine, pictures: SnapshotAssertion, tmp_path: Path) -> None:
    async with running(Recorder(engine), engine) as pilot:
        await pilot.app.run_action("light")
        await press(pilot, "enter", "m", "m")
        check(pictures, {"light": await picture(pilot)}, tmp_path)
