"""Items created, changed and deleted: every write shown first, every refusal in place."""

from __future__ import annotations

import json
from typing import Any

from textual.pilot import Pilot
from textual.widgets import Input, Label, Select

from dyntui.core.browse.writes import create_item, delete_item
from dyntui.screens.editor import EditorScreen
from dyntui.screens.review import ReviewScreen
from dyntui.widgets.field_editor import FieldEditor
from dyntui.widgets.item_panel import ItemPanel
from dyntui.widgets.json_area import JsonArea
from dyntui.widgets.text_view import TextView
from engine import Engine
from tests.dyntui.app.driving import (
    FILM_COUNT,
    SMALL,
    Recorder,
    app_of,
    find,
    grid_of,
    info_of,
    notices,
    open_table,
    press,
    running,
    screen_text,
    settle,
    shown,
    type_text,
)

Json = dict[str, Any]
WRITES = ("PutItem", "UpdateItem", "DeleteItem")


def stored(engine: Engine, number: int) -> Json:
    """A film as it is stored, or an empty item."""
    key = {"id": {"S": f"film-{number:04}"}}
    return dict(engine.call("GetItem", {"TableName": "films", "Key": key}).get("Item", {}))


def put_film(engine: Engine, number: int, **changed: Json) -> None:
    """Change a film as somebody else would."""
    engine.call("PutItem", {"TableName": "films", "Item": stored(engine, number) | changed})


def writes(client: Recorder) -> list[str]:
    """The operations by which something was to be written."""
    return [operation for operation, _ in client.calls if operation in WRITES]


async def show_film(pilot: Pilot[None], number: int) -> None:
    """Put the cursor on a film."""
    await press(pilot, "f")
    await type_text(pilot, f"film-{number:04}")
    await press(pilot, "enter")


async def edit(pilot: Pilot[None], item: Json) -> None:
    """Put an item's text into the editor that is open."""
    find(pilot, JsonArea).text = json.dumps(item)
    await settle(pilot)


async def test_a_drawer_may_be_closed_while_it_is_being_made(
    client: Recorder, engine: Engine
) -> None:
    async with running(client, engine) as pilot:
        app, info = app_of(pilot), info_of(engine, "films")
        for write in (delete_item(info, stored(engine, 1)), create_item(info, {"id": {"S": "x"}})):
            screen = ReviewScreen(app.session, info, write)
            app.push_screen(screen)
            screen.action_close()
            screen.action_close()
            await settle(pilot)
            assert app.screen is app.screen_stack[0]


async def test_an_edit_is_shown_before_it_is_sent(client: Recorder, engine: Engine) -> None:
    async with running(client, engine) as pilot:
        await show_film(pilot, 43)
        await press(pilot, "e")
        assert "film-0043" in shown(pilot, "#drawer-title")
        assert shown(pilot, "#editor-line").endswith("no change")
        new = stored(engine, 43) | {"title": {"S": "Renamed"}, "seen": {"BOOL": True}}
        new["ratings"] = {"M": {"imdb": {"N": "9.9"}, "votes": {"N": "43"}}}
        del new["director"]
        await edit(pilot, new)
        assert shown(pilot, "#editor-line").endswith("changes the item")
        await press(pilot, "ctrl+s")
        assert isinstance(pilot.app.screen, ReviewScreen)
        assert "UpdateItem films · film-0043" in screen_text(pilot)
        lines = [" ".join(line.split()) for line in screen_text(pilot).split("\n")]
        for line in (
            "SET title = Renamed was The film number 43",
            "SET ratings.imdb = 9.9 was 4.3",
            "SET seen = true new",
            "REMOVE director was Director 43",
            "WHEN nobody changed it meanwhile (optimistic lock)",
            "COST 2 WCU (films 1 + by-genre 1)",
        ):
            assert any(found.endswith(line) for found in lines), line
        assert "REMOVE director" in find(pilot, TextView).text
        assert not writes(client)
        await press(pilot, "ctrl+s")
        assert stored(engine, 43) == new
        assert writes(client) == ["UpdateItem"]
        assert grid_of(pilot).item == new
        assert app_of(pilot).session.asking.write_units == 2


async def test_nothing_is_sent_for_no_change(client: Recorder, engine: Engine) -> None:
    async with running(client, engine) as pilot:
        await press(pilot, "e", "ctrl+s")
        assert "Nothing differs" in shown(pilot, "#drawer-error")
        await press(pilot, "escape")
        assert not writes(client)


async def test_a_mistake_is_named_with_its_line(client: Recorder, engine: Engine) -> None:
    async with running(client, engine) as pilot:
        await press(pilot, "e")
        find(pilot, JsonArea).text = '{\n  "id": {"S": "a"},\n  oops\n}'
        await settle(pilot)
        assert shown(pilot, "#editor-line").startswith("✗ line 3: ")
        await press(pilot, "ctrl+s")
        assert isinstance(pilot.app.screen, EditorScreen)
        assert find(pilot, JsonArea).cursor_location == (2, 0)


async def test_a_value_that_dynamodb_refuses_is_refused_while_typing(
    client: Recorder, engine: Engine
) -> None:
    async with running(client, engine) as pilot:
        await press(pilot, "e")
        await edit(pilot, {"id": {"S": "a"}, "n": {"N": "1" * 39}})
        assert "38 significant digits" in shown(pilot, "#editor-line")
        await edit(pilot, {"id": {"S": "a"}, "text": {"S": "x" * 401 * 1024}})
        await press(pilot, "ctrl+s", "ctrl+s")
        assert "Item size has exceeded the maximum allowed size" in shown(pilot, "#drawer-error")
        assert "400 KB" in shown(pilot, "#drawer-error")
        assert not stored(engine, 0).get("text")


async def test_a_key_of_the_wrong_type_is_refused_in_place(
    client: Recorder, engine: Engine
) -> None:
    async with running(client, engine) as pilot:
        await press(pilot, "o")
        await edit(pilot, {"id": {"N": "1"}})
        await press(pilot, "ctrl+s", "ctrl+s")
        error = shown(pilot, "#drawer-error")
        assert "ValidationException" in error
        assert "Type mismatch for key id expected: S actual: N" in error
        await press(pilot, "escape")
        assert find(pilot, JsonArea).text == '{"id": {"N": "1"}}'


async def test_a_new_item(client: Recorder, engine: Engine) -> None:
    async with running(client, engine) as pilot:
        await open_table(pilot, "notes")
        await press(pilot, "o")
        area = find(pilot, JsonArea)
        assert json.loads(area.text) == {"who": {"S": ""}, "at": {"N": ""}}
        await type_text(pilot, "ada")
        assert '"who": {"S": "ada"}' in area.text
        await edit(pilot, {"who": {"S": "ada"}, "at": {"N": "7"}, "text": {"S": "hello"}})
        await press(pilot, "ctrl+s")
        assert "attribute_not_exists(who)" in find(pilot, TextView).text
        await press(pilot, "ctrl+s")
        assert shown(pilot, "#status").startswith("row 1 of 1")
        assert (grid_of(pilot).item or {})["text"] == {"S": "hello"}


async def test_a_new_item_does_not_replace_one(client: Recorder, engine: Engine) -> None:
    async with running(client, engine) as pilot:
        await press(pilot, "o")
        await edit(pilot, {"id": {"S": "film-0007"}})
        await press(pilot, "ctrl+s", "ctrl+s")
        assert "ConditionalCheckFailedException" in shown(pilot, "#drawer-error")
        assert stored(engine, 7)["title"] == {"S": "The film number 7"}


async def test_a_duplicate_needs_another_key(client: Recorder, engine: Engine) -> None:
    async with running(client, engine) as pilot:
        await show_film(pilot, 42)
        await press(pilot, "O")
        await press(pilot, "ctrl+s", "ctrl+s")
        assert "ConditionalCheckFailedException" in shown(pilot, "#drawer-error")
        await press(pilot, "escape")
        await edit(pilot, stored(engine, 42) | {"id": {"S": "film-9999"}})
        await press(pilot, "ctrl+s", "ctrl+s")
        assert stored(engine, 9999)["title"] == stored(engine, 42)["title"]


async def test_another_key_makes_another_item(client: Recorder, engine: Engine) -> None:
    async with running(client, engine) as pilot:
        await show_film(pilot, 42)
        await press(pilot, "e")
        await edit(pilot, stored(engine, 42) | {"id": {"S": "film-9999"}})
        assert "the old one stays" in shown(pilot, "#editor-line")
        await press(pilot, "ctrl+s", "ctrl+s")
        assert stored(engine, 42)
        assert stored(engine, 9999)


async def test_deleting(client: Recorder, engine: Engine) -> None:
    async with running(client, engine) as pilot:
        await show_film(pilot, 42)
        await press(pilot, "d")
        assert "DeleteItem films · film-0042" in screen_text(pilot)
        assert "DELETE  title" in screen_text(pilot)
        assert stored(engine, 42)
        await press(pilot, "ctrl+s")
        assert not stored(engine, 42)
        assert grid_of(pilot).item is None
        assert "deleted meanwhile" in screen_text(pilot)
        assert f"{FILM_COUNT - 1} items" in screen_text(pilot)


async def test_the_three_sides_of_a_conflict(client: Recorder, engine: Engine) -> None:
    async with running(client, engine) as pilot:
        await show_film(pilot, 42)
        await press(pilot, "e")
        await edit(pilot, stored(engine, 42) | {"title": {"S": "mine"}})
        await press(pilot, "ctrl+s")
        put_film(engine, 42, title={"S": "theirs"}, year={"N": "1"})
        await press(pilot, "ctrl+s")
        assert "ConditionalCheckFailedException" in shown(pilot, "#drawer-error")
        text = screen_text(pilot)
        assert "yours  stored now  as you read it" in text
        assert "title  mine   ≠ theirs    The film number 42" in text
        await press(pilot, "r")
        assert "SET     title  = mine  was theirs" in screen_text(pilot)
        await press(pilot, "ctrl+s")
        assert stored(engine, 42)["title"] == {"S": "mine"}
        assert stored(engine, 42)["year"] == {"N": "1"}


async def test_a_delete_of_what_somebody_changed(client: Recorder, engine: Engine) -> None:
    async with running(client, engine) as pilot:
        await show_film(pilot, 42)
        await press(pilot, "d")
        put_film(engine, 42, title={"S": "theirs"})
        await press(pilot, "ctrl+s")
        assert "≠ theirs" in screen_text(pilot)
        assert stored(engine, 42)
        await press(pilot, "r", "ctrl+s")
        assert not stored(engine, 42)


async def test_a_change_of_what_somebody_deleted(client: Recorder, engine: Engine) -> None:
    async with running(client, engine) as pilot:
        await show_film(pilot, 42)
        await press(pilot, "e")
        await edit(pilot, stored(engine, 42) | {"title": {"S": "mine"}})
        await press(pilot, "ctrl+s")
        engine.call("DeleteItem", {"TableName": "films", "Key": {"id": {"S": "film-0042"}}})
        await press(pilot, "ctrl+s")
        assert "ConditionalCheckFailedException" in shown(pilot, "#drawer-error")
        assert not stored(engine, 42)
        await press(pilot, "escape", "escape", "e")
        assert "deleted meanwhile" in shown(pilot, "#status")


async def test_what_was_typed_is_kept(client: Recorder, engine: Engine) -> None:
    async with running(client, engine) as pilot:
        await show_film(pilot, 42)
        await press(pilot, "e")
        await edit(pilot, {"id": {"S": "film-0042"}, "draft": {"S": "half"}})
        await press(pilot, "escape", "e")
        assert "half" in find(pilot, JsonArea).text
        await press(pilot, "ctrl+r")
        assert "half" not in find(pilot, JsonArea).text
        await press(pilot, "escape", "e")
        assert "half" not in find(pilot, JsonArea).text


async def test_binary_values_and_all_digits_go_through_the_editor(
    client: Recorder, engine: Engine
) -> None:
    item: Json = {
        "id": {"S": "odd"},
        "bytes": {"B": bytes(range(256))},
        "set": {"BS": [b"\x00", b"\xff"]},
        "digits": {"N": "12345678901234567890123456789012345678"},
        "small": {"N": "0.00000000012345678901234567890123456789"},
        "text": {"S": "日本語 👩‍👩‍👧‍👦 \x1b[31m \u202e"},
        "empty": {"L": [{"M": {}}, {"L": []}, {"S": ""}, {"NULL": True}]},
    }
    engine.call("PutItem", {"TableName": "films", "Item": item})
    async with running(client, engine) as pilot:
        await press(pilot, "f")
        await type_text(pilot, "odd")
        await press(pilot, "enter", "e")
        assert shown(pilot, "#editor-line").endswith("no change")
        area = find(pilot, JsonArea)
        area.text = area.text.replace("\n}", ',\n  "more": {"N": "1"}\n}')
        await settle(pilot)
        await press(pilot, "ctrl+s", "ctrl+s")
    key = {"id": {"S": "odd"}}
    now = engine.call("GetItem", {"TableName": "films", "Key": key})["Item"]
    assert now == item | {"more": {"N": "1"}}


# One value in its place.


async def test_a_value_edited_in_its_place(client: Recorder, engine: Engine) -> None:
    async with running(client, engine) as pilot:
        await show_film(pilot, 42)
        await press(pilot, "right", "i")
        box = find(pilot, Input, "#field-value")
        assert box.value == "The film number 42"
        box.value = "Renamed"
        await press(pilot, "enter")
        assert "SET     title  = Renamed" in screen_text(pilot)
        await press(pilot, "ctrl+s")
        assert stored(engine, 42)["title"] == {"S": "Renamed"}
        assert not pilot.app.screen.query(FieldEditor)
        assert pilot.app.focused is grid_of(pilot)


async def test_a_value_of_another_type_is_refused_in_place(
    client: Recorder, engine: Engine
) -> None:
    async with running(client, engine) as pilot:
        await show_film(pilot, 42)
        await press(pilot, "right", "i")
        find(pilot, Select, "#field-kind").value = "N"
        await press(pilot, "enter")
        hint = str(find(pilot, Label, "#field-hint").content)
        assert "numeric value" in hint
        find(pilot, Select, "#field-kind").value = "BOOL"
        await press(pilot, "enter")
        assert str(find(pilot, Label, "#field-hint").content) == "true or false"
        find(pilot, Select, "#field-kind").value = "remove"
        await press(pilot, "enter", "ctrl+s")
        assert "title" not in stored(engine, 42)


async def test_escape_leaves_the_value(client: Recorder, engine: Engine) -> None:
    async with running(client, engine) as pilot:
        await show_film(pilot, 42)
        await press(pilot, "right", "f2", "x", "escape")
        assert not pilot.app.screen.query(FieldEditor)
        assert pilot.app.focused is grid_of(pilot)
        assert not writes(client)


async def test_a_key_is_not_edited_in_its_place(client: Recorder, engine: Engine) -> None:
    async with running(client, engine) as pilot:
        await show_film(pilot, 42)
        await press(pilot, "i")
        assert not pilot.app.screen.query(FieldEditor)
        assert "A key cannot be changed" in notices(pilot)[-1]


async def test_a_value_inside_a_map_is_edited_in_the_tree(client: Recorder, engine: Engine) -> None:
    async with running(client, engine, SMALL) as pilot:
        await show_film(pilot, 42)
        await press(pilot, "enter")
        tree = find(pilot, ItemPanel)
        while tree.member is None or tree.member.path != ("ratings", "imdb"):
            await press(pilot, "j")
        await press(pilot, "i")
        find(pilot, Input, "#field-value").value = "9.9"
        await press(pilot, "enter")
        assert "SET     ratings.imdb  = 9.9  was 4.2" in screen_text(pilot)
        await press(pilot, "ctrl+s")
        assert stored(engine, 42)["ratings"]["M"]["imdb"] == {"N": "9.9"}
        assert tree.display, "the panel stays where it was"


async def test_a_nested_value_is_edited_with_its_item(client: Recorder, engine: Engine) -> None:
    async with running(client, engine) as pilot:
        await show_film(pilot, 42)
        grid = grid_of(pilot)
        names = [column.name for column in grid.columns.shown]
        grid.move_to(0, names.index("tags"))
        await press(pilot, "i")
        assert isinstance(pilot.app.screen, EditorScreen)


async def test_the_request_of_a_write_can_be_copied(client: Recorder, engine: Engine) -> None:
    async with running(client, engine) as pilot:
        await show_film(pilot, 42)
        await press(pilot, "d", "c", "3", "y")
        assert "response = client.delete_item(" in pilot.app.clipboard
        assert isinstance(pilot.app.screen, ReviewScreen)
        await press(pilot, "escape")
        assert not writes(client)
