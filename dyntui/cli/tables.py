"""`dyntui ls`, `describe`, `create`, `alter` and `drop`: tables."""

from __future__ import annotations

from collections.abc import Callable

import click

from dyntui.cli.command import Command, complete_indexes, report_option, table_argument
from dyntui.cli.exits import OperationError, say
from dyntui.cli.output import write_document, write_items
from dyntui.cli.workspace import workspace
from dyntui.core.connection.connect import neighbours_with_tables
from dyntui.core.tables.definition import (
    BILLING_MODES,
    TABLE_CLASSES,
    NotationError,
    Settings,
    TableDefinition,
    add_index_request,
    drop_index_request,
    parse_attribute,
    parse_global_index,
    parse_local_index,
    parse_tag,
    settings_requests,
)
from dyntui.core.tables.describing import (
    SUMMARY_COLUMNS,
    describe_text,
    table_summary,
)
from dyntui.core.text.amounts import counted
from dyntui.core.text.item_output import FORMATS, Format
from engine.client.protocol import Json

_UNITS = click.IntRange(min=1)


@click.command(cls=Command)
@click.option(
    "-o",
    "--output",
    type=click.Choice(FORMATS),
    default="table",
    show_default=True,
    help="The form of the list.",
)
@click.pass_context
def ls(context: click.Context, output: Format) -> None:
    """List the tables of the Region: items, bytes, keys and indexes.

    Counts and sizes are true at this moment; sizes follow DynamoDB's rules for item sizes.
    """
    work = workspace(context)
    infos = list(work.tables())
    write_items(
        map(table_summary, infos),
        output,
        plain=True,
        keys=("name", "status"),
        columns=SUMMARY_COLUMNS,
    )
    if not infos:
        say(
            neighbours_with_tables(work.connection)
            or f"no tables in {work.connection.region} of {work.connection.place}"
        )


@click.command(cls=Command)
@table_argument
@report_option("Text for people, or the API's description.")
@click.pass_context
def describe(context: click.Context, table: str, output: str) -> None:
    """Show a table's schema, settings, indexes and sizes."""
    work = workspace(context)
    info = work.table(table)
    if output == "json":
        write_document(info.description)
    else:
        click.echo(describe_text(info), nl=False)


def _settings_options(function: Callable[..., None]) -> Callable[..., None]:
    """The settings that a table has from its creation and that can be changed."""
    for option in (
        click.option(
            "--class", "table_class", type=click.Choice(tuple(TABLE_CLASSES)), help="Table class."
        ),
        click.option("--wcu", type=_UNITS, help="Provisioned write units per second."),
        click.option("--rcu", type=_UNITS, help="Provisioned read units per second."),
        click.option("--billing", type=click.Choice(tuple(BILLING_MODES)), help="Billing mode."),
    ):
        function = option(function)
    return function


@click.command(cls=Command)
@table_argument
@click.option(
    "--key",
    "keys",
    metavar="NAME:TYPE",
    multiple=True,
    required=True,
    help="Partition key, as in id:S; given again, the sort key.",
)
@click.option("--sort", metavar="NAME:TYPE", help="Sort key; types are S, N and B.")
@click.option(
    "--gsi",
    metavar="INDEX",
    multiple=True,
    help="Global index: 'by-genre=genre:S,gross:N :include title'.",
)
@click.option(
    "--lsi", metavar="INDEX", multiple=True, help="Local index: 'by-delay=delay:N :keys-only'."
)
@_settings_options
@click.option("--sse", metavar="KEY", help="Put it under this key; see `dyntui keys use`.")
@click.option("--tag", metavar="KEY=VALUE", multiple=True, help="A tag.")
@click.option("--deletion-protection", is_flag=True, help="Refuse to drop the table.")
@click.pass_context
def create(
    context: click.Context,
    table: str,
    keys: tuple[str, ...],
    sort: str | None,
    gsi: tuple[str, ...],
    lsi: tuple[str, ...],
    billing: str | None,
    rcu: int | None,
    wcu: int | None,
    table_class: str | None,
    sse: str | None,
    tag: tuple[str, ...],
    deletion_protection: bool,
) -> None:
    """Create a table.

    An index is written NAME=PARTITION,SORT with options after it: :all, :keys-only,
    :include a,b, :rcu 5, :wcu 5. Attributes of a key are joined by +, as in
    'by-place=country:S+city:S,day:N'.
    """
    work = workspace(context)
    partition_key, *sort_keys = (*keys, sort) if sort is not None else keys
    if len(sort_keys) > 1:
        raise click.UsageError("a table has one partition key and at most one sort key")
    try:
        partition = parse_attribute(partition_key)
        definition = TableDefinition(
            name=table,
            partition=partition,
            sort=parse_attribute(sort_keys[0]) if sort_keys else None,
            indexes=(
                *(parse_local_index(text, partition) for text in lsi),
                *map(parse_global_index, gsi),
            ),
            billing_mode=BILLING_MODES[billing or "on-demand"],
            read_units=rcu,
            write_units=wcu,
            table_class=TABLE_CLASSES[table_class] if table_class else None,
            deletion_protection=deletion_protection,
            tags=tuple(map(parse_tag, tag)),
            key=sse,
        )
        request = definition.create_request()
    except NotationError as error:
        raise click.UsageError(str(error)) from None
    work.call("CreateTable", request)
    say(f"created {table}")


@click.command(cls=Command)
@table_argument
@_settings_options
@click.option("--add-gsi", metavar="INDEX", multiple=True, help="Add a global index; see create.")
@click.option(
    "--drop-gsi",
    metavar="NAME",
    multiple=True,
    help="Remove a global index.",
    shell_complete=complete_indexes,
)
@click.option(
    "--deletion-protection/--no-deletion-protection",
    default=None,
    help="Refuse, or allow, to drop the table.",
)
@click.option("--yes", is_flag=True, help="Do not ask before an index is removed.")
@click.pass_context
def alter(
    context: click.Context,
    table: str,
    billing: str | None,
    rcu: int | None,
    wcu: int | None,
    table_class: str | None,
    add_gsi: tuple[str, ...],
    drop_gsi: tuple[str, ...],
    deletion_protection: bool | None,
    yes: bool,
) -> None:
    """Change a table: throughput, billing mode, class, deletion protection, global indexes.

    Deletion protection, class and capacity each take a request of their own; each index is removed,
    or added and filled, in one more.
    """
    work = workspace(context)
    info = work.table(table)
    settings = Settings(
        billing_mode=BILLING_MODES[billing] if billing else None,
        read_units=rcu,
        write_units=wcu,
        table_class=TABLE_CLASSES[table_class] if table_class else None,
        deletion_protection=deletion_protection,
    )
    try:
        changes = settings_requests(info, settings)
        removals = [drop_index_request(info, name) for name in drop_gsi]
        indexes = [parse_global_index(text) for text in add_gsi]
        for index in indexes:
            add_index_request(info, index)
    except NotationError as error:
        raise click.UsageError(str(error)) from None
    if not changes and not removals and not indexes:
        raise click.UsageError("nothing to change: give at least one option")
    if removals:
        work.confirm(f"Remove {', '.join(drop_gsi)} from {table}?", yes=yes, typed=table)
    # One request takes one kind of change, and none while the one before it goes on.
    done: list[str] = []
    try:
        for change in changes:
            if done:
                work.ready_table(table)
            work.call("UpdateTable", change)
            done.append(f"{_changed_settings(change)} was changed")
        for name, request in zip(drop_gsi, removals, strict=True):
            if done:
                work.ready_table(table)
            work.call("UpdateTable", request)
            done.append(f"{name} was removed")
        for index in indexes:
            # The table may have become provisioned just now.
            now = work.ready_table(table) if done else info
            work.call("UpdateTable", add_index_request(now, index))
            done.append(f"{index.name} was added")
    except OperationError as failed:
        failed.done = ", ".join(done)
        raise
    say(f"changed {table}")


def _changed_settings(change: Json) -> str:
    """What a request of `settings_requests` is about."""
    if "TableClass" in change:
        return "the table class"
    return "deletion protection" if "DeletionProtectionEnabled" in change else "capacity"


@click.command(cls=Command)
@table_argument
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_context
def drop(context: click.Context, table: str, yes: bool) -> None:
    """Delete a table with all its items and indexes."""
    work = workspace(context)
    info = work.table(table)
    work.confirm(f"Drop {table} with {counted(info.item_count, 'item')}?", yes=yes, typed=table)
    work.call("DeleteTable", {"TableName": table}, origin="person")
    say(f"dropped {table}")
