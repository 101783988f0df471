"""What it costs to start: each command against a Python that does nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable
from functools import partial
from pathlib import Path

from tests.benchmarks.compiled import compiled
from tests.benchmarks.engines import engine_with
from tests.benchmarks.figures import Figure, Setting
from tests.benchmarks.items import TABLE, key_of
from tests.benchmarks.pairing import compare


def startup(setting: Setting) -> Iterable[Figure]:
    """`dyntui --version`, `dyntui get` and `import engine`."""
    folder = setting.folder / "startup"
    with engine_with(folder, 100):
        pass
    dyntui = [sys.executable, "-m", "dyntui"]
    key = key_of(7)
    get = ["--data-dir", str(folder), "get", TABLE, key["customer"]["S"], key["order"]["N"]]
    commands = {
        "import-engine": [sys.executable, "-c", "import engine"],
        "dyntui-version": [*dyntui, "--version"],
        "dyntui-get": [*dyntui, *get],
    }
    run = partial(_run, compiled(setting.folder))
    nothing = partial(run, [sys.executable, "-c", "pass"])
    rounds = max(3, setting.rounds // 4)
    for name, command in commands.items():
        pair = compare(partial(run, command), nothing, rounds)
        yield Figure(name, pair.ratio, pair.detail_ms())


def _run(environment: dict[str, str], command: list[str]) -> None:
    root = Path(__file__).parents[2]
    subprocess.run(command, cwd=root, env=os.environ | environment, check=True, capture_output=True)
