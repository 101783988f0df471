"""A short walk of the monkey; `python -m tests.campaign monkey` takes long ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.dyntui.app.monkey import Event, drawn, report, shrunk, walk

EVENTS = 80
SHRINKING_TRIES = 20

WAIT: Event = ("settle", None)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_random_keys_and_clicks_never_raise_and_never_freeze(
    seed: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    failure = report(seed, EVENTS, SHRINKING_TRIES)
    assert failure is None, failure


def test_events_are_the_same_of_a_seed() -> None:
    assert drawn(7, 50) == drawn(7, 50)
    assert drawn(7, 50) != drawn(8, 50)


async def test_keys_that_do_something_are_played() -> None:
    typed: Event = ("type", "films")
    done = await walk(
        [WAIT, ("key", "ctrl+t"), WAIT, ("key", "d"), WAIT, typed, typed, ("key", "escape")]
    )
    assert set(done.screens) == {"BrowserScreen", "DropTableScreen"}


def test_events_that_do_not_matter_are_left_out() -> None:
    planned = drawn(1, 64)
    culprits = {17, 40}
    fewer = shrunk(
        planned, lambda some: {*map(id, some)} >= {id(planned[n]) for n in culprits}, 200
    )
    assert [*map(id, fewer)] == [id(planned[number]) for number in sorted(culprits)]


@pytest.mark.parametrize(
    "way", [("ctrl+p", "theme", "enter"), ("K", "m", "o"), ("p", "ctrl+l"), ("f7",)]
)
async def test_a_list_without_room_has_no_pages(way: tuple[str, ...]) -> None:
    pages: list[Event] = [("key", "pagedown"), ("key", "pageup")]
    there: list[Event] = []
    for step in way:
        there += [("type" if step == "theme" else "key", step), WAIT]
    small: list[Event] = [("resize", (20, 5)), *pages, ("resize", (1, 1)), *pages]
    done = await walk([*there, ("key", "down"), *small, ("key", "escape")])
    assert len(done.screens) > 1 or way == ("f7",)


async def test_the_palette_pages_by_nothing_before_it_is_laid_out() -> None:
    presses = [("key", "ctrl+p"), ("key", "pageup"), ("key", "pagedown"), ("resize", (1, 1))]
    done = await walk(
        [("settle", None), *presses, ("key", "pageup"), ("key", "pagedown"), ("key", "escape")]
    )
    assert done.screens["Palette"] == 6
