"""The tour: offered where there are no tables, led by its strip, left with Esc."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from dyntui.lessons import tour
from dyntui.lessons.tour import STOPS, TABLE
from dyntui.screens.browser import BrowserScreen
from dyntui.screens.tour import TourScreen
from dyntui.widgets.empty_state import EmptyState
from dyntui.widgets.learn_view import LearnView
from dyntui.widgets.main_area import TABS, MainArea
from dyntui.widgets.partiql_view import PartiqlView
from dyntui.widgets.tour_bar import TourBar
from engine import Engine
from engine.client.protocol import Client, LocalTools
from tests.dyntui.app.driving import (
    LARGE,
    SMALL,
    Recorder,
    find,
    grid_of,
    make_app,
    notices,
    press,
    running,
    screen_text,
    settle,
)
from tests.dyntui.app.test_snapshots import Compare, Scene


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where progress of lessons is kept in a test."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Engine]]:
    """The engines that tours were given."""
    engines: list[Engine] = []
    make = tour.tour_engine

    def noted(*arguments: Any) -> Engine:
        engines.append(make(*arguments))
        return engines[-1]

    monkeypatch.setattr(tour, "tour_engine", noted)
    yield engines
    assert all(engine.is_closed for engine in engines)


async def begin(pilot: Pilot[None]) -> TourScreen:
    """Go from the table to the lessons, and from there on the tour."""
    await press(pilot, "f7", "T")
    screen = pilot.app.screen
    assert isinstance(screen, TourScreen)
    return screen


async def test_it_leads_through_the_screens_and_back_to_ones_own(
    client: Recorder, engine: Engine, made: list[Engine]
) -> None:
    async with running(client, engine) as pilot:
        before = len(client.calls)
        await begin(pilot)
        seen = []
        for number, stop in enumerate(STOPS, 1):
            assert f"Tour {number} of {len(STOPS)} · {stop.title}" in screen_text(pilot)
            assert isinstance(pilot.app.focused, TourBar)
            area = find(pilot, MainArea)
            seen.append(area.place or str(TABS.index(type(area.shown_tab)) + 1))
            if stop.title == "Streams":
                assert "NEW_AND_OLD_IMAGES" in screen_text(pilot)
            await press(pilot, "enter")
        places = ["partiql", "transfers", "security", "learn"]
        assert seen == ["1", "1", "1", "2", "3", "4", "5", *places, "1"]
        # After the last stop one is where one was, and nothing was asked of one's own tables.
        assert type(pilot.app.screen) is BrowserScreen
        assert find(pilot, LearnView).display
        assert client.calls[before:] == []
        assert len(made) == 1


async def test_an_empty_folder_offers_it(empty_engine: Engine, made: list[Engine]) -> None:
    async with running(Recorder(empty_engine), empty_engine, SMALL) as pilot:
        assert "Take the tour" in screen_text(pilot)
        await press(pilot, "T")
        assert isinstance(pilot.app.screen, TourScreen)
        await press(pilot, "escape")
        assert find(pilot, EmptyState).display
        assert empty_engine.call("ListTables", {})["TableNames"] == []
        assert len(made) == 1


async def test_one_steps_back_and_leaves_from_anywhere(
    client: Recorder, engine: Engine, made: list[Engine]
) -> None:
    async with running(client, engine) as pilot:
        screen = await begin(pilot)
        await press(pilot, "N", "n", "n", "left")
        assert "Tour 2 of" in screen_text(pilot)
        assert "Western" in screen_text(pilot)
        await press(pilot, "ctrl+o")
        assert not isinstance(pilot.app.focused, TourBar)
        panels = len(screen.panels())
        await press(pilot, *["ctrl+o"] * panels)
        assert not isinstance(pilot.app.focused, TourBar)
        for _ in range(panels):
            if not isinstance(pilot.app.focused, TourBar):
                await press(pilot, "ctrl+o")
        assert isinstance(pilot.app.focused, TourBar)
        await press(pilot, "ctrl+o", "ctrl+o", "escape", "escape", "escape")
        assert pilot.app.screen is not screen
        assert made[0].is_closed


async def test_what_is_tried_happens_in_the_tour_only(
    client: Recorder, engine: Engine, made: list[Engine]
) -> None:
    async with running(client, engine) as pilot:
        screen = await begin(pilot)
        await press(pilot, "n")
        grid = screen.query_one(type(grid_of(pilot)))
        grid.focus()
        count = made[0].call("Scan", {"TableName": TABLE, "Select": "COUNT"})["Count"]
        await press(pilot, "d", "ctrl+s")
        assert made[0].call("Scan", {"TableName": TABLE, "Select": "COUNT"})["Count"] == count - 1
        assert not client.requests("DeleteItem")


@pytest.mark.parametrize("title", ["Capacity", "Timeline", "Streams", "PartiQL"])
async def test_it_is_left_quietly_from_what_is_at_work(
    client: Recorder, engine: Engine, made: list[Engine], title: str
) -> None:
    async with running(client, engine, SMALL) as pilot:
        await begin(pilot)
        await press(pilot, *["n"] * [stop.title for stop in STOPS].index(title))
        # Not waited for: what the stop reads may still be under way.
        await pilot.press("enter", "escape")
        await settle(pilot)
        assert type(pilot.app.screen) is BrowserScreen
        assert made[0].is_closed
        assert notices(pilot) == []


async def test_the_statement_is_opened_once(client: Recorder, engine: Engine) -> None:
    async with running(client, engine) as pilot:
        await begin(pilot)
        place = [stop.place for stop in STOPS].index("partiql")
        await press(pilot, *["n"] * place, "N", "n")
        assert find(pilot, PartiqlView).query_one("StatementArea").text == tour.STATEMENT  # type: ignore[attr-defined]
        assert screen_text(pilot).count("SELECT title") == 1


async def test_what_hinders_it_is_told(
    client: Recorder, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_client: Client, _tools: LocalTools, _names: object) -> None:
        raise OSError("no memory left")

    monkeypatch.setattr(tour, "load", fails)
    async with running(client, engine) as pilot:
        await press(pilot, "f7", "T")
        assert type(pilot.app.screen) is BrowserScreen
        assert "no memory left" in [n.message for n in pilot.app._notifications][-1]


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["small", "large"])
@pytest.mark.parametrize(
    "scene",
    [
        Scene("welcome", ("f7", "T")),
        Scene("asking", ("f7", "T", "n")),
        Scene("schema", ("f7", "T", "n", "n", "n")),
        Scene("partiql", ("f7", "T", *["n"] * 7)),
    ],
    ids=lambda scene: scene.name,
)
def test_how_it_looks(
    snap_compare: Compare, client: Recorder, engine: Engine, scene: Scene, size: tuple[int, int]
) -> None:
    async def play(pilot: Pilot[None]) -> None:
        await scene.play(pilot)
        await settle(pilot)

    assert snap_compare(make_app(client, engine), terminal_size=size, run_before=play)
