"""Where a job's answer goes once the widget that asked for it does."""

from __future__ import annotations

from threading import Event
from typing import Any

import pytest
from textual.app import App, ComposeResult
from textual.screen import Screen
from textual.widgets import Static

from dyntui.widgets.jobs import JobHost
from tests.dyntui.app.driving import settle


class Below(JobHost, Screen[None]):
    """The screen that stays."""


class Asking(JobHost):
    """Has an answer shown in a part of its own."""

    def compose(self) -> ComposeResult:
        """One text."""
        yield Static(id="answer")


class Asked(App[None]):
    """A widget that asks, over a screen that stays."""

    def get_default_screen(self) -> Below:
        """The screen that stays."""
        return Below()

    def compose(self) -> ComposeResult:
        """Who asks."""
        yield Asking()


@pytest.mark.parametrize("outlives", [False, True])
@pytest.mark.parametrize("answers", ["before it goes", "while it goes", "after it went"])
async def test_an_answer_finds_no_widget_that_is_going(outlives: bool, answers: str) -> None:
    app = Asked()
    let_go = Event()
    told: list[str] = []
    async with app.run_test() as pilot:
        asking = app.query_one(Asking)

        def done(answer: str) -> None:
            if not outlives:
                asking.query_one("#answer", Static).update(answer)
            told.append(answer)

        def work(_: Any) -> str:
            assert let_go.wait(30)
            return "answered"

        asking.run_job("", work, done, lambda _: None, group="one", outlives=outlives)
        await pilot.pause()
        if answers == "before it goes":
            let_go.set()
            await settle(pilot)
            await asking.remove()
        elif answers == "while it goes":
            removal = asking.remove()
            let_go.set()
            await removal
        else:
            await asking.remove()
            let_go.set()
        await settle(pilot)
    assert told == (["answered"] if outlives or answers == "before it goes" else [])
