"""The pictures of README and docs, as SVG and PNG: `python -m tests.screenshots`."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

import resvg_py
from textual.pilot import Pilot

from dyntui.app import DyntuiApp
from dyntui.core.connection.connect import Connection
from dyntui.core.connection.read_only import ReadOnly
from dyntui.core.user.preferences import Preferences
from dyntui.screens.browser import BrowserScreen
from dyntui.widgets.main_area import TABS
from dyntui.widgets.stream_tab import StreamTab
from engine import Engine, Settings
from engine.client.remote import Credentials, RemoteClient
from engine.clock import VirtualClock
from sample_data import load
from tests.dyntui.app.driving import press, settle, type_text
from tests.dyntui.app.past_of_films import write_past
from tests.guarded_shop import guarded_shop
from tests.ticket_sale import TickingClock, sell_tickets

FOLDER = Path(__file__).parent.parent / "screenshots"
TAKEN = FOLDER / "taken-from.json"
"""Of each PNG the digest of the SVG that it was drawn from: fonts differ between machines, and so
would a PNG that is drawn again."""
PNG_ZOOM = 1.0
CLOCK = VirtualClock()

OPEN_MOVIES = ("ctrl+o", "down", "down", "down", "enter")
OPEN_BY_GENRE = ("ctrl+o", "down", "down", "down", "space", "down", "enter")
"""The list's tables stand in alphabetical order, the indexes of movies below it."""
OPEN_AIRPORTS = ("ctrl+o", "home", "enter")
OPEN_TRAVEL = ("ctrl+o", *["down"] * 5, "enter")
STREAMS = str(TABS.index(StreamTab) + 1)


@dataclass(frozen=True)
class Picture:
    """A picture: the size of its window in cells, and how it is reached.

    A step is a key, or a text to type with a quote before it; `rival` is another one's write,
    `traffic` several of them. `account` has it taken as of an account of AWS that is only read.
    """

    name: str
    size: tuple[int, int]
    steps: tuple[str, ...]
    theme: str = "dark"
    account: bool = False


SALE = Picture("capacity", (120, 40), ("3",))
"""It is taken of a table with traffic."""
PAST = Picture("timeline", (100, 30), ("t", "M", "space", "M", "d", "down"))
"""It is taken of a table with a past."""

PICTURES = (
    Picture(
        "browser",
        (120, 36),
        (
            *OPEN_BY_GENRE,
            *("f", "'Western", "shift+tab", "space", "ctrl+j", "escape"),
            *("down", "down", "right", "right", "enter", "end"),
        ),
    ),
    Picture("entities", (100, 30), (*OPEN_TRAVEL, "T", "m", "down", "right", "down", "right")),
    Picture("small", (80, 24), ("f", "tab", "'state = 'HI'", "ctrl+j", "right")),
    Picture("review", (100, 26), ("f", "'SEA", "ctrl+j", "right", "i", "'Sea-Tac", "enter")),
    Picture(
        "conflict",
        (100, 26),
        ("f", "'SEA", "ctrl+j", "right", "i", "'Sea-Tac", "enter", "rival", "ctrl+s"),
    ),
    Picture(
        "create-table",
        (120, 30),
        (
            *("ctrl+o", "o", "'orders", "tab", "'customer:S", "tab", "'placed:S", "tab"),
            *("'by-status=status:S,placed :include total",),
        ),
    ),
    Picture(
        "partiql",
        (120, 36),
        (
            "p",
            '\'SELECT title, director, worldwide_gross, ratings.imdb\nFROM movies."by-genre"\n',
            "'WHERE genre = 'Western' AND worldwide_gross > 30000000 AND ratings.imdb > 7\n",
            "'ORDER BY worldwide_gross DESC",
            *("ctrl+j", "down", "enter"),
        ),
    ),
    Picture(
        "streams",
        (120, 30),
        (*OPEN_AIRPORTS, STREAMS, "o", "ctrl+s", "traffic", "R", "down", "down", "down"),
    ),
    Picture("learn", (100, 30), ("f7", "down", "down", "enter", "n")),
    Picture("light", (120, 30), (*OPEN_MOVIES, "2"), theme="light"),
    Picture("contrast", (100, 26), (*OPEN_TRAVEL, "enter"), theme="high-contrast"),
    Picture("jump", (100, 26), (*OPEN_MOVIES, "ctrl+g")),
    Picture("remote", (100, 20), ("f", "'SEA", "ctrl+j"), account=True),
)

GUARDED = (
    Picture("security", (100, 26), ("K",)),
    Picture("security-tables", (100, 26), ("K", "m", "V")),
    Picture("outsider", (100, 24), ("K", "m", "enter")),
)
"""They are taken of tables under keys, with sealed items."""


async def take(engine: Engine, picture: Picture) -> str:
    """The picture as SVG."""
    connection = _account(engine) if picture.account else _folder(engine)
    app = DyntuiApp(connection, CLOCK, Preferences(theme=picture.theme))
    async with app.run_test(size=picture.size) as pilot:
        await settle(pilot)
        for step in picture.steps:
            await _do(pilot, engine, step)
        app.clear_notifications()
        browser = app.screen_stack[0]
        assert isinstance(browser, BrowserScreen)
        # What took long is over; the header would say so at its next look.
        browser._show_busy()
        await settle(pilot)
        return app.export_screenshot(title="dyntui")


def _folder(engine: Engine) -> Connection:
    return Connection(engine, engine, engine.region, Path.home() / "shop")


def _account(engine: Engine) -> Connection:
    """What looks like an account of AWS; nothing is asked there."""
    remote = RemoteClient(region="eu-west-1", credentials=Credentials("id", "secret"))
    remote.account_id = "123456789012"
    return Connection(
        engine, None, "eu-west-1", None, remote=remote, read_only=ReadOnly("--read-only")
    )


async def _do(pilot: Pilot[None], engine: Engine, step: str) -> None:
    if step.startswith("'"):
        await type_text(pilot, step[1:])
    elif step == "rival":
        key = {"iata": {"S": "SEA"}}
        item = engine.call("GetItem", {"TableName": "airports", "Key": key})["Item"]
        item["name"] = {"S": "Seattle-Tacoma International"}
        engine.call("PutItem", {"TableName": "airports", "Item": item})
    elif step == "traffic":
        _write_some(engine)
    else:
        await press(pilot, step)


def _write_some(engine: Engine) -> None:
    """Airports opened, renamed, closed by Time to Live."""
    until = {"N": str(CLOCK.now_us() // 1_000_000 + 60)}
    engine.update_time_to_live(
        TableName="airports", TimeToLiveSpecification={"AttributeName": "closes", "Enabled": True}
    )
    for code, changed in (
        ("ZZZ", {"name": {"S": "Last Field"}, "closes": until}),
        ("JFK", {"name": {"S": "John F. Kennedy International"}, "runways": {"N": "4"}}),
        ("LAX", {"name": {"S": "Los Angeles Intl."}, "state": {"S": "CA"}}),
        ("ORD", {"terminals": {"NS": ["1", "2", "3", "5"]}}),
    ):
        CLOCK.advance(13)
        key = {"iata": {"S": code}}
        item = engine.get_item(TableName="airports", Key=key).get("Item", key)
        engine.put_item(TableName="airports", Item=item | changed)
    CLOCK.advance(40)
    engine.expire("airports")


def take_all() -> Iterator[tuple[Picture, str]]:
    """Each picture and its SVG, on the sample data."""
    with Engine.in_memory(clock=CLOCK) as engine:
        load(engine, engine)
        for picture in PICTURES:
            yield picture, asyncio.run(take(engine, picture))
    clock = TickingClock()
    with Engine.in_memory(settings=Settings(throttling="enforce"), clock=clock) as engine:
        sell_tickets(engine, clock)
        clock.tick_evenly()
        yield SALE, asyncio.run(take(engine, SALE))
    standing = VirtualClock()
    with Engine.in_memory(clock=standing) as engine:
        write_past(engine, standing)
        yield PAST, asyncio.run(take(engine, PAST))
    with guarded_shop(VirtualClock()) as engine:
        for picture in GUARDED:
            yield picture, asyncio.run(take(engine, picture))


def svg_path(picture: Picture) -> Path:
    """Where its SVG is kept."""
    return FOLDER / f"{picture.name}.svg"


def png_path(picture: Picture) -> Path:
    """Where its PNG is kept."""
    return FOLDER / f"{picture.name}.png"


def digest(svg: str) -> str:
    """What tells one picture from another."""
    return hashlib.sha256(svg.encode()).hexdigest()


def main() -> None:
    """Take all pictures; nobody has read a lesson yet."""
    os.environ["TZ"] = "UTC"
    os.environ["XDG_DATA_HOME"] = mkdtemp(prefix="dyntui-pictures-")
    time.tzset()
    FOLDER.mkdir(exist_ok=True)
    taken = {}
    for picture, svg in take_all():
        svg_path(picture).write_text(svg, encoding="utf-8")
        png_path(picture).write_bytes(drawn(svg))
        taken[png_path(picture).name] = digest(svg)
        print(svg_path(picture))
    TAKEN.write_text(json.dumps(taken, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def drawn(svg: str) -> bytes:
    """The SVG as PNG, in this machine's fonts."""
    return bytes(
        resvg_py.svg_to_bytes(
            svg_string=svg,
            font_family="DejaVu Sans",
            monospace_family="DejaVu Sans Mono",
            zoom=PNG_ZOOM,
        )
    )


if __name__ == "__main__":
    main()
