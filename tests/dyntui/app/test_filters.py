"""`/` filters each list by words; Enter keeps the filter, Esc shows all rows again."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.pilot import Pilot
from textual.widgets import OptionList

from dyntui.core.text.held_words import holds
from dyntui.screens.columns import ColumnsScreen
from dyntui.screens.history import HistoryScreen
from dyntui.widgets.quick_filter import QuickFilter
from dyntui.widgets.rows_view import RowsView
from dyntui.widgets.security_lists import KeyList
from dyntui.widgets.text_view import TextView
from engine import Engine, VirtualClock
from tests.dyntui.app.driving import (
    Recorder,
    find,
    make_app,
    press,
    running,
    screen_text,
    settle,
    type_text,
)
from tests.dyntui.app.past_of_films import write_past


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
