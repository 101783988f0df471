"""A data folder, and one with the table `orders` in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.dyntui.cli.shell import Shell


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """The command line on an empty folder."""
    return Shell(tmp_path / "data")


@pytest.fixture
def orders(shell: Shell) -> Shell:
    """A table `orders` (customer, placed) with the index `by-status`, and three items."""
    shell.ok("create orders --key customer:S --sort placed:N --gsi by-status=status:S,placed:N")
    shell.ok(
        ["put", "orders", "--plain", "-"],
        stdin='{"customer": "ada", "placed": 1, "status": "open", "total": 12.5}\n'
        '{"customer": "ada", "placed": 2, "status": "sent", "lines": ["tea", "milk"]}\n'
        '{"customer": "bob", "placed": 3, "status": "open", "note": "call, then ring"}\n',
    )
    return shell
