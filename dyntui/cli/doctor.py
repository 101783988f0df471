"""`dyntui doctor`: whether the data is whole, and where its bytes are."""

from __future__ import annotations

from dataclasses import asdict

import click

from dyntui.cli.command import Command, report_option
from dyntui.cli.exits import UNMET, say
from dyntui.cli.output import write_document, write_rows
from dyntui.cli.workspace import workspace
from dyntui.core.connection.connect import Connection
from dyntui.core.security.key_check import checked_keys
from dyntui.core.text.amounts import counted
from dyntui.core.text.moments import utc_text
from engine.client.protocol import StorageReport
from engine.errors import ApiError


@click.command(cls=Command)
@click.option("--compact", is_flag=True, help="Give free space back to the file system, too.")
@report_option("The form of the report.")
@click.pass_context
def doctor(context: click.Context, compact: bool, output: str) -> None:
    """Check the data of the Region and its keys, and show what its files hold.

    Everything is read and compared: files, items, index entries, counts. The key store is opened,
    and tables whose key is missing or disabled are told. Ends with 1 where a problem was found.
    """
    connection = workspace(context).connection
    keys = checked_keys(connection)
    problems = connection.tools.check() + keys.problems
    if compact and problems:
        say("not compacted: there are problems")
    elif compact:
        before = connection.tools.storage_report().file_bytes
        connection.tools.compact()
        after = connection.tools.storage_report().file_bytes
        say(f"compacted: {before:,} bytes before, {after:,} bytes now")
    report = _report(connection, problems)
    if output == "json":
        document = {
            "problems": problems,
            "region": connection.region,
            "key_store": keys.summary,
            **({} if report is None else asdict(report)),
        }
        write_document(document)
    else:
        if report is not None:
            _print_report(connection.region, report, keys.summary)
        for problem in problems:
            click.echo(f"problem: {problem}")
        click.echo("no problems" if not problems else counted(len(problems), "problem"))
    if problems:
        context.exit(UNMET)


def _report(connection: Connection, problems: list[str]) -> StorageReport | None:
    """The sizes; None where there are problems and they cannot be read."""
    try:
        return connection.tools.storage_report()
    except ApiError:
        if not problems:
            raise
        return None


def _print_report(region: str, report: StorageReport, key_store: str) -> None:
    rows = [
        ("Region", region),
        ("file", report.path or "in memory"),
        ("file size", f"{report.file_bytes:,} bytes, {report.free_bytes:,} of them free"),
        ("write-ahead log", f"{report.wal_bytes:,} bytes"),
        ("change log", _change_log(report)),
        ("key store", key_store),
    ]
    width = max(len(head) for head, _ in rows)
    for head, text in rows:
        click.echo(f"{head:<{width}}  {text}")
    click.echo()
    if report.sizes:
        heads = ("table", "index", "items", "bytes")
        sizes = [
            (size.name, size.index_name or "", f"{size.item_count:,}", f"{size.size_bytes:,}")
            for size in report.sizes
        ]
        write_rows(heads, sizes, (False, False, True, True))
        click.echo()


def _change_log(report: StorageReport) -> str:
    if report.change_log_oldest_us is None:
        return "empty"
    return (
        f"{report.change_log_entries:,} entries of {report.change_log_bytes:,} bytes since "
        f"{utc_text(report.change_log_oldest_us / 1_000_000)}"
    )
