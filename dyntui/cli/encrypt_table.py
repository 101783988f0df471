"""`dyntui encrypt-table` and `dyntui verify`: all items of a table."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from dyntui.cli.command import Command, report_option, table_argument
from dyntui.cli.crypto_config import config_option, counter, protection_of, told
from dyntui.cli.exits import PARTIAL, UNMET, Failure, say
from dyntui.cli.workspace import Workspace, workspace
from dyntui.core.tables.schema import TableInfo
from dyntui.core.text.amounts import counted

if TYPE_CHECKING:
    from engine.itemcrypto.inspection import Report
    from engine.itemcrypto.protection import Protection


@click.command(cls=Command)
@table_argument
@config_option
@report_option("The form of the report.")
@click.pass_context
def verify(context: click.Context, table: str, config: Path | None, output: str) -> None:
    """Check every item of a table: that it is sealed, and as it was sealed.

    Ends with 3 where an item is not.
    """
    from dyntui.core.security.crypto_report import report_document, report_lines

    work = workspace(context)
    info = work.table(table)
    with told():
        protection = protection_of(work, config, info)
    report = verified_items(work, info, protection)
    if output == "json":
        click.echo(report_document(report))
    else:
        for line in report_lines(report):
            click.echo(line)
    if report.refusals:
        context.exit(PARTIAL)


def verified_items(work: Workspace, info: TableInfo, protection: Protection) -> Report:
    """The report on all items of a table, counted while they are checked."""
    from engine.itemcrypto.inspection import Report, scanned, verified

    report = Report()
    with counter("verified", info.item_count) as show:
        pages = scanned(lambda request: work.call("Scan", request), info.name)
        for report in verified(pages, protection):
            show(report.item_count)
    return report


@click.command("encrypt-table", cls=Command)
@table_argument
@config_option
@click.option(
    "--again", is_flag=True, help="Also seal anew what is sealed: after a change of keys."
)
@click.option("--no-verify", is_flag=True, help="Do not check all items afterwards.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_context
def encrypt_table(
    context: click.Context, table: str, config: Path | None, again: bool, no_verify: bool, yes: bool
) -> None:
    """Seal the items of a table that are plain, or of the legacy format.

    Each is written only where nobody changed it meanwhile. What is sealed is passed over, so that a
    command which was interrupted goes on when it is given again. Afterwards all items are checked,
    as `verify` does; ends with 3 where one is not right.
    """
    from dyntui.core.security.crypto_report import report_lines
    from engine.itemcrypto.errors import ItemCryptoError
    from engine.itemcrypto.inspection import scanned
    from engine.itemcrypto.migration import Progress, migrated

    work = workspace(context)
    info = work.table(table)
    with told():
        protection = protection_of(work, config, info)
    work.confirm(f"Seal the items of {table} in place?", yes=yes, typed=table)
    client = work.connection.client
    pages = scanned(lambda request: work.call("Scan", request), table)
    progress = Progress()
    try:
        with counter("sealed", info.item_count) as show:
            for progress in migrated(pages, client, table, protection, anew=again):
                show(progress.sealed + progress.passed_over)
    except ItemCryptoError as error:
        raise Failure(error.message, PARTIAL if progress.sealed else UNMET) from error
    finally:
        say(f"{counted(progress.sealed, 'item')} sealed, {progress.passed_over:,} passed over")
    if no_verify:
        return
    report = verified_items(work, info, protection)
    for line in report_lines(report):
        say(line)
    if report.refusals:
        context.exit(PARTIAL)
