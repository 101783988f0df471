"""Values that are wide, long, deep, binary or many: shown without harm, and never altered."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from dyntui.core.text.cut_text import cut
from dyntui.core.text.formats import bytes_text, cell_text, printable
from dyntui.screens.value import ValueScreen
from dyntui.widgets.facts import fitting
from dyntui.widgets.item_panel import ItemPanel
from dyntui.widgets.text_view import TextView, row_starts
from engine import Engine
from tests.dyntui.app.driving import (
    SMALL,
    Recorder,
    find,
    grid_of,
    open_table,
    press,
    running,
    screen_text,
    shown,
)

Json = dict[str, Any]

DIGITS = "12345678901234567890123456789012345678"


def nested(depth: int) -> Json:
    """Maps in lists in maps."""
    value: Json = {"S": "the bottom"}
    for level in range(depth):
        value = {"M": {"in": value}} if level % 2 else {"L": [value]}
    return value


def note(number: int, **attributes: Json) -> Json:
    """An item of the table `notes`."""
    return {"who": {"S": "ada"}, "at": {"N": str(number)}, **attributes}


async def test_wide_characters_keep_the_columns_straight(engine: Engine) -> None:
    texts = (
        "plain",
        "日本語のとても長い文字列です、列に収まりません",
        "👩\u200d👩\u200d👧\u200d👦 🎬",
        "e\u0301x",
        "a\nb\tc\x1b[31m",
    )
    for number, text in enumerate(texts):
        item = note(number, text={"S": text}, end={"S": "|end"})
        engine.call("PutItem", {"TableName": "notes", "Item": item})
    async with running(Recorder(engine), engine, SMALL) as pilot:
        await press(pilot, "ctrl+t", "down", "down", "enter")
        lines = [line for line in screen_text(pilot).split("\n") if "|end" in line]
        assert len(lines) == len(texts)
        assert len({cell_len(line[: line.index("|end")]) for line in lines}) == 1
        assert "a\\nb\\tc\\x1b[31m" in screen_text(pilot)


async def test_every_digit_is_shown_and_copied(engine: Engine) -> None:
    engine.call("PutItem", {"TableName": "notes", "Item": note(1, digits={"N": DIGITS})})
    async with running(Recorder(engine), engine) as pilot:
        await open_table(pilot, "notes")
        await press(pilot, "dollar_sign", "space")
        assert DIGITS in screen_text(pilot)
        await press(pilot, "y")
        assert pilot.app.clipboard == DIGITS
        await press(pilot, "escape", "Y")
        assert f'"digits": {DIGITS}' in pilot.app.clipboard


async def test_a_long_text_says_its_size_and_can_be_read(engine: Engine) -> None:
    text = "word " * 60_000
    engine.call("PutItem", {"TableName": "notes", "Item": note(1, text={"S": text})})
    async with running(Recorder(engine), engine, SMALL) as pilot:
        await press(pilot, "ctrl+t", "down", "down", "enter")
        assert "293 KB" in screen_text(pilot)
        await press(pilot, "dollar_sign", "space")
        assert isinstance(pilot.app.screen, ValueScreen)
        view = find(pilot, TextView)
        assert view.text == text
        await press(pilot, "pagedown", "end")
        assert view.scroll_offset.y > 3_000


async def test_a_deep_value_is_opened_to_its_bottom(engine: Engine) -> None:
    engine.call("PutItem", {"TableName": "notes", "Item": note(1, deep=nested(31))})
    async with running(Recorder(engine), engine) as pilot:
        await open_table(pilot, "notes")
        await press(pilot, "enter", "end")
        panel = find(pilot, ItemPanel)
        while panel.member is not None and panel.member.value != {"S": "the bottom"}:
            depth = len(panel.member.path or ())
            await press(pilot, "enter", "j")
            assert panel.member is not None
            assert len(panel.member.path or ()) >= depth
        await press(pilot, "y")
        assert pilot.app.clipboard == "the bottom"


async def test_sets_and_binary_values(engine: Engine) -> None:
    item = note(
        1,
        bytes={"B": b"\x00\xff" * 100},
        names={"SS": ["b", "a"]},
        numbers={"NS": ["1", DIGITS]},
        blobs={"BS": [b"\x00", b"\x01"]},
    )
    engine.call("PutItem", {"TableName": "notes", "Item": item})
    async with running(Recorder(engine), engine, (200, 60)) as pilot:
        await open_table(pilot, "notes")
        await press(pilot, "enter")
        text = screen_text(pilot)
        assert "200 B" in text
        for part in ("SS   {2}", "NS   {2}", "BS   {2}", DIGITS, "AA=="):
            assert part in text
        await press(pilot, "m", "m")
        assert '"blobs": {"BS": ["AA==", "AQ=="]}' in screen_text(pilot)


async def test_very_many_attributes(engine: Engine) -> None:
    many = {f"attribute{number:03}": {"N": str(number)} for number in range(300)}
    engine.call("PutItem", {"TableName": "notes", "Item": note(1, **many)})
    async with running(Recorder(engine), engine) as pilot:
        await open_table(pilot, "notes")
        assert "46 more attributes" in shown(pilot, "#status")
        await press(pilot, "dollar_sign")
        column = grid_of(pilot).column
        assert column is not None
        assert column.name == "attribute253"
        await press(pilot, "enter", "end", "v")
        assert find(pilot, TextView).text == "299"


@given(text=st.text(max_size=80), width=st.integers(1, 30))
def test_a_cut_text_fits(text: str, width: int) -> None:
    shown_text = cut(cell_text({"S": text}), width)
    assert cell_len(shown_text) <= width
    assert shown_text.isprintable()


@given(text=st.text(max_size=200), width=st.integers(2, 40), indent=st.integers(0, 20))
def test_the_rows_of_a_line_are_the_line(text: str, width: int, indent: int) -> None:
    indent = min(indent, width - 2)
    line = printable(text)
    starts = row_starts(line, width, indent)
    rows = [line[start:end] for start, end in pairwise(starts)]
    assert "".join(rows) == line
    assert cell_len(rows[0]) <= width
    assert all(cell_len(row) <= width - indent for row in rows[1:])
    assert all(rows) or rows == [""]


@given(facts=st.lists(st.text(max_size=20), max_size=4), width=st.integers(0, 60))
def test_facts_give_way_one_after_another(facts: list[str], width: int) -> None:
    text = fitting(facts, width)
    assert cell_len(text) <= width
    shown_count = next(
        count for count in range(len(facts), -1, -1) if " · ".join(facts[:count]) == text
    )
    assert all(
        cell_len(" · ".join(facts[:count])) > width
        for count in range(shown_count + 1, len(facts) + 1)
    )


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 B"),
        (1_023, "1,023 B"),
        (1_024, "1.0 KB"),
        (10_240, "10 KB"),
        (409_600, "400 KB"),
        (1_048_576, "1.0 MB"),
        (5_368_709_120_000, "5,000 GB"),
    ],
)
def test_sizes_for_people(size: int, text: str) -> None:
    assert bytes_text(size) == text
