"""Requests that are given up: whoever asked waits no longer than wanted."""

from __future__ import annotations

import threading
from contextvars import copy_context

import pytest

from dyntui.app import DyntuiApp
from dyntui.core.browse.bulk import write_all
from dyntui.core.browse.writes import delete_item
from dyntui.core.connection.connect import Connection, Remote, connect
from dyntui.core.connection.giving_up import GivingUpClient, ends_with
from dyntui.core.connection.session import Session
from dyntui.core.tables.schema import TableInfo
from engine import Context, Engine
from engine.client.protocol import OWNER, Client, Json
from engine.client.remote import RemoteClient
from engine.errors import ConnectionFailed, ResourceNotFoundException
from tests.dyntui.app.driving import LARGE, press_on, screen_text, settle, until
from tests.dyntui.remote.conftest import DEFINITION

HELD_S_MAX = 30.0


class Mute:
    """Answers one operation only when the test has ended."""

    def __init__(self, client: Client, operation: str) -> None:
        self._client = client
        self._operation = operation
        self.asked = threading.Event()
        self.released = threading.Event()
        self.ran_out = False

    def call(self, operation: str, request: Json, context: Context = OWNER) -> Json:
        """Wait, or pass the request on."""
        if operation == self._operation:
            self.asked.set()
            self.ran_out |= not self.released.wait(HELD_S_MAX)
        return self._client.call(operation, request, context)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Once it is cancelled no answer is waited for."""
    monkeypatch.setattr("dyntui.core.connection.giving_up._WAITS_MAX", 1)
    monkeypatch.setattr("dyntui.core.connection.giving_up._WAIT_S", 0.001)


def test_answers_and_errors_are_passed_on(engine: Engine) -> None:
    client = GivingUpClient(engine)
    asked = Context(cancelled=lambda: False)
    assert client.call("ListTables", {}, asked) == client.call("ListTables", {})
    with pytest.raises(ResourceNotFoundException):
        client.call("Scan", {"TableName": "nowhere"}, asked)


@pytest.mark.usefixtures("impatient")
def test_what_is_cancelled_is_given_up(engine: Engine) -> None:
    mute = Mute(engine, "ListTables")
    with pytest.raises(ConnectionFailed, match="ListTables was given up before an answer came"):
        GivingUpClient(mute).call("ListTables", {}, Context(cancelled=mute.asked.is_set))
    mute.released.set()


@pytest.mark.usefixtures("impatient")
def test_what_a_job_asks_for_is_given_up_with_the_job(engine: Engine) -> None:
    mute = Mute(engine, "ListTables")

    def job() -> None:
        ends_with(mute.asked.is_set)
        with pytest.raises(ConnectionFailed, match="given up"):
            GivingUpClient(mute).call("ListTables", {})

    copy_context().run(job)
    mute.released.set()


@pytest.mark.usefixtures("impatient")
def test_a_write_that_is_given_up_counts_as_failed(engine: Engine) -> None:
    engine.create_table(**DEFINITION)
    info = TableInfo.from_description(engine.describe_table(TableName="orders")["Table"])
    mute = Mute(engine, "DeleteItem")
    session = Session(GivingUpClient(mute), "us-east-1")
    writes = [delete_item(info, {"id": {"N": "1"}})]
    result = write_all(session.call, writes, mute.asked.is_set, lambda _: None)
    mute.released.set()
    assert (len(result.failed), "may have been carried out" in str(result.error)) == (1, True)


def test_a_remote_is_given_up_and_a_folder_is_not(address: str, engine: Engine) -> None:
    with connect(remote=Remote(address)) as connection:
        assert any(isinstance(one, GivingUpClient) for one in layers(connection.client))
    local = Connection(engine, engine, engine.region, None)
    assert not any(isinstance(one, GivingUpClient) for one in layers(local.client))


def layers(client: Client) -> list[Client]:
    """A client and those inside of it."""
    found = [client]
    while (inner := getattr(found[-1], "inner", None)) is not None:
        found.append(inner)
    return found


@pytest.mark.usefixtures("impatient")
async def test_the_app_ends_while_a_remote_does_not_answer(address: str, engine: Engine) -> None:
    engine.create_table(**DEFINITION)
    mute = Mute(engine, "Scan")
    remote = RemoteClient(endpoint_url=address)
    connection = Connection(GivingUpClient(mute), None, "us-east-1", None, remote=remote)
    app = DyntuiApp(connection)
    async with app.run_test(size=LARGE) as pilot:
        await until(pilot, mute.asked.is_set)
        await press_on(pilot, "escape")
        await settle(pilot)
        assert "orders" in screen_text(pilot)
        await press_on(pilot, "R")
    # All threads that it waits for have ended, and nobody has answered.
    assert not mute.ran_out
    mute.released.set()
