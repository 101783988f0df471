"""A table that is dropped between its listing and its description is listed nowhere."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pytest

from dyntui.app import DyntuiApp
from dyntui.cli.exits import OK
from dyntui.core.connection.connect import Connection, Remote, connect
from dyntui.core.connection.session import Session
from dyntui.core.security.key_check import checked_keys
from dyntui.core.security.overview import read_security
from dyntui.widgets.table_list import TableTree
from engine import Context, Engine
from engine.client.protocol import OWNER, Json
from tests.dyntui.app.driving import LARGE, find, notices, settle
from tests.dyntui.remote.conftest import DEFINITION
from tests.dyntui.remote.test_command_line import run
from tests.engine.client.wire_server import serving

LOST = "lost"


class Dropping:
    """An engine whose table `lost` is dropped by somebody before it is described."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engine, name)

    def call(self, operation: str, request: Json, context: Context = OWNER) -> Json:
        """See `Client.call`."""
        self._drop(operation)
        return self._engine.call(operation, request, context)

    def call_wire(self, operation: str, body: bytes) -> bytes:
        """See `Engine.call_wire`."""
        self._drop(operation)
        return self._engine.call_wire(operation, body)

    def _drop(self, operation: str) -> None:
        if operation == "DescribeTable" and LOST in self._engine.list_tables()["TableNames"]:
            self._engine.delete_table(TableName=LOST)


@pytest.fixture
def address(engine: Engine) -> Iterator[str]:
    """Where an engine answers whose table is dropped."""
    for name in (LOST, "orders"):
        engine.create_table(**DEFINITION | {"TableName": name})
    dropping: Any = Dropping(engine)
    with serving(dropping) as url:
        yield url


pytestmark = pytest.mark.usefixtures("neutral")


def test_a_command_lists_the_others(capsys: pytest.CaptureFixture[str], address: str) -> None:
    ended = run(capsys, "ls", "-o", "csv", "--endpoint-url", address)
    assert (ended.code, ended.err) == (OK, "")
    assert [line.split(",")[0] for line in ended.out.splitlines()] == ["name", "orders"]


def test_a_prompt_lists_the_others(
    capsys: pytest.CaptureFixture[str], address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"\\tables\n")))
    ended = run(capsys, "repl", "--endpoint-url", address)
    assert (ended.code, ended.err) == (OK, "")
    assert ("orders" in ended.out, LOST in ended.out) == (True, False)


async def test_the_app_lists_the_others(address: str) -> None:
    with connect(None, None, remote=Remote(address)) as connection:
        app = DyntuiApp(connection)
        async with app.run_test(size=LARGE) as pilot:
            await settle(pilot)
            assert [
                node.data.table for node in find(pilot, TableTree).root.children if node.data
            ] == ["orders"]
            assert notices(pilot) == []


def test_keys_of_the_others_are_looked_at(engine: Engine) -> None:
    key = engine.keys.create()
    sealed = {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key.arn}
    engine.create_table(**DEFINITION | {"TableName": LOST})
    engine.create_table(**DEFINITION, SSESpecification=sealed)
    engine.keys.disable(key.key_id)
    client: Any = Dropping(engine)
    connection = Connection(client, engine, engine.region, None)
    assert checked_keys(connection).problems == [f"orders: its key {key.arn} is Disabled"]
    engine.create_table(**DEFINITION | {"TableName": LOST})
    found = read_security(Session(client, engine.region), connection)
    assert [table.info.name for table in found.tables] == ["orders"]
