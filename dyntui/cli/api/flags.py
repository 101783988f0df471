"""The flags of an operation, one for each member of its request."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import click

from dyntui.cli.api.documentation import paragraphs
from dyntui.cli.command import complete_tables
from dyntui.cli.paging import Pagination
from dyntui.core.tables.requests import kebab
from engine.model.service import Member, ServiceModel, Shape

INPUT_JSON = "cli_input_json"
SKELETON = "generate_cli_skeleton"
STARTING_TOKEN = "starting_token"
PAGE_SIZE = "page_size"
MAX_ITEMS = "max_items"

Complete = Callable[[click.Context, click.Parameter, str], list[str]]


@dataclass(frozen=True, slots=True)
class Flag:
    """A member of a request as a flag: `--table-name`."""

    name: str
    member: Member
    shape: Shape

    @property
    def is_list(self) -> bool:
        """Whether the flag takes all the words that follow it."""
        return self.shape.type == "list"


def operation_flags(model: ServiceModel, operation: str) -> dict[str, Flag]:
    """The flags of an operation by the member's name, in the model's order."""
    members = model.input_shape(operation).members
    return {
        name: Flag(f"--{kebab(name)}", member, model.shape(member.shape_name))
        for name, member in members.items()
    }


def flag_options(
    model: ServiceModel, flags: Mapping[str, Flag], pagination: Pagination | None
) -> list[click.Parameter]:
    """The flags as click's options, named as the members are; those that page by hand are hidden,
    as there are others for that."""
    by_hand = () if pagination is None else (pagination.input_token, pagination.limit)
    return [FlagOption(model, flag, hidden=name in by_hand) for name, flag in flags.items()]


class FlagOption(click.Option):
    """A flag as an option; its help is made of the model's HTML when it is asked for."""

    def __init__(self, model: ServiceModel, flag: Flag, *, hidden: bool) -> None:
        name = flag.name
        attributes: dict[str, Any] = {"hidden": hidden, "shell_complete": _completion(flag)}
        if flag.shape.type == "boolean":
            name += "/--no-" + flag.name.removeprefix("--")
            attributes |= {"default": None, "is_flag": True}
        else:
            attributes |= {"multiple": flag.is_list, "metavar": _metavar(model, flag.shape)}
        super().__init__([name, flag.member.name], **attributes)
        self._flag = flag

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """The flag, and the first paragraph of the member's documentation."""
        self.help = _help(self._flag)
        return super().get_help_record(ctx)


def _help(flag: Flag) -> str:
    texts = paragraphs(flag.member.documentation or flag.shape.documentation)[:1]
    if flag.shape.enum:
        texts.append(f"One of {', '.join(flag.shape.enum)}.")
    if flag.member.required:
        texts.append("[required]")
    return " ".join(texts)


def _metavar(model: ServiceModel, shape: Shape) -> str:
    """What follows a flag: JSON stands for JSON or shorthand."""
    match shape.type:
        case "list":
            return f"{_metavar(model, model.shape(str(shape.element)))}..."
        case "structure" | "map":
            return "JSON"
        case "integer" | "long":
            return "INTEGER"
        case "double" | "float":
            return "NUMBER"
        case "timestamp":
            return "TIME"
    return "TEXT"


def _completion(flag: Flag) -> Complete:
    """What completes a flag's value: the names of tables, or the values that the model lists."""
    if flag.member.name == "TableName":
        return complete_tables
    return lambda _context, _parameter, incomplete: [
        value for value in flag.shape.enum if value.startswith(incomplete)
    ]


def paging_options(pagination: Pagination | None) -> list[click.Parameter]:
    """The AWS CLI's options of operations whose answers come in pages."""
    if pagination is None:
        return []
    count = click.IntRange(min=1)
    options: list[click.Parameter] = [
        click.Option(["--starting-token"], metavar="TEXT", help="Go on where that NextToken says."),
        click.Option(["--max-items"], type=count, help="Show so many at most, and a NextToken."),
    ]
    if pagination.limit is not None:
        options.append(
            click.Option(["--page-size"], type=count, help="Ask for so many in one request.")
        )
    return options


def input_options() -> list[click.Parameter]:
    """The AWS CLI's options that replace the flags."""
    return [
        click.Option(
            ["--cli-input-json"],
            metavar="JSON",
            help="The request as JSON, or file://PATH; flags given beside it replace its members.",
        ),
        click.Option(
            ["--generate-cli-skeleton"],
            is_flag=False,
            flag_value="input",
            type=click.Choice(("input", "output")),
            help="Call nothing; print a request to be filled in, or an answer.",
        ),
    ]


def spread_lists(arguments: Sequence[str], options: Mapping[str, click.Option]) -> list[str]:
    """A flag that takes several words, `--tags a b`, as click has it: `--tags a --tags b`.

    `options` are a command's by each of their names. A list ends where a word begins with a dash
    and is no number.
    """
    spread: list[str] = []
    rest = iter(arguments)
    current: str | None = None
    words = 0
    for argument in rest:
        if current is not None and not _is_flag(argument):
            spread += [argument] if not words else [current, argument]
            words += 1
            continue
        current, words = None, 0
        spread.append(argument)
        option = options.get(argument)
        if option is None or option.is_flag:
            continue
        if option.multiple:
            current = argument
        elif option.flag_value is None:
            spread += [word for word in [next(rest, None)] if word is not None]
    return spread


def _is_flag(argument: str) -> bool:
    return argument.startswith("-") and not argument[1:2].isdigit() and argument[1:2] != "."
