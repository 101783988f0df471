"""Over a slow line: how many bytes keys send to the terminal; an idle window sends none."""

from __future__ import annotations

from typing import Any

import pytest
from rich.console import Console
from textual._compositor import CompositorUpdate
from textual.app import App
from textual.pilot import Pilot
from textual.widgets import Input, TextArea

from engine import Engine
from tests.dyntui.app.driving import (
    LARGE,
    Recorder,
    app_of,
    open_table,
    press,
    running,
    settle,
    type_text,
)

CURSOR_BYTES_MAX = 700
PAGE_BYTES_MAX = 8_000
LETTER_BYTES_MAX = 1_000
SAME_PAGE_BYTES_MAX = 1_500
IDLE_BYTES_MAX = 100


class Line:
    """Takes what would be sent to the terminal, and counts it."""

    def __init__(self) -> None:
        self._console = Console(color_system="truecolor", force_terminal=True, width=LARGE[0])
        self._bytes = 0

    def take(self, update: object) -> None:
        """Count an update."""
        if isinstance(update, CompositorUpdate):
            self._bytes += len(update.render_segments(self._console).encode())

    def bytes_since(self) -> int:
        """How many bytes there were since this was asked before."""
        taken, self._bytes = self._bytes, 0
        return taken


@pytest.fixture
def line(monkeypatch: pytest.MonkeyPatch) -> Line:
    """The line to the terminal, of any app that runs."""
    line = Line()
    display = App._display

    def send(app: App[Any], screen: Any, renderable: Any) -> None:
        line.take(renderable)
        display(app, screen, renderable)

    monkeypatch.setattr(App, "_display", send)
    return line


async def tick(pilot: Pilot[None]) -> None:
    """Let every timer that runs come round once, as in a second in which nobody does anything."""
    app = app_of(pilot)
    for node in [app, *app.screen.walk_children(with_self=True)]:
        for timer in list(node._timers):
            if timer._active.is_set():
                await timer._tick(next_timer=0, count=0)
    await settle(pilot)


async def test_a_step_in_a_grid_sends_two_rows(
    client: Recorder, engine: Engine, line: Line
) -> None:
    """The row that the cursor leaves and the one where it goes; a page sends its text."""
    async with running(client, engine) as pilot:
        await open_table(pilot, "films")
        await press(pilot, "j")
        line.bytes_since()
        for key in ("j", "l", "k", "h"):
            await press(pilot, key)
            assert 0 < line.bytes_since() <= CURSOR_BYTES_MAX, key
        await press(pilot, "pagedown")
        assert 0 < line.bytes_since() <= PAGE_BYTES_MAX


async def test_a_letter_in_the_editor_sends_little(
    client: Recorder, engine: Engine, line: Line
) -> None:
    """The editor is painted as a whole, and only what differs is sent."""
    async with running(client, engine) as pilot:
        await press(pilot, "p")
        await type_text(pilot, "SELEC")
        line.bytes_since()
        await type_text(pilot, "T")
        assert 0 < line.bytes_since() <= LETTER_BYTES_MAX


async def test_what_stands_there_already_is_not_sent(
    client: Recorder, engine: Engine, line: Line
) -> None:
    """A table that is read again, and is as it was, sends what is counted in the header."""
    async with running(client, engine) as pilot:
        await open_table(pilot, "films")
        line.bytes_since()
        pilot.app.screen.refresh(layout=True)
        await settle(pilot)
        assert line.bytes_since() <= SAME_PAGE_BYTES_MAX


@pytest.mark.parametrize("place", ["1", "2", "4", "p", "x", "K", "f7"])
async def test_an_idle_window_sends_nothing(
    client: Recorder, engine: Engine, line: Line, place: str
) -> None:
    """On whatever place, with whatever is focused."""
    async with running(client, engine) as pilot:
        await open_table(pilot, "films")
        await press(pilot, place)
        await tick(pilot)
        line.bytes_since()
        await tick(pilot)
        assert line.bytes_since() <= IDLE_BYTES_MAX


@pytest.mark.parametrize(("place", "kind"), [("f", Input), ("p", TextArea)])
async def test_no_cursor_blinks(
    client: Recorder, engine: Engine, place: str, kind: type[Input | TextArea]
) -> None:
    """Neither in a field nor in an editor."""
    async with running(client, engine) as pilot:
        await open_table(pilot, "films")
        await press(pilot, place)
        field = pilot.app.focused
        assert isinstance(field, kind)
        assert not field.cursor_blink


async def test_a_window_that_is_as_large_as_before_is_painted_anew(
    client: Recorder, engine: Engine, line: Line
) -> None:
    """It may have been smaller for a moment: what the terminal shows is not known."""
    async with running(client, engine) as pilot:
        await open_table(pilot, "films")
        line.bytes_since()
        await pilot.resize_terminal(*LARGE)
        await settle(pilot)
        assert line.bytes_since() > LARGE[0] * LARGE[1]
