"""The place for security: keys and their changes, tables and the keys that they are under."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, Select

from dyntui.app import DyntuiApp
from dyntui.core.connection.connect import Connection
from dyntui.core.connection.session import Session
from dyntui.core.security.overview import (
    INACCESSIBLE,
    Security,
    read_security,
    switch_request,
    table_security,
)
from dyntui.core.security.words import key_line, table_details, table_line
from dyntui.core.tables.table_keys import AWS_MANAGED, AWS_OWNED
from dyntui.screens.change_key import ChangeKeyScreen
from dyntui.screens.copy_as import CopyAsScreen
from dyntui.screens.set_table import EncryptionScreen
from dyntui.widgets.choice import Choice
from dyntui.widgets.header_line import HeaderLine
from dyntui.widgets.security_view import SecurityView
from dyntui.widgets.text_view import TextView
from engine import Account, Context, Engine
from engine.client.keys import KeyInfo, KeySwitch, TableKey
from engine.client.protocol import OWNER, Json
from engine.clock import VirtualClock
from tests.dyntui.app.conftest import create_films
from tests.dyntui.app.driving import (
    LARGE,
    SMALL,
    Recorder,
    app_of,
    find,
    make_app,
    notices,
    press,
    running,
    screen_text,
    settle,
    shown,
    type_text,
    until,
)
from tests.dyntui.app.test_snapshots import Compare, Scene
from tests.guarded_shop import Ids

KEY = KeyInfo(
    key_id="1234abcd-12ab-34cd-56ef-1234567890ab",
    arn="arn:aws:kms:us-east-1:000000000000:key/1234abcd-12ab-34cd-56ef-1234567890ab",
    description="",
    state="Enabled",
    manager="CUSTOMER",
    created_us=1_700_000_000_000_000,
    deletion_us=None,
    rotated_us=(),
    aliases=("alias/orders",),
)


@pytest.fixture(autouse=True)
def working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the app runs: no configuration lies there."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


class Encrypted(Recorder):
    """A Recorder that adds an SSEDescription, and what else it is given, to a table's description;
    each time the next of those given, the last one over and over."""

    def __init__(self, engine: Engine, *members: Json) -> None:
        super().__init__(engine)
        self._members = list(members)

    def call(self, operation: str, request: Json, context: Context = OWNER) -> Json:
        """Pass the request on."""
        answer = super().call(operation, request, context)
        if operation == "DescribeTable" and request["TableName"] == "films":
            members = self._members.pop(0) if len(self._members) > 1 else self._members[0]
            return {"Table": answer["Table"] | members}
        return answer

    def change(self, members: Json) -> None:
        """From here on add others."""
        self._members = [members]


def _under(arn: str, status: str = "ENABLED", **others: Any) -> Json:
    return {
        "SSEDescription": {"Status": status, "SSEType": "KMS", "KMSMasterKeyArn": arn, **others}
    }


# Words, without the app.


@pytest.mark.parametrize(
    ("encryption", "keys", "line"),
    [
        ({}, (), "AWS owned key · items not sealed here"),
        (
            _under("arn:aws:kms:us-east-1:000000000000:alias/aws/dynamodb"),
            (),
            "AWS managed key alias/aws/dynamodb · items not sealed here",
        ),
        (_under(KEY.arn), (KEY,), "customer managed key alias/orders · items not sealed here"),
        (
            _under("arn:aws:kms:us-east-1:000000000000:alias/orders"),
            (KEY,),
            "customer managed key alias/orders · items not sealed here",
        ),
        (
            _under("arn:aws:kms:eu-west-1:123456789012:key/77"),
            (),
            "KMS key key/77 · items not sealed here",
        ),
        (
            _under(KEY.arn, "UPDATING"),
            (KEY,),
            "switched (UPDATING) to the customer managed key alias/orders · items not sealed here",
        ),
    ],
)
def test_whose_key_a_table_is_under(
    engine: Engine, encryption: Json, keys: tuple[KeyInfo, ...], line: str
) -> None:
    description = engine.call("DescribeTable", {"TableName": "films"})["Table"] | encryption
    assert table_line(table_security(description, keys)) == line


@pytest.mark.parametrize(
    ("key", "way_out"),
    [
        (replace(KEY, state="Disabled"), "m, then Space on alias/orders enables the key"),
        (
            replace(KEY, state="PendingDeletion", deletion_us=1_700_600_000_000_000),
            "m, then d on alias/orders keeps the key, and Space enables it",
        ),
        (None, "its key is gone from the key store"),
    ],
)
def test_a_table_that_cannot_be_read_says_the_way_out(
    engine: Engine, key: KeyInfo | None, way_out: str
) -> None:
    description = engine.call("DescribeTable", {"TableName": "films"})["Table"]
    description |= _under(KEY.arn, InaccessibleEncryptionDateTime=1.0)
    table = table_security(description, () if key is None else (key,))
    assert "cannot be read: its key" in table_line(table)
    assert table_line(table).isprintable()
    assert way_out in table_details(table)
    assert table_security(description | {"TableStatus": INACCESSIBLE}, ()).is_inaccessible


def test_an_archived_table_says_where_its_items_are(engine: Engine) -> None:
    backup = "arn:aws:dynamodb:us-east-1:000000000000:table/films/backup/1"
    description = engine.call("DescribeTable", {"TableName": "films"})["Table"]
    description |= _under(KEY.arn) | {
        "TableStatus": "ARCHIVED",
        "ArchivalSummary": {"ArchivalBackupArn": backup},
    }
    table = table_security(description, (KEY,))
    assert table.is_inaccessible
    assert table_line(table).startswith(
        "archived: its key alias/orders was of no use for seven days"
    )
    assert f"restore the backup {backup} under another name" in table_details(table)


def test_how_far_a_switch_is(engine: Engine) -> None:
    description = engine.call("DescribeTable", {"TableName": "films"})["Table"]
    at_rest = TableKey("films", None, None, KeySwitch(KEY.arn, 1_200, 5_000))
    table = table_security(description, (KEY,), at_rest)
    line = "1,200 of 5,000 values switched to the customer managed key alias/orders"
    assert table_line(table).startswith(line)
    assert "key before   the AWS owned key" in table_details(table)
    back = TableKey("films", KEY.arn, None, KeySwitch(None, 1_200, 5_000))
    table = table_security(description | _under(KEY.arn, "UPDATING"), (KEY,), back)
    assert table_line(table).startswith("1,200 of 5,000 values switched to the AWS owned key")
    # Until the switch is done nothing is read without the key from before.
    assert Security((table,), (KEY,)).users(KEY) == ["films"]


def test_a_switch_is_an_update_of_the_table() -> None:
    sent = {
        choice: switch_request("films", choice).members["SSESpecification"]
        for choice in (AWS_OWNED, AWS_MANAGED, "alias/orders")
    }
    assert sent == {
        AWS_OWNED: {"Enabled": False},
        AWS_MANAGED: {"Enabled": True, "SSEType": "KMS"},
        "alias/orders": {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": "alias/orders"},
    }


def test_who_uses_a_key(engine: Engine, working_folder: Path) -> None:
    key = engine.keys.create(alias="alias/orders")
    engine.call("UpdateTable", switch_request("films", key.arn).members)
    (working_folder / "notes.crypto.toml").write_text(
        'table = "notes"\npartition_key = "who"\nsort_key = "at"\n'
        '[actions]\nwho = "SIGN_ONLY"\nat = "SIGN_ONLY"\n'
        '[keyring]\nkind = "multi"\nmembers = [{ kind = "kms", key_id = "alias/orders" }]\n'
    )
    connection = Connection(engine, engine, engine.region, None)
    found = read_security(Session(engine, engine.region), connection)
    assert found.users(key) == ["films"]
    assert found.sealers(key) == ["notes"]
    assert "used by 2 tables" in key_line(key, found, key.created_us / 1e6)


def test_a_configuration_that_cannot_be_is_told(engine: Engine, working_folder: Path) -> None:
    (working_folder / "films.crypto.toml").write_text("table = 3")
    description = engine.call("DescribeTable", {"TableName": "films"})["Table"]
    table = table_security(description, ())
    assert "✗ films.crypto.toml cannot be used" in table_line(table)
    assert "must be a text" in table_details(table)


# Keys in the app.


async def test_a_key_is_created_and_named(client: Recorder, engine: Engine) -> None:
    async with running(client, engine) as pilot:
        await press(pilot, "K")
        assert "No key was made yet: o makes one" in screen_text(pilot)
        await press(pilot, "o")
        await type_text(pilot, "orders\n")
        await type_text(pilot, "cards")
        command = "dyntui keys create --alias alias/orders --description cards"
        assert find(pilot, TextView).text == command
        await press(pilot, "f2")
        assert app_of(pilot).clipboard == command
        await press(pilot, "escape", "o")
        assert find(pilot, TextView).text == command
        await press(pilot, "ctrl+s")
        assert notices(pilot)[-1] == "Made alias/orders"
        assert "✓ alias/orders" in screen_text(pilot)
        await press(pilot, "a")
        await type_text(pilot, "cards\n")
        await type_text(pilot, "orders")
        assert find(pilot, TextView).text.splitlines()[1] == "dyntui keys alias delete alias/orders"
        await press(pilot, "ctrl+s")
    [key] = engine.keys.list_keys()
    assert (key.aliases, key.description) == (("alias/cards",), "cards")


async def test_a_refusal_stays_in_the_form(client: Recorder, engine: Engine) -> None:
    engine.keys.create(alias="alias/orders")
    async with running(client, engine) as pilot:
        await press(pilot, "K", "o")
        await type_text(pilot, "orders")
        await press(pilot, "ctrl+s")
        assert "AlreadyExistsException" in shown(pilot, "#drawer-error")
        await press(pilot, "escape", "a", "ctrl+s")
        assert "Which alias" in shown(pilot, "#drawer-error")
    assert len(engine.keys.list_keys()) == 1


async def test_a_key_is_disabled_only_once_its_name_is_typed(
    client: Recorder, engine: Engine
) -> None:
    key = engine.keys.create(alias="alias/orders")
    engine.call("UpdateTable", switch_request("films", key.arn).members)
    async with running(client, engine) as pilot:
        await press(pilot, "K", "space")
        assert "nobody reads: the table films as a whole" in shown(pilot, "#key-about")
        await press(pilot, "ctrl+s")
        assert "not the key's name" in shown(pilot, "#drawer-error")
        assert engine.keys.describe(key.key_id).state == "Enabled"
        await type_text(pilot, "alias/orders\n")
        assert engine.keys.describe(key.key_id).state == "Disabled"
        assert "✗ alias/orders" in screen_text(pilot)
        await press(pilot, "space", "ctrl+s")
        assert engine.keys.describe(key.key_id).state == "Enabled"
        assert notices(pilot)[-1] == "Enabled alias/orders"


async def test_a_deletion_is_scheduled_and_cancelled(client: Recorder, engine: Engine) -> None:
    key = engine.keys.create(alias="alias/orders")
    async with running(client, engine) as pilot:
        await press(pilot, "K", "d")
        find(pilot, Input, "#days").value = "3"
        find(pilot, Input, "#typed").value = "alias/orders"
        await press(pilot, "ctrl+s")
        assert "3 is no number of days from 7 to 30" in shown(pilot, "#drawer-error")
        find(pilot, Input, "#days").value = "7"
        await settle(pilot)
        assert find(pilot, TextView).text.endswith("schedule-deletion alias/orders --days 7")
        await press(pilot, "ctrl+s")
        assert engine.keys.describe(key.key_id).state == "PendingDeletion"
        assert "▲ alias/orders" in screen_text(pilot)
        await press(pilot, "space")
        assert "d keeps it" in notices(pilot)[-1]
        await press(pilot, "d", "ctrl+s")
        assert engine.keys.describe(key.key_id).state == "Disabled"
        assert notices(pilot)[-1] == "Kept alias/orders"


async def test_a_key_is_rotated_and_copied(client: Recorder, engine: Engine) -> None:
    key = engine.keys.create(alias="alias/orders")
    async with running(client, engine, SMALL) as pilot:
        await press(pilot, "K", "r")
        assert isinstance(pilot.app.screen, ChangeKeyScreen)
        await press(pilot, "escape")
        assert engine.keys.describe(key.key_id).rotated_us == ()
        await press(pilot, "r", "ctrl+s")
        assert len(engine.keys.describe(key.key_id).rotated_us) == 1
        assert notices(pilot)[-1] == "Rotated alias/orders"
        await press(pilot, "c")
        assert app_of(pilot).clipboard == "dyntui keys describe alias/orders"
        await press(pilot, "y")
        assert key.arn in app_of(pilot).clipboard
        await press(pilot, "u")
        assert notices(pilot)[-1] == "Nothing is locked here."


async def test_locked_keys_are_opened_by_their_passphrase(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    with Account.open(folder) as account:
        create_films(account.engine("us-east-1"))
        account.keys("us-east-1").create(alias="alias/orders")
        account.keys("us-east-1").protect("passphrase", "correct horse battery")
    with Account.open(folder) as account:
        engine = account.engine("us-east-1")
        async with running(engine, engine) as pilot:
            await press(pilot, "K")
            assert "locked by a passphrase: u asks" in screen_text(pilot)
            assert "derived from a passphrase" in shown(pilot, "#security-master")
            await press(pilot, "u")
            await type_text(pilot, "wrong")
            assert "wrong" not in screen_text(pilot)
            await press(pilot, "ctrl+s")
            assert shown(pilot, "#drawer-error").startswith("✗ ")
            await press(pilot, "escape", "u")
            assert find(pilot, Input).value == ""
            find(pilot, Input).value = "correct horse battery"
            await press(pilot, "ctrl+s")
            assert "✓ alias/orders" in screen_text(pilot)


async def test_a_key_store_that_is_damaged_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    with Account.open(folder) as account:
        create_films(account.engine("us-east-1"))
        account.keys("us-east-1").create(alias="alias/orders")
    (folder / "keys" / "root.json").write_text("{")
    with Account.open(folder) as account:
        engine = account.engine("us-east-1")
        async with running(engine, engine) as pilot:
            await press(pilot, "K")
            text = find(pilot, TextView, "SecurityView TextView").text
            assert "root.json" in text
            assert "Error" not in text
            await press(pilot, "o", "ctrl+s")
            assert "root.json" in shown(pilot, "#drawer-error")
            await press(pilot, "escape", "m")
            assert "✓ films" in screen_text(pilot)


# Tables in the app.


async def test_a_table_is_switched_to_a_key(client: Recorder, engine: Engine) -> None:
    key = engine.keys.create(alias="alias/orders")
    async with running(client, engine) as pilot:
        await press(pilot, "K", "m", "a")
        assert isinstance(pilot.app.screen, EncryptionScreen)
        assert find(pilot, TextView).text == "Nothing is changed yet."
        select = find(pilot, Select)
        select.value = "other"
        await settle(pilot)
        assert find(pilot, TextView).text == "… Which key? Its ARN, its id or an alias names it."
        await press(pilot, "ctrl+s")
        assert "Which key?" in shown(pilot, "#drawer-error")
        select.value = key.arn
        await settle(pilot)
        await press(pilot, "f2")
        assert isinstance(pilot.app.screen, CopyAsScreen)
        await press(pilot, "escape", "ctrl+s")
        assert "customer managed key alias/orders" in screen_text(pilot)
        assert "✓ films: customer managed key alias/orders" in notices(pilot)[-1]
        await press(pilot, "m")
        assert "used by 1 table" in screen_text(pilot)
    [request] = client.requests("UpdateTable")
    assert request["SSESpecification"]["KMSMasterKeyId"] == key.arn


async def test_a_refused_switch_stays_in_the_form(client: Recorder, engine: Engine) -> None:
    async with running(client, engine) as pilot:
        await press(pilot, "K", "m", "a")
        find(pilot, Select).value = "other"
        find(pilot, Input).value = "alias/none"
        await press(pilot, "ctrl+s")
        assert "alias/none" in shown(pilot, "#drawer-error")
        await press(pilot, "escape")
        assert "AWS owned key" in screen_text(pilot)


async def test_a_switch_is_followed_until_the_table_is_there(engine: Engine) -> None:
    key = engine.keys.create(alias="alias/orders")
    under_way = _under(key.arn, "UPDATING")
    client = Encrypted(engine, {}, under_way)
    app = make_app(client, engine)
    async with app.run_test(size=LARGE) as pilot:
        await settle(pilot)
        await pilot.press("K")
        await until(pilot, lambda: bool(pilot.app.screen.query("#sealing")))
        await pilot.press("m")
        await until(pilot, lambda: "● films" in screen_text(pilot))
        await until(pilot, lambda: "films" in pilot.app.screen.query_one(HeaderLine).busy)
        client.change(_under(key.arn))
        await until(pilot, lambda: any("✓ films" in text for text in notices(pilot)))
        assert "● films" not in screen_text(pilot)


async def test_a_table_without_its_key_is_shown_so(engine: Engine) -> None:
    key = engine.keys.create(alias="alias/orders")
    engine.keys.disable(key.key_id)
    client = Encrypted(engine, {}, _under(key.arn) | {"TableStatus": INACCESSIBLE})
    async with running(client, engine) as pilot:
        await press(pilot, "K", "m")
        text = screen_text(pilot)
        assert "✗ films" in text
        assert "way out      m, then Space on alias/orders enables the key" in text


async def test_a_remote_has_tables_and_says_why_it_has_no_keys(
    client: Recorder, engine: Engine
) -> None:
    app = DyntuiApp(Connection(client, None, engine.region, None), VirtualClock())
    async with app.run_test(size=LARGE) as pilot:
        await settle(pilot)
        await press(pilot, "K")
        assert "✓ films" in screen_text(pilot)
        await press(pilot, "a")
        find(pilot, Select).value = AWS_MANAGED
        await settle(pilot)
        await press(pilot, "ctrl+s")
        assert "KMS key key/" in screen_text(pilot)
        await press(pilot, "m")
        assert "those of its key service, AWS KMS" in screen_text(pilot)
        await press(pilot, "o")
        assert "key service" in notices(pilot)[-1]


async def test_the_lists_are_chosen_by_clicks(client: Recorder, engine: Engine) -> None:
    engine.keys.create(alias="alias/orders")
    async with running(client, engine) as pilot:
        await press(pilot, "K")
        for page, text in (("sealing", "AWS owned key"), ("keys", "alias/orders")):
            for choice in find(pilot, SecurityView).query(Choice):
                if choice.value == page:
                    await pilot.click(choice)
            await settle(pilot)
            assert text in screen_text(pilot)


async def test_the_place_is_left_as_it_was_entered(client: Recorder, engine: Engine) -> None:
    async with running(client, engine, SMALL) as pilot:
        await press(pilot, "K", "m", "j")
        assert find(pilot, SecurityView).table is not None
        assert "notes" in find(pilot, TextView, "SecurityView TextView").text
        await press(pilot, "c")
        assert '"TableName": "notes"' in find(pilot, TextView).text
        await press(pilot, "escape", "K")
        assert find(pilot, SecurityView).display is False
        await press(pilot, "K", "k")
        assert "films" in find(pilot, TextView, "SecurityView TextView").text


# Pictures.


@pytest.fixture
def at_rest(monkeypatch: pytest.MonkeyPatch) -> Callable[[], tuple[Encrypted, Engine]]:
    """An engine with three keys, of which one is disabled and one to be deleted."""
    monkeypatch.setattr("engine.security.keys.uuid4", Ids())

    def made() -> tuple[Encrypted, Engine]:
        clock = VirtualClock()
        engine = Engine.in_memory(clock=clock)
        create_films(engine)
        clock.advance(-5 * 86_400)
        orders = engine.keys.create("cards of customers", "alias/orders")
        cards = engine.keys.create("", "alias/cards")
        engine.keys.schedule_deletion(engine.keys.create().key_id, 12)
        clock.advance(4 * 86_400)
        engine.keys.rotate(orders.key_id)
        engine.keys.disable(cards.key_id)
        engine.call("UpdateTable", switch_request("notes", orders.arn).members)
        clock.advance(86_400)
        return Encrypted(engine, {}, _under(cards.arn) | {"TableStatus": INACCESSIBLE}), engine

    return made


SCENES = (
    Scene("keys", ("K",)),
    Scene("tables", ("K", "m")),
    Scene("create", ("K", "o", "'orders")),
    Scene("disable", ("K", "space")),
    Scene("switch", ("K", "m", "a")),
)


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["small", "large"])
@pytest.mark.parametrize("scene", SCENES, ids=[scene.name for scene in SCENES])
def test_screen(
    snap_compare: Compare,
    at_rest: Callable[[], tuple[Encrypted, Engine]],
    monkeypatch: pytest.MonkeyPatch,
    scene: Scene,
    size: tuple[int, int],
) -> None:
    monkeypatch.setattr(
        "dyntui.core.security.words.words_text", lambda _: "Tue 14 Nov 2023 22:13:20"
    )
    client, engine = at_rest()
    with engine:
        assert snap_compare(make_app(client, engine), terminal_size=size, run_before=scene.play)


def test_light_colours(
    snap_compare: Compare,
    at_rest: Callable[[], tuple[Encrypted, Engine]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def light(pilot: Pilot[None]) -> None:
        await Scene("keys", ("K",)).play(pilot)
        await pilot.app.run_action("light")
        await settle(pilot)

    monkeypatch.setattr(
        "dyntui.core.security.words.words_text", lambda _: "Tue 14 Nov 2023 22:13:20"
    )
    client, engine = at_rest()
    with engine:
        assert snap_compare(make_app(client, engine), terminal_size=LARGE, run_before=light)
