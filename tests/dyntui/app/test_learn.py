"""The place for lessons: the list, a lesson read step by step, changed, copied and left."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.strip import Strip

from dyntui.lessons.catalog import LESSONS
from dyntui.lessons.progress import Progress
from dyntui.screens.copy_as import CopyAsScreen
from dyntui.widgets.learn_view import LearnView
from dyntui.widgets.lines_view import LinesView
from dyntui.widgets.row_list import QuietList
from dyntui.widgets.text_view import TextView
from engine import Engine
from tests.dyntui.app.driving import (
    LARGE,
    SMALL,
    Recorder,
    find,
    make_app,
    notices,
    press,
    running,
    screen_text,
    settle,
)
from tests.dyntui.app.test_snapshots import Compare, Scene


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where progress is kept in a test."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    return tmp_path


def to(name: str) -> tuple[str, ...]:
    """The keys that lead to a lesson from the table."""
    return ("f7", *["down"] * [lesson.name for lesson in LESSONS].index(name))


@pytest.mark.parametrize(("size", "is_single"), [(SMALL, True), ((200, 40), False)])
async def test_the_first_frame_is_made_for_the_window(
    client: Recorder,
    engine: Engine,
    monkeypatch: pytest.MonkeyPatch,
    size: tuple[int, int],
    is_single: bool,
) -> None:
    seen: list[bool] = []
    draw = LinesView.render_line
    list_draw = QuietList.render_line

    def noted(view: LinesView, y: int) -> Strip:
        seen.append(view.screen.query_one(LearnView).has_class("-single"))
        return draw(view, y)

    def noted_list(view: QuietList, y: int) -> Strip:
        seen.append(view.screen.query_one(LearnView).has_class("-single"))
        return list_draw(view, y)

    monkeypatch.setattr(LinesView, "render_line", noted)
    monkeypatch.setattr(QuietList, "render_line", noted_list)
    async with running(client, engine, size) as pilot:
        await press(pilot, "f7")
        assert seen
        assert set(seen) == {is_single}


async def test_a_lesson_is_read_to_its_end(client: Recorder, engine: Engine) -> None:
    async with running(client, engine) as pilot:
        await press(pilot, "f7")
        view = find(pilot, LearnView)
        assert view.lesson.name == "units"
        assert f"0 of {len(LESSONS)} lessons read" in screen_text(pilot)
        asked = len(client.calls)
        await press(pilot, "enter")
        assert "Writing costs by the kilobyte  1 of 5" in screen_text(pilot)
        await press(pilot, "n", "n", "n", "n")
        assert "Worked examples  5 of 5" in screen_text(pilot)
        assert Progress().is_done("units")
        await press(pilot, "N")
        assert "A query adds up first  4 of 5" in screen_text(pilot)
        await press(pilot, "n", "n")
        assert view.lesson.name == "keys"
        assert not view.reading
        assert f"1 of {len(LESSONS)} lessons read" in screen_text(pilot)
        # The tables of the connection were not touched.
        assert client.calls[asked:] == []


async def test_a_parameter_changes_the_figures(client: Recorder, engine: Engine) -> None:
    async with running(client, engine) as pilot:
        await press(pilot, *to("units"), "enter")
        assert "takes 5 write units" in screen_text(pilot)
        await press(pilot, "plus")
        assert "item size 6.5 KB" in screen_text(pilot)
        assert "takes 7 write units" in screen_text(pilot)
        await press(pilot, "minus", "minus", "r")
        assert "takes 4 write units" in screen_text(pilot)


async def test_another_parameter_is_chosen(client: Recorder, engine: Engine) -> None:
    async with running(client, engine) as pilot:
        await press(pilot, *to("burst"), "enter", "n")
        assert "▸ write units 10 WCU" in screen_text(pilot)
        await press(pilot, "e", "e", "minus")
        assert "▸ traffic 15 writes/s" in screen_text(pilot)
        assert "Second 19 is the first that is throttled" in screen_text(pilot)


async def test_the_request_of_a_step_is_copied(client: Recorder, engine: Engine) -> None:
    async with running(client, engine) as pilot:
        await press(pilot, *to("units"), "enter", "n", "n", "m", "c")
        assert isinstance(pilot.app.screen, CopyAsScreen)
        assert '"Keys"' in find(pilot, TextView).text
        await press(pilot, "escape", "n", "n", "c")
        assert notices(pilot)[-1] == "This step shows no request"


async def test_escape_leads_back_step_by_step(client: Recorder, engine: Engine) -> None:
    async with running(client, engine, SMALL) as pilot:
        await press(pilot, *to("burst"), "enter")
        view = find(pilot, LearnView)
        assert view.reading
        assert "Read and write units" not in screen_text(pilot)
        await press(pilot, "escape")
        assert not view.reading
        assert "Read and write units" in screen_text(pilot)
        await press(pilot, "escape")
        assert not view.display
        # One finds the lesson where one left it.
        await press(pilot, "f7", "enter")
        assert "Saving while it is quiet  1 of 2" in screen_text(pilot)


async def test_space_goes_down_a_long_step_before_the_next(
    client: Recorder, engine: Engine
) -> None:
    async with running(client, engine, SMALL) as pilot:
        await press(pilot, *to("units"), "enter")
        assert "CLI" not in screen_text(pilot)
        await press(pilot, "space")
        assert "dyntui put orders" in screen_text(pilot)
        await press(pilot, "space")
        assert "Reading costs by four kilobytes  2 of 5" in screen_text(pilot)


async def test_one_goes_there_with_the_mouse_too(client: Recorder, engine: Engine) -> None:
    async with running(client, engine) as pilot:
        await pilot.click("#list-places Choice:last-child")
        await settle(pilot)
        assert find(pilot, LearnView).display


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["small", "large"])
@pytest.mark.parametrize(
    "scene",
    [
        Scene("list", to("burst")),
        Scene("units", (*to("units"), "enter")),
        Scene("keys", (*to("keys"), "enter", "n")),
        Scene("burst", (*to("burst"), "enter", "n")),
    ],
    ids=lambda scene: scene.name,
)
def test_how_it_looks(
    snap_compare: Compare, client: Recorder, engine: Engine, scene: Scene, size: tuple[int, int]
) -> None:
    assert snap_compare(make_app(client, engine), terminal_size=size, run_before=scene.play)


def test_in_light_colours(snap_compare: Compare, client: Recorder, engine: Engine) -> None:
    async def light(pilot: Pilot[None]) -> None:
        await Scene("burst", (*to("burst"), "enter", "n")).play(pilot)
        await pilot.app.run_action("light")
        await settle(pilot)

    play: Callable[[Pilot[None]], object] = light
    assert snap_compare(make_app(client, engine), terminal_size=LARGE, run_before=play)
