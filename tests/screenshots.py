"""The pictures of README and docs: `python -m tests.screenshots`."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

from textual.pilot import Pilot

from dyntui.app import DyntuiApp
from dyntui.core.connect import Connection
from engine import Engine
from engine.clock import VirtualClock
from sample_data import load
from tests.dyntui.app.driving import press, settle, type_text
from tests.dyntui.app.past_of_films import write_past

FOLDER = Path(__file__).parent.parent / "screenshots"
PLACE = Path.home() / "shop"

OPEN_MOVIES = ("ctrl+o", "down", "down", "down", "enter")
OPEN_BY_GENRE = ("ctrl+o", "down", "down", "down", "space", "down", "enter")
"""The list's tables stand in alphabetical order, the indexes of movies below it."""


@dataclass(frozen=True)
class Picture:
    """A picture: the size of its window in cells, and how it is reached.

    A step is a key, or a text to type with a quote before it; `rival` is another one's write.
    """

    name: str
    size: tuple[int, int]
    steps: tuple[str, ...]
    light: bool = False


PAST = Picture("timeline", (100, 30), ("t", "M", "space", "M", "d", "down"))
"""It is taken of a table with a past."""

PICTURES = (
    Picture(
        "browser",
        (120, 36),
        (
            *OPEN_BY_GENRE,
            *("slash", "'Western", "shift+tab", "space", "ctrl+j", "escape"),
            *("down", "down", "right", "right", "enter", "end"),
        ),
    ),
    Picture("small", (80, 24), ("slash", "tab", "'state = 'HI'", "ctrl+j", "right")),
    Picture("review", (100, 26), ("slash", "'SEA", "ctrl+j", "right", "i", "'Sea-Tac", "enter")),
    Picture(
        "conflict",
        (100, 26),
        ("slash", "'SEA", "ctrl+j", "right", "i", "'Sea-Tac", "enter", "rival", "ctrl+s"),
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
    Picture("light", (120, 30), (*OPEN_MOVIES, "2"), light=True),
)


async def take(engine: Engine, picture: Picture) -> str:
    """The picture as SVG."""
    connection = Connection(engine, engine, engine.region, PLACE)
    app = DyntuiApp(connection, VirtualClock())
    async with app.run_test(size=picture.size) as pilot:
        if picture.light:
            app.action_light()
        await settle(pilot)
        for step in picture.steps:
            await _do(pilot, engine, step)
        app.clear_notifications()
        await settle(pilot)
        return app.export_screenshot(title="dyntui")


async def _do(pilot: Pilot[None], engine: Engine, step: str) -> None:
    if step.startswith("'"):
        await type_text(pilot, step[1:])
    elif step == "rival":
        key = {"iata": {"S": "SEA"}}
        item = engine.call("GetItem", {"TableName": "airports", "Key": key})["Item"]
        item["name"] = {"S": "Seattle-Tacoma International"}
        engine.call("PutItem", {"TableName": "airports", "Item": item})
    else:
        await press(pilot, step)


def main() -> None:
    """Take all pictures, on the sample data."""
    FOLDER.mkdir(exist_ok=True)
    with Engine.in_memory() as engine:
        load(engine, engine)
        for picture in PICTURES:
            svg = asyncio.run(take(engine, picture))
            _keep(picture, svg)
    clock = VirtualClock()
    with Engine.in_memory(clock=clock) as engine:
        write_past(engine, clock)
        _keep(PAST, asyncio.run(take(engine, PAST)))


def _keep(picture: Picture, svg: str) -> None:
    path = FOLDER / f"{picture.name}.svg"
    path.write_text(svg, encoding="utf-8")
    print(path)


if __name__ == "__main__":
    main()
