"""`dyntui sample`: the sample tables."""

from __future__ import annotations

from collections.abc import Iterable

import click

from dyntui.cli.command import Command
from dyntui.cli.exits import OperationError, say
from dyntui.cli.output import write_rows
from dyntui.cli.status_line import StatusLine
from dyntui.cli.workspace import workspace
from dyntui.core.connect import Connection
from engine.errors import ApiError

BAR_WIDTH = 24


@click.group()
def sample() -> None:
    """Load sample tables: five sets of public data and two generated ones."""


@sample.command("list", cls=Command)
def list_sets() -> None:
    """List the sample sets."""
    from sample_data import DATASETS

    rows = [(one.name, f"{one.row_count:,}", one.title, one.source) for one in DATASETS.values()]
    write_rows(("name", "items", "title", "source"), rows, (False, True, False, False))


def _complete_sets(
    _context: click.Context, _parameter: click.Parameter, incomplete: str
) -> list[str]:
    from sample_data import DATASETS

    return [name for name in DATASETS if name.startswith(incomplete)]


@sample.command(cls=Command)
@click.argument("names", metavar="[NAME]...", nargs=-1, shell_complete=_complete_sets)
@click.pass_context
def load(context: click.Context, names: tuple[str, ...]) -> None:
    """Create the sample tables, and put what they lack; all of them, or those that are named."""
    load_samples(workspace(context).connection, names or None)


def load_samples(connection: Connection, names: Iterable[str] | None = None) -> None:
    """Load sample sets, all of them for None, with a progress bar on stderr."""
    import sample_data

    bar = _ProgressBar()
    try:
        loaded = sample_data.load(connection.client, connection.tools, names, bar.show_part)
    except sample_data.UnknownDatasetError as error:
        raise click.UsageError(str(error)) from None
    except ApiError as error:
        raise OperationError("PutItem", error) from error
    finally:
        bar.clear()
    for one in loaded:
        say(f"{one.name}: {_OUTCOMES[one.outcome].format(count=one.items_written)}")


_OUTCOMES = {
    "created": "created, with {count:,} items",
    "completed": "completed with {count:,} items",
    "present": "is there already, with all its items",
    "foreign": "left alone: a table of this name has other keys or indexes",
}


class _ProgressBar(StatusLine):
    """How far a table is."""

    def show_part(self, name: str, done: int, total: int) -> None:
        """A table's name, how many of its items are there, how many there will be."""
        filled = BAR_WIDTH * done // max(total, 1)
        bar = "█" * filled + "░" * (BAR_WIDTH - filled)
        self.show(f"{name:<12} {bar} {done:,} of {total:,}")
