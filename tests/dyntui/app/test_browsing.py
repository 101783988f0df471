"""Browsing: tables, queries, paging, the item panel."""

from __future__ import annotations

import re

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, Select

from dyntui.screens.help import HelpScreen
from dyntui.screens.value import ValueScreen
from dyntui.widgets.item_panel import ItemPanel
from dyntui.widgets.item_tree import ItemTree
from dyntui.widgets.palette import ActionProvider
from dyntui.widgets.query_form import KeyField, QueryForm
from dyntui.widgets.table_list import TableList
from dyntui.widgets.text_view import TextView
from engine import Engine
from tests.dyntui.app.driving import (
    FILM_COUNT,
    LARGE,
    SMALL,
    Held,
    Recorder,
    app_of,
    find,
    grid_of,
    make_app,
    notices,
    open_table,
    press,
    press_on,
    running,
    screen_text,
    settle,
    shown,
    threads_end,
    type_text,
)


async def test_the_first_table_is_shown_at_once(client: Recorder, engine: Engine) -> None:
    async with running(client, engine) as pilot:
        text = screen_text(pilot)
        assert "local in memory · us-east-1" in text
        assert re.search(rf"films +{FILM_COUNT} +\d+ KB │", text)
        assert f"{FILM_COUNT} items · " in text
        assert "Scan · films · " in text
        assert "row 1 of at least" in text
        assert pilot.app.focused is grid_of(pilot)


async def test_only_what_is_shown_is_read(client: Recorder, engine: Engine) -> None:
    async with running(client, engine) as pilot:
        rows = grid_of(pilot).visible_rows
        scans = client.requests("Scan")
        assert len(scans) == 1
        assert scans[0]["Limit"] <= rows + 8
        await press(pilot, "pagedown", "pagedown")
        scans = client.requests("Scan")
        assert sum(scan["Limit"] for scan in scans) <= 4 * (rows + 8)
        assert grid_of(pilot).cursor_row == 2 * rows
        assert all("ExclusiveStartKey" in scan for scan in scans[1:])


async def test_going_down_row_by_row_reads_on(client: Recorder, engine: Engine) -> None:
    async with running(client, engine, SMALL) as pilot:
        known = grid_of(pilot).row_count
        await pilot.press(*["down"] * (known + 3))
        await settle(pilot)
        assert grid_of(pilot).cursor_row == known + 3
        assert grid_of(pilot).item is not None


async def test_the_count_is_exact_at_the_end(client: Recorder, engine: Engine) -> None:
    async with running(client, engine) as pilot:
        await press(pilot, "ctrl+end")
        assert shown(pilot, "#status").startswith(f"row {FILM_COUNT:,} of {FILM_COUNT:,} · ")
        await press(pilot, "g")
        assert shown(pilot, "#status").startswith(f"row 1 of {FILM_COUNT:,} · ")
        assert grid_of(pilot).item is not None


async def test_escape_stops_a_long_read(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dyntui.core.connection.pages.PASSING_LIMIT_ITEMS", 40)
    client = Held(engine, "Scan", at=4)
    async with running(client, engine) as pilot:
        await pilot.press("ctrl+end")
        await client.reached()
        await press_on(pilot, "escape")
        client.release()
        await settle(pilot)
        assert len(client.requests("Scan")) == 4
        assert "at least" in shown(pilot, "#status")
        assert grid_of(pilot).cursor_row == 0
        await press(pilot, "ctrl+end")
        assert shown(pilot, "#status").startswith(f"row {FILM_COUNT} of {FILM_COUNT} · ")


async def test_escape_stops_the_first_read(engine: Engine) -> None:
    """It is not begun again before one moves on."""
    client = Held(engine, "Scan", at=1)
    async with make_app(client, engine).run_test(size=LARGE) as pilot:
        await client.reached()
        await press_on(pilot, "escape")
        await settle(pilot)
        assert shown(pilot, "#status").startswith("no items so far · ")
        client.release()
        await threads_end(pilot)
        assert len(client.requests("Scan")) == 1


async def test_one_can_move_while_all_is_read(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dyntui.core.connection.pages.PASSING_LIMIT_ITEMS", 40)
    monkeypatch.setattr("dyntui.core.connection.pages.MAX_CACHED_ROWS", 100)
    client = Held(engine, "Scan", at=4)
    async with running(client, engine) as pilot:
        rows = grid_of(pilot).visible_rows
        await pilot.press("ctrl+end")
        await client.reached()
        await press_on(pilot, "pagedown")
        client.release()
        await settle(pilot)
        assert shown(pilot, "#status").startswith(f"row {FILM_COUNT} of {FILM_COUNT} · ")
        await press(pilot, "g", "pagedown")
        assert grid_of(pilot).cursor_row == rows
        assert grid_of(pilot).item is not None


async def test_a_partition_key_makes_a_get_item(client: Recorder, engine: Engine) -> None:
    async with running(client, engine) as pilot:
        await press(pilot, "f")
        await type_text(pilot, "film-0042")
        assert shown(pilot, "#plan").startswith("GetItem · films · about 0.5 RCU")
        assert not client.requests("GetItem")
        await press(pilot, "enter")
        assert client.requests("GetItem")[0]["Key"] == {"id": {"S": "film-0042"}}
        assert shown(pilot, "#status") == "row 1 of 1 · 0.5 RCU"
        item = grid_of(pilot).item
        assert item is not None
        assert item["title"] == {"S": "The film number 42"}


async def test_an_index_with_its_key_makes_a_query(client: Recorder, engine: Engine) -> None:
    async with running(client, engine) as pilot:
        form = find(pilot, QueryForm)
        await form.choose_index("by-genre")
        genre, year = form.query(KeyField)
        genre.fill("Drama")
        year.query_one(Select).value = "between"
        year.fill("1950")
        year.query_one(".upper", Input).value = "1955"
        await settle(pilot)
        assert shown(pilot, "#plan").startswith("Query · by-genre · about 0.5 RCU")
        await press(pilot, "ctrl+j")
        query = client.requests("Query")[0]
        assert query["IndexName"] == "by-genre"
        assert query["KeyConditionExpression"] == "genre = :v0 AND #year BETWEEN :v1 AND :v2"
        await press(pilot, "ctrl+end")
        years = {1950 + n % 70 for n in range(0, FILM_COUNT, 4)}
        expected = sum(1950 <= 1950 + n % 70 <= 1955 for n in range(0, FILM_COUNT, 4))
        assert {1950, 1952, 1954} <= years
        assert f"of {expected} · " in shown(pilot, "#status")


async def test_a_filter_makes_a_scan_and_says_what_it_reads(
    client: Recorder, engine: Engine
) -> None:
    async with running(client, engine) as pilot:
        await press(pilot, "f", "tab")
        await type_text(pilot, "genre = 'Horror' and year > 2010")
        plan = shown(pilot, "#plan")
        assert "a filter still reads every item" in plan
        assert "index by-genre answers genre = … with a Query" in plan
        await press(pilot, "f5")
        scan = client.requests("Scan")[1]
        assert scan["FilterExpression"] == "genre = :v0 AND #year > :v1"
        await press(pilot, "escape", "ctrl+end")
        expected = sum(1950 + n % 70 > 2010 for n in range(3, FILM_COUNT, 4))
        status = shown(pilot, "#status")
        assert f"of {expected} · {FILM_COUNT} examined" in status


async def test_a_bad_filter_is_said_in_place(client: Recorder, engine: Engine) -> None:
    async with running(client, engine) as pilot:
        before = len(client.calls)
        await press(pilot, "f", "tab")
        await type_text(pilot, "genre == 'Horror'")
        await press(pilot, "enter")
        assert "single =" in shown(pilot, "#plan")
        assert len(client.calls) == before


async def test_an_error_of_dynamodb_stands_where_the_rows_would(
    client: Recorder, engine: Engine
) -> None:
    async with running(client, engine) as pilot:
        await press(pilot, "f", "tab")
        await type_text(pilot, "size(genre)")
        await press(pilot, "enter")
        assert "ValidationException: Invalid FilterExpression" in shown(pilot, "#status")


@pytest.mark.parametrize(("fold", "unfold"), [("left", "right"), ("h", "l")])
async def test_branches_of_an_item_open_and_close(
    client: Recorder, engine: Engine, fold: str, unfold: str
) -> None:
    async with running(client, engine) as pilot:
        await press(pilot, "enter")
        tree = find(pilot, ItemTree)
        await press(pilot, *["down"] * 4)
        assert tree.member is not None
        assert tree.member.name == "ratings"
        assert re.search(r"votes +N +\d", screen_text(pilot))
        await press(pilot, fold)
        assert not re.search(r"votes +N +\d", screen_text(pilot))
        await press(pilot, unfold, "down")
        assert tree.member.name == "imdb"
        await press(pilot, fold)
        assert tree.member.name == "ratings"


async def test_a_long_value_of_an_item_scrolls_sideways(client: Recorder, engine: Engine) -> None:
    item = {"id": {"S": "film-0000"}, "title": {"S": "x" * 200}}
    engine.call("PutItem", {"TableName": "films", "Item": item})
    async with running(client, engine) as pilot:
        await press(pilot, "f")
        await type_text(pilot, "film-0000")
        await press(pilot, "ctrl+j", "escape", "enter", "down")
        tree = find(pilot, ItemTree)
        await press(pilot, "right", "right")
        assert tree.scroll_x == 2
        await press(pilot, "left", "left", "left")
        assert tree.scroll_x == 0


async def test_indexes_of_a_table_open_and_close(client: Recorder, engine: Engine) -> None:
    async with running(client, engine) as pilot:
        await press(pilot, "ctrl+o", "g", "left")
        assert "by-genre" not in screen_text(pilot).splitlines()[3]
        await press(pilot, "right", "down")
        assert "by-genre" in screen_text(pilot).splitlines()[3]
        await press(pilot, "left", "left")
        assert "by-genre" not in screen_text(pilot).splitlines()[3]


async def test_the_item_panel_follows_the_cursor(client: Recorder, engine: Engine) -> None:
    async with running(client, engine) as pilot:
        await press(pilot, "enter")
        panel = find(pilot, ItemPanel)
        assert panel.item == grid_of(pilot).item
        await press(pilot, "m")
        assert '"title": "The film number' in find(pilot, TextView).text
        await press(pilot, "m")
        assert '"title": {"S": "The film number' in find(pilot, TextView).text
        await press(pilot, "m")
        assert "string set" in screen_text(pilot)
        await press(pilot, "ctrl+o", "ctrl+o", "ctrl+o", "down")
        assert grid_of(pilot).cursor_row == 1
        assert panel.item == grid_of(pilot).item
        await press(pilot, "escape")
        assert not panel.display


async def test_rows_with_few_attributes_are_read_whole_when_opened(
    client: Recorder, engine: Engine
) -> None:
    async with running(client, engine) as pilot:
        await press(pilot, "f", "tab", "tab")
        await type_text(pilot, "title")
        await press(pilot, "enter")
        assert set(grid_of(pilot).item or {}) == {"id", "title"}
        await press(pilot, "enter")
        assert "ratings" in (find(pilot, ItemPanel).item or {})


async def test_a_row_that_the_cursor_has_left_is_not_opened(engine: Engine) -> None:
    client = Held(engine, "GetItem", at=1)
    async with running(client, engine) as pilot:
        await press(pilot, "f", "tab", "tab")
        await type_text(pilot, "title")
        await press(pilot, "enter")
        await press_on(pilot, "enter")
        await client.reached()
        await press_on(pilot, "down")
        client.release()
        await settle(pilot)
        assert not find(pilot, ItemPanel).display
        await press(pilot, "enter")
        assert grid_of(pilot).cursor_row == 1
        assert "ratings" in (find(pilot, ItemPanel).item or {})


async def test_the_cell_is_edited_that_the_cursor_was_on(engine: Engine) -> None:
    client = Held(engine, "GetItem", at=1)
    async with running(client, engine) as pilot:
        grid = grid_of(pilot)
        await press(pilot, "right")
        chosen = grid.column
        assert chosen is not None
        await press_on(pilot, "i")
        await client.reached()
        await press_on(pilot, "right")
        client.release()
        await settle(pilot)
        assert shown(pilot, "#field-name") == chosen.name


async def test_the_whole_value(client: Recorder, engine: Engine) -> None:
    async with running(client, engine) as pilot:
        await press(pilot, "right", "space")
        assert isinstance(pilot.app.screen, ValueScreen)
        assert find(pilot, TextView).text == (grid_of(pilot).item or {})["title"]["S"]
        await press(pilot, "space")
        assert not isinstance(pilot.app.screen, ValueScreen)


async def test_copying_a_cell_and_a_row(client: Recorder, engine: Engine) -> None:
    async with running(client, engine) as pilot:
        await press(pilot, "right", "y")
        item = grid_of(pilot).item or {}
        assert pilot.app.clipboard == item["title"]["S"]
        await press(pilot, "Y")
        assert f'"id": "{item["id"]["S"]}"' in pilot.app.clipboard


async def test_copying_the_request(client: Recorder, engine: Engine) -> None:
    async with running(client, engine) as pilot:
        await press(pilot, "c", "2", "y")
        assert pilot.app.clipboard.startswith("aws dynamodb scan")


async def test_another_table_by_the_filtered_list(client: Recorder, engine: Engine) -> None:
    async with running(client, engine) as pilot:
        await open_table(pilot, "note")
        assert shown(pilot, "#area-title") == "notes"
        assert shown(pilot, "#status").startswith("no items")


async def test_an_index_by_the_list(client: Recorder, engine: Engine) -> None:
    async with running(client, engine) as pilot:
        await press(pilot, "ctrl+o", "space", "down", "enter")
        assert shown(pilot, "#plan").startswith("Scan · by-genre · ")
        assert client.requests("Scan")[-1]["IndexName"] == "by-genre"


async def test_a_small_window_has_the_list_on_demand(client: Recorder, engine: Engine) -> None:
    async with running(client, engine, SMALL) as pilot:
        tables = find(pilot, TableList)
        assert not tables.display
        await press(pilot, "ctrl+t")
        assert tables.display
        await press(pilot, "down", "down", "enter")
        assert not tables.display
        assert shown(pilot, "#area-title") == "notes"


async def test_a_small_window_gives_the_panel_the_page(client: Recorder, engine: Engine) -> None:
    async with running(client, engine, SMALL) as pilot:
        await press(pilot, "enter")
        assert not grid_of(pilot).display
        await press(pilot, "escape")
        assert grid_of(pilot).display
        assert pilot.app.focused is grid_of(pilot)


async def test_a_click_puts_the_cursor_on_a_cell(client: Recorder, engine: Engine) -> None:
    async with running(client, engine) as pilot:
        grid = grid_of(pilot)
        await pilot.click(grid, offset=(20, 4))
        await settle(pilot)
        assert (grid.cursor_row, grid.cursor_column) == (3, 1)
        await pilot.click(grid, offset=(20, 4), times=2)
        await settle(pilot)
        assert find(pilot, ItemPanel).display


async def test_the_wheel_scrolls_and_reads_on(client: Recorder, engine: Engine) -> None:
    async with running(client, engine) as pilot:
        grid = grid_of(pilot)
        known = grid.row_count
        grid.scroll_to(y=grid.max_scroll_y, animate=False)
        await settle(pilot)
        assert grid.row_count > known


async def test_tabs(client: Recorder, engine: Engine) -> None:
    async with running(client, engine) as pilot:
        await press(pilot, "2")
        assert "partition key" in screen_text(pilot)
        assert "by-genre" in screen_text(pilot)
        await press(pilot, "1")
        assert pilot.app.focused is grid_of(pilot)


async def test_reload_sees_what_others_wrote(client: Recorder, engine: Engine) -> None:
    async with running(client, engine) as pilot:
        await open_table(pilot, "notes")
        engine.call(
            "PutItem", {"TableName": "notes", "Item": {"who": {"S": "x"}, "at": {"N": "1"}}}
        )
        engine.call(
            "CreateTable",
            {
                "TableName": "third",
                "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
                "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
                "BillingMode": "PAY_PER_REQUEST",
            },
        )
        await press(pilot, "R")
        assert shown(pilot, "#status").startswith("row 1 of 1")
        assert "third" not in screen_text(pilot), "the list is filtered"
        await press(pilot, "ctrl+o", "escape")
        assert "third" in screen_text(pilot)


async def test_help_begins_with_the_keys_of_where_one_is(client: Recorder, engine: Engine) -> None:
    async with running(client, engine) as pilot:
        await press(pilot, "question_mark")
        assert isinstance(pilot.app.screen, HelpScreen)
        assert "Grid of items" in screen_text(pilot).split("\n")[2]
        await press(pilot, "escape", "ctrl+o", "f1")
        assert "List of tables" in screen_text(pilot).split("\n")[2]


async def test_the_palette_does_what_a_key_does(client: Recorder, engine: Engine) -> None:
    async with running(client, engine) as pilot:
        await press(pilot, "ctrl+p")
        await type_text(pilot, "Settings of the")
        await press(pilot, "enter", "enter")
        assert "deletion protection" in screen_text(pilot)


async def test_the_palette_does_nothing_out_of_sight(client: Recorder, engine: Engine) -> None:
    def contexts(pilot: Pilot[None]) -> set[str]:
        return {action.context for action, _ in ActionProvider(pilot.app.screen)._offers()}

    async with running(client, engine, SMALL) as pilot:
        assert contexts(pilot) >= {"app", "browser", "tables", "items"}
        assert contexts(pilot).isdisjoint({"item", "partiql", "settings"})
        await press(pilot, "p")
        assert "partiql" in contexts(pilot)
        assert "items" not in contexts(pilot)
        await press(pilot, "escape", "1", "enter")
        assert "item" in contexts(pilot)
        assert contexts(pilot).isdisjoint({"partiql", "results", "row"})


async def test_the_header_adds_up_units(client: Recorder, engine: Engine) -> None:
    async with running(client, engine) as pilot:
        session = app_of(pilot).session
        before = session.asking.read_units
        assert before > 0
        await press(pilot, "R")
        assert session.asking.read_units == 2 * before
        assert f"read {2 * before:g} RCU" in screen_text(pilot)


async def test_quitting(client: Recorder, engine: Engine) -> None:
    async with running(client, engine) as pilot:
        await pilot.press("ctrl+q")
        assert pilot.app._exit


async def test_items_without_seals_have_no_line(client: Recorder, engine: Engine) -> None:
    async with running(client, engine) as pilot:
        await press(pilot, "enter", "s")
        assert notices(pilot)[-1] == "The item is not sealed."
        assert "s Seal" not in screen_text(pilot)
        assert not pilot.app.screen.query_one("#item-seal").display
