"""The guide to testing is itself a project whose tests pass; the examples of streams run."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tests.dyntui.boto.test_plugin import run_project

GUIDE = Path(__file__).parents[3] / "docs" / "testing.md"
STREAMS = GUIDE.with_name("streams.md")


def test_the_guides_examples_pass(tmp_path: Path) -> None:
    blocks = re.findall(r"```python\n(.*?)```", GUIDE.read_text(), re.DOTALL)
    named = {name: text for name, text in map(_named, blocks) if name}
    tests = {"test_shop", "test_attached", "test_seeded", "test_throttled"}
    assert set(named) == {"shop", "conftest", *tests}
    [script] = [text for name, text in map(_named, blocks) if not name]
    found = run_project(tmp_path, **named, test_script=f"def test_script():\n{_indented(script)}")
    assert found.returncode == 0, found.stdout
    assert "9 passed" in found.stdout


def test_the_examples_of_streams_run(capsys: pytest.CaptureFixture[str]) -> None:
    names: dict[str, Any] = {}
    blocks = re.findall(r"```python\n(.*?)```", STREAMS.read_text(), re.DOTALL)
    for block in blocks:
        exec(block, names)
    assert len(blocks) == 3
    assert capsys.readouterr().out.startswith("INSERT {'id': {'S': 'a'}} [AttributeChange(")


def _named(block: str) -> tuple[str, str]:
    """The module that a block's first line names, if it does, and the block."""
    found = re.match(r"# (\w+)\.py\n", block)
    return (found[1] if found else "", block)


def _indented(block: str) -> str:
    return "".join(f"    {line}" for line in block.splitlines(keepends=True))
