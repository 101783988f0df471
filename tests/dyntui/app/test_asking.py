"""Requests of a connection say why they come, and what they consume is counted once."""

from __future__ import annotations

from dyntui.core.connection.connect import Connection
from dyntui.core.connection.session import Session
from engine import Context, Engine
from engine.client.protocol import OWNER, Json
from tests.dyntui.app.driving import Recorder, film

FILM = {"id": {"S": "film-0001"}}


class Noted(Recorder):
    """A Client that writes down why it is asked."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self.origins: list[str] = []

    def call(self, operation: str, request: Json, context: Context = OWNER) -> Json:
        """Pass the request on."""
        self.origins.append(context.origin)
        return super().call(operation, request, context)


def test_what_goes_past_the_session_is_counted_with_what_it_asks_for(engine: Engine) -> None:
    client = Noted(engine)
    connection = Connection(client, engine, engine.region, None)
    session = Session(connection.client, engine.region, asking=connection.asking)
    session.call("GetItem", {"TableName": "films", "Key": FILM})
    connection.client.call("GetItem", {"TableName": "films", "Key": FILM, "ConsistentRead": True})
    batch = {"films": [{"PutRequest": {"Item": film(9_000 + n)}} for n in range(3)]}
    answer = connection.client.call("BatchWriteItem", {"RequestItems": batch})
    assert "ConsumedCapacity" not in answer
    assert (session.asking.read_units, session.asking.write_units > 2) == (1.5, True)
    connection.client.call("DescribeTable", {"TableName": "films"}, Context(origin="load test"))
    assert client.origins == ["person", "person", "person", "load test"]


def test_a_connection_that_nobody_counts_asks_as_it_was_asked(engine: Engine) -> None:
    client = Noted(engine)
    connection = Connection(client, engine, engine.region, None)
    request: Json = {"TableName": "films", "Key": FILM}
    connection.client.call("GetItem", request)
    assert (client.calls, client.origins) == ([("GetItem", request)], ["script"])
    assert connection.asking.read_units == 0


def test_a_session_of_its_own_counts_for_itself(engine: Engine) -> None:
    first, second = Session(engine, engine.region), Session(engine, engine.region)
    first.call("GetItem", {"TableName": "films", "Key": FILM})
    assert (first.asking.read_units, second.asking.read_units) == (0.5, 0.0)


def test_a_bulk_load_stands_in_the_history_as_what_the_person_did(engine: Engine) -> None:
    pitr = {"PointInTimeRecoveryEnabled": True}
    engine.update_continuous_backups(TableName="films", PointInTimeRecoverySpecification=pitr)
    connection = Connection(engine, engine, engine.region, None)
    connection.tools.load_items("films", [film(9_000)])
    Session(connection.client, engine.region, asking=connection.asking)
    connection.tools.load_items("films", [film(9_001)])
    assert [change.cause for change in engine.history("films")] == ["person", "script"]
