"""A command, with the options that all commands take before and after their name."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from dyntui.core.connection.choices import RETRIES_MAX, THROTTLINGS, WORDINGS

if TYPE_CHECKING:
    from dyntui.cli.workspace import Workspace


Decorated = TypeVar("Decorated", bound=Callable[..., Any])


class Command(click.Command):
    """A click command that also takes the global options."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params.extend(global_options())


def global_options() -> list[click.Parameter]:
    """The global options; what they are given is kept in `ctx.meta`, for `Workspace`."""
    return [
        kept_option("--data-dir", metavar="DIR", help="The data folder (also: DYNTUI_DATA_DIR)."),
        kept_option("--region", metavar="NAME", help="The Region (also: AWS_REGION)."),
        kept_option("--sample", is_flag=True, help="Use the sample data's own folder."),
        kept_option("--remote", is_flag=True, help="Use DynamoDB itself, as AWS is configured."),
        kept_option("--endpoint-url", metavar="URL", help="Use a server that speaks DynamoDB."),
        kept_option("--profile", metavar="NAME", help="The AWS profile to use a remote with."),
        kept_option(
            "--wording",
            type=click.Choice(WORDINGS),
            help="How refusals are worded (also: DYNTUI_WORDING).",
        ),
        kept_option(
            "--throttling",
            type=click.Choice(THROTTLINGS),
            help="What is done about requests beyond a capacity (also: DYNTUI_THROTTLING).",
        ),
        kept_option(
            "--retries",
            type=click.IntRange(0, RETRIES_MAX),
            help="How often a throttled request is tried again (also: DYNTUI_RETRIES).",
        ),
        kept_option(
            "--read-only",
            "access",
            flag_value="read-only",
            help="Change nothing, whatever is asked for (also: DYNTUI_READ_ONLY).",
        ),
        kept_option(
            "--read-write",
            "access",
            flag_value="read-write",
            help="Change what is asked for, whatever environment or profile say.",
        ),
        kept_option(
            "--units-max",
            metavar="N",
            type=click.FloatRange(0, min_open=True),
            help="Stop where a command has consumed so many units (also: DYNTUI_UNITS_MAX).",
        ),
        kept_option("-v", "--verbose", is_flag=True, help="Tell on stderr what the requests cost."),
        kept_option("--debug", is_flag=True, help="Show the details of a failure inside dyntui."),
    ]


def look_options() -> list[click.Parameter]:
    """The options on how the app looks, of the commands that show it."""
    return [
        kept_option(
            "--theme",
            metavar="NAME",
            help="The colours: dark, light, high-contrast, or a theme of yours (also: "
            "DYNTUI_THEME).",
        ),
        kept_option(
            "--symbols",
            type=click.Choice(("auto", "unicode", "ascii")),
            help="Draw with all characters, or with letters only (also: DYNTUI_SYMBOLS).",
        ),
        kept_option(
            "--no-mouse", is_flag=True, help="Leave the mouse to the terminal (also: DYNTUI_MOUSE)."
        ),
    ]


def kept_option(*declarations: str, **attributes: Any) -> click.Option:
    """An option that a command and its parents share: `given` has what any of them was given."""
    return click.Option(declarations, expose_value=False, callback=_keep, **attributes)


def _keep(context: click.Context, option: click.Parameter, value: Any) -> None:
    """Keep what is given; `meta` is one dictionary for a command and all its parents."""
    if value is not None and value is not False:
        context.meta[_key(str(option.name))] = value


def given(context: click.Context, name: str) -> Any:
    """What a kept option was given, before the command's name or after; None if it was not."""
    return context.meta.get(_key(name))


def read_only_given(context: click.Context) -> bool | None:
    """Whether nothing may be changed, or all; None where no option says so."""
    access = given(context, "access")
    return None if access is None else access == "read-only"


def _key(name: str) -> str:
    return f"dyntui.{name}"


def at_option(function: Decorated) -> Decorated:
    """`--at TIME` of a verb that can read the past."""
    return click.option(
        "--at",
        metavar="TIME",
        expose_value=False,
        callback=_keep,
        help="Read as of then: '10 minutes ago', 2026-11-29T14:05, or seconds since the epoch.",
    )(function)


def complete_tables(
    context: click.Context, _parameter: click.Parameter, incomplete: str
) -> list[str]:
    """The names of tables that begin so, for the shell; none where they cannot be read."""
    return _beginning(incomplete, context, lambda work: work.table_names())


def complete_indexes(
    context: click.Context, _parameter: click.Parameter, incomplete: str
) -> list[str]:
    """The names of the indexes, that begin so, of the table that was named before."""
    # Where the option to be completed stands last, the words before it are not read further.
    table = context.params.get("table") or next(iter(context.args), "")
    return _beginning(
        incomplete, context, lambda work: [index.name for index in work.table(table).indexes]
    )


def _beginning(
    incomplete: str, context: click.Context, names: Callable[[Workspace], Iterable[str]]
) -> list[str]:
    """The names that begin so; none where the folder cannot be read, or would have to be made."""
    from dyntui.cli.workspace import Workspace

    # A context of its own closes what was opened: the command's own never runs.
    with click.Context(context.command, parent=context) as inner:
        work = Workspace(inner)
        try:
            found = list(names(work)) if work.folder_exists() else []
        except Exception:
            return []
    return [name for name in found if name.startswith(incomplete)]


table_argument = click.argument("table", shell_complete=complete_tables)


def report_option(text: str) -> Callable[[Decorated], Decorated]:
    """`-o text|json` of a command that reports, to people or to programs."""
    return click.option(
        "-o",
        "--output",
        type=click.Choice(("text", "json")),
        default="text",
        show_default=True,
        help=text,
    )
