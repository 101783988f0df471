"""Others at work on the same folder while the app looks at it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from dyntui.screens.browser import BrowserScreen
from dyntui.widgets.header_line import HeaderLine
from dyntui.widgets.item_panel import ItemPanel
from engine import Engine, VirtualClock
from engine.client.retrying import Wait
from tests.dyntui.app.conftest import create_films
from tests.dyntui.app.driving import (
    Recorder,
    app_of,
    find,
    grid_of,
    notices,
    press,
    running,
    screen_text,
    shown,
    type_text,
)


@pytest.fixture
def ours(tmp_path: Path) -> Iterator[Engine]:
    """The app's engine on a folder."""
    with Engine.open(tmp_path, durability="relaxed") as opened:
        create_films(opened)
        yield opened


@pytest.fixture
def theirs(ours: Engine, tmp_path: Path) -> Iterator[Engine]:
    """Another engine on the same folder, opened after ours has made it."""
    assert ours
    with Engine.open(tmp_path, durability="relaxed") as opened:
        yield opened


async def test_what_others_write_is_seen_after_a_reload(ours: Engine, theirs: Engine) -> None:
    async with running(Recorder(ours), ours) as pilot:
        await press(pilot, "enter")
        item = dict(grid_of(pilot).item or {})
        theirs.call("PutItem", {"TableName": "films", "Item": item | {"title": {"S": "Changed"}}})
        await press(pilot, "R")
        assert (grid_of(pilot).item or {})["title"] == {"S": "Changed"}
        assert (find(pilot, ItemPanel).item or {})["title"] == {"S": "Changed"}


async def test_an_item_that_others_deleted(ours: Engine, theirs: Engine) -> None:
    async with running(Recorder(ours), ours) as pilot:
        item = grid_of(pilot).item or {}
        theirs.call("DeleteItem", {"TableName": "films", "Key": {"id": item["id"]}})
        await press(pilot, "e")
        assert "deleted meanwhile" in shown(pilot, "#status")


async def test_a_table_that_others_dropped(ours: Engine, theirs: Engine) -> None:
    async with running(Recorder(ours), ours) as pilot:
        theirs.call("DeleteTable", {"TableName": "films"})
        await press(pilot, "pagedown", "pagedown")
        status = shown(pilot, "#status")
        assert "ResourceNotFoundException" in status
        assert "R reloads the tables" in status
        await press(pilot, "R")
        assert shown(pilot, "#area-title") == "notes"
        assert "films was dropped" in " ".join(notices(pilot))


async def test_a_table_that_others_replaced(ours: Engine, theirs: Engine) -> None:
    async with running(Recorder(ours), ours) as pilot:
        theirs.call("DeleteTable", {"TableName": "films"})
        theirs.call(
            "CreateTable",
            {
                "TableName": "films",
                "AttributeDefinitions": [{"AttributeName": "code", "AttributeType": "N"}],
                "KeySchema": [{"AttributeName": "code", "KeyType": "HASH"}],
                "BillingMode": "PAY_PER_REQUEST",
            },
        )
        await press(pilot, "R")
        assert shown(pilot, "#status").startswith("no items")
        await press(pilot, "f")
        await type_text(pilot, "7")
        assert shown(pilot, "#plan").startswith("GetItem · films")


async def test_an_index_that_others_added(ours: Engine, theirs: Engine) -> None:
    async with running(Recorder(ours), ours) as pilot:
        theirs.call(
            "UpdateTable",
            {
                "TableName": "films",
                "AttributeDefinitions": [{"AttributeName": "year", "AttributeType": "N"}],
                "GlobalSecondaryIndexUpdates": [
                    {
                        "Create": {
                            "IndexName": "by-year",
                            "KeySchema": [{"AttributeName": "year", "KeyType": "HASH"}],
                            "Projection": {"ProjectionType": "ALL"},
                        }
                    }
                ],
            },
        )
        await press(pilot, "R", "2")
        assert "by-year" in screen_text(pilot)


async def test_a_request_that_waits_for_capacity_is_told(ours: Engine) -> None:
    async with running(Recorder(ours), ours) as pilot:
        app = app_of(pilot)
        app.connection.on_wait(Wait("Scan", 3, 10, 0.4, "ThrottlingException"))
        screen = pilot.app.screen
        assert isinstance(screen, BrowserScreen)
        screen._show_busy()
        header = screen.query_one(HeaderLine)
        assert header.busy == "throttled: waiting 0.4 s (attempt 3 of 10)"
        clock = app.session.clock
        assert isinstance(clock, VirtualClock)
        clock.advance(1)
        screen._show_busy()
        assert header.busy == ""
