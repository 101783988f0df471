"""Options that take a time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from dyntui.core.duration import duration_s


class _Duration(click.ParamType):
    """Seconds, written as 90s, 10m, 2h or 1d."""

    name = "time"

    def __init__(self, most_s: int) -> None:
        self._most_s = most_s

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """The seconds; a bad text ends the command."""
        try:
            seconds = duration_s(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)
        if seconds > self._most_s:
            self.fail(f"{value} is more than {self._most_s // 86_400} days", param, ctx)
        return seconds


def duration_option(
    name: str, default: str, most_s: int, text: str
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """An option that takes a time, and gives seconds."""
    return click.option(name, type=_Duration(most_s), default=default, show_default=True, help=text)
