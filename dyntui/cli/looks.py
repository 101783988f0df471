"""The user's settings as a command meets them: its options go first."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

import click

from dyntui.cli.command import given
from dyntui.core.text.symbols import CHOICES, SYMBOLS_VARIABLE, draw_with, is_ascii
from dyntui.core.user.config_place import has_config

if TYPE_CHECKING:
    from dyntui.core.user.preferences import Preferences

_KEY = "dyntui.user_config"


def choose_symbols(context: click.Context) -> None:
    """Draw with what is asked for; the user's settings have a say when they are read."""
    chosen = given(context, "symbols") or os.environ.get(SYMBOLS_VARIABLE) or "auto"
    if chosen not in CHOICES:
        raise click.UsageError(f"{SYMBOLS_VARIABLE}: {chosen!r} is none of {', '.join(CHOICES)}")
    draw_with(ascii_only=is_ascii(chosen))


def environment(context: click.Context, *, remote: bool = False) -> Mapping[str, str]:
    """The environment with the user's settings below it; raises `UsageError` where they are wrong.

    A remote's Region is not theirs to say.
    """
    config = context.meta.get(_KEY)
    if config is None:
        if not has_config():
            return os.environ

        from dyntui.core.user.user_config import UserConfigError, read_user_config

        try:
            config = context.meta[_KEY] = read_user_config()
        except UserConfigError as error:
            raise click.UsageError(str(error), context) from None
        if "symbols" in config.values and not given(context, "symbols"):
            draw_with(ascii_only=is_ascii(config.environment()[SYMBOLS_VARIABLE]))
    said: Mapping[str, str] = config.environment(remote=remote)
    return said


def chosen_preferences(context: click.Context) -> Preferences:
    """How the app is to look; a file that cannot be used is left aside, and the app says why.

    Raises `UsageError` for options and variables that cannot be.
    """
    from dyntui.core.user.preferences import config_or_problem, preferences
    from dyntui.core.user.user_config import UserConfigError

    config, problem = config_or_problem()
    context.meta[_KEY] = config
    options = {
        "theme": given(context, "theme"),
        "symbols": given(context, "symbols"),
        "mouse": "off" if given(context, "no_mouse") else None,
    }
    try:
        return preferences(config, options, os.environ, problem=problem)
    except UserConfigError as error:
        raise click.UsageError(str(error), context) from None
