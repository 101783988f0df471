"""The sample data sets by name."""

from __future__ import annotations

from sample_data import airports, earthquakes, flights, movies, sessions, travel, votes, weather
from sample_data.dataset import REFERENCE_S, Dataset


def datasets(now_s: int = REFERENCE_S) -> dict[str, Dataset]:
    """Every data set, in the order in which they are shown.

    `now_s` (epoch seconds) is what `sessions` takes for the present; the others do not change.
    """
    sets = (
        movies.DATASET,
        earthquakes.DATASET,
        flights.DATASET,
        airports.DATASET,
        weather.DATASET,
        sessions.dataset(now_s),
        votes.DATASET,
        travel.DATASET,
    )
    return {dataset.name: dataset for dataset in sets}


DATASETS = datasets()
