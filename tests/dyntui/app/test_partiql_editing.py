"""The editor for PartiQL: colours, completion, tabs, the explanation, history, saved statements."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path

import pytest
from rich.style import Style
from textual.events import Key
from textual.pilot import Pilot

from dyntui.app import DyntuiApp
from dyntui.core.connection.connect import Connection, connect
from dyntui.core.statements.asked import Ready
from dyntui.screens.ask_first import AskFirstScreen
from dyntui.screens.book import BookScreen
from dyntui.widgets.completion_list import CompletionList
from dyntui.widgets.explain_panel import ExplainPanel
from dyntui.widgets.item_grid import ResultGrid
from dyntui.widgets.learn_view import LearnView
from dyntui.widgets.partiql_view import PartiqlView
from dyntui.widgets.statement_area import StatementArea
from dyntui.widgets.statement_tabs import StatementTabs
from dyntui.widgets.table_list import TableList
from engine import Engine
from engine.errors import ConnectionFailed
from tests.dyntui.app.driving import (
    HOLD_SECONDS,
    LARGE,
    SMALL,
    Recorder,
    find,
    grid_of,
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

EXPLANATION = "#explanation"


async def edit(pilot: Pilot[None], text: str) -> StatementArea:
    """Type a text into the editor."""
    await press(pilot, "p")
    area = find(pilot, StatementArea)
    await type_text(pilot, text)
    return area


def line_styles(area: StatementArea, row: int) -> dict[str, Style]:
    """The texts of a line as they are drawn, with their styles."""
    return {
        segment.text: segment.style
        for segment in area.render_line(row)
        if segment.style is not None
    }


# The place.


async def test_p_leads_to_the_place_and_back(client: Recorder, engine: Engine) -> None:
    async with running(client, engine) as pilot:
        await press(pilot, "p")
        assert find(pilot, StatementArea).has_focus
        await press(pilot, "escape")
        assert grid_of(pilot).has_focus
        assert "1 Items" in screen_text(pilot)


async def test_keys_of_the_app_are_the_app_s_in_the_editor_too(
    client: Recorder, engine: Engine
) -> None:
    """Textual's editor would select all of the text by F7."""
    async with running(client, engine) as pilot:
        await press(pilot, "p", "S", "f7")
        assert find(pilot, LearnView).display
        await press(pilot, "p")
        assert find(pilot, StatementArea).text == "S"


async def test_what_was_typed_is_there_when_one_comes_back(
    client: Recorder, engine: Engine
) -> None:
    async with running(client, engine) as pilot:
        area = await edit(pilot, "SELECT ?")
        await press(pilot, "escape", "p")
        assert area.text == "SELECT ?"
        assert area.has_focus


async def test_a_table_of_the_list_is_shown_in_place_of_the_editor(
    client: Recorder, engine: Engine
) -> None:
    async with running(client, engine) as pilot:
        await press(pilot, "p")
        find(pilot, TableList).table_tree.focus()
        await press(pilot, "down", "enter")
        assert not find(pilot, PartiqlView).is_on_screen
        assert "notes" in screen_text(pilot).splitlines()[1]


async def test_a_click_on_the_place_leads_there(client: Recorder, engine: Engine) -> None:
    async with running(client, engine) as pilot:
        await pilot.click("#list-places Choice:first-child")
        await settle(pilot)
        assert find(pilot, StatementArea).has_focus


async def test_the_next_panel_is_the_results(client: Recorder, engine: Engine) -> None:
    async with running(client, engine, SMALL) as pilot:
        await press(pilot, "p", "ctrl+o")
        assert find(pilot, ResultGrid).has_focus


# Colours.


async def test_a_text_over_several_lines_has_its_colours(client: Recorder, engine: Engine) -> None:
    async with running(client, engine) as pilot:
        area = await edit(pilot, "SELECT 'größe\nmore' FROM films -- so")
        colours = pilot.app.theme_variables
        first, second = line_styles(area, 0), line_styles(area, 1)
        assert first["SELECT"].color == Style.parse(colours["primary"]).color
        assert first["'größe"].color == Style.parse(colours["success"]).color
        assert second["more'"].color == Style.parse(colours["success"]).color
        assert second["FROM"].color == Style.parse(colours["primary"]).color
        assert second["films"].color == Style.parse(colours["accent"]).color


# Completion.


async def test_tab_completes_what_has_one_meaning_only(client: Recorder, engine: Engine) -> None:
    async with running(client, engine) as pilot:
        area = await edit(pilot, "SELECT * FROM fi")
        await press(pilot, "tab")
        assert area.text == "SELECT * FROM films"
        assert not find(pilot, CompletionList).is_open


async def test_one_chooses_among_completions(client: Recorder, engine: Engine) -> None:
    async with running(client, engine, SMALL) as pilot:
        area = await edit(pilot, "SELECT * FROM films WHERE ")
        await press(pilot, "ctrl+space")
        assert find(pilot, CompletionList).is_open
        assert "key of by-genre" in screen_text(pilot)
        await press(pilot, "down", "enter")
        assert area.text == "SELECT * FROM films WHERE genre"


async def test_the_list_follows_what_is_typed(client: Recorder, engine: Engine) -> None:
    async with running(client, engine, SMALL) as pilot:
        area = await edit(pilot, "SELECT * FROM films WHERE ")
        await press(pilot, "ctrl+space")
        await type_text(pilot, "t")
        chosen = find(pilot, CompletionList).chosen
        assert chosen is not None
        assert chosen.text == "tags"
        await type_text(pilot, "i")
        assert find(pilot, CompletionList).option_count == 1
        await press(pilot, "tab")
        assert area.text == "SELECT * FROM films WHERE title"


async def test_escape_closes_the_list_only(client: Recorder, engine: Engine) -> None:
    async with running(client, engine, SMALL) as pilot:
        area = await edit(pilot, "SELECT * FROM films WHERE ")
        await press(pilot, "ctrl+space", "escape")
        assert not find(pilot, CompletionList).is_open
        assert area.has_focus
        await press(pilot, "enter")
        assert area.text.endswith("\n")


async def test_tab_indents_where_a_line_begins(client: Recorder, engine: Engine) -> None:
    async with running(client, engine, SMALL) as pilot:
        area = await edit(pilot, "SELECT *\n")
        await press(pilot, "tab")
        assert area.text == "SELECT *\n  "


# The explanation.


async def test_the_explanation_follows_the_typing(client: Recorder, engine: Engine) -> None:
    async with running(client, engine, SMALL) as pilot:
        await edit(pilot, "SELECT * FROM films WHERE genre = 'Drama'")
        assert shown(pilot, EXPLANATION) == (
            "▲ Full scan · Scan · films · 300 items · 4 RCU → index by-genre answers this with a "
            "Query"
        )
        assert find(pilot, ExplainPanel).has_class("-heavy")
        find(pilot, StatementArea).load_text(
            "SELECT * FROM films.\"by-genre\" WHERE genre = 'Drama'"
        )
        await settle(pilot)
        assert shown(pilot, EXPLANATION) == "Query · films · index by-genre · 75 items · 1 RCU"
        assert not find(pilot, ExplainPanel).has_class("-heavy")
        assert client.requests("ExecuteStatement") == []


async def test_the_statement_under_the_cursor_is_explained(
    client: Recorder, engine: Engine
) -> None:
    async with running(client, engine, SMALL) as pilot:
        area = await edit(pilot, "SELECT * FROM notes; DELETE FROM films WHERE id = 'a'")
        assert shown(pilot, EXPLANATION).startswith("DeleteItem · films")
        area.move_cursor((0, 3))
        await settle(pilot)
        assert shown(pilot, EXPLANATION).startswith("▲ Full scan · Scan · notes")


async def test_what_was_said_of_a_text_that_is_gone_does_not_come_late(
    client: Recorder, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    reached, released = threading.Event(), threading.Event()

    def slow(*_: object) -> Ready:
        reached.set()
        assert released.wait(HOLD_SECONDS)
        raise ConnectionFailed("it went away")

    async with running(client, engine, SMALL) as pilot:
        await press(pilot, "p")
        hint = shown(pilot, EXPLANATION)
        monkeypatch.setattr("dyntui.widgets.explain_panel.make_ready", slow)
        await press_on(pilot, "S")
        assert await asyncio.to_thread(reached.wait, HOLD_SECONDS)
        await press_on(pilot, "backspace")
        released.set()
        await threads_end(pilot)
        assert shown(pilot, EXPLANATION) == hint


async def test_f8_explains_in_full(client: Recorder, engine: Engine) -> None:
    async with running(client, engine, SMALL) as pilot:
        await edit(pilot, "SELECT * FROM films WHERE id = 'a' AND year > 1990")
        await press(pilot, "f8")
        text = shown(pilot, EXPLANATION)
        assert "key     id = 'a'" in text
        assert "filter  year > 1990" in text
        await press(pilot, "f8")
        assert "key" not in shown(pilot, EXPLANATION)


async def test_a_mistake_is_told_and_what_is_unfinished_is_none(
    client: Recorder, engine: Engine
) -> None:
    async with running(client, engine, SMALL) as pilot:
        await edit(pilot, "SELECT * FROM")
        assert find(pilot, ExplainPanel).has_class("-unfinished")
        await type_text(pilot, " films GROUP")
        await type_text(pilot, " )")
        assert find(pilot, ExplainPanel).has_class("-wrong")
        assert "(line 1, column " in shown(pilot, EXPLANATION)


async def test_what_is_done_here_is_explained(client: Recorder, engine: Engine) -> None:
    async with running(client, engine, SMALL) as pilot:
        await edit(pilot, "SELECT COUNT(*) FROM films")
        assert "done here" in shown(pilot, EXPLANATION)


async def test_statements_for_a_remote_are_explained_and_run(
    client: Recorder, engine: Engine
) -> None:
    app = DyntuiApp(Connection(client, None, engine.region, None))
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        await edit(pilot, "SELECT * FROM films WHERE id = 'film-0042'")
        assert shown(pilot, EXPLANATION) == "GetItem · films · 1 item · 0.5 RCU"
        await press(pilot, "ctrl+j")
        assert find(pilot, ResultGrid).row_count == 1


async def test_a_write_without_a_whole_key_is_asked_about_on_a_remote(
    client: Recorder, engine: Engine
) -> None:
    app = DyntuiApp(Connection(client, None, engine.region, None))
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        await edit(pilot, "DELETE FROM notes WHERE who = 'me'")
        await press(pilot, "ctrl+j")
        assert isinstance(pilot.app.screen, AskFirstScreen)
        await press(pilot, "escape")
        assert client.requests("ExecuteStatement") == []


# Tabs.


async def test_each_tab_keeps_its_text(client: Recorder, engine: Engine) -> None:
    async with running(client, engine, SMALL) as pilot:
        area = await edit(pilot, "SELECT 1")
        await press(pilot, "ctrl+n")
        assert area.text == ""
        await type_text(pilot, "SELECT 2")
        await press(pilot, "ctrl+pagedown")
        assert area.text == "SELECT 1"
        await press(pilot, "ctrl+pageup")
        assert area.text == "SELECT 2"
        assert " 1 untitled  2 untitled " in screen_text(pilot).splitlines()[1]


async def test_a_closed_tab_is_in_the_history(client: Recorder, engine: Engine) -> None:
    async with running(client, engine, SMALL) as pilot:
        area = await edit(pilot, "SELECT 1")
        await press(pilot, "alt+w")
        assert area.text == ""
        assert notices(pilot) == ["What stood in the tab is kept in the history."]
        await press(pilot, "ctrl+l", "enter")
        assert area.text == "SELECT 1"


async def test_alt_with_a_letter_types_nothing(client: Recorder, engine: Engine) -> None:
    async with running(client, engine, SMALL) as pilot:
        area = await edit(pilot, "SELECT 1")
        await press(pilot, "ctrl+n")
        await type_text(pilot, "x")
        pilot.app.post_message(Key("alt+n", "n"))
        await settle(pilot)
        assert area.text == "SELECT 1"
        pilot.app.post_message(Key("alt+n", "n"))
        await settle(pilot)
        assert area.text == "x"


async def test_a_click_chooses_a_tab_or_makes_one(client: Recorder, engine: Engine) -> None:
    async with running(client, engine, SMALL) as pilot:
        area = await edit(pilot, "SELECT 1")
        line = screen_text(pilot).splitlines()[1]
        await pilot.click(StatementTabs, offset=(line.index("+"), 0))
        await settle(pilot)
        assert area.text == ""
        await pilot.click(StatementTabs, offset=(line.index("1 untitled"), 0))
        await settle(pilot)
        assert area.text == "SELECT 1"


# History and saved statements.


async def test_what_was_run_is_found_in_the_history(client: Recorder, engine: Engine) -> None:
    async with running(client, engine, SMALL) as pilot:
        area = await edit(pilot, "SELECT * FROM notes")
        await press(pilot, "ctrl+j", "f", "ctrl+n")
        await type_text(pilot, "SELECT * FROM films")
        await press(pilot, "ctrl+j", "f", "ctrl+l")
        assert isinstance(pilot.app.screen, BookScreen)
        await type_text(pilot, "note")
        await press(pilot, "enter")
        assert area.text == "SELECT * FROM notes"


async def test_statements_are_saved_and_found_by_their_name(
    client: Recorder, engine: Engine
) -> None:
    async with running(client, engine, SMALL) as pilot:
        area = await edit(pilot, "SELECT * FROM notes")
        await press(pilot, "ctrl+s")
        await type_text(pilot, "all notes")
        await press(pilot, "enter")
        assert "1 all notes" in screen_text(pilot).splitlines()[1]
        await press(pilot, "ctrl+n", "ctrl+l", "tab")
        await type_text(pilot, "all n")
        await press(pilot, "enter")
        assert area.text == "SELECT * FROM notes"
        await press(pilot, "ctrl+l", "tab", "f8")
        assert "nothing is saved yet" in screen_text(pilot)


async def test_the_next_session_goes_on_with_the_tabs(tmp_path: Path) -> None:
    for expected, text in (("", "SELECT 1"), ("SELECT 1", " + 1")):
        with connect(str(tmp_path / "data")) as connection:
            app = DyntuiApp(connection)
            async with app.run_test(size=SMALL) as pilot:
                await settle(pilot)
                await press(pilot, "p")
                area = find(pilot, StatementArea)
                assert area.text == expected
                await type_text(pilot, text)


# From the browser.


async def test_a_query_of_the_form_is_opened_as_a_statement(
    client: Recorder, engine: Engine
) -> None:
    async with running(client, engine, LARGE) as pilot:
        await press(pilot, "f", "tab")
        await type_text(pilot, "genre = 'Drama' and year > 1990")
        await press(pilot, "ctrl+j", "P")
        area = find(pilot, StatementArea)
        assert area.text == "SELECT *\nFROM \"films\"\nWHERE genre = 'Drama' and year > 1990"
        await press(pilot, "ctrl+j")
        assert find(pilot, ResultGrid).row_count > 0


async def test_a_query_that_cannot_be_told_is_not_opened(client: Recorder, engine: Engine) -> None:
    async with running(client, engine, LARGE) as pilot:
        await open_table(pilot, "films")
        await press(pilot, "f", "tab")
        await type_text(pilot, "poster = b'3q2+7w=='")
        await press(pilot, "ctrl+j", "P")
        assert not pilot.app.screen.query(StatementArea)
        assert "no literal for binary" in shown(pilot, "#status")
