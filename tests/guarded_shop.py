"""A shop whose tables are under keys and whose orders are sealed: what Security shows of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import chdir, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

from dyntui.core.connection.connect import Connection
from dyntui.core.connection.session import Session
from dyntui.core.security.crypto_place import config_of, config_path
from dyntui.core.security.crypto_setup import Choices, suggested, write_setup
from dyntui.core.security.sealed_tables import seal_table
from dyntui.core.tables.schema import TableInfo
from engine import Engine
from engine.clock import VirtualClock

DAY_S = 86_400
ORDERS = "orders"
_ORDERS = (
    ("1001", "ada@example.org", "12 Dorset Street, London", "4711 0815 1234", "84.50", "open"),
    ("1002", "grace@example.org", "3 Vassar Road, Arlington", "4711 2204 9981", "12.00", "paid"),
    ("1003", "alan@example.org", "78 High Street, Hampton", "4711 7312 0046", "230.99", "paid"),
)


class Ids:
    """Ids of keys that are the same every time."""

    def __init__(self) -> None:
        self._count = 0

    def __call__(self) -> str:
        """The next one."""
        self._count += 1
        return f"1234abcd-12ab-34cd-56ef-{self._count:012}"


@contextmanager
def guarded_shop(clock: VirtualClock) -> Iterator[Engine]:
    """The shop, while the working folder is one that holds the configuration of its orders."""
    with (
        TemporaryDirectory() as folder,
        chdir(folder),
        patch("engine.security.keys.uuid4", Ids()),
        Engine.in_memory(clock=clock) as engine,
    ):
        _make_keys_and_tables(engine, clock)
        _seal_orders(engine)
        yield engine


def _make_keys_and_tables(engine: Engine, clock: VirtualClock) -> None:
    keys = engine.keys
    clock.advance(-40 * DAY_S)
    orders = keys.create("orders and their customers", "alias/orders")
    cards = keys.create("", "alias/cards")
    clock.advance(38 * DAY_S)
    keys.rotate(orders.key_id)
    keys.schedule_deletion(keys.create("of the old shop").key_id, 12)
    clock.advance(2 * DAY_S)
    _create(engine, ORDERS, {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": orders.arn})
    _create(engine, "payments", {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": cards.arn})
    _create(engine, "sessions", {"Enabled": True})
    _create(engine, "stock", None)
    keys.disable(cards.key_id)
    for order, customer, address, card, total, status in _ORDERS:
        item = {
            "id": {"S": order},
            "customer": {"S": customer},
            "address": {"S": address},
            "card": {"S": card},
            "total": {"N": total},
            "status": {"S": status},
        }
        engine.put_item(TableName=ORDERS, Item=item)


def _create(engine: Engine, name: str, encryption: dict[str, Any] | None) -> None:
    engine.create_table(
        TableName=name,
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
        **({} if encryption is None else {"SSESpecification": encryption}),
    )


def _seal_orders(engine: Engine) -> None:
    """Encrypt who ordered what; anybody may read the status, nobody may change it."""
    choices = Choices(sign=["status", "total"], unsigned=[], signature=False)
    table = TableInfo.from_description(engine.describe_table(TableName=ORDERS)["Table"])
    items = engine.scan(TableName=ORDERS)["Items"]
    write_setup(config_path(ORDERS), suggested(table, items, choices), choices)
    config = config_of(table)
    assert config is not None, Path.cwd()
    connection = Connection(engine, engine, engine.region, None)
    session = Session(connection.client, engine.region)
    seal_table(session, connection, ORDERS, config, lambda _: None, lambda: False)
