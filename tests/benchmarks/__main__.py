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
    options = _parser().parse_args(arguments)
    if options.list:
        for benchmark in BENCHMARKS:
            print(f"{benchmark.name:<16} {benchmark.measures}")
        return 0
    for benchmark in BENCHMARKS:
        if options.names and benchmark.name not in options.names:
            continue
        print(f"{benchmark.name}: {benchmark.measures}", flush=True)
        with tempfile.TemporaryDirectory(prefix="dyntui-", dir=options.folder) as folder:
            setting = Setting(Path(folder))
            if options.quick:
                setting = Setting(Path(folder), _QUICK_SCALE, _QUICK_ROUNDS)
            for figure in benchmark.run(setting):
                print(line_of(benchmark, figure), flush=True)
    return 0


def line_of(benchmark: Benchmark, figure: Figure) -> str:
    """A figure as it is printed: name, value, goal, met or missed, bare figures."""
    goal = benchmark.goals.get(figure.name)
    asked = reached = ""
    if goal is not None:
        asked = goal.text(figure.unit)
        reached = "met" if goal.is_met(figure.value) else "missed"
    value = f"{figure.value:.2f}{figure.unit}"
    return f"  {figure.name:<28} {value:>9}  {asked:<9}  {reached:<6}  {figure.detail}".rstrip()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    names = [benchmark.name for benchmark in BENCHMARKS]
    parser.add_argument("names", nargs="*", metavar="NAME", help="which to run; all if left out")
    parser.add_argument("--quick", action="store_true", help="a tenth of the sizes")
    parser.add_argument("--list", action="store_true", help="name the benchmarks and stop")
    parser.add_argument(
        "--folder", type=Path, help="where to put files, if not in the temporary folder"
    )
    parser.set_defaults(known=names)
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
