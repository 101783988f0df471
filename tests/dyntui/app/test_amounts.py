"""Amounts in words: one is not said as many."""

from __future__ import annotations

import pytest

from dyntui.core.text.amounts import counted, items_written


@pytest.mark.parametrize(
    ("number", "text"),
    [(0, "0 items"), (1, "1 item"), (1.0, "1 item"), (0.5, "0.5 items"), (1_200, "1,200 items")],
)
def test_counted(number: float, text: str) -> None:
    assert counted(number, "item") == text


def test_words_with_another_plural() -> None:
    assert counted(1, "index", "indexes") == "1 index"
    assert counted(2, "index", "indexes") == "2 indexes"
    assert [items_written(1), items_written(2)] == ["1 item was written", "2 items were written"]
