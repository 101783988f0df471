"""docs/python.md: its examples run, and its table of operations is what the engine answers."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from engine import Engine

GUIDE = Path(__file__).parents[2] / "docs" / "python.md"


def test_its_examples_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    blocks = re.findall(r"^```python\n(.*?)^```$", GUIDE.read_text(), re.MULTILINE | re.DOTALL)
    for block in blocks:
        exec(block, names)
    shown = capsys.readouterr().out.splitlines()
    assert shown[0] == "{'TableName': 'orders', 'CapacityUnits': 0.5}"
    assert shown[1].startswith("ConditionalCheckFailedException The conditional request failed")
    assert shown[2].startswith("ResourceNotFoundException Requested resource not found")
    assert shown[4:] == ["31", "Query", "1"]


def test_it_names_the_operations_that_are_answered() -> None:
    section = GUIDE.read_text().split("\n## Operations\n")[1]
    rows = re.findall(r"^\| [a-zA-Z]+ \| (.+) \|$", section, re.MULTILINE)
    assert {name for row in rows for name in row.split(", ")} == Engine.operations()
