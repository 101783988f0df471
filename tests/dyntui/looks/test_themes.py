"""The themes: texts can be read, files of the user's own are checked."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path

import pytest
from textual.color import Color
from textual.theme import Theme

from dyntui.core.user.theme_files import (
    BACKGROUNDS,
    BUILT_IN,
    CONTRAST_MIN,
    TEXT_COLOURS,
    ThemeFile,
    ThemeFileError,
    contrast,
    read_theme,
    theme_names,
)
from dyntui.themes import THEMES, theme_name, user_theme

STRICT = 7.0
CODE = Path(__file__).parents[3] / "dyntui"
PAIRS = (
    ("block-cursor-foreground", "block-cursor-background"),
    ("block-cursor-blurred-foreground", "block-cursor-blurred-background"),
    ("input-cursor-foreground", "input-cursor-background"),
    ("footer-key-foreground", "footer-background"),
    ("footer-description-foreground", "footer-background"),
    *product((*TEXT_COLOURS, "text-muted"), BACKGROUNDS),
    *((text, "block-cursor-blurred-background") for text in TEXT_COLOURS),
    ("footer-key-foreground", "panel"),
)
"""Every text colour of the app, with what it stands on."""


def shown(variables: dict[str, str], name: str, ground: str) -> str:
    """A colour as it is seen on a ground, which shines through where it is not opaque."""
    text = variables[name]
    base = Color.parse(ground)
    if text.startswith("auto"):
        alpha = float(text.split()[-1].rstrip("%")) / 100
        return (base + base.get_contrast_text(alpha)).hex6
    return (base + Color.parse(text)).hex6


@pytest.mark.parametrize("theme", THEMES.values(), ids=list(THEMES))
def test_every_text_can_be_read(theme: Theme) -> None:
    variables = theme.to_color_system().generate() | theme.variables
    least = STRICT if theme.name.endswith("high-contrast") else CONTRAST_MIN
    poor = {}
    for text, ground in PAIRS:
        below = Color.parse(variables[ground]).hex6
        ratio = contrast(shown(variables, text, below), below)
        if ratio < least:
            poor[text, ground] = round(ratio, 2)
    assert poor == {}


def test_no_colour_is_taken_that_is_not_measured() -> None:
    """Texts are coloured by `theme_variables[…]` in code and `color: $…` in styles."""
    measured = {text for text, _ in PAIRS}
    used: set[str] = set()
    for path in CODE.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        used |= set(re.findall(r"(?<![-\w])color: \$([a-z-]+)", text))
        used |= set(re.findall(r"theme_variables\[['\"]([a-z-]+)", text))
    assert used - measured - set(BACKGROUNDS) == set()


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert contrast("#123456", "#123456") == 1


def test_the_names_of_settings() -> None:
    assert tuple(THEMES) == BUILT_IN
    assert {name: theme_name(theme) for name, theme in THEMES.items()} == {
        name: name for name in BUILT_IN
    }


def test_a_theme_of_the_users(tmp_path: Path) -> None:
    (tmp_path / "sea.toml").write_text('base = "light"\naccent = "#003366"\n')
    (tmp_path / "dark.toml").write_text("")
    (tmp_path / "not a name.toml").write_text("")
    assert theme_names(tmp_path) == (*BUILT_IN, "sea")
    theme = user_theme(read_theme(tmp_path, "sea"))
    assert (theme.dark, theme.accent, theme_name(theme)) == (False, "#003366", "sea")
    assert theme.variables["footer-key-foreground"] == "#003366"
    assert theme.foreground == THEMES["light"].foreground
    assert theme_names(None) == theme_names(tmp_path / "none") == BUILT_IN


def test_an_empty_file_is_the_dark_theme(tmp_path: Path) -> None:
    (tmp_path / "plain.toml").write_text("")
    assert read_theme(tmp_path, "plain") == ThemeFile("plain", "dark", {})


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('base = "pink"', "base is none of dark, light, high-contrast"),
        ('colour = "#000000"', "colour is none of base, primary"),
        ('accent = "red"', "accent is not a colour such as"),
        ("accent = 3", "accent is not a colour such as"),
        ("accent = ", "line 1"),
    ],
)
def test_files_that_are_no_theme(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "bad.toml").write_text(text)
    with pytest.raises(ThemeFileError, match=told):
        read_theme(tmp_path, "bad")


def test_a_theme_that_is_gone(tmp_path: Path) -> None:
    with pytest.raises(ThemeFileError, match="No such file"):
        read_theme(tmp_path, "gone")
