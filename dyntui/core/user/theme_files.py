"""Themes: the names of those that come with the app, and files of the user's own.

A file `NAME.toml` in the folder `themes` beside the user's settings says which theme it begins
with, and which colours are others:

    base = "light"
    accent = "#7a3e9d"
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

BUILT_IN = ("dark", "light", "high-contrast")
DEFAULT_THEME = "dark"
COLOURS = (
    "primary",
    "secondary",
    "accent",
    "warning",
    "error",
    "success",
    "foreground",
    "background",
    "surface",
    "panel",
)
TEXT_COLOURS = ("foreground", "primary", "secondary", "accent", "warning", "error", "success")
BACKGROUNDS = ("background", "surface", "panel")
CONTRAST_MIN = 4.5
"""What WCAG 2 asks of text at level AA."""

_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,40}")


class ThemeFileError(ValueError):
    """A file that is no theme; the message is one line."""


@dataclass(frozen=True, slots=True)
class ThemeFile:
    """A user's theme: the built-in one it begins with, and its own colours as `#rrggbb`."""

    name: str
    base: str
    colours: dict[str, str]


def theme_names(folder: Path | None) -> tuple[str, ...]:
    """The themes there are: those that come with the app, then the user's by name."""
    own: list[str] = []
    if folder is not None and folder.is_dir():
        own = sorted(
            path.stem
            for path in folder.glob("*.toml")
            if _NAME.fullmatch(path.stem) and path.stem not in BUILT_IN
        )
    return (*BUILT_IN, *own)


def read_theme(folder: Path, name: str) -> ThemeFile:
    """A theme of the user's; raises `ThemeFileError`."""
    path = folder / f"{name}.toml"
    try:
        text = path.read_bytes().decode("utf-8")
        said = tomllib.loads(text + "\n")
    except OSError as error:
        raise ThemeFileError(f"{path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ThemeFileError(f"{path} is not UTF-8 text") from None
    except tomllib.TOMLDecodeError as error:
        raise ThemeFileError(f"{path}: {error}") from None
    base = said.pop("base", DEFAULT_THEME)
    if base not in BUILT_IN:
        raise ThemeFileError(f"{path}: base is none of {', '.join(BUILT_IN)}")
    for colour, value in said.items():
        if colour not in COLOURS:
            raise ThemeFileError(f"{path}: {colour} is none of base, {', '.join(COLOURS)}")
        if not isinstance(value, str) or not _COLOUR.fullmatch(value):
            raise ThemeFileError(f"{path}: {colour} is not a colour such as #4fd1c5")
    return ThemeFile(name, base, said)


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours `#rrggbb`, 1 to 21, as WCAG 2 defines it."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
