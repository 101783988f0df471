"""What keeps production safe in the app: read-only, limits of units, typed names, banners."""

from __future__ import annotations

import re
from typing import Any

import pytest
from textual.widgets import Input, Static

from dyntui.app import DyntuiApp
from dyntui.core.actions.registry import ACTIONS
from dyntui.core.actions.writing import WRITING
from dyntui.core.connection.connect import Connection, Remote, connect
from dyntui.core.connection.place_text import account_of, fitted_place, place_text
from dyntui.core.user.preferences import Preferences
from dyntui.screens.ask_first import AskFirstScreen
from dyntui.screens.bulk import BulkScreen
from dyntui.widgets.header_line import HeaderLine
from engine import Engine
from engine.client.remote import Credentials, RemoteClient
from engine.errors import AccessDeniedException
from tests.dyntui.app.driving import (
    LARGE,
    SMALL,
    Held,
    Recorder,
    find,
    notices,
    press,
    press_on,
    screen_text,
    settle,
    type_text,
)
from tests.dyntui.remote.conftest import ORDERS

EVERY_ORDER = {"TableName": "orders"}

pytestmark = pytest.mark.usefixtures("neutral")


async def test_the_app_turns_read_only_on_and_off(address: str, orders: Engine) -> None:
    with connect(remote=Remote(address)) as connection:
        app = DyntuiApp(connection)
        async with app.run_test(size=LARGE) as pilot:
            await settle(pilot)
            app.action_read_only()
            await settle(pilot)
            assert " READ-ONLY " in find(pilot, HeaderLine).render().plain
            with pytest.raises(AccessDeniedException):
                app.session.call("DeleteTable", EVERY_ORDER)
            app.action_read_only()
            await settle(pilot)
            assert "READ-ONLY" not in find(pilot, HeaderLine).render().plain
            connection.read_only.by = "--read-only"
            app.action_read_only()
            await settle(pilot)
            assert "start without it to write" in notices(pilot)[-1]
            assert connection.read_only
    assert orders.list_tables()["TableNames"] == ["orders"]


@pytest.mark.parametrize("key", ["ctrl+s", "escape"])
async def test_the_app_asks_where_an_action_has_consumed_its_units(
    address: str, orders: Engine, key: str
) -> None:
    with connect(remote=Remote(address), units_max=10) as connection:
        app = DyntuiApp(connection)
        async with app.run_test(size=LARGE) as pilot:
            await press_while_asked(pilot, "ctrl+end", key)
            text = screen_text(pilot)
            assert (f"row {ORDERS} of {ORDERS}" in text) == (key == "ctrl+s")
            assert ("What came so far stands" in text) == (key == "escape")
    assert orders.describe_table(**EVERY_ORDER)["Table"]["ItemCount"] == ORDERS


async def press_while_asked(pilot: Any, first: str, answer: str) -> None:
    """Press a key that reads much, and answer each question that comes, each of them once."""
    await settle(pilot)
    await pilot.press(first)
    answered: set[AskFirstScreen] = set()
    for _ in range(1000):
        await pilot.pause(0.02)
        screen = pilot.app.screen
        if isinstance(screen, AskFirstScreen):
            if screen not in answered:
                assert "units were consumed" in screen_text(pilot)
                answered.add(screen)
                await pilot.press(answer)
        elif answered and not any(worker.is_running for worker in pilot.app.workers):
            break
    assert answered
    await settle(pilot)


async def test_a_name_is_typed_before_many_items_may_change(address: str, orders: Engine) -> None:
    recorder = Recorder(orders)
    remote = RemoteClient(endpoint_url=address)
    connection = Connection(recorder, None, "us-east-1", None, remote=remote)
    app = DyntuiApp(connection)
    async with app.run_test(size=LARGE) as pilot:
        await settle(pilot)
        await press(pilot, "p")
        await type_text(pilot, "DELETE FROM orders WHERE total = 1")
        await press(pilot, "f5")
        assert isinstance(app.screen, AskFirstScreen), screen_text(pilot)
        await press(pilot, "ctrl+s")
        assert "The name does not match" in screen_text(pilot)
        assert recorder.requests("ExecuteStatement") == []
        await type_text(pilot, "orders")
        await press(pilot, "enter")
        assert len(recorder.requests("ExecuteStatement")) == 1


# Where one is.


def test_the_account_is_told_by_a_table_where_nobody_else_tells_it(orders: Engine) -> None:
    class Silent(RemoteClient):
        account_id = None

    remote = Silent(region="eu-west-1", credentials=Credentials("a", "b"))
    connection = Connection(orders, None, "eu-west-1", None, remote=remote)
    account = account_of(remote, orders)
    assert account == orders.describe_table(**EVERY_ORDER)["Table"]["TableArn"].split(":")[4]
    assert place_text(connection) == "AWS account · eu-west-1"
    assert place_text(connection, account) == f"AWS account {account} · eu-west-1"
    orders.call("DeleteTable", EVERY_ORDER)
    assert account_of(remote, orders) == "unknown"


async def test_the_name_is_typed_before_marked_items_are_deleted(
    address: str, orders: Engine
) -> None:
    with connect(remote=Remote(address)) as connection:
        app = DyntuiApp(connection)
        async with app.run_test(size=LARGE) as pilot:
            await settle(pilot)
            await press(pilot, "m", "m", "d", "ctrl+s")
            assert isinstance(app.screen, AskFirstScreen)
            assert "Deletes 2 items of orders on" in screen_text(pilot)
            await press(pilot, "ctrl+s")
            assert "The name does not match" in screen_text(pilot)
            await press(pilot, "escape")
            assert isinstance(app.screen, BulkScreen)
            assert orders.describe_table(**EVERY_ORDER)["Table"]["ItemCount"] == ORDERS
            await press(pilot, "ctrl+s")
            await type_text(pilot, "orders")
            await press(pilot, "enter")
            await settle(pilot)
    assert orders.describe_table(**EVERY_ORDER)["Table"]["ItemCount"] == ORDERS - 2


@pytest.mark.parametrize(
    ("room", "text"),
    [
        (50, "local ~/share/dyntui/sample · us-east-1"),
        (30, "local …ntui/sample · us-east-1"),
        (20, "local ~/share/dyntui/sample · us-east-1"),
    ],
)
def test_a_path_gives_way_before_the_region(room: int, text: str) -> None:
    fitted = fitted_place("local ~/share/dyntui/sample · us-east-1", room)
    assert fitted == text


WRITING_VERBS = re.compile(
    r"(Edit|Create|Duplicate|Delete|Drop|Empty|Alter|Change (?!above|below)|Add|Remove|Undo|"
    r"Restore|Make|Turn|Import|Load|Rotate|Disable|Switch|Seal|Point-in-time|Cancel)"
)
CHANGES_NO_DATA = {
    # What a lesson runs with.
    *("learn.parameter", "learn.more", "learn.less"),
    # Statements that were saved.
    "book.forget",
}
PLACES: tuple[str, ...] = (
    "app",
    "browser",
    "tables",
    "form",
    "items",
    "item",
    "settings",
    "capacity",
    "timeline",
)
PLACES += ("past", "stream", "results", "row", "transfers", "keys", "sealing", "empty", "learn")


def test_what_begins_a_write_is_known_by_its_title() -> None:
    assert {action.id for action in ACTIONS} >= WRITING
    named = {
        action.id
        for action in ACTIONS
        if action.context in PLACES and WRITING_VERBS.match(action.title)
    }
    assert named - CHANGES_NO_DATA == WRITING


@pytest.mark.parametrize(
    ("first", "keys"),
    [
        ((), ("e", "i", "o", "O", "d", "u", "equals_sign")),
        (("m",), ("d",)),
        (("enter",), ("e", "i", "d")),
        (("ctrl+o",), ("o", "a", "d", "D")),
        (("2",), ("enter", "o", "d", "D")),
        (("3",), ("a", "L")),
        (("4",), ("r", "u", "U", "z", "a", "o", "D")),
        (("5",), ("o", "T", "X")),
        (("x",), ("i", "d")),
        (("K",), ("a", "S")),
    ],
)
async def test_where_nothing_may_be_changed_no_form_is_opened(
    address: str, orders: Engine, first: tuple[str, ...], keys: tuple[str, ...]
) -> None:
    del orders
    with connect(remote=Remote(address), read_only=True) as connection:
        async with DyntuiApp(connection).run_test(size=LARGE) as pilot:
            await settle(pilot)
            await press(pilot, *first)
            for key in keys:
                told = len(notices(pilot))
                await press(pilot, key)
                assert len(pilot.app.screen_stack) == 1, key
                assert "(--read-only); start without it to write." in notices(pilot)[-1]
                assert len(notices(pilot)) == told + 1, key


async def test_a_read_only_app_asks_for_no_name_and_refuses_a_statement(
    address: str, orders: Engine
) -> None:
    with connect(remote=Remote(address), read_only=True) as connection:
        async with DyntuiApp(connection).run_test(size=LARGE) as pilot:
            await settle(pilot)
            await press(pilot, "p")
            await type_text(pilot, "DELETE FROM orders WHERE total = 1")
            await press(pilot, "f5")
            assert len(pilot.app.screen_stack) == 1
            assert "ExecuteStatement is refused: nothing may be changed" in screen_text(pilot)
    assert orders.describe_table(**EVERY_ORDER)["Table"]["ItemCount"] == ORDERS


async def test_the_palette_refuses_too(address: str) -> None:
    with connect(remote=Remote(address)) as connection:
        app = DyntuiApp(connection)
        async with app.run_test(size=LARGE) as pilot:
            await settle(pilot)
            app.action_read_only()
            await press(pilot, "ctrl+p")
            await type_text(pilot, "create a table")
            await press(pilot, "enter")
            assert len(app.screen_stack) == 1
            assert "read-only lets it write again" in notices(pilot)[-1]
            app.action_read_only()
            await press(pilot, "ctrl+p")
            await type_text(pilot, "create a table")
            await press(pilot, "enter")
            assert len(app.screen_stack) == 2


@pytest.mark.parametrize("ascii_only", [False, True])
async def test_a_drawer_says_in_a_small_window_where_one_is(
    orders: Engine, monkeypatch: pytest.MonkeyPatch, ascii_only: bool
) -> None:
    monkeypatch.setattr(RemoteClient, "account_id", "123456789012")
    remote = RemoteClient(region="eu-west-1", credentials=Credentials("a", "b"))
    connection = Connection(orders, None, "eu-west-1", None, remote=remote)
    app = DyntuiApp(connection, look=Preferences(ascii_only=ascii_only))
    async with app.run_test(size=SMALL) as pilot:
        await settle(pilot)
        await press(pilot, "2", "D")
        lines = screen_text(pilot).splitlines()
        assert lines[0].strip().startswith("DeleteTable")
        assert lines[1].strip().startswith("AWS account 123456789012")
        assert lines[1].strip().endswith("eu-west-1")
        assert "Type orders to drop it" in screen_text(pilot)
        await press(pilot, "ctrl+s")
        assert "orders" in orders.list_tables()["TableNames"]


async def test_a_remotes_table_is_emptied_by_deletes(address: str, orders: Engine) -> None:
    with connect(remote=Remote(address)) as connection:
        async with DyntuiApp(connection).run_test(size=LARGE) as pilot:
            await settle(pilot)
            await press(pilot, "ctrl+o", "D")
            drawer = find(pilot, Static, "#truncate-about").content
            assert "about 49.5 RCU and 400 WCU" in str(drawer)
            assert "dyntui truncate orders --via scan" in screen_text(pilot)
            await type_text(pilot, "orders")
            await press(pilot, "enter")
            await settle(pilot)
            assert notices(pilot)[-1] == f"Emptied orders: {ORDERS} items deleted"
            assert connection.asking.write_units == ORDERS
    assert orders.describe_table(**EVERY_ORDER)["Table"]["ItemCount"] == 0


async def test_emptying_a_remotes_table_can_be_stopped(address: str, orders: Engine) -> None:
    with connect(remote=Remote(address)) as connection:
        held = Held(connection.client, "BatchWriteItem", at=3)
        connection.client = held
        async with DyntuiApp(connection).run_test(size=LARGE) as pilot:
            await settle(pilot)
            await press(pilot, "ctrl+o", "D")
            await type_text(pilot, "orders")
            await press_on(pilot, "enter")
            await held.reached()
            await press_on(pilot, "escape")
            assert "stopping" in screen_text(pilot)
            held.release()
            await settle(pilot)
            assert notices(pilot)[-1] == "Stopped: 75 items of orders deleted"
    assert orders.describe_table(**EVERY_ORDER)["Table"]["ItemCount"] == ORDERS - 75


async def test_emptying_a_table_keeps_to_the_limit_of_units(address: str, orders: Engine) -> None:
    with connect(remote=Remote(address), units_max=120) as connection:
        async with DyntuiApp(connection).run_test(size=LARGE) as pilot:
            await settle(pilot)
            await press(pilot, "ctrl+o", "D")
            await type_text(pilot, "orders")
            await press_while_asked(pilot, "enter", "escape")
            assert "units were consumed" in screen_text(pilot)
    left = orders.describe_table(**EVERY_ORDER)["Table"]["ItemCount"]
    assert 0 < left < ORDERS


async def test_the_name_is_typed_before_many_items_are_changed(
    address: str, orders: Engine
) -> None:
    with connect(remote=Remote(address)) as connection:
        async with DyntuiApp(connection).run_test(size=LARGE) as pilot:
            await settle(pilot)
            await press(pilot, "m", "m", "equals_sign")
            find(pilot, Input, "#many-name").value = "seen"
            find(pilot, Input, "#many-value").value = "true"
            await press(pilot, "ctrl+s", "ctrl+s")
            assert "Changes 2 items of orders on" in screen_text(pilot)
            await type_text(pilot, "orders")
            await press(pilot, "enter")
            await settle(pilot)
    found = orders.scan(TableName="orders", FilterExpression="attribute_exists(seen)")
    assert found["Count"] == 2
