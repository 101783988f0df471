"""Functions whose modules are imported when they are first called.

All of the engine at once would be half of the time that a command takes to start.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from types import ModuleType
from typing import Any


def late(module_name: str, function_name: str) -> Callable[..., Any]:
    """A function that imports what it stands for when it is first called."""
    function: Callable[..., Any] | None = None

    def call(*arguments: Any) -> Any:
        nonlocal function
        if function is None:
            function = getattr(_imported(module_name), function_name)
        return function(*arguments)

    return call


def _imported(name: str) -> ModuleType:
    """Import a module to its end, whatever Ctrl-C does.

    An interruption amid an import may leave Python's import lock taken for ever, and every other
    thread waiting for it. Only the main thread is interrupted, so it has another one import.
    """
    if threading.current_thread() is threading.main_thread():
        thread = threading.Thread(target=_import, args=(name,), daemon=True)
        thread.start()
        thread.join()
    # Taken from what is imported already, without a lock; or else it tells why it cannot be.
    return import_module(name)


def _import(name: str) -> None:
    with suppress(Exception):
        import_module(name)
