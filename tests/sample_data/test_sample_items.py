"""What every sample data set promises: rows, keys, types, numbers, the same items each time."""

from __future__ import annotations

import csv
import gzip
import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any

import pytest

from engine.model.values import normalise_item
from sample_data import DATASETS, REFERENCE_S, datasets

Json = dict[str, Any]

NAMES = sorted(DATASETS)

# As vega-datasets 3.2.1 lists them in its datapackage.json: Git's hashes of the files.
PUBLISHED_SHA1 = {
    "airports.csv": "608ba6d51fa70584c3fa1d31eb94533302553838",
    "earthquakes.json": "ed4c47436c09d5cc5f428c233fbd8074c0346fd0",
    "flights-10k.json": "769a34f3d0442be8f356651463fe925ad8b3759d",
    "movies.json": "e38178f99454568c5160fc759184a1a1471cc558",
    "weather.csv": "0e7e853f4c5b67615da261d5d343824a43510f50",
}


def published(name: str) -> bytes:
    return gzip.decompress((files("sample_data") / "data" / f"{name}.gz").read_bytes())


@cache
def rows(table: str) -> list[Json]:
    """The rows of a public set, read without any of the package's code."""
    match table:
        case "movies":
            return list(json.loads(published("movies.json"), parse_float=Decimal))
        case "flights":
            return list(json.loads(published("flights-10k.json"), parse_float=Decimal))
        case "earthquakes":
            features = json.loads(published("earthquakes.json"), parse_float=Decimal)["features"]
            return [feature["properties"] for feature in features]
        case _:
            return list(csv.DictReader(published(f"{table}.csv").decode().splitlines()))


@cache
def items(table: str) -> list[Json]:
    return list(DATASETS[table].items())


def content(item: Json, name: str) -> Any:
    """What the attribute holds, without its type; None if it is absent."""
    return next(iter(item[name].values())) if name in item else None


def key_names(definition: Json) -> list[str]:
    return [element["AttributeName"] for element in definition["KeySchema"]]


def indexes(table: str) -> list[Json]:
    definition = DATASETS[table].definition
    return [
        index
        for member in ("LocalSecondaryIndexes", "GlobalSecondaryIndexes")
        for index in definition.get(member, [])
    ]


def types_in(value: Json) -> Iterator[str]:
    """The types of an attribute value and of all values in it."""
    for kind, inside in value.items():
        yield kind
        if kind == "M":
            for member in inside.values():
                yield from types_in(member)
        if kind == "L":
            for member in inside:
                yield from types_in(member)


@pytest.mark.parametrize("name", sorted(PUBLISHED_SHA1))
def test_the_packaged_file_is_the_published_one(name: str) -> None:
    data = published(name)
    blob = b"blob %d\0" % len(data) + data
    assert hashlib.sha1(blob, usedforsecurity=False).hexdigest() == PUBLISHED_SHA1[name]


@pytest.mark.parametrize("table", ["movies", "earthquakes", "flights", "airports", "weather"])
def test_every_row_of_the_file_is_an_item(table: str) -> None:
    assert len(items(table)) == len(rows(table)) == DATASETS[table].row_count


@pytest.mark.parametrize("table", NAMES)
def test_every_item_has_a_key_of_its_own(table: str) -> None:
    names = key_names(DATASETS[table].definition)
    keys = Counter(tuple(item[name]["S"] for name in names) for item in items(table))
    assert len(keys) == DATASETS[table].row_count
    assert all(all(key) for key in keys)


@pytest.mark.parametrize("table", NAMES)
def test_every_item_is_valid_and_small(table: str) -> None:
    for item in items(table):
        canonical, size = normalise_item(item)
        assert canonical.keys() == item.keys()
        assert size < 1_024


@pytest.mark.parametrize("table", NAMES)
def test_key_attributes_have_their_type_or_are_absent(table: str) -> None:
    definition = DATASETS[table].definition
    types = {
        entry["AttributeName"]: entry["AttributeType"]
        for entry in definition["AttributeDefinitions"]
    }
    used = {name for part in (definition, *indexes(table)) for name in key_names(part)}
    assert used == set(types)
    for item in items(table):
        for name, kind in types.items():
            if name in item:
                assert list(item[name]) == [kind]
                assert item[name][kind] != ""


@pytest.mark.parametrize("table", NAMES)
def test_projected_attributes_exist(table: str) -> None:
    present = {name for item in items(table) for name in item}
    for index in indexes(table):
        assert present >= set(index["Projection"].get("NonKeyAttributes", []))


def test_all_ten_types_occur_and_sessions_has_each() -> None:
    every = {"S", "N", "B", "SS", "NS", "BS", "M", "L", "NULL", "BOOL"}
    found = {
        kind for item in items("sessions") for value in item.values() for kind in types_in(value)
    }
    assert found == every
    assert all(isinstance(item["token"]["B"], bytes) for item in items("sessions"))


@pytest.mark.parametrize(
    ("table", "columns"),
    [
        (
            "movies",
            {
                "us_gross": "US Gross",
                "worldwide_gross": "Worldwide Gross",
                "us_dvd_sales": "US DVD Sales",
                "production_budget": "Production Budget",
                "running_time_min": "Running Time min",
                "distributor": "Distributor",
                "source": "Source",
                "genre": "Major Genre",
                "creative_type": "Creative Type",
                "director": "Director",
                "mpaa_rating": "MPAA Rating",
            },
        ),
        (
            "earthquakes",
            {
                name: name
                for name in [
                    "net",
                    "code",
                    "time",
                    "updated",
                    "tz",
                    "url",
                    "detail",
                    "felt",
                    "cdi",
                    "mmi",
                    "alert",
                    "status",
                    "sig",
                    "nst",
                    "dmin",
                    "rms",
                    "gap",
                    "type",
                    "title",
                    "mag",
                ]
            }
            | {"mag_type": "magType"},
        ),
        ("flights", {name: name for name in ("origin", "destination", "delay", "distance")}),
        ("airports", {name: name for name in ("iata", "name", "country")}),
        (
            "weather",
            {
                name: name
                for name in [
                    "location",
                    "date",
                    "weather",
                    "precipitation",
                    "temp_max",
                    "temp_min",
                    "wind",
                ]
            },
        ),
    ],
)
def test_values_are_those_of_the_file(table: str, columns: dict[str, str]) -> None:
    for row, item in zip(rows(table), items(table), strict=True):
        for name, column in columns.items():
            expected = row[column]
            found = content(item, name)
            if expected is not None and "N" in item.get(name, {}):
                expected, found = Decimal(expected), Decimal(found)
            assert found == expected


def test_ratings_of_a_film_are_those_of_the_file() -> None:
    columns = {
        "imdb": "IMDB Rating",
        "votes": "IMDB Votes",
        "rotten_tomatoes": "Rotten Tomatoes Rating",
    }
    for row, item in zip(rows("movies"), items("movies"), strict=True):
        expected = {
            name: row[column] for name, column in columns.items() if row[column] is not None
        }
        ratings = content(item, "ratings") or {}
        assert {name: Decimal(value["N"]) for name, value in ratings.items()} == expected


def test_coordinates_of_an_event_are_those_of_the_file() -> None:
    features = json.loads(published("earthquakes.json"), parse_float=Decimal)["features"]
    for feature, item in zip(features, items("earthquakes"), strict=True):
        found = [Decimal(figure["N"]) for figure in item["coordinates"]["L"]]
        assert found == feature["geometry"]["coordinates"]
        assert item["time_id"]["S"].endswith(f"#{feature['id']}")


def test_airports_without_a_state_are_not_in_the_index() -> None:
    missing = [item for item in items("airports") if "state" not in item or "city" not in item]
    assert len(missing) == 12
    assert all("state" not in item and "city" not in item for item in missing)
    assert not any("NA" in value.values() for item in items("airports") for value in item.values())


def test_only_flights_is_provisioned() -> None:
    provisioned = {
        name: dataset.definition["ProvisionedThroughput"]
        for name, dataset in DATASETS.items()
        if dataset.definition["BillingMode"] != "PAY_PER_REQUEST"
    }
    assert provisioned == {"flights": {"ReadCapacityUnits": 50, "WriteCapacityUnits": 20}}


@pytest.mark.parametrize("table", NAMES)
def test_items_are_the_same_each_time(table: str) -> None:
    assert list(DATASETS[table].items()) == items(table)


@pytest.mark.parametrize(
    ("table", "digest"),
    [("sessions", "d6b7f5704291c6f1"), ("votes", "f6c124e8e1a476db")],
)
def test_generated_items_are_the_same_on_every_machine(table: str, digest: str) -> None:
    text = json.dumps([normalise_item(item)[0] for item in items(table)], sort_keys=True)
    assert hashlib.sha256(text.encode()).hexdigest()[:16] == digest


def test_the_present_moves_only_the_times_of_sessions() -> None:
    day_s = 86_400
    later = datasets(REFERENCE_S + day_s)
    moved = {"created_at", "expires_at", "signed_out_at"}
    for before, after in zip(items("sessions"), later["sessions"].items(), strict=True):
        for name in before.keys() | after.keys():
            if name in moved and "N" in before[name]:
                assert int(after[name]["N"]) == int(before[name]["N"]) + day_s
            else:
                assert after[name] == before[name]
    assert list(later["votes"].items()) == items("votes")


def test_about_half_of_the_sessions_have_expired() -> None:
    expired = sum(int(item["expires_at"]["N"]) <= REFERENCE_S for item in items("sessions"))
    assert 400 < expired < 600
    for item in items("sessions"):
        assert int(item["created_at"]["N"]) < REFERENCE_S
        if "N" in item["signed_out_at"]:
            assert int(item["created_at"]["N"]) < int(item["signed_out_at"]["N"]) <= REFERENCE_S


def test_votes_spread_over_every_shard_and_hour() -> None:
    shards = Counter(item["candidate_shard"]["S"] for item in items("votes"))
    assert len(shards) == 40
    assert set(shards.values()) == {25}
    hours = {item["hour"]["S"] for item in items("votes")}
    assert (len(hours), min(hours), max(hours)) == (25, "2025-12-30T23", "2025-12-31T23")


def test_travel_holds_a_week_of_flights_with_their_airports_and_routes() -> None:
    by_type: dict[str, list[Json]] = {}
    for item in items("travel"):
        by_type.setdefault(item["type"]["S"], []).append(item)
    week = [item for item in items("flights") if item["departed"]["S"] < "2001-01-08"]
    flown = Counter((item["origin"]["S"], item["destination"]["S"]) for item in week)
    assert Counter(
        (item["PK"]["S"], item["SK"]["S"], item["GSI1PK"]["S"], item["delay"]["N"])
        for item in by_type["departure"]
    ) == Counter(
        (
            f"AIRPORT#{item['origin']['S']}",
            f"DEPARTURE#{item['departed']['S']}",
            f"AIRPORT#{item['destination']['S']}",
            item["delay"]["N"],
        )
        for item in week
    )
    assert {
        (item["PK"]["S"][8:], item["destination"]["S"]): int(item["flights"]["N"])
        for item in by_type["route"]
    } == flown
    delays = sum(int(item["delays"]["N"]) for item in by_type["route"])
    assert delays == sum(int(item["delay"]["N"]) for item in week)
    airports = {item["iata"]["S"] for item in by_type["airport"]}
    assert airports == {place for route in flown for place in route}
