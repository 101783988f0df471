"""Every error of tables, items and reads, by its number; those of expressions are elsewhere."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from engine import ApiError, Engine
from tests.engine.cases import ErrorCase, control, items, legacy, reads, several_items, values
from tests.engine.cases.control import SPECIAL_CASES, make_special_tables
from tests.engine.cases.tables import ITEMS, make_tables

CASES = (
    *values.CASES,
    *items.CASES,
    *reads.CASES,
    *legacy.CASES,
    *several_items.CASES,
    *control.CASES,
    *SPECIAL_CASES,
)

# Not here, since more than a request is needed: E089 and E134 (transactions in flight), E090
# (a collection of 10 GB), E131 and E132 (a token used before), E183 and E192 (a table in motion),
# E199 (a clock). E071, E072, E084, E100 and E113 to E120 are those of expressions, E139 of
# statements; E135, E152 to E157 and E204 to E208 belong to what is not there yet.
NUMBERS = {
    *range(1, 38),
    *range(73, 84),
    *range(85, 89),
    *range(91, 100),
    *range(101, 113),
    *range(121, 131),
    133,
    *range(136, 139),
    *range(140, 152),
    *range(158, 183),
    *range(184, 192),
    *range(193, 199),
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
    error = caught.value
    assert case.is_told_by(error.code, error.message), str(error)


def test_every_number_has_a_case() -> None:
    assert {int(case.id[1:4]) for case in CASES} >= NUMBERS


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
