"""Reads and writes held to a rate: nothing beyond it, whoever shares it."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dyntui.core.connection.rate_limit import RateLimit, RateLimitedClient
from dyntui.core.connection.segments import segment_pages
from engine import Context, Engine, Settings, VirtualClock
from engine.client.protocol import OWNER, Json
from engine.errors import ApiError, InternalServerError, RequestCancelled

ITEMS = 300


class SharedClock(VirtualClock):
    """A virtual clock that several threads move: one sleeps as long as it says, none less."""

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.Lock()

    def advance(self, seconds: float) -> None:
        """Let `seconds` pass."""
        with self._lock:
            super().advance(seconds)


class Metered:
    """A Client that notes when which units were consumed."""

    def __init__(self, engine: Engine, clock: VirtualClock) -> None:
        self._engine = engine
        self._clock = clock
        self.consumed: list[tuple[float, float]] = []
        self.requests: list[Json] = []

    def call(self, operation: str, request: Json, context: Context = OWNER) -> Json:
        """The engine's answer."""
        answer = self._engine.call(operation, request, context)
        self.requests.append(request)
        told = answer.get("ConsumedCapacity") or {}
        total = told if isinstance(told, dict) else told[0]
        self.consumed.append((self._clock.monotonic_s(), total.get("CapacityUnits", 0.0)))
        return answer

    def most_in_a_second(self) -> float:
        """The most units of any second."""
        return max(
            sum(units for at, units in self.consumed if start <= at < start + 1)
            for start, _ in self.consumed
        )


@pytest.fixture
def engine() -> Iterator[Engine]:
    """A table `films` of 300 items of 2 KB."""
    with Engine.in_memory() as opened:
        opened.create_table(
            TableName="films",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        text = {"S": "x" * 2_000}
        opened.load_items("films", ({"id": {"S": str(n)}, "text": text} for n in range(ITEMS)))
        yield opened


def scanned(client: RateLimitedClient, segments: int) -> int:
    """How many items a scan in segments finds."""
    pages = segment_pages(
        lambda request, cancelled: client.call("Scan", request, Context(cancelled=cancelled)),
        {"TableName": "films"},
        segments,
    )
    return sum(page["Count"] for page in pages)


@pytest.mark.parametrize("segments", [1, 4])
@pytest.mark.parametrize("rate", [2.0, 20.0])
def test_segments_together_keep_to_the_rate(engine: Engine, segments: int, rate: float) -> None:
    clock = SharedClock()
    metered = Metered(engine, clock)
    client = RateLimitedClient(metered, reads=RateLimit(rate, clock, clock.advance))
    assert scanned(client, segments) == ITEMS
    consumed = sum(units for _, units in metered.consumed)
    assert consumed >= ITEMS * 2_000 / 8_192
    assert consumed <= rate * clock.monotonic_s() + 1e-6
    if segments == 1:
        # A second holds at most its own units, and the page that was paid for before it began.
        assert metered.most_in_a_second() <= rate + max(rate / 4, 0.5) + 0.5


@pytest.mark.parametrize("segments", [1, 3])
def test_a_scan_at_the_rate_of_its_table_is_never_throttled(segments: int) -> None:
    clock = SharedClock()
    with Engine.in_memory(settings=Settings(throttling="enforce"), clock=clock) as engine:
        engine.create_table(
            TableName="films",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            ProvisionedThroughput={"ReadCapacityUnits": 5, "WriteCapacityUnits": 5},
        )
        text = {"S": "x" * 2_000}
        engine.load_items("films", ({"id": {"S": str(n)}, "text": text} for n in range(ITEMS)))
        client = RateLimitedClient(engine, reads=RateLimit(5, clock, clock.advance))
        assert scanned(client, segments) == ITEMS
        assert clock.monotonic_s() < ITEMS / 4 / 5 * 1.5


def test_a_page_is_no_larger_than_a_quarter_of_a_second(engine: Engine) -> None:
    clock = VirtualClock()
    metered = Metered(engine, clock)
    client = RateLimitedClient(metered, reads=RateLimit(8, clock, clock.advance))
    scanned(client, 1)
    assert max(units for _, units in metered.consumed) <= 2.5
    assert len(metered.consumed) < 60


def test_what_the_answer_does_not_have_to_tell_is_not_told(engine: Engine) -> None:
    clock = VirtualClock()
    client = RateLimitedClient(engine, reads=RateLimit(50, clock, clock.advance))
    assert "ConsumedCapacity" not in client.call("Scan", {"TableName": "films"})
    request = {"TableName": "films", "ReturnConsumedCapacity": "INDEXES", "Limit": 7}
    answer = client.call("Scan", request)
    assert answer["ConsumedCapacity"]["Table"] == {"CapacityUnits": 2.0}
    assert answer["ScannedCount"] == 7


def test_statements_are_limited_as_reads_or_as_writes(engine: Engine) -> None:
    clock = VirtualClock()
    client = RateLimitedClient(
        engine,
        reads=RateLimit(1, clock, clock.advance),
        writes=RateLimit(0.5, clock, clock.advance),
    )
    client.call("ExecuteStatement", {"Statement": "SELECT * FROM films WHERE id = '1'"})
    assert clock.monotonic_s() == pytest.approx(0.5)
    client.call("ExecuteStatement", {"Statement": "DELETE FROM films WHERE id = '1'"})
    # Two seconds for the unit it was expected to cost; it cost two, so the next waits for that.
    assert clock.monotonic_s() == pytest.approx(2.5)
    client.call("DeleteItem", {"TableName": "films", "Key": {"id": {"S": "none"}}})
    assert clock.monotonic_s() == pytest.approx(6.5)


def test_a_page_of_a_size_that_was_asked_for_is_paid_for_afterwards(engine: Engine) -> None:
    clock = VirtualClock()
    client = RateLimitedClient(engine, reads=RateLimit(1, clock, clock.advance))
    request = {"TableName": "films", "Limit": 100}
    client.call("Scan", request)
    assert clock.monotonic_s() == pytest.approx(0.5)
    client.call("Scan", request)
    # 100 items of 2 KB, eventually consistent, twice.
    assert clock.monotonic_s() == pytest.approx(50, abs=3)


@pytest.mark.parametrize(
    ("operation", "request_"),
    [
        ("BatchGetItem", {"RequestItems": {"films": {"Keys": [{"id": {"S": "1"}}]}}}),
        ("BatchExecuteStatement", {"Statements": [{"Statement": "SELECT * FROM films"}]}),
    ],
)
def test_batches_are_limited(operation: str, request_: Json, engine: Engine) -> None:
    clock = VirtualClock()
    client = RateLimitedClient(engine, reads=RateLimit(1, clock, clock.advance))
    client.call(operation, request_)
    assert clock.monotonic_s() == pytest.approx(0.5)


def test_what_is_no_read_is_not_held_up(engine: Engine) -> None:
    clock = VirtualClock()
    client = RateLimitedClient(engine, reads=RateLimit(0.01, clock, clock.advance))
    client.call("DescribeTable", {"TableName": "films"})
    client.call("PutItem", {"TableName": "films", "Item": {"id": {"S": "new"}}})
    assert clock.monotonic_s() == 0


def test_a_cancelled_request_waits_no_longer(engine: Engine) -> None:
    clock = VirtualClock()
    client = RateLimitedClient(engine, reads=RateLimit(0.01, clock, clock.advance))
    context = Context(cancelled=lambda: clock.monotonic_s() > 1)
    with pytest.raises(RequestCancelled):
        client.call("Scan", {"TableName": "films"}, context)
    assert clock.monotonic_s() < 2


def test_an_error_of_one_segment_ends_the_scan(engine: Engine) -> None:
    def call(request: Json, cancelled: object) -> Json:
        del cancelled
        if request["Segment"] == 2:
            raise InternalServerError("broken")
        return engine.call("Scan", request)

    with pytest.raises(ApiError, match="broken"):
        list(segment_pages(call, {"TableName": "films", "Limit": 1}, 4))


def test_who_has_seen_enough_ends_the_threads(engine: Engine) -> None:
    before = threading.active_count()
    pages = segment_pages(
        lambda request, _: engine.call("Scan", request), {"TableName": "films", "Limit": 1}, 4
    )
    assert next(iter(pages))["Count"] in (0, 1)
    pages.close()
    assert threading.active_count() == before


@given(st.integers(0, 12), st.integers(2, 5))
def test_what_was_left_is_read_later_and_nothing_twice(pages_seen: int, segments: int) -> None:
    with Engine.in_memory() as engine:
        engine.create_table(
            TableName="films",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        engine.load_items("films", ({"id": {"S": str(n)}} for n in range(20)))

        def call(request: Json, cancelled: object) -> Json:
            del cancelled
            return engine.call("Scan", request)

        request = {"TableName": "films", "Limit": 3}
        left: dict[int, Json | None] = dict.fromkeys(range(segments))
        found: list[str] = []
        pages = segment_pages(call, request, segments, left)
        for _, page in zip(range(pages_seen + 1), pages, strict=False):
            found += [item["id"]["S"] for item in page["Items"]]
        pages.close()
        # The page at which it was left was given, and is not known to be done with.
        last = {item["id"]["S"] for item in page["Items"]}
        for page in segment_pages(call, request, segments, left):
            found += [item["id"]["S"] for item in page["Items"]]
        assert not left
        twice = [one for one in found if found.count(one) > 1]
        assert set(twice) <= last
        assert sorted(set(found), key=int) == [str(n) for n in range(20)]


@given(
    st.floats(0.5, 100),
    st.lists(st.tuples(st.floats(0.1, 50), st.floats(0.1, 50)), min_size=1, max_size=30),
)
def test_all_that_was_told_is_paid_for(rate: float, requests: list[tuple[float, float]]) -> None:
    clock = VirtualClock()
    limit = RateLimit(rate, clock, clock.advance)
    for expected, consumed in requests:
        limit.take(expected)
        limit.settle(expected, consumed)
    limit.take(0.0)
    assert clock.monotonic_s() * rate >= sum(units for _, units in requests) * (1 - 1e-9)
