"""Where one is, in the first line: parts, cut where it is narrow, clicked on; the same visits."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.pilot import Pilot

from dyntui.core.browse.query_fields import KeyTerm, QueryFields
from dyntui.core.browse.trail import BETWEEN, MORE, cut_trail, query_crumbs
from dyntui.core.user.preferences import Preferences
from dyntui.widgets.header_line import HeaderLine
from dyntui.widgets.items_tab import ItemsTab
from dyntui.widgets.learn_view import LearnView
from engine import Engine, VirtualClock
from tests.dyntui.app.driving import (
    LARGE,
    SMALL,
    Recorder,
    find,
    grid_of,
    make_app,
    open_table,
    press,
    running,
    screen_text,
    settle,
    type_text,
    until,
)
from tests.dyntui.app.past_of_films import write_past


def trail_of(pilot: Pilot[None]) -> list[str]:
    """The parts that the first line tells, without the place of the folder."""
    return [crumb.text for crumb in pilot.app.screen_stack[0].query_one(HeaderLine).trail]


def first_line(pilot: Pilot[None]) -> str:
    return screen_text(pilot).split("\n")[0]


async def query(pilot: Pilot[None], key: str) -> None:
    """Query a key of the table."""
    await press(pilot, "f")
    await press(pilot, "ctrl+u")
    await type_text(pilot, key)
    await press(pilot, "ctrl+j")


async def click_on(pilot: Pilot[None], part: str) -> None:
    """Click on a part of the first line."""
    await pilot.click(offset=(first_line(pilot).index(part) + 1, 0))
    await settle(pilot)


@given(st.lists(st.text(min_size=1), min_size=1, max_size=6), st.integers(8, 80))
def test_a_trail_is_cut_from_the_left(texts: list[str], width: int) -> None:
    pieces = cut_trail(texts, width)
    numbers = [number for _, number in pieces if number is not None]
    assert numbers == list(range(numbers[0], len(texts)))
    whole = "".join(text for text, _ in pieces)
    assert cell_len(whole) <= width or numbers[0] >= len(texts) - 1
    uncut = BETWEEN.join(text for text, _ in cut_trail(texts, 10_000) if text != BETWEEN)
    assert uncut.endswith(whole.removeprefix(MORE).removeprefix(BETWEEN))


@pytest.mark.parametrize(
    ("width", "shown"),
    [
        (40, "local · us-east-1 › films › Capacity"),
        (32, "…us-east-1 › films › Capacity"),
        (20, "… › films › Capacity"),
        (12, "… › Capacity"),
        (3, "… › Capacity"),
    ],
)
def test_outer_parts_give_way_first(width: int, shown: str) -> None:
    pieces = cut_trail(["local · us-east-1", "films", "Capacity"], width)
    assert "".join(text for text, _ in pieces) == shown


async def test_the_parts_of_a_query(client: Recorder, engine: Engine) -> None:
    async with running(client, engine) as pilot:
        info = find(pilot, ItemsTab).info
        assert info is not None

        def parts(fields: QueryFields) -> Sequence[str]:
            return [crumb.text for crumb in query_crumbs(info, fields)]

        genre = {"genre": KeyTerm("Action"), "id": KeyTerm("")}
        assert parts(QueryFields("by-genre", genre)) == ["by-genre", 'genre = "Action"']
        year = {"year": KeyTerm("1990", "between", "1999")}
        assert parts(QueryFields("by-genre", genre | year, filter=" size(title) > 3 ")) == [
            "by-genre",
            'genre = "Action"',
            "year between 1990 and 1999",
            "filter size(title) > 3",
        ]
        assert parts(QueryFields()) == []
        # An index that is there no more has no part.
        assert parts(QueryFields("gone")) == []


async def test_every_tab_and_place_tells_where_one_is(client: Recorder, engine: Engine) -> None:
    async with running(client, engine) as pilot:
        assert trail_of(pilot) == ["films"]
        assert "local in memory · us-east-1 › films" in first_line(pilot)
        for key, parts in (
            ("2", ["films", "Settings"]),
            ("3", ["films", "Capacity"]),
            ("4", ["films", "Timeline"]),
            ("B", ["films", "Timeline", "Backups and snapshots"]),
            ("B", ["films", "Timeline"]),
            ("5", ["films", "Streams"]),
            ("m", ["films", "Streams", "shards"]),
            ("x", ["Transfers"]),
            ("K", ["Security", "keys"]),
            ("m", ["Security", "tables"]),
            ("f7", ["Learn"]),
            ("enter", ["Learn", "units"]),
            ("escape", ["Learn"]),
            ("escape", ["films", "Streams", "shards"]),
            ("p", ["PartiQL", "untitled"]),
        ):
            await press(pilot, key)
            assert trail_of(pilot) == parts, key
        await type_text(pilot, "SELECT id FROM films")
        await press(pilot, "ctrl+s")
        await type_text(pilot, "top")
        await press(pilot, "enter")
        assert trail_of(pilot) == ["PartiQL", "top"]
        await press(pilot, "escape", "escape")
        await open_table(pilot, "notes")
        assert trail_of(pilot) == ["notes", "Streams"]


async def test_capacity_of_an_index(client: Recorder, engine: Engine) -> None:
    async with running(client, engine) as pilot:
        await press(pilot, "3")
        await until(pilot, lambda: "by-genre" in screen_text(pilot))
        await press(pilot, "n")
        assert trail_of(pilot)[:2] == ["films", "Capacity"]
        assert trail_of(pilot)[2] in ("by-genre", "by-year")


async def test_a_query_that_was_run_is_gone_back_to(client: Recorder, engine: Engine) -> None:
    async with running(client, engine) as pilot:
        await query(pilot, "film-0001")
        assert trail_of(pilot) == ["films", 'id = "film-0001"']
        await query(pilot, "film-0002")
        assert trail_of(pilot) == ["films", 'id = "film-0002"']
        await press(pilot, "R", "3", "backspace")
        assert trail_of(pilot) == ["films", 'id = "film-0002"']
        await press(pilot, "backspace")
        assert trail_of(pilot) == ["films", 'id = "film-0001"']
        assert grid_of(pilot).item == {"id": {"S": "film-0001"}} | (grid_of(pilot).item or {})
        await press(pilot, "backspace")
        assert trail_of(pilot) == ["films"]
        assert grid_of(pilot).row_count > 1
        await press(pilot, "alt+right", "alt+right", "alt+right")
        assert trail_of(pilot) == ["films", "Capacity"]


async def test_a_click_on_a_part_goes_there(client: Recorder, engine: Engine) -> None:
    async with running(client, engine) as pilot:
        await press(pilot, "ctrl+o")
        await press(pilot, "space", "down", "enter")
        index = trail_of(pilot)[1]
        await press(pilot, "f")
        await type_text(pilot, "Action")
        await press(pilot, "ctrl+j")
        assert len(trail_of(pilot)) == 3
        last = trail_of(pilot)
        await click_on(pilot, last[2])
        assert trail_of(pilot) == last
        await click_on(pilot, index)
        assert trail_of(pilot) == last[:2]
        await click_on(pilot, "films")
        assert trail_of(pilot) == ["films"]
        await press(pilot, "backspace", "backspace")
        assert trail_of(pilot) == last
        await press(pilot, "3")
        await click_on(pilot, "films")
        assert trail_of(pilot) == ["films"]
        # Inside of a place it is a step back.
        await press(pilot, "f7", "enter")
        assert find(pilot, LearnView).reading
        await click_on(pilot, "Learn")
        assert not find(pilot, LearnView).reading


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_items_as_they_were(size: tuple[int, int]) -> None:
    clock = VirtualClock()
    with Engine.in_memory(clock=clock) as engine:
        write_past(engine, clock)
        async with make_app(engine, engine).run_test(size=size) as pilot:
            await settle(pilot)
            await press(pilot, "t", "M", "b")
            assert trail_of(pilot)[0] == "films"
            when = trail_of(pilot)[1]
            assert when.startswith("as of 15 Nov ")
            assert when in first_line(pilot)
            await query(pilot, "film-0012")
            assert trail_of(pilot) == ["films", 'id = "film-0012"', when]
            # A query of the past is no visit of the present.
            await press(pilot, "escape", "backspace")
            assert trail_of(pilot) == ["films"]
            await press(pilot, "alt+right", "escape", "escape")
            assert trail_of(pilot) == ["films", "Timeline"]


async def test_in_letters_only(client: Recorder, engine: Engine) -> None:
    look = Preferences(ascii_only=True)
    async with running(client, engine, SMALL, look=look) as pilot:
        await query(pilot, "film-0001")
        assert first_line(pilot).isascii()
        assert '> films > id = "film-0001"' in first_line(pilot)


async def test_what_is_not_on_this_machine_is_never_cut(client: Recorder, engine: Engine) -> None:
    place = "AWS 123456789012 · production · eu-central-1"
    async with running(client, engine, SMALL) as pilot:
        header = find(pilot, HeaderLine)
        header.kind, header.place = "service", place
        await press(pilot, "3")
        assert f" {place} " in first_line(pilot)
        assert "› Capacity" in first_line(pilot)
        await click_on(pilot, "Capacity")
        assert trail_of(pilot) == ["films", "Capacity"]


async def test_an_index_that_was_removed_is_passed_over(client: Recorder, engine: Engine) -> None:
    async with running(client, engine) as pilot:
        await press(pilot, "ctrl+o", "space", "down", "enter")
        index = trail_of(pilot)[1]
        await press(pilot, "x", "escape")
        await open_table(pilot, "notes")
        engine.update_table(
            TableName="films", GlobalSecondaryIndexUpdates=[{"Delete": {"IndexName": index}}]
        )
        await press(pilot, "R", "backspace")
        # The place that was shown over the index is still there.
        assert trail_of(pilot) == ["Transfers"]
        await press(pilot, "backspace")
        assert trail_of(pilot) == ["films"]
