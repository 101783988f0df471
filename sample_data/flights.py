"""Flights of early 2001: departures of an airport in order of time, on provisioned capacity."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from sample_data.dataset import ALL, Dataset, Json, attribute_definitions, include, key_schema
from sample_data.sources import read_json

_THROUGHPUT = {"ReadCapacityUnits": 50, "WriteCapacityUnits": 20}


def items() -> Iterator[Json]:
    """One item per flight."""
    taken: Counter[tuple[str, str]] = Counter()
    for row in read_json("flights-10k.json"):
        minute = row["date"].replace("/", "-").replace(" ", "T")
        taken[row["origin"], minute] += 1
        yield {
            "origin": {"S": row["origin"]},
            "departed": {"S": departure(minute, taken[row["origin"], minute])},
            "destination": {"S": row["destination"]},
            "delay": {"N": row["delay"]},
            "distance": {"N": row["distance"]},
        }


def departure(minute: str, ordinal: int) -> str:
    """The sort key of an airport's `ordinal`th departure in a minute, counted from 1.

    >>> departure("2001-01-03T21:01", 2)
    '2001-01-03T21:01#2'
    """
    return minute if ordinal == 1 else f"{minute}#{ordinal}"


DATASET = Dataset(
    name="flights",
    title="Flights",
    description="US flights from January to March 2001 by origin and departure; a local index by "
    "delay, a global one by destination; provisioned capacity.",
    row_count=10_000,
    source="flights-10k.json of vega-datasets 3.2.1, from the US Bureau of Transportation "
    "Statistics",
    definition={
        "TableName": "flights",
        "BillingMode": "PROVISIONED",
        "ProvisionedThroughput": _THROUGHPUT,
        "AttributeDefinitions": attribute_definitions(
            origin="S", departed="S", delay="N", destination="S"
        ),
        "KeySchema": key_schema("origin", "departed"),
        "LocalSecondaryIndexes": [
            {
                "IndexName": "by-delay",
                "KeySchema": key_schema("origin", "delay"),
                "Projection": include("destination"),
            },
        ],
        "GlobalSecondaryIndexes": [
            {
                "IndexName": "by-destination",
                "KeySchema": key_schema("destination", "departed"),
                "Projection": ALL,
                "ProvisionedThroughput": _THROUGHPUT,
            },
        ],
    },
    items=items,
)
