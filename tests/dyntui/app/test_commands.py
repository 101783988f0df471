"""Every command of the palette is done once, where it can be done: it raises nothing.

A context that is new needs a way to it in `WAYS`, or a reason in `ELSEWHERE` why there is none.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.pilot import Pilot

from dyntui.core.actions.action import Action
from dyntui.core.actions.registry import ACTIONS, CONTEXTS
from dyntui.screens.browser import BrowserScreen
from dyntui.widgets.palette import ActionProvider
from engine import Engine
from tests.dyntui.app.driving import LARGE, Recorder, press, running, settle, type_text
from tests.dyntui.app.monkey import unexpected
from tests.dyntui.app.test_actions import HOMES

SCAN = "SELECT * FROM films"
WAYS: dict[str, tuple[str, ...]] = {
    "app": (),
    "browser": (),
    "tables": (),
    "form": ("f",),
    "items": (),
    "item": ("enter",),
    "capacity": ("3",),
    "timeline": ("4",),
    "stream": ("5",),
    "partiql": ("p",),
    "statement": ("p",),
    "results": ("p", SCAN, "f5"),
    "row": ("p", SCAN, "f5", "enter"),
    "told": ("p", SCAN, "f5", "f9"),
    "transfers": ("x",),
    "export": ("x", "e"),
    "import": ("x", "i"),
    "pick": ("x", "i", "f3"),
    "book": ("p", "ctrl+l"),
    "parameters": ("p", f"{SCAN} WHERE id = ?", "f5"),
    "load": ("3", "L"),
    "editor": ("e",),
    "create": ("ctrl+o", "o"),
    "drop": ("ctrl+o", "d"),
    "truncate": ("ctrl+o", "D"),
    "history": ("H",),
    "keep": ("4", "o"),
    "copy": ("c",),
    "value": ("v",),
    "field": ("l", "i"),
    "save": ("p", SCAN, "ctrl+s"),
    "sift": ("5", "slash"),
    "moment": ("4", "g"),
    "help": ("question_mark",),
    "settings": ("2",),
    "setting": ("2", "G", "enter"),
    "security": ("K",),
    "keys": ("K",),
    "key": ("K", "o"),
    "sealing": ("K", "m"),
    "setup": ("K", "m", "o"),
    "outsider": ("K", "m", "enter"),
    "learn": ("f7", "enter"),
    "theme": ("ctrl+p", "Choose a theme", "enter"),
    "columns": ("C",),
    "bulk": ("m", "m", "d"),
    "many": ("m", "m", "equals_sign"),
    "follow": ("F",),
    "entities": ("T",),
    "review": ("l", "i", "Another title", "enter"),
}
"""Keys, or texts to be typed, that lead from the first screen to a context."""

ANEW = frozenset({"outsider", "review", "row", "sealing", "setup"})
"""Contexts whose way leads elsewhere once it was gone: an app of its own for each command.

Their first commands write, after which there is no way at all: these are done last.
"""

ELSEWHERE = {
    "ask": "tests/dyntui/app/test_partiql_running.py: needs a large table",
    "undo": "tests/dyntui/app/test_timeline.py: needs a change first",
    "rejected": "tests/dyntui/app/test_transfers.py: needs an import that went wrong",
    "typed": "tests/dyntui/app/test_timeline.py: needs a backup first",
    "past": "tests/dyntui/app/test_timeline.py: needs a past",
    "restore": "tests/dyntui/app/test_timeline.py: needs point-in-time recovery",
    "empty": "tests/dyntui/app/test_beginning.py: needs a folder without tables",
}
LEAVING = frozenset({"app.quit"})
"""What ends the app is tested on a terminal, by tests/dyntui/app/test_program.py."""

ESCAPES = 8


def offered_in(context: str) -> list[Action]:
    """The commands of a context."""
    return [
        action
        for action in ACTIONS
        if action.context == context and action.palette and action.id not in LEAVING
    ]


def test_every_context_with_commands_has_a_way_or_a_reason() -> None:
    contexts = {action.context for action in ACTIONS if action.palette}
    assert contexts <= WAYS.keys() | ELSEWHERE.keys()
    assert not WAYS.keys() & ELSEWHERE.keys()
    assert WAYS.keys() | ELSEWHERE.keys() <= CONTEXTS.keys()


@pytest.mark.parametrize("context", WAYS)
async def test_the_commands_of_a_context_do_something_or_say_why_not(
    context: str,
    client: Recorder,
    engine: Engine,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.chdir(tmp_path)
    left = offered_in(context)
    with unexpected() as found:
        while left:
            async with running(client, engine, LARGE) as pilot:
                while left:
                    await go(pilot, context)
                    action = left.pop(-1 if context in ANEW else 0)
                    await do(pilot, action)
                    assert not found, (action.id, found)
                    if context in ANEW or not await came_back(pilot):
                        break


async def go(pilot: Pilot[None], context: str) -> None:
    """Lead the app to a context."""
    for step in WAYS[context]:
        if " " in step:
            await type_text(pilot, step)
        else:
            await press(pilot, step)
    home = HOMES[context]
    for node in pilot.app.screen.query(home.__name__):
        if node.display and node.focusable:
            node.focus()
            await settle(pilot)


async def do(pilot: Pilot[None], action: Action) -> None:
    """Do what the palette offers; it has to offer that here."""
    offers = {one.id: node for one, node in ActionProvider(pilot.app.screen)._offers()}
    assert action.id in offers, f"{action.id} is not offered on {pilot.app.screen}"
    await pilot.app.run_action(action.method, offers[action.id])
    await settle(pilot)


async def came_back(pilot: Pilot[None]) -> bool:
    """Whether Esc leads back to the first screen, and so to where the next command begins."""
    for _ in range(ESCAPES):
        await press(pilot, "escape")
    await press(pilot, "1")
    return isinstance(pilot.app.screen, BrowserScreen)
