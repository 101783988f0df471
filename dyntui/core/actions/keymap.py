"""Which keys do what: the registry's, or those that the user's settings choose instead."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from dyntui.core.actions.action import Action
from dyntui.core.actions.key_names import KEY_NAMES, key_name
from dyntui.core.actions.registry import ACTIONS, CONTEXTS, of_context

APP = "app"
MODIFIERS = ("ctrl", "alt", "shift", "super")
_FUNCTION_KEYS = frozenset(f"f{number}" for number in range(1, 25))
# Textual's names of characters, where they are not those of Unicode.
_CHARACTERS = {
    "/": "slash",
    "\\": "backslash",
    "@": "at",
    "-": "minus",
    "+": "plus",
    "_": "underscore",
    " ": "space",
}
# What terminals send for Ctrl+Space, which Textual calls so.
_NUL = "ctrl+@"
_BY_ID = {action.id: action for action in ACTIONS}


class KeymapError(ValueError):
    """Keys that cannot be; `action` is the id that they were given for."""

    def __init__(self, action: str, problem: str) -> None:
        super().__init__(problem)
        self.action = action


@dataclass(frozen=True, slots=True)
class Keymap:
    """The user's keys by the ids of actions; the registry's hold for all others."""

    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def keys(self, action: Action) -> tuple[str, ...]:
        """The keys of an action, as Textual names them."""
        return self.chosen.get(action.id, action.keys)


def keymap_of(said: Mapping[str, Any]) -> Keymap:
    """The keys that the settings choose; a key is one text or a list of them.

    Raises `KeymapError` for an unknown action or key, and for a key that means two things in one
    place.
    """
    chosen = {str(name): _keys(str(name), value) for name, value in _flat(said).items()}
    keymap = Keymap(chosen)
    for name in chosen:
        _check_conflicts(keymap, _BY_ID[name])
    return keymap


def _flat(said: Mapping[str, Any]) -> dict[str, Any]:
    """Ids that were written without quotes make tables in TOML: `items.edit = "e"`."""
    flat: dict[str, Any] = {}
    for name, value in said.items():
        if isinstance(value, Mapping):
            flat |= {f"{name}.{inner}": keys for inner, keys in value.items()}
        else:
            flat[name] = value
    return flat


def _keys(name: str, value: Any) -> tuple[str, ...]:
    action = _BY_ID.get(name)
    if action is None:
        close = get_close_matches(name, _BY_ID, n=1)
        near = f"; {close[0]} is" if close else "; dyntui config keys lists them"
        raise KeymapError(name, f"{name} is no action{near}")
    if not action.keys:
        raise KeymapError(name, f"{name} has no key: it is done from the palette")
    texts = [value] if isinstance(value, str) else value
    if not isinstance(texts, list) or not texts or not all(isinstance(one, str) for one in texts):
        raise KeymapError(name, f"{name} is not a key or a list of keys")
    keys = tuple(dict.fromkeys(key_of(name, text) for text in texts))
    typed = [key for key in keys if _is_typed(key)]
    if action.context == APP and typed:
        raise KeymapError(
            name,
            f"{name}: {key_name(typed[0])} would be typed in fields, where this has to work too; "
            "take one with ctrl or alt, or F1 to F24",
        )
    return keys


def key_of(name: str, text: str) -> str:
    """A key as Textual names it: `?` is question_mark; raises `KeymapError`."""
    if text.lower() == _NUL:
        return _NUL
    *modifiers, last = text.split("+") if len(text) > 1 and text[-1] != "+" else [text]
    if text.endswith("++"):
        modifiers, last = text[:-2].split("+"), "+"
    lowered = [modifier.lower() for modifier in modifiers]
    unknown = [modifier for modifier in lowered if modifier not in MODIFIERS]
    if unknown:
        raise KeymapError(
            name, f"{name}: {unknown[0]!r} is none of {', '.join(MODIFIERS)} before a key"
        )
    return "+".join((*lowered, _last(name, text, last)))


def _last(name: str, text: str, last: str) -> str:
    if len(last) == 1 and last.isprintable():
        if last.isalnum():
            return last
        unicode_name = unicodedata.name(last, "").lower().replace("-", "_").replace(" ", "_")
        return _CHARACTERS.get(last, unicode_name)
    lowered = last.lower()
    if lowered in KEY_NAMES or lowered in _FUNCTION_KEYS or lowered in _named_keys():
        return lowered
    close = get_close_matches(lowered, KEY_NAMES, n=1)
    near = f"; {close[0]} is" if close else "; keys are written e, G, ?, f4, ctrl+s, alt+enter"
    raise KeymapError(name, f"{name}: {text!r} is no key{near}")


def _named_keys() -> frozenset[str]:
    """The names that the registry's own keys have."""
    return frozenset(key.split("+")[-1] for action in ACTIONS for key in action.keys)


def _is_typed(key: str) -> bool:
    """Whether the key types something in a field."""
    if "+" in key:
        return key.startswith("shift+")
    return key not in _FUNCTION_KEYS and key not in _TYPES_NOTHING


_TYPES_NOTHING = frozenset(
    {"escape", "delete", "up", "down", "left", "right", "pageup", "pagedown", "home", "end"}
)


def _check_conflicts(keymap: Keymap, action: Action) -> None:
    """A key does one thing in a context; keys of the app do theirs everywhere."""
    if action.context == APP:
        rivals = [other for other in ACTIONS if other.id != action.id]
    else:
        rivals = [
            other
            for context in (action.context, APP)
            for other in of_context(context)
            if other.id != action.id
        ]
    for key in keymap.keys(action):
        for other in rivals:
            if key in keymap.keys(other):
                raise KeymapError(
                    action.id,
                    f"{action.id}: {key_name(key)} is {other.id} already "
                    f"({CONTEXTS[other.context]}: {other.title})",
                )
