"""Every error of the expression layer, by its number."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from engine import ApiError, Engine
from tests.engine.cases import ErrorCase
from tests.engine.cases.expressions import CASES
from tests.engine.cases.tables import ITEMS, make_tables

# §13.4, and what belongs to expressions of §13.5 and §13.6.
NUMBERS = {*range(38, 73), 84, 100, *range(113, 121)}


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    """An engine that no case changes."""
    with Engine.in_memory() as opened:
        make_tables(opened)
        yield opened


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_request_is_refused_with_the_type_and_the_text(engine: Engine, case: ErrorCase) -> None:
    with pytest.raises(ApiError) as caught:
        engine.call(case.operation, case.request)
    assert (caught.value.code, caught.value.message) == (case.code, case.message)


def test_every_number_has_a_case() -> None:
    assert {int(case.id[1:4]) for case in CASES} >= NUMBERS


def test_ids_are_unique() -> None:
    ids = [case.id for case in CASES]
    assert sorted(set(ids)) == sorted(ids)


def test_refused_requests_change_nothing(engine: Engine) -> None:
    for table, items in ITEMS.items():
        assert engine.scan(TableName=table)["Count"] == len(items)
        for item in items:
            names = ("p",) if table == "hash" else ("p", "r")
            key = {name: item[name] for name in names}
            assert engine.get_item(TableName=table, Key=key)["Item"] == item
