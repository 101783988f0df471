"""A data folder, and one with the table `orders` in it; made once, and copied for each test."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.dyntui.cli.shell import Shell


@pytest.fixture(scope="session")
def empty_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder without tables."""
    folder = tmp_path_factory.mktemp("empty") / "data"
    Shell(folder).ok("ls")
    return folder


@pytest.fixture(scope="session")
def orders_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the table that `orders` describes."""
    folder = tmp_path_factory.mktemp("orders") / "data"
    shell = Shell(folder)
    shell.ok("create orders --key customer:S --sort placed:N --gsi by-status=status:S,placed:N")
    shell.ok(
        ["put", "orders", "--plain", "-"],
        stdin='{"customer": "ada", "placed": 1, "status": "open", "total": 12.5}\n'
        '{"customer": "ada", "placed": 2, "status": "sent", "lines": ["tea", "milk"]}\n'
        '{"customer": "bob", "placed": 3, "status": "open", "note": "call, then ring"}\n',
    )
    return folder


@pytest.fixture
def shell(empty_folder: Path, tmp_path: Path) -> Shell:
    """The command line on an empty folder."""
    return Shell(shutil.copytree(empty_folder, tmp_path / "data"))


@pytest.fixture
def orders(orders_folder: Path, tmp_path: Path) -> Shell:
    """A table `orders` (customer, placed) with the index `by-status`, and three items."""
    return Shell(shutil.copytree(orders_folder, tmp_path / "data"))
