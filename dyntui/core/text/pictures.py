"""Pictures of the screen as files."""

from __future__ import annotations

import time
from itertools import count
from pathlib import Path


def save_picture(svg: str, table: str, now_us: int) -> Path:
    """Write a picture into the working folder, over nothing that is there; gives its path.

    Raises OSError.
    """
    stamp = time.strftime("%Y%m%d-%H%M%S", time.localtime(now_us / 1_000_000))
    name = f"capacity-{table}-{stamp}"
    for number in count(1):
        path = Path.cwd() / (f"{name}.svg" if number == 1 else f"{name}-{number}.svg")
        try:
            with path.open("x", encoding="utf-8") as file:
                file.write(svg)
        except FileExistsError:
            continue
        return path
    raise AssertionError("there is always one more name")
