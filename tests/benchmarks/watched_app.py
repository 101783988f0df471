"""An app that is watched by `tests.benchmarks.dashboard`: it tells the processor's time it takes.

`python -m tests.benchmarks.watched_app KIND FOLDER SECONDS RESULT`, on a terminal. KIND is `empty`
for a Textual app with nothing in it, or `capacity` for the page on the capacity of a table.
"""

from __future__ import annotations

import sys
from pathlib import Path
from time import monotonic, process_time

from textual.app import App

from dyntui.app import DyntuiApp
from dyntui.core.connection.connect import connect
from dyntui.screens.browser import BrowserScreen

_START_S = 2.0
_SETTLE_S = 3.0


def _watch(app: App[None], seconds: float, result: Path) -> None:
    """Measure between two moments of a running app, write down the part of a core, and end it."""

    def begin() -> None:
        spent, at = process_time(), monotonic()

        def end() -> None:
            part = (process_time() - spent) / (monotonic() - at)
            result.write_text(str(part), encoding="utf-8")
            app.exit()

        app.set_timer(seconds, end)

    app.set_timer(_SETTLE_S, begin)


def main(kind: str, folder: str, seconds: str, result: str) -> None:
    """Run until it is measured."""
    if kind == "empty":
        nothing: App[None] = App()
        nothing.call_later(_watch, nothing, float(seconds), Path(result))
        nothing.run()
        return
    with connect(folder) as connection:
        app = DyntuiApp(connection)

        def show() -> None:
            screen = app.screen
            assert isinstance(screen, BrowserScreen)
            screen.action_tab(3)
            _watch(app, float(seconds), Path(result))

        app.call_later(lambda: app.set_timer(_START_S, show))
        app.run()


if __name__ == "__main__":
    main(*sys.argv[1:])
