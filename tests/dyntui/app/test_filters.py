"""`/` filters each list by words; Enter keeps the filter, Esc shows all rows again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.pilot import Pilot
from textual.widgets import OptionList

from dyntui.core.actions.registry import ACTIONS, CONTEXTS
from dyntui.core.text.held_words import holds
from dyntui.lessons.catalog import LESSONS
from dyntui.screens.columns import ColumnsScreen
from dyntui.screens.history import HistoryScreen
from dyntui.screens.rejected import RejectedScreen
from dyntui.screens.undo import UndoScreen
from dyntui.widgets.learn_view import LearnView
from dyntui.widgets.query_form import QueryForm
from dyntui.widgets.quick_filter import QuickFilter
from dyntui.widgets.rows_view import RowsView
from dyntui.widgets.security_lists import KeyList
from dyntui.widgets.table_list import TableTree
from dyntui.widgets.text_view import TextView
from dyntui.widgets.timeline_view import TimelineView
from engine import Engine, VirtualClock
from tests.dyntui.app.driving import (
    SMALL,
    Recorder,
    app_of,
    film,
    find,
    make_app,
    open_table,
    press,
    running,
    screen_text,
    settle,
    shown,
    type_text,
    until,
)
from tests.dyntui.app.past_of_films import write_past
from tests.dyntui.app.test_commands import WAYS, go
from tests.dyntui.app.test_transfers import begin_import


@pytest.fixture(autouse=True)
def working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exports go there."""
    monkeypatch.chdir(tmp_path)


@given(st.lists(st.text("abc", min_size=1), max_size=4), st.text("abcABC "))
def test_each_word_is_in_the_text(words: list[str], text: str) -> None:
    assert holds(" ".join(words), text) == all(word in text.lower() for word in words)
    assert holds(" ".join(words), " ".join(words).upper())


async def wait_for(pilot: Pilot[None], words: str) -> None:
    """Filter the list that has the focus."""
    await press(pilot, "slash")
    assert find(pilot, QuickFilter)
    await type_text(pilot, words)


async def test_transfers(client: Recorder, engine: Engine) -> None:
    async with running(client, engine) as pilot:
        await press(pilot, "x")
        for name in ("one.csv", "two.jsonl"):
            await press(pilot, "e")
            await type_text(pilot, name)
            await press(pilot, "ctrl+s")
        options = find(pilot, OptionList)
        assert options.option_count == 2
        await wait_for(pilot, "JSONL")
        assert options.option_count == 1
        assert "Transfers  1 of 2" in screen_text(pilot)
        await press(pilot, "enter")
        assert options.has_focus
        assert not pilot.app.screen.query(QuickFilter)
        await press(pilot, "escape")
        assert options.option_count == 2
        await wait_for(pilot, "nothing of that")
        assert "Nothing here holds “nothing of that”; Esc shows all." in find(pilot, TextView).text
        await press(pilot, "escape")
        assert options.option_count == 2
        assert options.has_focus


async def test_keys_and_tables(client: Recorder, engine: Engine) -> None:
    for name in ("films", "orders", "people"):
        engine.keys.create(alias=f"alias/{name}")
    async with running(client, engine) as pilot:
        await press(pilot, "K")
        keys = find(pilot, KeyList)
        assert keys.option_count == 3
        await wait_for(pilot, "orders")
        assert keys.option_count == 1
        assert "alias/orders" in find(pilot, TextView).text
        await press(pilot, "enter", "m", "m")
        assert keys.option_count == 3
        await wait_for(pilot, "xyz")
        assert "Nothing here holds" in find(pilot, TextView).text
        await press(pilot, "escape")
        assert keys.option_count == 3
        assert "alias/" in find(pilot, TextView).text


async def test_columns(client: Recorder, engine: Engine) -> None:
    async with running(client, engine) as pilot:
        await press(pilot, "C")
        await wait_for(pilot, "rat")
        assert len(find(pilot, RowsView).listed.rows) == 1
        await press(pilot, "enter", "space")
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, ColumnsScreen)
        assert len(find(pilot, RowsView).listed.rows) > 3
        assert "[ ] ratings" in screen_text(pilot)
        await press(pilot, "escape")
        assert not isinstance(pilot.app.screen, ColumnsScreen)


async def test_settings(client: Recorder, engine: Engine) -> None:
    async with running(client, engine) as pilot:
        await press(pilot, "2")
        await wait_for(pilot, "protection deletion")
        assert "deletion protection" in screen_text(pilot).lower()
        assert "recovery" not in screen_text(pilot)
        await press(pilot, "enter", "escape")
        assert "recovery" in screen_text(pilot)
        assert "▸ deletion protection" in screen_text(pilot)


async def test_the_history_of_an_item() -> None:
    clock = VirtualClock()
    with Engine.in_memory(clock=clock) as engine:
        write_past(engine, clock)
        async with make_app(engine, engine).run_test(size=(100, 30)) as pilot:
            await settle(pilot)
            await press(pilot, "f")
            await type_text(pilot, "film-0001")
            await press(pilot, "ctrl+j", "H")
            rows = find(pilot, RowsView)
            count = len(rows.listed.rows)
            assert count > 1
            await wait_for(pilot, "2001")
            assert len(rows.listed.rows) == 1
            await press(pilot, "enter", "escape")
            assert isinstance(pilot.app.screen, HistoryScreen)
            assert len(rows.listed.rows) == count


WITHOUT_LIST = {
    "app": "everywhere",
    "browser": "around tabs and places",
    "form": "fields",
    "item": "one item",
    "row": "one row",
    "capacity": "a picture with its busiest keys",
    "partiql": "around editor and rows",
    "statement": "a text",
    "tour": "a line",
    "export": "fields",
    "import": "fields",
    "key": "fields",
    "outsider": "one item",
    "save": "a field",
    "parameters": "fields",
    "load": "fields",
    "ask": "a request",
    "editor": "a text",
    "field": "a field",
    "review": "a request",
    "create": "fields",
    "setting": "fields",
    "drop": "a field",
    "truncate": "a field",
    "many": "fields",
    "moment": "a field",
    "restore": "a field",
    "keep": "a field",
    "typed": "a field",
    "sift": "fields, themselves the filter of changes",
    "copy": "a request",
    "value": "a value",
    "jump": "letters",
    "find": "the filter itself",
    "selection": "a field",
    "empty": "four buttons",
}
BY_TYPING = {"book": "what is typed filters the list"}
ABOVE = {"keys": "security", "sealing": "security"}
"""Lists whose filter is an action of what they are in."""
FILTERED = {action.context: action for action in ACTIONS if action.title.startswith("Filter")}
APART = {"undo", "rejected", "past"}
"""They need something first: each has a test of its own."""
NOWHERE = "%%"


def test_every_list_has_a_filter_by_the_same_key() -> None:
    without = CONTEXTS.keys() - WITHOUT_LIST.keys() - BY_TYPING.keys() - ABOVE.keys()
    assert FILTERED.keys() == without
    assert {action.keys for action in FILTERED.values()} == {("slash",)}
    assert FILTERED.keys() - APART <= WAYS.keys()
    assert set(ABOVE.values()) <= FILTERED.keys()


@pytest.mark.parametrize("context", [*sorted(FILTERED.keys() - APART - {"stream"}), *ABOVE])
async def test_the_filter_leaves_out_what_does_not_hold_the_words(
    context: str, client: Recorder, engine: Engine
) -> None:
    engine.keys.create(alias="alias/one")
    async with running(client, engine) as pilot:
        await go(pilot, context)
        await leaves_out_and_shows_again(pilot)


async def leaves_out_and_shows_again(pilot: Pilot[None]) -> None:
    """A word that no row holds leaves none; Enter keeps it so, Esc shows all again."""
    front = pilot.app.screen
    await press(pilot, "slash")
    before = rows_of(pilot)
    await type_text(pilot, NOWHERE)
    without = rows_of(pilot)
    assert without != before
    await press(pilot, "enter")
    assert not front.query(QuickFilter)
    await press(pilot, "slash", "escape")
    assert not front.query(QuickFilter)
    await press(pilot, "slash")
    assert rows_of(pilot) == before
    await press(pilot, "escape")
    await press(pilot, "slash")
    await type_text(pilot, NOWHERE)
    await press(pilot, "enter", "escape")
    assert pilot.app.screen is front
    await press(pilot, "slash")
    assert rows_of(pilot) == before


def rows_of(pilot: Pilot[None]) -> list[str]:
    """The lines of the screen in front that are not the one for the words."""
    field = find(pilot, QuickFilter)
    lines = screen_text(pilot).split("\n")
    return [line for row, line in enumerate(lines) if row != field.region.y]


@pytest.fixture
def past() -> Iterator[Engine]:
    """Films that were changed."""
    clock = VirtualClock()
    with Engine.in_memory(clock=clock) as opened:
        write_past(opened, clock)
        yield opened


async def test_what_is_undone_is_filtered_to_look_at_it(past: Engine) -> None:
    async with make_app(past, past).run_test(size=SMALL) as pilot:
        await settle(pilot)
        await press(pilot, "t", "N", "N", "N", "N", "N", "U")
        assert isinstance(pilot.app.screen, UndoScreen)
        await leaves_out_and_shows_again(pilot)
        await type_text(pilot, "film-0012")
        assert len(find(pilot, RowsView).listed.rows) == 1
        await press(pilot, "enter", "ctrl+s")
        assert len({change.key["id"]["S"] for change in past.history("films")[:5]}) > 1


async def test_the_lists_of_the_timeline(past: Engine) -> None:
    async with make_app(past, past).run_test(size=(100, 30)) as pilot:
        await settle(pilot)
        await press(pilot, "t")
        await wait_for(pilot, "film-0012")
        assert "the newest first (2 of 49)" in screen_text(pilot)
        assert "▸ 15 Nov" in screen_text(pilot)
        await press(pilot, "enter", "down", "down", "y")
        assert app_of(pilot).clipboard.count("film-0012") == 2
        assert "film-0013" not in app_of(pilot).clipboard
        await press(pilot, "enter")
        assert "History · films · film-0012" in screen_text(pilot)
        await press(pilot, "escape", "escape")
        assert "the newest first (49)" in screen_text(pilot)
        # Another list begins whole.
        await wait_for(pilot, "film-0012")
        await press(pilot, "enter", "N", "N", "N", "N", "N", "d")
        assert "film-0013" in screen_text(pilot)
        await wait_for(pilot, "removed 0012")
        assert "(1 of 4 shown)" in screen_text(pilot)
        assert "film-0013" not in screen_text(pilot)
        await press(pilot, "enter", "escape", "B")
        await wait_for(pilot, "spring")
        assert "Backups and snapshots (1 of 2)" in screen_text(pilot)
        await press(pilot, "enter", "escape")
        assert "Backups and snapshots (2)" in screen_text(pilot)
        await press(pilot, "escape")
        assert "the newest first" in screen_text(pilot)


async def test_the_filter_of_changes_goes_on_where_more_are_read(past: Engine) -> None:
    for number in range(150):
        past.call("PutItem", {"TableName": "films", "Item": film(1_000 + number)})
    async with make_app(past, past).run_test(size=(100, 30)) as pilot:
        await settle(pilot)
        await press(pilot, "t")
        await wait_for(pilot, "film-0012")
        assert "(0 of 100+)" in screen_text(pilot)
        assert "Esc shows all. Down reads on." in screen_text(pilot)
        await press(pilot, "enter", "down")
        assert "(2 of 199)" in screen_text(pilot)


async def test_items_as_they_were(past: Engine) -> None:
    async with make_app(past, past).run_test(size=SMALL) as pilot:
        await settle(pilot)
        await press(pilot, "t", "M", "b")
        await leaves_out_and_shows_again(pilot)
        # From the bar too.
        await press(pilot, "escape")
        find(pilot, TimelineView).focus()
        await wait_for(pilot, "film-00")
        assert "that hold “film-00”, of the" in screen_text(pilot)


async def test_rejected_records(client: Recorder, engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text("id,name\n1,Ada\ntwo,Bob\nthree,Cyd\n")
    async with running(client, engine, SMALL) as pilot:
        await press(pilot, "x")
        await begin_import(pilot, "people.csv", "people", "id:N")
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, RejectedScreen)
        await leaves_out_and_shows_again(pilot)
        await type_text(pilot, "cyd")
        assert "Cyd" in find(pilot, TextView).text
        assert "Bob" not in find(pilot, TextView).text


async def test_shards_and_streams(client: Recorder, engine: Engine) -> None:
    for name in ("orders", "people"):
        engine.create_table(
            TableName=name,
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            ProvisionedThroughput={"ReadCapacityUnits": 5, "WriteCapacityUnits": 5},
            StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"},
        )
    async with running(client, engine) as pilot:
        await open_table(pilot, "orders")
        await press(pilot, "5", "m")
        await leaves_out_and_shows_again(pilot)
        await press(pilot, "escape", "m")
        await leaves_out_and_shows_again(pilot)
        await type_text(pilot, "people")
        await press(pilot, "enter", "enter")
        await until(pilot, lambda: shown(pilot, "#area-title") == "people")


async def test_an_index_is_found_by_its_name(client: Recorder, engine: Engine) -> None:
    async with running(client, engine) as pilot:
        await press(pilot, "ctrl+o")
        await wait_for(pilot, "genre")
        assert "Tables  1 of 2" in screen_text(pilot)
        await press(pilot, "enter", "down", "enter")
        assert find(pilot, TableTree).cursor_node is not None
        assert find(pilot, QueryForm).fields.index == "by-genre"


async def test_lessons(client: Recorder, engine: Engine) -> None:
    async with running(client, engine, SMALL) as pilot:
        await press(pilot, "f7")
        view = find(pilot, LearnView)
        await wait_for(pilot, "burst")
        assert view.lesson.name == "burst"
        assert f" of {len(LESSONS)} lessons" in screen_text(pilot)
        await press(pilot, "enter", "enter")
        assert view.reading
        # From the page the list comes for it.
        await press(pilot, "slash")
        assert not view.reading
        await press(pilot, "escape")
        assert find(pilot, OptionList).option_count == len(LESSONS)
        assert view.lesson.name == "burst"
        await wait_for(pilot, NOWHERE)
        await press(pilot, "enter", "enter")
        assert not view.reading
