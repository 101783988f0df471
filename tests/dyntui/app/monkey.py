"""A monkey at the keyboard: random keys, clicks, resizes and pastes, drawn from a seed.

Nothing that a person does may raise in the app or freeze it. What goes wrong is told with the seed
and with events that still do it after as many as can be were left out.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from random import Random
from time import perf_counter
from traceback import format_exception
from unittest.mock import patch

from textual import events
from textual.errors import NoWidget
from textual.pilot import Pilot

from dyntui.app import DyntuiApp
from dyntui.core.actions.registry import ACTIONS
from dyntui.core.connection.connect import Connection
from dyntui.widgets.palette import ActionProvider
from engine import Engine
from engine.clock import VirtualClock
from engine.errors import InternalServerError
from tests.dyntui.app.conftest import create_films
from tests.dyntui.app.driving import settle

FROZEN_S = 20.0
"""So long no event may take, on a machine that others use too."""

TRACE_CHARACTERS = 4_000
LOOKED_EVERY = 10
"""So many events are played before all widgets have to have come to rest."""

LEAVING = frozenset({"ctrl+q"})
SIZES = ((80, 24), (120, 40), (40, 10), (1, 1), (20, 5), (200, 60), (100, 30))
TEXTS = (
    "SELECT * FROM films WHERE genre = 'Drama'",
    "UPDATE films SET year = 1 WHERE id = 'film-0001'",
    "INSERT INTO films VALUE {'id': 'x', 'a': [1, \"b\", {'c': null}]};",
    "film-0007",
    '{"id": {"S": "x"}, "n": {"N": "1e125"}}',
    "10 minutes ago",
    "[red]not a colour[/]",
    "\x00\x1b[31m" + "é漢字👩‍👩‍👧" * 20,
    "a" * 5_000,
    "\n\n\t",
    "-1",
    "''\"\"`",
)
KEYS = (
    *sorted({key for action in ACTIONS for key in action.keys} - LEAVING),
    *"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789",
    *("space", "tab", "shift+tab", "backspace", "delete", "home", "end", "pageup", "pagedown"),
    *("left", "right", "up", "down", "shift+down", "ctrl+a", "ctrl+z", "ctrl+v", "ctrl+c"),
    *("quotation_mark", "apostrophe", "left_curly_bracket", "colon", "comma", "f3", "f12"),
    *("ctrl+p", "enter", "enter", "enter", "down", "down", "tab", "tab"),
    *("escape",) * 20,
)
KINDS = {"key": 62, "do": 12, "click": 12, "scroll": 4, "type": 4, "paste": 3, "resize": 3}

Event = tuple[str, object]
"""A kind, and what that takes: a key, a text, a size, a place as parts of the window, a part of
the commands that there are. `settle` waits for the work that is under way."""


def drawn(seed: int, count: int) -> list[Event]:
    """Events, always the same of a seed."""
    random = Random(seed)
    kinds = random.choices(tuple(KINDS), tuple(KINDS.values()), k=count)
    return [(kind, _what(kind, random)) for kind in kinds]


def _what(kind: str, random: Random) -> object:
    if kind == "key":
        return random.choice(KEYS)
    if kind == "resize":
        return random.choice(SIZES)
    if kind in ("type", "paste"):
        return random.choice(TEXTS)
    if kind == "do":
        return random.random()
    return random.random(), random.random(), random.choice((1, 1, 1, 2, 3))


@dataclass
class Walk:
    """What happened: events that were played, screens and commands that were reached."""

    played: list[Event] = field(default_factory=list)
    screens: Counter[str] = field(default_factory=Counter)
    commands: Counter[str] = field(default_factory=Counter)


async def walk(planned: Sequence[Event]) -> Walk:
    """Play events on an app of its own; raises what the app raises, and where it freezes."""
    done = Walk()
    with unexpected() as found, Engine.in_memory() as engine:
        create_films(engine)
        connection = Connection(engine, engine, engine.region, None)
        app = DyntuiApp(connection, VirtualClock())
        async with app.run_test(size=SIZES[0]) as pilot:
            await pilot.pause()
            for event in planned:
                done.played.append(event)
                done.screens[type(app.screen).__name__] += 1
                began = perf_counter()
                # Where the window has nothing, a click meets nothing.
                with suppress(NoWidget):
                    await asyncio.wait_for(_play(pilot, event, done), FROZEN_S)
                if not len(done.played) % LOOKED_EVERY:
                    await pilot._wait_for_screen()
                taken_s = perf_counter() - began
                if app._exception is not None:
                    raise app._exception
                assert not found, found
                assert taken_s < FROZEN_S, f"{event} took {taken_s:.1f} s"
                if app._exit:
                    break
            app.workers.cancel_all()
    return done


async def _play(pilot: Pilot[None], event: Event, done: Walk) -> None:
    app = pilot.app
    match event:
        case ("key", str(key)):
            await app._press_keys([key])
        case ("type", str(text)):
            await app._press_keys(_typed(text[:60]))
        case ("paste", str(text)):
            app.post_message(events.Paste(text))
        case ("resize", (int(width), int(height))):
            await pilot.resize_terminal(width, height)
        case ("do", float(part)):
            await _do(pilot, part, done)
        case ("settle", None):
            await settle(pilot)
        case (str(kind), (float(across), float(down), int(button))):
            size = app.size
            place = (int(across * size.width), int(down * size.height))
            if kind == "scroll":
                way = events.MouseScrollDown if button == 1 else events.MouseScrollUp
                await pilot._post_mouse_events([way], None, place)
            else:
                await pilot._post_mouse_events(
                    [events.MouseDown, events.MouseUp, events.Click], None, place, button=button
                )
    for _ in range(5):
        await asyncio.sleep(0)


def _typed(text: str) -> list[str]:
    """The keys of a text."""
    named = {" ": "space", "\n": "enter", "\t": "tab"}
    return [named.get(character, character) for character in text]


async def _do(pilot: Pilot[None], part: float, done: Walk) -> None:
    """Do one of the commands that the palette offers."""
    app = pilot.app
    offers = ActionProvider(app.screen)._offers() if app.screen.is_mounted else []
    offers = [(action, node) for action, node in offers if not LEAVING & set(action.keys)]
    if offers:
        action, node = offers[int(part * len(offers))]
        done.commands[action.id] += 1
        await app.run_action(action.method, node)


@contextmanager
def unexpected() -> Iterator[list[str]]:
    """What jobs met that nobody expected, which the app shows as an error of its own."""
    found: list[str] = []

    class NotedError(InternalServerError):
        """Written down, too."""

        def __init__(self, message: str) -> None:
            found.append(message)
            super().__init__(message)

    with patch("dyntui.widgets.jobs.InternalServerError", NotedError):
        yield found


def failure_of(planned: Sequence[Event]) -> BaseException | None:
    """What goes wrong where these events are played; None where nothing does."""
    try:
        asyncio.run(walk(planned))
    except (Exception, asyncio.CancelledError) as error:
        return error
    return None


def shrunk(planned: list[Event], fails: Callable[[list[Event]], bool], tries: int) -> list[Event]:
    """Fewer events that fail too: parts of them are left out, larger ones first."""
    size = len(planned) // 2
    while size and tries > 0:
        begin = 0
        while begin < len(planned) and tries > 0:
            fewer = planned[:begin] + planned[begin + size :]
            tries -= 1
            if fails(fewer):
                planned = fewer
            else:
                begin += size
        size //= 2
    return planned


def report(seed: int, count: int, tries: int) -> str | None:
    """Play the events of a seed; what went wrong in words, None where nothing did.

    The words have the seed, the last events, and as few events as still do it.
    """
    planned = drawn(seed, count)
    failure = failure_of(planned)
    if failure is None:
        return None
    kind = type(failure)
    fewer = shrunk(planned, lambda some: isinstance(failure_of(some), kind), tries)
    trace = "".join(format_exception(failure))[-TRACE_CHARACTERS:]
    return f"seed {seed} of {count} events: {failure!r}\nit takes {fewer}\n{trace}"
