"""Ctrl-C at a chosen moment: wherever the interpreter may raise it, and nowhere else.

The interpreter looks for signals when a function begins and when a call has returned. A profile
function is called at just these points, and what it raises appears there. Only moments inside
`engine.storage` are counted: above it nothing is held that could be left behind.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import engine.storage as storage

_MOMENTS = ("call", "return", "c_return")
_STORAGE = str(Path(storage.__file__).parent)


@contextmanager
def nothing_collected() -> Iterator[None]:
    """While the block runs no garbage is collected.

    What is raised amid a finalizer, of whatever earlier tests left, is lost: Python can only tell
    that it was ignored.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def interrupt_at(moment: int, work: Callable[[], object]) -> bool:
    """Do `work`, interrupted at its n-th moment; gives whether it lasted that long.

    Raises nothing but what `work` raises besides the interruption.
    """
    left = moment

    def look(frame: FrameType, event: str, _argument: Any) -> None:
        nonlocal left
        if event in _MOMENTS and _STORAGE in frame.f_code.co_filename:
            left -= 1
            if left == 0:
                raise KeyboardInterrupt

    with nothing_collected():
        try:
            sys.setprofile(look)
            work()
        except KeyboardInterrupt:
            return True
        finally:
            sys.setprofile(None)
    return False
