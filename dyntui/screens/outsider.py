"""An item from both sides: what an outsider sees who holds the table, and what its owner sees."""

from __future__ import annotations

from typing import ClassVar

from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.widgets import Static

from dyntui.core.connection.connect import Connection
from dyntui.core.connection.session import Session
from dyntui.core.security.overview import TableSecurity
from dyntui.core.security.sealed_items import (
    Seal,
    Seen,
    both_sides,
    opened_seal,
    seal_of,
)
from dyntui.core.security.sealed_tables import first_items
from dyntui.core.text.formats import cell_text
from dyntui.screens.drawer import Drawer, Json
from dyntui.widgets.bindings import bindings
from dyntui.widgets.jobs import Cancelled

_ITEMS = 50
_NOT_SEALED = "not sealed: an outsider sees all of it"


class OutsiderScreen(Drawer[None]):
    """Shows the first items of a table one at a time, each in two columns."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("outsider")
    AUTO_FOCUS = "VerticalScroll"
    DEFAULT_CSS = """
    OutsiderScreen {
        #outsider-seal { height: auto; padding: 0 1; background: $panel; }
        VerticalScroll { height: 1fr; padding: 1; }
    }
    """

    def __init__(self, session: Session, connection: Connection, table: TableSecurity) -> None:
        super().__init__()
        self._session = session
        self._connection = connection
        self._table = table
        self._items: list[Json] = []
        self._place = 0
        self._seen: list[Seen] = []

    def title_text(self) -> Text:
        """Table, and the key of the item."""
        text = Text(f"What an outsider sees · {self._table.info.name}", no_wrap=True)
        if self._items:
            item = self._items[self._place]
            keys = " · ".join(cell_text(item[name]) for name in self._table.info.key_names)
            text.append(f" · {keys} ({self._place + 1} of the first {len(self._items)})")
        return text

    def compose_body(self) -> ComposeResult:
        """The state of the seal, and the columns."""
        yield Static(id="outsider-seal")
        with VerticalScroll():
            yield Static(id="outsider-columns")

    def on_mount(self) -> None:
        """Read the first items."""
        name = self._table.info.name

        def work(cancelled: Cancelled) -> list[Json]:
            return first_items(self._session, name, _ITEMS, cancelled)

        self.run_job(f"Scan {name}", work, self._read, self.show_error, group="opening")

    def _read(self, items: list[Json]) -> None:
        self._items = items
        if self._items:
            self._open()
        else:
            self.query_one("#outsider-seal", Static).update("The table has no item yet.")

    def _open(self) -> None:
        """Show the item closed, and opened once that is done."""
        stored, config = self._items[self._place], self._table.config
        self.query_one("#drawer-title", Static).update(self.title_text())
        seal = seal_of(stored, config)
        self._show(stored, seal)
        if seal is None or config is None or config.problem:
            return
        key = {name: stored[name] for name in self._table.info.key_names}

        def work(_: Cancelled) -> Seal:
            return opened_seal(stored, key, config, self._connection)

        def opened(seal: Seal) -> None:
            self._show(stored, seal)

        self.run_job("opening the item", work, opened, self.show_error, group="opening")

    def _show(self, stored: Json, seal: Seal | None) -> None:
        config, colours = self._table.config, self.app.theme_variables
        line = _NOT_SEALED if seal is None else seal.line(config, can_open=False)
        self.query_one("#outsider-seal", Static).update(Text(line))
        place = None if config is None else config.place
        if seal is None:
            texts = [(name, cell_text(value)) for name, value in stored.items()]
            self._seen = [Seen(name, text, text, False) for name, text in texts]
        else:
            self._seen = both_sides(stored, seal, place)
        table = Table(
            box=None, padding=(0, 2, 0, 0), expand=True, header_style=f"bold {colours['secondary']}"
        )
        table.add_column("attribute", style=colours["accent"], no_wrap=True, max_width=24)
        table.add_column("an outsider sees", ratio=1, no_wrap=True, overflow="ellipsis")
        table.add_column("its owner sees", ratio=1, no_wrap=True, overflow="ellipsis")
        for one in self._seen:
            inside = one.inside if seal is None or seal.opened is not None else "—"
            outside = Text(one.outside, style=colours["warning"] if one.is_sealed else "")
            table.add_row(Text(one.name), outside, Text(inside))
        self.query_one("#outsider-columns", Static).update(table)

    def action_next(self) -> None:
        """The next item."""
        self._go(1)

    def action_previous(self) -> None:
        """The item before."""
        self._go(-1)

    def _go(self, by: int) -> None:
        if 0 <= self._place + by < len(self._items):
            self._place += by
            self._open()

    def action_copy(self) -> None:
        """Copy both columns."""
        lines = [f"{one.name}\t{one.outside}\t{one.inside}" for one in self._seen]
        self.copy("\n".join(lines), "both columns")
