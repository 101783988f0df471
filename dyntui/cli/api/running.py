"""The way of `dyntui dynamodb <operation>`: arguments → request → calls → what is printed."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator, Mapping
from typing import Any

import click

from dyntui.cli.api.answer import readable, selection
from dyntui.cli.api.aws_options import output_form
from dyntui.cli.api.flags import (
    MAX_ITEMS,
    PAGE_SIZE,
    SKELETON,
    STARTING_TOKEN,
)
from dyntui.cli.api.request import operation_request
from dyntui.cli.api.skeleton import skeleton
from dyntui.cli.command import given
from dyntui.cli.paging import PageOptions, Pages, Pagination, TokenError, merged, paginations
from dyntui.cli.workspace import workspace
from dyntui.core.text.formats import wide_json
from engine import Engine
from engine.client.protocol import Json
from engine.model.service import Shape, model_of

NO_MEMBERS = Shape("Nothing", "structure", {}, None, None, None, (), None, None, None, "")
"""The answer of operations that have none."""


def run_operation(context: click.Context, operation: str, arguments: Mapping[str, Any]) -> None:
    """Carry out an operation, and print its answer.

    `arguments` are the values of the flags by the names of the members, and of the other options.
    Raises `UsageError`, `OperationError`, and what opening the folder raises.
    """
    if arguments[SKELETON] is not None:
        print_skeleton(operation, arguments[SKELETON])
        return
    work = workspace(context)
    if not work.is_remote and operation not in Engine.operations():
        # Refused before anything is asked of its parameters.
        work.call(operation, {})

    def call(request: Json) -> Json:
        return readable(
            model_of(operation), _answer_shape(operation), work.call(operation, request)
        )

    show = _Printer(context, operation)
    request = operation_request(context, operation, arguments)
    pagination = _pagination(context, operation, arguments, request)
    if pagination is None:
        show.answer(call(request))
        return
    options = PageOptions(arguments.get(PAGE_SIZE), arguments[MAX_ITEMS], arguments[STARTING_TOKEN])
    try:
        pages = Pages(pagination, call, request, options)
    except TokenError as error:
        raise click.UsageError(f"--starting-token: {error}") from None
    show.pages(pages, pagination)


def _pagination(
    context: click.Context, operation: str, arguments: Mapping[str, Any], request: Json
) -> Pagination | None:
    """How to page; None where a request pages by hand, or nothing is to be paged."""
    pagination = paginations().get(operation)
    if pagination is None:
        return None
    by_hand = pagination.input_token in request or pagination.limit in request
    if not by_hand and not given(context, "no_paginate"):
        return pagination
    used = [
        f"--{name.replace('_', '-')}"
        for name in (STARTING_TOKEN, PAGE_SIZE, MAX_ITEMS)
        if arguments.get(name) is not None
    ]
    if used:
        raise click.UsageError(
            f"Cannot specify --no-paginate along with pagination arguments: {', '.join(used)}; "
            "a limit or a start of one's own is the same as --no-paginate"
        )
    return None


class _Printer:
    """Prints answers in the form, and of the part, that the options ask for."""

    def __init__(self, context: click.Context, operation: str) -> None:
        self._form = output_form(context)
        self._select = selection(given(context, "query"))
        self._title = operation

    def answer(self, answer: Json) -> None:
        """Print one answer; nothing where there is nothing in it."""
        selected = self._select(answer)
        match self._form:
            case "json":
                if selected != {}:
                    _print_json(selected)
            case "text":
                _print_text(selected)
            case "table":
                _print_table(self._title, selected)

    def pages(self, pages: Pages, pagination: Pagination) -> None:
        """Print all pages as one answer; as text, page by page, each by itself selected from.

        Raises `UnitsStoppedError` behind what came before it.
        """
        if self._form != "text":
            self.answer(merged(pages, pagination))
        else:
            for page in _collected(pages, pagination):
                self.answer(page)
            if pages.resume_token is not None:
                self.answer({"NextToken": {"NextToken": pages.resume_token}})
        if pages.stopped is not None:
            raise pages.stopped


def _collected(pages: Pages, pagination: Pagination) -> Iterator[Json]:
    """What of each page belongs to the merged answer."""
    names: tuple[str, ...] = (*pagination.once, *pagination.results)
    for page in pages:
        yield {name: page.get(name) for name in names}
        names = pagination.results


def _print_json(value: Any) -> None:
    sys.stdout.write(wide_json(value) + "\n")


def _print_text(value: Any) -> None:
    from dyntui.cli.api.text_output import text_lines

    sys.stdout.writelines(f"{line}\n" for line in text_lines(value))


def _print_table(title: str, value: Any) -> None:
    from dyntui.cli.api.table_output import table_lines

    width = shutil.get_terminal_size().columns
    sys.stdout.writelines(f"{line}\n" for line in table_lines(title, value, width))


# Shapes.


def _answer_shape(operation: str) -> Shape:
    model = model_of(operation)
    output = model.operation(operation).output
    return NO_MEMBERS if output is None else model.shape(output)


def print_skeleton(operation: str, kind: str) -> None:
    """Print a request (`input`) or an answer (`output`) with all of its members."""
    model = model_of(operation)
    shape = model.input_shape(operation) if kind == "input" else _answer_shape(operation)
    _print_json(skeleton(model, shape))
