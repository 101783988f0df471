"""`dyntui export`: a table's items to a file, a stream or a folder."""

from __future__ import annotations

import sys

import click

from dyntui.cli.command import Command, table_argument
from dyntui.cli.exits import FAILED, Failure, OperationError, say
from dyntui.cli.progress import progress_bar
from dyntui.cli.statement_options import max_rcu_option
from dyntui.cli.workspace import workspace
from dyntui.core.text.formats import bytes_text
from dyntui.core.text.moments import MomentError
from dyntui.core.transfers.export_plan import VIEWS, Exporting, ExportPlan
from dyntui.core.transfers.exporting import FORMS, ExportError, Form
from engine.clock import SYSTEM_CLOCK
from engine.errors import ApiError
from engine.transfer.compression import COMPRESSIONS, Compression
from engine.transfer.stores import StoreError

_COMPRESSIONS: dict[str, Compression] = {name.lower(): name for name in COMPRESSIONS}


@click.command("export", cls=Command)
@table_argument
@click.argument("destination", metavar="FILE|FOLDER|-")
@click.option("--format", "form", type=click.Choice(FORMS), help="The form of the items.")
@click.option("--compression", type=click.Choice(tuple(_COMPRESSIONS)), help="Of a file.")
@click.option(
    "--filter",
    "filter_text",
    metavar="EXPRESSION",
    default="",
    help="Only these items: gross > 5 and genre = 'Drama'.",
)
@click.option(
    "--projection", metavar="NAMES", default="", help="Only these attributes: title,ratings.imdb."
)
@click.option("--columns", metavar="NAMES", help="The columns of a CSV, in their order.")
@click.option("--at", metavar="TIME", default="", help="The table as it was then.")
@click.option("--incremental", is_flag=True, help="What became of its items in a window of time.")
@click.option("--from", "since", metavar="TIME", default="", help="Where the window begins.")
@click.option("--to", "until", metavar="TIME", default="", help="Where it ends; now, if not given.")
@click.option(
    "--view",
    type=click.Choice(VIEWS),
    default=VIEWS[0],
    show_default=True,
    help="Whether a changed item's old image comes along.",
)
@max_rcu_option
@click.pass_context
def export(
    context: click.Context,
    table: str,
    destination: str,
    form: Form | None,
    compression: str | None,
    filter_text: str,
    projection: str,
    columns: str | None,
    at: str,
    incremental: bool,
    since: str,
    until: str,
    view: str,
    max_rcu: float | None,
) -> None:
    """Export a table as it is at this moment, while others go on writing.

    A FILE's name tells format and compression: t.json, t.jsonl.gz, t.csv, t.ion.zst. Anything else
    is a folder, or a bucket such as s3://name, with the layout of the service's exports to S3.
    dynamodb-json and ion keep every type and digit; csv and jsonl are what other programs read.

    The past, and what changed in a window of it, comes from a data folder's local history: as far
    back as that reaches, whether point-in-time recovery is on or not.

    All items of a data folder's table cost no units; --max-rcu holds where they are read by
    requests: with a filter or a projection, and on a remote.
    """
    plan = ExportPlan(
        table,
        destination,
        form,
        _COMPRESSIONS[compression] if compression else None,
        filter_text,
        projection,
        tuple(name.strip() for name in columns.split(",")) if columns else (),
        at,
        incremental,
        since,
        until,
        view,
    )
    try:
        plan.target()
        work = workspace(context)
        work.limit_rates(max_rcu)
        info = work.table(table)
        total = None if filter_text or incremental else info.item_count
        with progress_bar() as bar:
            work_of_it = Exporting(
                plan,
                work.connection,
                work.call,
                SYSTEM_CLOCK,
                lambda items: bar.show(f"export {table}", items, total),
            )
            done = work_of_it.run(info, sys.stdout.buffer)
    except (ExportError, MomentError) as error:
        raise click.UsageError(str(error)) from None
    except StoreError as error:
        raise Failure(str(error), FAILED) from None
    except ApiError as error:
        raise OperationError("Scan", error) from error
    what = "changed items" if incremental else "items"
    say(f"{table}: {done.items:,} {what} ({bytes_text(done.item_bytes)}) to {done.place}")
