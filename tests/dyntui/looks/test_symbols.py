"""The table of symbols: complete, of one cell each, and in letters on the other side."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.cells import cell_len

from dyntui.core.recovery.timeline import SIGNS
from dyntui.core.text import chart
from dyntui.core.text.symbols import STAND_INS, is_ascii, plain
from dyntui.core.transfers.words import MARKS

CODE = Path(__file__).parents[3] / "dyntui"


def drawn_texts(path: Path) -> Iterator[str]:
    """The texts of a module that are no docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    docs = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs:
            yield node.value


def test_every_symbol_that_is_drawn_has_a_stand_in() -> None:
    missing = {
        (character, str(path.relative_to(CODE)))
        for path in CODE.rglob("*.py")
        for text in drawn_texts(path)
        for character in text
        if not character.isascii() and character not in STAND_INS
    }
    assert missing == set(), "dyntui/core/text/symbols.py has no stand-in for these"


def test_stand_ins_take_the_same_room() -> None:
    for symbol, letter in STAND_INS.items():
        assert letter.isascii()
        assert letter.isprintable()
        assert len(letter) == cell_len(letter) == cell_len(symbol) == 1, symbol


@pytest.mark.parametrize(
    "family",
    [chart.BARS, "░▒▓█", "".join(MARKS.values()), "".join(SIGNS.values()), "▸▾", "●‖■", "▲△", "←→"],
)
def test_what_stands_beside_each_other_stays_apart(family: str) -> None:
    assert len(set(plain(family))) == len(set(family))


def test_values_stay_as_they_are() -> None:
    assert plain("Zoë Śliwa 漢字 → ✓") == "Zoë Śliwa 漢字 > v"


def test_auto_goes_by_the_encoding() -> None:
    assert is_ascii("auto", "ANSI_X3.4-1968")
    assert is_ascii("ascii", "UTF-8")
    assert not is_ascii("auto", "UTF-8")
    assert not is_ascii("unicode", "ascii")
