"""Pictures of every screen, in the smallest window and in a large one.

They are compared with those in `__snapshots__`; `pytest --snapshot-update` makes them anew, after a
look at the report.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from textual.pilot import Pilot

from dyntui.app import DyntuiApp
from engine import Engine
from tests.dyntui.app.driving import LARGE, SMALL, Recorder, make_app, press, settle, type_text

Json = dict[str, Any]
Compare = Callable[..., bool]


@dataclass(frozen=True)
class Scene:
    """How a screen is reached: keys, and between them texts to type, marked by a leading quote."""

    name: str
    steps: tuple[str, ...] = ()

    async def play(self, pilot: Pilot[None]) -> None:
        """Do the steps; `list` goes to the list of tables, which a small window hides."""
        await settle(pilot)
        for step in self.steps:
            if step.startswith("'"):
                await type_text(pilot, step[1:])
            elif step == "list":
                await press(pilot, "ctrl+o" if pilot.app.size.width == LARGE[0] else "ctrl+t")
            else:
                await press(pilot, step)


OPEN_NOTES = ("list", "slash", "'notes", "enter", "enter")
SCENES = (
    Scene("browser"),
    Scene("list", ("list",)),
    Scene("list-filter", ("list", "slash", "'no")),
    Scene("query", ("slash", "'film-0042", "ctrl+j")),
    Scene("bad-filter", ("slash", "tab", "'year >", "ctrl+j")),
    Scene("panel-tree", ("enter",)),
    Scene("panel-json", ("enter", "m")),
    Scene("panel-dynamodb", ("enter", "m", "m")),
    Scene("panel-types", ("enter", "m", "m", "m")),
    Scene("value", ("dollar_sign", "space")),
    Scene("schema", ("2",)),
    Scene("editor", ("e",)),
    Scene("field", ("right", "i")),
    Scene("review-value", ("right", "i", "'!", "enter")),
    Scene("review-delete", ("d",)),
    Scene("create-item", ("o",)),
    Scene("copy-as", ("c",)),
    Scene("copy-as-cli", ("c", "2")),
    Scene("create-table", ("list", "o", "'orders", "tab", "'customer:S", "tab", "'placed:S")),
    Scene("alter-table", ("list", "a")),
    Scene("drop-table", ("list", "d", "'film")),
    Scene("empty-table", OPEN_NOTES),
    Scene("help", ("question_mark",)),
    Scene("palette", ("ctrl+p", "'item")),
)


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["small", "large"])
@pytest.mark.parametrize("scene", SCENES, ids=[scene.name for scene in SCENES])
def test_screen(
    snap_compare: Compare,
    client: Recorder,
    engine: Engine,
    scene: Scene,
    size: tuple[int, int],
) -> None:
    assert snap_compare(make_app(client, engine), terminal_size=size, run_before=scene.play)


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["small", "large"])
def test_a_folder_without_tables(
    snap_compare: Compare, empty_engine: Engine, size: tuple[int, int]
) -> None:
    app: DyntuiApp = make_app(empty_engine, empty_engine)
    assert snap_compare(app, terminal_size=size, run_before=Scene("empty").play)


def test_light_colours(snap_compare: Compare, client: Recorder, engine: Engine) -> None:
    async def light(pilot: Pilot[None]) -> None:
        await settle(pilot)
        await pilot.app.run_action("light")
        await settle(pilot)

    assert snap_compare(make_app(client, engine), terminal_size=LARGE, run_before=light)
