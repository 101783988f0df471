"""Options that take a time."""

from __future__ import annotations

from collections.abc import Callable

import click

from dyntui.core.text.duration import DurationError, duration_s


def duration_option(
    name: str, default: str, most_s: int, text: str
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """An option that takes a time, written as 90s, 10m, 2h or 1d, and gives seconds."""

    def seconds(_context: click.Context, _option: click.Parameter, value: str) -> int:
        try:
            found = duration_s(value)
        except DurationError as error:
            raise click.BadParameter(str(error)) from None
        if found > most_s:
            raise click.BadParameter(f"{value} is more than {most_s // 86_400} days")
        return found

    return click.option(
        name, default=default, show_default=True, metavar="TIME", callback=seconds, help=text
    )
