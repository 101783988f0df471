"""Tables under KMS keys, and what is stored of them as one sees it who has the page key."""

from __future__ import annotations

from contextlib import closing
from typing import Any

from engine import Engine
from engine.storage.gate import FileGate
from tests.engine.storage.things import TABLE, database_of, run_sql

Json = dict[str, Any]
AWS_OWNED: Json = {"Enabled": False}
AWS_MANAGED: Json = {"Enabled": True, "SSEType": "KMS"}
STREAM: Json = {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}


def under(key: str) -> Json:
    """The SSESpecification of a customer managed key."""
    return AWS_MANAGED | {"KMSMasterKeyId": key}


def use(engine: Engine, specification: Json, table: str = TABLE) -> None:
    """Switch a table to another key."""
    engine.update_table(TableName=table, SSESpecification=specification)


def shown(engine: Engine, table: str = TABLE) -> Json:
    """The description of a table."""
    described: Json = engine.describe_table(TableName=table)["Table"]
    return described


def arn_of(engine: Engine, table: str = TABLE) -> str | None:
    """The key that a table is shown to be under."""
    arn: str | None = shown(engine, table).get("SSEDescription", {}).get("KMSMasterKeyArn")
    return arn


def stored(engine: Engine) -> bytes:
    """Every cell of every table of the database, the log, jobs and the catalog among them."""
    names = run_sql(engine, "SELECT name FROM sqlite_schema WHERE type = 'table'")
    cells: list[bytes] = []
    for (name,) in names:
        for row in run_sql(engine, f'SELECT * FROM "{name}"'):
            cells += [
                cell if isinstance(cell, bytes) else str(cell).encode()
                for cell in row
                if cell is not None
            ]
    return b"\n".join(cells)


def records(engine: Engine, table: str = TABLE) -> list[Json]:
    """All records of a table's stream."""
    arn = shown(engine, table)["LatestStreamArn"]
    found: list[Json] = []
    for shard in engine.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]:
        iterator: str | None = engine.get_shard_iterator(
            StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
        while iterator is not None:
            page = engine.get_records(ShardIterator=iterator)
            found += page["Records"]
            iterator = page.get("NextShardIterator") if page["Records"] else None
    return found


def round_of_upkeep(engine: Engine) -> None:
    """Let the upkeep look for work, once its own thread is at none."""
    database = database_of(engine)
    assert database.path is not None
    with closing(FileGate(database.path.with_name("upkeep.lock"))) as gate, gate:
        pass
    database.upkeep.rounds()
