"""A folder without tables: what it offers; and what one session leaves for the next."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Button

from dyntui.screens.create_table import CreateTableScreen
from dyntui.widgets.empty_state import EmptyState
from engine import Account, Engine
from engine.client.protocol import Client, LocalTools
from tests.dyntui.app.conftest import create_films
from tests.dyntui.app.driving import (
    HOLD_SECONDS,
    SMALL,
    Recorder,
    find,
    grid_of,
    notices,
    press,
    press_on,
    running,
    screen_text,
    settle,
    shown,
)


@pytest.fixture
def few_samples(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only one of the sample tables is loaded."""
    import sample_data

    load = sample_data.load

    def load_one(client: Client, tools: LocalTools, **options: Any) -> None:
        load(client, tools, ["votes"], **options)

    monkeypatch.setattr(sample_data, "load", load_one)


@pytest.mark.usefixtures("few_samples")
async def test_an_empty_folder_offers_the_sample_data(empty_engine: Engine) -> None:
    client = Recorder(empty_engine)
    async with running(client, empty_engine, SMALL) as pilot:
        assert "No tables here yet" in screen_text(pilot)
        assert "focus" in find(pilot, Button).pseudo_classes
        await press(pilot, "enter")
        assert shown(pilot, "#area-title") == "votes"
        assert shown(pilot, "#status").startswith("row 1 of at least")
        assert pilot.app.focused is grid_of(pilot)
        assert "sample data are loaded" in notices(pilot)[-1]


async def test_a_load_that_is_stopped_shows_what_is_there_by_then(
    empty_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sample_data

    reached, let_go = threading.Event(), threading.Event()

    def load(
        client: Client, tools: LocalTools, on_progress: Callable[[str, int, int], None]
    ) -> None:
        del tools
        create_films(empty_engine)
        assert client.call("ListTables", {})["TableNames"] == ["films", "notes"]
        on_progress("films", 1, 2)
        reached.set()
        assert let_go.wait(HOLD_SECONDS)
        on_progress("films", 2, 2)
        raise AssertionError("it was not stopped")

    monkeypatch.setattr(sample_data, "load", load)
    async with running(Recorder(empty_engine), empty_engine) as pilot:
        await press_on(pilot, "enter")
        assert await asyncio.to_thread(reached.wait, HOLD_SECONDS)
        await press_on(pilot, "escape")
        let_go.set()
        await settle(pilot)
        assert shown(pilot, "#area-title") == "films"
        assert "Stopped" in notices(pilot)[-1]


async def test_an_empty_folder_offers_a_table(empty_engine: Engine) -> None:
    async with running(Recorder(empty_engine), empty_engine) as pilot:
        await press(pilot, "down", "enter")
        assert isinstance(pilot.app.screen, CreateTableScreen)
        await press(pilot, "escape", "o")
        assert isinstance(pilot.app.screen, CreateTableScreen)


@pytest.mark.parametrize("place", ["p", "x", "f7", "K"])
async def test_a_place_leads_back_to_the_ways_to_begin(empty_engine: Engine, place: str) -> None:
    async with running(Recorder(empty_engine), empty_engine) as pilot:
        for back in ("escape", "alt+left", "escape" if place == "p" else place):
            await press(pilot, place)
            assert not find(pilot, EmptyState).display
            await press(pilot, back)
            assert find(pilot, EmptyState).display
            assert pilot.app.focused is find(pilot, Button)


async def test_an_import_that_is_left_leads_back_to_the_ways_to_begin(empty_engine: Engine) -> None:
    async with running(Recorder(empty_engine), empty_engine) as pilot:
        await press(pilot, "i", "escape", "escape")
        assert find(pilot, EmptyState).display


async def test_an_empty_region_says_where_there_are_tables(tmp_path: Path) -> None:
    with Account.open(tmp_path) as account:
        account.engine("eu-west-1").call(
            "CreateTable",
            {
                "TableName": "there",
                "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
                "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
                "BillingMode": "PAY_PER_REQUEST",
            },
        )
        engine = account.engine("us-east-1")
        async with running(Recorder(engine), engine) as pilot:
            assert "there are some in eu-west-1 (1)" in screen_text(pilot)


async def test_the_last_table_dropped_leaves_the_empty_state(
    client: Recorder, engine: Engine
) -> None:
    async with running(client, engine) as pilot:
        for name in ("films", "notes"):
            engine.call("DeleteTable", {"TableName": name})
        await press(pilot, "R")
        assert find(pilot, EmptyState).display
        await press(pilot, "1", "2", "question_mark", "escape", "ctrl+j", "R")
        assert find(pilot, EmptyState).display
