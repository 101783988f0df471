"""Partitions in virtual time: heat, hot keys, splits, refusals in words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from engine import Engine, Settings, VirtualClock
from engine.client.capacity import Place
from engine.errors import ApiError, ResourceNotFoundException, ValidationException
from engine.operations.partition_heat import ResourceHeat, heat_of
from engine.storage.catalog import Table
from tests.engine.throttling.provisioned import create

Json = dict[str, Any]
TABLE = "orders"


def create_films(engine: Engine, writes: int, **more: Any) -> None:
    """A table of films and their scenes, by genre too, on demand unless provisioned."""
    attributes = {"film": "S", "scene": "N"}
    engine.call(
        "CreateTable",
        {
            "TableName": "films",
            "KeySchema": [
                {"AttributeName": "film", "KeyType": "HASH"},
                {"AttributeName": "scene", "KeyType": "RANGE"},
            ],
            "AttributeDefinitions": [
                {"AttributeName": name, "AttributeType": kind} for name, kind in attributes.items()
            ],
            "ProvisionedThroughput": {"ReadCapacityUnits": 100, "WriteCapacityUnits": writes},
        }
        | more,
    )


def put(engine: Engine, film: str, scene: int, text_bytes: int = 0) -> bool:
    """Put a scene; whether it was let in."""
    item = {"film": {"S": film}, "scene": {"N": str(scene)}, "text": {"S": "x" * text_bytes}}
    try:
        engine.call("PutItem", {"TableName": "films", "Item": item})
    except ApiError:
        return False
    return True


def table_of(engine: Engine, name: str = "films") -> Table:
    """The table as the catalog has it."""
    return engine._region.database.reload_catalog().tables[name]


def heat(engine: Engine, name: str = "films") -> ResourceHeat:
    """The heat of a table whose size is a megabyte."""
    return heat_of(engine._region, table_of(engine, name), None, 1_000_000)


def words_of(engine: Engine, name: str, key: bytes, kind: str = "Write") -> str:
    """Why a request about a key would be refused."""
    from engine.capacity.draws import Draw
    from engine.capacity.refusals import Kind

    meter = engine._region.meter
    refusal = meter.refusal(table_of(engine, name), Kind(kind), [Draw(None, key, 0.0)])
    assert refusal is not None
    return refusal.words


def splits_done(engine: Engine) -> None:
    """Wait until no partition is being split."""
    engine._region.splitter.wait()


def test_hot_keys_are_partition_keys_with_their_share(engine: Engine, clock: VirtualClock) -> None:
    create_films(engine, 4_000)
    for second in range(10):
        for number in range(100):
            film = "movie#tt001" if number < 71 else f"movie#{number}"
            assert put(engine, film, second * 100 + number)
        clock.advance(1)
    hottest = heat(engine).hot_keys[0]
    assert hottest.key == "movie#tt001"
    assert hottest.item_key == {"film": {"S": "movie#tt001"}}
    assert hottest.kind == "Write"
    assert hottest.share == pytest.approx(0.71, abs=0.005)
    assert hottest.units == pytest.approx(71, rel=0.1)
    place = engine.partition_of("films", {"film": {"S": "movie#tt001"}})
    assert (hottest.partition, hottest.partitions) == (place.number, place.count)
    heats = heat(engine).partitions
    assert [one.number for one in heats] == [1, 2, 3, 4, 5]
    assert heats[place.number - 1].writes >= 0.071
    assert (heats[0].low, heats[-1].high) == (0.0, 1.0)
    assert sum(one.size_bytes for one in heats) == 1_000_000
    # Nothing happens for a while, and nothing is hot any more.
    clock.advance(600)
    assert all(one.writes < 0.001 for one in heat(engine).partitions)


def test_a_refusal_tells_the_hot_partition_and_its_key(engine: Engine) -> None:
    create_films(engine, 4_000)
    place = engine.partition_of("films", {"film": {"S": "movie#tt001"}})
    while put(engine, "movie#tt001", 1):
        pass
    key = table_of(engine).key_blob({"film": {"S": "movie#tt001"}, "scene": {"N": "1"}})
    assert words_of(engine, "films", key) == (
        f"partition {place.number} of {place.count} is hot: "
        "key movie#tt001 takes 100 % of its writes"
    )


def test_a_refusal_names_what_has_no_units_left(engine: Engine, clock: VirtualClock) -> None:
    create_films(engine, 3)
    for scene in range(8):
        put(engine, f"film-{scene % 2}", scene)
    key = table_of(engine).key_blob({"film": {"S": "a"}, "scene": {"N": "1"}})
    assert words_of(engine, "films", key) == (
        "the table has no write units left of its 3 a second: key film-0 takes 67 % of its writes"
    )
    clock.advance(3_600)
    assert put(engine, "large", 1, 319_000)
    for _ in range(3):
        put(engine, "large", 2, 319_000)
    assert words_of(engine, "films", key) == (
        "very large items (312 KB) cost 312 units each: "
        "the table has no write units left of its 3 a second"
    )


def test_a_refusal_names_the_index_that_holds_back_its_table(engine: Engine) -> None:
    from engine.capacity.draws import Draw
    from engine.capacity.refusals import Kind

    create(engine, 10, 100, index_writes=1)
    for number in range(3):
        item = {"id": {"S": f"{number}"}, "day": {"S": "Monday"}}
        try:
            engine.call("PutItem", {"TableName": TABLE, "Item": item})
        except ApiError:
            continue
    meter = engine._region.meter
    refusal = meter.refusal(table_of(engine, TABLE), Kind.WRITE, [Draw("by-day", b"", 1.0)])
    assert refusal is not None
    assert refusal.words == (
        "the index by-day has no write units left, which holds back its table's writes: "
        "key Monday takes 100 % of its writes"
    )


def test_a_partition_that_stays_hot_is_split(engine: Engine, clock: VirtualClock) -> None:
    create_films(engine, 4_000)
    before = len(table_of(engine).partitions)
    served = []
    films = [f"f{n}" for n in range(3_000)]
    first = engine.partition_of("films", {"film": {"S": films[0]}}).number
    same = [f for f in films if engine.partition_of("films", {"film": {"S": f}}).number == first]
    keys = [table_of(engine).key_blob({"film": {"S": f}, "scene": {"N": "1"}}) for f in same]
    for _ in range(80):
        served.append(drive(engine, keys, 2_000))
        splits_done(engine)
        clock.advance(1)
    assert len(table_of(engine).partitions) > before
    assert served[10] == 1_000
    assert served[-1] > 1_800
    kept = table_of(engine).partitions.partitions
    children = [partition for partition in kept if partition.parent is not None]
    assert len(children) >= 2
    assert {partition.number for partition in children}.isdisjoint(range(1, before + 1))


def drive(engine: Engine, keys: list[bytes], writes: int) -> int:
    """Draw single write units in turn at keys, which need not be there; gives how many got in."""
    from engine.capacity.draws import Draw
    from engine.capacity.refusals import Kind

    meter, table, let_in = engine._region.meter, table_of(engine), 0
    for number in range(writes):
        draws = [Draw(None, keys[number % len(keys)], 1.0)]
        if meter.refusal(table, Kind.WRITE, draws) is None:
            meter.charge(table, Kind.WRITE, draws)
            let_in += 1
    return let_in


def test_a_hot_key_gets_a_partition_of_its_own(tmp_path: Path, clock: VirtualClock) -> None:
    settings = Settings(throttling="enforce")
    with Engine.open(tmp_path, settings=settings, clock=clock, durability="relaxed") as engine:
        create_films(engine, 4_000)
        table = table_of(engine)
        hot = {"film": {"S": "movie#tt001"}}
        keys = [table.key_blob(hot | {"scene": {"N": str(n)}}) for n in range(10)]
        for _ in range(70):
            drive(engine, keys, 1_000)
            splits_done(engine)
            clock.advance(1)
        partitions = table_of(engine).partitions
        assert len(partitions) == len(table.partitions) + 2
        place = partitions.locate(keys[0])
        assert partitions.keys(place).low == table.key_blob(hot | {"scene": {"N": "0"}})[:-3]
        assert place == partitions.locate(keys[-1])
        # Later its items are parted, as no local index needs them together.
        for _ in range(70):
            drive(engine, keys, 2_000)
            splits_done(engine)
            clock.advance(1)
        assert drive(engine, keys, 2_000) > 1_700
        known = table_of(engine).partitions
    with Engine.open(tmp_path, settings=settings, clock=clock, durability="relaxed") as engine:
        assert table_of(engine).partitions == known


def test_scans_heat_the_partitions_that_they_read(engine: Engine, clock: VirtualClock) -> None:
    create_films(engine, 4_000)
    engine.load_items("films", [{"film": {"S": f"{n}"}, "scene": {"N": "1"}} for n in range(300)])
    for _ in range(3):
        engine.call("Scan", {"TableName": "films", "ConsistentRead": True})
        clock.advance(1)
    told = heat(engine)
    assert told.hot_keys == ()
    reads = [one.reads for one in told.partitions]
    assert min(reads) == pytest.approx(max(reads))
    assert min(reads) > 0


def test_which_partition_a_key_lives_on_can_be_asked(engine: Engine) -> None:
    create(engine, 10, 4_000, index_writes=2_000)
    places = [engine.partition_of(TABLE, {"id": {"S": f"{n}"}}) for n in range(100)]
    assert {place.number for place in places} == {1, 2, 3, 4, 5}
    assert {place.count for place in places} == {5}
    assert engine.partition_of(TABLE, {"day": {"S": "Monday"}}, "by-day").count == 3
    assert isinstance(places[0], Place)
    with pytest.raises(ValidationException, match="does not match the schema"):
        engine.partition_of(TABLE, {"id": {"N": "1"}})
    with pytest.raises(ValidationException, match="specified index: by-night"):
        engine.partition_of(TABLE, {"id": {"S": "1"}}, "by-night")
    with pytest.raises(ResourceNotFoundException):
        engine.partition_of("nothing", {"id": {"S": "1"}})


def test_processes_bring_their_heat_together(tmp_path: Path, clock: VirtualClock) -> None:
    settings = Settings(throttling="enforce")
    with (
        Engine.open(tmp_path, settings=settings, clock=clock, durability="relaxed") as one,
        Engine.open(tmp_path, settings=settings, clock=clock, durability="relaxed") as two,
    ):
        create_films(one, 4_000)
        for scene in range(20):
            assert put(one, "a", scene)
            # The other has borrowed what there was at this moment.
            clock.advance(0.01)
            assert put(two, "b" if scene % 2 else "a", scene)
        clock.advance(1)
        assert put(two, "b", 0)
        shares = {told.key: told.share for told in heat(one).hot_keys}
    assert shares["a"] == pytest.approx(30 / 41, abs=0.02)
    assert shares["b"] == pytest.approx(11 / 41, abs=0.02)


@pytest.mark.parametrize("throttling", ["enforce", "warn", "off"])
def test_the_report_has_heat_and_hot_keys(throttling: str) -> None:
    clock = VirtualClock()
    with Engine.in_memory(settings=Settings(throttling=throttling), clock=clock) as engine:
        create(engine, 10, 4_000, index_writes=4_000)
        for number in range(20):
            item = {"id": {"S": f"{number}"}, "day": {"S": "Monday"}}
            engine.call("PutItem", {"TableName": TABLE, "Item": item})
        table, index = engine.capacity_report(TABLE).resources
        assert (len(table.partitions), len(index.partitions)) == (5, 5)
        assert sum(one.writes > 0 for one in index.partitions) == 1
        (monday,) = index.hot_keys
        assert (monday.key, monday.item_key) == ("Monday", {"day": {"S": "Monday"}})
        assert (monday.kind, monday.share) == ("Write", 1.0)
        assert {hot.share for hot in table.hot_keys} == {0.05}


def test_the_report_tells_why_requests_were_refused(engine: Engine) -> None:
    create_films(engine, 4_000)
    place = engine.partition_of("films", {"film": {"S": "movie#tt001"}})
    while put(engine, "movie#tt001", 1):
        pass
    (mark,) = engine.capacity_report("films").throttles
    assert (mark.kind, mark.reason) == ("Write", "TableWriteKeyRangeThroughputExceeded")
    assert mark.words == (
        f"partition {place.number} of {place.count} is hot: "
        "key movie#tt001 takes 100 % of its writes"
    )
