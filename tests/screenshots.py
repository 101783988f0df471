"""The pictures of README and docs: `python -m tests.screenshots`."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

from textual.pilot import Pilot

from dyntui.app import DyntuiApp
from dyntui.core.connect import Connection
from engine import Engine
from sample_data import load
from tests.dyntui.app.driving import press, settle, type_text

FOLDER = Path(__file__).parent.parent / "screenshots"


@dataclass(frozen=True)
class Picture:
    """A picture: the size of its window in cells, and how it is reached.

    A step is a key, or a text to type with a quote before it.
    """

    name: str
    size: tuple[int, int]
    steps: tuple[str, ...]


PICTURES = (
    Picture(
        "browser",
        (120, 34),
        (
            *("ctrl+o", "down", "down", "down", "space", "down", "enter"),
            *("slash", "'Western", "ctrl+j", "down", "down", "enter"),
        ),
    ),
    Picture("review", (100, 24), ("slash", "'SEA", "ctrl+j", "right", "i", "'Sea-Tac", "enter")),
    Picture("create-table", (110, 30), ("ctrl+o", "o", "'orders", "tab", "'customer:S")),
    Picture("small", (80, 24), ("slash", "'SEA", "ctrl+j", "enter")),
)


async def take(engine: Engine, picture: Picture) -> str:
    """The picture as SVG."""
    connection = Connection(engine, engine, engine.region, Path("~/shop").expanduser())
    app = DyntuiApp(connection)
    async with app.run_test(size=picture.size) as pilot:
        await settle(pilot)
        await _play(pilot, picture)
        return app.export_screenshot(title="dyntui")


async def _play(pilot: Pilot[None], picture: Picture) -> None:
    for step in picture.steps:
        if step.startswith("'"):
            await type_text(pilot, step[1:])
        else:
            await press(pilot, step)


def main() -> None:
    """Take all pictures, on the sample data."""
    FOLDER.mkdir(exist_ok=True)
    with Engine.in_memory() as engine:
        for _ in load(engine, engine):
            pass
        for picture in PICTURES:
            path = FOLDER / f"{picture.name}.svg"
            path.write_text(asyncio.run(take(engine, picture)), "utf-8")
            print(path)


if __name__ == "__main__":
    main()
