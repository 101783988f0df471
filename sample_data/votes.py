"""Generated votes: hourly counters, sharded so that no partition key takes every write."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from sample_data.dataset import REFERENCE_S, Dataset, Json, attribute_definitions, key_schema

SEED = 20_251_231
SHARD_COUNT = 10
HOUR_COUNT = 25

# Each with the most votes that one shard takes in an hour.
_CANDIDATES = {"ada": 900, "barbara": 700, "edsger": 400, "grace": 850}
_STATIONS = range(101, 141)


def items() -> Iterator[Json]:
    """One counter per candidate, shard and hour, up to the hour that ends at `REFERENCE_S`."""
    # Importing `random` costs more than the rest of the package together.
    from sample_data.draws import Draws

    draws = Draws(SEED)
    hours = [
        f"{datetime.fromtimestamp(REFERENCE_S - 3_600 * back, UTC):%Y-%m-%dT%H}"
        for back in range(HOUR_COUNT, 0, -1)
    ]
    for candidate, most in _CANDIDATES.items():
        for shard in range(SHARD_COUNT):
            for hour in hours:
                stations = draws.some(_STATIONS, 0.1)
                yield {
                    "candidate_shard": {"S": f"{candidate}#{shard}"},
                    "hour": {"S": hour},
                    "candidate": {"S": candidate},
                    "shard": {"N": str(shard)},
                    "votes": {"N": str(draws.whole(0, most))},
                    "stations": {"NS": [str(station) for station in stations]},
                }


DATASET = Dataset(
    name="votes",
    title="Votes",
    description="Generated hourly vote counters, each candidate's spread over ten shards.",
    row_count=len(_CANDIDATES) * SHARD_COUNT * HOUR_COUNT,
    source="generated",
    definition={
        "TableName": "votes",
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": attribute_definitions(candidate_shard="S", hour="S"),
        "KeySchema": key_schema("candidate_shard", "hour"),
    },
    items=items,
)
