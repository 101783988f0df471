"""Places, tabs of statements, buttons, lists and scrollbars with the mouse."""

from __future__ import annotations

from textual.events import MouseScrollDown, MouseScrollUp
from textual.pilot import Pilot

from dyntui.core.user.preferences import Preferences
from dyntui.screens.copy_as import CopyAsScreen
from dyntui.screens.create_table import CreateTableScreen
from dyntui.screens.review import ReviewScreen
from engine import Engine
from tests.dyntui.app.driving import (
    Recorder,
    grid_of,
    running,
    screen_text,
    settle,
    shown,
    type_text,
)
from tests.dyntui.app.test_mouse import click_on

LETTERS = Preferences(ascii_only=True)


async def wheel(pilot: Pilot[None], text: str, steps: int) -> None:
    """Turn the wheel over the first place where a text stands; down, or up for less than 0."""
    lines = screen_text(pilot).split("\n")
    y, line = next((y, line) for y, line in enumerate(lines) if text in line)
    for _ in range(abs(steps)):
        kind = MouseScrollDown if steps > 0 else MouseScrollUp
        await pilot._post_mouse_events([kind], offset=(line.index(text), y), button=0)
    await settle(pilot)


async def test_places_and_tabs_of_statements(client: Recorder, engine: Engine) -> None:
    async with running(client, engine) as pilot:
        await click_on(pilot, "p  PartiQL")
        await type_text(pilot, "SELECT * FROM films")
        await click_on(pilot, "^J Run")
        await click_on(pilot, "film-0003", times=2)
        assert "imdb" in screen_text(pilot)
        await click_on(pilot, "Esc Close")
        await click_on(pilot, "+")
        assert "2 untitled" in screen_text(pilot)
        await click_on(pilot, "1 untitled")
        assert "SELECT * FROM films" in screen_text(pilot)
        await click_on(pilot, "x  Transfers")
        assert "Nothing was exported or imported yet" in screen_text(pilot)
        await click_on(pilot, "films  ")
        assert shown(pilot, "#area-title") == "films"


async def test_cells_and_drawers(client: Recorder, engine: Engine) -> None:
    async with running(client, engine) as pilot:
        await click_on(pilot, "The film number 32")
        assert (grid_of(pilot).item or {})["id"] == {"S": "film-0032"}
        await click_on(pilot, "d Delete")
        assert isinstance(pilot.app.screen, ReviewScreen)
        await click_on(pilot, "c Copy as")
        assert isinstance(pilot.app.screen, CopyAsScreen)
        await click_on(pilot, "AWS CLI")
        assert "aws dynamodb delete-item" in screen_text(pilot)
        await click_on(pilot, "Esc Back")
        await click_on(pilot, "Esc Back")
        assert not isinstance(pilot.app.screen, ReviewScreen)


async def test_the_palette_and_the_themes(client: Recorder, engine: Engine) -> None:
    async with running(client, engine) as pilot:
        await click_on(pilot, "^P More")
        await type_text(pilot, "choose a theme")
        await click_on(pilot, "Choose a theme")
        await click_on(pilot, "high-contrast")
        assert pilot.app.theme == "dyntui-high-contrast"


async def test_buttons_of_an_empty_folder(empty_engine: Engine) -> None:
    async with running(Recorder(empty_engine), empty_engine, look=LETTERS) as pilot:
        await click_on(pilot, "Create a table")
        assert isinstance(pilot.app.screen, CreateTableScreen)
        await click_on(pilot, "[ ] deletion protection")
        assert "[v] deletion protection" in screen_text(pilot)


async def test_the_wheel_and_the_scrollbar_of_the_grid(client: Recorder, engine: Engine) -> None:
    async with running(client, engine) as pilot:
        grid = grid_of(pilot)
        before = grid.scroll_offset.y
        await wheel(pilot, "film-0003", 5)
        below = grid.scroll_offset.y
        assert below > before
        first = next(line for line in screen_text(pilot).split("\n") if "film-" in line)
        await wheel(pilot, first.split("film-")[1][:4], -5)
        assert grid.scroll_offset.y < below
        before = grid.scroll_offset.y
        bar = grid.vertical_scrollbar.region
        await pilot.click(offset=(bar.x, bar.bottom - 1))
        await settle(pilot)
        assert grid.scroll_offset.y > before
