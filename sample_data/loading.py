"""Putting sample data sets into an engine."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

from sample_data.catalog import DATASETS, datasets
from sample_data.dataset import REFERENCE_S, Dataset, Json

if TYPE_CHECKING:
    from engine.client.protocol import Client, LoadProgress

_READY_POLL_S = 0.2

Outcome = Literal["created", "completed", "present", "foreign"]
"""What became of a table.

created: it was not there, and has every item now. completed: it was there, lacked items and has
them now. present: it was there with every item. foreign: a table of that name has other keys or
indexes than the sample's, and was left alone.
"""

Progress = Callable[[str, int, int], None]
"""Called with a table's name, how many of the set's items it holds, and how many the set has."""

_Key = tuple[str, ...]


class UnknownDatasetError(ValueError):
    """There is no sample data set of a name; the message is one line for whoever gave it."""

    def __init__(self, name: str) -> None:
        super().__init__(f"there is no sample data set {name!r}; there are {', '.join(DATASETS)}")


@dataclass(frozen=True, slots=True)
class LoadedTable:
    """What `load` did for one data set."""

    name: str
    outcome: Outcome
    items_written: int


class ItemLoader(Protocol):
    """What puts many items: an engine, or whoever does it by requests."""

    def load_items(
        self, table: str, items: Iterable[Json], *, on_progress: Callable[[LoadProgress], None]
    ) -> int:
        """Put items, and give how many were written; raises `engine.errors.ApiError`."""
        ...


def load(
    client: Client,
    tools: ItemLoader,
    names: Iterable[str] | None = None,
    on_progress: Progress | None = None,
    *,
    now_s: int = REFERENCE_S,
) -> list[LoadedTable]:
    """Create the tables of the data sets `names` (all of them if None) and put their items.

    Only missing items are put: what a killed load left undone is finished, and items that have
    been edited stay as they are. `now_s` (epoch seconds) is the present for `sessions`. An
    exception of `on_progress` stops the load; a later one goes on from there.

    Raises `UnknownDatasetError` before anything is written, and `engine.errors.ApiError`.
    """
    available = datasets(now_s)
    chosen = list(available if names is None else names)
    for name in chosen:
        if name not in available:
            raise UnknownDatasetError(name)
    return [_load(client, tools, available[name], on_progress) for name in chosen]


def load_question(names: Iterable[str] | None = None) -> str:
    """What loading data sets costs where it costs something, as a question.

    Raises `UnknownDatasetError`.
    """
    chosen = list(DATASETS if names is None else names)
    for name in chosen:
        if name not in DATASETS:
            raise UnknownDatasetError(name)
    count = sum(DATASETS[name].row_count for name in chosen)
    return (
        f"This creates the tables {', '.join(chosen)} and puts {count:,} items, which costs that "
        "many write units and as many again for each index. Go on?"
    )


def _load(
    client: Client, tools: ItemLoader, dataset: Dataset, on_progress: Progress | None
) -> LoadedTable:
    description = _describe(client, dataset.name)
    if description is None:
        client.call("CreateTable", dataset.definition)
        _wait_until_active(client, dataset.name)
        held: set[_Key] = set()
    elif _keys_and_indexes(description) != _keys_and_indexes(dataset.definition):
        return LoadedTable(dataset.name, "foreign", 0)
    else:
        held = _held_keys(client, dataset)

    key_names = _key_names(dataset)
    missing = [item for item in dataset.items() if _key(item, key_names) not in held]
    if not missing:
        return LoadedTable(dataset.name, "present", 0)

    def report(progress: LoadProgress) -> None:
        if on_progress is not None:
            held_count = dataset.row_count - len(missing) + progress.items_written
            on_progress(dataset.name, held_count, dataset.row_count)

    written = tools.load_items(dataset.name, missing, on_progress=report)
    return LoadedTable(dataset.name, "created" if description is None else "completed", written)


def _wait_until_active(client: Client, table: str) -> None:
    """A table that is being made takes no items yet."""
    from engine.clock import pause

    while client.call("DescribeTable", {"TableName": table})["Table"]["TableStatus"] != "ACTIVE":
        pause(_READY_POLL_S)


def _describe(client: Client, table: str) -> Json | None:
    """The table's description, None if it does not exist."""
    # Not at the top: importing any module of the engine imports the whole of it.
    from engine.errors import ResourceNotFoundException

    try:
        description: Json = client.call("DescribeTable", {"TableName": table})["Table"]
    except ResourceNotFoundException:
        return None
    return description


def _keys_and_indexes(table: Json) -> Json:
    """What two tables must share to be one: keys, their types, and the keys of every index.

    `table` is a CreateTable request or a TableDescription.
    """
    types = {
        definition["AttributeName"]: definition["AttributeType"]
        for definition in table["AttributeDefinitions"]
    }
    indexes = [
        index
        for member in ("LocalSecondaryIndexes", "GlobalSecondaryIndexes")
        for index in table.get(member, [])
    ]
    return {
        "types": types,
        "keys": table["KeySchema"],
        "indexes": {index["IndexName"]: index["KeySchema"] for index in indexes},
    }


def _key_names(dataset: Dataset) -> list[str]:
    return [element["AttributeName"] for element in dataset.definition["KeySchema"]]


def _key(item: Json, key_names: list[str]) -> _Key:
    """The primary key's values; the keys of every sample table are strings."""
    return tuple(item[name]["S"] for name in key_names)


def _held_keys(client: Client, dataset: Dataset) -> set[_Key]:
    """The primary keys of the table's items."""
    key_names = _key_names(dataset)
    # Some names, such as `date`, are reserved words.
    placeholders = {f"#k{position}": name for position, name in enumerate(key_names)}
    request: Json = {
        "TableName": dataset.name,
        "ProjectionExpression": ", ".join(placeholders),
        "ExpressionAttributeNames": placeholders,
    }
    keys: set[_Key] = set()
    while True:
        page = client.call("Scan", request)
        keys.update(_key(item, key_names) for item in page["Items"])
        if "LastEvaluatedKey" not in page:
            return keys
        request["ExclusiveStartKey"] = page["LastEvaluatedKey"]
