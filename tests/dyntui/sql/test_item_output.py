"""Forms of output: Ion, and items that are kept aside."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from amazon.ion import simpleion

from dyntui.core.text.item_output import item_texts
from dyntui.core.text.spool import item_spool

ITEM = {
    "text": {"S": 'it\'s "so"\n☃'},
    "number": {"N": "12345678901234567890.5"},
    "binary": {"B": b"\x00\x01"},
    "wire": {"B": "AAE="},
    "yes": {"BOOL": True},
    "none": {"NULL": True},
    "texts": {"SS": ["a", "b"]},
    "numbers": {"NS": ["1", "2.5"]},
    "binaries": {"BS": [b"\x01"]},
    "list": {"L": [{"N": "1"}, {"M": {"deep name": {"S": "x"}}}]},
}


def test_ion_keeps_every_type() -> None:
    (line,) = item_texts([ITEM], "ion")
    assert line.count("\n") == 1
    read = simpleion.loads(line)
    assert read["text"] == 'it\'s "so"\n☃'
    assert read["number"] == Decimal("12345678901234567890.5")
    assert read["binary"] == read["wire"] == b"\x00\x01"
    assert read["yes"] == 1
    assert not read["none"]
    assert [read[name].ion_annotations[0].text for name in ("texts", "numbers", "binaries")] == [
        "$dynamodb_SS",
        "$dynamodb_NS",
        "$dynamodb_BS",
    ]
    assert list(read["numbers"]) == [1, Decimal("2.5")]
    assert read["list"][1] == {"deep name": "x"}


def test_items_that_are_kept_can_be_read_again() -> None:
    with item_spool() as spool:
        for _ in range(2):
            spool.add({"n": {"N": "1"}, "b": {"B": b"\x01"}})
            spool.add({"n": {"N": "2"}})
            for _ in range(2):
                assert list(spool.items()) == [
                    {"n": {"N": "1"}, "b": {"B": "AQ=="}},
                    {"n": {"N": "2"}},
                ]
            assert spool.count == 2
            spool.clear()
        assert list(spool.items()) == []


def test_what_memory_is_not_to_hold_is_sealed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "kept"
    monkeypatch.setattr("dyntui.core.text.spool.BLOCK_BYTES", 1_000)
    monkeypatch.setattr("dyntui.core.text.spool.MEMORY_BYTES", 5_000)
    monkeypatch.setattr("dyntui.core.text.spool.TemporaryFile", lambda: path.open("w+b"))
    items = [{"n": {"N": str(number)}, "text": {"S": "plain\r\n" * 9}} for number in range(300)]
    with item_spool() as spool:
        for item in items:
            spool.add(item)
        assert next(spool.items()) == items[0]
        spool.add(items[0])
        assert list(spool.items()) == [*items, items[0]]
        held = path.read_bytes()
        spool.clear()
        assert list(spool.items()) == []
    assert len(held) > 10_000
    assert b"plain" not in held
