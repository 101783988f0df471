"""Pictures of every screen, in the smallest window and in a large one.

They are compared with those in `__snapshots__`; `pytest -n 0 --snapshot-update` makes them anew,
after a look at the report.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, TextArea

from dyntui.app import DyntuiApp
from dyntui.core.user.preferences import Preferences
from dyntui.widgets.header_line import HeaderLine
from dyntui.widgets.items_tab import ItemsTab
from engine import Engine
from tests.dyntui.app.driving import (
    LARGE,
    SMALL,
    Recorder,
    app_of,
    grid_of,
    make_app,
    press,
    settle,
    type_text,
)

Json = dict[str, Any]
Compare = Callable[..., bool]

BY_GENRE = 'SELECT title, year FROM "films"."by-genre" WHERE genre = \'Drama\' ORDER BY year DESC'
WITH_COMMENT = "  /* and\nlater */ AND year BETWEEN 1990 AND ? -- both"
GROUPS = "SELECT genre, COUNT(*), MIN(year) FROM films GROUP BY genre ORDER BY genre"
THREE = "SELECT * FROM films; DELETE FROM notes WHERE who = 'a' AND at = 1; SELECT * FROM none"


@dataclass(frozen=True)
class Scene:
    """How a screen is reached: keys, and between them texts to type, marked by a leading quote.

    `list` goes to the list of tables, which a small window hides; `rival` is another one's write.
    """

    name: str
    steps: tuple[str, ...] = ()

    async def play(self, pilot: Pilot[None]) -> None:
        """Do the steps, and let nothing blink or go by itself."""
        await settle(pilot)
        for step in self.steps:
            if step.startswith("'"):
                await type_text(pilot, step[1:])
            elif step == "list":
                await press(pilot, "ctrl+o" if pilot.app.size.width == LARGE[0] else "ctrl+t")
            elif step == "rival":
                item = (grid_of(pilot).item or {}) | {"title": {"S": "By somebody else"}}
                app_of(pilot).connection.client.call(
                    "PutItem", {"TableName": "films", "Item": item}
                )
            else:
                await press(pilot, step)
        pilot.app.clear_notifications()
        # What took long a moment ago may still stand there.
        for header in pilot.app.screen_stack[0].query(HeaderLine):
            header.busy = ""
        for field in pilot.app.screen.query(Input):
            field.cursor_blink = False
        for area in pilot.app.screen.query(TextArea):
            area.cursor_blink = False
        await settle(pilot)


SCENES = (
    Scene("browser"),
    Scene("list", ("list", "space")),
    Scene("list-filter", ("list", "slash", "'no")),
    Scene("empty-table", ("list", "down", "down", "enter")),
    Scene("jump", ("ctrl+g",)),
    Scene("query", ("f", "'film-0042", "ctrl+j")),
    Scene("index", ("list", "space", "down", "enter", "f", "'Drama", "ctrl+j", "right")),
    Scene("index-choice", ("f", "shift+tab", "shift+tab", "shift+tab", "enter")),
    Scene("filter", ("f", "tab", "'genre = 'Drama' and year > 1990", "ctrl+j")),
    Scene("bad-filter", ("f", "tab", "'year >", "ctrl+j")),
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
    Scene("review-value", ("right", "i", "'!", "enter")),
    Scene("review-delete", ("d",)),
    Scene("conflict", ("right", "i", "'!", "enter", "rival", "ctrl+s")),
    Scene("copy-as", ("c",)),
    Scene("copy-as-cli", ("c", "2")),
    Scene("create-table", ("list", "o", "'orders", "tab", "'customer:S", "tab", "'placed:S")),
    Scene("create-table-refused", ("list", "o", "'films", "tab", "'id:S", "ctrl+s")),
    Scene("drop-table", ("list", "d", "'film", "ctrl+s")),
    Scene("truncate", ("list", "D", "'film", "ctrl+s")),
    Scene("partiql", ("p",)),
    Scene("partiql-editor", ("p", f"'{BY_GENRE}\n{WITH_COMMENT}")),
    Scene("partiql-completion", ("p", "'SELECT * FROM films WHERE ", "tab", "down", "down")),
    Scene("partiql-results", ("p", f"'{BY_GENRE}", "ctrl+j", "down")),
    Scene("partiql-row", ("p", f"'{BY_GENRE}", "ctrl+j", "enter")),
    Scene(
        "partiql-explain", ("p", "'SELECT * FROM films WHERE genre = 'Drama' AND year > 1990", "f8")
    ),
    Scene("partiql-groups", ("p", f"'{GROUPS}", "ctrl+j")),
    Scene("partiql-error", ("p", "'SELECT * FROM films WHERE year => 3", "ctrl+j")),
    Scene("partiql-messages", ("p", f"'{THREE}", "ctrl+r", "f9")),
    Scene("partiql-tabs", ("p", "'SELECT", "ctrl+s", "'first", "enter", "ctrl+n", "'UPDATE")),
    Scene("partiql-history", ("p", f"'{THREE}", "ctrl+r", "f", "ctrl+l", "down")),
    Scene("partiql-save", ("p", "'SELECT * FROM films", "ctrl+s", "'all films")),
    Scene("partiql-parameters", ("p", "'SELECT * FROM films WHERE id = :film", "ctrl+j", "'b''")),
    Scene("partiql-copy-as", ("p", f"'{BY_GENRE}", "ctrl+j", "c", "3")),
    Scene("partiql-from-form", ("f", "tab", "'genre = 'Drama'", "ctrl+j", "P")),
    Scene("quick-filter", ("slash", "'drama 19")),
    Scene("sorted", ("right", "right", "s", "s")),
    Scene("marked", ("m", "m", "shift+down")),
    Scene("columns", ("right", "greater_than_sign", "C", "j", "space", "j", "p")),
    Scene("request", ("f", "f6", "'film-0042")),
    Scene("request-cli", ("f", "f12", "f12", "f12", "'film-0042")),
    Scene("bulk-delete", ("m", "m", "m", "d")),
    Scene("edit-many", ("m", "m", "m", "equals_sign", "'genre", "enter", "''Silent'")),
    Scene("bulk-refused", ("m", "up", "rival", "down", "m", "d", "ctrl+s")),
    Scene("export-marked", ("m", "m", "E")),
    Scene("follow", ("right", "F")),
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
def test_a_costly_statement_is_asked_about(
    snap_compare: Compare, client: Recorder, engine: Engine, size: tuple[int, int]
) -> None:
    engine.load_items(
        "notes",
        ({"who": {"S": "a"}, "at": {"N": str(n)}, "t": {"S": "x" * 300_000}} for n in range(5)),
    )
    scene = Scene("asked", ("p", "'SELECT COUNT(*) FROM notes", "ctrl+j"))
    assert snap_compare(make_app(client, engine), terminal_size=size, run_before=scene.play)


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["small", "large"])
def test_a_folder_without_tables(
    snap_compare: Compare, empty_engine: Engine, size: tuple[int, int]
) -> None:
    app: DyntuiApp = make_app(empty_engine, empty_engine)
    assert snap_compare(app, terminal_size=size, run_before=Scene("empty").play)


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["small", "large"])
def test_what_a_refresh_has_found(
    snap_compare: Compare,
    client: Recorder,
    engine: Engine,
    size: tuple[int, int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("dyntui.core.browse.refreshing.INTERVALS_S", (0, 3_600))

    async def play(pilot: Pilot[None]) -> None:
        await Scene("refresh", ("r", "down", "rival")).play(pilot)
        engine.call("DeleteItem", {"TableName": "films", "Key": {"id": {"S": "film-0003"}}})
        app_of(pilot).screen.query_one(ItemsTab).refresh_rows()
        await settle(pilot)

    assert snap_compare(make_app(client, engine), terminal_size=size, run_before=play)


LOOKS = {
    "light": Preferences("light"),
    "contrast": Preferences("high-contrast"),
    "ascii": Preferences(ascii_only=True),
}
LOOKED_AT = ("browser", "panel-tree", "filter", "conflict", "partiql-results", "create-table")


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["small", "large"])
@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("name", LOOKED_AT)
def test_screen_in_other_looks(
    snap_compare: Compare,
    client: Recorder,
    engine: Engine,
    name: str,
    look: str,
    size: tuple[int, int],
) -> None:
    scene = next(scene for scene in SCENES if scene.name == name)
    app = make_app(client, engine, look=LOOKS[look])
    assert snap_compare(app, terminal_size=size, run_before=scene.play)


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["small", "large"])
def test_themes(
    snap_compare: Compare, client: Recorder, engine: Engine, size: tuple[int, int]
) -> None:
    scene = Scene("theme", ("ctrl+p", "'choose a theme", "enter", "down"))
    assert snap_compare(make_app(client, engine), terminal_size=size, run_before=scene.play)
