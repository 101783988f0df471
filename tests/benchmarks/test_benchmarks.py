"""The benchmarks run: the cheap ones with next to nothing to do, whatever they reach."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.benchmarks.__main__ import line_of, main
from tests.benchmarks.figures import Benchmark, Figure, Goal, Setting
from tests.benchmarks.pairing import Pair
from tests.benchmarks.registry import BENCHMARKS

_CHEAP = (
    "get-item",
    "query",
    "scan",
    "put-relaxed",
    "load",
    "past",
    "diff",
    "sealing",
    "sealed-tables",
    "statement-by-key",
    "statement-select",
    "backup",
    "restore",
    "snapshot",
    "seeded",
)
_BY_NAME = {benchmark.name: benchmark for benchmark in BENCHMARKS}


@pytest.mark.parametrize("name", _CHEAP)
def test_a_cheap_benchmark_yields_a_figure_for_each_goal(name: str, tmp_path: Path) -> None:
    benchmark = _BY_NAME[name]
    figures = list(benchmark.run(Setting(tmp_path, scale=0.001, rounds=3)))
    assert benchmark.goals.keys() <= {figure.name for figure in figures}
    assert all(figure.value > 0 for figure in figures)


def test_names_are_unique() -> None:
    assert len(_BY_NAME) == len(BENCHMARKS)


def test_an_unknown_name_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["get-item", "nonsense"])
    assert "no such benchmark: nonsense" in capsys.readouterr().err


def test_the_list_runs_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == len(BENCHMARKS)


@pytest.mark.parametrize(
    ("goal", "value", "reached"),
    [(Goal(2.0), 1.5, "met"), (Goal(2.0), 2.5, "missed"), (Goal(2.5, is_least=True), 2.6, "met")],
)
def test_a_figure_is_told_to_have_met_its_goal(goal: Goal, value: float, reached: str) -> None:
    benchmark = Benchmark("one", "something", lambda _: [], {"one": goal})
    assert line_of(benchmark, Figure("one", value)).split()[-1] == reached


def test_the_ratio_is_the_median_of_the_rounds_and_not_of_the_sides() -> None:
    pair = Pair(subject_s=(2.0, 20.0, 3.0), floor_s=(1.0, 10.0, 1.0))
    assert pair.ratio == 2.0
    assert pair.ratio_of_sums == pytest.approx(25 / 12)
