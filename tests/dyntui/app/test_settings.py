"""The settings of a table: each changed in its drawer, and told as DynamoDB has it then."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from dyntui.screens.browser import BrowserScreen
from dyntui.screens.set_capacity import CapacityScreen, IndexCapacityScreen
from dyntui.screens.setting import SettingScreen
from dyntui.widgets.capacity_board import CapacityBoard
from dyntui.widgets.capacity_tab import CapacityTab
from dyntui.widgets.settings_board import SettingsBoard, SettingsView
from dyntui.widgets.text_view import TextView
from engine import Context, Engine, Settings, VirtualClock
from engine.client.protocol import OWNER
from engine.errors import ApiError, ServiceError, UnknownOperationException
from tests.dyntui.app.conftest import create_films
from tests.dyntui.app.driving import (
    FILM_COUNT,
    LARGE,
    SMALL,
    Held,
    Recorder,
    fill,
    find,
    make_app,
    notices,
    press,
    press_on,
    running,
    screen_text,
    settle,
    shown,
    type_text,
    until,
)
from tests.dyntui.app.test_snapshots import Compare, Scene

Json = dict[str, Any]

SOON_SECONDS = 0.001
UNITS = {"ReadCapacityUnits": 5, "WriteCapacityUnits": 5}


@pytest.fixture
def engine() -> Iterator[Engine]:
    """Films, by a clock that stands still."""
    with Engine.in_memory(clock=VirtualClock()) as opened:
        create_films(opened)
        yield opened


def provision(engine: Engine) -> None:
    """Give films and its index five units each."""
    by_genre = {"Update": {"IndexName": "by-genre", "ProvisionedThroughput": UNITS}}
    engine.call(
        "UpdateTable",
        {
            "TableName": "films",
            "BillingMode": "PROVISIONED",
            "ProvisionedThroughput": UNITS,
            "GlobalSecondaryIndexUpdates": [by_genre],
        },
    )


def films(engine: Engine) -> Json:
    """The description of films."""
    description: Json = engine.call("DescribeTable", {"TableName": "films"})["Table"]
    return description


async def choose(pilot: Pilot[None], text: str) -> None:
    """Put the cursor on the first setting that has a text."""
    if not isinstance(pilot.app.focused, SettingsView):
        await press(pilot, "2")
    await press(pilot, "escape", "slash")
    await type_text(pilot, text)
    await press(pilot, "enter")


async def change(pilot: Pilot[None], text: str, **fields: str | bool) -> None:
    """Fill in the drawer of a setting, and send it."""
    await choose(pilot, text)
    await press(pilot, "enter")
    await fill(pilot, **fields)
    await press(pilot, "ctrl+s")


def lines_with(pilot: Pilot[None], *parts: str) -> list[str]:
    """The lines of the screen that have all of these."""
    lines = screen_text(pilot).splitlines()
    return [line for line in lines if all(part in line for part in parts)]


# What is told.


async def test_all_that_can_be_set_is_told(client: Recorder, engine: Engine) -> None:
    provision(engine)
    engine.update_time_to_live(
        TableName="films", TimeToLiveSpecification={"AttributeName": "year", "Enabled": True}
    )
    engine.tag_resource(
        ResourceArn=films(engine)["TableArn"],
        Tags=[{"Key": f"tag-{n:02}", "Value": str(n)} for n in range(12)],
    )
    async with running(client, engine) as pilot:
        await press(pilot, "2")
        for name, value in (
            ("partition key", "id S"),
            ("sort key", "none"),
            ("mode", "provisioned"),
            ("units", "5 RCU, 5 WCU"),
            ("by-genre", "GSI · genre S, year N · ALL · 300 items"),
            ("Time to Live", "on by year · 300 items have it"),
            ("recovery", "off"),
            ("stream", "off"),
            ("table class", "STANDARD"),
            ("deletion protection", "off"),
            ("encryption", "by a key that AWS owns"),
        ):
            assert lines_with(pilot, f" {name} ", value), name
        # Tags come in pages of ten.
        await press(pilot, "G")
        assert lines_with(pilot, "tag-11", "11")


async def test_the_filter_leaves_rows_and_esc_shows_all(client: Recorder, engine: Engine) -> None:
    async with running(client, engine) as pilot:
        await choose(pilot, "protect")
        assert lines_with(pilot, "▸ deletion protection")
        assert not lines_with(pilot, "partition key")
        await press(pilot, "slash")
        await type_text(pilot, "nonsense")
        assert "No setting has that" in screen_text(pilot)
        await press(pilot, "enter", "enter", "d", "c", "y", "escape")
        assert lines_with(pilot, "partition key")


async def test_the_chosen_row_stays_in_sight(client: Recorder, engine: Engine) -> None:
    async with running(client, engine, SMALL) as pilot:
        await press(pilot, "2")
        board = find(pilot, SettingsBoard)
        for key in ("down", "up"):
            for _ in range(len(board._rows) + 1):
                await press(pilot, key)
                assert lines_with(pilot, "▸ ")


async def test_what_is_refused_says_so_and_the_rest_stands(engine: Engine) -> None:
    class Guarded(Recorder):
        def call(self, operation: str, request: Json, context: Context = OWNER) -> Json:
            if operation == "ListTagsOfResource":
                raise UnknownOperationException("no")
            if operation == "DescribeContinuousBackups":
                raise ServiceError("AccessDeniedException", "no")
            return super().call(operation, request, context)

    async with running(Guarded(engine), engine) as pilot:
        await press(pilot, "2")
        assert lines_with(pilot, "recovery", "not told: AccessDeniedException")
        assert lines_with(pilot, "tags", "this remote does not have it")
        assert lines_with(pilot, "Time to Live", "off")


async def test_what_cannot_be_changed_says_why(client: Recorder, engine: Engine) -> None:
    async with running(client, engine) as pilot:
        await press(pilot, "2", "enter")
        assert "chosen when a table is made" in notices(pilot)[-1]
        await press(pilot, "d")
        assert "d removes an index or a tag" in notices(pilot)[-1]


async def test_requests_and_values_are_copied(client: Recorder, engine: Engine) -> None:
    async with running(client, engine) as pilot:
        await choose(pilot, "time to live")
        await press(pilot, "y")
        assert pilot.app.clipboard == "off"
        await press(pilot, "c", "2")
        assert "aws dynamodb describe-time-to-live" in find(pilot, TextView).text
        await press(pilot, "escape")
        await choose(pilot, "partition key")
        await press(pilot, "c")
        assert "KeySchema" in find(pilot, TextView).text


async def test_a_click_chooses_and_a_second_one_opens(client: Recorder, engine: Engine) -> None:
    async with running(client, engine) as pilot:
        await press(pilot, "2")
        row = screen_text(pilot).splitlines().index(lines_with(pilot, "  mode ")[0])
        view = find(pilot, SettingsView)
        offset = (5, row - view.region.y)
        await pilot.click(SettingsView, offset=offset)
        await settle(pilot)
        assert lines_with(pilot, "▸ mode")
        await pilot.click(SettingsView, offset=offset)
        await settle(pilot)
        assert isinstance(pilot.app.screen, CapacityScreen)


# Capacity.


async def test_the_mode_and_units_of_a_table(client: Recorder, engine: Engine) -> None:
    async with running(client, engine) as pilot:
        await choose(pilot, "mode")
        await press(pilot, "enter", "ctrl+s")
        assert "Nothing is changed yet" in shown(pilot, "#drawer-error")
        await fill(pilot, mode="PROVISIONED", read="9", write="4")
        request = json.loads(find(pilot, TextView).text)
        assert "$" in shown(pilot, "#setting-cost")
        await press(pilot, "f2", "2")
        assert "aws dynamodb update-table" in find(pilot, TextView).text
        await press(pilot, "escape", "ctrl+s")
        assert client.requests("UpdateTable") == [request]
        described = films(engine)
        units = [described, described["GlobalSecondaryIndexes"][0]]
        for one in units:
            assert one["ProvisionedThroughput"]["ReadCapacityUnits"] == 9
        await choose(pilot, "units")
        assert lines_with(pilot, "▸ units", "9 RCU, 4 WCU")
        assert "today they were lowered 0 times" in screen_text(pilot)
        await change(pilot, "units", read="3")
        assert "today they were lowered 1 time." in screen_text(pilot)
        await change(pilot, "units", mode="PAY_PER_REQUEST", max_write="100")
        assert films(engine)["OnDemandThroughput"] == {"MaxWriteRequestUnits": 100}
        assert client.requests("UpdateTable")[-1]["BillingMode"] == "PAY_PER_REQUEST"
        await choose(pilot, "maximum")
        assert lines_with(pilot, "reads no limit, writes 100 a second")
        await change(pilot, "maximum", max_write="")
        assert "OnDemandThroughput" not in films(engine)


async def test_decreases_are_refused_in_dynamodbs_words(client: Recorder, engine: Engine) -> None:
    provision(engine)
    async with running(client, engine) as pilot:
        for units in (4, 3, 2, 1):
            await change(pilot, "units", read=str(units))
        await change(pilot, "units", write="1")
        error = shown(pilot, "#drawer-error")
        assert "Number of decreases today: 4" in error
        assert "Units may be raised at any time." in error
        await fill(pilot, write="x")
        await press(pilot, "ctrl+s")
        assert "'x' is no number of capacity units" in shown(pilot, "#drawer-error")


async def test_an_index_that_came_meanwhile_is_known_once_its_table_is_read_again(
    client: Recorder, engine: Engine
) -> None:
    async with running(client, engine) as pilot:
        await press(pilot, "3")
        create: Json = {
            "IndexName": "by-year",
            "KeySchema": [{"AttributeName": "year", "KeyType": "HASH"}],
            "Projection": {"ProjectionType": "KEYS_ONLY"},
        }
        engine.update_table(
            TableName="films",
            AttributeDefinitions=[{"AttributeName": "year", "AttributeType": "N"}],
            GlobalSecondaryIndexUpdates=[{"Create": create}],
        )
        board = find(pilot, CapacityBoard)
        board.post_message(CapacityTab.AlterWanted("by-year"))
        await settle(pilot)
        assert notices(pilot) == ["The indexes of films have changed, and are read again"]
        board.post_message(CapacityTab.AlterWanted("by-year"))
        await settle(pilot)
        assert isinstance(pilot.app.screen, IndexCapacityScreen)


async def test_the_capacity_of_an_index_from_the_capacity_tab(
    client: Recorder, engine: Engine
) -> None:
    provision(engine)
    async with running(client, engine) as pilot:
        await press(pilot, "3", "n", "a")
        assert isinstance(pilot.app.screen, IndexCapacityScreen)
        assert find(pilot, Input, "#write").value == "5"
        await fill(pilot, write="30")
        assert "→ $17.56" in shown(pilot, "#setting-cost")
        await press(pilot, "ctrl+s")
        [update] = client.requests("UpdateTable")[0]["GlobalSecondaryIndexUpdates"]
        assert update["Update"]["ProvisionedThroughput"] == UNITS | {"WriteCapacityUnits": 30}


async def test_the_maxima_and_warm_throughput_of_an_index(client: Recorder, engine: Engine) -> None:
    async with running(client, engine) as pilot:
        await change(pilot, "by-genre", max_read="50")
        [index] = films(engine)["GlobalSecondaryIndexes"]
        assert index["OnDemandThroughput"] == {"MaxReadRequestUnits": 50}
        await choose(pilot, "warm")
        await press(pilot, "j", "j", "j", "enter")
        await fill(pilot, warm_read="13000")
        await press(pilot, "ctrl+s")
        [index] = films(engine)["GlobalSecondaryIndexes"]
        assert index["WarmThroughput"]["ReadUnitsPerSecond"] == 13_000
        await change(pilot, "warm", warm_write="5000")
        assert films(engine)["WarmThroughput"]["WriteUnitsPerSecond"] == 5_000
        await change(pilot, "warm", warm_write="1")
        assert "decreasing WarmThroughput is not supported" in shown(pilot, "#drawer-error")


# Indexes.


async def test_an_index_is_added_and_can_be_queried(client: Recorder, engine: Engine) -> None:
    async with running(client, engine) as pilot:
        await press(pilot, "2", "o")
        await type_text(pilot, "by-director")
        await press(pilot, "enter")
        await type_text(pilot, "director:S")
        await press(pilot, "enter")
        await type_text(pilot, "year")
        await fill(pilot, projection="INCLUDE")
        assert "Which attributes?" in find(pilot, TextView).text
        await fill(pilot, named="title, tags")
        await press(pilot, "ctrl+s")
        held = FILM_COUNT - FILM_COUNT // 3
        index = films(engine)["GlobalSecondaryIndexes"][1]
        assert index["Projection"]["NonKeyAttributes"] == ["title", "tags"]
        assert lines_with(pilot, "by-director", "GSI · director S, year N · INCLUDE title, tags")
        assert f"{held} items" in screen_text(pilot)
        await press(pilot, "1", "f", "shift+tab", "shift+tab", "shift+tab", "enter")
        await press(pilot, "end", "enter")
        assert shown(pilot, "#plan").startswith("Scan · by-director")


async def test_an_index_of_a_provisioned_table_has_units(client: Recorder, engine: Engine) -> None:
    provision(engine)
    async with running(client, engine) as pilot:
        await change(pilot, "add a global", name="by-year", partition="year", read="2")
        index = films(engine)["GlobalSecondaryIndexes"][1]
        assert index["ProvisionedThroughput"]["ReadCapacityUnits"] == 2
        assert index["ProvisionedThroughput"]["WriteCapacityUnits"] == 5


async def test_an_index_is_removed(client: Recorder, engine: Engine) -> None:
    async with running(client, engine) as pilot:
        await choose(pilot, "by-genre")
        await press(pilot, "d")
        assert "The 300 entries of by-genre go" in screen_text(pilot)
        await press(pilot, "ctrl+s", "escape")
        assert not films(engine).get("GlobalSecondaryIndexes")
        assert not lines_with(pilot, "by-genre")
        assert lines_with(pilot, "add a global index")


async def test_a_mistake_in_an_index_is_kept_and_mended(client: Recorder, engine: Engine) -> None:
    async with running(client, engine) as pilot:
        await change(pilot, "add a global", name="by-genre", partition="genre:S")
        assert "ValidationException" in shown(pilot, "#drawer-error")
        await fill(pilot, name="by-kind", partition="genre:Q")
        await press(pilot, "ctrl+s")
        assert "a key's type is S, N or B" in shown(pilot, "#drawer-error")
        await press(pilot, "escape")
        assert "What you typed is kept" in notices(pilot)[-1]
        await press(pilot, "enter")
        assert find(pilot, Input, "#partition").value == "genre:Q"
        await fill(pilot, partition="genre")
        await press(pilot, "ctrl+s", "enter")
        assert find(pilot, Input, "#name").value == "", "what was sent is not kept"


async def test_a_long_change_goes_on_when_its_drawer_is_left(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dyntui.screens.drawer.BUSY_SECONDS", SOON_SECONDS)
    client = Held(engine, "UpdateTable", at=1)
    async with running(client, engine) as pilot:
        await press(pilot, "2", "o")
        await fill(pilot, name="by-year", partition="year:N")
        await press_on(pilot, "ctrl+s")
        await client.reached()
        await until(pilot, lambda: "under way" in shown(pilot, "#drawer-error"))
        await press_on(pilot, "escape")
        assert isinstance(pilot.app.screen, BrowserScreen)
        client.release()
        await settle(pilot)
        assert notices(pilot)[-1] == "Altered films"
        assert lines_with(pilot, "by-year", "GSI")


async def test_how_far_an_index_is_filled(
    client: Recorder, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.storage.backfill._ITEMS_PER_STEP", 150)
    request = {
        "TableName": "films",
        "AttributeDefinitions": [{"AttributeName": "year", "AttributeType": "N"}],
        "GlobalSecondaryIndexUpdates": [
            {
                "Create": {
                    "IndexName": "by-year",
                    "KeySchema": [{"AttributeName": "year", "KeyType": "HASH"}],
                    "Projection": {"ProjectionType": "ALL"},
                }
            }
        ],
    }
    engine.call("UpdateTable", request, Context(cancelled=lambda: True))
    filled = engine.fills("films")["by-year"]
    assert 0.3 < filled < 0.7
    async with running(client, engine) as pilot:
        await choose(pilot, "by-year")
        assert f"CREATING, filled {filled:.0%}" in " ".join(screen_text(pilot).split())


# What becomes of items.


async def test_time_to_live(client: Recorder, engine: Engine) -> None:
    async with running(client, engine) as pilot:
        await change(pilot, "time to live")
        assert "Which attribute" in shown(pilot, "#drawer-error")
        await fill(pilot, turned="year")
        await press(pilot, "ctrl+s")
        described = engine.describe_time_to_live(TableName="films")["TimeToLiveDescription"]
        assert described == {"TimeToLiveStatus": "ENABLED", "AttributeName": "year"}
        assert lines_with(pilot, "▸ Time to Live", "on by year · 300 items have it")
        await change(pilot, "time to live")
        described = engine.describe_time_to_live(TableName="films")["TimeToLiveDescription"]
        assert described == {"TimeToLiveStatus": "DISABLED"}


async def test_recovery(client: Recorder, engine: Engine) -> None:
    def described() -> Json:
        answer = engine.describe_continuous_backups(TableName="films")
        recovery: Json = answer["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
        return recovery

    async with running(client, engine) as pilot:
        await change(pilot, "recovery", recovery_days="36")
        assert "days from 1 to 35" in shown(pilot, "#drawer-error")
        await fill(pilot, recovery_days="7")
        await press(pilot, "ctrl+s")
        assert described()["RecoveryPeriodInDays"] == 7
        assert lines_with(pilot, "on, 7 days back · since")
        await choose(pilot, "recovery")
        await press(pilot, "enter")
        assert find(pilot, Input).value == "7"
        await press(pilot, "ctrl+s")
        assert described()["PointInTimeRecoveryStatus"] == "DISABLED"


async def test_the_stream(client: Recorder, engine: Engine) -> None:
    async with running(client, engine) as pilot:
        await change(pilot, "stream", turned="OLD_IMAGE")
        assert films(engine)["StreamSpecification"]["StreamViewType"] == "OLD_IMAGE"
        assert lines_with(pilot, "▸ stream", "OLD_IMAGE")
        await change(pilot, "stream")
        assert "StreamSpecification" not in films(engine)


# The rest.


async def test_table_class_and_protection(client: Recorder, engine: Engine) -> None:
    async with running(client, engine) as pilot:
        await change(pilot, "table class", **{"class": "STANDARD_INFREQUENT_ACCESS"})
        assert films(engine)["TableClassSummary"]["TableClass"] == "STANDARD_INFREQUENT_ACCESS"
        assert lines_with(pilot, "STANDARD_INFREQUENT_ACCESS · since")
        await change(pilot, "deletion protection")
        assert films(engine)["DeletionProtectionEnabled"] is True
        await press(pilot, "D")
        assert "Deletion protection is on" in screen_text(pilot)


async def test_encryption(client: Recorder, engine: Engine) -> None:
    async with running(client, engine) as pilot:
        await change(pilot, "encryption", kind="aws-managed")
        assert films(engine)["SSEDescription"]["SSEType"] == "KMS"
        assert lines_with(pilot, "▸ encryption", "key")
        await change(pilot, "encryption", kind="other", key="")
        assert "Which key?" in shown(pilot, "#drawer-error")
        await press(pilot, "escape")
        await change(pilot, "encryption", kind="aws-owned")
        assert client.requests("UpdateTable")[-1]["SSESpecification"] == {"Enabled": False}
        assert "SSEDescription" not in films(engine)


async def test_tags(client: Recorder, engine: Engine) -> None:
    def tags() -> dict[str, str]:
        answer = engine.list_tags_of_resource(ResourceArn=films(engine)["TableArn"])
        return {tag["Key"]: tag["Value"] for tag in answer["Tags"]}

    async with running(client, engine) as pilot:
        await change(pilot, "add a tag", tag_value="films")
        assert "A tag needs a key" in shown(pilot, "#drawer-error")
        await fill(pilot, tag_key="team")
        await press(pilot, "ctrl+s")
        assert tags() == {"team": "films"}
        await change(pilot, "team", tag_value="music")
        assert tags() == {"team": "music"}
        # Another key takes the old one away.
        await change(pilot, "team", tag_key="group")
        assert tags() == {"group": "music"}
        await choose(pilot, "group")
        await press(pilot, "d", "ctrl+s")
        assert tags() == {}
        await change(pilot, "add a tag", tag_key="aws:x")
        assert "cannot be prefixed with aws:" in shown(pilot, "#drawer-error")


async def test_altering_from_the_list_leads_to_the_settings(
    client: Recorder, engine: Engine
) -> None:
    async with running(client, engine) as pilot:
        await press(pilot, "ctrl+o", "down", "a")
        assert shown(pilot, "#area-title") == "notes"
        assert isinstance(pilot.app.focused, SettingsView)


async def test_a_table_that_is_updated_says_so_until_it_is_ready(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("dyntui.screens.browser.POLL_SECONDS", SOON_SECONDS)
    clock = VirtualClock()
    with Engine.in_memory(settings=Settings(table_delay_s=60), clock=clock) as engine:
        engine.create_table(
            TableName="films",
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
        )
        clock.advance(61)
        async with running(Recorder(engine), engine) as pilot:
            await choose(pilot, "table class")
            await press(pilot, "enter")
            await fill(pilot, **{"class": "STANDARD_INFREQUENT_ACCESS"})
            await pilot.press("ctrl+s")
            await until(pilot, lambda: "UPDATING" in screen_text(pilot))
            clock.advance(61)
            await until(pilot, lambda: "UPDATING" not in screen_text(pilot))


async def test_a_table_that_is_gone_is_told(client: Recorder, engine: Engine) -> None:
    async with running(client, engine) as pilot:
        await choose(pilot, "deletion protection")
        await press(pilot, "enter")
        engine.call("DeleteTable", {"TableName": "films"})
        await press(pilot, "ctrl+s")
        assert "ResourceNotFoundException" in shown(pilot, "#drawer-error")
        assert isinstance(pilot.app.screen, SettingScreen)
        with pytest.raises(ApiError):
            films(engine)
        await press(pilot, "escape", "R")
        assert shown(pilot, "#area-title") == "notes"
        assert find(pilot, SettingsBoard).display


# Pictures.

SCENES: dict[str, tuple[str, ...]] = {
    "settings": ("2",),
    "settings-filter": ("2", "slash", "'cap"),
    "settings-nothing": ("2", "slash", "'xyz"),
    "capacity": ("2", "down", "down", "down", "down", "enter"),
    "add-index": ("2", "o", "'by-year", "tab", "'year:N"),
    "add-index-refused": ("2", "o", "'by-genre", "tab", "'genre:S", "ctrl+s"),
    "remove-index": ("2", "slash", "'by-genre", "enter", "d"),
    "expiry": ("2", "slash", "'time to", "enter", "enter", "'expires"),
    "recovery": ("2", "slash", "'recovery", "enter", "enter"),
    "stream": ("2", "slash", "'stream", "enter", "enter"),
    "table-class": ("2", "slash", "'table class", "enter", "enter"),
    "protection": ("2", "slash", "'deletion", "enter", "enter"),
    "encryption": ("2", "slash", "'encryption", "enter", "enter"),
    "tag": ("2", "G", "enter", "'team", "tab", "'films"),
}


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["small", "large"])
@pytest.mark.parametrize("name", SCENES)
def test_picture(
    snap_compare: Compare, client: Recorder, engine: Engine, name: str, size: tuple[int, int]
) -> None:
    scene = Scene(name, SCENES[name])
    assert snap_compare(make_app(client, engine), terminal_size=size, run_before=scene.play)


def test_light_colours(snap_compare: Compare, client: Recorder, engine: Engine) -> None:
    provision(engine)

    async def play(pilot: Pilot[None]) -> None:
        await settle(pilot)
        await pilot.app.run_action("light")
        await press(pilot, "2", "down", "down", "down", "down", "down")

    assert snap_compare(make_app(client, engine), terminal_size=LARGE, run_before=play)
