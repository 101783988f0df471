"""Importing the package costs little: nothing that only reading data needs is imported."""

from __future__ import annotations

import subprocess
import sys

NEEDED_LATER = {"csv", "engine", "gzip", "importlib.resources", "json", "random"}


def test_import_is_light() -> None:
    program = "import sys, sample_data; print(*sys.modules)"
    bare = subprocess.run(
        [sys.executable, "-c", "import sys; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    added = set(loaded.stdout.split()) - set(bare.stdout.split())
    assert "sample_data.movies" in added
    assert not added & NEEDED_LATER
