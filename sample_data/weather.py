"""Daily weather of two cities: long time series, with a local index by temperature."""

from __future__ import annotations

from collections.abc import Iterator

from sample_data.dataset import ALL, Dataset, Json, attribute_definitions, include, key_schema
from sample_data.sources import read_csv

_TEXTS = ("location", "date", "weather")
_NUMBERS = ("precipitation", "temp_max", "temp_min", "wind")


def items() -> Iterator[Json]:
    """One item per city and day."""
    for row in read_csv("weather.csv"):
        item: Json = {name: {"S": row[name]} for name in _TEXTS}
        item |= {name: {"N": row[name]} for name in _NUMBERS}
        yield item


DATASET = Dataset(
    name="weather",
    title="Weather",
    description="Daily weather of Seattle and New York from 2012 to 2015; a local index by "
    "temperature, a global one by kind of weather.",
    row_count=2_922,
    source="weather.csv of vega-datasets 3.2.1, from NOAA",
    definition={
        "TableName": "weather",
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": attribute_definitions(
            location="S", date="S", temp_max="N", weather="S"
        ),
        "KeySchema": key_schema("location", "date"),
        "LocalSecondaryIndexes": [
            {
                "IndexName": "by-temp-max",
                "KeySchema": key_schema("location", "temp_max"),
                "Projection": ALL,
            },
        ],
        "GlobalSecondaryIndexes": [
            {
                "IndexName": "by-weather",
                "KeySchema": key_schema("weather", "date"),
                "Projection": include("temp_max", "temp_min"),
            },
        ],
    },
    items=items,
)
