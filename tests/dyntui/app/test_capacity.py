"""The tab on capacity: reading while it is in sight, windows, indexes, keys, pictures."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.strip import Strip
from textual.widgets import Input, Select

from dyntui.app import DyntuiApp
from dyntui.core.connection.connect import Connection
from dyntui.widgets.capacity_board import CapacityBoard, CapacityView
from dyntui.widgets.header_line import HeaderLine
from dyntui.widgets.text_view import TextView
from engine import Engine
from engine.client.capacity import CapacityReport
from engine.clock import VirtualClock
from engine.errors import ResourceNotFoundException
from tests.dyntui.app.capacity_reports import (
    ScriptedTools,
    flow,
    hot_key,
    on_demand_report,
    quiet_report,
    throttled_report,
)
from tests.dyntui.app.driving import (
    FILM_COUNT,
    LARGE,
    SMALL,
    Recorder,
    app_of,
    find,
    make_app,
    notices,
    open_table,
    press,
    press_on,
    running,
    screen_text,
    settle,
    shown,
    until,
)
from tests.dyntui.app.test_snapshots import Compare, Scene

SCENES: dict[str, tuple[CapacityReport, tuple[str, ...]]] = {
    "throttled": (throttled_report(), ()),
    "further-down": (throttled_report(), ("pagedown", "down")),
    "quiet": (quiet_report(), ()),
    "on-demand": (on_demand_report(), ("n",)),
    "load": (throttled_report(), ("L", "tab")),
}


@pytest.fixture(autouse=True)
def no_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """No second look comes by itself, however slow the machine is."""
    look_every(monkeypatch, 3_600)


@pytest.fixture
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is looked at again soon."""
    look_every(monkeypatch, 0.02)


def look_every(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    for name in ("core.text.pace.FAST_S", "core.text.pace.REST_S", "widgets.capacity_board.REST_S"):
        monkeypatch.setattr(f"dyntui.{name}", seconds)


def shown_command(pilot: Pilot[None]) -> str:
    return find(pilot, TextView).text


def clipboard(pilot: Pilot[None]) -> str:
    return pilot.app.clipboard


async def test_it_is_read_only_while_it_is_in_sight(client: Recorder, engine: Engine) -> None:
    tools = ScriptedTools(engine, quiet_report())
    async with running(client, engine, tools=tools.tools) as pilot:
        assert tools.asked == []
        await press(pilot, "3")
        assert tools.asked == [("films", 600)]
        board = find(pilot, CapacityBoard)
        assert board.waits
        await press(pilot, "1")
        assert not board.waits
        asked = len(tools.asked)
        await press(pilot, "3")
        assert len(tools.asked) == asked + 1
        await press(pilot, "p")
        assert not board.waits


@pytest.mark.usefixtures("hurry")
async def test_it_goes_on_by_itself_and_draws_what_is_new(client: Recorder, engine: Engine) -> None:
    busy = throttled_report()
    first, *others = busy.resources
    later = replace(busy, resources=(replace(first, reads=flow([41.0] * 600, 50)), *others))
    tools = ScriptedTools(engine, busy, later)
    async with running(client, engine, tools=tools.tools) as pilot:
        await press(pilot, "3")
        await until(pilot, lambda: "41 of 50 RCU/s" in screen_text(pilot))


async def test_only_lines_that_changed_are_drawn_again(
    client: Recorder, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    busy = throttled_report()
    slower, *others = busy.operations
    later = replace(busy, operations=(replace(slower, requests=slower.requests + 1), *others))
    tools = ScriptedTools(engine, busy, later)
    async with running(client, engine, tools=tools.tools) as pilot:
        await press(pilot, "3")
        drawn: list[int] = []
        render_line = CapacityView.render_line

        def counted(view: CapacityView, y: int) -> Strip:
            drawn.append(y)
            return render_line(view, y)

        monkeypatch.setattr(CapacityView, "render_line", counted)
        await press(pilot, "R")
        assert len(drawn) == 1


async def test_windows_are_switched_by_keys_and_clicks(client: Recorder, engine: Engine) -> None:
    tools = ScriptedTools(engine, throttled_report())
    async with running(client, engine, tools=tools.tools) as pilot:
        await press(pilot, "3", "right", "right", "right", "right")
        assert tools.asked[-1] == ("films", 35 * 86_400)
        assert "[35 days]" in screen_text(pilot)
        await press(pilot, "left")
        assert tools.asked[-1] == ("films", 86_400)
        await pilot.click(CapacityView, offset=(3, 0))
        await settle(pilot)
        assert tools.asked[-1] == ("films", 60)


async def test_indexes_are_switched_by_keys_and_clicks(client: Recorder, engine: Engine) -> None:
    tools = ScriptedTools(engine, throttled_report())
    async with running(client, engine, tools=tools.tools) as pilot:
        await press(pilot, "3", "n")
        assert "▸ by-genre" in screen_text(pilot)
        assert "▸ Drama" in screen_text(pilot)
        await press(pilot, "n")
        assert "▸ films (table)" in screen_text(pilot)
        await pilot.click(CapacityView, offset=(5, 2))
        await settle(pilot)
        assert "▸ by-genre" in screen_text(pilot)


async def test_enter_shows_the_items_of_a_top_key(client: Recorder, engine: Engine) -> None:
    tools = ScriptedTools(engine, throttled_report())
    async with running(client, engine, tools=tools.tools) as pilot:
        await press(pilot, "3", "down", "enter")
        assert client.requests("GetItem")[-1]["Key"] == {"id": {"S": "film-0017"}}
        assert "film-0017" in screen_text(pilot)


async def test_enter_shows_the_collection_of_an_indexes_key(
    client: Recorder, engine: Engine
) -> None:
    tools = ScriptedTools(engine, throttled_report())
    async with running(client, engine, SMALL, tools.tools) as pilot:
        await press(pilot, "3", "n", "enter")
        request = client.requests("Query")[-1]
        assert request["IndexName"] == "by-genre"
        assert request["ExpressionAttributeValues"] == {":v0": {"S": "Drama"}}


async def test_the_cursor_stays_on_its_key_as_the_order_changes(
    client: Recorder, engine: Engine
) -> None:
    busy = throttled_report()
    first, *others = busy.resources
    turned = replace(first, hot_keys=tuple(reversed(first.hot_keys)))
    tools = ScriptedTools(engine, busy, replace(busy, resources=(turned, *others)))
    async with running(client, engine, tools=tools.tools) as pilot:
        await press(pilot, "3", "up")
        assert "▸ film-0002" in screen_text(pilot)
        await press(pilot, "R")
        assert "▸ film-0002" in screen_text(pilot)


async def test_a_key_that_is_shown_no_more_gives_the_cursor_to_the_first(
    client: Recorder, engine: Engine
) -> None:
    busy = throttled_report()
    first, *others = busy.resources
    more = tuple(hot_key(100 + n, 0.1) for n in range(5))
    later = replace(busy, resources=(replace(first, hot_keys=more + first.hot_keys), *others))
    tools = ScriptedTools(engine, busy, later)
    async with running(client, engine, tools=tools.tools) as pilot:
        await press(pilot, "3", "down", "R")
        assert "▸ film-0100" in screen_text(pilot)
        await press(pilot, "enter")
        assert client.requests("GetItem")[-1]["Key"] == {"id": {"S": "film-0100"}}


async def test_a_pause_stands_still(client: Recorder, engine: Engine) -> None:
    tools = ScriptedTools(engine, throttled_report(), on_demand_report())
    async with running(client, engine, tools=tools.tools) as pilot:
        await press(pilot, "3", "space")
        assert "‖ paused 22:13:20" in screen_text(pilot)
        assert not find(pilot, CapacityBoard).waits
        await press(pilot, "R")
        assert "RCU/s" in screen_text(pilot)
        await press(pilot, "space")
        assert "● live" in screen_text(pilot)
        assert "RRU/s" in screen_text(pilot)


async def test_another_table_is_not_paused(client: Recorder, engine: Engine) -> None:
    tools = ScriptedTools(engine, throttled_report())
    async with running(client, engine, tools=tools.tools) as pilot:
        await press(pilot, "3", "space")
        await open_table(pilot, "notes")
        assert "▸ notes (table)" in screen_text(pilot)
        assert "● live" in screen_text(pilot)


async def test_altering_tells_what_it_costs(client: Recorder, engine: Engine) -> None:
    tools = ScriptedTools(engine, on_demand_report())
    async with running(client, engine, tools=tools.tools) as pilot:
        await press(pilot, "3", "a")
        find(pilot, Select, "#mode").value = "PROVISIONED"
        for field in ("#read", "#write"):
            find(pilot, Input, field).value = "10"
        await settle(pilot)
        # For the table, and as much for its index.
        assert "a million writes → $11.39" in shown(pilot, "#setting-cost")
        await press(pilot, "ctrl+s")
        asked = client.requests("UpdateTable")[0]
        assert asked["ProvisionedThroughput"]["WriteCapacityUnits"] == 10
        assert find(pilot, CapacityBoard).waits


async def test_the_picture_is_a_file_of_its_own(
    client: Recorder, engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    tools = ScriptedTools(engine, throttled_report())
    async with running(client, engine, tools=tools.tools) as pilot:
        await press(pilot, "3", "E", "E")
        names = sorted(path.name for path in tmp_path.iterdir())
        assert names == [
            "capacity-films-20231114-221320-2.svg",
            "capacity-films-20231114-221320.svg",
        ]
        assert "throttled" in (tmp_path / names[1]).read_text(encoding="utf-8")
        assert str(tmp_path / names[1]) in notices(pilot)[0]


async def test_a_picture_that_cannot_be_written_is_said(
    client: Recorder, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> Path:
        raise PermissionError(13, "Permission denied", "/x.svg")

    monkeypatch.setattr("dyntui.widgets.capacity_board.save_picture", refuse)
    tools = ScriptedTools(engine, throttled_report())
    async with running(client, engine, tools=tools.tools) as pilot:
        await press(pilot, "3", "E")
        assert notices(pilot) == ["✗ Permission denied: /x.svg"]


async def test_copies(client: Recorder, engine: Engine) -> None:
    tools = ScriptedTools(engine, throttled_report())
    async with running(client, engine, tools=tools.tools) as pilot:
        await press(pilot, "3", "c")
        assert clipboard(pilot) == "dyntui stats films --window 10m"
        await press(pilot, "y")
        assert '"reason": "TableWriteKeyRangeThroughputExceeded"' in clipboard(pilot)


async def test_a_load_test_runs_and_leaves_nothing(client: Recorder, engine: Engine) -> None:
    tools = ScriptedTools(engine, throttled_report())
    async with running(client, engine, tools=tools.tools) as pilot:
        await press(pilot, "3", "L")
        for field, text in (("#reads", "200"), ("#writes", "100"), ("#seconds", "3600")):
            find(pilot, Input, field).value = text
        await settle(pilot)
        assert shown_command(pilot) == (
            "dyntui load-test films --read-rate 200 --write-rate 100 --keys zipf "
            "--duration 3600s --clean-up"
        )
        await press_on(pilot, "ctrl+s")
        await until(pilot, lambda: len(client.requests("PutItem")) > 2)
        await until(pilot, lambda: "● load" in screen_text(pilot))
        await press(pilot, "escape")
        assert "items removed" in notices(pilot)[-1]
        assert "● live" in screen_text(pilot)
        assert client.requests("GetItem")
        units = app_of(pilot).session.asking
        assert units.read_units >= 0.5 * len(client.requests("GetItem")) > 0
        header = find(pilot, HeaderLine)
        assert (header.read_units, header.write_units) == (units.read_units, units.write_units)
        # What it wrote, and what removed that.
        assert units.write_units >= 2 * len(client.requests("DeleteItem")) > 0
        count = engine.call("Scan", {"TableName": "films", "Select": "COUNT"})["Count"]
        assert count == FILM_COUNT


async def test_a_load_that_makes_no_sense_is_not_started(client: Recorder, engine: Engine) -> None:
    tools = ScriptedTools(engine, throttled_report())
    async with running(client, engine, tools=tools.tools) as pilot:
        await press(pilot, "3", "L")
        find(pilot, Input, "#reads").value = "many"
        await press(pilot, "ctrl+s")
        assert "'many' is not a rate of reads from 0 to 10,000." in shown(pilot, "#drawer-error")
        find(pilot, Input, "#reads").value = find(pilot, Input, "#writes").value = "0"
        await press(pilot, "ctrl+s")
        assert "of reads, of writes, or both" in shown(pilot, "#drawer-error")
        await press(pilot, "escape")
        assert "● live" in screen_text(pilot)


async def test_a_remote_says_that_it_does_not_tell(client: Recorder, engine: Engine) -> None:
    app = DyntuiApp(Connection(client, None, engine.region, None), VirtualClock())
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        await press(pilot, "3", "n", "down", "enter", "y", "space", "space")
        said = " ".join(screen_text(pilot).split())
        assert "not available on memory: it works on a data folder, and a remote" in said
        assert "answers DynamoDB's operations only" in said


async def test_an_error_stands_in_its_place_until_it_is_over(
    client: Recorder, engine: Engine
) -> None:
    gone = ResourceNotFoundException("Requested resource not found")
    tools = ScriptedTools(engine, gone, throttled_report())
    async with running(client, engine, tools=tools.tools) as pilot:
        await press(pilot, "3")
        assert "ResourceNotFoundException" in screen_text(pilot)
        assert find(pilot, CapacityBoard).waits
        await press(pilot, "R")
        assert "throttled: 42 requests" in screen_text(pilot)


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["small", "large"])
@pytest.mark.parametrize("name", SCENES)
def test_screen(
    snap_compare: Compare, client: Recorder, engine: Engine, name: str, size: tuple[int, int]
) -> None:
    report, keys = SCENES[name]
    tools = ScriptedTools(engine, report).tools
    play = Scene(name, ("3", *keys)).play
    assert snap_compare(make_app(client, engine, tools), terminal_size=size, run_before=play)


def test_light_colours(snap_compare: Compare, client: Recorder, engine: Engine) -> None:
    async def play(pilot: Pilot[None]) -> None:
        await settle(pilot)
        await pilot.app.run_action("light")
        await press(pilot, "3")

    tools = ScriptedTools(engine, throttled_report()).tools
    assert snap_compare(make_app(client, engine, tools), terminal_size=LARGE, run_before=play)
