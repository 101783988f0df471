"""A sample table sealed by the command line, and searched through beacons in an index."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from engine import Engine
from engine.itemcrypto.client import EncryptedClient
from engine.itemcrypto.config import load_protection
from sample_data.catalog import datasets
from tests.dyntui.cli.shell import Shell

_SEARCHES: dict[str, Any] = {"TableName": "airports", "IndexName": "by-hidden-name"}


def test_airports_are_found_by_a_name_that_nobody_sees(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    shell = Shell(tmp_path / "data")
    shell.ok("sample load airports")
    index = {
        "IndexName": "by-hidden-name",
        "KeySchema": [{"AttributeName": "aws_dbe_b_name", "KeyType": "HASH"}],
        "Projection": {"ProjectionType": "ALL"},
    }
    shell.ok(
        [
            *("dynamodb", "update-table", "--table-name", "airports", "--attribute-definitions"),
            "AttributeName=aws_dbe_b_name,AttributeType=S",
            *("--global-secondary-index-updates", json.dumps([{"Create": index}])),
        ]
    )
    # The index by state has to read it.
    assert "state has a beacon" in shell.misused("crypto init airports --beacon state=6")
    shell.ok("crypto init airports --beacon name=6 --no-signature")
    shell.ok("encrypt-table airports --yes")
    assert shell.ok("verify airports").out.endswith("all are right\n")
    stored = shell.ok("scan airports --limit 3").out
    assert "aws_dbe_head" in stored

    by_name = defaultdict(set)
    for item in datasets()["airports"].items():
        by_name[item["name"]["S"]].add(item["iata"]["S"])
    protection = load_protection(tmp_path / "airports.crypto.toml")
    with Engine.open(tmp_path / "data") as db:
        client = EncryptedClient(db, {"airports": protection})
        for name, expected in sorted(by_name.items())[::100]:
            found: set[str] = set()
            start: dict[str, Any] = {}
            while True:
                answer = client.query(
                    **_SEARCHES,
                    **start,
                    KeyConditionExpression="#n = :n",
                    ExpressionAttributeNames={"#n": "name"},
                    ExpressionAttributeValues={":n": {"S": name}},
                )
                found |= {item["iata"]["S"] for item in answer["Items"]}
                if "LastEvaluatedKey" not in answer:
                    break
                start = {"ExclusiveStartKey": answer["LastEvaluatedKey"]}
            assert found == expected, name
