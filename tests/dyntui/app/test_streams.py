"""The tab on streams: changes as they come, shards, Time to Live."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from textual.pilot import Pilot

from dyntui.app import DyntuiApp
from dyntui.core.connection.connect import Connection
from dyntui.widgets.main_area import TABS
from dyntui.widgets.stream_board import StreamBoard
from dyntui.widgets.stream_tab import StreamTab
from dyntui.widgets.text_view import TextView
from engine import Engine, VirtualClock
from engine.client.protocol import OWNER, Client, Context
from engine.errors import LimitExceededException
from tests.dyntui.app.driving import (
    LARGE,
    SMALL,
    Held,
    Recorder,
    find,
    grid_of,
    notices,
    press,
    press_on,
    screen_text,
    settle,
    type_text,
    until,
)
from tests.dyntui.app.test_snapshots import Compare, Scene
from tests.engine.streams.reading import enable, key, make_table, put, split_into

Json = dict[str, Any]
KEY = str(TABS.index(StreamTab) + 1)
"""The key of the tab."""


@pytest.fixture(autouse=True)
def no_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is asked by itself, however slow the machine is: R asks."""
    ask_every(monkeypatch, 3_600.0)


@pytest.fixture
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is asked again soon."""
    ask_every(monkeypatch, 0.02)


def ask_every(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    monkeypatch.setattr("dyntui.core.streams.follow.LOCAL_S", (seconds, seconds))
    monkeypatch.setattr("dyntui.widgets.stream_reader.LOCAL_LOOK_S", seconds)


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock()


@pytest.fixture
def engine(clock: VirtualClock) -> Iterator[Engine]:
    """A Region with a table `orders` that has a stream."""
    with Engine.in_memory(clock=clock) as opened:
        make_table(opened)
        yield opened


def make_app(client: Client, engine: Engine, clock: VirtualClock) -> DyntuiApp:
    return DyntuiApp(Connection(client, engine, engine.region, None), clock)


@asynccontextmanager
async def streams_of(
    engine: Engine, clock: VirtualClock, client: Client | None = None
) -> AsyncIterator[Pilot[None]]:
    """The app on the tab, once it has looked."""
    async with make_app(client or engine, engine, clock).run_test(size=LARGE) as pilot:
        await settle(pilot)
        await press(pilot, KEY)
        yield pilot


def write_some(engine: Engine, clock: VirtualClock) -> None:
    """Changes of each kind: two items made, one changed inside a map, one expired."""
    engine.update_time_to_live(
        TableName="orders", TimeToLiveSpecification={"AttributeName": "until", "Enabled": True}
    )
    until_s = clock.now_us() // 1_000_000 + 60
    clock.advance(1)
    put(engine, "ada", status={"S": "open"}, total={"N": "12.5"})
    clock.advance(7)
    put(engine, "bob", status={"S": "open"}, until={"N": str(until_s)})
    place = {"M": {"city": {"S": "London"}, "zip": {"S": "N1"}}}
    clock.advance(30)
    put(engine, "ada", status={"S": "sent"}, total={"N": "12.5"}, to=place)
    place = {"M": {"city": {"S": "London"}, "zip": {"S": "NW1 " + "6XE " * 30}}}
    put(engine, "ada", status={"S": "sent"}, to=place)
    clock.advance(60)
    engine.expire("orders")


def lines_with(pilot: Pilot[None], *words: str) -> list[str]:
    """Lines of the screen that have all of the words."""
    lines = screen_text(pilot).splitlines()
    return [line for line in lines if all(word in line for word in words)]


async def test_changes_come_as_they_are_made_and_show_what_they_did(
    engine: Engine, clock: VirtualClock
) -> None:
    put(engine, "before", n={"N": "1"})
    async with streams_of(engine, clock) as pilot:
        assert "NEW_AND_OLD_IMAGES · ENABLED since 2023-11-14 22:13" in screen_text(pilot)
        assert "No change so far" in screen_text(pilot)
        write_some(engine, clock)
        await press(pilot, "R")
        listed = lines_with(pilot, "  p ", ", r 1")
        events = [line.split("  p ")[0].split()[-1] for line in listed]
        assert events == ["REMOVE", "MODIFY", "MODIFY", "INSERT", "INSERT"]
        assert "before" not in screen_text(pilot)
        assert "by Time to Live" in listed[0]
        assert lines_with(pilot, "- until  1700000060 (2023-11-14 22:14:20)")
        await press(pilot, "j", "j")
        assert lines_with(pilot, "~ status  open → sent")
        assert lines_with(pilot, "+ to  {city:")
        await press(pilot, "k")
        assert lines_with(pilot, "- total  12.5")
        assert lines_with(pilot, "~ to.zip")
        assert lines_with(pilot, "- N1")


async def test_the_cursor_stays_on_its_change_or_on_the_newest(
    engine: Engine, clock: VirtualClock
) -> None:
    async with streams_of(engine, clock) as pilot:
        put(engine, "a")
        put(engine, "b")
        await press(pilot, "R")
        assert lines_with(pilot, "▸", "p b")
        put(engine, "c")
        await press(pilot, "R")
        assert lines_with(pilot, "▸", "p c")
        await press(pilot, "G")
        assert lines_with(pilot, "▸", "p a")
        put(engine, "d")
        await press(pilot, "R")
        assert lines_with(pilot, "▸", "p a")
        await press(pilot, "g")
        assert lines_with(pilot, "▸", "p d")


async def test_it_begins_with_the_oldest_change_when_asked_and_with_now_again(
    engine: Engine, clock: VirtualClock
) -> None:
    put(engine, "old")
    async with streams_of(engine, clock) as pilot:
        await press(pilot, "s")
        assert lines_with(pilot, "INSERT", "p old")
        assert "● live from the start · 1 change" in screen_text(pilot)
        await press(pilot, "s")
        assert not lines_with(pilot, "INSERT", "p old")
        assert "● live · 0 changes" in screen_text(pilot)


async def test_paused_or_out_of_sight_nothing_is_read_and_nothing_is_missed(
    engine: Engine, clock: VirtualClock
) -> None:
    client = Recorder(engine)
    async with streams_of(engine, clock, client) as pilot:
        await press(pilot, "space")
        count = len(client.requests("GetRecords"))
        put(engine, "meanwhile")
        await press(pilot, "R")
        assert "‖ paused" in screen_text(pilot)
        assert len(client.requests("GetRecords")) == count
        await press(pilot, "space")
        assert lines_with(pilot, "INSERT", "p meanwhile")
        await press(pilot, "1")
        count = len(client.requests("GetRecords"))
        put(engine, "unseen")
        await press(pilot, "R")
        assert len(client.requests("GetRecords")) == count
        await press(pilot, KEY)
        assert lines_with(pilot, "INSERT", "p unseen")


@pytest.mark.usefixtures("hurry")
async def test_it_is_asked_by_itself(engine: Engine, clock: VirtualClock) -> None:
    async with make_app(engine, engine, clock).run_test(size=LARGE) as pilot:
        await settle(pilot)
        await press_on(pilot, KEY)
        await until(pilot, lambda: "● live · 0 changes" in screen_text(pilot))
        board = find(pilot, StreamBoard)
        await until(pilot, lambda: board._following is not None and board._polling is None)
        put(engine, "new")
        await until(pilot, lambda: bool(lines_with(pilot, "INSERT", "p new")))


async def test_a_slow_answer_holds_nothing_up(engine: Engine, clock: VirtualClock) -> None:
    put(engine, "slow")
    client = Held(engine, "GetRecords", at=1)
    async with make_app(client, engine, clock).run_test(size=LARGE) as pilot:
        await settle(pilot)
        await press_on(pilot, KEY)
        await client.reached()
        await press_on(pilot, "m")
        await until(pilot, lambda: bool(lines_with(pilot, "● shardId-", "open")))
        client.release()
        await settle(pilot)


class Refusing(Recorder):
    """A Recorder of a client that refuses some operations."""

    refused: tuple[str, ...] = ()

    def call(self, operation: str, request: Json, context: Context = OWNER) -> Json:
        """Pass the request on, or refuse it."""
        if operation in self.refused:
            raise LimitExceededException(f"{operation} was asked too often")
        return super().call(operation, request, context)


async def test_what_fails_for_a_while_is_told_and_nothing_is_missed(
    engine: Engine, clock: VirtualClock
) -> None:
    client = Refusing(engine)
    async with streams_of(engine, clock, client) as pilot:
        put(engine, "a")
        await press(pilot, "R")
        client.refused = ("GetRecords", "ListStreams")
        put(engine, "b")
        await press(pilot, "R")
        assert "was asked too often" in screen_text(pilot)
        assert lines_with(pilot, "INSERT", "p a")
        client.refused = ("DescribeTimeToLive",)
        await press(pilot, "R")
        assert lines_with(pilot, "INSERT", "p a")
        assert lines_with(pilot, "INSERT", "p b")
        assert "asked too often" not in screen_text(pilot)
        assert "not told: LimitExceededException" in screen_text(pilot)


async def test_changes_are_filtered_by_key_and_event(engine: Engine, clock: VirtualClock) -> None:
    async with streams_of(engine, clock) as pilot:
        write_some(engine, clock)
        await press(pilot, "R", "slash")
        await type_text(pilot, "ada")
        await press(pilot, "tab", "tab", "space", "ctrl+s")
        assert "2 changes · MODIFY REMOVE · p ada" in screen_text(pilot)
        assert len(lines_with(pilot, "MODIFY  p ada")) == 2
        assert not lines_with(pilot, "p bob")
        engine.delete_item(TableName="orders", Key=key("ada"))
        put(engine, "eve")
        await press(pilot, "R")
        assert lines_with(pilot, "REMOVE  p ada")
        assert not lines_with(pilot, "p eve")
        await press(pilot, "f")
        assert "4 changes · MODIFY REMOVE" in screen_text(pilot)
        await press(pilot, "j", "f")
        assert "· p bob, r 1" in screen_text(pilot)
        await press(pilot, "slash", "tab", "tab", "tab", "space", "tab", "space", "ctrl+s")
        assert "At least one event is shown." in screen_text(pilot)
        await press(pilot, "escape")
        assert "· p bob, r 1" in screen_text(pilot)


async def test_enter_opens_the_item(engine: Engine, clock: VirtualClock) -> None:
    async with streams_of(engine, clock) as pilot:
        put(engine, "ada", status={"S": "open"})
        put(engine, "bob", status={"S": "open"})
        await press(pilot, "R", "j", "enter")
        assert grid_of(pilot).item == key("ada") | {"status": {"S": "open"}}
        assert grid_of(pilot).row_count == 1


async def test_shards_are_shown_as_trees(engine: Engine, clock: VirtualClock) -> None:
    put(engine, "a")
    split_into(engine, 3)
    put(engine, "b")
    async with streams_of(engine, clock) as pilot:
        await press(pilot, "m")
        assert "4 shards, 3 open" in screen_text(pilot)
        assert len(lines_with(pilot, "○ shardId-", "closed")) == 1
        assert len(lines_with(pilot, "─ ● shardId-", "open")) == 3
        assert len(lines_with(pilot, "└─ ● shardId-")) == 1
        await press(pilot, "escape")
        assert "No change so far" in screen_text(pilot)
        # A parent is read to its end before its children are begun.
        await press(pilot, "s", "R")
        assert lines_with(pilot, "INSERT", "p b")


async def test_a_stream_is_turned_on_and_off(engine: Engine, clock: VirtualClock) -> None:
    engine.update_table(TableName="orders", StreamSpecification={"StreamEnabled": False})
    clock.advance(25 * 3_600)
    async with streams_of(engine, clock) as pilot:
        assert "This table has no stream." in screen_text(pilot)
        await press(pilot, "o", "enter", "down", "enter")
        assert '"StreamViewType": "NEW_IMAGE"' in find(pilot, TextView).text
        await press(pilot, "ctrl+s")
        assert "NEW_IMAGE · ENABLED since" in screen_text(pilot)
        put(engine, "a", n={"N": "1"})
        put(engine, "a", n={"N": "2"})
        await press(pilot, "R")
        assert "the item as it was after the change" in screen_text(pilot)
        await press(pilot, "o", "escape")
        assert "ENABLED" in screen_text(pilot)
        await press(pilot, "o", "ctrl+s")
        assert "DISABLED since" in screen_text(pilot)
        # What it holds can still be read.
        await press(pilot, "s")
        assert lines_with(pilot, "MODIFY", "p a")
        description = engine.describe_table(TableName="orders")["Table"]
        assert "StreamSpecification" not in description


async def test_a_stream_of_others_is_followed_once_it_is_on(
    engine: Engine, clock: VirtualClock
) -> None:
    async with streams_of(engine, clock) as pilot:
        put(engine, "a")
        await press(pilot, "R")
        engine.update_table(TableName="orders", StreamSpecification={"StreamEnabled": False})
        clock.advance(60)
        enable(engine, "KEYS_ONLY")
        await press(pilot, "R")
        assert "KEYS_ONLY · ENABLED" in screen_text(pilot)
        put(engine, "b")
        await press(pilot, "R")
        assert "shows keys only" in screen_text(pilot)
        # The one before is still among all streams, and has its changes.
        await press(pilot, "m", "m", "down", "enter")
        assert "NEW_AND_OLD_IMAGES · DISABLED" in screen_text(pilot)
        assert lines_with(pilot, "INSERT", "p a")


async def test_a_stream_of_another_table_leads_to_the_table(
    engine: Engine, clock: VirtualClock
) -> None:
    for name in ("archive", "zoo"):
        engine.create_table(
            TableName=name,
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            ProvisionedThroughput={"ReadCapacityUnits": 5, "WriteCapacityUnits": 5},
            StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"},
        )
    async with streams_of(engine, clock) as pilot:
        engine.delete_table(TableName="zoo")
        await press(pilot, "m", "m")
        listed = [line.split("│")[1].lstrip("▸ ") for line in lines_with(pilot, "1 shard,")]
        assert [line.split()[0] for line in listed[1:]] == ["archive", "orders", "zoo"]
        await press(pilot, "down", "enter")
        assert "NEW_AND_OLD_IMAGES · ENABLED" in screen_text(pilot)
        put(engine, "a")
        await press(pilot, "R")
        assert lines_with(pilot, "INSERT", "p a")
        await press(pilot, "m", "m", "down", "enter")
        assert "zoo is not there" in notices(pilot)[-1]


async def test_time_to_live_is_turned_on_run_and_turned_off(
    engine: Engine, clock: VirtualClock
) -> None:
    put(engine, "old", until={"N": str(clock.now_us() // 1_000_000 - 5)})
    async with streams_of(engine, clock) as pilot:
        await press(pilot, "X")
        assert "Time to Live is off" in notices(pilot)[-1]
        await press(pilot, "T", "ctrl+s")
        assert "Which attribute" in screen_text(pilot)
        await type_text(pilot, "until")
        await press(pilot, "ctrl+s")
        assert "on by until · 1 item due" in screen_text(pilot)
        await press(pilot, "X", "escape")
        assert "1 item due" in screen_text(pilot)
        await press(pilot, "X", "ctrl+s")
        assert notices(pilot)[-1] == "1 item had expired"
        assert "0 items due" in screen_text(pilot)
        assert lines_with(pilot, "REMOVE", "by Time to Live")
        await press(pilot, "X")
        assert notices(pilot)[-1] == "No item has expired."
        await press(pilot, "T", "ctrl+s")
        assert lines_with(pilot, "TTL", "off")


async def test_a_table_that_was_dropped_is_said_to_be_gone(
    empty_engine: Engine, clock: VirtualClock
) -> None:
    make_table(empty_engine, None)
    async with streams_of(empty_engine, clock) as pilot:
        assert "This table has no stream." in screen_text(pilot)
        empty_engine.delete_table(TableName="orders")
        find(pilot, StreamBoard).look()
        await settle(pilot)
        for _ in ("changes", "shards"):
            assert "This table is gone." in screen_text(pilot)
            assert "has no stream" not in screen_text(pilot)
            assert lines_with(pilot, "TTL", "the table is gone")
            await press(pilot, "m")


async def test_a_click_chooses_a_change_but_not_among_its_attributes(
    engine: Engine, clock: VirtualClock
) -> None:
    async with streams_of(engine, clock) as pilot:
        for name in "abc":
            put(engine, name, n={"N": "1"})
        await press(pilot, "R")
        await pilot.click("#stream", offset=(5, 2))
        await settle(pilot)
        assert lines_with(pilot, "▸", "p a")
        await pilot.click("#stream-diff", offset=(5, 0))
        await settle(pilot)
        assert lines_with(pilot, "▸", "p a")
        await press(pilot, "escape")
        await pilot.click("#stream-bar", offset=(12, 0))
        await settle(pilot)
        assert lines_with(pilot, "● shardId-", "open")


async def test_what_is_refused_is_told_in_place(engine: Engine, clock: VirtualClock) -> None:
    async with streams_of(engine, clock) as pilot:
        await press(pilot, "o")
        engine.update_table(TableName="orders", StreamSpecification={"StreamEnabled": False})
        await press(pilot, "ctrl+s")
        assert "✗" in screen_text(pilot)


async def test_the_tail_is_copied_as_command_and_as_boto3(
    engine: Engine, clock: VirtualClock
) -> None:
    async with streams_of(engine, clock) as pilot:
        put(engine, "a b")
        await press(pilot, "R", "f", "s", "c")
        command = "dyntui streams tail orders --from start '--key=a b' --key=1"
        assert find(pilot, TextView).text == command
        await press(pilot, "b")
        compile(find(pilot, TextView).text, "snippet", "exec")
        assert "TRIM_HORIZON" in find(pilot, TextView).text
        await press(pilot, "y", "y")
        assert "Copied the record" in notices(pilot)[-1]
        assert '"eventName": "INSERT"' in pilot.app.clipboard


@dataclass(frozen=True)
class Page:
    """How a page is reached: what is done to the table, and keys."""

    name: str
    keys: tuple[str, ...] = ()
    with_changes: bool = True
    splits: bool = False
    is_on: bool = True
    is_due: bool = False


PAGES = (
    Page("changes", ("s", "j")),
    Page("no-stream", with_changes=False, is_on=False),
    Page("shards", ("m",), splits=True),
    Page("all-streams", ("m", "m")),
)
DRAWERS = (
    Page("filter", ("s", "slash")),
    Page("turn-on", ("o",), with_changes=False, is_on=False),
    Page("expiry-on", ("T",), with_changes=False),
    Page("expire", ("X",), is_due=True),
    Page("copy", ("s", "c", "3")),
)
SIZES = {"small": SMALL, "large": LARGE}
# All drawers are alike; in a large window one is enough.
SHOWN = [(page, size) for page in (*PAGES, DRAWERS[1]) for size in SIZES]
SHOWN += [(page, "small") for page in DRAWERS if page is not DRAWERS[1]]


@pytest.mark.parametrize(
    ("page", "size"), SHOWN, ids=[f"{page.name}-{size}" for page, size in SHOWN]
)
def test_page(snap_compare: Compare, clock: VirtualClock, page: Page, size: str) -> None:
    with Engine.in_memory(clock=clock) as engine:
        make_table(engine, "NEW_AND_OLD_IMAGES" if page.is_on else None)
        if page.with_changes:
            write_some(engine, clock)
        if page.is_due:
            put(engine, "eve", until={"N": str(clock.now_us() // 1_000_000 - 1)})
        if page.splits:
            split_into(engine, 3)
            clock.advance(5 * 3_600)
            put(engine, "eve")

        app = make_app(engine, engine, clock)
        play = Scene(page.name, (KEY, *page.keys)).play
        assert snap_compare(app, terminal_size=SIZES[size], run_before=play)
