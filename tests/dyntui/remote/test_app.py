"""The app on a remote."""

from __future__ import annotations

import pytest
from rich.text import Text
from textual.pilot import Pilot

from dyntui.app import DyntuiApp
from dyntui.core.connection.connect import Connection, Remote, connect
from dyntui.core.streams.follow import PollPace
from dyntui.widgets.header_line import HeaderLine
from dyntui.widgets.main_area import TABS
from dyntui.widgets.stream_tab import StreamTab
from engine import Engine
from engine.client.remote import Credentials, RemoteClient
from sample_data import sessions
from tests.dyntui.app.driving import LARGE, find, press, screen_text, settle, type_text
from tests.dyntui.remote.conftest import DEFINITION

TAB_OF_STREAMS = str(TABS.index(StreamTab) + 1)
NOBODY = "http://127.0.0.1:1"


@pytest.fixture(autouse=True)
def _one_attempt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")


def notices(pilot: Pilot[None]) -> str:
    """What the app has told in passing."""
    return "\n".join(notice.message for notice in pilot.app._notifications)


def header_of(pilot: Pilot[None]) -> Text:
    """The first line, with its styles."""
    return find(pilot, HeaderLine).render()


async def test_the_app_shows_a_remotes_items_and_where_it_is(address: str, engine: Engine) -> None:
    engine.create_table(**DEFINITION)
    engine.put_item(TableName="orders", Item={"id": {"N": "42"}, "what": {"S": "a pen"}})
    with connect(None, "eu-west-1", remote=Remote(address)) as connection:
        async with DyntuiApp(connection).run_test(size=LARGE) as pilot:
            await settle(pilot)
            assert "a pen" in screen_text(pilot)
            header = header_of(pilot)
            assert f"remote {address} · eu-west-1" in header.plain
            assert not _is_red(pilot, header)


async def test_the_service_is_shown_in_red_with_its_account(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = Credentials("a", "b")
    remote = RemoteClient(region="eu-west-1", credentials=keys)
    monkeypatch.setattr(RemoteClient, "account_id", "123456789012")
    connection = Connection(engine, None, "eu-west-1", None, remote=remote)
    async with DyntuiApp(connection).run_test(size=LARGE) as pilot:
        await settle(pilot)
        header = header_of(pilot)
        assert "AWS account 123456789012 · eu-west-1" in header.plain
        assert _is_red(pilot, header)


async def test_a_remote_that_goes_away_is_told() -> None:
    with connect(None, None, remote=Remote(NOBODY)) as connection:
        async with DyntuiApp(connection).run_test(size=LARGE) as pilot:
            await settle(pilot)
            assert "Could not connect to the endpoint URL" in notices(pilot)


async def test_sample_data_are_loaded_into_a_remote(
    address: str, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    # One data set: all of them have tests of their own.
    one = {"sessions": sessions.dataset()}
    monkeypatch.setattr("sample_data.loading.datasets", lambda _now_s: one)
    with connect(None, None, remote=Remote(address)) as connection:
        async with DyntuiApp(connection).run_test(size=LARGE) as pilot:
            await settle(pilot)
            await press(pilot, "enter")
            assert "The sample data are loaded" in notices(pilot)
    assert engine.describe_table(TableName="sessions")["Table"]["ItemCount"] == 1_000


async def test_the_changes_of_a_remotes_table_are_followed(address: str, engine: Engine) -> None:
    engine.create_table(**DEFINITION)
    with connect(None, None, remote=Remote(address)) as connection:
        async with DyntuiApp(connection).run_test(size=LARGE) as pilot:
            await settle(pilot)
            await press(pilot, TAB_OF_STREAMS)
            assert "This table has no stream." in screen_text(pilot)
            await press(pilot, "o", "ctrl+s")
            assert "NEW_AND_OLD_IMAGES · ENABLED" in screen_text(pilot)
            # How many items are due is nothing that a remote tells.
            assert "TTL     off" in screen_text(pilot)
            engine.put_item(TableName="orders", Item={"id": {"N": "42"}, "what": {"B": b"\x00"}})
            await press(pilot, "R")
            assert "INSERT  id 42" in screen_text(pilot)
            await press(pilot, "2", "slash")
            await type_text(pilot, "time to")
            await press(pilot, "enter", "enter", "a", "ctrl+s", TAB_OF_STREAMS, "X")
            assert "TTL     on by a\n" in screen_text(pilot) + "\n"
            assert "A remote deletes what has expired by itself" in notices(pilot)


async def test_a_remote_is_asked_for_changes_less_often(address: str) -> None:
    with connect(None, None, remote=Remote(address)) as connection:
        pace = PollPace(connection)
        assert [pace.next_s(False, 0.0) for _ in range(4)] == [2.0, 4.0, 5.0, 5.0]
        assert pace.next_s(True, 0.0) == 1.0
        assert pace.next_s(True, 3.0) == 12.0


def _is_red(pilot: Pilot[None], header: Text) -> bool:
    red = pilot.app.theme_variables["error"]
    return any(f"on {red}" in str(span.style) for span in header.spans)
