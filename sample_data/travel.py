"""Airports, departures and routes in one table: a single-table design with an overloaded index.

What `airports` and `flights` hold in tables of their own, for the first week of 2001.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from sample_data import airports, flights
from sample_data.dataset import ALL, Dataset, Json, attribute_definitions, key_schema

_AFTER = "2001-01-08"


def items() -> Iterator[Json]:
    """Airports, their departures, and the routes between them, in this order."""
    week = [flight for flight in flights.items() if flight["departed"]["S"] < _AFTER]
    served = {flight[end]["S"] for flight in week for end in ("origin", "destination")}
    for airport in airports.items():
        if airport["iata"]["S"] in served:
            yield _airport(airport)
    for flight in week:
        yield _departure(flight)
    yield from _routes(week)


def _airport(airport: Json) -> Json:
    iata = airport["iata"]["S"]
    keys = _keys(f"AIRPORT#{iata}", "PROFILE", "airport") | {
        "GSI1PK": {"S": f"STATE#{airport['state']['S']}"},
        "GSI1SK": {"S": f"CITY#{airport['city']['S']}#{iata}"},
    }
    return keys | {name: airport[name] for name in ("iata", "name", "city", "state", "position")}


def _departure(flight: Json) -> Json:
    origin, departed = flight["origin"]["S"], flight["departed"]["S"]
    keys = _keys(f"AIRPORT#{origin}", f"DEPARTURE#{departed}", "departure") | {
        "GSI1PK": {"S": f"AIRPORT#{flight['destination']['S']}"},
        "GSI1SK": {"S": f"ARRIVAL#{departed}#{origin}"},
    }
    return keys | {name: flight[name] for name in ("destination", "delay", "distance")}


def _routes(week: Iterable[Json]) -> Iterator[Json]:
    """One item for each pair of airports: how many flights, and the sum of their delays."""
    by_route: dict[tuple[str, str], list[Json]] = defaultdict(list)
    for flight in week:
        by_route[flight["origin"]["S"], flight["destination"]["S"]].append(flight)
    for (origin, destination), flown in sorted(by_route.items()):
        keys = _keys(f"AIRPORT#{origin}", f"ROUTE#{destination}", "route") | {
            "GSI1PK": {"S": f"AIRPORT#{destination}"},
            "GSI1SK": {"S": f"ROUTE#{origin}"},
        }
        yield keys | {
            "destination": {"S": destination},
            "flights": {"N": str(len(flown))},
            "delays": {"N": str(sum(int(flight["delay"]["N"]) for flight in flown))},
            "distance": flown[0]["distance"],
        }


def _keys(partition_key: str, sort_key: str, kind: str) -> Json:
    return {"PK": {"S": partition_key}, "SK": {"S": sort_key}, "type": {"S": kind}}


DATASET = Dataset(
    name="travel",
    title="Travel",
    description="Airports, departures and routes of a week in one table (a single-table design), "
    "with an index that is overloaded.",
    row_count=1_552,
    source="derived from the rows of airports and flights",
    definition={
        "TableName": "travel",
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": attribute_definitions(PK="S", SK="S", GSI1PK="S", GSI1SK="S"),
        "KeySchema": key_schema("PK", "SK"),
        "GlobalSecondaryIndexes": [
            {
                "IndexName": "GSI1",
                "KeySchema": key_schema("GSI1PK", "GSI1SK"),
                "Projection": ALL,
            },
        ],
    },
    items=items,
)
