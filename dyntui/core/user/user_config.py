"""The user's own settings: one TOML file in the platform's config folder.

Each setting has a name in the file, an environment variable that goes before it, and mostly an
option of the command line that goes before both. The file is looked at here and nowhere else: a
name that is no setting, or a value that a setting cannot have, is an error that tells its line and
what it may be.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from dyntui.core.actions.keymap import Keymap, KeymapError, keymap_of
from dyntui.core.connection.choices import (
    ASK_ABOVE_VARIABLE,
    FOLDER_VARIABLE,
    REGION_VARIABLES,
    RETRIES_MAX,
    RETRIES_VARIABLE,
    is_region,
)
from dyntui.core.text.symbols import CHOICES as SYMBOLS
from dyntui.core.text.symbols import SYMBOLS_VARIABLE
from dyntui.core.user.config_place import CONFIG_VARIABLE, config_path
from dyntui.core.user.theme_files import DEFAULT_THEME, theme_names

THEMES = "themes"
KEYS = "keys"
ASK_ABOVE_MAX = 1_000_000_000
_FALSE = ("0", "false", "no", "off")
_HEAD = re.compile(r"\s*\[+\s*([^\]]+?)\s*\]+\s*(#.*)?$")
_TRUE = ("1", "true", "yes", "on")


class UserConfigError(ValueError):
    """A file of settings, or a variable for one, that cannot be; the message is one line."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting; `variable` goes before the file, `option` before the variable.

    `first` is what holds where nothing is said, as the file would say it.
    """

    name: str
    variable: str
    option: str
    first: str
    means: str


SETTINGS = (
    Setting("theme", "DYNTUI_THEME", "--theme", f'"{DEFAULT_THEME}"', "the colours of the app"),
    Setting(
        "symbols",
        SYMBOLS_VARIABLE,
        "--symbols",
        '"auto"',
        '"unicode", "ascii" (letters only), or "auto": as the locale\'s encoding allows',
    ),
    Setting("mouse", "DYNTUI_MOUSE", "--no-mouse", "true", "whether the app listens to the mouse"),
    Setting(
        "ask_above_mb",
        ASK_ABOVE_VARIABLE,
        "",
        "1",
        "a full scan of more MB than that is asked about first",
    ),
    Setting("data_dir", FOLDER_VARIABLE, "--data-dir", '""', "the data folder; ~ is your home"),
    Setting("region", REGION_VARIABLES[-1], "--region", '""', "the Region in a data folder"),
    Setting(
        "retries",
        RETRIES_VARIABLE,
        "--retries",
        "9",
        "how often a throttled request is tried again",
    ),
)
_BY_NAME = {setting.name: setting for setting in SETTINGS}


@dataclass(frozen=True, slots=True)
class UserConfig:
    """What a file says: texts of values by the settings' names, and the keys that it chooses.

    `path` is where it lies, or would lie; None for settings that are kept nowhere.
    """

    path: Path | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    keymap: Keymap = field(default_factory=Keymap)

    def environment(
        self, outer: Mapping[str, str] = os.environ, *, remote: bool = False
    ) -> dict[str, str]:
        """The environment, with what the file says where it says nothing.

        A remote's Region is not the file's to say: AWS's own configuration does.
        """
        said = {_BY_NAME[name].variable: text for name, text in self.values.items() if text}
        if remote or any(outer.get(variable) for variable in REGION_VARIABLES):
            said.pop(_BY_NAME["region"].variable, None)
        return said | {name: text for name, text in outer.items() if text or name not in said}

    @property
    def themes_folder(self) -> Path | None:
        """Where the user's themes lie."""
        return None if self.path is None else self.path.parent / THEMES


def read_user_config(environment: Mapping[str, str] = os.environ) -> UserConfig:
    """What the user's file says; nothing where there is none.

    Raises `UserConfigError`, also for a file that DYNTUI_CONFIG names and that is not there.
    """
    path = config_path(environment)
    try:
        text = path.read_bytes().decode("utf-8")
    except FileNotFoundError:
        if environment.get(CONFIG_VARIABLE):
            raise UserConfigError(f"{CONFIG_VARIABLE}: {path} is not there") from None
        return UserConfig(path)
    except UnicodeDecodeError:
        raise UserConfigError(f"{path} is not UTF-8 text") from None
    except OSError as error:
        raise UserConfigError(f"{path}: {error.strerror}") from None
    return parse_user_config(text, path)


def parse_user_config(text: str, path: Path) -> UserConfig:
    """The settings of a file's text; raises `UserConfigError` for the first that cannot be."""
    try:
        # At the end of a line its number is told, at that of the text it is not.
        said = tomllib.loads(text + "\n")
    except tomllib.TOMLDecodeError as error:
        raise UserConfigError(f"{path}: {_first_lower(str(error))}") from None
    values: dict[str, str] = {}
    keymap = Keymap()
    themes = path.parent / THEMES
    for name, value in said.items():
        if name == KEYS:
            keymap = _keymap(text, path, value)
            continue
        if name not in _BY_NAME:
            known = (*_BY_NAME, KEYS)
            raise _fault(text, path, "", name, f"{name} is no setting{_near(name, known)}")
        problem = _problem(name, value, theme_names(themes))
        if problem:
            raise _fault(text, path, "", name, f"{name} {problem}")
        values[name] = _text(value)
    return UserConfig(path, values, keymap)


def checked(name: str, text: str, source: str, themes: Path | None) -> str:
    """A setting that an option or a variable gives as text; raises `UserConfigError`."""
    if name == "mouse":
        lower = text.strip().lower()
        if lower not in (*_TRUE, *_FALSE):
            raise UserConfigError(f"{source}: {text!r} is neither on nor off")
        return str(lower in _TRUE).lower()
    problem = _problem(name, text, theme_names(themes))
    if problem:
        raise UserConfigError(f"{source}: {text!r} {problem}")
    return text


def _problem(name: str, value: Any, themes: tuple[str, ...]) -> str:
    """What is wrong with a value, with what it may be; empty where nothing is."""
    match name:
        case "theme":
            return "" if value in themes else f"is none of the themes: {_listed(themes)}"
        case "symbols":
            return "" if value in SYMBOLS else f"is none of {_listed(SYMBOLS)}"
        case "mouse":
            return "" if isinstance(value, bool) else "is neither true nor false"
        case "ask_above_mb":
            return _number_problem(value, ASK_ABOVE_MAX, whole=False)
        case "retries":
            return _number_problem(value, RETRIES_MAX, whole=True)
        case "region":
            good = isinstance(value, str) and (not value or is_region(value))
            return "" if good else "is not the name of a Region, such as us-east-1"
    return "" if isinstance(value, str) and "\0" not in value else "is not the name of a folder"


def _number_problem(value: Any, high: int, *, whole: bool) -> str:
    kinds = int if whole else int | float
    good = isinstance(value, kinds) and not isinstance(value, bool) and 0 <= value < high + 1
    kind = "a whole number" if whole else "a number"
    return "" if good else f"is not {kind} from 0 to {high}"


def _text(value: Any) -> str:
    """A value as its environment variable would say it."""
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:.6f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


def _keymap(text: str, path: Path, value: Any) -> Keymap:
    if not isinstance(value, dict):
        raise _fault(text, path, "", KEYS, f"{KEYS} is not a table of actions and keys")
    try:
        return keymap_of(value)
    except KeymapError as error:
        raise _fault(text, path, KEYS, error.action, str(error)) from None


def _fault(text: str, path: Path, section: str, name: str, problem: str) -> UserConfigError:
    line = line_of(text, section, name)
    return UserConfigError(f"{path}{f', line {line}' if line else ''}: {problem}")


def line_of(text: str, section: str, name: str) -> int | None:
    """The line, from 1, on which a section of a TOML text sets a name; None if it is not found."""
    here = ""
    wanted = re.compile(rf"""\s*["']?{re.escape(name)}["']?\s*[=.]""")
    dotted = re.compile(rf"""\s*{re.escape(section)}\s*\.\s*["']?{re.escape(name)}["']?\s*=""")
    for number, line in enumerate(text.splitlines(), 1):
        head = _HEAD.match(line)
        if head:
            here = head[1].strip("\"'")
            if not section and here.partition(".")[0] == name:
                return number
        elif (here == section and wanted.match(line)) or (
            section and not here and dotted.match(line)
        ):
            return number
    return None


def _near(name: str, known: tuple[str, ...]) -> str:
    close = get_close_matches(name, known, n=1)
    return f"; {close[0]} is" if close else f"; settings are {_listed(known)}"


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(names)


def _first_lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def remember(config: UserConfig, name: str, value: str) -> None:
    """Write one setting into the user's file, which keeps its comments and order.

    Nothing is written where the settings have no file. Raises OSError.
    """
    if config.path is None:
        return

    import tomlkit

    text = config.path.read_text(encoding="utf-8") if config.path.exists() else ""
    document = tomlkit.parse(text)
    document[name] = value
    if name not in tomllib.loads(text) and KEYS in document:
        # A value after a table would be one of the table's.
        keys = document.pop(KEYS)
        document[KEYS] = keys
    _replace(config.path, tomlkit.dumps(document))


def _replace(path: Path, text: str) -> None:
    """Write a file aside and rename it: nobody sees half of one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # A link stays one: what it points to is replaced.
    target = path.resolve()
    aside = target.with_name(f".{target.name}.new")
    aside.write_text(text, encoding="utf-8")
    os.replace(aside, target)


def first_file() -> str:
    """A file that says what is so anyhow, every setting commented out."""
    lines = ["# Settings of dyntui; docs/configuration.md describes them.", ""]
    for setting in SETTINGS:
        ways = " and ".join(filter(None, (setting.option, setting.variable)))
        verb = "go" if setting.option else "goes"
        lines += [
            f"# {setting.name}: {setting.means}.",
            f"# {ways} {verb} before it.",
            f"# {setting.name} = {setting.first}",
            "",
        ]
    lines += [
        "# Keys of the app, by action: `dyntui config keys` has the names.",
        f"[{KEYS}]",
        '# "items.edit" = ["e", "f4"]',
    ]
    return "\n".join(lines) + "\n"
