"""`dyntui import`: files, folders and exports of the service, put into a table."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

import click
import orjson

from dyntui.cli.command import Command, complete_tables
from dyntui.cli.exits import FAILED, PARTIAL, Failure, OperationError, say
from dyntui.cli.progress import progress_bar
from dyntui.cli.workspace import Workspace, workspace
from dyntui.core.tables.schema import TableInfo
from dyntui.core.text.amounts import counted, items_written
from dyntui.core.text.formats import dynamodb_json
from dyntui.core.transfers.import_plan import ON_DUPLICATE, ImportPlan, Opened
from dyntui.core.transfers.importing import (
    Import,
    ImportRefusedError,
    Outcome,
    Rejection,
    Source,
    TooManyRejectionsError,
    preview,
)
from engine.client.protocol import Existing
from engine.errors import ApiError
from engine.storage.foreign import ForeignFileError
from engine.transfer.compression import COMPRESSIONS, Compression
from engine.transfer.csv_rows import DELIMITERS
from engine.transfer.layout import ManifestError
from engine.transfer.sources import FORMATS, Format, Reading
from engine.transfer.stores import StoreError

_SHOWN_REJECTIONS = 10
_PREVIEWED = 5
_COMPRESSIONS: dict[str, Compression] = {name.lower(): name for name in COMPRESSIONS}


@click.command("import", cls=Command)
@click.argument("address", metavar="SOURCE")
@click.argument("table", shell_complete=complete_tables)
@click.option("--format", "form", type=click.Choice(FORMATS), help="The form of the items.")
@click.option(
    "--compression", type=click.Choice(tuple(_COMPRESSIONS)), help="Of the files; else as they are."
)
@click.option(
    "--key",
    "keys",
    metavar="NAME:TYPE",
    multiple=True,
    help="Partition key, then sort key, of a table that is made: id:S.",
)
@click.option("--types", metavar="NAME=TYPE,...", help="Types of columns: year=N,tags=SS.")
@click.option("--infer", is_flag=True, help="Find the types of a CSV's columns by its first rows.")
@click.option("--delimiter", type=click.Choice(tuple(DELIMITERS)), default=",", help="Of a CSV.")
@click.option("--columns", metavar="NAMES", help="Of a CSV whose first row is data.")
@click.option(
    "--on-duplicate",
    type=click.Choice(tuple(ON_DUPLICATE)),
    default="replace",
    show_default=True,
    help="What becomes of an item that the table has; fail: the new one is rejected.",
)
@click.option("--errors-max", type=click.IntRange(min=0), help="Give up after so many bad records.")
@click.option(
    "--rejected",
    "rejected_path",
    type=click.Path(dir_okay=False),
    metavar="FILE",
    help="Where to list the records that were left out, as JSON lines.",
)
@click.option("--dry-run", is_flag=True, help="Read and show what would be put; put nothing.")
@click.pass_context
def import_items(
    context: click.Context,
    address: str,
    table: str,
    form: Format | None,
    compression: str | None,
    keys: tuple[str, ...],
    types: str | None,
    infer: bool,
    delimiter: str,
    columns: str | None,
    on_duplicate: str,
    errors_max: int | None,
    rejected_path: str | None,
    dry_run: bool,
) -> None:
    """Import a file, a folder, an export of the service, or standard input (-), into a table.

    sqlite://FILE/TABLE is a table of a SQLite file, mongodb the extended JSON of mongoexport.

    A table that is missing is made: as the export says, or with the keys that --key gives. Records
    that are no items are left out and counted, and the exit code is 3; the rest is put.
    """
    plan = ImportPlan(
        address,
        table,
        form,
        _COMPRESSIONS[compression] if compression else None,
        keys,
        types or "",
        infer,
        delimiter,
        tuple(name.strip() for name in columns.split(",")) if columns else (),
        on_duplicate,
        errors_max,
    )
    work = workspace(context)
    try:
        opened = plan.open(work.call, sys.stdin.buffer)
        for warning in opened.source.warnings:
            say(warning)
        if dry_run:
            _show(opened.source, opened.how)
            return
        info = _ready(work, plan, opened)
        with _rejections(rejected_path) as rejections:
            job = Import(opened.source, opened.how, rejections.add, errors_max)
            _run(work, info, job, ON_DUPLICATE[on_duplicate])
    except (ImportRefusedError, ValueError) as error:
        if isinstance(error, ManifestError):
            raise Failure(str(error), FAILED) from None
        raise click.UsageError(str(error)) from None
    except (ForeignFileError, StoreError) as error:
        raise Failure(str(error), FAILED) from None


def _ready(work: Workspace, plan: ImportPlan, opened: Opened) -> TableInfo:
    """The table, made if it is missing."""
    if opened.is_new:
        work.call("CreateTable", opened.definition)
        say(f"made the table {plan.table}")
    return work.ready_table(plan.table)


def _show(source: Source, how: Reading | None) -> None:
    """The first items as they would be put, on stdout."""
    for file, record in preview(source, how, _PREVIEWED):
        if record.item is None:
            say(f"{file}:{record.line}: {record.reason}")
        elif record.removed:
            click.echo(f"removed: {dynamodb_json(record.item, indent=False)}")
        else:
            click.echo(dynamodb_json(record.item, indent=False))
    say("nothing was put: this is a dry run")


def _run(work: Workspace, info: TableInfo, job: Import, existing: Existing) -> None:
    table = info.name

    def show(outcome: Outcome, writing: bool) -> None:
        title = f"write {table}" if writing else f"read {job.source.first_name}"
        total = outcome.read - outcome.rejected if writing else job.source.items
        bar.show(title, outcome.written if writing else outcome.read, total)

    outcome = job.outcome
    try:
        with progress_bar() as bar:
            job.run(work.connection, info, existing, show)
    except TooManyRejectionsError:
        raise Failure(
            f"more than {job.errors_max:,} records are no items of {table}: given up; "
            f"{items_written(outcome.written)}",
            PARTIAL,
        ) from None
    except ApiError as error:
        done = items_written(outcome.written) if outcome.written else ""
        raise OperationError("PutItem", error, done=done) from error
    except KeyboardInterrupt:
        say(f"before that, {items_written(outcome.written)}")
        raise
    say(
        f"{table}: {counted(outcome.read, 'record')} read, {outcome.written:,} written, "
        f"{outcome.rejected:,} rejected"
    )
    if outcome.rejected:
        raise Failure(
            f"{counted(outcome.rejected, 'record is no item', 'records are no items')} of {table}",
            PARTIAL,
        )


class _Rejections:
    """What was left out: the first on stderr, all of it in a file where there is one."""

    def __init__(self, file: TextIO | None) -> None:
        self._file = file
        self._count = 0

    def add(self, rejection: Rejection) -> None:
        """Tell of one."""
        self._count += 1
        if self._file is not None:
            self._file.write(
                orjson.dumps(rejection, option=orjson.OPT_APPEND_NEWLINE).decode(errors="replace")
            )
        if self._count <= _SHOWN_REJECTIONS:
            say(f"{rejection.place}: {rejection.reason}")
        elif self._count == _SHOWN_REJECTIONS + 1:
            say("more were rejected" + ("" if self._file else ": --rejected FILE lists them"))


@contextmanager
def _rejections(path: str | None) -> Iterator[_Rejections]:
    if path is None:
        yield _Rejections(None)
        return
    try:
        with open(path, "w", encoding="utf-8") as file:
            yield _Rejections(file)
    except OSError as error:
        raise click.UsageError(f"--rejected {path}: {error.strerror}") from None
