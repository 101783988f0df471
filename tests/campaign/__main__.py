"""`python -m tests.campaign [NAME…]`: the long tests, with a line about each."""

from __future__ import annotations

import sys

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from tests.campaign.registry import CAMPAIGNS, Campaign


def run(campaign: Campaign, steps: int, progress: Progress) -> bool:
    """Run one campaign; gives whether nothing was wrong."""
    task = progress.add_task(campaign.name, total=steps, said="")
    try:
        for said in campaign.run(steps):
            progress.update(task, advance=1, said=said)
    except AssertionError as error:
        progress.update(task, said="[red]failed")
        progress.console.print(f"{campaign.name}: {error}", markup=False)
        return False
    return True


@click.command()
@click.argument("names", nargs=-1, type=click.Choice([c.name for c in CAMPAIGNS]))
@click.option("--steps", type=click.IntRange(min=1), help="How many steps, in place of its own.")
def main(names: tuple[str, ...], steps: int | None) -> None:
    """Run the campaigns that are named, or all."""
    chosen = [c for c in CAMPAIGNS if not names or c.name in names]
    columns = (
        TextColumn("{task.description:<18}"),
        BarColumn(bar_width=20),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[said]}"),
    )
    with Progress(*columns, console=Console(width=110)) as progress:
        right = [run(campaign, steps or campaign.steps, progress) for campaign in chosen]
    sys.exit(0 if all(right) else 1)


if __name__ == "__main__":
    main()
