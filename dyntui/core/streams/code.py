"""A live tail as a command, and as Python with boto3."""

from __future__ import annotations

import json
import shlex
from typing import Any

from dyntui.core.streams.tail import Start, Wanted
from dyntui.core.text.item_text import value_text

Json = dict[str, Any]

_BOTO3 = """\
import time

import boto3

streams = boto3.client("dynamodbstreams", region_name={region})
arn = {arn}

shards, page = [], {{}}
while True:
    description = streams.describe_stream(StreamArn=arn, **page)["StreamDescription"]
    shards += description["Shards"]
    if "LastEvaluatedShardId" not in description:
        break
    page = {{"ExclusiveStartShardId": description["LastEvaluatedShardId"]}}

# Shards that are begun later are found by describing the stream again.
places = {{
    shard["ShardId"]: streams.get_shard_iterator(
        StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="{kind}"
    )["ShardIterator"]
    for shard in shards
{only_open}}}
while places:
    for shard, place in list(places.items()):
        answer = streams.get_records(ShardIterator=place)
        for record in answer["Records"]:
            {lines}
        if "NextShardIterator" in answer:
            places[shard] = answer["NextShardIterator"]
        else:
            del places[shard]
    time.sleep(1)
"""
_PRINTED = 'print(record["eventName"], record["dynamodb"])'


def tail_command(table: str, start: Start, wanted: Wanted, key_names: tuple[str, ...]) -> str:
    """The command that shows the same changes."""
    words = ["dyntui", "streams", "tail", table]
    if start == "start":
        words += ["--from", "start"]
    for name in key_names:
        if name in wanted.key:
            words.append(f"--key={value_text(wanted.key[name])}")
    for event in sorted(wanted.events):
        words += ["--event", event]
    return shlex.join(words)


def tail_boto3(region: str, arn: str, start: Start, wanted: Wanted) -> str:
    """A Python snippet that reads the same changes."""
    conditions = []
    if wanted.events:
        conditions.append(f'record["eventName"] in {sorted(wanted.events)!r}')
    conditions += [
        f'record["dynamodb"]["Keys"][{name!r}] == {value!r}' for name, value in wanted.key.items()
    ]
    lines = _PRINTED
    if conditions:
        lines = f"if {' and '.join(conditions)}:\n                {_PRINTED}"
    only_open = ""
    if start == "now":
        only_open = '    if "EndingSequenceNumber" not in shard["SequenceNumberRange"]\n'
    return _BOTO3.format(
        region=json.dumps(region),
        arn=json.dumps(arn),
        kind="LATEST" if start == "now" else "TRIM_HORIZON",
        only_open=only_open,
        lines=lines,
    )
