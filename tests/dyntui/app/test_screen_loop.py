"""The app's loop, for which jobs make way while it has something to do."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest
from textual.app import App, ComposeResult

from dyntui.widgets import screen_loop
from dyntui.widgets.jobs import Cancelled, JobHost
from dyntui.widgets.screen_loop import ScreenLoop
from engine.errors import ApiError
from tests.dyntui.app.driving import until

NEVER_S = 60.0


@pytest.fixture
def loop(monkeypatch: pytest.MonkeyPatch) -> Iterator[ScreenLoop]:
    """A loop that is given as much time as it needs."""
    monkeypatch.setattr(screen_loop, "GIVEN_S", NEVER_S)
    with closing(ScreenLoop()) as made:
        yield made


def other_thread(work: Callable[[], None]) -> threading.Thread:
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


def test_a_job_goes_on_while_the_loop_waits(loop: ScreenLoop) -> None:
    assert loop.run_until_complete(asyncio.to_thread(loop.make_way))


def test_a_job_waits_until_the_loop_has_nothing_to_do(loop: ScreenLoop) -> None:
    steps: list[str] = []

    async def work() -> None:
        asked, passed = threading.Event(), asyncio.Event()

        def job() -> None:
            asked.set()
            loop.make_way()
            steps.append("job")
            loop.call_soon_threadsafe(passed.set)

        other_thread(job)
        assert asked.wait(NEVER_S)
        for _ in range(1_000):
            # There is always more to do: the loop looks, and does not wait.
            await asyncio.sleep(0)
        steps.append("screen")
        await passed.wait()

    loop.run_until_complete(work())
    assert steps == ["screen", "job"]


def test_a_job_goes_on_though_the_loop_is_never_done(
    loop: ScreenLoop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(screen_loop, "GIVEN_S", 0.001)

    async def work() -> None:
        waited: list[bool] = []
        other_thread(lambda: waited.append(loop.make_way()))
        while not waited:
            await asyncio.sleep(0)
        assert waited == [False]

    loop.run_until_complete(work())


def test_nobody_waits_for_a_loop_that_is_closed(loop: ScreenLoop) -> None:
    loop.close()
    assert loop.make_way()


class Desk(JobHost):
    """A host whose job asks whether it was cancelled, some times."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self.times = times
        self.answers: list[list[bool]] = []

    def on_mount(self) -> None:
        def work(cancelled: Cancelled) -> list[bool]:
            return [cancelled() for _ in range(self.times)]

        def failed(error: ApiError) -> None:
            raise error

        self.run_job("counting", work, self.answers.append, failed, group="counting")


def test_a_job_makes_way_each_time_it_asks_whether_it_was_cancelled(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[int] = []

    def make_way(_: ScreenLoop) -> bool:
        asked.append(threading.get_ident())
        return True

    monkeypatch.setattr(ScreenLoop, "make_way", make_way)
    desk = Desk(3)

    class OneDesk(App[None]):
        def compose(self) -> ComposeResult:
            yield desk

    async def work() -> None:
        async with OneDesk().run_test() as pilot:
            await until(pilot, lambda: bool(desk.answers))

    with asyncio.Runner(loop_factory=ScreenLoop) as runner:
        runner.run(work())
    assert desk.answers == [[False] * 3]
    assert len(asked) == 3
    assert threading.get_ident() not in asked
