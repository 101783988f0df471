"""Options that reading verbs share: what is asked about first, how fast they may read."""

from __future__ import annotations

from collections.abc import Callable

import click

BYTES_IN_A_MB = 1_000_000


def ask_options(function: Callable[..., None]) -> Callable[..., None]:
    """The options `--ask-above` and `--yes`."""
    function = click.option("--yes", is_flag=True, help="Do not ask.")(function)
    return click.option(
        "--ask-above",
        type=click.FloatRange(min=0),
        default=1.0,
        show_default=True,
        metavar="MB",
        envvar="DYNTUI_ASK_ABOVE",
        help="Ask before a full scan of a table that is larger.",
    )(function)


max_rcu_option = click.option(
    "--max-rcu",
    type=click.FloatRange(min=0, min_open=True),
    metavar="N",
    help="Read at most so many RCU a second.",
)


def max_wcu_option(about: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """The option --max-wcu, described by a line."""
    return click.option(
        "--max-wcu", type=click.FloatRange(min=0, min_open=True), metavar="N", help=about
    )


def ask_above_bytes(ask_above: float, yes: bool) -> int | None:
    """From which size on a full scan is asked about; None where nothing is."""
    return None if yes else round(ask_above * BYTES_IN_A_MB)
