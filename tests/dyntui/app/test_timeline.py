"""The timeline: the bar, its lists, items as they were, restores, undoing, copies; remotes."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, Select

from dyntui.app import DyntuiApp
from dyntui.core.connection.connect import Connection
from dyntui.widgets.header_line import HeaderLine
from dyntui.widgets.past_items import PastGrid
from dyntui.widgets.timeline_board import TimelineBoard
from dyntui.widgets.timeline_view import TimelineView
from engine import Engine
from engine.client.protocol import OWNER, Context, PastClient
from engine.client.recovery import JobReport
from engine.clock import VirtualClock
from engine.errors import ApiError, ResourceNotFoundException, UnknownOperationException
from engine.storage.past import Past
from tests.dyntui.app.driving import (
    HOLD_SECONDS,
    LARGE,
    SMALL,
    Recorder,
    app_of,
    film,
    find,
    info_of,
    make_app,
    notices,
    press,
    press_on,
    screen_text,
    settle,
    threads_end,
    type_text,
    until,
)
from tests.dyntui.app.past_of_films import FILMS, write_past
from tests.dyntui.app.test_snapshots import Compare, Scene

Json = dict[str, Any]

SCENES: dict[str, tuple[str, ...]] = {
    "changes": ("N",),
    "scrolled": ("down",) * 20,
    "two-times": ("N", "N", "N", "N", "space", "N", "N"),
    "diff": ("N", "N", "N", "N", "space", "N", "N", "d", "down"),
    "copies": ("B",),
    "past": ("M", "b"),
    "past-query": ("M", "b", "f", "'film-0012", "enter", "enter"),
    "moment": ("g", "'2 hours ago"),
    "restore": ("M", "r"),
    "restore-snapshot": ("B", "enter"),
    "undo": ("u",),
    "history": ("N", "down", "down", "down", "down", "down", "down", "enter"),
    "keep": ("o",),
    "delete": ("B", "D", "'before"),
    "zoomed": ("N", "plus", "plus"),
}


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def db(clock: VirtualClock) -> Iterator[Engine]:
    """Films with a past of six hours, for which point-in-time recovery is on."""
    with Engine.in_memory(clock=clock) as engine:
        write_past(engine, clock)
        yield engine


@pytest.fixture
def folder(clock: VirtualClock, tmp_path: Path) -> Iterator[Engine]:
    """The same in a folder, with local history alone."""
    with Engine.open(tmp_path, clock=clock) as engine:
        write_past(engine, clock, recovery=False)
        yield engine


async def play(pilot: Pilot[None], steps: Sequence[str]) -> None:
    """Open the timeline and do steps: keys, and texts to type behind a quote."""
    await settle(pilot)
    for step in ("t", *steps):
        if step.startswith("'"):
            await type_text(pilot, step[1:])
        else:
            await press(pilot, step)


OPENED = Scene("opened", ("t",))
LARGE_SCENES = ("changes", "diff", "copies", "past", "undo")
PLAYED = [(scene, SMALL) for scene in SCENES] + [(scene, LARGE) for scene in LARGE_SCENES]


@pytest.mark.parametrize(
    ("scene", "size"),
    PLAYED,
    ids=[f"{scene}-{'small' if size == SMALL else 'large'}" for scene, size in PLAYED],
)
def test_screen(snap_compare: Compare, db: Engine, scene: str, size: tuple[int, int]) -> None:
    play = Scene(scene, ("t", *SCENES[scene])).play
    assert snap_compare(make_app(db, db), terminal_size=size, run_before=play)


@pytest.mark.parametrize(
    ("name", "size"),
    [("nothing-kept", SMALL), ("nothing-kept", LARGE), ("remote", SMALL)],
    ids=["nothing-kept-small", "nothing-kept-large", "remote-small"],
)
def test_without_a_past(
    snap_compare: Compare, clock: VirtualClock, name: str, size: tuple[int, int]
) -> None:
    with Engine.in_memory(clock=clock) as engine:
        write_past(engine, clock, recovery=name == "remote")
        tools = None if name == "remote" else engine
        app = DyntuiApp(Connection(engine, tools, engine.region, None), clock)
        assert snap_compare(app, terminal_size=size, run_before=OPENED.play)


class SlowRestore:
    """An engine whose restore is at work until it is told otherwise, or cancelled."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.going = True
        self.cancelled: list[int] = []
        self.looked = threading.Event()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engine, name)

    def call(self, operation: str, request: Json, context: Context = OWNER) -> Json:
        """What is restored is CREATING as long as it goes on."""
        if operation == "DescribeTable" and request["TableName"] == "films-restored":
            if self.cancelled:
                raise ResourceNotFoundException("Requested resource not found")
            answer = self._engine.call(operation, request, context)
            return {"Table": answer["Table"] | ({"TableStatus": "CREATING"} if self.going else {})}
        return self._engine.call(operation, request, context)

    def jobs(self) -> list[JobReport]:
        """One job, a third through."""
        self.looked.set()
        return [JobReport(7, "restore", "films-restored", 0, 12_000, 36_000, None)]

    def cancel_job(self, job_id: int) -> None:
        """The table is gone then."""
        self.cancelled.append(job_id)


async def start_restore(pilot: Pilot[None]) -> None:
    """Restore, until how far it is stands there."""
    for step in ("M", "r"):
        await press(pilot, step)
    await press_on(pilot, "ctrl+s")
    await until(
        pilot,
        lambda: "12,000 of 36,000" in screen_text(pilot) and bool(find(pilot, HeaderLine).busy),
    )
    await pilot.pause()


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["small", "large"])
def test_a_restore_that_runs(snap_compare: Compare, db: Engine, size: tuple[int, int]) -> None:
    slow = SlowRestore(db)

    async def steps(pilot: Pilot[None]) -> None:
        await OPENED.play(pilot)
        await start_restore(pilot)

    app = DyntuiApp(Connection(slow, slow, db.region, None), VirtualClock())
    assert snap_compare(app, terminal_size=size, run_before=steps)
    slow.going = False


class Driven:
    """The app on an engine, driven through its timeline."""

    def __init__(self, pilot: Pilot[None]) -> None:
        self.pilot = pilot

    @property
    def text(self) -> str:
        """What stands on the screen."""
        return screen_text(self.pilot)

    @property
    def cursor_s(self) -> float:
        """The time under the cursor."""
        timeline = self.pilot.app.screen_stack[0].query_one(TimelineBoard)._timeline
        assert timeline is not None
        return timeline.cursor_s

    async def do(self, *steps: str) -> None:
        """Keys, and texts to type behind a quote."""
        for step in steps:
            if step.startswith("'"):
                await type_text(self.pilot, step[1:])
            else:
                await press(self.pilot, step)


class SlowPast:
    """An engine that takes its time to go back."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.reached = threading.Event()
        self.released = threading.Event()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engine, name)

    def at(self, at_s: float) -> PastClient:
        """See `LocalTools.at`."""
        self.reached.set()
        assert self.released.wait(HOLD_SECONDS)
        return self._engine.at(at_s)


async def test_a_past_that_is_ready_late_is_shown_of_no_other_table(
    db: Engine, clock: VirtualClock
) -> None:
    slow = SlowPast(db)
    app = DyntuiApp(Connection(slow, slow, db.region, None), clock)
    async with app.run_test(size=SMALL) as pilot:
        await play(pilot, ("M",))
        await press_on(pilot, "b")
        assert await asyncio.to_thread(slow.reached.wait, HOLD_SECONDS)
        board = find(pilot, TimelineBoard)
        board.show_table(replace(info_of(db, "films"), name="others"))
        slow.released.set()
        await settle(pilot)
        assert not board.browsing


async def test_a_past_that_nobody_waits_for_any_more_is_given_back(
    db: Engine, clock: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed: list[Past] = []
    monkeypatch.setattr(Past, "close", lambda past: closed.append(past))
    slow = SlowPast(db)
    app = DyntuiApp(Connection(slow, slow, db.region, None), clock)
    async with app.run_test(size=SMALL) as pilot:
        await play(pilot, ("M",))
        await press_on(pilot, "b")
        assert await asyncio.to_thread(slow.reached.wait, HOLD_SECONDS)
        find(pilot, TimelineBoard).cancel_jobs()
        slow.released.set()
        await threads_end(pilot)
        assert len(closed) == 1


def ids_of(engine: Engine, table: str) -> set[str]:
    return {item["id"]["S"] for item in engine.call("Scan", {"TableName": table})["Items"]}


async def test_the_cursor_goes_from_change_to_change_and_mark_to_mark(db: Engine) -> None:
    newest = [change.at_s for change in db.history("films")]
    marks = [
        db.snapshots()[0].created_us / 1e6,
        db.call("ListBackups", {})["BackupSummaries"][0]["BackupCreationDateTime"],
    ]
    async with make_app(db, db).run_test(size=SMALL) as pilot:
        driven = Driven(pilot)
        await play(pilot, ())
        seen = []
        for _ in range(8):
            await driven.do("N")
            seen.append(driven.cursor_s)
        assert seen == newest[:8]
        await driven.do("n", "n")
        assert driven.cursor_s == newest[5]
        await driven.do("end", "M")
        assert driven.cursor_s == pytest.approx(marks[0], abs=1e-6)
        await driven.do("M")
        assert driven.cursor_s == pytest.approx(marks[1], abs=1e-6)
        await driven.do("M")
        assert notices(pilot)[-1] == "There is no mark before that"
        await driven.do("0", "N")
        assert notices(pilot)[-1] == "There is no change before that"
        await driven.do("$", "n")
        assert notices(pilot)[-1] == "There is no change after that"


async def test_fine_steps_and_typed_times(db: Engine, clock: VirtualClock) -> None:
    now_s = clock.now_us() / 1e6
    async with make_app(db, db).run_test(size=SMALL) as pilot:
        driven = Driven(pilot)
        await play(pilot, ("shift+left", "shift+left", "shift+right"))
        assert driven.cursor_s == pytest.approx(now_s - 1)
        await driven.do("g", "'2 hours ago", "enter")
        assert driven.cursor_s == pytest.approx(now_s - 7_200)
        await driven.do("g", "'9 days ago", "enter")
        assert "is before what is kept" in driven.text
        await driven.do("escape")
        assert driven.cursor_s == pytest.approx(now_s - 7_200)


async def test_a_click_on_the_bar_moves_the_cursor(db: Engine) -> None:
    async with make_app(db, db).run_test(size=SMALL) as pilot:
        driven = Driven(pilot)
        await play(pilot, ())
        await pilot.click(TimelineView, offset=(40, 1))
        await settle(pilot)
        window = db.window("films")
        assert window.earliest_s is not None
        span_s = window.latest_s - window.earliest_s
        assert driven.cursor_s == pytest.approx(window.earliest_s + span_s * 40 / 77)


async def test_the_table_as_it_was_can_be_queried(db: Engine) -> None:
    recorder = Recorder(db)
    async with make_app(recorder, db).run_test(size=SMALL) as pilot:
        driven = Driven(pilot)
        await play(pilot, ("M", "b", "f", "'film-0012", "enter"))
        grid = find(pilot, PastGrid)
        assert grid.item == film(12)
        assert "▲ as of Wed 15 Nov 2023 02:14:40" in driven.text
        reads = len(recorder.requests("GetItem"))
        await driven.do("e", "d", "o")
        assert len(pilot.app.screen_stack) == 1
        await driven.do("escape")
        assert "Changes up to then" in driven.text
        assert reads == len(recorder.requests("GetItem")) == 0
        assert "Item" not in db.call(
            "GetItem", {"TableName": "films", "Key": {"id": film(12)["id"]}}
        )


async def test_the_cursor_moves_below_the_items(db: Engine) -> None:
    async with make_app(db, db).run_test(size=SMALL) as pilot:
        driven = Driven(pilot)
        await play(pilot, ("M", "b", "ctrl+end"))
        assert f"row {FILMS + 1} of {FILMS + 1}" in driven.text
        find(pilot, TimelineView).focus()
        await driven.do("0", "b")
        assert "no items" in driven.text


async def test_a_difference_and_its_command(db: Engine) -> None:
    async with make_app(db, db).run_test(size=LARGE) as pilot:
        driven = Driven(pilot)
        await play(pilot, ("M", "space", "M", "d"))
        assert "Difference ▲ → △: 1 added, 3 changed" in driven.text
        await driven.do("c")
        assert app_of(pilot).clipboard == (
            "dyntui diff films --from 2023-11-15T00:14:00+00:00 --to 2023-11-15T02:14:40+00:00"
        )
        await driven.do("y")
        assert "+ film-0100" in app_of(pilot).clipboard
        await driven.do("P")
        statement = driven.text
        assert "AS OF '2023-11-15T00:14:00+00:00'" in statement
        assert "AS OF '2023-11-15T02:14:40+00:00'" in statement


async def test_undoing_a_change_shows_what_comes_back(db: Engine) -> None:
    async with make_app(db, db).run_test(size=SMALL) as pilot:
        driven = Driven(pilot)
        await play(pilot, ("u",))
        assert "film-0014  comes back" in driven.text
        await driven.do("escape")
        assert "film-0014" not in ids_of(db, "films")
        await driven.do("u", "ctrl+s")
        assert "film-0014" in ids_of(db, "films")
        assert db.history("films")[0].cause == "undo"
        assert "37 items" in driven.text


async def test_undoing_leaves_what_others_changed(db: Engine) -> None:
    second = {"TableName": "films", "Item": film(10)}
    db.call("PutItem", second)
    async with make_app(db, db).run_test(size=SMALL) as pilot:
        driven = Driven(pilot)
        await play(pilot, ("N", "N", "N", "N", "N", "space", "N", "U"))
        assert "film-0010  stays: changed again at" in driven.text
        await driven.do("ctrl+s")
        assert "0 items are as before, 1 left as they are:" in driven.text
        await driven.do("escape")
    assert ids_of(db, "films") == {film(n)["id"]["S"] for n in (*range(11), *range(15, 40), 100)}


async def test_undoing_the_last_write(db: Engine) -> None:
    async with make_app(db, db).run_test(size=SMALL) as pilot:
        await play(pilot, ("z", "ctrl+s"))
    assert "film-0014" in ids_of(db, "films")
    assert "film-0013" not in ids_of(db, "films")


async def test_the_history_of_an_item_from_the_grid(db: Engine) -> None:
    async with make_app(db, db).run_test(size=SMALL) as pilot:
        driven = Driven(pilot)
        await settle(pilot)
        await driven.do("f", "'film-0001", "ctrl+j", "H")
        assert "year: 1951 → 2001" in driven.text
        await driven.do("u", "ctrl+s")
        assert "(undo)" in driven.text
        await driven.do("c")
        assert app_of(pilot).clipboard == "dyntui history films film-0001"
        await driven.do("escape")
        assert db.call("GetItem", {"TableName": "films", "Key": {"id": {"S": "film-0001"}}})[
            "Item"
        ] == film(1)


async def test_point_in_time_recovery_where_it_reaches(db: Engine) -> None:
    recorder = Recorder(db)
    async with make_app(recorder, db).run_test(size=SMALL) as pilot:
        await play(pilot, ("M", "r", "ctrl+s"))
        assert notices(pilot) == ["Restored films-restored"]
    assert len(recorder.requests("RestoreTableToPointInTime")) == 1
    assert len(ids_of(db, "films-restored")) == FILMS + 1


async def test_local_history_where_recovery_does_not_reach(folder: Engine) -> None:
    async with make_app(folder, folder).run_test(size=SMALL) as pilot:
        driven = Driven(pilot)
        await play(pilot, ("M", "r"))
        assert "Point-in-time recovery does not reach this time" in driven.text
        await driven.do("ctrl+s")
        assert notices(pilot) == ["Restored films-restored"]
    assert len(ids_of(folder, "films-restored")) == FILMS + 1
    assert folder.call("ListTables", {})["TableNames"] == ["films", "films-restored"]


async def test_a_restore_is_stopped_and_leaves_nothing(db: Engine) -> None:
    slow = SlowRestore(db)
    app = DyntuiApp(Connection(slow, slow, db.region, None), VirtualClock())
    async with app.run_test(size=SMALL) as pilot:
        await play(pilot, ())
        await start_restore(pilot)
        await press_on(pilot, "escape")
        await settle(pilot)
        assert slow.cancelled == [7]
        assert notices(pilot) == ["Stopped restoring films-restored"]


async def test_leaving_the_app_stops_no_restore(db: Engine) -> None:
    slow = SlowRestore(db)
    app = DyntuiApp(Connection(slow, slow, db.region, None), VirtualClock())
    async with app.run_test(size=SMALL) as pilot:
        await play(pilot, ())
        await start_restore(pilot)
    assert slow.cancelled == []
    slow.going = False


async def test_a_copy_of_the_past_that_fails_leaves_nothing(
    folder: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> int:
        raise ApiError("no room")

    async with make_app(folder, folder).run_test(size=SMALL) as pilot:
        await play(pilot, ("M", "r"))
        monkeypatch.setattr(folder, "load_items", refuse, raising=False)
        await press(pilot, "ctrl+s")
        assert "no room" in notices(pilot)[-1]
    assert folder.call("ListTables", {})["TableNames"] == ["films"]
    assert folder.call("ListBackups", {"BackupType": "SYSTEM"})["BackupSummaries"] == []


async def test_a_snapshot_takes_the_tables_place(db: Engine) -> None:
    async with make_app(db, db).run_test(size=SMALL) as pilot:
        driven = Driven(pilot)
        await play(pilot, ("B", "r"))
        find(pilot, Input).value = "films"
        await driven.do("ctrl+s")
        assert len(ids_of(db, "films")) == FILMS + 1
        assert "✕ films" in driven.text


async def test_copies_are_made_verified_restored_and_deleted(db: Engine) -> None:
    async with make_app(db, db).run_test(size=SMALL) as pilot:
        driven = Driven(pilot)
        await play(pilot, ("o",))
        find(pilot, Select).value = "all"
        find(pilot, Input).value = "mine"
        await driven.do("ctrl+s")
        assert "mine" in {report.name for report in db.snapshots()}
        assert "● mine" in driven.text
        await driven.do("V")
        assert notices(pilot)[-1] == "mine is whole: every byte of it was read"
        await driven.do("D", "'other", "ctrl+s")
        assert "The name does not match" in driven.text
        find(pilot, Input).value = "mine"
        await driven.do("ctrl+s")
        assert [report.name for report in db.snapshots()] == ["before-cleanup"]
        await driven.do("down", "enter", "ctrl+s")
        assert len(ids_of(db, "films-restored")) == FILMS


async def test_on_a_remote_what_it_has_works(db: Engine, clock: VirtualClock) -> None:
    app = DyntuiApp(Connection(db, None, db.region, None), clock)
    async with app.run_test(size=SMALL) as pilot:
        driven = Driven(pilot)
        await play(pilot, ("b", "u", "N"))
        assert "remote answers DynamoDB's operations only" in notices(pilot)[0]
        assert "On a remote the past can only be restored" in driven.text
        await driven.do("M", "r", "ctrl+s")
        assert len(ids_of(db, "films-restored")) == FILMS
        await driven.do("B", "D", "'spring", "ctrl+s")
        assert db.call("ListBackups", {})["BackupSummaries"] == []


async def test_a_remote_without_backups_and_recovery_says_so(
    db: Engine, clock: VirtualClock
) -> None:
    class Bare(Recorder):
        """Has no operations for the past."""

        def call(self, operation: str, request: Json, context: Context = OWNER) -> Json:
            if operation in ("DescribeContinuousBackups", "ListBackups"):
                raise UnknownOperationException(f"{operation} is not an operation of this server")
            return super().call(operation, request, context)

    app = DyntuiApp(Connection(Bare(db), None, db.region, None), clock)
    async with app.run_test(size=LARGE) as pilot:
        driven = Driven(pilot)
        await play(pilot, ())
        assert "point-in-time recovery: this remote does not have it" in driven.text
        await driven.do("B")
        assert "Backups: this remote does not have it." in driven.text
        assert "makes one" not in driven.text
        assert notices(pilot) == []


async def test_more_changes_are_read_as_one_goes_down(db: Engine) -> None:
    for number in range(130):
        db.call("PutItem", {"TableName": "films", "Item": film(number + 1_000)})
    async with make_app(db, db).run_test(size=SMALL) as pilot:
        driven = Driven(pilot)
        await play(pilot, ())
        assert "(100+)" in driven.text
        await driven.do(*["pagedown"] * 12)
        assert "(179)" in driven.text
        assert driven.text.splitlines()[-2].endswith("year: + 1977")


async def test_a_table_that_was_dropped_comes_back(db: Engine) -> None:
    db.call("CreateTable", db_table("gone"))
    db.call("PutItem", {"TableName": "gone", "Item": {"id": {"S": "kept"}}})
    db.call("DeleteTable", {"TableName": "gone"}, Context(origin="person"))
    async with make_app(db, db).run_test(size=SMALL) as pilot:
        driven = Driven(pilot)
        await play(pilot, ("B", "down", "down"))
        assert "there is no table gone any more" in driven.text
        await driven.do("enter", "ctrl+s")
        assert notices(pilot) == ["Restored gone"]
    assert ids_of(db, "gone") == {"kept"}


async def test_recovery_is_turned_off_and_on(db: Engine) -> None:
    async with make_app(db, db).run_test(size=SMALL) as pilot:
        driven = Driven(pilot)
        await play(pilot, ("a",))
        assert '"PointInTimeRecoveryEnabled": false' in driven.text
        await driven.do("ctrl+s")
        assert "point-in-time recovery is off" in driven.text
        await driven.do("a", "tab", "'0", "ctrl+s")
        assert "Give a number of days from 1 to 35." in driven.text
        find(pilot, Input).value = "7"
        await driven.do("ctrl+s")
        assert "recovery of" in driven.text
    answer = db.call("DescribeContinuousBackups", {"TableName": "films"})
    recovery = answer["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
    assert recovery["RecoveryPeriodInDays"] == 7


def db_table(name: str) -> Json:
    """A table like `films`."""
    return {
        "TableName": name,
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "BillingMode": "PAY_PER_REQUEST",
    }
