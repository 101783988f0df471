"""Creating, changing and deleting items: the write is shown first, refusals stay in place."""

from __future__ import annotations

from typing import Any

from textual.pilot import Pilot
from textual.widgets import TextArea

from dyntui.screens.browser import BrowserScreen
from dyntui.screens.editor import EditorScreen
from dyntui.screens.review import ReviewScreen
from dyntui.widgets.field_editor import FieldEditor
from engine import Engine
from tests.dyntui.app.driving import (
    FILM_COUNT,
    Recorder,
    find,
    grid_of,
    open_table,
    press,
    running,
    screen_text,
    settle,
)

Json = dict[str, Any]
WRITES = {"PutItem", "UpdateItem", "DeleteItem"}


def writes(client: Recorder) -> list[str]:
    return [operation for operation, _ in client.calls if operation in WRITES]


def stored(engine: Engine, film: str) -> Json | None:
    answer = engine.get_item(TableName="films", Key={"id": {"S": film}})
    item: Json | None = answer.get("Item")
    return item


def current(pilot: Pilot[None]) -> str:
    item = grid_of(pilot).item
    assert item is not None
    film: str = item["id"]["S"]
    return film


async def put_text(pilot: Pilot[None], text: str) -> None:
    """Replace the text of the item editor."""
    find(pilot, TextArea).text = text
    await settle(pilot)


async def test_a_new_item_is_shown_before_it_is_written(client: Recorder, engine: Engine) -> None:
    async with running(client, engine) as pilot:
        await press(pilot, "o")
        assert isinstance(pilot.app.screen, EditorScreen)
        await put_text(pilot, '{"id": {"S": "new"}, "big": {"N": "12345678901234567890123456789"}}')
        await press(pilot, "ctrl+s")
        assert isinstance(pilot.app.screen, ReviewScreen)
        assert "attribute_not_exists(id)" in screen_text(pilot)
        assert writes(client) == []
        await press(pilot, "ctrl+s")
        assert isinstance(pilot.app.screen, BrowserScreen)
    assert stored(engine, "new") == {
        "id": {"S": "new"},
        "big": {"N": "12345678901234567890123456789"},
    }


async def test_an_item_that_exists_is_not_overwritten(client: Recorder, engine: Engine) -> None:
    before = stored(engine, "film-0042")
    async with running(client, engine) as pilot:
        await press(pilot, "o")
        await put_text(pilot, '{"id": {"S": "film-0042"}}')
        await press(pilot, "ctrl+s", "ctrl+s")
        assert isinstance(pilot.app.screen, ReviewScreen)
        assert "ConditionalCheckFailedException" in screen_text(pilot)
    assert stored(engine, "film-0042") == before


async def test_a_key_of_the_wrong_type_is_refused_in_place(
    client: Recorder, engine: Engine
) -> None:
    async with running(client, engine) as pilot:
        await press(pilot, "o")
        await put_text(pilot, '{"id": {"N": "1"}}')
        await press(pilot, "ctrl+s")
        if isinstance(pilot.app.screen, ReviewScreen):
            await press(pilot, "ctrl+s")
        assert not isinstance(pilot.app.screen, BrowserScreen)
        assert "id" in screen_text(pilot)
    assert engine.describe_table(TableName="films")["Table"]["ItemCount"] == FILM_COUNT


async def test_text_that_is_no_item_goes_nowhere(client: Recorder, engine: Engine) -> None:
    async with running(client, engine) as pilot:
        await press(pilot, "o")
        for text in ("{", "[]", '{"id": {"X": "1"}}', '{"id": {"N": "x"}}', ""):
            await put_text(pilot, text)
            await press(pilot, "ctrl+s")
            assert isinstance(pilot.app.screen, EditorScreen), text
    assert writes(client) == []


async def test_leaving_the_editor_keeps_what_was_typed(client: Recorder, engine: Engine) -> None:
    async with running(client, engine) as pilot:
        await press(pilot, "o")
        await put_text(pilot, '{"id": {"S": "half"')
        await press(pilot, "escape", "o")
        assert find(pilot, TextArea).text == '{"id": {"S": "half"'


async def test_only_what_changed_is_written(client: Recorder, engine: Engine) -> None:
    async with running(client, engine) as pilot:
        film = current(pilot)
        await press(pilot, "e")
        area = find(pilot, TextArea)
        area.text = area.text.replace('"genre"', '"kind"')
        await settle(pilot)
        await press(pilot, "ctrl+s")
        text = screen_text(pilot)
        assert "UpdateItem" in text
        assert "REMOVE" in text
        await press(pilot, "ctrl+s")
    after = stored(engine, film)
    assert after is not None
    assert "genre" not in after
    assert "kind" in after
    (request,) = client.requests("UpdateItem")
    assert "title = " not in request["UpdateExpression"]


async def test_a_value_is_changed_where_it_stands(client: Recorder, engine: Engine) -> None:
    async with running(client, engine) as pilot:
        film = current(pilot)
        await press(pilot, "right", "i")
        assert len(pilot.app.screen.query(FieldEditor)) == 1
        await press(pilot, "A", "B", "enter")
        assert isinstance(pilot.app.screen, ReviewScreen)
        await press(pilot, "ctrl+s")
        assert isinstance(pilot.app.screen, BrowserScreen)
        assert "AB" in screen_text(pilot)
    after = stored(engine, film)
    assert after is not None
    assert after["title"] == {"S": "AB"}


async def test_somebody_elses_change_is_not_overwritten(client: Recorder, engine: Engine) -> None:
    async with running(client, engine) as pilot:
        film = current(pilot)
        await press(pilot, "right", "i", "A", "enter")
        engine.update_item(
            TableName="films",
            Key={"id": {"S": film}},
            UpdateExpression="SET title = :t",
            ExpressionAttributeValues={":t": {"S": "theirs"}},
        )
        await press(pilot, "ctrl+s")
        assert isinstance(pilot.app.screen, ReviewScreen)
        text = screen_text(pilot)
        assert "theirs" in text
        assert stored(engine, film) is not None
        unchanged = stored(engine, film)
        assert unchanged is not None
        assert unchanged["title"] == {"S": "theirs"}
        await press(pilot, "r", "ctrl+s")
        assert isinstance(pilot.app.screen, BrowserScreen)
    after = stored(engine, film)
    assert after is not None
    assert after["title"] == {"S": "A"}


async def test_a_deletion_is_shown_first(client: Recorder, engine: Engine) -> None:
    async with running(client, engine) as pilot:
        film = current(pilot)
        await press(pilot, "d")
        assert isinstance(pilot.app.screen, ReviewScreen)
        await press(pilot, "escape")
        assert stored(engine, film) is not None
        await press(pilot, "d", "ctrl+s")
        assert isinstance(pilot.app.screen, BrowserScreen)
    assert stored(engine, film) is None


async def test_an_item_of_an_empty_table(client: Recorder, engine: Engine) -> None:
    async with running(client, engine) as pilot:
        await open_table(pilot, "notes")
        await press(pilot, "o")
        await put_text(pilot, '{"who": {"S": "ada"}, "at": {"N": "1"}, "data": {"B": "AAEC"}}')
        await press(pilot, "ctrl+s", "ctrl+s")
        assert "ada" in screen_text(pilot)
    (item,) = engine.scan(TableName="notes")["Items"]
    assert item["data"] == {"B": b"\x00\x01\x02"}
