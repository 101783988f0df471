"""`dyntui snapshot`: tables as they are at one instant, for scripts to go back to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import click
import orjson

from dyntui.cli.command import Command, complete_tables, report_option
from dyntui.cli.exits import REFUSED, UNMET, Failure, say
from dyntui.cli.output import write_document, write_rows
from dyntui.cli.progress import progress_bar
from dyntui.cli.workspace import workspace
from dyntui.core.text.amounts import counted
from dyntui.core.text.duration import DurationError, span_s
from dyntui.core.text.formats import dynamodb_json, json_default
from dyntui.core.text.moments import utc_text
from dyntui.core.text.symbols import drawn
from engine.client.protocol import Json, LocalTools
from engine.client.recovery import Difference, SnapshotReport
from engine.clock import SYSTEM_CLOCK
from engine.errors import ApiError, InternalServerError, ResourceNotFoundException


@click.group()
def snapshot() -> None:
    """Keep tables as they are at one instant, and go back to it.

    A snapshot is one file in the data folder. All its tables are as of the same instant.
    """


@contextmanager
def refusals() -> Iterator[None]:
    """What an engine refuses as a line of its own; what is not there, or damaged, as a no."""
    try:
        yield
    except (ResourceNotFoundException, InternalServerError) as error:
        raise Failure(error.message, UNMET) from error
    except ApiError as error:
        raise Failure(error.message, REFUSED) from error


@snapshot.command(cls=Command)
@click.argument("name", required=False)
@click.argument("tables", nargs=-1, shell_complete=complete_tables)
@click.option("--all", "everything", is_flag=True, help="All tables; so it is if none is named.")
@report_option("The form of what is said of the snapshot.")
@click.pass_context
def create(
    context: click.Context,
    name: str | None,
    tables: tuple[str, ...],
    everything: bool,
    output: str,
) -> None:
    """Take a snapshot of the tables that are named, or of all of the Region.

    Without a name it is called after its time; the name is written to stdout.
    """
    if everything and tables:
        raise click.UsageError("--all and names of tables exclude each other")
    tools = workspace(context).connection.tools
    with refusals(), progress_bar() as bar:
        report = tools.snapshot(
            name, tables or None, lambda done, total: bar.show("snapshot", done, total)
        )
    if output == "json":
        write_document(_document(report))
    else:
        click.echo(report.name)


@snapshot.command("list", cls=Command)
@report_option("The form of the list.")
@click.pass_context
def list_snapshots(context: click.Context, output: str) -> None:
    """List the snapshots of the Region, the oldest first."""
    tools = workspace(context).connection.tools
    with refusals():
        reports, unreadable = tools.snapshots(), tools.unreadable_snapshots()
    for line in unreadable:
        say(line)
    if output == "json":
        write_document(list(map(_document, reports)))
        return
    rows = [
        (
            report.name,
            utc_text(report.created_us / 1_000_000),
            str(len(report.tables)),
            f"{sum(table.item_count for table in report.tables):,}",
            f"{report.file_bytes:,}",
        )
        for report in reports
    ]
    write_rows(("name", "taken", "tables", "items", "bytes"), rows, (False, False, *[True] * 3))


@snapshot.command(cls=Command)
@click.argument("name")
@report_option("The form of the description.")
@click.pass_context
def show(context: click.Context, name: str, output: str) -> None:
    """Show the tables of a snapshot."""
    report = _report(workspace(context).connection.tools, name)
    if output == "json":
        write_document(_document(report))
        return
    rows = [(each.name, f"{each.item_count:,}", f"{each.size_bytes:,}") for each in report.tables]
    write_rows(("table", "items", "bytes"), rows, (False, True, True))


def _report(tools: LocalTools, name: str) -> SnapshotReport:
    """The snapshot of a name; raises `Failure` where it is not there, or cannot be read."""
    with refusals():
        for report in tools.snapshots():
            if report.name == name:
                return report
        tools.check_snapshot(name)
    raise Failure(f"There is no snapshot {name}")


@snapshot.command(cls=Command)
@click.argument("name")
@click.argument("tables", nargs=-1)
@click.option("--as", "pattern", metavar="NAME", help="Under another name; a * is the old one.")
@click.option("--replace", is_flag=True, help="In the place of tables that are there.")
@click.option("--yes", is_flag=True, help="Do not ask before tables are replaced.")
@click.pass_context
def restore(
    context: click.Context,
    name: str,
    tables: tuple[str, ...],
    pattern: str | None,
    replace: bool,
    yes: bool,
) -> None:
    """Make tables as they are in a snapshot, with their settings; all of it, or those named.

    Tables that are there are not touched unless --replace is given. They are replaced all in one
    instant, and what they held stays as a backup for some days (`dyntui backup list`).
    """
    work = workspace(context)
    tools = work.connection.tools
    report = _report(tools, name)
    names = tables or tuple(table.name for table in report.tables)
    targets = {each: pattern.replace("*", each) if pattern else each for each in names}
    if len(set(targets.values())) < len(targets):
        raise click.UsageError("--as gives several tables one name: write * for the old one")
    there = sorted(set(targets.values()) & set(work.table_names()))
    if there and not replace:
        raise Failure(f"{', '.join(there)}: there already; give --replace, or --as", REFUSED)
    if there:
        work.confirm(f"Replace {', '.join(there)}?", yes=yes)
    with refusals(), progress_bar() as bar:
        made = tools.restore(
            name, targets, replace, lambda done, total: bar.show("restore", done, total)
        )
    say(f"restored {', '.join(made)}" if made else "the snapshot is empty")


@snapshot.command(cls=Command)
@click.argument("old")
@click.argument("new", default="now")
@report_option("The form of the differences.")
@click.pass_context
def diff(context: click.Context, old: str, new: str, output: str) -> None:
    """Show what differs between two snapshots, or between one and now.

    Ends with 1 where something does.
    """
    tools = workspace(context).connection.tools
    count = 0
    with refusals():
        for difference in tools.diff_snapshots(old, None if new == "now" else new):
            count += 1
            click.echo(_line(difference) if output == "text" else _json_line(difference))
    say(counted(count, "difference") if count else "no differences")
    context.exit(UNMET if count else 0)


def _line(difference: Difference) -> str:
    """A difference as a line: what came, went or changed."""
    sign = "+" if difference.old is None else "-" if difference.new is None else "~"
    if difference.key is None:
        what = "the whole table" if sign != "~" else "the table has other keys"
        return f"{sign} {difference.table}  {what}"
    head = f"{sign} {difference.table}  {dynamodb_json(difference.key, indent=False)}"
    if difference.old is None or difference.new is None:
        return head
    return f"{head}  {', '.join(_changes(difference.old, difference.new))}"


def _changes(old: Json, new: Json) -> Iterator[str]:
    """The attributes that changed."""
    for name in sorted(old.keys() | new.keys()):
        if old.get(name) != new.get(name):
            yield f"{name}: {_shown(old, name)} {drawn('→')} {_shown(new, name)}"


def _shown(item: Json, name: str) -> str:
    return dynamodb_json(item[name], indent=False) if name in item else "none"


def _json_line(difference: Difference) -> str:
    form = {
        "table": difference.table,
        "key": difference.key,
        "old": difference.old,
        "new": difference.new,
    }
    return orjson.dumps(form, default=json_default).decode()


@snapshot.command(cls=Command)
@click.argument("names", nargs=-1)
@click.pass_context
def verify(context: click.Context, names: tuple[str, ...]) -> None:
    """Read all of the snapshots that are named, or of all there are.

    Ends with 1 where one is damaged.
    """
    tools = workspace(context).connection.tools
    with refusals():
        unreadable = [] if names else tools.unreadable_snapshots()
        readable = names or [report.name for report in tools.snapshots()]
    failures = 0
    for name in readable:
        try:
            tools.check_snapshot(name)
            click.echo(f"{name}: sound")
        except ApiError as error:
            failures += 1
            click.echo(f"{name}: {error.message}")
    for line in unreadable:
        failures += 1
        click.echo(line)
    if failures:
        context.exit(UNMET)


@snapshot.command(cls=Command)
@click.argument("names", nargs=-1, required=True)
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_context
def delete(context: click.Context, names: tuple[str, ...], yes: bool) -> None:
    """Delete snapshots."""
    work = workspace(context)
    work.confirm(f"Delete {', '.join(names)}?", yes=yes)
    with refusals():
        for name in names:
            work.connection.tools.delete_snapshot(name)
            say(f"deleted {name}")


@snapshot.command(cls=Command)
@click.option(
    "--keep", required=True, metavar="COUNT|TIME", help="So many, as in 5, or so new, as in 7d."
)
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_context
def prune(context: click.Context, keep: str, yes: bool) -> None:
    """Delete all snapshots but the newest: a number of them, or those of some h, d or w."""
    work = workspace(context)
    with refusals():
        reports = work.connection.tools.snapshots()
    old = [report.name for report in _beyond(reports, keep)]
    if not old:
        say("nothing to delete")
        return
    work.confirm(f"Delete {', '.join(old)}?", yes=yes)
    with refusals():
        for name in old:
            work.connection.tools.delete_snapshot(name)
    say(f"deleted {', '.join(old)}")


def _beyond(reports: Sequence[SnapshotReport], keep: str) -> Sequence[SnapshotReport]:
    """The snapshots that are not to be kept, the oldest first."""
    if keep.isdecimal():
        return reports[: max(len(reports) - int(keep), 0)]
    try:
        since_us = SYSTEM_CLOCK.now_us() - span_s(keep) * 1_000_000
    except DurationError:
        raise click.UsageError(
            f"--keep: {keep!r} is neither a number nor a time such as 12h, 7d"
        ) from None
    return [report for report in reports if report.created_us < since_us]


def _document(report: SnapshotReport) -> Json:
    return {
        "name": report.name,
        "created": report.created_us / 1_000_000,
        "file_bytes": report.file_bytes,
        "tables": [
            {"name": each.name, "item_count": each.item_count, "size_bytes": each.size_bytes}
            for each in report.tables
        ],
    }
