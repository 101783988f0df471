"""Items on stdout, as they come."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence

import click
import orjson

from dyntui.cli.exits import say
from dyntui.core.text.item_output import FORMATS, Format, item_texts, json_of
from dyntui.core.text.text_table import rows_text
from engine.client.protocol import Json


def format_options(default: Format) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """The options `--output` and `--plain` of a verb."""

    def decorate(function: Callable[..., None]) -> Callable[..., None]:
        function = click.option(
            "--plain", is_flag=True, help="Plain JSON: sets become lists, binary base64 text."
        )(function)
        return click.option(
            "-o",
            "--output",
            type=click.Choice(FORMATS),
            default=default,
            show_default=True,
            help="The form of the items.",
        )(function)

    return decorate


def write_items(
    items: Iterable[Json],
    form: Format,
    *,
    plain: bool = False,
    keys: Sequence[str] = (),
    columns: Sequence[str] | None = None,
) -> None:
    """Write items to stdout; see `item_texts`."""
    texts = item_texts(items, form, plain=plain, keys=keys, columns=columns, tell=say)
    sys.stdout.writelines(texts)


def write_item(item: Json, form: Format, *, plain: bool, keys: Sequence[str]) -> None:
    """Write one item; as JSON it is an object, not a list of one."""
    if form == "json":
        sys.stdout.write(json_of(item, plain=plain, indent=True) + "\n")
    else:
        write_items([item], form, plain=plain, keys=keys)


def write_document(document: object) -> None:
    """Write a report for programs to stdout, as JSON."""
    click.echo(orjson.dumps(document, option=orjson.OPT_INDENT_2).decode())


def write_rows(heads: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[bool]) -> None:
    """Write a small table that is no table of items."""
    sys.stdout.write(rows_text(heads, rows, right))
