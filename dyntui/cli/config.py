"""`dyntui config`: the file of the user's own settings."""

from __future__ import annotations

import os

import click

from dyntui.cli.command import Command
from dyntui.cli.exits import Failure, say
from dyntui.cli.output import write_rows
from dyntui.core.user.config_place import config_path
from dyntui.core.user.user_config import (
    SETTINGS,
    UserConfig,
    UserConfigError,
    first_file,
    read_user_config,
)


@click.group()
def config() -> None:
    """Show, check and begin the file of your own settings."""


def _read() -> UserConfig:
    try:
        return read_user_config()
    except UserConfigError as error:
        raise click.UsageError(str(error)) from None


@config.command(cls=Command)
def path() -> None:
    """Show where the file lies, or would lie."""
    click.echo(config_path())


@config.command(cls=Command)
def init() -> None:
    """Write a file that says what is so anyhow, each setting commented out."""
    place = config_path()
    place.parent.mkdir(parents=True, exist_ok=True)
    try:
        with place.open("x", encoding="utf-8") as file:
            file.write(first_file())
    except FileExistsError:
        raise Failure(f"{place} is there already") from None
    say(f"dyntui: wrote {place}")


@config.command(cls=Command)
def check() -> None:
    """Look at the file and at the theme it names, and say what is wrong."""
    from dyntui.core.user.theme_files import BUILT_IN, ThemeFileError, read_theme

    found = _read()
    theme = found.values.get("theme", BUILT_IN[0])
    if theme not in BUILT_IN and found.themes_folder is not None:
        try:
            read_theme(found.themes_folder, theme)
        except ThemeFileError as error:
            raise click.UsageError(str(error)) from None
    known = found.path is not None and found.path.exists()
    click.echo(f"{found.path}: {'nothing is wrong' if known else 'there is no such file'}")


@config.command(cls=Command)
def show() -> None:
    """Show what holds now, and what says so."""
    found = _read()
    rows = []
    for setting in SETTINGS:
        said = os.environ.get(setting.variable)
        if said:
            rows.append((setting.name, said, setting.variable))
        elif found.values.get(setting.name):
            rows.append((setting.name, found.values[setting.name], "the file"))
        else:
            rows.append((setting.name, setting.first.strip('"'), "as at first"))
    for name, keys in sorted(found.keymap.chosen.items()):
        rows.append((f"keys.{name}", ", ".join(keys), "the file"))
    write_rows(("setting", "value", "by"), rows, (False, False, False))


@config.command(cls=Command)
def keys() -> None:
    """List the app's actions with their keys, for the file's table `keys`."""
    from dyntui.core.actions.key_names import key_names
    from dyntui.core.actions.registry import ACTIONS, CONTEXTS

    keymap = _read().keymap
    rows = [
        (action.id, key_names(keymap.keys(action)), f"{CONTEXTS[action.context]}: {action.title}")
        for action in ACTIONS
        if action.keys
    ]
    write_rows(("action", "keys", "what it does"), rows, (False, False, False))
