"""How the app looks and listens: options first, then the environment, then the user's file."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from dyntui.core.actions.keymap import Keymap
from dyntui.core.text.symbols import is_ascii, speaks_utf8
from dyntui.core.user.theme_files import DEFAULT_THEME
from dyntui.core.user.user_config import (
    SETTINGS,
    UserConfig,
    UserConfigError,
    checked,
    read_user_config,
)

_LOOKS = ("theme", "symbols", "mouse")


@dataclass(frozen=True, slots=True)
class Preferences:
    """What was chosen for the app.

    `keeps_values` says that the terminal can show all characters of values. `config` is the user's
    file, where a choice is remembered; `problem` what is wrong with it, where it was left aside.
    """

    theme: str = DEFAULT_THEME
    ascii_only: bool = False
    keeps_values: bool = True
    mouse: bool = True
    keymap: Keymap = field(default_factory=Keymap)
    config: UserConfig = field(default_factory=UserConfig)
    problem: str = ""

    @property
    def themes_folder(self) -> Path | None:
        """Where the user's own themes lie."""
        return self.config.themes_folder


def preferences(
    config: UserConfig,
    options: Mapping[str, str | None],
    environment: Mapping[str, str] = os.environ,
    *,
    problem: str = "",
    encoding: str | None = None,
) -> Preferences:
    """What holds: `options` by the settings' names, None where nothing is given.

    `encoding` is the locale's, which can be given. Raises `UserConfigError`.
    """
    chosen = {name: _chosen(name, config, options, environment) for name in _LOOKS}
    return Preferences(
        theme=chosen["theme"],
        ascii_only=is_ascii(chosen["symbols"], encoding),
        keeps_values=speaks_utf8(encoding),
        mouse=chosen["mouse"] == "true",
        keymap=config.keymap,
        config=config,
        problem=problem,
    )


def config_or_problem(
    environment: Mapping[str, str] = os.environ,
) -> tuple[UserConfig, str]:
    """The user's settings; or none, and what is wrong with their file."""
    try:
        return read_user_config(environment), ""
    except UserConfigError as error:
        return UserConfig(), str(error)


def _chosen(
    name: str,
    config: UserConfig,
    options: Mapping[str, str | None],
    environment: Mapping[str, str],
) -> str:
    setting = next(one for one in SETTINGS if one.name == name)
    folder = config.themes_folder
    given = options.get(name)
    if given is not None:
        return checked(name, given, setting.option, folder)
    if environment.get(setting.variable):
        return checked(name, environment[setting.variable], setting.variable, folder)
    return config.values.get(name, setting.first.strip('"'))
