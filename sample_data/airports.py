"""Airports of the United States: a partition key of one code, and a sparse index by state."""

from __future__ import annotations

from collections.abc import Iterator

from sample_data.dataset import Dataset, Json, attribute_definitions, include, key_schema
from sample_data.sources import read_csv

_MISSING = "NA"


def items() -> Iterator[Json]:
    """One item per airport."""
    for row in read_csv("airports.csv"):
        item: Json = {
            name: {"S": row[name]}
            for name in ("iata", "name", "city", "state", "country")
            if row[name] != _MISSING
        }
        item["position"] = {"M": {name: {"N": row[name]} for name in ("latitude", "longitude")}}
        yield item


DATASET = Dataset(
    name="airports",
    title="Airports",
    description="Airports of the United States by code, with positions; a sparse index by state "
    "and city.",
    row_count=3_376,
    source="airports.csv of vega-datasets 3.2.1, from the US Department of Transportation",
    definition={
        "TableName": "airports",
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": attribute_definitions(iata="S", state="S", city="S"),
        "KeySchema": key_schema("iata"),
        "GlobalSecondaryIndexes": [
            {
                "IndexName": "by-state",
                "KeySchema": key_schema("state", "city"),
                "Projection": include("name"),
            },
        ],
    },
    items=items,
)
