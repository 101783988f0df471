"""Sealed items in the app: shown sealed, opened on request, refused, changed; from both sides."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, OptionList, Select

from dyntui.core.connection.connect import Connection
from dyntui.core.connection.session import Session
from dyntui.core.security.crypto_place import config_of, protection_at
from dyntui.core.security.crypto_setup import Choices, suggested, write_setup
from dyntui.core.security.crypto_wizard import Wizard
from dyntui.core.security.sealed_items import (
    LEGACY_MARKERS,
    both_sides,
    is_sealed,
    opened_seal,
    seal_of,
    sealed_texts,
)
from dyntui.core.security.sealed_tables import seal_table
from dyntui.core.tables.schema import TableInfo
from dyntui.screens.editor import EditorScreen
from dyntui.screens.outsider import OutsiderScreen
from dyntui.screens.review import ReviewScreen
from dyntui.screens.setting import CommandScreen
from dyntui.screens.setup_crypto import SetupScreen
from dyntui.widgets.item_grid import ResultGrid
from dyntui.widgets.item_panel import ItemPanel
from dyntui.widgets.json_area import JsonArea
from dyntui.widgets.text_view import TextView
from dyntui.widgets.toggle import Toggle
from engine import Engine
from engine.client.protocol import Json
from engine.itemcrypto.errors import CryptoConfigError
from engine.itemcrypto.legacy.sealing import DESCRIPTION, SIGNATURE
from engine.itemcrypto.schema import FOOTER, HEADER, Action
from tests.dyntui.app.driving import (
    LARGE,
    SMALL,
    Recorder,
    app_of,
    find,
    grid_of,
    info_of,
    make_app,
    notices,
    press,
    running,
    screen_text,
    settle,
    shown,
    type_text,
)
from tests.dyntui.app.test_snapshots import Compare, Scene

CARD = "4711 0815 1234"


@pytest.fixture(autouse=True)
def working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the app runs, and configurations are looked for."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def shop(empty_engine: Engine) -> Engine:
    """A table `orders` with three plain items."""
    empty_engine.call(
        "CreateTable",
        {
            "TableName": "orders",
            "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
            "BillingMode": "PAY_PER_REQUEST",
        },
    )
    for number in range(3):
        item = {
            "id": {"S": f"order-{number}"},
            "card": {"S": CARD},
            "status": {"S": "open"},
            "seen": {"N": str(number)},
        }
        empty_engine.call("PutItem", {"TableName": "orders", "Item": item})
    return empty_engine


def _connection(engine: Engine) -> Connection:
    return Connection(engine, engine, engine.region, None)


def _configure(engine: Engine, kms_key: str | None = None) -> None:
    choices = Choices(sign=["status"], unsigned=["seen"], signature=False, kms_key=kms_key)
    schema = suggested(
        info_of(engine, "orders"), engine.call("Scan", {"TableName": "orders"})["Items"], choices
    )
    write_setup(Path("orders.crypto.toml"), schema, choices)


@pytest.fixture
def sealed(shop: Engine) -> Engine:
    """The same with a configuration here, and all items sealed."""
    _configure(shop)
    _seal_all(shop)
    return shop


def _info(engine: Engine) -> TableInfo:
    return TableInfo.from_description(engine.describe_table(TableName="orders")["Table"])


def _seal_all(engine: Engine) -> None:
    config = config_of(_info(engine))
    assert config is not None
    session = Session(engine, engine.region)
    seal_table(session, _connection(engine), "orders", config, lambda _: None, lambda: False)


def _stored(engine: Engine, number: int = 0) -> Json:
    request = {"TableName": "orders", "Key": {"id": {"S": f"order-{number}"}}}
    item: Json = engine.call("GetItem", request)["Item"]
    return item


def _opened(engine: Engine, number: int = 0) -> Json:
    config = config_of(_info(engine))
    assert config is not None
    return protection_at(config, _connection(engine)).open(_stored(engine, number))


def _spoil(engine: Engine, number: int = 0) -> None:
    item = _stored(engine, number) | {"status": {"S": "paid"}}
    engine.call("PutItem", {"TableName": "orders", "Item": item})


async def _go_to(pilot: Pilot[None], key: str) -> None:
    """Put the cursor of the grid on an item, and open it."""
    grid = grid_of(pilot)
    for row in range(grid.row_count):
        grid.move_to(row)
        if grid.item is not None and grid.item["id"]["S"] == key:
            break
    await press(pilot, "enter")


# Without the app.


def test_what_is_sealed_has_a_size_in_place_of_its_value(sealed: Engine) -> None:
    texts = sealed_texts(
        _stored(sealed), None if (it := config_of(_info(sealed))) is None else it.place
    )
    assert set(texts) == {"card", HEADER, FOOTER}
    assert texts["card"] == "▣ sealed 32 B"
    assert texts[HEADER].startswith("▣ seal ")
    # Without the configuration nobody knows which attributes were left out of the seal.
    assert set(sealed_texts(_stored(sealed), None)) == {HEADER, FOOTER}
    assert sealed_texts({"id": {"S": "1"}, "card": {"B": b"x"}}, None) == {}


def test_markers_of_the_legacy_format() -> None:
    item = {"id": {"S": "1"}, DESCRIPTION: {"B": b"abc"}, SIGNATURE: {"B": b"abcdef"}}
    assert LEGACY_MARKERS == (DESCRIPTION, SIGNATURE)
    assert sealed_texts(item, None) == {DESCRIPTION: "▣ seal 3 B", SIGNATURE: "▣ seal 6 B"}
    seal = seal_of(item, None)
    assert seal is not None
    assert seal.line(None).startswith("▣ legacy: not checked")
    assert seal.line(None).endswith("unsigned: the material description")


ODD: tuple[Json, ...] = (
    {"B": b""},
    {"B": b"\x01\x00odd"},
    {"B": "!"},
    {"S": "x"},
    {"NULL": True},
    {"L": []},
)


@pytest.mark.parametrize("head", ODD, ids=str)
def test_a_header_that_cannot_be_read_is_sealed_still(head: Json) -> None:
    item = {"id": {"S": "1"}, HEADER: head, "card": {"B": b"x"}}
    assert is_sealed(item)
    assert set(sealed_texts(item, None)) == {HEADER}
    seal = seal_of(item, None)
    assert seal is not None
    assert seal.unsigned is None


@pytest.mark.parametrize("foot", ODD[2:], ids=str)
def test_a_footer_that_cannot_be_read_is_sealed_still(sealed: Engine, foot: Json) -> None:
    item = _stored(sealed) | {FOOTER: foot}
    assert set(sealed_texts(item, None)) == {HEADER, FOOTER}


def test_only_what_is_right_is_opened(sealed: Engine) -> None:
    config, connection = config_of(_info(sealed)), _connection(sealed)
    assert config is not None
    key = {"id": {"S": "order-0"}}
    seal = opened_seal(_stored(sealed), key, config, connection)
    assert (seal.verdict, seal.unsigned) == ("verified", ("seen",))
    assert seal.opened == _opened(sealed)
    other = opened_seal(_stored(sealed, 1), key, config, connection)
    assert (other.verdict, other.opened) == ("refused", None)
    assert "in place of another item" in other.reason
    _spoil(sealed)
    spoilt = opened_seal(_stored(sealed), key, config, connection)
    assert (spoilt.verdict, spoilt.opened) == ("refused", None)
    assert "not as it was sealed" in spoilt.reason
    assert all(one.inside == "" for one in both_sides(_stored(sealed), spoilt, config.place))
    Path("orders.key").unlink()
    assert "orders.key" in opened_seal(_stored(sealed, 1), key, config, connection).reason


def test_the_owner_sees_what_the_outsider_does_not(sealed: Engine) -> None:
    config = config_of(_info(sealed))
    assert config is not None
    seal = opened_seal(_stored(sealed), {"id": {"S": "order-0"}}, config, _connection(sealed))
    sides = {one.name: one for one in both_sides(_stored(sealed), seal, config.place)}
    assert (sides["card"].outside, sides["card"].inside) == ("▣ sealed 32 B", CARD)
    assert (sides["status"].outside, sides["status"].inside) == ("open", "open")
    assert sides[HEADER].inside == ""
    assert CARD not in "".join(one.outside for one in sides.values())


# The wizard.


def _wizard(engine: Engine) -> Wizard:
    return Wizard(info_of(engine, "orders"), engine.call("Scan", {"TableName": "orders"})["Items"])


def test_the_wizard_goes_through_the_actions(shop: Engine) -> None:
    wizard = _wizard(shop)
    assert wizard.names[0] == "id"
    wizard.turn("id")
    seen = []
    for _ in range(4):
        seen.append((wizard.chosen["card"], wizard.chosen["id"]))
        wizard.turn("card")
    context = Action.SIGN_AND_INCLUDE_IN_ENCRYPTION_CONTEXT
    assert seen == [
        (Action.ENCRYPT_AND_SIGN, Action.SIGN_ONLY),
        (Action.SIGN_ONLY, Action.SIGN_ONLY),
        (context, context),
        (Action.DO_NOTHING, Action.SIGN_ONLY),
    ]
    assert wizard.chosen["card"] is Action.ENCRYPT_AND_SIGN


def test_the_wizards_command_makes_the_same(shop: Engine) -> None:
    wizard = _wizard(shop)
    wizard.turn("status")
    for _ in range(3):
        wizard.turn("seen")
    wizard.signature = False
    assert wizard.command == (
        "dyntui crypto init orders --sign status --unsigned seen --no-signature"
    )
    items = shop.call("Scan", {"TableName": "orders"})["Items"]
    choices = Choices(sign=["status"], unsigned=["seen"], signature=False)
    chosen = {name: act for name, act in wizard.chosen.items() if act is not Action.DO_NOTHING}
    assert (
        suggested(info_of(shop, "orders"), items, choices).actions
        == chosen
        == wizard.schema().actions
    )


async def test_the_wizard_writes_what_the_command_line_reads(
    shop: Engine, working_folder: Path
) -> None:
    client = Recorder(shop)
    async with running(client, shop) as pilot:
        await press(pilot, "K", "m", "o")
        assert isinstance(pilot.app.screen, SetupScreen)
        assert "a key: always signed" in screen_text(pilot)
        options = find(pilot, OptionList)
        options.highlighted = 3
        await press(pilot, "space")
        assert "SIGN_ONLY" in str(options.get_option_at_index(3).prompt)
        await press(pilot, "f2")
        assert app_of(pilot).clipboard == "dyntui crypto init orders --sign status"
        find(pilot, Toggle).value = False
        await press(pilot, "escape", "o", "f2")
        assert app_of(pilot).clipboard == "dyntui crypto init orders --sign status --no-signature"
        await press(pilot, "ctrl+s")
        assert "Wrote orders.crypto.toml, orders.key" in notices(pilot)[-1]
        assert "▣ items sealed: raw-aes" in screen_text(pilot)
    text = (working_folder / "orders.crypto.toml").read_text()
    assert tomllib.loads(text)["actions"]["status"] == "SIGN_ONLY"
    assert (working_folder / "orders.key").read_text().strip() not in text
    config = config_of(_info(shop))
    assert config is not None
    assert protection_at(config, _connection(shop)).schema.actions


async def test_the_configuration_of_a_table_with_other_keys_is_not_used(
    shop: Engine, working_folder: Path
) -> None:
    """Its items would be bound to the wrong attributes."""
    _configure(shop)
    path = working_folder / "orders.crypto.toml"
    path.write_text(path.read_text().replace('partition_key = "id"', 'partition_key = "status"'))
    async with running(shop, shop) as pilot:
        await press(pilot, "K", "m")
        assert "orders.crypto.toml: the key of orders is id, not status" in screen_text(pilot)
        assert "▣ items sealed" not in screen_text(pilot)
    config = config_of(_info(shop))
    assert config is not None
    with pytest.raises(CryptoConfigError, match="the key of orders is id"):
        protection_at(config, _connection(shop))


async def test_a_configuration_that_is_there_is_edited(sealed: Engine) -> None:
    path = Path("orders.crypto.toml")
    path.write_text(f"# mine\n{path.read_text()}")
    async with running(sealed, sealed) as pilot:
        await press(pilot, "K", "m", "o")
        options = find(pilot, OptionList)
        await press(pilot, "ctrl+s")
        assert "Nothing is changed" in shown(pilot, "#drawer-error")
        rows = [str(options.get_option_at_index(n).prompt) for n in range(options.option_count)]
        options.highlighted = next(n for n, row in enumerate(rows) if row.startswith("card"))
        await press(pilot, "b", "b", "f2")
        assert app_of(pilot).clipboard == "dyntui crypto edit orders --beacon card=16"
        await press(pilot, "space", "f2")
        assert app_of(pilot).clipboard == "dyntui crypto edit orders --sign card"
        await press(pilot, "space", "space", "b", "escape", "o", "ctrl+s")
        assert "Wrote orders.crypto.toml, orders.beacon.key" in notices(pilot)[-1]
        await press(pilot, "S")
        await settle(pilot)
    text = path.read_text()
    assert text.startswith("# mine\n")
    assert tomllib.loads(text)["beacons"]["bits"] == {"card": 8}
    assert _opened(sealed)["card"] == {"S": CARD}


async def test_the_wizard_takes_a_key_of_the_folder(shop: Engine) -> None:
    key = shop.keys.create(alias="alias/orders")
    async with running(shop, shop) as pilot:
        await press(pilot, "K", "m", "o")
        select = find(pilot, Select)
        select.value = "other"
        await press(pilot, "ctrl+s")
        assert "Which key?" in shown(pilot, "#drawer-error")
        find(pilot, Input, "#other").focus()
        await settle(pilot)
        await type_text(pilot, "alias/none")
        await press(pilot, "ctrl+s")
        assert "NotFoundException" in shown(pilot, "#drawer-error")
        assert not Path("orders.crypto.toml").exists()
        await press(pilot, "escape", "o")
        assert find(pilot, Input, "#other").value == "alias/none"
        select = find(pilot, Select)
        select.value = key.arn
        await settle(pilot)
        await press(pilot, "ctrl+s")
        assert "▣ items sealed: kms" in screen_text(pilot)
        await press(pilot, "m")
        assert "used by 1 table" in screen_text(pilot)
    assert not Path("orders.key").exists()


# The browser.


async def test_sealed_items_are_shown_sealed_and_opened_on_request(sealed: Engine) -> None:
    async with running(sealed, sealed) as pilot:
        assert "▣ sealed 32 B" in screen_text(pilot)
        assert CARD not in screen_text(pilot)
        await press(pilot, "enter")
        line = shown(pilot, "#item-seal")
        assert line == ("▣ sealed: not checked · s opens it by orders.crypto.toml · unsigned: seen")
        await press(pilot, "s")
        assert "✓ sealed: verified, and shown opened" in shown(pilot, "#item-seal")
        assert CARD in screen_text(pilot)
        await press(pilot, "s")
        assert CARD not in screen_text(pilot)
        await press(pilot, "s")
        assert CARD in screen_text(pilot)
        grid_of(pilot).focus()
        await press(pilot, "down")
        assert CARD not in screen_text(pilot)
        assert "not checked" in shown(pilot, "#item-seal")


async def test_a_refused_item_is_never_shown_opened(sealed: Engine) -> None:
    _spoil(sealed)
    async with running(sealed, sealed) as pilot:
        await _go_to(pilot, "order-0")
        await press(pilot, "s")
        assert shown(pilot, "#item-seal").startswith("✗ refused, and not opened: no tag is right")
        panel = find(pilot, ItemPanel)
        assert panel.item == grid_of(pilot).item
        for _ in range(4):
            assert CARD not in screen_text(pilot)
            await press(pilot, "m")
        await press(pilot, "e")
        assert not isinstance(pilot.app.screen, EditorScreen)
        assert "Nothing of it can be changed" in shown(pilot, "#status")


async def test_without_a_configuration_nothing_is_opened_or_edited(sealed: Engine) -> None:
    Path("orders.crypto.toml").unlink()
    async with running(sealed, sealed) as pilot:
        await press(pilot, "enter", "s")
        assert "is not in this folder" in notices(pilot)[-1]
        for key in ("e", "i"):
            await press(pilot, key)
            assert not isinstance(pilot.app.screen, EditorScreen)
            assert "A change would break the seal" in shown(pilot, "#status")
        grid_of(pilot).focus()
        await press(pilot, "O")
        assert not isinstance(pilot.app.screen, EditorScreen)


async def test_a_key_that_is_disabled_opens_nothing(shop: Engine) -> None:
    key = shop.keys.create(alias="alias/orders")
    _configure(shop, "alias/orders")
    _seal_all(shop)
    shop.keys.disable(key.key_id)
    async with running(shop, shop) as pilot:
        await press(pilot, "enter", "s")
        assert shown(pilot, "#item-seal").startswith("✗ refused, and not opened: the key store")
        assert CARD not in screen_text(pilot)


async def test_a_sealed_item_is_edited_opened_and_written_sealed(sealed: Engine) -> None:
    client = Recorder(sealed)
    async with running(client, sealed) as pilot:
        await _go_to(pilot, "order-1")
        await press(pilot, "e")
        area = find(pilot, JsonArea)
        assert CARD in area.text
        assert HEADER not in area.text
        assert "sealed before it is sent" in shown(pilot, "#editor-line")
        area.text = area.text.replace(CARD, "0000")
        await press(pilot, "ctrl+s")
        assert isinstance(pilot.app.screen, ReviewScreen)
        assert f"was {CARD}" in screen_text(pilot)
        assert '"0000"' not in find(pilot, TextView, "ReviewScreen TextView").text
        await press(pilot, "ctrl+s")
        assert notices(pilot)[-1].startswith("Changed: PutItem")
        assert "0000" not in screen_text(pilot)
    assert _opened(sealed, 1)["card"] == {"S": "0000"}
    assert is_sealed(_stored(sealed, 1))
    assert not client.requests("UpdateItem")


async def test_a_sealed_item_that_somebody_changed_is_not_written_over(sealed: Engine) -> None:
    async with running(sealed, sealed) as pilot:
        await _go_to(pilot, "order-1")
        await press(pilot, "e")
        area = find(pilot, JsonArea)
        area.text = area.text.replace(CARD, "0000")
        await press(pilot, "ctrl+s")
        sealed.call(
            "PutItem", {"TableName": "orders", "Item": _stored(sealed, 1) | {"seen": {"N": "9"}}}
        )
        await press(pilot, "ctrl+s")
        assert "ConditionalCheckFailedException" in shown(pilot, "#drawer-error")
    assert _opened(sealed, 1)["card"] == {"S": CARD}


async def test_new_items_are_sealed_where_there_is_a_configuration(sealed: Engine) -> None:
    client = Recorder(sealed)
    async with running(client, sealed) as pilot:
        await press(pilot, "o")
        find(
            pilot, JsonArea
        ).text = '{"id": {"S": "new"}, "card": {"S": "1111"}, "odd": {"S": "x"}}'
        await press(pilot, "ctrl+s")
        assert "no action for the attribute odd" in shown(pilot, "#drawer-error")
        find(pilot, JsonArea).text = '{"id": {"S": "new"}, "card": {"S": "1111"}}'
        await press(pilot, "ctrl+s", "ctrl+s")
        await _go_to(pilot, "order-2")
        grid_of(pilot).focus()
        await press(pilot, "O")
        area = find(pilot, JsonArea)
        area.text = area.text.replace("order-2", "order-9")
        await press(pilot, "ctrl+s", "ctrl+s")
    assert _opened(sealed, 9)["card"] == {"S": CARD}
    for request in client.requests("PutItem"):
        assert is_sealed(request["Item"])
        assert list(request["Item"]["card"]) == ["B"]


async def test_a_row_of_a_statement_is_shown_sealed_and_not_opened(sealed: Engine) -> None:
    async with running(sealed, sealed) as pilot:
        await press(pilot, "p")
        await type_text(pilot, "SELECT * FROM orders WHERE id = 'order-0'")
        await press(pilot, "f5")
        assert "▣ seal 208 B" in screen_text(pilot)
        assert CARD not in screen_text(pilot)
        find(pilot, ResultGrid).focus()
        await press(pilot, "enter")
        assert "▣ sealed: not checked" in screen_text(pilot)


async def test_a_plain_item_among_sealed_ones_is_told(sealed: Engine) -> None:
    sealed.call("PutItem", {"TableName": "orders", "Item": {"id": {"S": "plain"}}})
    async with running(sealed, sealed) as pilot:
        await _go_to(pilot, "plain")
        assert shown(pilot, "#item-seal").startswith("▲ not sealed")
        assert "s Seal" in screen_text(pilot)
        await press(pilot, "s")
        assert "✗ refused, and not opened: it is plain" in shown(pilot, "#item-seal")


# From both sides, and all items at once.


async def test_an_item_from_both_sides(sealed: Engine) -> None:
    _spoil(sealed)
    async with running(sealed, sealed) as pilot:
        await press(pilot, "K", "m", "enter")
        assert isinstance(pilot.app.screen, OutsiderScreen)
        seen: dict[str, str] = {}
        for _ in range(3):
            title = shown(pilot, "#drawer-title")
            await press(pilot, "y")
            key = next(f"order-{n}" for n in range(3) if f"order-{n}" in title)
            seen[key] = app_of(pilot).clipboard + shown(pilot, "#outsider-seal")
            await press(pilot, "n")
        assert len(seen) == 3
        assert "✗ refused" in seen.pop("order-0")
        for text in seen.values():
            assert f"card\t▣ sealed 32 B\t{CARD}" in text
            assert "✓ sealed: verified" in text
        await press(pilot, "N", "escape")
        assert "orders" in screen_text(pilot)


async def test_all_items_are_sealed_and_verified(shop: Engine) -> None:
    _configure(shop)
    async with running(shop, shop) as pilot:
        await press(pilot, "K", "m", "S")
        assert isinstance(pilot.app.screen, CommandScreen)
        assert find(pilot, TextView).text == "dyntui encrypt-table orders"
        await press(pilot, "escape", "V")
        assert "✗ orders: 3 items: 3 plain, 3 are not right" in notices(pilot)[-1]
        await press(pilot, "S", "ctrl+s")
        assert "✓ orders: 3 items sealed, 0 passed over" in notices(pilot)[-1]
        await press(pilot, "V")
        assert "✓ orders: 3 items: 3 sealed, all are right" in notices(pilot)[-1]
        assert "all are right" in screen_text(pilot)
        _spoil(shop)
        await press(pilot, "V")
        assert "id order-0: no tag is right" in screen_text(pilot)
        await press(pilot, "K")
        assert "▣ sealed 32 B" in screen_text(pilot)
        assert CARD not in screen_text(pilot)


async def test_nothing_is_verified_without_a_configuration(shop: Engine) -> None:
    async with running(shop, shop) as pilot:
        await press(pilot, "K", "m", "V")
        assert "No orders.crypto.toml is here" in notices(pilot)[-1]
        await press(pilot, "S")
        assert not isinstance(pilot.app.screen, CommandScreen)
        await press(pilot, "enter")
        assert "not sealed: an outsider sees all of it" in shown(pilot, "#outsider-seal")


# Pictures.


SCENES = (
    Scene("browser", ("enter",)),
    Scene("opened", ("enter", "s")),
    Scene("outsider", ("K", "m", "enter")),
    Scene("tables", ("K", "m", "V")),
)


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["small", "large"])
@pytest.mark.parametrize("scene", SCENES, ids=[scene.name for scene in SCENES])
def test_screen(snap_compare: Compare, sealed: Engine, scene: Scene, size: tuple[int, int]) -> None:
    _spoil(sealed, 1)
    assert snap_compare(make_app(sealed, sealed), terminal_size=size, run_before=scene.play)


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["small", "large"])
def test_wizard(snap_compare: Compare, shop: Engine, size: tuple[int, int]) -> None:
    scene = Scene("wizard", ("K", "m", "o", "down", "space"))
    assert snap_compare(make_app(shop, shop), terminal_size=size, run_before=scene.play)
