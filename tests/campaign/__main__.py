"""Run campaigns: one line each, with its counts; the exit code is 1 where one failed."""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import traceback
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from tests.campaign.campaign import Campaign, Run
from tests.campaign.registry import CAMPAIGNS


def main(arguments: list[str]) -> int:
    """Run the campaigns that are named, or all; gives the exit code."""
    names = [campaign.name for campaign in CAMPAIGNS]
    parser = argparse.ArgumentParser(prog="python -m tests.campaign", description="The long tests.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(names)}")
    parser.add_argument("--seconds", type=float, help="how long each lasts, instead of its rounds")
    parser.add_argument("--list", action="store_true", help="only say which there are")
    options = parser.parse_args(arguments)
    unknown = [name for name in options.names if name not in names]
    if unknown:
        parser.error(f"there is no campaign {unknown[0]}; there are {', '.join(names)}")
    console = Console(highlight=False)
    if options.list:
        for campaign in CAMPAIGNS:
            console.print(f"{campaign.name:12} {campaign.about}")
        return 0
    chosen = [c for c in CAMPAIGNS if not options.names or c.name in options.names]
    passed = [_run(console, campaign, options.seconds) for campaign in chosen]
    return 0 if all(passed) else 1


def _run(console: Console, campaign: Campaign, seconds: float | None) -> bool:
    """Run one campaign in a folder of its own, which is kept where it failed."""
    columns = (
        *(SpinnerColumn(), TextColumn(f"{campaign.name:12}"), BarColumn(30)),
        *(TimeElapsedColumn(), TextColumn("{task.description}")),
    )
    folder = Path(tempfile.mkdtemp(prefix=f"campaign-{campaign.name}-"))
    failure = ""
    alive = console.is_terminal
    with Progress(*columns, console=console, transient=True, disable=not alive) as progress:
        task = progress.add_task("", total=1.0)

        def show(share: float) -> None:
            progress.update(task, completed=share, description=_told(run))

        run = Run(folder, seconds, show)
        try:
            campaign.work(run)
        except Exception:
            failure = traceback.format_exc()
    state = "[red]failed[/]" if failure else "[green]ok[/]    "
    console.print(f"{campaign.name:12} {state} {run.elapsed_s:7.1f} s  {_told(run)}")
    if failure:
        console.print(f"{failure}The files are in {folder}", markup=False)
    else:
        shutil.rmtree(folder)
    return not failure


def _told(run: Run) -> str:
    return " · ".join(f"{figure:,} {name.replace('_', ' ')}" for name, figure in run.counts.items())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
