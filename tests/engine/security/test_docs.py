"""docs/security.md: its example runs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

_PAGE = (Path(__file__).parents[3] / "docs" / "security.md").read_text(encoding="utf-8")


def test_the_example_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    [program] = re.findall(r"```python\n(.*?)```", _PAGE, re.DOTALL)
    monkeypatch.chdir(tmp_path)
    exec(compile(program, "the example", "exec"), {})
    assert capsys.readouterr().out == "DisabledException\n"
