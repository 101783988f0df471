"""What is asked about before all of a large table is read."""

from __future__ import annotations

from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Static

from dyntui.core.connection.choices import ConnectError, ask_above_bytes
from dyntui.screens.ask_first import AskFirstScreen
from engine import Engine
from tests.dyntui.app.driving import (
    Recorder,
    app_of,
    find,
    open_table,
    press,
    running,
    screen_text,
    type_text,
)

Json = dict[str, Any]
LARGE_ITEMS = 5


@pytest.fixture
def large(engine: Engine) -> Engine:
    """The table `notes` is 1.5 MB large."""
    text = {"S": "x" * 300_000}
    items = ({"who": {"S": "a"}, "at": {"N": str(n)}, "t": text} for n in range(LARGE_ITEMS))
    engine.load_items("notes", items)
    return engine


async def run_filter(pilot: Pilot[None]) -> None:
    await open_table(pilot, "notes")
    await press(pilot, "f", "tab", "tab", "tab")
    await type_text(pilot, "at > 2")
    await press(pilot, "ctrl+j")


def scans(client: Recorder) -> list[Json]:
    return [request for request in client.requests("Scan") if request["TableName"] == "notes"]


async def test_a_filter_over_a_large_table_is_asked_about_once(
    client: Recorder, large: Engine
) -> None:
    async with running(client, large) as pilot:
        await run_filter(pilot)
        assert isinstance(pilot.app.screen, AskFirstScreen)
        assert "5 items, 1.4 MB, about 183 RCU" in screen_text(pilot)
        assert "FilterExpression" in screen_text(pilot)
        await press(pilot, "escape")
        assert not any("FilterExpression" in request for request in scans(client))
        await press(pilot, "ctrl+j", "ctrl+s")
        assert any("FilterExpression" in request for request in scans(client))
        await press(pilot, "ctrl+j")
        assert not isinstance(pilot.app.screen, AskFirstScreen)


async def test_going_to_the_end_of_a_large_table_is_asked_about(
    client: Recorder, large: Engine
) -> None:
    async with running(client, large) as pilot:
        app_of(pilot).connection.ask_above_bytes = 10_000
        await press(pilot, "ctrl+end")
        assert "This reads all of films: 300 items" in str(find(pilot, Static, "#ask-risk").content)
        before = len(client.requests("Scan"))
        await press(pilot, "escape")
        assert len(client.requests("Scan")) == before
        await press(pilot, "ctrl+end", "ctrl+s")
        assert "row 300 of 300" in screen_text(pilot)
        await press(pilot, "ctrl+end")
        assert not isinstance(pilot.app.screen, AskFirstScreen)


async def test_going_to_the_end_of_a_statements_rows_is_asked_about(
    client: Recorder, large: Engine
) -> None:
    async with running(client, large) as pilot:
        app_of(pilot).connection.ask_above_bytes = 10_000
        await press(pilot, "p")
        await type_text(pilot, "SELECT * FROM films")
        await press(pilot, "ctrl+j", "ctrl+end")
        assert isinstance(pilot.app.screen, AskFirstScreen)
        await press(pilot, "ctrl+s")
        assert "300 of 300" in screen_text(pilot)


async def test_the_size_is_a_setting(client: Recorder, large: Engine) -> None:
    async with running(client, large) as pilot:
        app_of(pilot).connection.ask_above_bytes = 2_000_000
        await run_filter(pilot)
        assert not isinstance(pilot.app.screen, AskFirstScreen)
        assert any("FilterExpression" in request for request in scans(client))


@pytest.mark.parametrize(
    ("text", "size_bytes"), [("", 1_000_000), ("0", 0), ("2.5", 2_500_000), ("100", 100_000_000)]
)
def test_it_is_given_in_megabytes(text: str, size_bytes: int) -> None:
    assert ask_above_bytes({"DYNTUI_ASK_ABOVE": text}) == size_bytes


@pytest.mark.parametrize("text", ["much", "-1", "1e9", "nan", "1,5"])
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(ConnectError, match="is not a number of MB"):
        ask_above_bytes({"DYNTUI_ASK_ABOVE": text})
