"""Earthquakes of one week: a network's events in order of time, with nested places."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from sample_data.dataset import Dataset, Json, attribute_definitions, include, key_schema
from sample_data.sources import read_json

_TEXTS = {
    "code": "code",
    "title": "title",
    "status": "status",
    "type": "type",
    "alert": "alert",
    "mag_type": "magType",
    "url": "url",
    "detail": "detail",
}
_NUMBERS = {
    "time": "time",
    "updated": "updated",
    "tz": "tz",
    "mag": "mag",
    "sig": "sig",
    "felt": "felt",
    "cdi": "cdi",
    "mmi": "mmi",
    "nst": "nst",
    "dmin": "dmin",
    "rms": "rms",
    "gap": "gap",
}
_SETS = ("ids", "sources", "types")
_PLACE = re.compile(r"(\d+)km ([NSEW]+) of (.+)")


def items() -> Iterator[Json]:
    """One item per event."""
    for feature in read_json("earthquakes.json")["features"]:
        yield _item(feature)


def _item(feature: dict[str, Any]) -> Json:
    """An item from a feature of the GeoJSON file."""
    event = feature["properties"]
    moment = iso_time(int(event["time"]))
    item: Json = {
        "net": {"S": event["net"]},
        "time_id": {"S": f"{moment}#{feature['id']}"},
        "day": {"S": moment[:10]},
    }
    item |= {name: {"S": event[key]} for name, key in _TEXTS.items() if event[key] is not None}
    item |= {name: {"N": event[key]} for name, key in _NUMBERS.items() if event[key] is not None}
    # The feed writes its lists as ",ak,us,".
    item |= {name: {"SS": event[name].strip(",").split(",")} for name in _SETS}
    item["tsunami"] = {"BOOL": event["tsunami"] == "1"}
    item["place"] = {"M": place(event["place"])}
    item["coordinates"] = {"L": [{"N": figure} for figure in feature["geometry"]["coordinates"]]}
    return item


def iso_time(epoch_ms: int) -> str:
    """The moment as ISO text in UTC with milliseconds, so that text order is time order.

    >>> iso_time(1517966773840)
    '2018-02-07T01:26:13.840Z'
    """
    seconds, milliseconds = divmod(epoch_ms, 1_000)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{milliseconds:03d}Z"


def place(text: str) -> Json:
    """A place's description and, where it names them, distance, bearing and nearest town."""
    parts = {"description": {"S": text}}
    if match := _PLACE.fullmatch(text):
        distance, bearing, nearest = match.groups()
        parts |= {
            "distance_km": {"N": distance},
            "bearing": {"S": bearing},
            "nearest": {"S": nearest},
        }
    return parts


DATASET = Dataset(
    name="earthquakes",
    title="Earthquakes",
    description="Seismic events of one week in 2018 by network and time, with nested places; "
    "indexes by day and, sparse, by alert.",
    row_count=1_707,
    source="earthquakes.json of vega-datasets 3.2.1, from the USGS feed all_week.geojson",
    definition={
        "TableName": "earthquakes",
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": attribute_definitions(
            net="S", time_id="S", day="S", mag="N", alert="S"
        ),
        "KeySchema": key_schema("net", "time_id"),
        "GlobalSecondaryIndexes": [
            {
                "IndexName": "by-day",
                "KeySchema": key_schema("day", "mag"),
                "Projection": include("title", "place", "coordinates", "type"),
            },
            {
                "IndexName": "by-alert",
                "KeySchema": key_schema("alert", "mag"),
                "Projection": include("title"),
            },
        ],
    },
    items=items,
)
