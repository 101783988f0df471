"""`dyntui export`: a table's items to a file, a stream or a folder."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import closing

import click

from dyntui.cli.command import Command, table_argument
from dyntui.cli.exits import FAILED, Failure, OperationError, say
from dyntui.cli.paging import PageOptions, Pages, paginations
from dyntui.cli.progress import progress_bar
from dyntui.cli.read import filtered_scan
from dyntui.cli.workspace import Workspace, workspace
from dyntui.core.exporting import (
    FORMS,
    ExportError,
    Form,
    export_file,
    export_folder,
    stored_form,
    target_of,
)
from dyntui.core.formats import bytes_text
from dyntui.core.schema import TableInfo
from engine.client.protocol import Json, StoredItems
from engine.clock import SYSTEM_CLOCK
from engine.errors import ApiError
from engine.transfer.compression import COMPRESSIONS, Compression
from engine.transfer.stores import StoreError


@click.command("export", cls=Command)
@table_argument
@click.argument("destination", metavar="FILE|FOLDER|-")
@click.option("--format", "form", type=click.Choice(FORMS), help="The form of the items.")
@click.option(
    "--compression", type=click.Choice([name.lower() for name in COMPRESSIONS]), help="Of a file."
)
@click.option(
    "--filter",
    "filter_text",
    metavar="EXPRESSION",
    help="Only these items: gross > 5 and genre = 'Drama'.",
)
@click.option("--projection", metavar="NAMES", help="Only these attributes: title,ratings.imdb.")
@click.option("--columns", metavar="NAMES", help="The columns of a CSV, in their order.")
@click.pass_context
def export(
    context: click.Context,
    table: str,
    destination: str,
    form: Form | None,
    compression: str | None,
    filter_text: str | None,
    projection: str | None,
    columns: str | None,
) -> None:
    """Export a table as it is at this moment, while others go on writing.

    A FILE's name tells format and compression: t.json, t.jsonl.gz, t.csv, t.ion.zst. Anything else
    is a folder, or a bucket such as s3://name, with the layout of the service's exports to S3.
    dynamodb-json and ion keep every type and digit; csv and jsonl are what other programs read.
    """
    packed: Compression | None = _COMPRESSIONS[compression] if compression else None
    try:
        target = target_of(destination, form, packed)
    except ExportError as error:
        raise click.UsageError(str(error)) from None
    work = workspace(context)
    info = work.table(table)

    def read() -> StoredItems:
        return _items(work, info, filter_text, projection)

    total = info.item_count if filter_text is None else None
    try:
        with progress_bar() as bar:

            def show(items: int) -> None:
                bar.show(f"export {table}", items, total)

            if target.is_file:
                stdout = sys.stdout.buffer
                named = [name.strip() for name in columns.split(",")] if columns else None
                done = export_file(target, stdout, read, named, info.key_names, show)
            else:
                done = export_folder(target, info, read, SYSTEM_CLOCK, show)
    except StoreError as error:
        raise Failure(str(error), FAILED) from None
    say(f"{table}: {done.items:,} items ({bytes_text(done.item_bytes)}) to {done.place}")


_COMPRESSIONS: dict[str, Compression] = {name.lower(): name for name in COMPRESSIONS}


def _items(
    work: Workspace, info: TableInfo, filter_text: str | None, projection: str | None
) -> StoredItems:
    """The items: from one snapshot where an engine is at hand and all of them are wanted."""
    tools = work.connection.local_tools
    if tools is not None and filter_text is None and projection is None:
        rows = tools.stored_items(info.name)
        with closing(rows):
            try:
                yield from rows
            except ApiError as error:
                raise OperationError("Scan", error) from error
        return
    members = filtered_scan(info, filter_text, projection)
    yield from stored_form(_scanned(work, members))


def _scanned(work: Workspace, members: Json) -> Iterator[Json]:
    pages = Pages(paginations()["Scan"], lambda r: work.call("Scan", r), members, PageOptions())
    for page in pages:
        yield from page["Items"]
