"""Driving the app in tests: opening it, waiting for its work, typing, reading the screen."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from textual.app import App
from textual.pilot import Pilot
from textual.widget import Widget
from textual.widgets import Input, Select, Static, TextArea

from dyntui.app import DyntuiApp
from dyntui.core.connection.connect import Connection
from dyntui.core.tables.schema import TableInfo
from dyntui.core.user.preferences import Preferences
from dyntui.widgets.item_grid import ItemGrid
from dyntui.widgets.toggle import Toggle
from engine import Context, Engine
from engine.client.protocol import OWNER, Client, LocalTools
from engine.clock import VirtualClock

Json = dict[str, Any]
AnyWidget = TypeVar("AnyWidget", bound=Widget)

FILM_COUNT = 300
GENRES = ("Drama", "Comedy", "Action", "Horror")
QUIET_ROUNDS = 2
ROUND_STEPS = 12
HOLD_SECONDS = 60.0
MAX_ROUNDS = 6_000
ROUND_SECONDS = 0.01
LARGE = (120, 40)
SMALL = (80, 24)


def film(number: int) -> Json:
    """A film, the same every time; every third has no director."""
    item: Json = {
        "id": {"S": f"film-{number:04}"},
        "title": {"S": f"The film number {number}"},
        "year": {"N": str(1950 + number % 70)},
        "genre": {"S": GENRES[number % len(GENRES)]},
        "ratings": {"M": {"imdb": {"N": f"{number % 100 / 10}"}, "votes": {"N": str(number)}}},
        "tags": {"SS": ["old", "seen"]},
    }
    if number % 3:
        item["director"] = {"S": f"Director {number % 50}"}
    return item


def info_of(client: Client, table: str) -> TableInfo:
    """The schema of a table, as it is now."""
    return TableInfo.from_description(client.call("DescribeTable", {"TableName": table})["Table"])


class Recorder:
    """A Client that writes down what it is asked."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self.calls: list[tuple[str, Json]] = []

    def call(self, operation: str, request: Json, context: Context = OWNER) -> Json:
        """Pass the request on."""
        self.calls.append((operation, request))
        return self._client.call(operation, request, context)

    def requests(self, operation: str) -> list[Json]:
        """The requests of one operation, in their order."""
        return [request for name, request in self.calls if name == operation]


class Held(Recorder):
    """A Recorder that holds a call of one operation until it is released: something slow."""

    def __init__(self, client: Client, operation: str, *, at: int) -> None:
        """The call number `at` (from 1) of `operation` is held."""
        super().__init__(client)
        self._operation = operation
        self._at = at
        self._reached = threading.Event()
        self._released = threading.Event()

    def call(self, operation: str, request: Json, context: Context = OWNER) -> Json:
        """Pass the request on, now or later."""
        if operation == self._operation and len(self.requests(operation)) == self._at - 1:
            self.calls.append((operation, request))
            self._reached.set()
            self._released.wait(HOLD_SECONDS)
            return self._client.call(operation, request, context)
        return super().call(operation, request, context)

    async def reached(self) -> None:
        """Wait until the call is held."""
        assert await asyncio.to_thread(self._reached.wait, HOLD_SECONDS)

    def release(self) -> None:
        """Let it go on."""
        self._released.set()


def app_of(pilot: Pilot[None]) -> DyntuiApp:
    """The app that the pilot drives."""
    assert isinstance(pilot.app, DyntuiApp)
    return pilot.app


def make_app(
    client: Client,
    engine: Engine,
    tools: LocalTools | None = None,
    look: Preferences | None = None,
) -> DyntuiApp:
    """The app on a client; what only an engine offers comes from `tools`, or else from `engine`."""
    connection = Connection(client, tools or engine, engine.region, None)
    return DyntuiApp(connection, VirtualClock(), look)


@asynccontextmanager
async def running(
    client: Client,
    engine: Engine,
    size: tuple[int, int] = LARGE,
    tools: LocalTools | None = None,
    look: Preferences | None = None,
) -> AsyncIterator[Pilot[None]]:
    """The app, once it has shown the first table."""
    app = make_app(client, engine, tools, look)
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        yield pilot


async def settle(pilot: Pilot[None]) -> None:
    """Wait until no work is left, and all that it has posted is shown."""
    app = pilot.app
    quiet = 0
    while quiet < QUIET_ROUNDS:
        running = [worker._task for worker in app.workers if worker._task]
        if running:
            await asyncio.wait(running)
        for _ in range(ROUND_STEPS):
            await asyncio.sleep(0)
        if app._exception is not None:
            raise app._exception
        app.screen._on_timer_update()
        quiet = 0 if _busy(app) else quiet + 1
        if quiet == QUIET_ROUNDS - 1:
            # Some widget may be in the middle of a handler, which this waits for.
            await pilot._wait_for_screen()


async def threads_end(pilot: Pilot[None]) -> None:
    """Wait for the threads also of jobs that were stopped; no other can begin after that."""
    await asyncio.get_running_loop().shutdown_default_executor()
    await settle(pilot)


def _busy(app: App[Any]) -> bool:
    """Whether something runs, or a message or a callback waits."""
    screen = app.screen
    if screen._callbacks or screen._layout_required or screen._dirty_widgets:
        return True
    if app.animator._animations or app.animator._scheduled:
        # Scrolling takes the next tick of its clock, also where nothing is to glide.
        return True
    if isinstance(app, DyntuiApp) and app.keys_under_way:
        return True
    nodes = [app, *screen.walk_children(with_self=True)]
    return any(not worker.is_finished for worker in app.workers) or any(
        node.message_queue_size or node._next_callbacks for node in nodes
    )


async def press(pilot: Pilot[None], *keys: str) -> None:
    """Press keys one after another, each once the one before has had its effect."""
    for key in keys:
        await pilot.app._press_keys([key])
        await settle(pilot)


async def until(pilot: Pilot[None], condition: Callable[[], bool]) -> None:
    """Go on until something is so, as long as that can take at all."""
    for _ in range(MAX_ROUNDS):
        if pilot.app._exception is not None:
            raise pilot.app._exception
        if condition():
            return
        await pilot.pause(ROUND_SECONDS)
    raise AssertionError("it never came to that")


async def press_on(pilot: Pilot[None], key: str) -> None:
    """Press a key while something runs, and go on as soon as the key has had its effect."""
    await pilot.press(key)
    for _ in range(QUIET_ROUNDS):
        await pilot.pause()
    # It waits for the effect of the key before, and so does what comes after it.
    app = app_of(pilot)
    await until(pilot, lambda: not app.keys_under_way)


async def type_text(pilot: Pilot[None], text: str) -> None:
    """Type a text into the focused field."""
    await pilot.app._press_keys(KEYS.get(character, character) for character in text)
    await settle(pilot)


KEYS = {" ": "space", "\n": "enter"}


async def open_table(pilot: Pilot[None], name: str) -> None:
    """Show a table by way of the list."""
    await press(pilot, "ctrl+o", "slash")
    await type_text(pilot, name)
    await press(pilot, "enter", "enter")


async def fill(pilot: Pilot[None], **values: str | bool) -> None:
    """Put texts and choices into the form in front, by the ids of its fields."""
    for name, value in values.items():
        field = pilot.app.screen.query_one("#" + name.replace("_", "-"))
        if isinstance(field, TextArea):
            field.text = str(value)
        else:
            assert isinstance(field, Input | Select | Toggle)
            field.value = value
    await settle(pilot)


def shown(pilot: Pilot[None], selector: str) -> str:
    """The text of a Static on the screen in front."""
    content = pilot.app.screen.query_one(selector, Static).content
    return getattr(content, "plain", None) or str(content)


def find(pilot: Pilot[None], kind: type[AnyWidget], selector: str = "") -> AnyWidget:
    """A widget of the screen in front."""
    screen = pilot.app.screen
    return screen.query_one(selector, kind) if selector else screen.query_one(kind)


def grid_of(pilot: Pilot[None]) -> ItemGrid:
    """The grid of items, whatever screen is in front."""
    return pilot.app.screen_stack[0].query_one(ItemGrid)


def notices(pilot: Pilot[None]) -> list[str]:
    """What was said in passing, in its order."""
    return [notice.message for notice in pilot.app._notifications]


def screen_text(pilot: Pilot[None]) -> str:
    """What stands on the screen, a line a row."""
    lines = pilot.app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in line).rstrip() for line in lines)
