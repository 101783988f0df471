"""boto3 in this process against moto's mock of it: GetItem, PutItem, and a fresh start for a test.

`python -m tests.benchmarks.boto` prints them. Both sides make the same calls through boto3, whose
own share of a call (its checks, its encoding) bounds the ratio.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median
from time import perf_counter
from typing import Any

import boto3

from dyntui import boto
from engine import Engine

TABLE = "orders"
ITEMS = 200
ROUNDS = 15

_DEFINITION: dict[str, Any] = {
    "TableName": TABLE,
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "BillingMode": "PAY_PER_REQUEST",
}


@dataclass(frozen=True)
class Result:
    """How many times as long moto takes; microseconds of a call of ours and of moto's."""

    name: str
    ratio: float
    ours_us: float
    moto_us: float


def missing() -> str:
    """What is not installed, in a line; empty if all is."""
    if importlib.util.find_spec("moto") is None:
        return "moto is not installed: pip install 'moto[dynamodb]'"
    return ""


def calls() -> Iterator[Result]:
    """GetItem and PutItem of items of about 900 bytes in ten attributes."""
    with Engine.in_memory() as engine, _mocked() as moto_client:
        ours = boto.client(engine)
        for client in (ours, moto_client):
            client.create_table(**_DEFINITION)
            _put_all(client)
        yield _compare("boto-get-item", lambda: _get_all(ours), lambda: _get_all(moto_client))
        yield _compare("boto-put-item", lambda: _put_all(ours), lambda: _put_all(moto_client))


def fresh_start() -> Iterator[Result]:
    """What a test waits for before it begins: an empty DynamoDB, and a client of it."""

    def ours() -> None:
        with Engine.in_memory() as engine:
            boto.client(engine)

    def theirs() -> None:
        with _mocked():
            pass

    yield _compare("boto-fresh-start", ours, theirs, calls_per_round=1)


@contextmanager
def _mocked() -> Iterator[Any]:
    """A client that moto answers."""
    import moto

    with moto.mock_aws():
        yield boto3.session.Session().client(
            "dynamodb",
            region_name="us-east-1",
            aws_access_key_id="moto",
            aws_secret_access_key="moto",
        )


def _get_all(client: Any) -> None:
    for number in range(ITEMS):
        client.get_item(TableName=TABLE, Key={"id": {"S": str(number)}})


def _put_all(client: Any) -> None:
    for number in range(ITEMS):
        client.put_item(TableName=TABLE, Item=_item(number))


def _item(number: int) -> dict[str, Any]:
    texts = {f"attribute{place}": {"S": f"{number}-{place}".ljust(80, "x")} for place in range(9)}
    return {"id": {"S": str(number)}} | texts


def _compare(
    name: str, ours: Callable[[], None], theirs: Callable[[], None], calls_per_round: int = ITEMS
) -> Result:
    """Both in turn, after one round that does not count."""
    ours()
    theirs()
    rounds = [(_seconds(ours), _seconds(theirs)) for _ in range(ROUNDS)]
    ours_s, theirs_s = (median(side) for side in zip(*rounds, strict=True))
    ratio = median(there / here for here, there in rounds)
    return Result(name, ratio, ours_s / calls_per_round * 1e6, theirs_s / calls_per_round * 1e6)


def _seconds(work: Callable[[], None]) -> float:
    start = perf_counter()
    work()
    return perf_counter() - start


def main() -> int:
    """Print the results; the exit code says nothing about goals."""
    reason = missing()
    if reason:
        print(f"boto: left out, {reason}")
        return 0
    for result in (*calls(), *fresh_start()):
        print(
            f"{result.name:<18} {result.ratio:6.2f}×   "
            f"{result.ours_us:,.0f} µs, moto {result.moto_us:,.0f} µs"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
