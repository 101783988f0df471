"""Gates: what is let in, what is refused and why."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.capacity.buckets import BURST_S, Bucket, Supply
from engine.capacity.demand import SharedDemand
from engine.capacity.draws import Draw
from engine.capacity.gate import Gate, OnDemand, Provision
from engine.capacity.purses import MemoryStates
from engine.capacity.refusals import Kind, Limit, Refusal
from engine.capacity.splits import Split
from engine.errors import ProvisionedThroughputExceededException, ThrottlingException
from engine.storage.catalog import Index, KeyAttribute, Table
from engine.storage.keys import collection_prefix
from engine.storage.partitions import PartitionMap

SECOND_US = 1_000_000
START_US = 1_700_000_000 * SECOND_US
ARN = "arn:aws:dynamodb:us-east-1:000000000000:table/orders"


def table_of(partitions: PartitionMap) -> Table:
    """A table `orders` with a global index `by-day`, both with these partitions."""
    id_key, day = KeyAttribute("id", "S"), KeyAttribute("day", "S")
    by_day = Index("by-day", True, 2, (day,), (), "ALL", (), partition_map=partitions)
    return Table("orders", "t", 1, id_key, None, (by_day,), START_US, {}, partition_map=partitions)


def no_split(_split: Split) -> None:
    """Nothing is split here."""


def key_of(text: str) -> bytes:
    """The encoded key of a text."""
    return collection_prefix([text.encode()])


def gate_of(
    units: float,
    *,
    states: MemoryStates | None = None,
    partitions: int = 1,
    index: str | None = None,
) -> Gate:
    """The gate of a resource that is provisioned with so many units of each kind."""
    provisions = {kind: Provision(units) for kind in Kind}
    table = table_of(PartitionMap.even(partitions))
    owner = None if index is None else table.index(index)
    return Gate(states or MemoryStates(), "orders", table, owner, provisions, no_split)


def on_demand_gate(warm: float, maximum: float | None) -> Gate:
    """The gate of a table on demand."""
    states = MemoryStates()
    demands = {
        kind: OnDemand(SharedDemand(states, f"orders/{kind}/demand", warm), maximum)
        for kind in Kind
    }
    return Gate(states, "orders", table_of(PartitionMap.even(4)), None, demands, no_split)


def admitted(gate: Gate, kind: Kind, key: bytes, units: float, now_us: int) -> bool:
    """Ask and, where let in, pay."""
    if gate.refusal(kind, key, now_us) is not None:
        return False
    draw = Draw(None, key, units, round(units * 1_024))
    gate.charge(kind, draw, now_us)
    return True


def test_ten_units_a_second_let_ten_writes_in_each_second() -> None:
    gate = gate_of(10)
    for second in range(5):
        now_us = START_US + second * SECOND_US
        let_in = [admitted(gate, Kind.WRITE, key_of(f"{n}"), 1.0, now_us) for n in range(15)]
        assert let_in == [True] * 10 + [False] * 5


def test_five_quiet_minutes_are_spent_at_once_and_no_more() -> None:
    gate = gate_of(10)
    assert admitted(gate, Kind.WRITE, key_of("a"), 10.0, START_US)
    later_us = START_US + 1_000 * SECOND_US
    let_in = []
    for second in range(5):
        now_us = later_us + second * SECOND_US
        let_in.append(
            sum(admitted(gate, Kind.WRITE, key_of("a"), 1.0, now_us) for _ in range(2_000))
        )
    # A partition gives 1,000 units a second, whatever was saved.
    assert let_in == [1_000, 1_000, 1_000, 30, 10]
    assert sum(let_in) == 10 * (BURST_S + 4)


def test_reads_and_writes_have_units_of_their_own() -> None:
    gate = gate_of(5)
    assert admitted(gate, Kind.WRITE, key_of("a"), 5.0, START_US)
    assert not admitted(gate, Kind.WRITE, key_of("a"), 1.0, START_US)
    assert admitted(gate, Kind.READ, key_of("a"), 1.0, START_US)


def test_a_hot_partition_is_refused_while_the_others_serve() -> None:
    gate = gate_of(4_000, partitions=4)
    hot, others = key_of("hot"), [key_of(f"{n}") for n in range(100)]
    place = gate.partitions.locate(hot)
    assert sum(admitted(gate, Kind.WRITE, hot, 1.0, START_US) for _ in range(1_500)) == 1_000
    refusal = gate.refusal(Kind.WRITE, hot, START_US)
    words = f"partition {place + 1} of 4 is hot: key hot takes 100 % of its writes"
    assert refusal == Refusal(Kind.WRITE, Limit.KEY_RANGE, None, on_demand=False, words=words)
    cold = next(key for key in others if gate.partitions.locate(key) != place)
    assert admitted(gate, Kind.WRITE, cold, 1.0, START_US)


def test_a_hot_partition_may_use_what_the_others_leave() -> None:
    gate = gate_of(1_000, partitions=4)
    assert all(admitted(gate, Kind.WRITE, key_of("hot"), 1.0, START_US) for _ in range(1_000))


@pytest.mark.parametrize(
    ("index", "reason"),
    [
        (None, "TableReadProvisionedThroughputExceeded"),
        ("by-day", "IndexReadProvisionedThroughputExceeded"),
    ],
)
def test_the_error_tells_reason_and_resource(index: str | None, reason: str) -> None:
    gate = gate_of(1, index=index)
    assert admitted(gate, Kind.READ, key_of("a"), 9.0, START_US)
    refusal = gate.refusal(Kind.READ, key_of("a"), START_US)
    assert refusal is not None
    error = refusal.error(ARN)
    assert isinstance(error, ProvisionedThroughputExceededException)
    resource = ARN if index is None else f"{ARN}/index/{index}"
    assert error.members == {"ThrottlingReasons": [{"reason": reason, "resource": resource}]}


@pytest.mark.parametrize(
    ("maximum", "reason"),
    [
        (None, "TableWriteKeyRangeThroughputExceeded"),
        (5.0, "TableWriteMaxOnDemandThroughputExceeded"),
    ],
)
def test_a_table_on_demand_answers_with_an_error_of_its_own(
    maximum: float | None, reason: str
) -> None:
    gate = on_demand_gate(10.0, maximum)
    let_in = sum(admitted(gate, Kind.WRITE, key_of(f"{n}"), 1.0, START_US) for n in range(20))
    assert let_in == (maximum or 10)
    refusal = gate.refusal(Kind.WRITE, key_of("a"), START_US)
    assert refusal is not None
    error = refusal.error(ARN)
    assert isinstance(error, ThrottlingException)
    assert error.members == {"throttlingReasons": [{"reason": reason, "resource": ARN}]}


def test_a_table_on_demand_saves_nothing() -> None:
    gate = on_demand_gate(10.0, None)
    assert admitted(gate, Kind.WRITE, key_of("a"), 1.0, START_US)
    later_us = START_US + 1_000 * SECOND_US
    let_in = sum(admitted(gate, Kind.WRITE, key_of(f"{n}"), 1.0, later_us) for n in range(50))
    assert let_in == 10


@given(
    units=st.integers(1, 20),
    traffic=st.lists(
        st.tuples(st.integers(0, 3), st.integers(0, 1), st.integers(1, 30)), max_size=100
    ),
)
def test_two_processes_get_one_tables_capacity(
    units: int, traffic: list[tuple[int, int, int]]
) -> None:
    states = MemoryStates()
    gates = [gate_of(units, states=states) for _ in range(2)]
    spent, largest, second = 0, 0, 0
    for pause, process, cost in traffic:
        second += pause
        now_us = START_US + second * SECOND_US
        if admitted(gates[process], Kind.WRITE, key_of("a"), cost, now_us):
            spent += cost
            largest = max(largest, cost)
    # Each process may have borrowed a second's units, and overdrawn by one request.
    assert spent <= units * (second + 2) + 2 * largest


def spent_at(gate: Gate, now_us: int) -> int:
    """How many writes of a unit are let in at once."""
    tries = 100
    return sum(admitted(gate, Kind.WRITE, key_of("a"), 1.0, now_us) for _ in range(tries))


@pytest.mark.parametrize("units", [2, 10, 400])
def test_what_one_process_borrowed_another_does_not_lack(units: int) -> None:
    states = MemoryStates()
    one, two = (gate_of(units, states=states) for _ in range(2))
    for _ in range(units // 2):
        assert admitted(one, Kind.WRITE, key_of("a"), 1.0, START_US)
        assert admitted(two, Kind.WRITE, key_of("a"), 1.0, START_US)


@given(
    units=st.integers(1, 20),
    traffic=st.lists(st.tuples(st.integers(0, 3), st.integers(1, 30)), max_size=80),
)
def test_a_process_alone_gets_all_that_is_there(units: int, traffic: list[tuple[int, int]]) -> None:
    # Too short a time to fill a bucket: what one holds beside it would come on top then.
    gate, second = gate_of(units), 0
    bucket, supply = Bucket.new(Supply(units), START_US), Supply(units)
    for pause, cost in traffic:
        second += pause
        now_us = START_US + second * SECOND_US
        bucket.refill(supply, now_us)
        allowed = bucket.units > 0
        assert admitted(gate, Kind.WRITE, key_of("a"), cost, now_us) == allowed
        if allowed:
            bucket.units -= cost


def test_what_was_borrowed_is_given_back() -> None:
    states = MemoryStates()
    one, two = (gate_of(10, states=states) for _ in range(2))
    assert admitted(one, Kind.WRITE, key_of("a"), 1.0, START_US)
    assert spent_at(two, START_US) == 5
    one.close()
    assert spent_at(two, START_US) == 0
    # What has arrived meanwhile is a part of a unit, and lets one more in.
    assert spent_at(two, START_US + 20_000) == 4 + 1
