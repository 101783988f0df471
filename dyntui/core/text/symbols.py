"""The symbols that dyntui draws with, and what stands for them where a terminal has letters only.

This is the one table of them. A symbol and its stand-in take one cell each, so that nothing moves;
those that can stand beside each other have different stand-ins. The app translates all that it
paints (`dyntui/widgets/ascii_filter.py`), the command line what it draws (`drawn`); values that are
copied or written to files are never translated.
"""

from __future__ import annotations

import locale
import unicodedata
from collections.abc import Mapping

SYMBOLS_VARIABLE = "DYNTUI_SYMBOLS"
CHOICES = ("auto", "unicode", "ascii")

_MARKS = {
    "…": "~",
    "·": "-",
    "•": "*",
    "✗": "x",
    "✕": "X",
    "✖": "X",
    "✘": "x",
    "✓": "v",
    "✔": "v",
    "●": "*",
    "○": "o",
    "◉": "*",
    "◌": "o",
    "◆": "#",
    "◇": "o",
    "■": "#",
    "□": "o",
    "▪": "*",
    "▣": "#",
    "▲": "!",
    "△": "^",
    "▶": ">",
    "▸": ">",
    "▷": ">",
    "▹": ">",
    "▼": "v",
    "▽": "v",
    "▾": "v",
    "▿": "v",
    "◀": "<",
    "◂": "<",
    "◁": "<",
    "⟲": "@",
    "⟳": "@",
    "↻": "@",
    "↺": "@",
    "↶": "<",
    "↷": ">",
    "←": "<",
    "→": ">",
    "⇒": ">",
    "↑": "^",
    "↓": "v",
    "↔": "=",
    "↕": "|",
    "⇄": "=",
    "⇧": "^",
    "⏎": "<",
    "↵": "<",
    "␣": "_",
    "⌫": "<",
    "‹": "<",
    "›": ">",
    "«": "<",
    "»": ">",
    "‖": "=",
    "≠": "#",
    "≈": "~",
    "≤": "<",
    "≥": ">",
    "−": "-",
    "±": "+",
    "×": "x",
    "—": "-",
    "–": "-",
    "‘": "'",
    "’": "'",
    "“": '"',
    "”": '"',
    "★": "*",
    "☆": "*",
    "♦": "#",
    "⚠": "!",
    "⚑": "!",
    "✎": "/",
    "∅": "0",
    "∑": "S",
    "∞": "8",
    "µ": "u",
    "§": "S",
    "°": "o",
    "\u00a0": " ",
}
_BARS = dict(zip("▁▂▃▄▅▆▇█", ".:-=+*%#", strict=True))
_SHADES = {"░": ".", "▒": ":", "▓": "+", "▔": "-", **dict.fromkeys("▉▊▋▌▍▎▏▐▕", "|")}
_BOX = range(0x2500, 0x2580)
_BLOCKS = range(0x2580, 0x25A0)
_BRAILLE = range(0x2800, 0x2900)


def _line(character: str) -> str:
    """What stands for a character of the box drawings."""
    name = unicodedata.name(character)
    across = "HORIZONTAL" in name or "LEFT" in name or "RIGHT" in name
    upright = "VERTICAL" in name or "UP" in name or "DOWN" in name
    double = name.startswith("BOX DRAWINGS DOUBLE HORIZONTAL") and not upright
    return "=" if double else "+" if across and upright else "|" if upright else "-"


STAND_INS: Mapping[str, str] = {
    **{chr(code): _line(chr(code)) for code in _BOX},
    **{chr(code): "#" for code in _BLOCKS},
    **{chr(code): ":" for code in _BRAILLE},
    "\u2800": " ",
    **_BARS,
    **_SHADES,
    **_MARKS,
}
_TABLE = str.maketrans(dict(STAND_INS))


def plain(text: str) -> str:
    """The text with a stand-in for each symbol; other characters stay as they are."""
    return text if text.isascii() else text.translate(_TABLE)


def is_ascii(choice: str, encoding: str | None = None) -> bool:
    """Whether a choice of symbols, one of `CHOICES`, means letters only.

    "auto" goes by the encoding of the locale, which can be given.
    """
    if choice != "auto":
        return choice == "ascii"
    return not speaks_utf8(encoding)


def speaks_utf8(encoding: str | None = None) -> bool:
    """Whether the locale's encoding has all characters."""
    name = locale.getencoding() if encoding is None else encoding
    return name.lower().replace("-", "").replace("_", "") == "utf8"


class _Drawing:
    """What the command line draws with."""

    ascii = False


def draw_with(*, ascii_only: bool) -> None:
    """Choose for this process what `drawn` gives."""
    _Drawing.ascii = ascii_only


def drawn(text: str) -> str:
    """A text of the command line's own as this process shows it."""
    return plain(text) if _Drawing.ascii else text
