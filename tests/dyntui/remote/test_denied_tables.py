"""A table that may be listed but not described is left out, and that is told."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pytest

from dyntui.app import DyntuiApp
from dyntui.cli.exits import OK
from dyntui.core.connection.connect import Remote, connect
from dyntui.widgets.table_list import TableTree
from engine import Engine
from engine.errors import AccessDeniedException
from tests.dyntui.app.driving import LARGE, find, notices, settle
from tests.dyntui.remote.conftest import DEFINITION
from tests.dyntui.remote.test_command_line import run
from tests.engine.client.wire_server import serving

SECRET = "secret"
TOLD = "1 table left out: DescribeTable is denied for secret"


class Denying:
    """An engine that lets nobody describe one of its tables."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engine, name)

    def call_wire(self, operation: str, body: bytes) -> bytes:
        """See `Engine.call_wire`."""
        if operation == "DescribeTable" and SECRET.encode() in body:
            raise AccessDeniedException("not authorized to perform: dynamodb:DescribeTable")
        return self._engine.call_wire(operation, body)


@pytest.fixture
def address(engine: Engine) -> Iterator[str]:
    """Where that engine answers."""
    for name in ("orders", SECRET):
        engine.create_table(**DEFINITION | {"TableName": name})
    denying: Any = Denying(engine)
    with serving(denying) as url:
        yield url


pytestmark = pytest.mark.usefixtures("neutral")


def test_a_command_lists_the_others(capsys: pytest.CaptureFixture[str], address: str) -> None:
    ended = run(capsys, "ls", "-o", "csv", "--endpoint-url", address)
    assert (ended.code, ended.err) == (OK, f"{TOLD}\n")
    assert [line.split(",")[0] for line in ended.out.splitlines()] == ["name", "orders"]


def test_a_prompt_lists_the_others(
    capsys: pytest.CaptureFixture[str], address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"\\tables\n")))
    ended = run(capsys, "repl", "--endpoint-url", address)
    assert (ended.code, ended.err) == (OK, f"{TOLD}\n")
    assert ("orders" in ended.out, SECRET in ended.out) == (True, False)


async def test_the_app_lists_the_others(address: str) -> None:
    with connect(remote=Remote(endpoint_url=address)) as connection:
        async with DyntuiApp(connection).run_test(size=LARGE) as pilot:
            await settle(pilot)
            assert [str(node.label) for node in find(pilot, TableTree).root.children] == ["orders"]
            assert notices(pilot) == [TOLD]
