"""The app's colours: a dark theme, which is the default, a light one, and one of high contrast.

Texts have a contrast of 4.5 to what they stand on, as WCAG 2 asks at level AA, and of 7 (level
AAA) in the theme of high contrast.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from textual.theme import Theme

from dyntui.core.user.theme_files import ThemeFile

DARK = Theme(
    name="dyntui-dark",
    dark=True,
    primary="#5aa9e6",
    secondary="#8296b0",
    accent="#4fd1c5",
    warning="#f0b354",
    error="#f0766a",
    success="#74c98b",
    foreground="#d5dbe5",
    background="#0f131a",
    surface="#161b24",
    panel="#1f2733",
    variables={
        "block-cursor-background": "#4fd1c5",
        "block-cursor-foreground": "#0f131a",
        "block-cursor-text-style": "bold",
        "button-focus-text-style": "bold",
        "block-cursor-blurred-background": "#212f3b",
        "block-cursor-blurred-foreground": "#d5dbe5",
        "input-cursor-background": "#4fd1c5",
        "input-selection-background": "#5aa9e6 35%",
        "footer-key-foreground": "#4fd1c5",
        "footer-description-foreground": "#9fadc0",
        "footer-background": "#161b24",
        "border": "#4fd1c5",
        "border-blurred": "#2a3443",
        "scrollbar": "#2f3b4b",
        "scrollbar-hover": "#445468",
        "scrollbar-active": "#4fd1c5",
        "scrollbar-background": "#161b24",
        "scrollbar-background-hover": "#161b24",
        "scrollbar-background-active": "#161b24",
        "scrollbar-corner-color": "#161b24",
    },
)

LIGHT = Theme(
    name="dyntui-light",
    dark=False,
    primary="#1d66a8",
    secondary="#53657c",
    accent="#0a716a",
    warning="#8f5700",
    error="#b02a20",
    success="#237336",
    foreground="#1d2530",
    background="#eef1f5",
    surface="#fbfcfd",
    panel="#dfe5ec",
    variables={
        "block-cursor-background": "#0a716a",
        "block-cursor-foreground": "#ffffff",
        "block-cursor-text-style": "bold",
        "button-focus-text-style": "bold",
        "block-cursor-blurred-background": "#dae4ec",
        "block-cursor-blurred-foreground": "#1d2530",
        "input-cursor-background": "#0a716a",
        "input-cursor-foreground": "#ffffff",
        "input-selection-background": "#1d66a8 30%",
        "footer-key-foreground": "#0a716a",
        "footer-description-foreground": "#46566b",
        "footer-background": "#dfe5ec",
        "border": "#0a716a",
        "border-blurred": "#bfcad6",
        "scrollbar": "#b8c4d1",
        "scrollbar-hover": "#93a3b5",
        "scrollbar-active": "#0a716a",
        "scrollbar-background": "#eef1f5",
        "scrollbar-background-hover": "#eef1f5",
        "scrollbar-background-active": "#eef1f5",
        "scrollbar-corner-color": "#eef1f5",
    },
)

HIGH_CONTRAST = Theme(
    name="dyntui-high-contrast",
    dark=True,
    primary="#8ec8ff",
    secondary="#d0d8e0",
    accent="#ffe14d",
    warning="#ffb84d",
    error="#ff9a90",
    success="#7dff9b",
    foreground="#ffffff",
    background="#000000",
    surface="#000000",
    panel="#141414",
    variables={
        "text-muted": "#cccccc",
        "block-cursor-background": "#ffe14d",
        "block-cursor-foreground": "#000000",
        "block-cursor-text-style": "bold",
        "button-focus-text-style": "bold",
        "block-cursor-blurred-background": "#292929",
        "block-cursor-blurred-foreground": "#ffffff",
        "input-cursor-background": "#ffe14d",
        "input-cursor-foreground": "#000000",
        "input-selection-background": "#8ec8ff 35%",
        "footer-key-foreground": "#ffe14d",
        "footer-description-foreground": "#ffffff",
        "footer-background": "#000000",
        "border": "#ffe14d",
        "border-blurred": "#a0a0a0",
        "scrollbar": "#a0a0a0",
        "scrollbar-hover": "#d0d0d0",
        "scrollbar-active": "#ffe14d",
        "scrollbar-background": "#1c1c1c",
        "scrollbar-background-hover": "#1c1c1c",
        "scrollbar-background-active": "#1c1c1c",
        "scrollbar-corner-color": "#1c1c1c",
    },
)

THEMES = {"dark": DARK, "light": LIGHT, "high-contrast": HIGH_CONTRAST}
"""By the names that settings have for them."""
_PREFIX = "dyntui-"

_FOLLOWERS = {
    "block-cursor-background": "accent",
    "input-cursor-background": "accent",
    "footer-key-foreground": "accent",
    "border": "accent",
    "scrollbar-active": "accent",
    "block-cursor-foreground": "background",
    "block-cursor-blurred-foreground": "foreground",
    "footer-background": "surface",
    "footer-description-foreground": "secondary",
    "scrollbar-background": "background",
    "scrollbar-background-hover": "background",
    "scrollbar-background-active": "background",
    "scrollbar-corner-color": "background",
}
"""Which of a user's colours other parts take, where the user gives it."""


def theme_name(theme: Theme) -> str:
    """The name that settings have for a theme."""
    return theme.name.removeprefix(_PREFIX)


def user_theme(file: ThemeFile) -> Theme:
    """The theme of a user's file: its colours, and those of its base for the rest."""
    base = THEMES[file.base]
    follow = {
        variable: file.colours[colour]
        for variable, colour in _FOLLOWERS.items()
        if colour in file.colours
    }
    colours: dict[str, Any] = dict(file.colours)
    return replace(base, name=_PREFIX + file.name, variables=base.variables | follow, **colours)
