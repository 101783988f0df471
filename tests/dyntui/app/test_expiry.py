"""Times by which items expire, as dates in the grid and in the item panel."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.pilot import Pilot

from dyntui.app import DyntuiApp
from dyntui.core.browse.columns import Columns
from dyntui.core.connection.connect import Connection
from dyntui.core.text.expiry_text import Expiry, away_text, expiry_text
from dyntui.core.text.moments import moment_text
from engine import Engine, VirtualClock
from tests.dyntui.app.driving import (
    LARGE,
    SMALL,
    Recorder,
    make_app,
    press,
    running,
    screen_text,
    settle,
    type_text,
)
from tests.dyntui.app.past_of_films import write_past

Json = dict[str, Any]

NOW_S = 1_764_425_130


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "now"),
        (0.5, "now"),
        (59, "in 59 s"),
        (60, "in 1 min"),
        (3 * 3_600 + 5, "in 3 h"),
        (-7_200, "2 h ago"),
        (-86_400 * 40, "40 d ago"),
        (86_400 * 4_000, "in 4,000 d"),
    ],
)
def test_how_far_away_a_time_is(seconds: float, text: str) -> None:
    assert away_text(seconds) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"N": str(NOW_S + 3_600)}, f"{moment_text(NOW_S + 3_600)[:16]} in 1 h"),
        ({"N": f"{NOW_S - 60}.5"}, f"{moment_text(NOW_S - 60)[:16]} 59 s ago"),
        ({"N": "1990"}, f"{moment_text(1990)[:16]} too old"),
        ({"N": "1E+120"}, "no time: never expires"),
        ({"N": "86401700000000"}, "after the year 9998"),
        ({"S": "tomorrow"}, "no number: never expires"),
        ({"NULL": True}, "no number: never expires"),
    ],
)
def test_a_value_of_the_attribute(value: Json, text: str) -> None:
    assert expiry_text(value, NOW_S) == text


@given(st.decimals(allow_nan=False, allow_infinity=False))
def test_every_number_has_a_text_that_fits_its_column(number: Any) -> None:
    columns = Columns(())
    columns.take_expiry(Expiry("until", VirtualClock()))
    columns.observe([{"until": {"N": str(number)}}])
    [column] = columns.shown
    assert 0 < len(column.text({"N": str(number)})) <= column.width + 8


@pytest.fixture
def engine() -> Iterator[Engine]:
    """Sessions that expire, of a clock that stands still."""
    clock = VirtualClock()
    with Engine.in_memory(clock=clock) as opened:
        opened.create_table(
            TableName="sessions",
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
        )
        now_s = clock.now_us() // 1_000_000
        for name, at_s in (("soon", now_s + 3 * 3_600), ("gone", now_s - 7_200)):
            item = {"id": {"S": name}, "until": {"N": str(at_s)}}
            opened.put_item(TableName="sessions", Item=item)
        yield opened


async def to_the_form(pilot: Pilot[None]) -> None:
    """Go to where one says by which attribute items expire."""
    await press(pilot, "2", "slash")
    await type_text(pilot, "time to")
    await press(pilot, "enter", "enter")


async def test_times_are_dates_as_soon_as_items_expire(engine: Engine) -> None:
    client = Recorder(engine)
    async with running(client, engine) as pilot:
        assert "in 3 h" not in screen_text(pilot)
        await to_the_form(pilot)
        await type_text(pilot, "until")
        await press(pilot, "ctrl+s", "1")
        text = screen_text(pilot)
        assert "in 3 h" in text
        assert "2 h ago" in text
        await press(pilot, "enter")
        # The tree has the number and the date.
        in_tree = [line for line in screen_text(pilot).splitlines() if " N    17" in line]
        assert any("in 3 h" in line or "2 h ago" in line for line in in_tree)
        await press(pilot, "escape")
        await to_the_form(pilot)
        await press(pilot, "ctrl+s", "1")
        assert "in 3 h" not in screen_text(pilot)


async def test_times_are_dates_from_the_start(engine: Engine) -> None:
    specification = {"AttributeName": "until", "Enabled": True}
    engine.update_time_to_live(TableName="sessions", TimeToLiveSpecification=specification)
    async with running(Recorder(engine), engine) as pilot:
        assert "in 3 h" in screen_text(pilot)
        await press(pilot, "R")
        assert "in 3 h" in screen_text(pilot)


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["small", "large"])
@pytest.mark.parametrize("step", ["home", "enter"], ids=["grid", "panel"])
def test_picture(
    snap_compare: Callable[..., bool], engine: Engine, step: str, size: tuple[int, int]
) -> None:
    specification = {"AttributeName": "until", "Enabled": True}
    engine.update_time_to_live(TableName="sessions", TimeToLiveSpecification=specification)

    async def play(pilot: Pilot[None]) -> None:
        await settle(pilot)
        await press(pilot, step)

    assert snap_compare(make_app(engine, engine), terminal_size=size, run_before=play)


def expire_by_until(engine: Engine) -> None:
    specification = {"AttributeName": "until", "Enabled": True}
    engine.update_time_to_live(TableName="sessions", TimeToLiveSpecification=specification)


async def test_rows_of_a_statement_have_the_dates_too(engine: Engine) -> None:
    expire_by_until(engine)
    engine.put_item(
        TableName="sessions",
        Item={"id": {"S": "deep"}, "inner": {"M": {"until": {"N": "1699999999"}}}},
    )
    async with running(Recorder(engine), engine) as pilot:
        await press(pilot, "p")
        await type_text(pilot, "SELECT id, until FROM sessions")
        await press(pilot, "f5")
        assert "in 3 h" in screen_text(pilot)
        assert "2 h ago" in screen_text(pilot)
        await press(pilot, "enter")
        in_tree = [line for line in screen_text(pilot).splitlines() if " N    17" in line]
        assert all("in 3 h" in line or "2 h ago" in line for line in in_tree)
        # What is inside of another attribute expires nothing.
        await press(pilot, "escape", "ctrl+n")
        await type_text(pilot, "SELECT id, inner.until FROM sessions WHERE id = 'deep'")
        await press(pilot, "f5")
        assert "1699999999" in screen_text(pilot)
        # Rows that are shown again are as they were.
        await press(pilot, "f9", "up", "enter")
        assert "in 3 h" in screen_text(pilot)
        await press(pilot, "f9", "down", "enter")
        assert "1699999999" in screen_text(pilot)


async def test_items_as_they_were_have_them_as_of_then() -> None:
    clock = VirtualClock()
    with Engine.in_memory(clock=clock) as engine:
        write_past(engine, clock)
        now_s = clock.now_us() // 1_000_000
        soon = {"id": {"S": "soon"}, "until": {"N": str(now_s + 5 * 3_600)}}
        engine.put_item(TableName="films", Item=soon)
        specification = {"AttributeName": "until", "Enabled": True}
        engine.update_time_to_live(TableName="films", TimeToLiveSpecification=specification)
        clock.advance(2 * 3_600)
        app = DyntuiApp(Connection(engine, engine, engine.region, None), clock)
        async with app.run_test(size=LARGE) as pilot:
            await settle(pilot)
            await press(pilot, "t", "N", "b", "f")
            await type_text(pilot, "soon")
            await press(pilot, "f5")
            assert "in 5 h" in screen_text(pilot)
            await press(pilot, "escape", "1", "f")
            await type_text(pilot, "soon")
            await press(pilot, "f5")
            assert "in 3 h" in screen_text(pilot)
