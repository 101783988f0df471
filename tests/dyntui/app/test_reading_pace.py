"""What a long reading leaves of the screen's time: few messages, and nothing drawn twice."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from textual.message import Message
from textual.strip import Strip
from textual.timer import Timer, TimerCallback

from dyntui.core.connection import pages
from dyntui.core.connection.pages import GONE, OperationReader, PageSource
from dyntui.widgets.item_grid import HEAD_LINES, ItemGrid
from dyntui.widgets.jobs import Answer, Job, JobHost, JobPosted, Progress, job_at_work
from engine import Engine
from tests.dyntui.app.driving import FILM_COUNT, Recorder, grid_of, running, screen_text, settle
from tests.dyntui.app.test_pages import Numbers


class Desk(JobHost):
    """A host that keeps what is posted to it, and what it is to do later."""

    def __init__(self) -> None:
        super().__init__()
        self.posted: list[Callable[[], Answer]] = []
        self.later: list[TimerCallback] = []

    def post_message(self, message: Message) -> bool:
        assert isinstance(message, JobPosted)
        self.posted.append(message.show)
        return True

    def set_timer(
        self,
        delay: float,
        callback: TimerCallback | None = None,
        *,
        name: str | None = None,
        pause: bool = False,
    ) -> Timer:
        assert callback is not None
        self.later.append(callback)
        return Timer(self, delay, name=name, callback=callback, pause=pause)


def test_progress_is_posted_once_however_often_it_is_told() -> None:
    desk, job, told, seen = Desk(), Job(outlives=False), list[int](), list[int]()
    job_at_work.set(job)
    progress = Progress(desk, lambda: seen.append(len(told)))

    def tell(times: int) -> None:
        for _ in range(times):
            told.append(1)
            progress.tell()

    tell(3)
    assert len(desk.posted) == 1
    desk.posted.pop()()
    assert seen == [3]
    # Until the pace allows it, more is only remembered; then the last of it is shown.
    tell(3)
    assert not desk.posted
    desk.later.pop()()
    assert seen == [3, 6]
    desk.later.pop()()
    assert seen == [3, 6]
    assert not desk.later
    tell(1)
    desk.posted.pop()()
    assert seen == [3, 6, 7]
    tell(1)
    job.end()
    desk.later.pop()()
    assert seen == [3, 6, 7]
    assert not desk.posted


def test_pages_on_the_way_to_the_end_are_small_and_those_passed_are_not_fresh() -> None:
    table = Numbers(10_000)
    source = PageSource(OperationReader(table, "Scan", {}), 20)
    source.ensure(0, 19)
    source.ensure_end(lambda: False)
    assert {request["Limit"] for request in table.requests} == {20, pages.PASSING_LIMIT_ITEMS}
    fresh = source.take_fresh()
    assert sum(map(len, fresh)) <= 20 + pages.MIN_CACHED_PAGES * pages.PASSING_LIMIT_ITEMS
    assert {"id": 0} in fresh[0]
    assert {"id": 9_999} in fresh[-1]
    assert source.take_fresh() == []


async def test_reading_on_out_of_view_draws_no_row_again(
    client: Recorder, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[int] = []
    render_line = ItemGrid.render_line

    def counted(grid: ItemGrid, y: int) -> Strip:
        drawn.append(y)
        return render_line(grid, y)

    async with running(client, engine) as pilot:
        grid = grid_of(pilot)
        source = grid.source
        assert isinstance(source, PageSource)
        known = source.rows_known
        assert grid.visible_rows < known < FILM_COUNT
        monkeypatch.setattr(ItemGrid, "render_line", counted)
        source.ensure(known, known + 100)
        grid.rows_read(wanting=False)
        await settle(pilot)
        assert drawn == []
        assert grid.virtual_size.height == source.rows_known + HEAD_LINES > known + 100
        assert grid.vertical_scrollbar.window_virtual_size == grid.virtual_size.height
        source.replace(1, GONE)
        grid.rows_changed()
        await settle(pilot)
        assert 1 + HEAD_LINES in drawn


async def test_rows_that_were_missing_in_view_are_drawn_when_they_are_read(
    client: Recorder, engine: Engine
) -> None:
    async with running(client, engine) as pilot:
        grid = grid_of(pilot)
        source = grid.source
        assert isinstance(source, PageSource)
        source._pages.clear()
        grid.rows_changed(wanting=False)
        await settle(pilot)
        assert "· · ·" in screen_text(pilot)
        source.ensure(0, grid.visible_rows)
        grid.rows_read(wanting=False)
        await settle(pilot)
        assert "· · ·" not in screen_text(pilot)
