"""`dyntui query` and `scan`: the items of a partition, or all items."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from typing import Any

import click

from dyntui.cli.command import Command, at_option, complete_indexes, table_argument
from dyntui.cli.exits import UnitsStoppedError, say
from dyntui.cli.expressions import projection_members
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

_SORT = re.compile(r"(=|<=|>=|<|>|begins_with\b|between\b)\s*(.*)", re.DOTALL | re.IGNORECASE)
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
class _Reading:
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
    work, reading = workspace(context), _Reading(**options)
    info, index = _target(work, table, reading)
    terms = key_terms(info, index, keys, sort)
    plan = _plan(info, reading, terms, descending=desc)
    _run(work, "Query", _query_members(plan), info, index, reading)


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
    work, reading = workspace(context), _Reading(**options)
    if segments > 1 and (reading.limit, reading.max_items) != (None, None):
        raise click.UsageError("--segments takes neither --limit nor --max-items")
    info, index = _target(work, table, reading)
    plan = _plan(info, reading, {}, descending=False)
    if not reading.ends_early and work.is_watched:
        question = scan_question(info, index, ask_above_bytes(ask_above, yes))
        if question is not None:
            work.confirm(f"{question} Go on?", yes=False)
    members = dict(plan.request.members)
    if segments == 1:
        _run(work, "Scan", members, info, index, reading)
    else:
        _run_segments(work, members, segments, info, index, reading)


def _target(work: Workspace, table: str, reading: _Reading) -> tuple[TableInfo, IndexInfo | None]:
    info = work.table(table)
    try:
        return info, None if reading.index is None else info.index(reading.index)
    except UnknownIndexError as error:
        raise click.UsageError(str(error)) from None


def _plan(
    info: TableInfo, reading: _Reading, terms: Mapping[str, KeyTerm], *, descending: bool
) -> Plan:
    literal_filter = "" if reading.as_written else reading.filter_text or ""
    fields = QueryFields(
        index=reading.index,
        keys=terms,
        filter=literal_filter,
        descending=descending,
        consistent=reading.consistent,
    )
    try:
        return make_plan(info, fields, reading.limit or 1)
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


def _run(
    work: Workspace,
    operation: str,
    members: Json,
    info: TableInfo,
    index: IndexInfo | None,
    reading: _Reading,
) -> None:
    work.limit_rates(reading.max_rcu)
    members |= _expressions(members, reading)
    options = PageOptions(
        page_size=reading.limit,
        max_items=reading.max_items,
        starting_token=reading.starting_token,
        single_page=reading.limit is not None,
    )
    try:
        pages = Pages(paginations()[operation], lambda r: work.call(operation, r), members, options)
    except TokenError as error:
        raise click.UsageError(f"--starting-token: {error}") from None
    try:
        _show(work, operation, pages, info, index, reading)
    finally:
        if pages.resume_token is not None:
            say(f"there is more: --starting-token {pages.resume_token}")
    if pages.stopped is not None:
        raise pages.stopped


def _run_segments(
    work: Workspace,
    members: Json,
    segments: int,
    info: TableInfo,
    index: IndexInfo | None,
    reading: _Reading,
) -> None:
    from dyntui.cli.segment_token import left_of, token_of
    from dyntui.core.connection.segments import segment_pages

    work.limit_rates(reading.max_rcu)
    members |= _expressions(members, reading)
    left: dict[int, Json | None] = dict.fromkeys(range(segments))
    if reading.starting_token is not None:
        try:
            left = left_of(reading.starting_token, segments)
        except TokenError as error:
            raise click.UsageError(f"--starting-token: {error}") from None
    with closing(segment_pages(partial(work.call, "Scan"), members, segments, left)) as pages:
        kept = _UntilStopped(pages)
        _show(work, "Scan", kept, info, index, reading)
    if kept.stopped is not None:
        token = token_of(segments, left)
        say(f"there is more: --segments {segments} --starting-token {token}")
        raise kept.stopped


def _show(
    work: Workspace,
    operation: str,
    pages: Iterable[Json],
    info: TableInfo,
    index: IndexInfo | None,
    reading: _Reading,
) -> None:
    count = _Count()
    keys = tuple(dict.fromkeys((*(index.key_names if index else ()), *info.key_names)))
    write_items(
        count.counted(pages),
        reading.output,
        plain=reading.plain,
        keys=keys,
        columns=reading.columns,
    )
    if not count.items:
        say("no items")
    if work.verbose:
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


def _expressions(members: Json, reading: _Reading) -> Json:
    """The filter, where it is sent as written, and the projection, with all placeholders."""
    placeholders = Placeholders(
        dict(members.get("ExpressionAttributeNames", {})),
        dict(members.get("ExpressionAttributeValues", {})),
    )
    if not reading.as_written:
        if reading.projection is None:
            return {}
        return projection_members(reading.projection, placeholders)
    added: Json = {}
    for name, attribute in map(expression_name, reading.names):
        _add(placeholders.names, name, attribute)
    for name, value in map(expression_value, reading.values):
        _add(placeholders.values, name, value)
    if reading.filter_text is not None:
        added["FilterExpression"] = reading.filter_text
    if reading.projection is not None:
        added["ProjectionExpression"] = reading.projection
    return added | placeholders.members()


def _add(placeholders: dict[str, Any], name: str, content: object) -> None:
    if name in placeholders:
        raise click.UsageError(f"the placeholder {name} is taken: choose another name")
    placeholders[name] = content


# Conditions on keys.


def key_terms(
    info: TableInfo, index: IndexInfo | None, keys: Sequence[str], sort: str | None
) -> dict[str, KeyTerm]:
    """The conditions that a query's arguments give; raises `UsageError`."""
    target = index or info
    named = [_named(text, target) for text in keys]
    bare = iter([text for name, text in named if name is None])
    terms: dict[str, KeyTerm] = {}
    for name, text in named:
        if name in terms:
            raise click.UsageError(f"{name} is given twice")
        if name is not None:
            terms[name] = KeyTerm(_some(name, text))
    for name in target.partition_keys:
        if name not in terms:
            value = next(bare, None)
            if value is None:
                raise click.UsageError(f"{target.name} is queried by {name}: give {name}=VALUE")
            terms[name] = KeyTerm(_some(name, value))
    terms |= _sort_values(target, terms, bare)
    if sort is not None:
        terms.update([_sort_term(target, terms, sort)])
    return terms


def _sort_values(
    target: TableInfo | IndexInfo, terms: Mapping[str, KeyTerm], values: Iterator[str]
) -> dict[str, KeyTerm]:
    """The values that are left, for the sort key attributes that have none yet."""
    names = (name for name in target.sort_keys if name not in terms)
    found = {}
    for text in values:
        name = next(names, None)
        if name is None:
            raise click.UsageError(
                f"{text!r} is one value too many: the keys of {target.name} are "
                f"{', '.join(target.key_names)}"
            )
        found[name] = KeyTerm(_some(name, text))
    return found


def _named(text: str, target: TableInfo | IndexInfo) -> tuple[str | None, str]:
    """`NAME=VALUE` apart; a text without `=` is a value."""
    name, equals, value = text.partition("=")
    if not equals:
        return None, text
    if name not in target.key_names:
        raise click.UsageError(
            f"{name} is no key attribute of {target.name}, whose keys are "
            f"{', '.join(target.key_names)}: use --filter for others"
        )
    return name, value


def _some(name: str, text: str) -> str:
    if not text:
        raise click.UsageError(f"{name}: a key attribute cannot be empty")
    return text


def _sort_term(
    target: TableInfo | IndexInfo, terms: Mapping[str, KeyTerm], text: str
) -> tuple[str, KeyTerm]:
    """The condition on the first sort key attribute that has none yet."""
    name = next((name for name in target.sort_keys if name not in terms), None)
    if name is None:
        reason = "has a condition already" if target.sort_keys else "does not exist"
        raise click.UsageError(f"--sort: the sort key of {target.name} {reason}")
    match = _SORT.fullmatch(text.strip())
    if match is None or not match[2]:
        raise click.UsageError(
            f"--sort {text!r}: write a comparison, as in '> 5', 'begins_with x' or 'between a b'"
        )
    operator, operand = match[1].lower(), match[2].strip()
    if operator == "between":
        return name, KeyTerm(*_bounds(text, operand))
    return name, KeyTerm(_unquoted(operand), operator.replace("_", " "))


def _bounds(text: str, operands: str) -> tuple[str, str, str]:
    """`a b` or `a and b`; a bound with blanks stands in quotes."""
    try:
        words = shlex.split(operands)
    except ValueError:
        words = []
    if len(words) == 3 and words[1].lower() == "and":
        del words[1]
    if len(words) != 2 or not all(words):
        raise click.UsageError(f"--sort {text!r}: between needs two values, as in 'between a b'")
    return words[0], "between", words[1]


def _unquoted(text: str) -> str:
    return text[1:-1] if len(text) > 2 and text[0] == text[-1] == "'" else text
