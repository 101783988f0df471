"""An image of a Region in memory holds streams, Time to Live and the past of tables."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from engine import Engine, VirtualClock
from tests.engine.operations.tables import items_of, key, make_tables, n

_BEGIN_S = 1_700_000_000


@pytest.fixture
def copy(clock: VirtualClock) -> Iterator[Engine]:
    """A copy of an engine whose table has a stream, Time to Live, recovery, and one change."""
    with Engine.in_memory(clock=VirtualClock()) as seed:
        make_tables(seed)
        seed.update_time_to_live(
            TableName="ranged", TimeToLiveSpecification={"Enabled": True, "AttributeName": "until"}
        )
        view = {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"}
        seed.update_table(TableName="ranged", StreamSpecification=view)
        seed.update_continuous_backups(
            TableName="ranged",
            PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True},
        )
        seed.put_item(TableName="ranged", Item=key("a", "soon") | {"until": n(_BEGIN_S + 100)})
        image = seed.image()
    with Engine.in_memory(clock=clock, image=image) as made:
        yield made
        assert made.check() == []


def test_a_copy_goes_on_where_the_image_was_made(copy: Engine, clock: VirtualClock) -> None:
    clock.advance(200)
    assert copy.expire("ranged") == 1
    (stream,) = copy.list_streams(TableName="ranged")["Streams"]
    arn = stream["StreamArn"]
    events = []
    for shard in copy.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]:
        place = copy.get_shard_iterator(
            StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )
        records = copy.get_records(ShardIterator=place["ShardIterator"])["Records"]
        events += [record["eventName"] for record in records]
    assert events == ["INSERT", "REMOVE"]
    with copy.at(_BEGIN_S + 100) as past:
        assert past.call("Scan", {"TableName": "ranged"})["Count"] == 1
    copy.restore_table_to_point_in_time(
        SourceTableName="ranged", TargetTableName="again", RestoreDateTime=_BEGIN_S + 100
    )
    assert len(items_of(copy, "again")) == 1
