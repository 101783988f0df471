"""What can be done with the mouse, and in windows of any size."""

from __future__ import annotations

from textual.pilot import Pilot

from dyntui.screens.editor import EditorScreen
from dyntui.screens.help import HelpScreen
from dyntui.widgets.footer_line import FooterLine
from dyntui.widgets.item_panel import ItemPanel
from dyntui.widgets.table_list import TableList
from engine import Engine
from tests.dyntui.app.driving import (
    LARGE,
    SMALL,
    Recorder,
    find,
    grid_of,
    press,
    running,
    screen_text,
    settle,
    shown,
    until,
)


async def click_on(pilot: Pilot[None], text: str, times: int = 1) -> None:
    """Click on the first place on the screen where a text stands."""
    for y, line in enumerate(screen_text(pilot).split("\n")):
        if text in line:
            await pilot.click(offset=(line.index(text), y), times=times)
            await settle(pilot)
            return
    raise AssertionError(f"{text!r} is not on the screen")


async def resize(pilot: Pilot[None], width: int, height: int) -> None:
    """Give the window another size."""
    await pilot.resize_terminal(width, height)
    footer = find(pilot, FooterLine)
    await until(pilot, lambda: footer.region.width == width)
    await settle(pilot)


async def test_tabs_views_tables_and_keys_can_be_clicked(client: Recorder, engine: Engine) -> None:
    async with running(client, engine) as pilot:
        await click_on(pilot, "2 Settings")
        assert "deletion protection" in screen_text(pilot)
        await click_on(pilot, "1 Items")
        await click_on(pilot, "film-0154", times=2)
        assert find(pilot, ItemPanel).display
        await click_on(pilot, "DynamoDB JSON")
        assert '"id": {"S": "film-0154"}' in screen_text(pilot)
        await click_on(pilot, "Esc Close")
        assert not find(pilot, ItemPanel).display
        await click_on(pilot, "notes")
        assert shown(pilot, "#area-title") == "notes"
        await click_on(pilot, "▸")
        assert "by-genre" in screen_text(pilot)
        assert shown(pilot, "#area-title") == "notes", "the marker opens the indexes only"
        await click_on(pilot, "by-genre")
        assert shown(pilot, "#plan").startswith("Scan · by-genre")
        await click_on(pilot, "? Help")
        assert isinstance(pilot.app.screen, HelpScreen)
        await click_on(pilot, "Esc Back")
        await click_on(pilot, "e Edit")
        assert isinstance(pilot.app.screen, EditorScreen)


async def test_a_click_on_the_head_of_a_column_sorts_by_it(
    client: Recorder, engine: Engine
) -> None:
    async with running(client, engine) as pilot:
        asked = len(client.calls)
        await click_on(pilot, "year N")
        assert "sorted here by year ↑" in shown(pilot, "#status")
        await click_on(pilot, "year")
        assert "sorted here by year ↓" in shown(pilot, "#status")
        assert len(client.calls) == asked


async def test_switches_and_choices_of_the_form_can_be_clicked(
    client: Recorder, engine: Engine
) -> None:
    async with running(client, engine) as pilot:
        await click_on(pilot, "[ ] consistent")
        assert "[✓] consistent" in screen_text(pilot)
        assert "1 RCU a page" in shown(pilot, "#plan")
        await click_on(pilot, "films (table)")
        await click_on(pilot, "by-genre")
        assert shown(pilot, "#plan").startswith("Scan · by-genre")
        assert "[ ] descending" in screen_text(pilot)


async def test_a_window_that_becomes_small_and_large_again(
    client: Recorder, engine: Engine
) -> None:
    async with running(client, engine) as pilot:
        await press(pilot, "down", "down", "enter")
        for width, height in (SMALL, (40, 10), (20, 4), LARGE, (200, 60)):
            await resize(pilot, width, height)
        assert grid_of(pilot).cursor_row == 2
        assert find(pilot, ItemPanel).display
        assert find(pilot, TableList).display
        await press(pilot, "escape", "pagedown", "pagedown")
        assert grid_of(pilot).item is not None


async def test_the_last_line_leaves_out_what_does_not_fit(client: Recorder, engine: Engine) -> None:
    async with running(client, engine, SMALL) as pilot:
        line = str(find(pilot, FooterLine).render())
        assert line.startswith("⏎ Item")
        assert "^T Tables" in line
        assert line.endswith("? Help  ^Q Quit")
        assert "^P More" not in line
        await resize(pilot, 50, 24)
        line = str(find(pilot, FooterLine).render())
        assert line.startswith("⏎ Item")
        assert line.endswith("? Help  ^Q Quit")
        assert len(line) <= 48


async def test_help_and_quit_work_everywhere(client: Recorder, engine: Engine) -> None:
    async with running(client, engine) as pilot:
        await press(pilot, "e", "f1")
        assert isinstance(pilot.app.screen, HelpScreen)
        assert "Item editor" in screen_text(pilot).split("\n")[2]
        await press(pilot, "f1")
        assert isinstance(pilot.app.screen, EditorScreen)
        await pilot.press("ctrl+q")
        assert pilot.app._exit
