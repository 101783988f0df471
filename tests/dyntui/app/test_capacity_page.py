"""What the page on capacity says, and its charts: no app needed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from dyntui.core.capacity.page import View, capacity_page
from dyntui.core.capacity.words import episodes, rate_text, stats_command, way_out
from dyntui.core.text.chart import (
    BARS,
    LABEL_CELLS,
    Line,
    bar_chart,
    compact,
    gauge,
    in_columns,
    sparkline,
    step_above,
)
from dyntui.core.text.pace import FAST_S, REST_S, Pace
from engine.client.capacity import CapacityReport
from tests.dyntui.app.capacity_reports import (
    flow,
    on_demand_report,
    quiet_report,
    throttled_report,
)

NOW = View(600)
ROWS = 4
units = st.floats(0, 1e7, allow_subnormal=False).map(lambda number: round(number, 2))


def texts(lines: list[Line]) -> list[str]:
    return ["".join(text for text, _ in line) for line in lines]


def page_text(report: CapacityReport, view: View = NOW, width: int = 86, height: int = 37) -> str:
    return "\n".join(texts(capacity_page(report, view, width, height).lines))


# Charts.


@given(st.lists(units, min_size=1, max_size=200), st.none() | units, st.integers(20, 90))
def test_a_chart_has_its_size_and_shows_whatever_is_there(
    values: list[float], limit: float | None, width: int
) -> None:
    refused = [1 if value > 5e6 else 0 for value in values]
    lines = texts(bar_chart(values, refused, limit, first=7, width=width, height=ROWS))
    assert [len(line) for line in lines] == [width] * (ROWS + 1)
    lowest = lines[-2][LABEL_CELLS:]
    highest = in_columns(values, 7, width - LABEL_CELLS, max)
    assert [cell in BARS[1:] for cell in lowest] == [bool(value) for value in highest]
    assert ("✗" in lines[-1]) == any(refused)


@given(st.lists(units, min_size=40, max_size=120), st.integers(0, 50))
def test_columns_do_not_change_as_the_series_moves_on(values: list[float], first: int) -> None:
    before = in_columns(values, first, 10, max)
    after = in_columns([*values[1:], 3.0], first + 1, 10, max)
    shared = set(before[2:-1]) - {None}
    assert shared <= set(after)


def test_a_bar_at_the_limit_reaches_its_line_and_one_above_it_is_of_another_kind() -> None:
    lines = bar_chart([0, 10, 20], [0, 0, 3], 10.0, first=0, width=LABEL_CELLS + 3, height=6)
    assert texts(lines) == [
        "   20   █",
        "        █",
        "   10 ╌╌█",
        "       ██",
        "       ██",
        "    0  ██",
        "        ✗",
    ]
    assert [kind for line in lines for text, kind in line if "█" in text][:2] == ["over", "over"]


def test_a_limit_far_above_the_traffic_gives_way_to_it() -> None:
    lines = texts(bar_chart([1.0, 2.0], [0, 0], 40_000.0, first=0, width=12, height=4))
    assert "╌" not in "".join(lines)
    assert lines[0].strip().startswith("2")


def test_a_column_of_several_values_is_the_highest_of_them() -> None:
    assert in_columns([1.0, 9.0, 2.0, 3.0], 0, 2, max) == [9.0, 3.0]
    assert in_columns([1, 1, 0, 4], 0, 2, sum) == [2, 4]
    assert in_columns([], 0, 2, sum) == [None, None]
    assert in_columns([1.0, 2.0], 0, 5, max) == [None, 1.0, 1.0, 2.0, 2.0]


def test_a_sparkline_tells_nothing_from_little() -> None:
    assert sparkline([0.0, 0.01, 5.0, 10.0], 10.0, 0, 4) == "▁▁▄█"


@pytest.mark.parametrize(
    ("number", "text"),
    [(0, "0"), (0.25, "0.2"), (38, "38"), (1_200, "1,200"), (12_000, "12k"), (1_234_567, "1.2M")],
)
def test_numbers_are_short(number: float, text: str) -> None:
    assert compact(number) == text


@given(st.floats(0.001, 1e9))
def test_scales_change_in_steps_and_hold_all(value: float) -> None:
    assert value * (1 - 1e-9) <= step_above(value) <= value * 2


def test_a_peak_is_told_whole_or_not_at_all() -> None:
    reads = flow([2_588, 1_000, 0], 5_000.0)
    whole = "1,000 of 5,000 RCU/s, peak 2,588"
    assert rate_text(reads, 1, "RCU", len(whole)) == whole
    assert rate_text(reads, 1, "RCU", len(whole) - 1) == "1,000 of 5,000 RCU/s"


def test_a_gauge_never_leaves_its_frame() -> None:
    assert [gauge(part, 4) for part in (-1.0, 0.5, 3.0)] == ["░░░░", "██░░", "████"]


# Words.


def test_refusals_of_one_reason_are_told_once_with_the_newest_words() -> None:
    found = episodes(throttled_report().throttles)
    assert [(one.requests, one.index, one.last_s - one.first_s) for one in found] == [
        (40, None, 7),
        (2, "by-genre", 1),
    ]
    assert "takes 70 % of" in found[0].words


@pytest.mark.parametrize(
    ("reason", "mode", "words"),
    [
        ("TableWriteKeyRangeThroughputExceeded", "PROVISIONED", "1,000 WCU at most"),
        ("TableWriteProvisionedThroughputExceeded", "PROVISIONED", "a raises its WCU"),
        ("TableWriteMaxOnDemandThroughputExceeded", "PAY_PER_REQUEST", "OnDemandThroughput"),
        ("TableWriteProvisionedThroughputExceeded", "PAY_PER_REQUEST", "twice the last peak"),
        ("TableWriteAccountLimitExceeded", "PROVISIONED", "quota"),
    ],
)
def test_every_reason_has_a_way_out(reason: str, mode: str, words: str) -> None:
    report = replace(throttled_report(), mode=mode)
    episode = replace(episodes(report.throttles)[0], reason=reason)
    assert words in way_out(episode, report)


def test_the_command_line_says_the_same_window() -> None:
    assert stats_command("films", 35 * 86_400) == "dyntui stats films --window 35d"


def test_figures_in_words_make_no_other_reason_and_keys_do() -> None:
    words = (
        "very large items (12 KB) cost 14 units each: partition 1 of 2 is hot",
        "very large items (9 KB) cost 1,200 units each: partition 1 of 2 is hot",
        "very large items (9 KB) cost 9 units each: partition 2 of 2 is hot",
    )
    mark = throttled_report().throttles[0]
    found = episodes(replace(mark, words=text, at_s=at_s) for at_s, text in enumerate(words))
    assert [one.words for one in found] == [words[2], words[1]]


# The page.


@pytest.mark.parametrize("report", [throttled_report(), quiet_report(), on_demand_report()])
def test_all_of_it_fits_beside_the_list_in_a_window_of_120_by_40(report: CapacityReport) -> None:
    page = capacity_page(report, NOW, 85, 37)
    assert len(page.lines) <= 37
    assert max(map(len, texts(page.lines))) <= 86


def test_what_happened_comes_first_in_a_small_window() -> None:
    first = page_text(throttled_report(), width=79, height=21).splitlines()[:21]
    for words in ("✗ 40", "overdrawn by 3 WCU", "partition 3 of 4 is hot", "top keys"):
        assert any(words in line for line in first), words


def test_a_table_is_marked_where_an_index_held_its_writes_back() -> None:
    own = throttled_report()
    table, index = own.resources
    free = replace(table, writes=replace(table.writes, throttled=(0,) * 600))
    text = page_text(replace(own, resources=(free, index)))
    assert "peak 20  ✗ 2" in text
    assert any(set(line.strip()) == {"✗"} for line in text.splitlines())


def test_an_index_has_charts_partitions_and_keys_of_its_own() -> None:
    text = page_text(throttled_report(), View(600, resource=1))
    assert "▸ by-genre" in text
    assert "of 10 WCU/s" in text
    assert "▸ Drama" in text
    assert "film-0017" not in text


@pytest.mark.parametrize(
    ("reads", "said"),
    [(0.0, "none is busy"), (0.004, "1 is busiest: <1% reads, 0% writes")],
)
def test_little_heat_is_not_none(reads: float, said: str) -> None:
    report = throttled_report()
    first, *others = report.resources
    cool = [replace(one, reads=0.0, writes=0.0) for one in first.partitions]
    first = replace(first, partitions=(replace(cool[0], reads=reads), *cool[1:]))
    assert said in page_text(replace(report, resources=(first, *others)))


def test_a_key_of_wide_characters_keeps_its_place() -> None:
    report = throttled_report()
    first, *others = report.resources
    keys = tuple(replace(key, key="映画" * 20) for key in first.hot_keys[:1])
    report = replace(report, resources=(replace(first, hot_keys=keys), *others))
    line = next(line for line in page_text(report).splitlines() if "映画" in line)
    assert cell_len(line) == 85
    assert line.endswith("… 71% of writes p3")


def test_without_traffic_it_says_how_to_make_some() -> None:
    text = page_text(quiet_report())
    assert "dyntui load-test films" in text
    assert "throttling off" in text
    assert "operations" not in text


def test_on_demand_has_request_units_and_no_burst() -> None:
    text = page_text(on_demand_report())
    assert "WRU/s" in text
    assert "gives 12k RRU/s now" in text
    assert "burst" not in text


def test_the_cheapest_and_the_present_mode_are_marked() -> None:
    lines = page_text(on_demand_report()).splitlines()[-4:]
    assert lines[0].startswith("✔ $")
    assert lines[0].endswith("cheapest")
    assert [line.rstrip().endswith("now") for line in lines] == [False, False, True, False]


def test_where_throttling_only_warns_nothing_is_called_refused() -> None:
    text = page_text(replace(throttled_report(), throttling="warn"))
    assert "40 writes over the limit" in text
    assert "refused" not in text


def test_many_indexes_leave_room_for_the_rest() -> None:
    report = throttled_report()
    indexes = tuple(replace(report.resources[1], index=f"index-{n}") for n in range(20))
    report = replace(report, resources=(report.resources[0], *indexes))
    text = page_text(report, View(600, resource=15))
    assert "▸ index-14" in text
    assert "15 more: n, N" in text


# Pace.


def test_what_moves_is_looked_at_more_often() -> None:
    pace, quiet, busy = Pace(), quiet_report(), throttled_report()
    assert pace.next_s(quiet, 0.0) == REST_S
    assert pace.next_s(busy, 0.0) == FAST_S
    assert pace.next_s(busy, 0.0) == REST_S
    first, *others = busy.resources
    more = flow([*first.reads.consumed[:-1], 99.0], 50)
    moved = replace(busy, resources=(replace(first, reads=more), *others))
    assert pace.next_s(moved, 0.0) == FAST_S


def test_a_look_that_takes_long_is_taken_less_often() -> None:
    assert Pace().next_s(throttled_report(), 0.5) == 4.0


@pytest.mark.parametrize(
    ("width", "shown"), [(76, "DescribeContinuousBack…"), (100, "DescribeContinuousBackups")]
)
def test_names_of_operations_take_the_room_there_is(width: int, shown: str) -> None:
    report = throttled_report()
    long = replace(report.operations[0], operation="DescribeContinuousBackups", requests=3)
    lines = page_text(replace(report, operations=(*report.operations, long)), width=width)
    head = next(line for line in lines.split("\n") if line.startswith(" operations"))
    [row] = (line for line in lines.split("\n") if line.startswith(f" {shown} "))
    assert head.index("count") + len("count") == row.index("3") + 1
    assert cell_len(row) <= width
