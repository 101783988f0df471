"""`dyntui history`, `diff` and `undo`: what became of a table's items."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import click

from dyntui.cli.command import Command, Decorated, report_option, table_argument
from dyntui.cli.exits import PARTIAL, REFUSED, UNMET, Failure, say
from dyntui.cli.keys import primary_key
from dyntui.cli.workspace import Workspace, workspace
from dyntui.core.recovery.undoing import undo_all
from dyntui.core.text.amounts import counted
from dyntui.core.text.change_text import change_json, change_lines, diff_json, diff_lines, key_text
from dyntui.core.text.formats import dynamodb_json
from engine.client.changes import Changes
from engine.client.protocol import Context
from engine.errors import ApiError

T = TypeVar("T")

_SHOWN = 20
_KIND_WORDS = ("added", "changed", "removed")


def _which_options(function: Decorated) -> Decorated:
    """Which changes are meant, of those that the arguments name."""
    for decorate in reversed(
        (
            click.option("--since", metavar="TIME", help="Changes after that time."),
            click.option("--until", metavar="TIME", help="Changes up to that time."),
            click.option("--by", metavar="NAME", help="Changes of this principal, such as owner."),
            click.option(
                "--change", "seqs", type=int, multiple=True, metavar="NUMBER", help="This change."
            ),
        )
    ):
        function = decorate(function)
    return function


def _changes(
    work: Workspace,
    table: str,
    key: tuple[str, ...],
    since: str | None,
    until: str | None,
    by: str | None,
    seqs: tuple[int, ...],
) -> Changes:
    info = work.table(table)
    return Changes(
        primary_key(info, key) if key else None,
        None if since is None else work.moment("--since", since),
        None if until is None else work.moment("--until", until),
        by,
        seqs or None,
    )


def _asked(work: Callable[[], T]) -> T:
    """Do what may be refused; raises `Failure`."""
    try:
        return work()
    except ApiError as error:
        raise Failure(error.message, REFUSED) from error


@click.command(cls=Command)
@table_argument
@click.argument("key", nargs=-1)
@_which_options
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    default=_SHOWN,
    show_default=True,
    help="So many changes, the newest.",
)
@click.option("--before", type=int, metavar="NUMBER", help="Changes before that one.")
@report_option("The form of the changes.")
@click.pass_context
def history(
    context: click.Context,
    /,
    table: str,
    key: tuple[str, ...],
    limit: int,
    before: int | None,
    output: str,
    **which: Any,
) -> None:
    """Show the changes of the item with a key, or of all items, the newest first.

    Each has a number, which `undo --change` takes.
    """
    work = workspace(context)
    tools = work.connection.tools
    meant = _changes(work, table, key, **which)
    # One more tells whether there are more.
    found = _asked(lambda: tools.history(table, meant, limit + 1, before))
    shown = found[:limit]
    if output == "json":
        click.echo(dynamodb_json([change_json(change) for change in shown]))
    else:
        _print(line for change in shown for line in change_lines(change))
    if not shown:
        say("no changes")
    if len(found) > limit:
        say(f"there is more: --before {shown[-1].seq}")


@click.command(cls=Command)
@table_argument
@click.option("--from", "since", required=True, metavar="TIME", help="The one time.")
@click.option("--to", "until", metavar="TIME", help="The other time; now, where it is not given.")
@report_option("The form of the differences; as JSON, one a line.")
@click.pass_context
def diff(context: click.Context, table: str, since: str, until: str | None, output: str) -> None:
    """Show which items were added, removed and changed between two times.

    Only what was changed in between is looked at.
    """
    work = workspace(context)
    tools = work.connection.tools
    work.table(table)
    from_s = work.moment("--from", since)
    to_s = None if until is None else work.moment("--to", until)
    counts = dict.fromkeys(_KIND_WORDS, 0)

    def show() -> None:
        for one in tools.diff(table, from_s, to_s):
            counts[one.kind] += 1
            if output == "json":
                click.echo(dynamodb_json(diff_json(one), indent=False))
            else:
                _print(diff_lines(one))

    _asked(show)
    said = ", ".join(f"{count:,} {kind}" for kind, count in counts.items() if count)
    say(said or "no differences")


@click.command(cls=Command)
@table_argument
@click.argument("key", nargs=-1)
@_which_options
@click.option("--last", is_flag=True, help="Of these, the newest write only.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_context
def undo(
    context: click.Context,
    /,
    table: str,
    key: tuple[str, ...],
    last: bool,
    yes: bool,
    **which: Any,
) -> None:
    """Undo changes: items become again what they were before them.

    The changes are those of the item with a key, of a principal, of a time, or by their numbers;
    where several are given, those that fit them all. An item that others have changed since is left
    as it is. Undoing writes anew, and can be undone.
    """
    if not (key or last or any(which.values())):
        raise click.UsageError(
            "say which changes: a key, --change, --since, --until, --by or --last"
        )
    work = workspace(context)
    meant = _changes(work, table, key, **which)
    work.confirm(f"Undo changes of {table}?", yes=yes)
    by = Context(origin="person")
    connection = work.connection
    results = _asked(lambda: undo_all(connection, table, meant, only_last=last, context=by))
    refused = [one for one in results if one.refusal is not None]
    for one in refused:
        say(f"left as it is: {key_text(one.key)}: {one.refusal}")
    done = len(results) - len(refused)
    said = f"{counted(done, 'item is', 'items are')} as before"
    if not results:
        raise Failure("there are no such changes")
    if refused:
        raise Failure(f"{said}, {len(refused):,} left", PARTIAL if done else UNMET)
    say(said)


def _print(lines: Iterable[str]) -> None:
    for line in lines:
        click.echo(line)
