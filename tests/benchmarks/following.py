"""What following changes costs: writes of a table with a stream or Time to Live, and GetRecords."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

import orjson

from engine import Engine
from tests.benchmarks.engines import create_table
from tests.benchmarks.figures import Figure, Setting
from tests.benchmarks.items import TABLE, make_item
from tests.benchmarks.pairing import compare

_ITEMS = 10_000
_SETTINGS = "config.toml"


def write_followed(setting: Setting) -> Iterable[Figure]:
    """Durable puts with local history and a stream of both images, with recovery too, and with
    Time to Live."""
    yield _write(setting, "put-stream", stream=True)
    yield _write(setting, "put-all", stream=True, recovery=True)
    yield _write(setting, "put-ttl", ttl=True)


def _write(
    setting: Setting,
    name: str,
    *,
    stream: bool = False,
    recovery: bool = False,
    ttl: bool = False,
) -> Figure:
    """Puts over items that are there, to the same where nothing follows changes."""
    count = setting.count(_ITEMS, least=100)
    calls = setting.count(20, least=5)
    total = calls * (setting.rounds + 1)
    numbers = Random(5).choices(range(count), k=total)

    def expiring(number: int, version: int) -> dict[str, Any]:
        return make_item(number, version) | {"until": {"N": str(4_000_000_000 + version)}}

    with ExitStack() as stack:
        followed = stack.enter_context(_engine(setting.folder / f"{name}-on", count, history=24))
        bare = stack.enter_context(
            _engine(setting.folder / f"{name}-off", count, history=24 if ttl else 0)
        )
        if stream:
            _begin_stream(followed)
        if recovery:
            followed.update_continuous_backups(
                TableName=TABLE,
                PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True},
            )
        if ttl:
            followed.update_time_to_live(
                TableName=TABLE,
                TimeToLiveSpecification={"AttributeName": "until", "Enabled": True},
            )
        engines = {
            engine: iter([expiring(number, version) for version, number in enumerate(numbers)])
            for engine in (followed, bare)
        }

        def put(engine: Engine) -> None:
            for item in islice(engines[engine], calls):
                engine.put_item(TableName=TABLE, Item=item)

        pair = compare(lambda: put(followed), lambda: put(bare), setting.rounds)
    return Figure(name, pair.ratio, f"{pair.detail(calls)}, all rounds {pair.ratio_of_sums:.2f}×")


def get_records(setting: Setting) -> Iterable[Figure]:
    """GetRecords of changes with both images, to decoding the images."""
    count = setting.count(_ITEMS, least=200)
    rounds = max(setting.rounds // 6, 1)
    with _engine(setting.folder / "records", count, history=24) as engine:
        arn = _begin_stream(engine)
        engine.load_items(TABLE, (make_item(number, 1) for number in range(count)))
        images = [
            (orjson.dumps(make_item(number, 0)), orjson.dumps(make_item(number, 1)))
            for number in range(count)
        ]
        bodies = list(_iterators(engine, arn))

        def subject() -> int:
            return sum(_read(engine, body) for body in bodies)

        def floor() -> None:
            for before, after in images:
                orjson.loads(before)
                orjson.loads(after)

        assert subject() == count
        pair = compare(subject, floor, rounds)
    per_second = count / sorted(pair.subject_s)[len(pair.subject_s) // 2]
    yield Figure("get-records", pair.ratio, pair.detail(count))
    yield Figure("get-records-rate", per_second, "records of two images", unit=" a second")


def _read(engine: Engine, iterator: str) -> int:
    """Read a shard to its end over the wire's form; gives the number of records."""
    count = 0
    while True:
        body = orjson.dumps({"ShardIterator": iterator})
        answer = engine.call_wire("GetRecords", body)
        found = answer.count(b'"eventID"')
        if not found:
            return count
        count += found
        iterator = answer[answer.rindex(b'"NextShardIterator":"') + 21 : -2].decode()


def _iterators(engine: Engine, arn: str) -> Iterator[str]:
    for shard in engine.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]:
        yield engine.get_shard_iterator(
            StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]


def _begin_stream(engine: Engine) -> str:
    description = engine.update_table(
        TableName=TABLE,
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    )["TableDescription"]
    return str(description["LatestStreamArn"])


@contextmanager
def _engine(folder: Path, count: int, *, history: int) -> Iterator[Engine]:
    """An engine whose table holds the first `count` items, with so many hours of history."""
    Engine.open(folder).close()
    (folder / _SETTINGS).write_text(f"history = {history}\n")
    with Engine.open(folder) as engine:
        create_table(engine, TABLE)
        engine.load_items(TABLE, map(make_item, range(count)))
        yield engine
