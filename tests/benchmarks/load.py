"""Load on a server: prepared requests, sent by wrk; a loop of Python could not keep up."""

from __future__ import annotations

import http.client
import random
import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import orjson

from tests.benchmarks.peers import HOST, Running

TABLE = "bench"
PARTITIONS = 40
ITEMS_PER_PARTITION = 50
PREPARED = 1_000

DEFINITION: dict[str, Any] = {
    "TableName": TABLE,
    "AttributeDefinitions": [
        {"AttributeName": "pk", "AttributeType": "S"},
        {"AttributeName": "sk", "AttributeType": "N"},
    ],
    "KeySchema": [
        {"AttributeName": "pk", "KeyType": "HASH"},
        {"AttributeName": "sk", "KeyType": "RANGE"},
    ],
    "BillingMode": "PAY_PER_REQUEST",
}

# Plain loops over prepared texts: a script that formats each request would be the bottleneck.
_SCRIPT = """
local requests = {}
for part in io.open("%s", "rb"):read("*a"):gmatch("[^\\30]+") do requests[#requests + 1] = part end
local at = 0
request = function()
  at = at %% #requests + 1
  return requests[at]
end
done = function(summary, latency)
  io.write(string.format("RESULT %%d %%d %%d %%d %%d %%d\\n", summary.requests, summary.duration,
    summary.errors.status, summary.errors.connect + summary.errors.read + summary.errors.timeout,
    latency:percentile(50), latency:percentile(99)))
end
"""


@dataclass(frozen=True)
class Rate:
    """What a run reached; latencies in microseconds.

    `processor_us` is what the server's process took of the processors for a request: other load on
    the machine disturbs it less than the rate.
    """

    per_s: float
    processor_us: float
    p50_us: int
    p99_us: int
    refused: int
    failed: int


@dataclass(frozen=True)
class Load:
    """An operation with the requests to repeat."""

    name: str
    operation: str
    requests: tuple[dict[str, Any], ...]


def item(partition: int, position: int, random_text: str) -> dict[str, Any]:
    """An item of about 900 bytes in ten attributes."""
    made: dict[str, Any] = {"pk": {"S": f"p{partition}"}, "sk": {"N": str(position)}}
    for number in range(8):
        made[f"attribute{number}"] = {"S": f"{random_text}{number}".ljust(78, "x")}
    return made


def loads() -> dict[str, Load]:
    """The loads by name; the same requests for every server."""
    source = random.Random(1)
    keys = [
        (source.randrange(PARTITIONS), source.randrange(ITEMS_PER_PARTITION))
        for _ in range(PREPARED)
    ]
    named = [{"pk": {"S": f"p{p}"}, "sk": {"N": str(s)}} for p, s in keys]
    # Twice over the keys: the second time with another value, so that each write changes something.
    puts = [
        {"TableName": TABLE, "Item": item(p, s, f"{turn}-{source.random()}")}
        for turn in range(2)
        for p, s in dict.fromkeys(keys)
    ]
    updates = [
        {
            "TableName": TABLE,
            "Key": key,
            "UpdateExpression": "SET attribute3 = :v",
            "ExpressionAttributeValues": {":v": {"S": f"{turn}-{source.random()}"}},
        }
        for turn in range(2)
        for key in {str(key): key for key in named}.values()
    ]
    queries = [
        {
            "TableName": TABLE,
            "KeyConditionExpression": "pk = :p",
            "ExpressionAttributeValues": {":p": {"S": f"p{p}"}},
        }
        for p in range(PARTITIONS)
    ]
    scans = [
        {
            "TableName": TABLE,
            "FilterExpression": "attribute3 < :v AND sk < :n",
            "ExpressionAttributeValues": {":v": {"S": "9"}, ":n": {"N": "1"}},
        }
    ]
    batches = [
        {"RequestItems": {TABLE: [{"PutRequest": {"Item": put["Item"]}} for put in chunk]}}
        for chunk in (puts[at : at + 25] for at in range(0, len(puts) - 25, 25))
    ]
    made = (
        Load("GetItem", "GetItem", tuple({"TableName": TABLE, "Key": key} for key in named)),
        Load("Query of 50", "Query", tuple(queries)),
        Load("UpdateItem", "UpdateItem", tuple(updates)),
        Load("PutItem", "PutItem", tuple(puts)),
        Load("Scan with filter", "Scan", tuple(scans)),
        Load("BatchWriteItem of 25", "BatchWriteItem", tuple(batches)),
    )
    return {load.name: load for load in made}


def fill(server: Running) -> None:
    """Make the table and its items."""
    connection = http.client.HTTPConnection(HOST, server.port, timeout=60)
    call(connection, "CreateTable", DEFINITION)
    while call(connection, "DescribeTable", {"TableName": TABLE})["Table"]["TableStatus"] != (
        "ACTIVE"
    ):
        pass
    for partition in range(PARTITIONS):
        for position in range(ITEMS_PER_PARTITION):
            made = item(partition, position, f"{partition * 50 + position}")
            call(connection, "PutItem", {"TableName": TABLE, "Item": made})
    connection.close()


def call(
    connection: http.client.HTTPConnection, operation: str, request: dict[str, Any]
) -> dict[str, Any]:
    """One request by Python's own client; raises RuntimeError where it is refused."""
    connection.request("POST", "/", orjson.dumps(request), _headers(operation))
    response = connection.getresponse()
    body = response.read()
    if response.status != 200:
        raise RuntimeError(f"{operation}: {response.status} {body[:200]!r}")
    answer: dict[str, Any] = orjson.loads(body)
    return answer


def run(server: Running, load: Load, connections: int, seconds: int = 3) -> Rate:
    """Repeat a load from so many connections at once; raises RuntimeError where wrk is missing."""
    before_s = server.processor_s()
    rate = finish(start(server, load, connections, seconds))
    processor_us = (server.processor_s() - before_s) / (rate.per_s * seconds) * 1e6
    return replace(rate, processor_us=processor_us)


def start(server: Running, load: Load, connections: int, seconds: int = 3) -> subprocess.Popen[str]:
    """Begin what `run` does; `finish` waits for it."""
    program = shutil.which("wrk")
    if program is None:
        raise RuntimeError("wrk is not installed (apt-get install wrk)")
    folder = Path(tempfile.mkdtemp(prefix="dyntui-load-"))
    prepared = folder / "requests"
    prepared.write_bytes(
        b"".join(_http(server, load.operation, r) + b"\x1e" for r in load.requests)
    )
    script = folder / "load.lua"
    script.write_text(_SCRIPT % prepared)
    command = [program, "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "20s"]
    command += ["-s", str(script), f"http://{HOST}:{server.port}/"]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def finish(process: subprocess.Popen[str]) -> Rate:
    """The result of a load that was begun."""
    output, _ = process.communicate()
    found = re.search(r"RESULT (\d+) (\d+) (\d+) (\d+) (\d+) (\d+)", output)
    if found is None:
        raise RuntimeError(f"wrk gave no result: {output}")
    requests, duration_us, refused, failed, p50, p99 = (int(part) for part in found.groups())
    return Rate(requests / (duration_us / 1e6), 0.0, p50, p99, refused, failed)


def _headers(operation: str) -> dict[str, str]:
    scope = "20261123/us-east-1/dynamodb/aws4_request"
    signature = "0" * 64
    return {
        "Host": HOST,
        "Content-Type": "application/x-amz-json-1.0",
        "X-Amz-Target": f"DynamoDB_20120810.{operation}",
        "X-Amz-Date": "20261123T120000Z",
        "User-Agent": "Boto3/1.44 md/Botocore#1.44 ua/2.1 os/linux lang/python#3.11",
        "Accept-Encoding": "identity",
        "Authorization": (
            f"AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/{scope}, "
            f"SignedHeaders=content-type;host;x-amz-date;x-amz-target, Signature={signature}"
        ),
    }


def _http(server: Running, operation: str, request: dict[str, Any]) -> bytes:
    body = orjson.dumps(request)
    headers = _headers(operation) | {
        "Host": f"{HOST}:{server.port}",
        "Content-Length": str(len(body)),
    }
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"POST / HTTP/1.1\r\n{lines}\r\n".encode() + body


def best(rates: Sequence[Rate]) -> Rate:
    """The best of several runs: what disturbs a run only ever makes it slower."""
    fastest = max(rates, key=lambda rate: rate.per_s)
    return replace(fastest, processor_us=min(rate.processor_us for rate in rates))
