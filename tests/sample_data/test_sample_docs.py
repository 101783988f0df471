"""docs/sample-data.md says what the data says: its tables are measured, its requests are run."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine import Engine
from engine.model.validation import validate
from engine.model.values import normalise_item
from sample_data import DATASETS, load

Json = dict[str, Any]

PAGE = (Path(__file__).parents[2] / "docs" / "sample-data.md").read_text("utf-8")
BLOCKS = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
READS = re.findall(r"`(\w+)`, (\d+) items?:\n\n```json\n(.*?)```", PAGE, re.DOTALL)
WRITES = re.findall(r"`(\w+)`:\n\n```json\n(.*?)```", PAGE, re.DOTALL)


def documented(header: str) -> list[list[str]]:
    """The rows of the page's table whose header begins with `header`."""
    lines = PAGE[PAGE.index(header) :].splitlines()[2:]
    table = lines[: next(number for number, line in enumerate(lines) if not line.startswith("|"))]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table]


def partition_sizes(items: list[Json], keys: list[str]) -> Counter[str]:
    return Counter(item[keys[0]]["S"] for item in items if all(name in item for name in keys))


def test_the_tables_are_as_measured() -> None:
    measured = []
    for dataset in DATASETS.values():
        items = list(dataset.items())
        sizes = [normalise_item(item)[1] for item in items]
        partitions = partition_sizes(items, [dataset.definition["KeySchema"][0]["AttributeName"]])
        figures = [
            len(items),
            len(partitions),
            max(partitions.values()),
            round(sum(sizes) / len(sizes)),
            sum(sizes),
        ]
        measured.append([dataset.name, *(f"{figure:,}" for figure in figures)])
    assert documented("| table | items |") == measured


def test_the_indexes_are_as_measured() -> None:
    measured = []
    for dataset in DATASETS.values():
        items = list(dataset.items())
        for kind in ("local", "global"):
            for index in dataset.definition.get(f"{kind.title()}SecondaryIndexes", []):
                keys = [element["AttributeName"] for element in index["KeySchema"]]
                partitions = partition_sizes(items, keys)
                figures = [partitions.total(), len(partitions), max(partitions.values())]
                measured.append(
                    [dataset.name, index["IndexName"], kind, *keys]
                    + [f"{figure:,}" for figure in figures]
                )
    assert documented("| table | index |") == measured


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with Engine.in_memory() as engine:
        load(engine, engine)
        yield engine


def test_every_example_names_its_operation() -> None:
    assert {body for *_, body in READS + WRITES} == set(BLOCKS)


def test_every_table_and_index_has_an_example() -> None:
    shown = [json.loads(body) for _, _, body in READS]
    assert {request["TableName"] for request in shown} == set(DATASETS)
    indexes = {(request["TableName"], request.get("IndexName")) for request in shown}
    assert indexes >= {(row[0], row[1]) for row in documented("| table | index |")}


@pytest.mark.parametrize(
    ("operation", "count", "body"),
    READS,
    ids=[json.loads(body).get("IndexName", json.loads(body)["TableName"]) for *_, body in READS],
)
def test_an_example_finds_what_the_page_says(
    engine: Engine, operation: str, count: str, body: str
) -> None:
    answer = engine.call(operation, json.loads(body))
    found = 1 if "Item" in answer else answer["Count"]
    assert found == int(count)


@pytest.mark.parametrize(("operation", "body"), WRITES, ids=[name for name, _ in WRITES])
def test_an_example_of_a_change_is_valid(operation: str, body: str) -> None:
    validate(operation, json.loads(body))


def test_a_vote_is_counted_as_the_page_shows(engine: Engine) -> None:
    update = next(json.loads(body) for operation, body in WRITES if operation == "UpdateItem")
    before = engine.call("GetItem", {"TableName": "votes", "Key": update["Key"]})["Item"]
    after = engine.call("UpdateItem", update | {"ReturnValues": "ALL_NEW"})["Attributes"]
    assert int(after["votes"]["N"]) == int(before["votes"]["N"]) + 1
