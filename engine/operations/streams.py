"""ListStreams, DescribeStream: which streams there are, and their shards."""

from __future__ import annotations

from engine.client.protocol import Context, Json
from engine.errors import ResourceNotFoundException, ValidationException
from engine.operations.region import Region
from engine.storage.catalog import Catalog
from engine.storage.reader import Reader
from engine.storage.streams import Shard, Stream, find_stream, shards_of, streams_after

# The smallest number of 21 digits, so that all numbers have as many and sort as text too.
_SEQUENCE_BASE = 10**20
_PAGE_MAX = 100
_SEPARATOR = "/stream/"


def list_streams(region: Region, request: Json, _context: Context) -> Json:
    """The streams that can be read, those of tables that are gone included, page by page."""
    limit = limited(request, _PAGE_MAX)
    table_name = request.get("TableName")
    start = request.get("ExclusiveStartStreamArn")
    after = ("", "") if start is None else stream_of_arn(region, start)

    def read(reader: Reader, _catalog: Catalog) -> list[Stream]:
        return streams_after(reader, region.clock.now_us(), after, table_name, limit + 1)

    found = region.database.read(read)
    streams = [
        {
            "StreamArn": arn_of(region, stream),
            "TableName": stream.table_name,
            "StreamLabel": stream.label,
        }
        for stream in found[:limit]
    ]
    response: Json = {"Streams": streams}
    if len(found) > limit:
        response["LastEvaluatedStreamArn"] = streams[-1]["StreamArn"]
    return response


def describe_stream(region: Region, request: Json, _context: Context) -> Json:
    """A stream and its shards, page by page; parents come before their children."""
    limit = limited(request, _PAGE_MAX)
    arn = request["StreamArn"]

    def read(reader: Reader, _catalog: Catalog) -> tuple[Stream, list[Shard]]:
        stream = readable_stream(region, reader, arn)
        return stream, shards_of(reader, stream.stream_id, region.clock.now_us())

    stream, shards = region.database.read(read)
    parent = (request.get("ShardFilter") or {}).get("ShardId")
    if parent is not None:
        find_shard(shards, parent, arn)
        shards = [shard for shard in shards if shard.parent == parent]
    start = request.get("ExclusiveStartShardId")
    if start is not None:
        first = find_shard(shards, start, arn).shard_id
        shards = [shard for shard in shards if shard.shard_id > first]
    description: Json = {
        "StreamArn": arn,
        "StreamLabel": stream.label,
        "StreamStatus": "ENABLED" if stream.ended_us is None else "DISABLED",
        "StreamViewType": stream.view,
        "CreationRequestDateTime": stream.created_us / 1_000_000,
        "TableName": stream.table_name,
        "KeySchema": [{"AttributeName": name, "KeyType": kind} for name, kind in stream.keys],
        "Shards": [_described(shard) for shard in shards[:limit]],
    }
    if len(shards) > limit:
        description["LastEvaluatedShardId"] = shards[limit - 1].name
    return {"StreamDescription": description}


def _described(shard: Shard) -> Json:
    numbers = {"StartingSequenceNumber": sequence_number(shard.first_seq)}
    if shard.last_seq is not None:
        numbers["EndingSequenceNumber"] = sequence_number(shard.last_seq)
    described: Json = {"ShardId": shard.name, "SequenceNumberRange": numbers}
    if shard.parent is not None:
        described["ParentShardId"] = shard.parent
    return described


# What all operations on streams share.


def limited(request: Json, maximum: int) -> int:
    """The Limit of a request; the most there may be where it has none."""
    limit = request.get("Limit")
    if limit is None:
        return maximum
    if limit > maximum:
        raise ValidationException(
            f"1 validation error detected: Value '{limit}' at 'limit' failed to satisfy "
            f"constraint: Member must have value less than or equal to {maximum}"
        )
    return int(limit)


def arn_of(region: Region, stream: Stream) -> str:
    """A stream's ARN."""
    return f"{region.table_arn(stream.table_name)}{_SEPARATOR}{stream.label}"


def stream_of_arn(region: Region, arn: str) -> tuple[str, str]:
    """Table name and label of a stream's ARN; raises ValidationException."""
    table_arn, separator, label = arn.partition(_SEPARATOR)
    prefix = region.table_arn("")
    if not separator or not label or not table_arn.startswith(prefix):
        raise ValidationException(f"Invalid StreamArn: Invalid ResourceArn provided as input {arn}")
    return table_arn.removeprefix(prefix), label


def readable_stream(region: Region, reader: Reader, arn: str) -> Stream:
    """The stream of an ARN; raises ResourceNotFoundException where it cannot be read (any more)."""
    found = find_stream(reader, *stream_of_arn(region, arn), region.clock.now_us())
    if found is None:
        raise ResourceNotFoundException(f"Requested resource not found: Stream: {arn} not found")
    return found


def find_shard(shards: list[Shard], name: str, arn: str) -> Shard:
    """The shard of that name; raises ResourceNotFoundException."""
    for shard in shards:
        if shard.name == name:
            return shard
    raise ResourceNotFoundException(
        f"Requested resource not found: Shard: {name} in Stream: {arn} not found"
    )


def sequence_number(seq: int) -> str:
    """A sequence number of the log as the API has it."""
    return str(_SEQUENCE_BASE + seq)


def seq_of(number: str) -> int:
    """The reverse of `sequence_number`; raises ValidationException."""
    if not (number.isascii() and number.isdigit()):
        raise ValidationException(f"Invalid SequenceNumber: {number}")
    return int(number) - _SEQUENCE_BASE
