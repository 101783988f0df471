"""The AWS CLI's options that every operation takes, wherever they stand on the command line."""

from __future__ import annotations

import os
from collections.abc import Mapping

import click

from dyntui.cli.command import given, kept_option

OUTPUTS = ("json", "text", "table")
OUTPUT_VARIABLE = "AWS_DEFAULT_OUTPUT"
BINARY_FORMATS = ("base64", "raw-in-base64-out")
WITHOUT_EFFECT = (
    "--ca-bundle",
    "--cli-connect-timeout",
    "--cli-read-timeout",
    "--color",
)
FLAGS_WITHOUT_EFFECT = (
    "--no-cli-auto-prompt",
    "--no-cli-pager",
    "--no-sign-request",
    "--no-verify-ssl",
)
"""What belongs to a connection, an account or a pager: taken, so that scripts run unchanged."""


def aws_options(*, hidden: bool = False) -> list[click.Parameter]:
    """The options; what they are given is kept, as the global options are."""
    return [
        kept_option(
            "--output",
            # Before a verb it may be meant for another than `dynamodb`, which has other forms.
            type=None if hidden else click.Choice(OUTPUTS),
            help="The form of the answer; json unless said (also: AWS_DEFAULT_OUTPUT).",
            hidden=hidden,
        ),
        kept_option(
            "--query", metavar="JMESPATH", help="Show only this part of the answer.", hidden=hidden
        ),
        kept_option(
            "--no-paginate",
            is_flag=True,
            help="One request only, its answer as it is.",
            hidden=hidden,
        ),
        kept_option(
            "--cli-binary-format",
            type=click.Choice(BINARY_FORMATS),
            help="What binary values are given as; base64 unless said.",
            hidden=hidden,
        ),
        *(kept_option(name, metavar="VALUE", hidden=True) for name in WITHOUT_EFFECT),
        *(kept_option(name, is_flag=True, hidden=True) for name in FLAGS_WITHOUT_EFFECT),
    ]


def refuse_on_other_verbs(context: click.Context) -> None:
    """Raise `UsageError` where one of the options stands before a verb that is not `dynamodb`."""
    for option in aws_options():
        if given(context, str(option.name)) is not None:
            raise click.UsageError(f"{option.opts[0]} belongs after the name of a command", context)


def output_form(context: click.Context, environment: Mapping[str, str] = os.environ) -> str:
    """The form of the answer: as given, else AWS_DEFAULT_OUTPUT, else json; raises `UsageError`."""
    source, form = "--output", given(context, "output")
    if form is None:
        source, form = OUTPUT_VARIABLE, environment.get(OUTPUT_VARIABLE) or OUTPUTS[0]
    if form not in OUTPUTS:
        raise click.UsageError(f"{source}: {form!r} is not one of {', '.join(OUTPUTS)}")
    return str(form)
