"""An app on an engine in memory, with a table that is longer than any window."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from typing import Any

import pytest

from engine import Engine
from tests.dyntui.app.driving import FILM_COUNT, Recorder, film

Json = dict[str, Any]

GARBAGE_THRESHOLD = 50_000


@pytest.fixture(autouse=True, scope="package")
def rare_collections() -> Iterator[None]:
    """Collecting garbage is a fifth of what a started app takes."""
    before = gc.get_threshold()
    gc.set_threshold(GARBAGE_THRESHOLD)
    yield
    gc.set_threshold(*before)


@pytest.fixture(autouse=True)
def quick_pilot(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pilot's own waiting measures the processor's time, which says little on a busy machine;
    `settle` waits for what really is to happen."""
    monkeypatch.setattr("textual._wait.SLEEP_GRANULARITY", 0.0)
    monkeypatch.setattr("dyntui.widgets.explain_panel.PAUSE_SECONDS", 0.0)


def create_films(engine: Engine) -> None:
    """Tables `films` (with an index by genre) and `notes` (empty, with a sort key)."""
    engine.call(
        "CreateTable",
        {
            "TableName": "films",
            "AttributeDefinitions": [
                {"AttributeName": "id", "AttributeType": "S"},
                {"AttributeName": "genre", "AttributeType": "S"},
                {"AttributeName": "year", "AttributeType": "N"},
            ],
            "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
            "GlobalSecondaryIndexes": [
                {
                    "IndexName": "by-genre",
                    "KeySchema": [
                        {"AttributeName": "genre", "KeyType": "HASH"},
                        {"AttributeName": "year", "KeyType": "RANGE"},
                    ],
                    "Projection": {"ProjectionType": "ALL"},
                }
            ],
            "BillingMode": "PAY_PER_REQUEST",
        },
    )
    engine.load_items("films", (film(number) for number in range(FILM_COUNT)))
    engine.call(
        "CreateTable",
        {
            "TableName": "notes",
            "AttributeDefinitions": [
                {"AttributeName": "who", "AttributeType": "S"},
                {"AttributeName": "at", "AttributeType": "N"},
            ],
            "KeySchema": [
                {"AttributeName": "who", "KeyType": "HASH"},
                {"AttributeName": "at", "KeyType": "RANGE"},
            ],
            "BillingMode": "PAY_PER_REQUEST",
        },
    )


@pytest.fixture
def engine() -> Iterator[Engine]:
    """An engine in memory with the tables of `create_films`."""
    with Engine.in_memory() as opened:
        create_films(opened)
        yield opened


@pytest.fixture
def client(engine: Engine) -> Recorder:
    """The engine, with what it is asked written down."""
    return Recorder(engine)


@pytest.fixture
def empty_engine() -> Iterator[Engine]:
    """A Region without tables."""
    with Engine.in_memory() as opened:
        yield opened
