"""Rows in memory filtered and sorted, columns chosen, the request shown as one types."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dyntui.app import DyntuiApp
from dyntui.core.browse.column_choice import NO_CHOICE, ColumnBook, ColumnChoice, column_book
from dyntui.core.browse.columns import Columns
from dyntui.core.browse.found_rows import FoundRows, Lens
from dyntui.core.browse.refreshing import NO_NEWS, Reading, news, next_interval_s
from dyntui.core.connection.connect import Connection, connect
from dyntui.core.connection.pages import Page, PageSource
from dyntui.screens.columns import ColumnsScreen
from dyntui.widgets.items_tab import ItemsTab
from dyntui.widgets.quick_filter import QuickFilter
from dyntui.widgets.request_panel import RequestPanel
from dyntui.widgets.text_view import TextView
from engine import Engine
from engine.security.notebook import Notebook
from tests.dyntui.app.conftest import create_films
from tests.dyntui.app.driving import (
    FILM_COUNT,
    SMALL,
    Held,
    Recorder,
    film,
    find,
    grid_of,
    press,
    press_on,
    running,
    screen_text,
    settle,
    shown,
    type_text,
    until,
)
from tests.dyntui.app.test_mouse import resize

if TYPE_CHECKING:
    from engine.client.remote import RemoteClient

Json = dict[str, Any]
NAMES = st.lists(st.sampled_from("abcdefgh"), unique=True, min_size=1)


class Given:
    """A reader of rows that are given."""

    counts_examined = True

    def __init__(self, items: list[Json]) -> None:
        self._items = items

    def read(self, start: Any, limit: int, cancelled: Callable[[], bool]) -> Page:
        """A page of them."""
        assert not cancelled()
        first = start or 0
        end = first + limit
        more = end if end < len(self._items) else None
        return Page(self._items[first:end], limit, 0.5, more)


def source_of(items: list[Json]) -> PageSource:
    """A source that has read all of its rows."""
    source = PageSource(Given(items), 10)
    source.ensure_end(lambda: False)
    return source


# The filter and the order of rows in memory.


async def test_words_filter_what_is_in_memory_without_a_request(
    client: Recorder, engine: Engine
) -> None:
    async with running(client, engine) as pilot:
        grid = grid_of(pilot)
        known, calls = grid.row_count, len(client.calls)
        await press(pilot, "slash")
        await type_text(pilot, "DRAMA director")
        found = grid.row_count
        assert 0 < found < known
        await press(pilot, "enter")
        assert pilot.app.focused is grid
        status = shown(pilot, "#status")
        assert status.startswith(f"row 1 of {found} that hold “DRAMA director”")
        assert f"of the {known} rows in memory" in status
        await press(pilot, "G", "pagedown")
        assert len(client.calls) == calls
        await press(pilot, "escape")
        assert grid.row_count == known


async def test_escape_in_the_filter_shows_all_rows(client: Recorder, engine: Engine) -> None:
    async with running(client, engine, SMALL) as pilot:
        known = grid_of(pilot).row_count
        await press(pilot, "slash")
        await type_text(pilot, "no such word")
        assert grid_of(pilot).row_count == 0
        assert shown(pilot, "#status").startswith("none that hold")
        await press(pilot, "escape")
        assert grid_of(pilot).row_count == known
        assert not pilot.app.screen.query(QuickFilter)


async def test_rows_in_memory_are_sorted_up_down_and_as_read(
    client: Recorder, engine: Engine
) -> None:
    async with running(client, engine) as pilot:
        grid = grid_of(pilot)
        names = [column.name for column in grid.columns.shown]
        source = grid.source
        assert source is not None
        read = [source.row(row) for row in range(grid.row_count)]
        grid.move_to(0, names.index("year"))

        def years() -> list[int]:
            rows = grid.source
            assert rows is not None
            return [int((rows.row(row) or {})["year"]["N"]) for row in range(grid.row_count)]

        await press(pilot, "s")
        assert years() == sorted(years())
        assert "sorted here by year ↑" in shown(pilot, "#status")
        await press(pilot, "s")
        assert years() == sorted(years(), reverse=True)
        await press(pilot, "s")
        assert [source.row(row) for row in range(grid.row_count)] == read
        assert grid.source is source


async def test_a_write_through_a_filter_changes_its_own_row(
    client: Recorder, engine: Engine
) -> None:
    async with running(client, engine) as pilot:
        await press(pilot, "slash")
        await type_text(pilot, "horror")
        await press(pilot, "enter", "down", "right", "i")
        item = grid_of(pilot).item or {}
        await type_text(pilot, "!")
        await press(pilot, "enter", "ctrl+s")
        assert (grid_of(pilot).item or {})["id"] == item["id"]
        stored = engine.call("GetItem", {"TableName": "films", "Key": {"id": item["id"]}})
        assert stored["Item"] == grid_of(pilot).item != item
        await press(pilot, "escape")
        source = find(pilot, ItemsTab)._source
        assert source is not None
        assert stored["Item"] in [row for _, row in source.held()]


@given(st.lists(st.sampled_from(["1", "12", "-3", "0.5", "1e3"]), max_size=40))
def test_numbers_are_sorted_as_numbers(numbers: list[str]) -> None:
    rows = FoundRows(source_of([{"n": {"N": number}} for number in numbers]), Lens(attribute="n"))
    found = [(rows.row(row) or {})["n"]["N"] for row in range(rows.rows_known)]
    assert found == sorted(numbers, key=float)


def test_items_without_the_attribute_come_last_whichever_way() -> None:
    source = source_of([{"a": {"S": "x"}}, {"n": {"S": "b"}}, {"n": {"N": "7"}}, {"n": {"S": "a"}}])
    for descending in (False, True):
        rows = FoundRows(source, Lens(attribute="n", descending=descending))
        assert rows.row(3) == {"a": {"S": "x"}}
    assert [rows.row(row) for row in range(3)] == [
        {"n": {"S": "b"}},
        {"n": {"S": "a"}},
        {"n": {"N": "7"}},
    ]


# Columns.


async def test_columns_are_hidden_moved_and_pinned(client: Recorder, engine: Engine) -> None:
    async with running(client, engine) as pilot:
        grid = grid_of(pilot)

        def names() -> list[str]:
            return [column.name for column in grid.columns.shown]

        first, second = names()[1:3]
        await press(pilot, "right", "greater_than_sign")
        assert names()[1:3] == [second, first]
        assert grid.column is not None
        assert grid.column.name == first
        await press(pilot, "minus")
        assert first not in names()
        await press(pilot, "C")
        assert isinstance(pilot.app.screen, ColumnsScreen)
        assert f"[ ] {first}" in screen_text(pilot)
        await press(pilot, "p", "j", "space")
        assert names()[-1] != second
        assert grid.columns.fixed == 2
        await press(pilot, "r", "escape")
        assert names()[:3] == ["id", first, second]


async def test_columns_are_as_they_were_in_the_next_session(tmp_path: Path) -> None:
    expected: list[str] = []
    for session in range(2):
        with connect(str(tmp_path / "data"), "eu-west-1", environment={}) as connection:
            if not session:
                create_films(connection.local_tools)  # type: ignore[arg-type]
            app = DyntuiApp(connection)
            async with app.run_test(size=SMALL) as pilot:
                await settle(pilot)
                shown_names = [column.name for column in grid_of(pilot).columns.shown]
                if session:
                    assert shown_names == expected
                    return
                await press(pilot, "right", "minus", "greater_than_sign", "C", "p", "escape")
                expected = [column.name for column in grid_of(pilot).columns.shown]
                assert expected != shown_names


@given(NAMES, st.data())
def test_any_choice_arranges_all_columns_once(names: list[str], data: st.DataObject) -> None:
    choice = NO_CHOICE
    for _ in range(data.draw(st.integers(0, 8))):
        name = data.draw(st.sampled_from(names))
        step = data.draw(st.sampled_from([-1, 1]))
        choice = data.draw(
            st.sampled_from(
                [choice.toggled(name), choice.pinned_or_not(name), choice.moved(name, step, names)]
            )
        )
        assert sorted(choice.arranged(names)) == sorted(names)
    columns = Columns([("k", "PK")], choice)
    columns.observe([{name: {"S": "x"} for name in ("k", *names)}])
    shown_names = [column.name for column in columns.shown]
    assert shown_names[0] == "k"
    assert set(shown_names[1:]) == set(names) - choice.hidden
    pinned = [name for name in choice.pinned if name not in choice.hidden]
    assert shown_names[1 : columns.fixed] == pinned


@pytest.mark.parametrize("text", ["", "[]", "{", '["r/t", 3]', '["r/t", {"order": 1}]', "[[], {}]"])
def test_a_damaged_text_of_choices_is_none(tmp_path: Path, text: str) -> None:
    notebook = Notebook(tmp_path, bytes(32))
    notebook.replace("columns", [text])
    book = ColumnBook(notebook, "r/")
    assert book.choice("t") == NO_CHOICE
    book.keep("t", ColumnChoice(hidden=frozenset({"a"})))
    assert ColumnBook(notebook, "r/").choice("t").hidden == {"a"}
    assert ColumnBook(notebook, "other/").choice("t") == NO_CHOICE


def test_choices_of_two_processes_stand_side_by_side(tmp_path: Path) -> None:
    notebook = Notebook(tmp_path, bytes(32))
    one, other = (ColumnBook(notebook, "r/") for _ in range(2))
    one.keep("films", ColumnChoice(pinned=("year",)))
    other.keep("orders", ColumnChoice(pinned=("state",)))
    one.keep("films", NO_CHOICE)
    kept = ColumnBook(notebook, "r/")
    assert kept.choice("films") == NO_CHOICE
    assert kept.choice("orders").pinned == ("state",)


def test_choices_for_a_remote_are_kept_by_its_address(
    tmp_path: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    books = []
    for address in ("http://one:1", "http://two:2", "http://one:1"):
        remote = cast("RemoteClient", SimpleNamespace(is_service=False, endpoint_url=address))
        connection = Connection(engine, None, "us-east-1", None, remote=remote)
        books.append(column_book(connection))
        if len(books) == 1:
            books[0].keep("films", ColumnChoice(pinned=("year",)))
    pinned = [book.choice("films").pinned for book in books]
    assert pinned == [("year",), (), ("year",)]
    (kept,) = tmp_path.rglob("columns.sealed")
    assert kept.stat().st_mode & 0o077 == 0


# The request as one types.


async def test_the_request_follows_the_typing_in_every_form(
    client: Recorder, engine: Engine
) -> None:
    async with running(client, engine) as pilot:
        await press(pilot, "f", "f6")
        await type_text(pilot, "film-0007")
        text = find(pilot, RequestPanel).query_one(TextView)
        assert text.text == 'GetItem films\nkey         {"id": {"S": "film-0007"}}'
        await press(pilot, "f12")
        assert text.text == "SELECT *\nFROM \"films\"\nWHERE id = 'film-0007'"
        await type_text(pilot, "1")
        assert "film-00071" in text.text
        await press(pilot, "f12")
        assert text.text.startswith("aws dynamodb get-item")
        await press(pilot, "f12")
        assert "client.get_item(" in text.text
        await press(pilot, "f12")
        assert text.text.startswith("{")
        await press(pilot, "f12", "tab")
        await type_text(pilot, "year = 'x")
        assert text.text.startswith("✗ ")
        await press(pilot, "f6")
        assert not pilot.app.screen.query(RequestPanel)
        assert not client.requests("GetItem")


# Reading again.


async def test_a_refresh_shows_what_changed(
    client: Recorder, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dyntui.core.browse.refreshing.INTERVALS_S", (0, 3_600))
    async with running(client, engine) as pilot:
        grid, tab = grid_of(pilot), find(pilot, ItemsTab)
        first = grid.item or {}
        await press(pilot, "down", "r")
        assert "every 3600 s: nothing changed" in shown(pilot, "#status")
        engine.call("PutItem", {"TableName": "films", "Item": first | {"title": {"S": "New"}}})
        await press(pilot, "slash")
        tab.refresh_rows()
        await settle(pilot)
        assert "nothing changed" in shown(pilot, "#status")
        await press(pilot, "escape")
        tab.refresh_rows()
        await settle(pilot)
        assert "every 3600 s: 1 changed" in shown(pilot, "#status")
        assert grid.cursor_row == 1
        source = grid.source
        assert source is not None
        assert (source.row(0) or {})["title"] == {"S": "New"}
        assert "~" in screen_text(pilot)
        under_cursor = grid.item
        engine.call("DeleteItem", {"TableName": "films", "Key": {"id": first["id"]}})
        tab.refresh_rows()
        await settle(pilot)
        assert shown(pilot, "#status").endswith("1 gone")
        assert grid.cursor_row == 0
        assert grid.item == under_cursor
        await press(pilot, "r")
        assert "every" not in shown(pilot, "#status")


async def test_rows_read_again_take_no_place_of_those_that_one_has_moved_on_to(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dyntui.core.browse.refreshing.INTERVALS_S", (0, 3_600))
    # The first reads what is in sight, the second reads it again.
    client = Held(engine, "Scan", at=2)
    async with running(client, engine) as pilot:
        tab = find(pilot, ItemsTab)
        tab.refresh_rows()
        await client.reached()
        await press_on(pilot, "ctrl+end")
        await until(pilot, lambda: "row 300 of 300" in shown(pilot, "#status"))
        client.release()
        await settle(pilot)
        assert grid_of(pilot).cursor_row == FILM_COUNT - 1
        assert grid_of(pilot).item is not None


async def test_an_error_ends_the_refreshing(
    client: Recorder, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dyntui.core.browse.refreshing.INTERVALS_S", (0, 3_600))
    async with running(client, engine) as pilot:
        await press(pilot, "r")
        engine.call("DeleteTable", {"TableName": "films"})
        find(pilot, ItemsTab).refresh_rows()
        await settle(pilot)
        assert "ResourceNotFoundException" in shown(pilot, "#status")
        await press(pilot, "down")
        assert "every" not in shown(pilot, "#status")


async def test_far_down_nothing_is_read_again(
    client: Recorder, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dyntui.core.browse.refreshing.INTERVALS_S", (0, 3_600))
    monkeypatch.setattr("dyntui.widgets.fresh_items.ROWS_MAX", 100)
    async with running(client, engine) as pilot:
        await press(pilot, "ctrl+end", "r")
        scans = len(client.requests("Scan"))
        find(pilot, ItemsTab).refresh_rows()
        await settle(pilot)
        assert len(client.requests("Scan")) == scans
        assert "waits, as this is below row 100" in shown(pilot, "#status")


def test_news_are_told_only_of_rows_that_both_readings_would_have() -> None:
    a, b, c, d = ({"id": {"S": name}} for name in "abcd")
    changed = b | {"x": {"N": "1"}}

    def told(before: list[Json], after: list[Json], ended: bool) -> str:
        return str(news(Reading(before, ended), Reading(after, ended), ("id",)))

    assert told([a, b], [a, b], True) == "nothing changed"
    assert told([a, b], [a, changed, c], True) == "1 changed, 1 new"
    assert told([a, b, c], [a, c], True) == "1 gone"
    assert told([a, b, c], [d, a, b], False) == "1 new"
    assert told([a, b, c], [b, c, d], False) == "1 gone"
    assert news(Reading([a], True), Reading([a], True), ("id",)) == NO_NEWS


def test_the_intervals_come_round() -> None:
    assert [next_interval_s(one) for one in (0, 2, 10, 60, 7)] == [2, 10, 60, 0, 0]


def test_a_film_is_found_by_what_is_deep_inside_it() -> None:
    rows = FoundRows(source_of([film(1), film(2)]), Lens("votes SEEN 2"))
    assert rows.rows_known == 1
    assert rows.row(0) == film(2)


# Columns in wide windows.


def filled(*rows: dict[str, Json]) -> Columns:
    """The columns of rows, of which `k` is the key."""
    columns = Columns([("k", "PK")])
    columns.observe(rows)
    return columns


def widths(columns: Columns) -> dict[str, int]:
    """How wide each column is drawn."""
    return {column.name: column.width for column in columns.shown}


def text(length: int) -> Json:
    """A text of so many characters."""
    return {"S": "x" * length}


def test_texts_that_are_cut_share_the_room_that_is_left() -> None:
    row = {"k": text(4), "short": text(35), "long": text(200), "codes": {"L": [text(100)]}}
    row["bytes"] = {"B": "AAAA" * 60}
    columns = filled(row)
    narrow = widths(columns)
    assert narrow == {"k": 6, "short": 30, "long": 30, "codes": 30, "bytes": 30}
    taken = sum(narrow.values()) + 2 * len(narrow)
    columns.share(taken + 40, 2, settled=True)
    assert widths(columns) == narrow | {"short": 35, "long": 65}
    columns.share(taken + 230, 2, settled=True)
    assert widths(columns) == narrow | {"short": 35, "long": 200, "codes": 85}
    for room in (taken, taken - 30):
        columns.share(room, 2, settled=True)
        assert widths(columns) == narrow


def test_columns_keep_their_part_while_one_reads_on() -> None:
    columns = filled({"k": text(4), "a": text(60)})
    columns.share(100, 2, settled=False)
    columns.observe([{"k": text(4), "b": text(60)}])
    columns.share(100, 2, settled=True)
    shared = widths(columns)
    assert 30 < shared["a"] == shared["b"] < 60
    columns.observe([{"k": text(4), "a": text(90), "c": text(70)}])
    columns.share(100, 2, settled=True)
    assert widths(columns) == shared | {"c": 30}
    columns.choose(ColumnChoice(hidden=frozenset({"b", "c"})))
    columns.share(100, 2, settled=True)
    assert widths(columns)["a"] > shared["a"]


@given(
    st.lists(st.integers(1, 300), min_size=1, max_size=8),
    st.integers(0, 400),
)
def test_shared_room_is_never_exceeded_nor_left_while_a_text_is_cut(
    lengths: list[int], room: int
) -> None:
    columns = filled({f"a{place}": text(length) for place, length in enumerate(lengths)})
    fitted = {column.name: column.fitted for column in columns.shown}
    columns.share(room, 2, settled=True)
    shared = widths(columns)
    taken = sum(shared.values()) + 2 * len(shared)
    cut = [column for column in columns.shown if column.needed > column.width]
    assert all(shared[name] >= fitted[name] for name in fitted)
    assert taken <= max(room, sum(fitted.values()) + 2 * len(fitted))
    assert not cut or taken >= room


@pytest.mark.parametrize(("width", "is_whole"), [(200, True), (80, False)])
async def test_a_wide_window_shows_more_of_long_values(
    empty_engine: Engine, width: int, is_whole: bool
) -> None:
    plot = "a farmer looks for his lost bull beyond the seventh hill, and finds a girl"
    empty_engine.create_table(
        TableName="plots",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    empty_engine.put_item(TableName="plots", Item={"id": {"S": "1"}, "plot": {"S": plot}})
    async with running(empty_engine, empty_engine, (width, 24)) as pilot:
        assert (plot in screen_text(pilot)) == is_whole
        await resize(pilot, 280 - width, 24)
        assert (plot in screen_text(pilot)) != is_whole
