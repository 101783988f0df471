"""Writing the marked items to a file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.widgets import Input, Static

from dyntui.core.tables.schema import TableInfo
from dyntui.core.text.amounts import counted
from dyntui.core.text.formats import bytes_text
from dyntui.core.transfers.selection_export import (
    FORMS,
    SelectionError,
    export_selection,
    selection_form,
)
from dyntui.screens.drawer import Drawer
from dyntui.widgets.bindings import bindings
from dyntui.widgets.jobs import Cancelled
from engine.client.protocol import Json
from engine.transfer.stores import StoreError

ABOUT = (
    f"The end of the name tells the format: {', '.join(FORMS)}. JSON is DynamoDB JSON, in which "
    "nothing is lost. No request is sent: items are written as they were read."
)


class SelectionScreen(Drawer[str | None]):
    """Asks for a file's name, and writes it; gives what was done in words."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("selection")
    AUTO_FOCUS = "Input"
    DEFAULT_CSS = """
    SelectionScreen {
        #selection-body { padding: 1 2; height: auto; }
        #selection-body Static { margin-top: 1; color: $text-muted; }
        Input { background: $panel; }
    }
    """

    def __init__(self, info: TableInfo, items: Sequence[Json]) -> None:
        super().__init__()
        self._info = info
        self._items = items

    def title_text(self) -> Text:
        """How many items."""
        count = len(self._items)
        return Text(f"Export {counted(count, 'item')} · {self._info.name}")

    def compose_body(self) -> ComposeResult:
        """The name of the file."""
        with Vertical(id="selection-body"):
            yield Input(f"{self._info.name}-marked.jsonl", compact=True)
            yield Static(ABOUT)

    @on(Input.Submitted)
    def action_submit(self) -> None:
        """Write the file."""
        text = self.query_one(Input).value.strip()
        path = Path(text).expanduser()
        try:
            selection_form(path)
        except SelectionError as error:
            self.show_error(str(error))
            return
        if self.job_running:
            return

        def work(_: Cancelled) -> int | str:
            try:
                return export_selection(self._items, self._info.key_names, path)
            except (SelectionError, StoreError, ValueError) as error:
                return str(error)

        def done(size: int | str) -> None:
            if isinstance(size, str):
                self.show_error(size)
            else:
                self.dismiss(f"{counted(len(self._items), 'item')} in {path}: {bytes_text(size)}")

        self.run_job(f"writing {path.name}", work, done, self.show_error, group="selection")
