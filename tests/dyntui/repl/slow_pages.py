"""`dyntui repl` whose pages are one item each, and whose second page waits for Ctrl-C."""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import count
from typing import Any
from unittest.mock import patch

from dyntui.cli.main import run
from dyntui.core.statements.session import ClientCaller

POLL_SECONDS = 0.005
_ASKED = ClientCaller.call
_PAGES = count(1)


def _call(
    caller: ClientCaller,
    operation: str,
    request: dict[str, Any],
    cancelled: Callable[[], bool] | None = None,
) -> dict[str, Any]:
    if operation != "ExecuteStatement":
        return _ASKED(caller, operation, request, cancelled)
    page = next(_PAGES)
    print(f"page {page} is read", flush=True)
    while page == 2 and cancelled is not None and not cancelled():
        time.sleep(POLL_SECONDS)
    return _ASKED(caller, operation, request | {"Limit": 1}, cancelled)


if __name__ == "__main__":
    with patch.object(ClientCaller, "call", _call):
        run()
