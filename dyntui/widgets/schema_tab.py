"""The schema of a table: keys, indexes, capacity, and what else DescribeTable tells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.message import Message
from textual.widgets import Static

from dyntui.core.formats import bytes_text
from dyntui.core.schema import IndexInfo, TableInfo, Throughput
from dyntui.widgets.bindings import bindings
from dyntui.widgets.table_tab import TableTab

KEY_CELLS = 24
BILLING = {"PAY_PER_REQUEST": "on demand", "PROVISIONED": "provisioned"}


class SchemaView(VerticalScroll, can_focus=True):
    """The scrolled text; its keys act on the table."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("schema")

    def action_ask(self, what: str) -> None:
        """Have something done with the table."""
        self.post_message(SchemaTab.Asked(what))


class SchemaTab(TableTab):
    """Shows a table's schema."""

    TITLE = "Schema"
    DEFAULT_CSS = """
    SchemaTab SchemaView { padding: 1 2; background: $surface; }
    SchemaTab Static { margin-bottom: 1; height: auto; }
    """

    @dataclass
    class Asked(Message):
        """Something is to be done with the table: `alter`, `drop` or `copy_as`."""

        what: str

    def compose(self) -> ComposeResult:
        """Keys, indexes, the rest."""
        with SchemaView():
            yield Static(id="schema-table")
            yield Static(id="schema-indexes")

    @property
    def panels(self) -> tuple[SchemaView, ...]:
        """What Ctrl+O goes through."""
        return (self.query_one(SchemaView),)

    def focus_content(self) -> None:
        """The text can be scrolled."""
        self.query_one(SchemaView).focus()

    async def show_table(self, info: TableInfo, index: str | None = None) -> None:  # noqa: ARG002
        """Show another table."""
        self._show(info)

    async def table_changed(self, info: TableInfo) -> None:
        """Show the table as it is now."""
        self._show(info)

    def _show(self, info: TableInfo) -> None:
        self.info = info
        self.query_one("#schema-table", Static).update(self._table(info))
        self.query_one("#schema-indexes", Static).update(self._indexes(info))

    def _table(self, info: TableInfo) -> Table:
        table = Table.grid(padding=(0, 3, 0, 0))
        table.add_column(style=self.app.theme_variables["secondary"], no_wrap=True)
        table.add_column()
        rows = [
            ("partition key", _keys(info, info.partition_keys)),
            ("sort key", _keys(info, info.sort_keys) or "none"),
            ("items", f"{info.item_count:,}"),
            ("size", _size(info.size_bytes)),
            ("status", info.status),
            ("capacity", _capacity(info.billing_mode, info.throughput)),
            ("table class", info.table_class),
            ("deletion protection", "on" if info.deletion_protection else "off"),
            ("stream", info.stream_view or "off"),
        ]
        for name, value in rows:
            table.add_row(name, Text(value))
        return table

    def _indexes(self, info: TableInfo) -> Table | Text:
        if not info.indexes:
            return Text("No indexes. a alters the table, and can add one.")
        colours = self.app.theme_variables
        table = Table(box=None, padding=(0, 2, 0, 0), header_style=f"bold {colours['secondary']}")
        table.add_column("index", style=f"bold {colours['accent']}")
        table.add_column("kind", no_wrap=True)
        for head, keys in (
            ("partition key", [_keys(info, index.partition_keys) for index in info.indexes]),
            ("sort key", [_keys(info, index.sort_keys) for index in info.indexes]),
        ):
            widest = max(map(len, [head, *keys]))
            table.add_column(head, min_width=min(widest, KEY_CELLS), overflow="fold")
        table.add_column("projection", overflow="fold")
        table.add_column("items", justify="right", no_wrap=True)
        table.add_column("size", justify="right", no_wrap=True)
        table.add_column("capacity" if info.throughput else "")
        for index in info.indexes:
            table.add_row(
                Text(index.name),
                index.kind,
                Text(_keys(info, index.partition_keys)),
                Text(_keys(info, index.sort_keys)),
                Text(_projection(index)),
                f"{index.item_count:,}",
                bytes_text(index.size_bytes),
                _index_state(index),
            )
        return table


def _size(size_bytes: int) -> str:
    text = bytes_text(size_bytes)
    return text if text == f"{size_bytes:,} B" else f"{text} ({size_bytes:,} B)"


def _keys(info: TableInfo, names: tuple[str, ...]) -> str:
    return ", ".join(f"{name} {info.attribute_types[name]}" for name in names)


def _index_state(index: IndexInfo) -> str:
    """That an index is not ready yet, or else its capacity where it has its own."""
    if index.status != "ACTIVE":
        return index.status
    units = index.throughput
    return f"{units.read_units:,} RCU, {units.write_units:,} WCU" if units else ""


def _projection(index: IndexInfo) -> str:
    if index.projection == "INCLUDE":
        return "INCLUDE " + ", ".join(index.non_key_attributes)
    return index.projection


def _capacity(billing_mode: str, throughput: Throughput | None) -> str:
    name = BILLING[billing_mode]
    if throughput is not None:
        return f"{name}: {throughput.read_units:,} RCU, {throughput.write_units:,} WCU"
    return name
