"""Every error of tables, items and reads, by its number; those of expressions are elsewhere."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from engine import ApiError, Engine
from tests.engine.cases import ErrorCase, control, items, reads, values
from tests.engine.cases.control import SPECIAL_CASES, make_special_tables
from tests.engine.cases.tables import ITEMS, make_tables

CASES = (*values.CASES, *items.CASES, *reads.CASES, *control.CASES, *SPECIAL_CASES)

# Not here: E036 and E037 (batches), E071, E072, E084, E100 and E113 to E120 (expressions), E089 and
# E090 (transactions, collections), E101, E123 and E125 (parameters from before expressions), E183
# and E192 (which need a table in motion), and Time to Live.
NUMBERS = {
    *range(1, 36),
    *range(73, 84),
    *range(85, 89),
    *range(91, 100),
    *range(102, 113),
    *(121, 122, 124),
    *range(158, 183),
    *range(184, 192),
    *range(193, 196),
    *range(200, 204),
}


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    """An engine that no case changes."""
    with Engine.in_memory() as opened:
        make_tables(opened)
        make_special_tables(opened)
        yield opened


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_request_is_refused_with_the_type_and_the_text(engine: Engine, case: ErrorCase) -> None:
    with pytest.raises(ApiError) as caught:
        engine.call(case.operation, case.request)
    assert (caught.value.code, caught.value.message) == (case.code, case.message)


def test_every_number_has_a_case() -> None:
    assert {int(case.id[1:4]) for case in CASES} == NUMBERS


def test_ids_are_unique() -> None:
    ids = [case.id for case in CASES]
    assert sorted(set(ids)) == sorted(ids)


def test_refused_requests_change_nothing(engine: Engine) -> None:
    assert engine.list_tables()["TableNames"] == [
        "hash",
        "indexed",
        "kept",
        "provisioned",
        "ranged",
    ]
    for table, stored in ITEMS.items():
        found = engine.scan(TableName=table)["Items"]
        assert sorted(found, key=str) == sorted(stored, key=str)
    assert engine.check() == []
