"""Tables created, altered and dropped, with the request shown."""

from __future__ import annotations

import json
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, TextArea

from dyntui.screens.browser import BrowserScreen
from dyntui.screens.create_table import CreateTableScreen
from dyntui.screens.drop_table import DropTableScreen
from dyntui.screens.empty_table import EmptyTableScreen
from dyntui.widgets.form_fields import FormRow
from dyntui.widgets.table_list import TableList
from dyntui.widgets.text_view import TextView
from dyntui.widgets.toggle import Toggle
from engine import Engine, Settings, VirtualClock
from tests.dyntui.app.driving import (
    FILM_COUNT,
    LARGE,
    SMALL,
    Recorder,
    fill,
    find,
    grid_of,
    notices,
    press,
    running,
    screen_text,
    settle,
    shown,
    type_text,
    until,
)

Json = dict[str, Any]

SOON_SECONDS = 0.001


def request_shown(pilot: Pilot[None]) -> Json:
    """The request that the form shows."""
    request: Json = json.loads(find(pilot, TextView).text)
    return request


def table(engine: Engine, name: str) -> Json:
    """A table's description."""
    description: Json = engine.call("DescribeTable", {"TableName": name})["Table"]
    return description


def table_names(engine: Engine) -> list[str]:
    """The tables that there are."""
    names: list[str] = engine.call("ListTables", {})["TableNames"]
    return names


# Creating.


@pytest.mark.parametrize("size", [SMALL, (120, 40)])
async def test_a_table_with_everything(
    client: Recorder, engine: Engine, size: tuple[int, int]
) -> None:
    async with running(client, engine, size) as pilot:
        await press(pilot, "ctrl+t" if size == SMALL else "ctrl+o", "o")
        assert isinstance(pilot.app.screen, CreateTableScreen)
        await type_text(pilot, "shop")
        await press(pilot, "enter")
        await type_text(pilot, "customer:S")
        await fill(
            pilot,
            sort="placed:S",
            local="by-total=total:N :keys-only",
            billing="provisioned",
            read="7",
        )
        find(
            pilot, TextArea, "#global"
        ).text = (
            "by-status=status:S,placed :include total,note\nby-place=country:S+city:S :rcu 2 :wcu 3"
        )
        find(pilot, Toggle).value = True
        await settle(pilot)
        request = request_shown(pilot)
        assert "CreateTable" not in dict(client.calls)
        await press(pilot, "ctrl+s")
        assert client.requests("CreateTable") == [request]
        made = table(engine, "shop")
        assert made["ProvisionedThroughput"]["ReadCapacityUnits"] == 7
        assert made["DeletionProtectionEnabled"] is True
        assert {index["IndexName"] for index in made["GlobalSecondaryIndexes"]} == {
            "by-status",
            "by-place",
        }
        assert shown(pilot, "#area-title") == "shop"
        assert notices(pilot)[-1] == "Created shop"
        assert shown(pilot, "#status").startswith("no items")


async def test_the_form_says_what_is_missing(client: Recorder, engine: Engine) -> None:
    async with running(client, engine) as pilot:
        await press(pilot, "ctrl+o", "o")
        await fill(pilot, name="shop", partition="customer")
        assert find(pilot, TextView).text.startswith("… customer needs a type")
        await press(pilot, "ctrl+s")
        assert "customer needs a type" in shown(pilot, "#drawer-error")
        await fill(pilot, partition="customer:S", **{"global": "nonsense"})
        await press(pilot, "ctrl+s")
        assert "is no index" in shown(pilot, "#drawer-error")
        assert table_names(engine) == ["films", "notes"]


async def test_dynamodb_refuses_in_place_and_nothing_typed_is_lost(
    client: Recorder, engine: Engine
) -> None:
    async with running(client, engine) as pilot:
        await press(pilot, "ctrl+o", "o")
        await fill(pilot, name="films", partition="id:S")
        await press(pilot, "ctrl+s")
        assert "ResourceInUseException" in shown(pilot, "#drawer-error")
        await fill(pilot, name="a b")
        await press(pilot, "ctrl+s")
        assert "ValidationException" in shown(pilot, "#drawer-error")
        await press(pilot, "escape", "o")
        assert find(pilot, Input, "#name").value == "a b"
        await fill(pilot, name="good")
        await press(pilot, "ctrl+s")
        assert shown(pilot, "#area-title") == "good"
        assert pilot.app.focused is grid_of(pilot)
        await press(pilot, "ctrl+o", "o")
        assert find(pilot, Input, "#name").value == "", "what was sent is not kept"


async def test_units_are_asked_for_only_where_there_are_any(
    client: Recorder, engine: Engine
) -> None:
    async with running(client, engine) as pilot:
        await press(pilot, "ctrl+o", "o")
        rows = pilot.app.screen.query("FormRow.-provisioned").results(FormRow)
        assert not any(row.display for row in rows)
        await fill(pilot, name="a", partition="id:S", billing="provisioned")
        rows = pilot.app.screen.query("FormRow.-provisioned").results(FormRow)
        assert all(row.display for row in rows)
        assert request_shown(pilot)["ProvisionedThroughput"]["WriteCapacityUnits"] == 5
        await press(pilot, "f2", "2")
        assert "aws dynamodb create-table" in find(pilot, TextView).text


async def test_a_table_that_changes_is_looked_at_until_it_is_ready(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("dyntui.screens.browser.POLL_SECONDS", SOON_SECONDS)
    clock = VirtualClock()
    with Engine.in_memory(settings=Settings(table_delay_s=60), clock=clock) as engine:
        client = Recorder(engine)
        async with running(client, engine) as pilot:
            await press(pilot, "o")
            await fill(pilot, name="slow", partition="id:S")
            await pilot.press("ctrl+s")
            await until(pilot, lambda: "CREATING" in screen_text(pilot))
            clock.advance(61)
            await until(pilot, lambda: "CREATING" not in screen_text(pilot))
            await settle(pilot)
            assert shown(pilot, "#area-title") == "slow"


# Dropping.


async def test_a_new_table_is_shown_though_the_tables_are_listed_again_at_once(
    client: Recorder, engine: Engine
) -> None:
    async with running(client, engine) as pilot:
        browser = pilot.app.screen
        assert isinstance(browser, BrowserScreen)
        assert browser._shown == "films"
        browser.load_tables("notes")
        browser.load_tables()
        await settle(pilot)
        assert browser._shown == "notes"
        browser.load_tables("notes")
        await browser.open_table("films")
        await settle(pilot)
        assert browser._shown == "films"


async def test_a_table_is_dropped_once_its_name_is_typed(client: Recorder, engine: Engine) -> None:
    async with running(client, engine) as pilot:
        await press(pilot, "ctrl+o", "d")
        assert isinstance(pilot.app.screen, DropTableScreen)
        assert f"{FILM_COUNT} items" in screen_text(pilot)
        assert "1 index go" in screen_text(pilot)
        await type_text(pilot, "film")
        await press(pilot, "ctrl+s")
        assert "does not match" in shown(pilot, "#drawer-error")
        assert table_names(engine) == ["films", "notes"]
        await type_text(pilot, "s")
        await press(pilot, "ctrl+s")
        assert table_names(engine) == ["notes"]
        assert shown(pilot, "#area-title") == "notes"
        assert "films" not in find(pilot, TableList)._names


async def test_a_protected_table_is_not_dropped(client: Recorder, engine: Engine) -> None:
    engine.call("UpdateTable", {"TableName": "films", "DeletionProtectionEnabled": True})
    async with running(client, engine) as pilot:
        await press(pilot, "2", "D")
        assert "Deletion protection is on" in screen_text(pilot)
        await type_text(pilot, "films")
        await press(pilot, "enter")
        assert "ValidationException" in shown(pilot, "#drawer-error")
        assert "Switch deletion protection off first" in shown(pilot, "#drawer-error")
        await press(pilot, "escape")
        assert "films" in table_names(engine)


async def test_the_request_that_makes_a_table_can_be_copied(
    client: Recorder, engine: Engine
) -> None:
    async with running(client, engine) as pilot:
        await press(pilot, "ctrl+o", "c", "j", "y")
        request = json.loads(pilot.app.clipboard) | {"TableName": "copy"}
        engine.call("CreateTable", request)
        assert table(engine, "copy")["KeySchema"] == table(engine, "films")["KeySchema"]
        assert grid_of(pilot).display


# Long names.


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_a_name_of_255_characters_leaves_room_for_the_rest(
    empty_engine: Engine, size: tuple[int, int]
) -> None:
    """No file can have the name of its configuration, and the tabs and costs stay in sight."""
    empty_engine.call(
        "CreateTable",
        {
            "TableName": "n" * 255,
            "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
            "BillingMode": "PAY_PER_REQUEST",
        },
    )
    async with running(Recorder(empty_engine), empty_engine, size) as pilot:
        text = screen_text(pilot)
        assert "5 Streams" in text
        assert f"Scan · {'n' * 39}… · 0.5 RCU for all 0 items" in text


# Emptying.


async def test_a_table_is_emptied_once_its_name_is_typed(client: Recorder, engine: Engine) -> None:
    async with running(client, engine) as pilot:
        await press(pilot, "ctrl+o", "D")
        assert isinstance(pilot.app.screen, EmptyTableScreen)
        assert f"{FILM_COUNT} items" in screen_text(pilot)
        assert "dyntui truncate films" in screen_text(pilot)
        await type_text(pilot, "film")
        await press(pilot, "ctrl+s")
        assert "does not match" in shown(pilot, "#drawer-error")
        await type_text(pilot, "s")
        await press(pilot, "f2")
        assert pilot.app.clipboard == "dyntui truncate films"
        await press(pilot, "ctrl+s")
        await settle(pilot)
        assert notices(pilot)[-1] == "Emptied films; the timeline has its items"
        assert "film-00" not in screen_text(pilot)
    assert engine.call("Scan", {"TableName": "films", "Select": "COUNT"})["Count"] == 0
    (kept,) = engine.call("ListBackups", {"BackupType": "ALL"})["BackupSummaries"]
    assert kept["BackupSizeBytes"] > 0


async def test_a_table_that_is_not_emptied_stays(client: Recorder, engine: Engine) -> None:
    async with running(client, engine) as pilot:
        await press(pilot, "ctrl+o", "D")
        await type_text(pilot, "films")
        await press(pilot, "escape")
        assert len(pilot.app.screen_stack) == 1
    assert engine.call("Scan", {"TableName": "films", "Select": "COUNT"})["Count"] == FILM_COUNT
