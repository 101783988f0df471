"""Options that verbs share: what is asked about first, how fast they may read and write."""

from __future__ import annotations

from collections.abc import Callable
from math import isfinite
from typing import Any

import click
from click.core import ParameterSource

from dyntui.cli.looks import environment
from dyntui.core.connection.choices import ASK_ABOVE_VARIABLE

BYTES_IN_A_MB = 1_000_000


class FiniteRange(click.FloatRange):
    """Numbers of a range; neither `nan` nor `inf`, which Python reads as numbers too."""

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """See `click.ParamType.convert`."""
        number: float = super().convert(value, param, ctx)
        if not isfinite(number):
            self.fail(f"{value!r} is not a valid float.", param, ctx)
        return number


def _or_the_users(context: click.Context, option: click.Parameter, value: float) -> float:
    """What is given; else what the user's settings say."""
    source = context.get_parameter_source(str(option.name))
    if source is not ParameterSource.DEFAULT or context.resilient_parsing:
        return value
    return float(environment(context).get(ASK_ABOVE_VARIABLE) or value)


def ask_options(function: Callable[..., None]) -> Callable[..., None]:
    """The options `--ask-above` and `--yes`."""
    function = click.option("--yes", is_flag=True, help="Do not ask.")(function)
    return click.option(
        "--ask-above",
        type=FiniteRange(min=0),
        default=1.0,
        show_default=True,
        metavar="MB",
        envvar=ASK_ABOVE_VARIABLE,
        callback=_or_the_users,
        help="Ask before a full scan of a table that is larger.",
    )(function)


_RATE_MAX = 1_000_000

max_rcu_option = click.option(
    "--max-rcu",
    type=FiniteRange(0, _RATE_MAX, min_open=True),
    metavar="N",
    help="Read at most so many RCU a second.",
)


def max_wcu_option(text: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """The option `--max-wcu`, with what a verb says of it."""
    limit = FiniteRange(0, _RATE_MAX, min_open=True)
    return click.option("--max-wcu", type=limit, metavar="N", help=text)


def ask_above_bytes(ask_above: float, yes: bool) -> int | None:
    """From which size on a full scan is asked about; None where nothing is."""
    return None if yes else round(ask_above * BYTES_IN_A_MB)
