"""Sample tables: five public data sets, two generated ones and a derived one.

    from sample_data import DATASETS, load

    DATASETS["movies"].definition      # a CreateTable request
    DATASETS["movies"].items()         # an iterator of items
    load(client, tools, ["movies"])    # creates the table and puts what it lacks

LICENSES.md has the origin and the terms of each set, docs/sample-data.md its keys and indexes.
"""

from sample_data.catalog import DATASETS, datasets
from sample_data.dataset import REFERENCE_S, Dataset
from sample_data.loading import (
    LoadedTable,
    Outcome,
    Progress,
    UnknownDatasetError,
    load,
    load_question,
)

__all__ = [
    "DATASETS",
    "REFERENCE_S",
    "Dataset",
    "LoadedTable",
    "Outcome",
    "Progress",
    "UnknownDatasetError",
    "datasets",
    "load",
    "load_question",
]
