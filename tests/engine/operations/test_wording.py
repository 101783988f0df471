"""The wording of 2026 beside the classic one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from engine import ApiError, Engine, Settings
from tests.engine.cases import WordedCase
from tests.engine.cases.tables import make_tables
from tests.engine.cases.wordings import CASES

Engines = dict[str, Engine]


@pytest.fixture(scope="module")
def engines() -> Iterator[Engines]:
    """An engine of each wording, which no case changes."""
    with (
        Engine.in_memory(settings=Settings(wording="classic")) as classic,
        Engine.in_memory(settings=Settings(wording="2026")) as new,
    ):
        make_tables(classic)
        make_tables(new)
        yield {"classic": classic, "2026": new}


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_refusal_in_both_wordings(engines: Engines, case: WordedCase) -> None:
    for wording, message in (("classic", case.classic), ("2026", case.new)):
        with pytest.raises(ApiError) as caught:
            engines[wording].call(case.operation, case.request)
        assert (caught.value.code, caught.value.message) == ("ValidationException", message)
