"""Keys that come in a burst, as over a slow line: each reaches what the one before has opened."""

from __future__ import annotations

import asyncio

import pytest
from textual import events
from textual.pilot import Pilot
from textual.widgets import Input

from dyntui.screens.columns import ColumnsScreen
from dyntui.screens.help import HelpScreen
from dyntui.widgets import typed_ahead
from dyntui.widgets.palette import Palette
from dyntui.widgets.quick_filter import QuickFilter
from dyntui.widgets.statement_area import StatementArea
from engine import Engine
from tests.dyntui.app.driving import (
    LARGE,
    Recorder,
    app_of,
    find,
    grid_of,
    make_app,
    open_table,
    running,
    settle,
    until,
)

NAMES = {"/": "slash", " ": "space", "*": "asterisk", "?": "question_mark", "\n": "enter"}


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """However busy the machine is, each key waits for the one before."""
    monkeypatch.setattr(typed_ahead, "SETTLED_S_MAX", 60.0)


async def burst(pilot: Pilot[None], text: str) -> None:
    """Type all of a text before any of it has had an effect."""
    app = app_of(pilot)
    for character in text:
        app.post_message(events.Key(NAMES.get(character, character), character))
    await settle(pilot)


async def test_a_statement_is_typed_into_the_place_that_is_still_to_open(
    client: Recorder, engine: Engine
) -> None:
    """None of its letters is a command of the grid."""
    async with running(client, engine) as pilot:
        await open_table(pilot, "films")
        await burst(pilot, "pSELECT * FROM films")
        assert find(pilot, StatementArea).text == "SELECT * FROM films"


async def test_the_words_of_a_filter_are_typed_into_it(client: Recorder, engine: Engine) -> None:
    """Also those that begin with the key of a deletion."""
    async with running(client, engine) as pilot:
        await open_table(pilot, "films")
        await burst(pilot, "/deed")
        assert pilot.app.screen is pilot.app.screen_stack[0]
        assert find(pilot, QuickFilter).query_one(Input).value == "deed"


async def test_keys_reach_the_drawer_that_a_key_opens(client: Recorder, engine: Engine) -> None:
    """And none of them what lies below it."""
    async with running(client, engine) as pilot:
        await open_table(pilot, "films")
        await burst(pilot, "Cjj")
        assert isinstance(pilot.app.screen, ColumnsScreen)
        assert pilot.app.screen.filtered_list.chosen == 2
        assert grid_of(pilot).cursor_row == 0
        await burst(pilot, "q?")
        assert isinstance(pilot.app.screen, HelpScreen)


async def test_a_key_that_is_held_down_is_not_held_back(client: Recorder, engine: Engine) -> None:
    """It is the same key again, and the grid goes on at once."""
    async with running(client, engine) as pilot:
        await open_table(pilot, "films")
        app = app_of(pilot)
        for _ in range(5):
            app.post_message(events.Key("j", "j"))
        await until(pilot, lambda: grid_of(pilot).cursor_row == 5 or bool(app._held))
        assert not app._held


async def test_what_is_typed_at_once_waits_for_the_place_that_it_opens(
    client: Recorder, engine: Engine
) -> None:
    """The first frame is painted before there is room for a place."""
    app = make_app(client, engine)
    async with app.run_test(size=LARGE) as pilot:
        await burst(pilot, "pSELECT * FROM notes")
        assert find(pilot, StatementArea).text == "SELECT * FROM notes"


async def test_keys_are_held_back_while_the_app_begins(client: Recorder, engine: Engine) -> None:
    """Also one that works everywhere, however long the beginning takes."""
    async with running(client, engine) as pilot:
        app = app_of(pilot)
        begun = asyncio.Event()
        app.hold_keys_during(begun.wait())
        app.post_message(events.Key("ctrl+p", None))
        for _ in range(5):
            await pilot.pause()
        assert not isinstance(app.screen, Palette)
        begun.set()
        await settle(pilot)
        assert isinstance(app.screen, Palette)
