"""The bar of a table's past and what is listed below it, without a screen."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from dyntui.core.recovery.restore_plan import RestorePlan, plan_restore
from dyntui.core.recovery.timeline import Mark, Timeline, bar_text, first_change_s
from dyntui.core.recovery.timeline_page import page
from dyntui.core.recovery.ways_back import ITEMS_PER_STEP, StoppedError, Watch, copy_past
from dyntui.core.tables.schema import TableInfo
from dyntui.core.text.listed import CHOSEN, Listed, Row, list_lines
from dyntui.core.text.time_words import ago_text, stretch_text
from engine import Engine
from engine.client.history import Window
from engine.clock import VirtualClock
from tests.dyntui.app.driving import film
from tests.dyntui.app.past_of_films import write_past

START_S = 1_700_000_000.0
WEEK_S = 7 * 86_400.0
WINDOW = Window(START_S, START_S + WEEK_S, START_S + WEEK_S / 2, START_S + WEEK_S)
MOVES = st.lists(
    st.one_of(
        st.tuples(st.just("cell"), st.integers(-200, 200)),
        st.tuples(st.just("at"), st.floats(START_S - 1e6, START_S + 2 * WEEK_S)),
        st.tuples(st.just("zoom"), st.booleans()),
        st.tuples(st.just("later"), st.floats(0, 2 * WEEK_S)),
    ),
    max_size=20,
)


@given(MOVES, st.integers(1, 300))
def test_wherever_one_goes_the_cursor_is_in_sight(
    moves: list[tuple[str, float]], width: int
) -> None:
    timeline = Timeline.whole(WINDOW)
    for kind, amount in moves:
        if kind == "cell":
            timeline = timeline.moved(int(amount), width)
        elif kind == "at":
            timeline = timeline.at(amount)
        elif kind == "zoom":
            timeline = timeline.zoomed(bool(amount))
        else:
            latest_s = timeline.window.latest_s + amount
            timeline = timeline.renewed(Window(latest_s - WEEK_S, latest_s, None, None))
        window = timeline.window
        assert window.earliest_s is not None
        assert window.earliest_s <= timeline.cursor_s <= window.latest_s
        assert window.earliest_s <= timeline.start_s < timeline.end_s <= window.latest_s + 1e-6
        cell = timeline.cell(timeline.cursor_s, width)
        assert cell is not None
        assert 0 <= cell < width


@pytest.mark.parametrize("lasts_s", [0.0, 0.5, WEEK_S])
def test_a_window_that_begins_anew(lasts_s: float) -> None:
    timeline = Timeline.whole(WINDOW).at(START_S + 60)
    begun_s = WINDOW.latest_s + 60
    renewed = timeline.renewed(Window(begun_s, begun_s + lasts_s, None, None))
    assert renewed.cursor_s == begun_s
    assert renewed.cell(renewed.cursor_s, 80) == 0


def test_what_stands_at_now_stays_there() -> None:
    later = replace(WINDOW, latest_s=WINDOW.latest_s + 60)
    assert Timeline.whole(WINDOW).renewed(later).at_now
    past = Timeline.whole(WINDOW).at(START_S + 60)
    assert past.renewed(later).cursor_s == START_S + 60


@given(st.lists(st.integers(0, 10**9), max_size=30), st.integers(0, 10**9))
def test_the_first_change_of_a_stretch_is_found(stamps_us: list[int], after_us: int) -> None:
    ordered = sorted(stamps_us)

    def density(after_s: float, until_s: float, parts: int) -> Sequence[int]:
        first_us, last_us = round(after_s * 1e6), round(until_s * 1e6)
        counts = [0] * parts
        for stamp_us in ordered:
            if first_us < stamp_us <= last_us:
                counts[(stamp_us - first_us - 1) * parts // (last_us - first_us)] += 1
        return counts

    found = first_change_s(density, after_us / 1e6, 1_001.0)
    place = bisect_right(ordered, after_us)
    if place == len(ordered):
        assert found is None
    else:
        assert found is not None
        assert found[0] - 1e-6 <= ordered[place] / 1e6 <= found[1] + 1e-6
        assert found[1] - found[0] < 1e-4


def test_one_change_is_seen_beside_many() -> None:
    assert bar_text([0, 1, 10, 1_000_000]) == " ▁▂█"
    assert bar_text([0, 1]) == " ▁"


@given(
    st.lists(st.integers(0, 12), max_size=40),
    st.integers(0, 40),
    st.integers(1, 30),
)
def test_the_chosen_row_is_always_in_sight(details: list[int], chosen: int, room: int) -> None:
    rows = [
        Row(((f"row {number}", ""),), tuple(((f"detail {n}", ""),) for n in range(count)))
        for number, count in enumerate(details)
    ]
    chosen = min(chosen, max(len(rows) - 1, 0))
    lines, owners = list_lines(Listed("", rows, chosen), room, 80)
    assert len(lines) <= room
    if rows:
        assert len(lines) == len(owners)
        assert chosen in owners
        # The chosen row itself is in sight, not only what stands below it.
        assert any(line[0][0] == CHOSEN for line in lines)
        shown = [owner for owner in owners if owner is not None]
        assert shown == sorted(shown)


@given(st.integers(20, 150), st.integers(9, 50), st.text(max_size=200))
def test_a_page_fits(width: int, height: int, text: str) -> None:
    marks = (Mark(START_S + 60, "backup", text), Mark(START_S + WEEK_S, "trash", text))
    timeline = replace(Timeline.whole(WINDOW), marks=marks, counts=(1,) * (width - 2))
    listed = Listed(text, [Row(((text, ""),), (((text, ""),),))] * 3, 1)
    made = page("films", timeline, listed, text, width, height)
    assert len(made.lines) == len(made.rows) == height
    assert all(sum(cell_len(piece) for piece, _ in line) <= width for line in made.lines)
    assert all(piece.isprintable() for line in made.lines for piece, _ in line)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "now"),
        (1, "1 second ago"),
        (61, "1 minute 1 second ago"),
        (7_200, "2 hours ago"),
        (90_061, "1 day 1 hour ago"),
    ],
)
def test_ago(seconds: float, text: str) -> None:
    assert ago_text(seconds) == text


def test_a_time_to_the_microsecond_fits_beside_words() -> None:
    at_s = START_S + WEEK_S - 59 * 60.123456
    made = page("films", Timeline.whole(WINDOW).at(at_s), Listed(""), "", 79, 24)
    line = "".join(text for text, _ in made.lines[4])
    assert "59 minutes ago" in line
    assert not line.endswith("…")


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.013, "13 ms"), (1, "1 second"), (90, "1.5 minutes"), (86_400 * 35, "35 days")],
)
def test_stretches(seconds: float, text: str) -> None:
    assert stretch_text(seconds) == text


def test_ways_back() -> None:
    timeline = Timeline.whole(WINDOW)

    def plan(at_s: float, is_remote: bool = False) -> RestorePlan | str:
        return plan_restore("films", timeline.at(at_s), None, is_remote=is_remote)

    latest, early = plan(WINDOW.latest_s), plan(START_S)
    assert isinstance(latest, RestorePlan)
    request = latest.request("new")
    assert request is not None
    assert request.members["UseLatestRestorableTime"] is True
    assert latest.command("new") == "dyntui restore films new"
    assert isinstance(early, RestorePlan)
    assert early.way == "past"
    assert early.command("new") is None
    assert "no other way" in str(plan(START_S, is_remote=True))


def test_a_copy_of_the_past_that_is_stopped_leaves_nothing(tmp_path: Path) -> None:
    clock = VirtualClock()
    with Engine.open(tmp_path, clock=clock) as engine:
        write_past(engine, clock, recovery=False)
        engine.load_items("films", (film(number) for number in range(3 * ITEMS_PER_STEP)))
        info = TableInfo.from_description(
            engine.call("DescribeTable", {"TableName": "films"})["Table"]
        )
        seen: list[tuple[int, int]] = []

        def shown() -> None:
            seen.append((watch.done, watch.total))
            watch.stop.set()

        watch = Watch("copying", shown, lambda: False)
        with pytest.raises(StoppedError):
            copy_past(engine, engine, info, clock.now_us() / 1e6, "new", watch)
        assert seen == [(0, info.item_count)]
        assert engine.call("ListTables", {})["TableNames"] == ["films"]
        watch = Watch("copying", lambda: None, lambda: False)
        assert copy_past(engine, engine, info, clock.now_us() / 1e6, "new", watch) == "new"
        assert watch.done == watch.total == info.item_count
