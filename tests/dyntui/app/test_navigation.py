"""Finding one's way: letters to jump to, back and on again."""

from __future__ import annotations

import pytest
from textual.geometry import Region
from textual.pilot import Pilot
from textual.widgets import Static

from dyntui.core.actions.keymap import keymap_of
from dyntui.core.browse.visits import VISITS_MAX, Visit, Visits
from dyntui.core.user.preferences import Preferences
from dyntui.screens.jump import LETTERS, JumpScreen, Target, lettered
from dyntui.widgets.main_area import MainArea
from dyntui.widgets.query_form import QueryForm
from dyntui.widgets.security_lists import KeyList
from dyntui.widgets.table_list import TableList
from engine import Engine
from tests.dyntui.app.driving import (
    SMALL,
    Held,
    Recorder,
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
    until,
)


async def test_a_place_that_is_opened_before_the_first_table_keeps_the_focus(
    engine: Engine,
) -> None:
    held = Held(engine, "ListTables", at=1)
    app = make_app(held, engine)
    async with app.run_test(size=SMALL) as pilot:
        await held.reached()
        await press_on(pilot, "K")
        await until(pilot, lambda: isinstance(app.focused, KeyList))
        held.release()
        await settle(pilot)
        assert isinstance(app.focused, KeyList)
        assert app.focused.region
        await press(pilot, "K")
        assert find(pilot, MainArea).tab == 1
        assert "film-0003" in screen_text(pilot)


def _stay() -> None:
    """Going nowhere."""


def _visit(number: int) -> Visit:
    return Visit(f"table-{number}", None, 1)


def _all(_: Visit) -> bool:
    return True


def test_back_and_on_again() -> None:
    visits = Visits()
    assert visits.step(-1, _all) is None
    for number in range(3):
        visits.arrived(_visit(number))
        visits.arrived(_visit(number))
    assert visits.step(1, _all) is None
    assert visits.step(-1, _all) == _visit(1)
    visits.arrived(_visit(1))
    assert visits.step(1, _all) == _visit(2)
    assert visits.step(-1, lambda visit: visit.table == "table-0") == _visit(0)
    visits.arrived(_visit(7))
    assert visits.step(1, _all) is None
    assert visits.step(-1, _all) == _visit(0)
    assert visits.step(-1, _all) is None


def test_visits_of_long_ago_are_forgotten() -> None:
    visits = Visits()
    for number in range(VISITS_MAX + 10):
        visits.arrived(_visit(number))
    steps = 0
    while visits.step(-1, _all):
        steps += 1
    assert steps == VISITS_MAX - 1


def test_usual_letters_go_first() -> None:
    targets = [Target(Region(), _stay, letter) for letter in ("", "a", "", "1")]
    assert [*lettered(targets)] == ["s", "a", "d", "1"]
    assert len(lettered([Target(Region(), _stay)] * 40)) == len(LETTERS)


def _here(pilot: Pilot[None]) -> tuple[str, int]:
    main = find(pilot, MainArea)
    return main.place, main.tab


async def test_going_back_through_tables_tabs_and_places(client: Recorder, engine: Engine) -> None:
    async with running(client, engine) as pilot:
        await press(pilot, "3", "x")
        assert _here(pilot) == ("transfers", 3)
        await press(pilot, "escape")
        await open_table(pilot, "notes")
        await press(pilot, "2")
        assert " notes " in screen_text(pilot)
        await press(pilot, "backspace", "backspace")
        assert " films " in screen_text(pilot)
        assert _here(pilot) == ("", 3)
        await press(pilot, "backspace")
        assert _here(pilot) == ("transfers", 3)
        await press(pilot, "alt+right", "alt+right", "alt+right")
        assert " notes " in screen_text(pilot)
        assert _here(pilot) == ("", 2)


async def test_a_dropped_table_is_passed_over(client: Recorder, engine: Engine) -> None:
    async with running(client, engine) as pilot:
        await open_table(pilot, "notes")
        engine.delete_table(TableName="films")
        await press(pilot, "R", "backspace")
        assert "There is nothing before this" in notices(pilot)


@pytest.mark.parametrize("size", [SMALL, (120, 40)])
async def test_a_letter_goes_to_its_panel(
    client: Recorder, engine: Engine, size: tuple[int, int]
) -> None:
    async with running(client, engine, size=size) as pilot:
        await press(pilot, "ctrl+g")
        assert isinstance(pilot.app.screen, JumpScreen)
        first = "a" if size == SMALL else "s"
        await press(pilot, first)
        assert find(pilot, QueryForm).has_focus_within
        await press(pilot, "ctrl+g", "3")
        assert _here(pilot) == ("", 3)
        await press(pilot, "ctrl+g", "escape")
        assert not isinstance(pilot.app.screen, JumpScreen)
        assert _here(pilot) == ("", 3)


async def test_the_letter_of_a_place_is_its_own_key(client: Recorder, engine: Engine) -> None:
    look = Preferences(keymap=keymap_of({"browser": {"transfers": ["f9", "Z"]}}))
    async with running(client, engine, size=(120, 40), look=look) as pilot:
        await press(pilot, "ctrl+g")
        letters = [str(one.name) for one in pilot.app.screen.query(Static)]
        assert {"1", "5", "p", "Z", "K"} <= set(letters)
        assert len(letters) == len(set(letters))
        await press(pilot, "p")
        assert _here(pilot)[0] == "partiql"
        await press(pilot, "ctrl+g", "Z")
        assert _here(pilot)[0] == "transfers"


async def test_a_click_on_a_letter_goes_there_too(client: Recorder, engine: Engine) -> None:
    async with running(client, engine, size=(120, 40)) as pilot:
        await press(pilot, "ctrl+g")
        mark = next(one for one in pilot.app.screen.query(Static) if one.name == "a")
        await pilot.click(offset=mark.region.offset)
        await settle(pilot)
        assert find(pilot, TableList).has_focus_within
        await press(pilot, "ctrl+g", "question_mark")
        assert grid_of(pilot).display
