"""`python -m tests.benchmarks [NAME…] [--quick]`: run the benchmarks and print what they reach."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from tests.benchmarks.figures import Benchmark, Figure, Setting
from tests.benchmarks.registry import BENCHMARKS

_QUICK_SCALE = 0.1
_QUICK_ROUNDS = 21


def main(arguments: list[str]) -> int:
    """Run what was asked for; the exit code says nothing about goals."""
    parser = _parser()
    options = parser.parse_args(arguments)
    chosen = [one for one in BENCHMARKS if not options.names or one.name in options.names]
    unknown = set(options.names) - {one.name for one in BENCHMARKS}
    if unknown:
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}; --list names them")
    for benchmark in chosen:
        print(f"{benchmark.name}: {benchmark.measures}", flush=True)
        if not options.list:
            _run(benchmark, options.quick, options.folder)
    return 0


def _run(benchmark: Benchmark, quick: bool, folder: Path | None) -> None:
    with tempfile.TemporaryDirectory(prefix="dyntui-", dir=folder) as name:
        setting = Setting(Path(name))
        if quick:
            setting = Setting(Path(name), _QUICK_SCALE, _QUICK_ROUNDS)
        for figure in benchmark.run(setting):
            print(line_of(benchmark, figure), flush=True)


def line_of(benchmark: Benchmark, figure: Figure) -> str:
    """A figure as it is printed: name, value, goal, met or missed, bare figures."""
    goal = benchmark.goals.get(figure.name)
    asked = reached = ""
    if goal is not None:
        asked = goal.text(figure.unit)
        reached = "met" if goal.is_met(figure.value) else "missed"
    value = f"{figure.value:.2f}{figure.unit}"
    return f"  {figure.name:<24} {value:>10}  {asked:<8}  {reached:<6}  {figure.detail}".rstrip()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="which to run; all if left out")
    parser.add_argument("--quick", action="store_true", help="a tenth of the sizes")
    parser.add_argument("--list", action="store_true", help="say what there is, and run nothing")
    parser.add_argument(
        "--folder", type=Path, help="where to put files, if not in the temporary folder"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
