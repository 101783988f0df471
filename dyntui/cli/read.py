"""`dyntui query` and `scan`: the items of a partition, or all items."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import click

from dyntui.cli.command import Command, at_option, complete_indexes, table_argument
from dyntui.cli.exits import UnitsStoppedError, say
from dyntui.cli.expressions import projection_members
from dyntui.cli.key_terms import key_terms
from dyntui.cli.keys import expression_name, expression_value
from dyntui.cli.output import format_options, write_items
from dyntui.cli.paging import PageOptions, Pages, TokenError, paginations
from dyntui.cli.statement_options import ask_above_bytes, ask_options, max_rcu_option
from dyntui.cli.workspace import Workspace, workspace
from dyntui.core.browse.plan import Plan, PlanError, make_plan
from dyntui.core.browse.query_fields import KeyTerm, QueryFields
from dyntui.core.tables.cost import scan_question
from dyntui.core.tables.literals import Placeholders
from dyntui.core.tables.schema import IndexInfo, TableInfo, UnknownIndexError
from dyntui.core.text.item_output import Format
from engine.client.protocol import Json

SEGMENTS_MAX = 64

_SIMPLE_NAMES = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\s*,\s*[A-Za-z_][A-Za-z0-9_]*)*")


def _read_options(function: Callable[..., None]) -> Callable[..., None]:
    """What query and scan have in common."""
    for decorate in reversed(
        (
            click.option(
                "--index",
                metavar="NAME",
                help="Read this index.",
                shell_complete=complete_indexes,
            ),
            click.option(
                "--filter",
                "filter_text",
                metavar="EXPRESSION",
                help="Keep these items: gross > 5 and genre = 'Drama'.",
            ),
            click.option(
                "--projection", metavar="NAMES", help="Only these attributes: title,ratings.imdb."
            ),
            click.option(
                "--value",
                "values",
                metavar=":V=VALUE",
                multiple=True,
                help="A placeholder's value; expressions are then sent as they are.",
            ),
            click.option(
                "--name",
                "names",
                metavar="#N=NAME",
                multiple=True,
                help="A placeholder's attribute; expressions are then sent as they are.",
            ),
            click.option(
                "--limit",
                type=click.IntRange(min=1),
                help="One request, which examines at most so many items.",
            ),
            click.option(
                "--max-items", type=click.IntRange(min=1), help="Stop after so many items."
            ),
            click.option("--starting-token", metavar="TOKEN", help="Go on from there."),
            click.option("--consistent", is_flag=True, help="Read strongly consistent."),
            at_option,
            max_rcu_option,
            format_options("table"),
        )
    ):
        function = decorate(function)
    return function


@dataclass(frozen=True, slots=True)
class _Options:
    """The options of a read."""

    index: str | None
    filter_text: str | None
    projection: str | None
    values: tuple[str, ...]
    names: tuple[str, ...]
    limit: int | None
    max_items: int | None
    starting_token: str | None
    consistent: bool
    max_rcu: float | None
    output: Format
    plain: bool

    @property
    def ends_early(self) -> bool:
        """Whether not everything is read, or not from the start."""
        return (self.limit, self.max_items, self.starting_token) != (None, None, None)

    @property
    def as_written(self) -> bool:
        """Whether expressions have placeholders of their own, and are sent as they are."""
        return bool(self.values or self.names)

    @property
    def columns(self) -> list[str] | None:
        """The columns that a projection of simple names chooses."""
        if self.projection is None or not _SIMPLE_NAMES.fullmatch(self.projection.strip()):
            return None
        return [name.strip() for name in self.projection.split(",")]


@dataclass(frozen=True, slots=True)
class _Read:
    """What is read, a table or one of its indexes, and how."""

    work: Workspace
    info: TableInfo
    index: IndexInfo | None
    options: _Options


@click.command(cls=Command)
@table_argument
@click.argument("keys", metavar="KEY=VALUE...", nargs=-1, required=True)
@click.option(
    "--sort",
    metavar="CONDITION",
    help="A condition on the sort key: '> 5', 'begins_with x', 'between a b'.",
)
@click.option("--desc", is_flag=True, help="From the end of the partition to its start.")
@_read_options
@click.pass_context
def query(
    context: click.Context,
    /,
    table: str,
    keys: tuple[str, ...],
    sort: str | None,
    desc: bool,
    **options: Any,
) -> None:
    """Show the items of a partition, in the order of the sort key.

    KEY=VALUE gives the partition key, and a sort key that is to be equal; values alone are those of
    the key attributes in their order. Values have the types that the schema gives them.
    """
    read = _read(workspace(context), table, _Options(**options))
    terms = key_terms(read.info, read.index, keys, sort)
    _run(read, "Query", _query_members(_plan(read, terms, descending=desc)))


@click.command(cls=Command)
@table_argument
@_read_options
@click.option(
    "--segments",
    type=click.IntRange(1, SEGMENTS_MAX),
    default=1,
    show_default=True,
    help="Read so many parts of the table at once.",
)
@ask_options
@click.pass_context
def scan(
    context: click.Context,
    /,
    table: str,
    segments: int,
    ask_above: float,
    yes: bool,
    **options: Any,
) -> None:
    """Show all items of a table or an index."""
    work, asked = workspace(context), _Options(**options)
    if segments > 1 and (asked.limit, asked.max_items) != (None, None):
        raise click.UsageError("--segments takes neither --limit nor --max-items")
    read = _read(work, table, asked)
    members = dict(_plan(read, {}, descending=False).request.members)
    if not asked.ends_early and work.is_watched:
        question = scan_question(read.info, read.index, ask_above_bytes(ask_above, yes))
        if question is not None:
            work.confirm(f"{question} Go on?", yes=False)
    if segments == 1:
        _run(read, "Scan", members)
    else:
        _run_segments(read, members, segments)


def _read(work: Workspace, table: str, options: _Options) -> _Read:
    info = work.table(table)
    try:
        index = None if options.index is None else info.index(options.index)
    except UnknownIndexError as error:
        raise click.UsageError(str(error)) from None
    return _Read(work, info, index, options)


def _plan(read: _Read, terms: Mapping[str, KeyTerm], *, descending: bool) -> Plan:
    options = read.options
    literal_filter = "" if options.as_written else options.filter_text or ""
    fields = QueryFields(
        index=options.index,
        keys=terms,
        filter=literal_filter,
        descending=descending,
        consistent=options.consistent,
    )
    try:
        return make_plan(read.info, fields, options.limit or 1)
    except PlanError as error:
        raise click.UsageError(error.message) from None


def _query_members(plan: Plan) -> Json:
    """The Query of a plan, even where a GetItem would do: filters and limits belong to a Query."""
    members = dict(plan.request.members)
    if plan.operation != "GetItem":
        return members
    placeholders = Placeholders()
    conditions = [
        f"{placeholders.name(name)} = {placeholders.value(value)}"
        for name, value in members.pop("Key").items()
    ]
    return members | {"KeyConditionExpression": " AND ".join(conditions)} | placeholders.members()


def _run(read: _Read, operation: str, members: Json) -> None:
    options, call = read.options, partial(read.work.call, operation)
    members = _limited(read, members)
    paged = PageOptions(
        page_size=options.limit,
        max_items=options.max_items,
        starting_token=options.starting_token,
        single_page=options.limit is not None,
    )
    with _token_read():
        pages = Pages(paginations()[operation], call, members, paged)
    try:
        _show(read, operation, pages)
    finally:
        if pages.resume_token is not None:
            say(f"there is more: --starting-token {pages.resume_token}")
    if pages.stopped is not None:
        raise pages.stopped


def _run_segments(read: _Read, members: Json, segments: int) -> None:
    from dyntui.cli.segment_token import left_of, token_of
    from dyntui.core.connection.segments import segment_pages

    members = _limited(read, members)
    left: dict[int, Json | None] = dict.fromkeys(range(segments))
    if read.options.starting_token is not None:
        with _token_read():
            left = left_of(read.options.starting_token, segments)
    with closing(segment_pages(partial(read.work.call, "Scan"), members, segments, left)) as pages:
        kept = _UntilStopped(pages)
        _show(read, "Scan", kept)
    if kept.stopped is not None:
        token = token_of(segments, left)
        say(f"there is more: --segments {segments} --starting-token {token}")
        raise kept.stopped


def _limited(read: _Read, members: Json) -> Json:
    """The members with all expressions; they are sent at the pace that the options ask for."""
    read.work.limit_rates(read.options.max_rcu)
    return members | _expressions(members, read.options)


@contextmanager
def _token_read() -> Iterator[None]:
    """A token that cannot be gone on from is one of the command's line."""
    try:
        yield
    except TokenError as error:
        raise click.UsageError(f"--starting-token: {error}") from None


def _show(read: _Read, operation: str, pages: Iterable[Json]) -> None:
    count = _Count()
    index_keys = read.index.key_names if read.index else ()
    write_items(
        count.counted(pages),
        read.options.output,
        plain=read.options.plain,
        keys=tuple(dict.fromkeys((*index_keys, *read.info.key_names))),
        columns=read.options.columns,
    )
    if not count.items:
        say("no items")
    if read.work.verbose:
        say(f"{operation}: {count.items:,} of {count.examined:,} examined items")


@dataclass(slots=True)
class _UntilStopped:
    """Pages of segments, which end as `Pages` do where the limit of units is reached."""

    pages: Iterable[Json]
    stopped: UnitsStoppedError | None = None

    def __iter__(self) -> Iterator[Json]:
        try:
            yield from self.pages
        except UnitsStoppedError as error:
            self.stopped = error


@dataclass(slots=True)
class _Count:
    """How many items came, and how many were examined for them."""

    items: int = 0
    examined: int = 0

    def counted(self, pages: Iterable[Json]) -> Iterator[Json]:
        """The items of the pages."""
        for page in pages:
            self.items += len(page["Items"])
            self.examined += page["ScannedCount"]
            yield from page["Items"]


def _expressions(members: Json, options: _Options) -> Json:
    """The filter, where it is sent as written, and the projection, with all placeholders."""
    placeholders = Placeholders(
        dict(members.get("ExpressionAttributeNames", {})),
        dict(members.get("ExpressionAttributeValues", {})),
    )
    if not options.as_written:
        if options.projection is None:
            return {}
        return projection_members(options.projection, placeholders)
    added: Json = {}
    for name, attribute in map(expression_name, options.names):
        _add(placeholders.names, name, attribute)
    for name, value in map(expression_value, options.values):
        _add(placeholders.values, name, value)
    if options.filter_text is not None:
        added["FilterExpression"] = options.filter_text
    if options.projection is not None:
        added["ProjectionExpression"] = options.projection
    return added | placeholders.members()


def _add(placeholders: dict[str, Any], name: str, content: object) -> None:
    if name in placeholders:
        raise click.UsageError(f"the placeholder {name} is taken: choose another name")
    placeholders[name] = content
