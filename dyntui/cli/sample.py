"""`dyntui sample`: the sample tables."""

from __future__ import annotations

from collections.abc import Iterable

import click

from dyntui.cli.command import Command
from dyntui.cli.exits import OperationError, say
from dyntui.cli.output import write_rows
from dyntui.cli.progress import progress_bar
from dyntui.cli.workspace import workspace
from dyntui.core.connection.connect import Connection
from dyntui.core.text.amounts import counted
from engine.errors import ApiError


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
@click.option("--yes", is_flag=True, help="Do not ask, on the service.")
@click.pass_context
def load(context: click.Context, names: tuple[str, ...], yes: bool) -> None:
    """Create the sample tables, and put what they lack; all of them, or those that are named."""
    from sample_data import load_question

    work = workspace(context)
    if work.connection.is_service:
        work.confirm(load_question(names or None), yes=yes)
    load_samples(work.connection, names or None)


def load_samples(connection: Connection, names: Iterable[str] | None = None) -> None:
    """Load sample sets, all of them for None, with a progress bar on stderr."""
    import sample_data

    try:
        with progress_bar() as bar:
            loaded = sample_data.load(connection.client, connection.loader, names, bar.show)
    except sample_data.UnknownDatasetError as error:
        raise click.UsageError(str(error)) from None
    except ApiError as error:
        raise OperationError("PutItem", error) from error
    for one in loaded:
        items = counted(one.items_written, "item")
        say(f"{one.name}: {_OUTCOMES[one.outcome].format(items=items)}")


_OUTCOMES = {
    "created": "created, with {items}",
    "completed": "completed with {items}",
    "present": "is there already, with all its items",
    "foreign": "left alone: a table of this name has other keys or indexes",
}
