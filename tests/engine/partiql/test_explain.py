"""Explaining statements: what a read or a write will do, and what it would be refused for."""

from __future__ import annotations

from typing import Any

import pytest

from engine import Engine
from engine.errors import ApiError
from tests.engine.partiql.test_statements import engine, run

__all__ = ["engine"]

Json = dict[str, Any]


def test_a_range_of_an_item_collection_is_a_query(engine: Engine) -> None:
    found = engine.explain("SELECT * FROM ranged WHERE p = 'a' AND r > '2' AND v = 1")
    assert (found.operation, found.table, found.index) == ("Query", "ranged", None)
    assert found.keys == ("p = 'a' AND r > '2'",)
    assert found.filter == "v = 1"
    assert (found.items, found.exact, found.units) == (2, True, 0.5)
    assert not found.full_scan


def test_a_full_scan_names_the_index_that_would_spare_it(engine: Engine) -> None:
    found = engine.explain("SELECT * FROM ranged WHERE g = 1")
    assert (found.operation, found.full_scan, found.items) == ("Scan", True, 6)
    assert found.better == ("index by-g answers this with a Query",)


def test_a_write_is_explained_and_not_done(engine: Engine) -> None:
    found = engine.explain("DELETE FROM ranged WHERE p = 'a' AND r = '0'")
    assert (found.operation, found.keys) == ("DeleteItem", ("p = 'a' AND r = '0'",))
    assert len(run(engine, "SELECT * FROM ranged WHERE p = 'a'")["Items"]) == 5


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM nothing",
        'SELECT * FROM ranged."none" WHERE g = 1',
        'SELECT v FROM ranged."by-g" WHERE g = 1',
        "SELECT * FROM ranged WHERE shout(v) = 1",
        "DELETE FROM ranged WHERE p = 'a'",
    ],
)
def test_what_is_refused_is_not_explained(engine: Engine, statement: str) -> None:
    with pytest.raises(ApiError) as run_error:
        run(engine, statement)
    with pytest.raises(ApiError) as explain_error:
        engine.explain(statement)
    assert str(explain_error.value) == str(run_error.value)
    assert type(explain_error.value) is type(run_error.value)
