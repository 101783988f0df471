"""From what one looks at to the table or the item that it leads to, and back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Select

from dyntui.core.browse.following import key_fields
from dyntui.core.browse.query_fields import KeyTerm, QueryFields
from dyntui.screens.set_table import EncryptionScreen
from dyntui.widgets.leads import ITEMS, SETTINGS, TIMELINE, Leads
from dyntui.widgets.main_area import MainArea
from dyntui.widgets.past_items import PastItems
from engine import Engine, VirtualClock
from tests.dyntui.app.conftest import create_films
from tests.dyntui.app.driving import (
    Recorder,
    find,
    grid_of,
    info_of,
    make_app,
    notices,
    press,
    running,
    screen_text,
    settle,
    shown,
    type_text,
)
from tests.dyntui.app.past_of_films import write_past
from tests.dyntui.app.test_partiql_running import run


@pytest.fixture(autouse=True)
def working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exports go there."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def past() -> Iterator[Engine]:
    """Films with a past of six hours."""
    clock = VirtualClock()
    with Engine.in_memory(clock=clock) as engine:
        write_past(engine, clock)
        yield engine


def where(pilot: Pilot[None]) -> tuple[str, int]:
    """The place that is shown, and the tab below it."""
    main = find(pilot, MainArea)
    return main.place, main.tab


def test_the_key_of_an_item_is_queried() -> None:
    with Engine.in_memory(clock=VirtualClock()) as engine:
        create_films(engine)
        info = info_of(engine, "films")
    item = {"id": {"S": "a"}, "genre": {"S": "Drama"}, "year": {"N": "1999"}}
    index = info.indexes[0]
    assert key_fields(info, None, item) == QueryFields(None, {"id": KeyTerm("a")})
    fields = key_fields(info, index.name, item)
    assert fields is not None
    assert tuple(fields.keys) == index.key_names
    assert key_fields(info, None, {"genre": {"S": "Drama"}}) is None


async def test_a_row_of_a_statement_leads_to_its_item_and_back(
    client: Recorder, engine: Engine
) -> None:
    async with running(client, engine) as pilot:
        await press(pilot, "f")
        await type_text(pilot, "film-0003")
        await press(pilot, "ctrl+j")
        await run(pilot, "SELECT id, title FROM films WHERE id = 'film-0042'")
        await press(pilot, "F")
        assert where(pilot) == ("", ITEMS)
        item = grid_of(pilot).item
        assert item is not None
        assert item["title"] == {"S": "The film number 42"}
        await press(pilot, "backspace")
        assert where(pilot)[0] == "partiql"
        await press(pilot, "alt+left")
        assert where(pilot) == ("", ITEMS)
        item = grid_of(pilot).item
        assert item is not None
        assert item["title"] == {"S": "The film number 3"}


async def test_a_row_without_the_key_leads_nowhere(client: Recorder, engine: Engine) -> None:
    async with running(client, engine) as pilot:
        await run(pilot, "SELECT title FROM films WHERE id = 'film-0042'")
        await press(pilot, "F")
        assert where(pilot)[0] == "partiql"
        assert notices(pilot) == ["The key of films is not in it: id"]


async def test_a_transfer_leads_to_its_table_and_back(client: Recorder, engine: Engine) -> None:
    async with running(client, engine) as pilot:
        await press(pilot, "3", "x", "e")
        await type_text(pilot, "films.csv")
        await press(pilot, "ctrl+s")
        await press(pilot, "F")
        assert where(pilot) == ("", ITEMS)
        await press(pilot, "backspace")
        assert where(pilot)[0] == "transfers"


async def test_a_table_in_security_leads_to_its_settings_and_back(
    client: Recorder, engine: Engine
) -> None:
    async with running(client, engine) as pilot:
        await press(pilot, "K", "m", "F")
        assert where(pilot) == ("", SETTINGS)
        assert "encryption" in screen_text(pilot)
        await press(pilot, "backspace")
        assert where(pilot)[0] == "security"


async def test_the_settings_offer_the_keys_of_the_folder(client: Recorder, engine: Engine) -> None:
    key = engine.keys.create(alias="alias/films")
    async with running(client, engine) as pilot:
        await press(pilot, "2", "slash")
        await type_text(pilot, "encryption")
        await press(pilot, "enter", "enter")
        assert isinstance(pilot.app.screen, EncryptionScreen)
        select = find(pilot, Select)
        select.value = key.arn
        await settle(pilot)
        await press(pilot, "ctrl+s")
    [request] = client.requests("UpdateTable")
    assert request["SSESpecification"]["KMSMasterKeyId"] == key.arn


async def test_the_history_of_an_item_leads_to_the_table_as_of_then(past: Engine) -> None:
    async with make_app(past, past).run_test(size=(100, 30)) as pilot:
        await settle(pilot)
        await press(pilot, "f")
        await type_text(pilot, "film-0001")
        await press(pilot, "ctrl+j", "H", "down", "b")
        assert where(pilot) == ("", TIMELINE)
        assert find(pilot, PastItems).display
        assert "▲ as of" in screen_text(pilot)
        await press(pilot, "escape", "backspace")
        assert where(pilot) == ("", ITEMS)
        assert shown(pilot, "#plan").startswith("GetItem")


async def test_a_change_of_the_past_leads_to_the_item(past: Engine) -> None:
    async with make_app(past, past).run_test(size=(100, 30)) as pilot:
        await settle(pilot)
        await press(pilot, "4", "N", "F")
        assert where(pilot) == ("", ITEMS)
        assert shown(pilot, "#plan").startswith("GetItem")
        await press(pilot, "backspace")
        assert where(pilot) == ("", TIMELINE)


async def test_what_was_dropped_is_said(client: Recorder, engine: Engine) -> None:
    async with running(client, engine) as pilot:
        find(pilot, MainArea).post_message(Leads("gone"))
        await settle(pilot)
        assert notices(pilot) == ["gone is not there; R reads which tables there are."]
