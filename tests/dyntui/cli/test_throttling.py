"""What decides whether a folder's requests are throttled."""

from __future__ import annotations

from pathlib import Path

import pytest

from dyntui.core.connection.choices import ConnectError
from dyntui.core.connection.connect import connect
from engine.errors import ProvisionedThroughputExceededException
from tests.dyntui.cli.shell import Shell

LARGE = {"id": {"S": "large"}, "text": {"S": "x" * 300_000}}


def is_throttled(folder: Path, *, given: str | None = None, **environment: str) -> bool:
    """Whether a write is refused where the one before it has overdrawn."""
    with connect(str(folder), throttling=given, retries=0, environment=environment) as connection:
        try:
            for _ in range(2):
                connection.client.call("PutItem", {"TableName": "orders", "Item": LARGE})
        except ProvisionedThroughputExceededException:
            return True
        return False


def test_a_folder_is_throttled_unless_that_is_switched_off(shell: Shell) -> None:
    shell.ok("create orders --key id:S --billing provisioned --rcu 1 --wcu 1")
    off = {"DYNTUI_THROTTLING": "off"}
    assert not is_throttled(shell.folder, **off)
    assert is_throttled(shell.folder)
    assert is_throttled(shell.folder, given="enforce", **off)


def test_the_sample_data_is_not_throttled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    for name, refused in (("off", False), ("enforce", True)):
        environment = {} if name == "off" else {"DYNTUI_THROTTLING": name}
        with connect(sample=True, environment=environment) as connection:
            assert connection.tools._region.meter.asks == refused  # type: ignore[attr-defined]


def test_a_setting_that_cannot_be_is_told(shell: Shell) -> None:
    ended = shell.run("ls", environment={"DYNTUI_THROTTLING": "never"})
    assert ended.code == 252
    assert ended.err.endswith(
        "DYNTUI_THROTTLING: 'never' is neither 'enforce' nor 'warn' nor 'off'\n"
    )
    with pytest.raises(ConnectError):
        connect(str(shell.folder), throttling="never", environment={})
