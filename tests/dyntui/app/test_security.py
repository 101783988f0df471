"""The place for security: keys, tables under them, sealed items from both sides."""

from __future__ import annotations

from tests.dyntui.app.driving import *
from dyntui.widgets.security_view import SecurityView
from engine import Engine

async def test_x(client: Recorder, engine: Engine, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    async with running(client, engine, SMALL) as pilot:
        await press(pilot, "K")
        print(screen_text(pilot))
        await press(pilot, "o")
        await type_text(pilot, "orders")
        print(screen_text(pilot))
        await press(pilot, "ctrl+s")
        print(screen_text(pilot))
        await press(pilot, "space")
        print(screen_text(pilot))
        await press(pilot, "escape", "m")
        print(screen_text(pilot))
        await press(pilot, "a")
        print(screen_text(pilot))
        await press(pilot, "escape", "o")
        print(screen_text(pilot))
        await press(pilot, "down","down","down", "space", "ctrl+s")
        print(screen_text(pilot))
        await press(pilot, "enter")
        print(screen_text(pilot))
        await press(pilot, "escape", "V")
        print(screen_text(pilot))
