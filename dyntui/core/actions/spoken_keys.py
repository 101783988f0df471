"""Keys in sentences: those that the user's settings choose, in words.

A sentence for a person names an action, not a key: "{keys.create} makes one" is "o makes one" until
the settings say otherwise. A program shows one app, so that they hold for the whole of it, its
threads too; where no app is shown, the registry's keys are named.
"""

from __future__ import annotations

import re

from dyntui.core.actions.key_names import key_word
from dyntui.core.actions.keymap import Keymap
from dyntui.core.actions.registry import ACTIONS

_ACTION = re.compile(r"\{([a-z]+\.[a-z_0-9]+)\}")
_BY_ID = {action.id: action for action in ACTIONS}
_spoken = [Keymap()]


def speak_of(keymap: Keymap) -> None:
    """From here on sentences name the keys of a keymap."""
    _spoken[0] = keymap


def key_for(action: str) -> str:
    """The first key of an action, by the action's id, which must have one."""
    return key_word(_spoken[0].keys(_BY_ID[action])[0])


def letter_for(action: str) -> str:
    """The first key of an action that is a single character; empty where none is."""
    words = map(key_word, _spoken[0].keys(_BY_ID[action]))
    return next((word for word in words if len(word) == 1), "")


def with_keys(sentence: str) -> str:
    """A sentence of ours, with a key for each id in braces: not for texts with values in them."""
    return _ACTION.sub(lambda found: key_for(found[1]), sentence)
