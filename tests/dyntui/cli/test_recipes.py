"""docs/recipes.md: a shell and pytest run each recipe as it stands there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from engine import Engine
from tests.dyntui.boto.test_plugin import run_project
from tests.engine.client.wire_server import serving

PAGE = Path(__file__).parents[3] / "docs" / "recipes.md"


def _recipe(title: str, language: str) -> str:
    """The block of code of the section with that heading."""
    section = PAGE.read_text(encoding="utf-8").split(f"\n## {title}\n")[1].split("\n## ")[0]
    found = re.search(rf"^```{language}\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)
    assert found is not None
    return found[1]


def _run(script: str, folder: Path, **variables: str) -> str:
    """What a shell shows of a script; the program is the one that is tested."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    ended = subprocess.run(
        ["bash", "-eu", "-c", script],
        cwd=folder,
        env={"PATH": path, "HOME": str(folder), **variables},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


def test_a_failed_migration_is_taken_back(tmp_path: Path) -> None:
    shown = _run(_recipe("Snapshot and restore in CI", "sh"), tmp_path)
    assert "Jaws" in shown


def test_the_test_with_pytest_passes(tmp_path: Path) -> None:
    found = run_project(tmp_path, test_counter=_recipe("Test an application with pytest", "python"))
    assert found.returncode == 0, found.stdout


def test_a_table_moves_to_a_remote(tmp_path: Path) -> None:
    with Engine.in_memory(region="eu-west-1") as remote, serving(remote) as address:
        _run(
            _recipe("Move a table to the real service", "sh"),
            tmp_path,
            AWS_ENDPOINT_URL_DYNAMODB=address,
            AWS_ACCESS_KEY_ID="key",
            AWS_SECRET_ACCESS_KEY="secret",
        )
        moved = remote.describe_table(TableName="movies")["Table"]
        assert moved["ItemCount"] == 3201
        assert {one["IndexName"] for one in moved["GlobalSecondaryIndexes"]} >= {"by-genre"}
