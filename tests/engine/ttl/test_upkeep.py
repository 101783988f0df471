"""Passes and trimming in a folder: by the upkeep, under its lease, in virtual time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from engine import Engine, VirtualClock
from engine.storage.expiring import note_step
from engine.storage.gate import FileGate
from engine.storage.upkeep import Upkeep
from tests.engine.storage.things import (
    TABLE,
    database_of,
    make_table,
    numbers_of,
    put,
    put_many,
    run_sql,
    table_of,
    thing,
)
from tests.engine.storage.upkeep_by_hand import upkeep_by_hand
from tests.engine.streams.reading import open_with_history, read_all

NOW_S = 1_700_000_000
DAY_S = 86_400
SETTING = {"AttributeName": "until", "Enabled": True}


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(NOW_S * 1_000_000)


@pytest.fixture
def engine(request: pytest.FixtureRequest, tmp_path: Path, clock: VirtualClock) -> Iterator[Engine]:
    """An engine whose upkeep is done by the test, not by a thread; the parameter is `history`."""
    hours = getattr(request, "param", 24)
    with upkeep_by_hand(), open_with_history(tmp_path / "data", clock, hours) as opened:
        make_table(opened, indexed=True)
        yield opened
        assert opened.check() == []


def rounds(engine: Engine) -> None:
    database_of(engine).upkeep.rounds()


def stream_on(engine: Engine) -> str:
    specification = {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
    answer = engine.update_table(TableName=TABLE, StreamSpecification=specification)
    return str(answer["TableDescription"]["LatestStreamArn"])


def test_expired_items_are_deleted_after_the_time_that_is_set(
    engine: Engine, clock: VirtualClock
) -> None:
    engine.update_time_to_live(TableName=TABLE, TimeToLiveSpecification=SETTING)
    for number in range(3):
        put(engine, thing(number, until={"N": str(NOW_S + number)}))
    clock.advance(60)
    rounds(engine)
    assert numbers_of(engine) == [0, 1, 2]
    clock.advance(1.5)
    rounds(engine)
    assert numbers_of(engine) == numbers_of(engine, "by-g") == [2]
    # Nothing is left to do, so nothing is written.
    before = run_sql(engine, "SELECT max(seq) FROM changes")
    rounds(engine)
    assert run_sql(engine, "SELECT max(seq) FROM changes") == before


def test_one_process_at_a_time_does_it(engine: Engine, clock: VirtualClock) -> None:
    engine.update_time_to_live(TableName=TABLE, TimeToLiveSpecification=SETTING)
    put(engine, thing(1, until={"N": str(NOW_S)}))
    clock.advance(DAY_S)
    path = database_of(engine).path
    assert path is not None
    with closing(FileGate(path.with_name("upkeep.lock"))) as lease, lease:
        rounds(engine)
        assert numbers_of(engine) == [1]
    rounds(engine)
    assert numbers_of(engine) == []


def test_a_process_that_only_reads_does_it_too(
    tmp_path: Path, clock: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Engine.open(tmp_path / "data", clock=clock) as writer:
        make_table(writer)
    started: list[Upkeep] = []
    with Engine.open(tmp_path / "data", clock=clock) as reader:
        monkeypatch.setattr(Upkeep, "start", lambda upkeep: started.append(upkeep))
        with Engine.open(tmp_path / "data", clock=clock) as writer:
            writer.update_time_to_live(TableName=TABLE, TimeToLiveSpecification=SETTING)
        started.clear()
        numbers_of(reader)
        assert started == [database_of(reader).upkeep]
        started.clear()
    # Nor does it wait for a write where Time to Live was on before.
    with Engine.open(tmp_path / "data", clock=clock) as reader:
        assert started == [database_of(reader).upkeep]


def test_in_memory_a_thread_does_it_where_time_passes_by_itself(
    monkeypatch: pytest.MonkeyPatch, clock: VirtualClock
) -> None:
    started: list[Upkeep] = []
    monkeypatch.setattr(Upkeep, "start", lambda upkeep: started.append(upkeep))
    for engine, is_started in (
        (Engine.in_memory(), True),
        (Engine.in_memory(clock=clock), False),
    ):
        with engine:
            make_table(engine)
            put(engine, thing(1, until={"N": str(engine._region.clock.now_us() // 1_000_000 - 90)}))
            assert started == []
            engine.update_time_to_live(TableName=TABLE, TimeToLiveSpecification=SETTING)
            assert bool(started) == is_started
            started.clear()
            database_of(engine).upkeep.rounds()
            assert numbers_of(engine) == []


def test_a_pass_over_many_goes_in_steps(engine: Engine, clock: VirtualClock) -> None:
    past = {"N": str(NOW_S - 1)}
    engine.load_items(TABLE, (thing(number, until=past) for number in range(1_000)))
    put_many(engine, range(1_000, 1_100))
    engine.update_time_to_live(TableName=TABLE, TimeToLiveSpecification=SETTING)
    assert table_of(engine).expiry is not None
    clock.advance(DAY_S)
    rounds(engine)
    assert numbers_of(engine) == list(range(1_000, 1_100))
    stamps = "SELECT count(*) FROM changes WHERE cause = 'ttl' AND principal GLOB 'dynamodb.*'"
    assert run_sql(engine, stamps) == [(1_000,)]


def test_noting_what_was_there_goes_on_after_a_cut(engine: Engine, clock: VirtualClock) -> None:
    until = {"N": str(NOW_S + 5)}
    engine.load_items(TABLE, (thing(number, until=until) for number in range(2_500)))
    from engine import Context

    engine.call(
        "UpdateTimeToLive",
        {"TableName": TABLE, "TimeToLiveSpecification": SETTING},
        Context(cancelled=lambda: True),
    )
    expiry = table_of(engine).expiry
    assert expiry is not None
    assert expiry.filling
    described = engine.describe_time_to_live(TableName=TABLE)["TimeToLiveDescription"]
    assert described == {"TimeToLiveStatus": "ENABLING", "AttributeName": "until"}
    # Writes meanwhile: before the place and behind it.
    put(engine, thing(0))
    put(engine, thing(2_499))
    (job,) = database_of(engine).read(lambda reader, _: reader.job_ids("expiry"))
    assert database_of(engine).write(partial(note_step, job_id=job))
    rounds(engine)
    expiry = table_of(engine).expiry
    assert expiry is not None
    assert not expiry.filling
    assert engine.check() == []
    clock.advance(70)
    rounds(engine)
    assert numbers_of(engine) == [0, 2_499]


def test_turned_off_what_was_noted_is_freed(engine: Engine) -> None:
    put_many(engine, range(10))
    tables = "SELECT count(*) FROM sqlite_master WHERE name GLOB 't[0-9]*'"
    engine.update_time_to_live(TableName=TABLE, TimeToLiveSpecification=SETTING)
    assert run_sql(engine, tables) == [(3,)]
    engine.update_time_to_live(
        TableName=TABLE, TimeToLiveSpecification=SETTING | {"Enabled": False}
    )
    rounds(engine)
    assert run_sql(engine, tables) == [(2,)]
    engine.update_time_to_live(TableName=TABLE, TimeToLiveSpecification=SETTING)
    engine.delete_table(TableName=TABLE)
    rounds(engine)
    assert run_sql(engine, tables) == [(0,)]


@pytest.mark.parametrize("engine", [48], indirect=True)
def test_a_streams_entries_leave_the_log_after_a_day(engine: Engine, clock: VirtualClock) -> None:
    arn = stream_on(engine)
    put_many(engine, range(1_500))
    clock.advance(DAY_S / 2)
    put(engine, thing(1))
    of_stream = "SELECT count(shard), count(new), count(old) FROM changes"
    put(engine, thing(1, text={"S": "other"}))
    assert run_sql(engine, of_stream)[0][:2] == (1_501, 1_501)
    clock.advance(DAY_S / 2 + 1)
    rounds(engine)
    # History still wants what the stream does not.
    assert run_sql(engine, of_stream)[0][:2] == (1, 1)
    assert run_sql(engine, "SELECT count(*) FROM changes") == [(1_501,)]
    assert len(read_all(engine, arn)) == 1
    clock.advance(DAY_S)
    rounds(engine)
    assert run_sql(engine, "SELECT count(*) FROM changes") == [(1,)]
    assert len(engine.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]) == 8


@pytest.mark.parametrize("engine", [0, 1], indirect=True)
def test_a_stream_keeps_the_log_for_a_day_where_history_does_not(
    engine: Engine, clock: VirtualClock
) -> None:
    arn = stream_on(engine)
    put_many(engine, range(10))
    clock.advance(DAY_S - 1)
    rounds(engine)
    assert len(read_all(engine, arn)) == 10
    engine.delete_table(TableName=TABLE)
    clock.advance(2)
    rounds(engine)
    assert read_all(engine, arn) == []
    clock.advance(DAY_S)
    rounds(engine)
    assert run_sql(engine, "SELECT (SELECT count(*) FROM streams), count(*) FROM shards") == [
        (0, 0)
    ]


def test_settings_of_an_older_format_take_effect(engine: Engine, clock: VirtualClock) -> None:
    stream_on(engine)
    put(engine, thing(1, until={"N": str(NOW_S)}))
    engine.update_time_to_live(TableName=TABLE, TimeToLiveSpecification=SETTING)
    run_sql(
        engine,
        "UPDATE catalog SET definition = CAST(json_remove(CAST(definition AS TEXT), '$.stream',"
        " '$.expiry') AS BLOB)",
        "UPDATE meta SET value = value + 1 WHERE name = 'catalog_version'",
        "DELETE FROM streams",
        "DELETE FROM shards",
        "UPDATE changes SET shard = NULL",
    )
    assert table_of(engine).stream is None
    clock.advance(120)
    rounds(engine)
    rounds(engine)
    assert numbers_of(engine) == []
    arn = engine.describe_table(TableName=TABLE)["Table"]["LatestStreamArn"]
    assert [record["eventName"] for record in read_all(engine, arn)] == ["REMOVE"]
