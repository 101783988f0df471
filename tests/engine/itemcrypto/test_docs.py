"""docs/item-encryption.md: its example runs, and what it shows of settings can be read."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from engine.itemcrypto.config import load_protection
from engine.itemcrypto.key_files import write_key

_PAGE = (Path(__file__).parents[3] / "docs" / "item-encryption.md").read_text(encoding="utf-8")


def test_the_example_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    program, _ = re.findall(r"```python\n(.*?)```", _PAGE, re.DOTALL)
    monkeypatch.chdir(tmp_path)
    exec(compile(program, "the example", "exec"), {})
    assert capsys.readouterr().out.startswith("item id 1 of orders: no tag is right: ")


def test_the_settings_can_be_read(tmp_path: Path) -> None:
    whole, beacons, compound, legacy = re.findall(r"```toml\n(.*?)```", _PAGE, re.DOTALL)
    for name in ("orders.key", "orders.beacon.key", "mac.key", "wrap.key"):
        write_key(tmp_path / name, bytes(32))
    path = tmp_path / "orders.crypto.toml"
    for text in (whole, whole + beacons, whole + beacons + compound, whole + legacy):
        path.write_text(text)
        protection = load_protection(path)
    assert protection.legacy is not None
