"""Keys of the user's own."""

from __future__ import annotations

from typing import Any

import pytest
from textual.keys import _character_to_key

from dyntui.core.actions.keymap import KeymapError, key_of, keymap_of
from dyntui.core.actions.registry import ACTIONS


@pytest.mark.parametrize("character", "aG7?/$+-_@*#~^!.,;:'\"()[]{}<>=|&%\\`")
def test_characters_have_the_names_that_textual_gives_them(character: str) -> None:
    assert key_of("x", character) == _character_to_key(character)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("F4", "f4"),
        ("Ctrl+s", "ctrl+s"),
        ("ctrl+Enter", "ctrl+enter"),
        ("alt+?", "alt+question_mark"),
        ("ctrl++", "ctrl+plus"),
        ("PageDown", "pagedown"),
        ("question_mark", "question_mark"),
    ],
)
def test_keys_are_understood_as_people_write_them(text: str, key: str) -> None:
    assert key_of("x", text) == key


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"items.edit": "hyper+e"}, "'hyper' is none of ctrl"),
        ({"items.edit": "entre"}, "'entre' is no key; enter is"),
        ({"items.edit": ""}, "'' is no key"),
        ({"items.edit": []}, "is not a key or a list of keys"),
        ({"items.edit": 4}, "is not a key or a list of keys"),
        ({"items.edits": "f4"}, "items.edits is no action; items.edit is"),
        ({"zzz": "f4"}, "zzz is no action; dyntui config keys lists them"),
        ({"browser.load_samples": "f4"}, "has no key"),
        ({"items.edit": "ctrl+q"}, r"\^Q is app.quit already"),
        ({"app.help": "h"}, "h would be typed in fields"),
        ({"app.quit": "ctrl+s"}, r"app.quit: \^S is"),
        ({"items.edit": "f4", "items.delete": "f4"}, "F4 is items.delete already"),
    ],
)
def test_keys_that_cannot_be(said: dict[str, Any], told: str) -> None:
    with pytest.raises(KeymapError, match=told):
        keymap_of(said)


def test_two_actions_can_change_places() -> None:
    keymap = keymap_of({"items": {"edit": "d", "delete": ["e"]}})
    by_id = {action.id: keymap.keys(action) for action in ACTIONS}
    assert (by_id["items.edit"], by_id["items.delete"]) == (("d",), ("e",))
    assert by_id["items.open"] == ("enter",)


def test_the_keys_that_hold_anyhow_can_be_said() -> None:
    for action in ACTIONS:
        if action.keys and action.id not in ("app.help", "help.close"):
            assert keymap_of({action.id: list(action.keys)}).keys(action) == action.keys
