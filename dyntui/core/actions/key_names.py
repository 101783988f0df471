"""How keys are written for people."""

from __future__ import annotations

from collections.abc import Sequence

KEY_NAMES = {
    "question_mark": "?",
    "slash": "/",
    "plus": "+",
    "minus": "-",
    "equals_sign": "=",
    "less_than_sign": "<",
    "greater_than_sign": ">",
    "dollar_sign": "$",
    "escape": "Esc",
    "enter": "Enter",
    "space": "Space",
    "backspace": "⌫",
    "delete": "Delete",
    "left": "←",
    "right": "→",
    "up": "↑",
    "down": "↓",
    "pageup": "PageUp",
    "pagedown": "PageDown",
    "home": "Home",
    "end": "End",
    "tab": "Tab",
    "@": "@",
}


def key_name(key: str) -> str:
    """One key: `ctrl+s` is ^S, `alt+enter` is Alt+Enter, `f5` is F5."""
    *modifiers, last = key.split("+")
    if modifiers == ["ctrl"] and len(last) == 1:
        return "^" + last.upper()
    name = KEY_NAMES.get(last, last.upper() if len(last) > 1 else last)
    return "+".join((*(modifier.capitalize() for modifier in modifiers), name))


def key_word(key: str) -> str:
    """One key without symbols: `up` is Up, where `key_name` gives an arrow."""
    name = key_name(key)
    return name if name.isascii() else "+".join(part.capitalize() for part in key.split("+"))


def key_names(keys: Sequence[str]) -> str:
    """Several keys, any of which does."""
    return "  ".join(key_name(key) for key in keys)
