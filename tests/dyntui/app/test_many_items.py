"""Many items at once: marked, copied, changed, exported, deleted; and the last write undone."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from dyntui.core.browse.bulk import Call, inverse, write_all
from dyntui.core.browse.bulk_edit import Edit, edit_writes, matching, update_statement
from dyntui.core.browse.marks import Marks
from dyntui.core.browse.plan import make_plan
from dyntui.core.browse.query_fields import QueryFields
from dyntui.core.browse.writes import Write, change_item, create_item, delete_item
from dyntui.core.transfers.selection_export import SelectionError, export_selection
from dyntui.screens.bulk import BulkScreen
from dyntui.screens.bulk_edit import BulkEditScreen
from dyntui.screens.follow import FollowScreen
from dyntui.screens.review import ReviewScreen
from dyntui.screens.selection import SelectionScreen
from dyntui.widgets.item_grid import ItemGrid
from dyntui.widgets.rows_view import RowsView
from dyntui.widgets.text_view import TextView
from dyntui.widgets.toggle import Toggle
from engine import Context, Engine
from engine.client.protocol import OWNER
from engine.errors import ConnectionFailed
from tests.dyntui.app.driving import (
    FILM_COUNT,
    Recorder,
    app_of,
    film,
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


def caller(engine: Engine) -> Call:
    """What answers requests without a session."""

    def call(operation: str, request: Json, cancelled: Callable[[], bool] | None = None) -> Json:
        assert cancelled is not None
        return engine.call(operation, request)

    return call


def count(engine: Engine) -> int:
    return int(engine.call("Scan", {"TableName": "films", "Select": "COUNT"})["Count"])


async def mark(pilot: Pilot[None], rows: int) -> list[Json]:
    """Mark the first rows; gives their items."""
    await press(pilot, "g", *["m"] * rows)
    marks = grid_of(pilot).marks
    assert marks is not None
    return marks.items


async def test_marks_are_toggled_counted_and_taken_away(client: Recorder, engine: Engine) -> None:
    async with running(client, engine) as pilot:
        assert len(await mark(pilot, 2)) == 2
        assert " · 2 marked" in shown(pilot, "#status")
        assert screen_text(pilot).count("●") == 2
        await press(pilot, "up", "m")
        assert " · 1 marked" in shown(pilot, "#status")
        await press(pilot, "shift+down", "shift+up")
        assert " · 3 marked" in shown(pilot, "#status")
        await press(pilot, "escape")
        assert "marked" not in shown(pilot, "#status")
        rows = grid_of(pilot).row_count
        await press(pilot, "M")
        assert f" · {rows} marked" in shown(pilot, "#status")
        await press(pilot, "M")
        assert "marked" not in shown(pilot, "#status")


async def test_a_click_with_ctrl_marks(client: Recorder, engine: Engine) -> None:
    async with running(client, engine) as pilot:
        await pilot.click(ItemGrid, offset=(3, 2), control=True)
        await settle(pilot)
        assert " · 1 marked" in shown(pilot, "#status")
        assert screen_text(pilot).count("●") == 1


async def test_all_that_a_filter_shows_is_marked_and_copied(
    client: Recorder, engine: Engine
) -> None:
    async with running(client, engine) as pilot:
        await press(pilot, "slash")
        await type_text(pilot, "horror")
        await press(pilot, "enter", "M", "Y")
        copied = json.loads(pilot.app.clipboard)
        assert {item["genre"] for item in copied} == {"Horror"}
        assert len(copied) == grid_of(pilot).row_count > 1


async def test_marked_items_are_deleted_after_a_look_and_come_back(
    client: Recorder, engine: Engine
) -> None:
    async with running(client, engine) as pilot:
        marked = await mark(pilot, 3)
        await press(pilot, "d")
        assert isinstance(pilot.app.screen, BulkScreen)
        assert "3 items, a request for each, about 6 WCU" in shown(pilot, "#bulk-about")
        assert not client.requests("DeleteItem")
        await press(pilot, "ctrl+s")
        assert count(engine) == FILM_COUNT - 3
        assert all("ConditionExpression" in sent for sent in client.requests("DeleteItem"))
        assert "Deleted 3 items: u brings them back" in notices(pilot)
        await press(pilot, "u")
        assert "Undo 3 writes" in shown(pilot, "#drawer-title")
        await press(pilot, "ctrl+s")
        assert count(engine) == FILM_COUNT
        for item in marked:
            key = {"id": item["id"]}
            stored = engine.call("GetItem", {"TableName": "films", "Key": key})["Item"]
            assert stored == item
        await press(pilot, "u")
        assert "Nothing has been written to this table" in notices(pilot)[-1]


async def test_what_others_changed_meanwhile_is_not_deleted(
    client: Recorder, engine: Engine
) -> None:
    async with running(client, engine) as pilot:
        first, second = await mark(pilot, 2)
        engine.call("PutItem", {"TableName": "films", "Item": first | {"title": {"S": "New"}}})
        await press(pilot, "d", "ctrl+s")
        assert "1 item written, 1 left as they are" in shown(pilot, "#bulk-about")
        assert first["id"]["S"] in screen_text(pilot)
        await press(pilot, "escape")
        assert count(engine) == FILM_COUNT - 1
        assert "Item" not in engine.call(
            "GetItem", {"TableName": "films", "Key": {"id": second["id"]}}
        )


async def test_one_write_is_undone_by_a_write_that_is_shown(
    client: Recorder, engine: Engine
) -> None:
    async with running(client, engine) as pilot:
        before = grid_of(pilot).item
        assert before is not None
        await press(pilot, "right", "i")
        await type_text(pilot, "!")
        await press(pilot, "enter", "ctrl+s", "down", "u")
        assert isinstance(pilot.app.screen, ReviewScreen)
        assert before["id"]["S"] in shown(pilot, "#drawer-title")
        await press(pilot, "ctrl+s")
        stored = engine.call("GetItem", {"TableName": "films", "Key": {"id": before["id"]}})
        assert stored["Item"] == before


async def test_marked_items_are_exported(client: Recorder, engine: Engine, tmp_path: Path) -> None:
    async with running(client, engine) as pilot:
        marked = await mark(pilot, 3)
        await press(pilot, "E")
        assert isinstance(pilot.app.screen, SelectionScreen)
        name = find(pilot, Input)
        name.value = str(tmp_path / "some.txt")
        await press(pilot, "enter")
        assert "the name ends in none of .json" in screen_text(pilot)
        name.value = str(tmp_path / "some.jsonl")
        await press(pilot, "enter")
        lines = (tmp_path / "some.jsonl").read_text().splitlines()
        assert [json.loads(line) for line in lines] == marked
        await press(pilot, "E")
        find(pilot, Input).value = str(tmp_path / "some.jsonl")
        await press(pilot, "enter")
        assert shown(pilot, "#drawer-error").endswith("is there already")


async def test_a_value_is_followed_to_an_index(client: Recorder, engine: Engine) -> None:
    async with running(client, engine) as pilot:
        grid = grid_of(pilot)
        names = [column.name for column in grid.columns.shown]
        grid.move_to(0, names.index("genre"))
        genre = (grid.item or {})["genre"]["S"]
        await press(pilot, "F")
        assert isinstance(pilot.app.screen, FollowScreen)
        lines = ["".join(text for text, _ in row.line) for row in find(pilot, RowsView).listed.rows]
        assert lines[0].startswith(
            "Query   films · by-genre  genre = …  the key has the name genre"
        )
        assert any(line.startswith("Query   notes  who = …") for line in lines)
        await press(pilot, "enter")
        query = client.requests("Query")[-1]
        assert query["IndexName"] == "by-genre"
        assert query["ExpressionAttributeValues"] == {":v0": {"S": genre}}
        await press(pilot, "F", "down", "down", "enter")
        assert client.requests("Query")[-1]["TableName"] == "notes"
        assert not any(scan["TableName"] == "notes" for scan in client.requests("Scan"))


async def test_what_was_followed_leads_back(client: Recorder, engine: Engine) -> None:
    async with running(client, engine) as pilot:
        grid = grid_of(pilot)
        await press(pilot, "f", "tab")
        await type_text(pilot, "year > 1980")
        await press(pilot, "enter", "down", "down")
        column = [one.name for one in grid.columns.shown].index("genre")
        grid.move_to(2, column)
        item = grid.item
        await press(pilot, "F", "enter", "F", "down", "down", "enter")
        assert client.requests("Query")[-1]["TableName"] == "notes"
        await press(pilot, "backspace")
        assert client.requests("Query")[-1]["IndexName"] == "by-genre"
        await press(pilot, "backspace")
        assert client.requests("Scan")[-1]["FilterExpression"] == "#year > :v0"
        assert (grid.cursor_row, grid.cursor_column) == (2, column)
        assert grid.item == item
        # Before that stood all items.
        await press(pilot, "backspace")
        assert "FilterExpression" not in client.requests("Scan")[-1]
        await press(pilot, "backspace")
        assert "There is nothing before this" in notices(pilot)


async def test_a_value_deep_in_an_item_is_followed(client: Recorder, engine: Engine) -> None:
    async with running(client, engine) as pilot:
        await press(pilot, "enter", "F")
        assert isinstance(pilot.app.screen, FollowScreen)
        assert shown(pilot, "#drawer-title").startswith("Follow id = film-")
        await mark_behind(pilot)


async def mark_behind(pilot: Pilot[None]) -> None:
    """Mark two items while the panel is open: d in the panel is about its own item only."""
    await press(pilot, "escape", "escape", "m", "m", "enter", "d")
    assert isinstance(pilot.app.screen, ReviewScreen)


async def test_items_of_other_tables_are_not_marked_with_these(
    client: Recorder, engine: Engine
) -> None:
    async with running(client, engine) as pilot:
        await mark(pilot, 2)
        await open_table(pilot, "notes")
        assert "marked" not in shown(pilot, "#status")
        await press(pilot, "M", "d", "E", "u", "F", "less_than_sign", "minus")
        await settle(pilot)
        assert app_of(pilot).screen is app_of(pilot).screen_stack[0]


def test_marks_know_items_by_their_key() -> None:
    marks = Marks(("id",))
    marks.add([film(1), film(2)])
    assert film(1) | {"title": {"S": "other"}} in marks
    assert film(3) not in marks
    marks.toggle(film(1))
    assert marks.items == [film(2)]


@pytest.mark.parametrize("kind", ["create", "change", "delete"])
def test_the_inverse_of_a_write_undoes_it(engine: Engine, kind: str) -> None:
    info, old = info_of(engine, "films"), film(7)
    fresh = old | {"id": {"S": "fresh"}}
    write: Write = {
        "create": create_item(info, fresh),
        "change": change_item(info, old, old | {"title": {"S": "Other"}}),
        "delete": delete_item(info, old),
    }[kind]
    before = engine.call("Scan", {"TableName": "films"})["Items"]

    call = caller(engine)
    done = write_all(call, [write], lambda: False, lambda _: None).done
    assert engine.call("Scan", {"TableName": "films"})["Items"] != before
    write_all(call, [inverse(info, done[0])], lambda: False, lambda _: None)
    assert engine.call("Scan", {"TableName": "films"})["Items"] == before


async def test_what_failed_and_what_was_not_tried_is_said(engine: Engine) -> None:
    class Fragile(Recorder):
        """Fails at the third deletion and at those after it."""

        allowed = iter(range(2))

        def call(self, operation: str, request: Json, context: Context = OWNER) -> Json:
            if operation == "DeleteItem" and next(self.allowed, None) is None:
                raise ConnectionFailed("it went away")
            return super().call(operation, request, context)

    async with running(Fragile(engine), engine) as pilot:
        await press(pilot, "M")
        marks = grid_of(pilot).marks
        assert marks is not None
        await press(pilot, "d", "ctrl+s")
        said = shown(pilot, "#bulk-about")
        counts = re.fullmatch(
            r"2 items written, (\d+) failed, (\d+) not tried\. Esc goes back\.", said
        )
        assert counts is not None, said
        assert int(counts[1]) >= 1
        assert 2 + int(counts[1]) + int(counts[2]) == len(marks)
        assert "it went away" in screen_text(pilot)
        await press(pilot, "escape")
        assert count(engine) == FILM_COUNT - 2


@pytest.mark.parametrize("name", ["a.json", "a.jsonl", "a.csv", "a.ion"])
def test_a_selection_is_a_file_of_the_format_that_its_name_tells(tmp_path: Path, name: str) -> None:
    size = export_selection([film(1), film(2)], ("id",), tmp_path / name)
    text = (tmp_path / name).read_text()
    assert len(text.encode()) == size
    assert text.count("film-000") == 2
    with pytest.raises(SelectionError, match="is there already"):
        export_selection([film(1)], ("id",), tmp_path / name)


# One attribute of many items.


def film_of(engine: Engine, item: Json) -> Json:
    """An item as it is stored now."""
    key = {"TableName": "films", "Key": {"id": item["id"]}}
    found: Json = engine.call("GetItem", key)["Item"]
    return found


async def fill_edit(pilot: Pilot[None], name: str, value: str) -> None:
    """Fill in the form for an attribute of many items; an empty value removes it."""
    find(pilot, Input, "#many-name").value = name
    find(pilot, Input, "#many-value").value = value
    find(pilot, Toggle).value = not value
    await settle(pilot)


async def test_an_attribute_of_marked_items_is_set_after_a_look_and_taken_back(
    client: Recorder, engine: Engine
) -> None:
    async with running(client, engine) as pilot:
        marked = await mark(pilot, 4)
        await press(pilot, "equals_sign")
        assert isinstance(pilot.app.screen, BulkEditScreen)
        await fill_edit(pilot, "genre", "'Silent'")
        about = shown(pilot, "#many-look").splitlines()
        before = [f"{item['id']['S']}   {item['genre']['S']} → Silent" for item in marked]
        assert about == ["The first 3, before and after:", *before[:3]]
        await press(pilot, "f2", "4")
        first = marked[0]
        assert find(pilot, TextView).text == (
            f"UPDATE \"films\"\nSET genre = 'Silent'\nWHERE id = '{first['id']['S']}'\n"
            f"  AND genre = '{first['genre']['S']}'"
        )
        await press(pilot, "escape", "ctrl+s")
        assert isinstance(pilot.app.screen, BulkScreen)
        assert "Set genre of 4 items · films" in shown(pilot, "#drawer-title")
        assert not client.requests("UpdateItem")
        await press(pilot, "ctrl+s")
        assert all("ConditionExpression" in sent for sent in client.requests("UpdateItem"))
        assert [film_of(engine, item) for item in marked] == [
            item | {"genre": {"S": "Silent"}} for item in marked
        ]
        assert "Changed 4 items: u takes it back" in notices(pilot)
        await press(pilot, "u", "ctrl+s")
        assert [film_of(engine, item) for item in marked] == marked


async def test_an_attribute_of_all_that_match_is_removed(client: Recorder, engine: Engine) -> None:
    async with running(client, engine) as pilot:
        await press(pilot, "equals_sign")
        assert f"Change {FILM_COUNT} items · films" in shown(pilot, "#drawer-title")
        await fill_edit(pilot, "director", "")
        await press(pilot, "ctrl+s")
        having = sum("director" in film(number) for number in range(FILM_COUNT))
        assert f"Remove director of {having} items" in shown(pilot, "#drawer-title")
        assert "REMOVE" in screen_text(pilot)
        await press(pilot, "ctrl+s")
        found = engine.call("Scan", {"TableName": "films"})["Items"]
        assert len(found) == FILM_COUNT
        assert not any("director" in item for item in found)


async def test_of_what_a_filter_shows_only_that_is_changed(
    client: Recorder, engine: Engine
) -> None:
    async with running(client, engine) as pilot:
        await press(pilot, "slash")
        await type_text(pilot, "horror")
        await press(pilot, "enter")
        rows = grid_of(pilot).row_count
        await press(pilot, "equals_sign")
        assert f"Change {rows} items · films" in shown(pilot, "#drawer-title")


async def test_a_key_is_no_attribute_to_change(client: Recorder, engine: Engine) -> None:
    async with running(client, engine) as pilot:
        await mark(pilot, 2)
        await press(pilot, "equals_sign")
        await fill_edit(pilot, "id", "7")
        await press(pilot, "ctrl+s")
        said = shown(pilot, "#drawer-error")
        assert "Cannot update attribute id. This attribute is part of the key" in said
        await press(pilot, "escape")
    assert not client.requests("UpdateItem")


async def test_items_that_somebody_has_changed_meanwhile_are_left(
    client: Recorder, engine: Engine
) -> None:
    async with running(client, engine) as pilot:
        first, second = await mark(pilot, 2)
        theirs = first | {"genre": {"S": "Theirs"}}
        engine.call("PutItem", {"TableName": "films", "Item": theirs})
        await press(pilot, "equals_sign")
        await fill_edit(pilot, "genre", "Mine")
        await press(pilot, "ctrl+s", "ctrl+s")
        assert "1 item written, 1 left as they are" in shown(pilot, "#bulk-about")
        await press(pilot, "escape")
    assert film_of(engine, first) == theirs
    assert film_of(engine, second)["genre"] == {"S": "Mine"}


async def test_rows_that_lack_attributes_are_read_whole_first(
    client: Recorder, engine: Engine
) -> None:
    async with running(client, engine) as pilot:
        await press(pilot, "f")
        find(pilot, Input, "#form-projection").value = "id, title"
        await press(pilot, "ctrl+j")
        await press(pilot, "escape")
        (marked,) = await mark(pilot, 1)
        await press(pilot, "equals_sign")
        await fill_edit(pilot, "genre", "Mine")
        await press(pilot, "ctrl+s", "ctrl+s")
        assert film_of(engine, marked)["genre"] == {"S": "Mine"}


def test_what_partiql_has_no_literal_for_is_said(engine: Engine) -> None:
    info = info_of(engine, "films")
    edit = Edit("seal", {"B": b"\x00"})
    (write,) = edit_writes(info, [film(1)], edit)
    with pytest.raises(ValueError, match="PartiQL has no literal for binary values"):
        update_statement(info, write, edit)


def test_more_items_than_can_be_changed_at_once_are_not_read(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dyntui.core.browse.bulk_edit.ITEMS_MAX", 10)
    plan = make_plan(info_of(engine, "films"), QueryFields(None), 100)
    assert len(matching(caller(engine), plan, lambda: False)) == 11
