"""Sorting outside of memory: the order, which of equal keys counts, and that no file is left."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.storage.sorting import Row, SortedRuns


def merged(runs: list[list[Row]], folder: Path | None = None) -> list[Row]:
    """The runs sorted and merged; all but the last one are spilled."""
    with closing(SortedRuns(folder)) as sorter:
        for run in runs[:-1]:
            sorter.spill(sorted(run))
        return list(sorter.merged(sorted(runs[-1])))


def rows(keys: range, value: bytes = b"x") -> list[Row]:
    return [(b"%05d" % key, len(value), value) for key in keys]


def test_rows_of_all_runs_come_back_in_key_order(tmp_path: Path) -> None:
    runs = [rows(range(2, 1_000, 3)), rows(range(0, 1_000, 3)), rows(range(1, 1_000, 3))]
    assert merged(runs, tmp_path) == rows(range(1_000))


def test_of_equal_keys_the_latest_run_counts(tmp_path: Path) -> None:
    runs = [rows(range(4), b"first"), rows(range(2), b"second"), rows(range(1), b"third")]
    values = [value for _, _, value in merged(runs, tmp_path)]
    assert values == [b"third", b"second", b"first", b"first"]


def test_a_large_value_comes_back_whole(tmp_path: Path) -> None:
    large = bytes(range(256)) * 1_600
    assert merged([rows(range(3), large), []], tmp_path) == rows(range(3), large)


def test_the_scratch_file_has_no_name(tmp_path: Path) -> None:
    with closing(SortedRuns(tmp_path)) as sorter:
        sorter.spill(rows(range(100)))
        assert list(tmp_path.iterdir()) == []
        assert list(sorter.merged([])) == rows(range(100))
    assert list(tmp_path.iterdir()) == []


def test_one_run_needs_no_file() -> None:
    missing = Path("/nowhere")
    assert merged([rows(range(10))], missing) == rows(range(10))


@settings(max_examples=25)
@given(
    st.lists(
        st.dictionaries(st.binary(min_size=1, max_size=3), st.binary(max_size=5), max_size=20),
        min_size=1,
        max_size=5,
    )
)
def test_merging_is_sorting_what_remains(runs: list[dict[bytes, bytes]]) -> None:
    expected: dict[bytes, bytes] = {}
    for run in runs:
        expected |= run
    found = merged([[(k, len(v), v) for k, v in run.items()] for run in runs])
    assert found == [(k, len(v), v) for k, v in sorted(expected.items())]
