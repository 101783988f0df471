"""What of a job is shown, and what is not: where its widget goes, where it was stopped."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from threading import Event
from typing import Any

import pytest
from textual.app import App, ComposeResult
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Static

from dyntui.widgets.jobs import Cancelled, JobHost, Progress
from tests.dyntui.app.driving import HOLD_SECONDS, settle, threads_end


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
        """Who asks, and who asks for the same."""
        yield Asking(id="asking")
        yield Asking(id="other")


@pytest.mark.parametrize("outlives", [False, True])
@pytest.mark.parametrize("answers", ["before it goes", "while it goes", "after it went"])
async def test_an_answer_finds_no_widget_that_is_going(outlives: bool, answers: str) -> None:
    app = Asked()
    let_go = Event()
    told, dropped = list[str](), list[str]()
    async with app.run_test() as pilot:
        asking = app.query_one("#asking", Asking)

        def done(answer: str) -> None:
            if not outlives:
                asking.query_one("#answer", Static).update(answer)
            told.append(answer)

        def work(_: Any) -> str:
            assert let_go.wait(30)
            return "answered"

        asking.run_job(
            "", work, done, lambda _: None, group="one", outlives=outlives, drop=dropped.append
        )
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
        await threads_end(pilot)
    taken = outlives or answers == "before it goes"
    assert (told, dropped) == ((["answered"], []) if taken else ([], ["answered"]))


@asynccontextmanager
async def held_back(asking: Asking) -> AsyncIterator[None]:
    """What is posted to a widget waits meanwhile, as behind a handler that takes long."""
    reached, let_go = asyncio.Event(), asyncio.Event()

    async def hold() -> None:
        reached.set()
        await let_go.wait()

    asking.call_later(hold)
    await reached.wait()
    yield
    let_go.set()


async def threads_ended(pilot: Pilot[None]) -> None:
    """Wait until what jobs had to post is posted."""
    await pilot.app.workers.wait_for_complete()


def ask(
    asking: Asking,
    told: list[str],
    answer: str,
    *,
    outlives: bool = False,
    drop: Callable[[str], None] = lambda _: None,
) -> None:
    """Have a job tell that it is at work, and then its answer."""

    def work(_: Cancelled) -> str:
        Progress(asking, partial(told.append, f"{answer}: at work")).tell()
        return answer

    asking.run_job(
        answer, work, told.append, lambda _: None, group="one", outlives=outlives, drop=drop
    )


@pytest.mark.parametrize("stop", ["all", "its group", "another begins"])
async def test_nothing_is_shown_of_a_job_that_was_stopped_with_its_answer_under_way(
    stop: str,
) -> None:
    app, told, dropped = Asked(), list[str](), list[str]()
    ways: dict[str, Callable[[Asking], Any]] = {
        "all": lambda asking: asking.cancel_jobs(),
        "its group": lambda asking: asking.stop_job("one"),
        "another begins": lambda asking: ask(asking, told, "second"),
    }
    async with app.run_test() as pilot:
        asking = app.query_one("#asking", Asking)
        async with held_back(asking):
            ask(asking, told, "first", drop=dropped.append)
            await threads_ended(pilot)
            ways[stop](asking)
            await threads_ended(pilot)
        await settle(pilot)
    assert told == (["second: at work", "second"] if stop == "another begins" else [])
    assert dropped == ["first"]


async def test_no_progress_is_shown_after_the_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    app, told = Asked(), list[str]()
    shown = Event()
    async with app.run_test() as pilot:
        asking = app.query_one("#asking", Asking)

        def show() -> None:
            told.append("at work")
            shown.set()

        def work(_: Cancelled) -> str:
            progress = Progress(asking, show)
            progress.tell()
            assert shown.wait(HOLD_SECONDS)
            progress.tell()
            return "answered"

        def done(answer: str) -> None:
            told.append(answer)

        with monkeypatch.context() as patch:
            # The timer for what is told in between comes after the answer, however long that takes.
            later: list[Callable[[], None]] = []
            patch.setattr(asking, "set_timer", lambda _, callback: later.append(callback))
            asking.run_job("", work, done, lambda _: None, group="one")
            await settle(pilot)
        assert told == ["at work", "answered"]
        for look_again in later:
            look_again()
        await settle(pilot)
    assert told == ["at work", "answered"]


async def test_a_job_is_over_when_its_answer_is_handed_over() -> None:
    app, running = Asked(), list[bool]()
    async with app.run_test() as pilot:
        asking = app.query_one("#asking", Asking)

        def done(_: None) -> None:
            running.append(asking.job_running)

        asking.run_job("", lambda _: None, done, lambda _: None, group="one")
        assert asking.job_running
        await settle(pilot)
    assert running == [False]


async def test_a_job_stops_none_of_another_widget() -> None:
    """Two requests of two drawers that were left: each is told of."""
    app, told = Asked(), list[str]()
    async with app.run_test() as pilot:
        asking, other = app.query_one("#asking", Asking), app.query_one("#other", Asking)
        async with held_back(asking):
            ask(asking, told, "first", outlives=True)
            ask(other, told, "second", outlives=True)
            await threads_ended(pilot)
        await settle(pilot)
    assert sorted(told) == ["first", "first: at work", "second", "second: at work"]
