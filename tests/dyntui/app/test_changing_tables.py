"""Creating, altering and dropping tables in the app."""

from __future__ import annotations

from textual.widgets import Input, Select, TextArea

from dyntui.screens.alter_table import AlterTableScreen
from dyntui.screens.browser import BrowserScreen
from dyntui.screens.create_table import CreateTableScreen
from dyntui.screens.drop_table import DropTableScreen
from engine import Engine
from tests.dyntui.app.driving import (
    Recorder,
    find,
    press,
    running,
    screen_text,
    settle,
    type_text,
)


async def test_a_table_with_indexes_is_created(client: Recorder, engine: Engine) -> None:
    async with running(client, engine) as pilot:
        await press(pilot, "ctrl+o", "o")
        assert isinstance(pilot.app.screen, CreateTableScreen)
        await type_text(pilot, "orders")
        find(pilot, Input, "#partition").value = "customer:S"
        find(pilot, Input, "#sort").value = "placed:S"
        find(pilot, TextArea, "#global").text = "by-status=status:S,placed:S :keys-only"
        find(pilot, TextArea, "#local").text = "by-total=total:N"
        await settle(pilot)
        assert '"by-status"' in screen_text(pilot)
        await press(pilot, "ctrl+s")
        assert isinstance(pilot.app.screen, BrowserScreen)
        assert "orders" in screen_text(pilot)
    table = engine.describe_table(TableName="orders")["Table"]
    assert [key["AttributeName"] for key in table["KeySchema"]] == ["customer", "placed"]
    assert table["GlobalSecondaryIndexes"][0]["Projection"] == {"ProjectionType": "KEYS_ONLY"}
    assert table["LocalSecondaryIndexes"][0]["IndexName"] == "by-total"


async def test_a_table_that_cannot_be_is_refused_in_the_form(
    client: Recorder, engine: Engine
) -> None:
    async with running(client, engine) as pilot:
        await press(pilot, "ctrl+o", "o")
        await type_text(pilot, "films")
        find(pilot, Input, "#partition").value = "id:S"
        await settle(pilot)
        await press(pilot, "ctrl+s")
        assert isinstance(pilot.app.screen, CreateTableScreen)
        assert "Table already exists: films" in screen_text(pilot)
        await press(pilot, "escape", "o")
        assert find(pilot, Input, "#partition").value == "id:S"


async def test_settings_are_altered(client: Recorder, engine: Engine) -> None:
    async with running(client, engine) as pilot:
        await press(pilot, "ctrl+o", "a")
        assert isinstance(pilot.app.screen, AlterTableScreen)
        find(pilot, Select, "#class").value = "infrequent-access"
        await settle(pilot)
        assert "STANDARD_INFREQUENT_ACCESS" in screen_text(pilot)
        await press(pilot, "ctrl+s")
        assert isinstance(pilot.app.screen, BrowserScreen)
    table = engine.describe_table(TableName="films")["Table"]
    assert table["TableClassSummary"]["TableClass"] == "STANDARD_INFREQUENT_ACCESS"


async def test_a_table_is_dropped_when_its_name_is_typed(client: Recorder, engine: Engine) -> None:
    async with running(client, engine) as pilot:
        await press(pilot, "ctrl+o", "d")
        assert isinstance(pilot.app.screen, DropTableScreen)
        await type_text(pilot, "film")
        await press(pilot, "ctrl+s")
        assert isinstance(pilot.app.screen, DropTableScreen)
        await type_text(pilot, "s")
        await press(pilot, "ctrl+s")
        assert isinstance(pilot.app.screen, BrowserScreen)
        assert "films" not in screen_text(pilot)
    assert engine.list_tables()["TableNames"] == ["notes"]


async def test_a_table_that_another_dropped_says_so(client: Recorder, engine: Engine) -> None:
    async with running(client, engine) as pilot:
        engine.delete_table(TableName="films")
        await press(pilot, "ctrl+j")
        assert "ResourceNotFoundException" in screen_text(pilot)
        await press(pilot, "R")
        assert "notes" in screen_text(pilot)


async def test_sample_data_is_offered_where_there_is_nothing(empty_engine: Engine) -> None:
    async with running(Recorder(empty_engine), empty_engine) as pilot:
        assert "No tables here yet" in screen_text(pilot)
        await press(pilot, "enter")
        assert "movies" in screen_text(pilot)
    assert "flights" in empty_engine.list_tables()["TableNames"]
