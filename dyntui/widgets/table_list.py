"""The sidebar: tables with their counts, their indexes below them, and a filter."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from rich.style import Style
from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Static, Tree
from textual.widgets.tree import TreeNode

from dyntui.core.actions.spoken_keys import key_for
from dyntui.core.tables.schema import IndexInfo, TableInfo
from dyntui.core.text.cut_text import cut
from dyntui.core.text.formats import bytes_text
from dyntui.widgets.bindings import bindings
from dyntui.widgets.choice import Choice
from dyntui.widgets.filtered import Filtered
from dyntui.widgets.moving import fold, go_to_end, unfold
from dyntui.widgets.tree_marker import TOGGLE


@dataclass(frozen=True, slots=True)
class Entry:
    """A table, or one of its indexes, with what is in it; nothing while that is not known."""

    table: str
    index: str | None = None
    holds: tuple[int, int] | None = None
    """Items and bytes."""


PLACES = {
    "partiql": "PartiQL",
    "transfers": "Transfers",
    "security": "Security",
    "learn": "Learn",
}
"""Where else one can go: names of actions of the main screen, and of places."""

SIZE_CELLS = 9
WIDTH_WITH_SIZES = 31


class TableTree(Tree[Entry]):
    """Name on the left; on the right the count, and in a wide list the size."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("tables")
    DEFAULT_CSS = """
    TableTree {
        background: $surface; padding: 0 0 0 1; height: 1fr; scrollbar-size-vertical: 1;
        &:focus { background-tint: $foreground 0%; }
    }
    """

    @dataclass
    class Asked(Message):
        """Something is to be done with the list or the table under the cursor; `what` is the name
        of an action of the context `tables`."""

        what: str
        table: str | None

    def __init__(self) -> None:
        super().__init__(Text("tables"))
        self.show_root = False
        self.show_guides = False
        self.auto_expand = False
        self.guide_depth = 3

    def action_first(self) -> None:
        """The first line."""
        go_to_end(self, last=False)

    def action_last(self) -> None:
        """The last line."""
        go_to_end(self, last=True)

    def action_fold(self) -> None:
        """Close the indexes of a table, or go from one of them to the table."""
        fold(self)

    def action_unfold(self) -> None:
        """Open the indexes of a table."""
        unfold(self)

    def render_label(self, node: TreeNode[Entry], base_style: Style, style: Style) -> Text:
        """Marker, name, count and size; as wide as the sidebar."""
        entry = node.data
        if entry is None:
            return Text()
        marker = ""
        if entry.index is None:
            marker = "▾ " if node.is_expanded else "▸ "
            if not node.allow_expand:
                marker = "  "
        indent = 0 if entry.index is None else self.guide_depth
        width = max(8, self.scrollable_content_region.width - indent - 1)
        holds = self._holds_text(entry)
        name = cut(entry.index or entry.table, width - cell_len(marker) - len(holds) - 1)
        blank = width - cell_len(marker) - cell_len(name) - len(holds)
        dim = Style(color=self.app.theme_variables["secondary"])
        text = Text(no_wrap=True, overflow="crop")
        text.append(marker, base_style + dim + TOGGLE)
        text.append(name, style)
        text.append(" " * max(1, blank) + holds + " ", style if node is self.cursor_node else dim)
        text.stylize_before(base_style)
        return text

    def _holds_text(self, entry: Entry) -> str:
        if entry.holds is None:
            return ""
        count, size = entry.holds
        if self.scrollable_content_region.width < WIDTH_WITH_SIZES:
            return f"{count:,}"
        return f"{count:,}{bytes_text(size):>{SIZE_CELLS}}"

    def get_label_width(self, node: TreeNode[Entry]) -> int:
        """Never wider than the sidebar, so that nothing scrolls sideways."""
        indent = 0 if node.data is None or node.data.index is None else self.guide_depth
        return max(8, self.scrollable_content_region.width - indent)

    def on_resize(self) -> None:
        """The counts move to the new right border."""
        self.root.refresh()

    @property
    def table(self) -> str | None:
        """The table under the cursor."""
        node = self.cursor_node
        return node.data.table if node is not None and node.data is not None else None

    def action_ask(self, what: str) -> None:
        """Have something done with the list or the table under the cursor."""
        self.post_message(self.Asked(what, self.table))


class TableList(Vertical, Filtered):
    """The list with its filter."""

    DEFAULT_CSS = """
    TableList {
        width: 30;
        background: $surface;
        border-right: solid $border-blurred;
        &:focus-within { border-right: solid $border; }
        #list-title { height: 1; padding: 0 1; background: $panel; text-style: bold; }
        QuickFilter .hint { display: none; }
        #list-places { height: auto; border-top: solid $border-blurred; }
        #list-places Choice { width: 100%; }
    }
    """

    @dataclass
    class Opened(Message):
        """A table, or an index of it, is to be shown."""

        table: str
        index: str | None

    @dataclass
    class PlaceWanted(Message):
        """A place of `PLACES` is to be shown, or left."""

        place: str

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  Textual's own name
        super().__init__(id=id)
        self._names: tuple[str, ...] = ()
        self._infos: dict[str, TableInfo] = {}

    def compose(self) -> ComposeResult:
        """Title, tree, and where else one can go."""
        yield Static("Tables", id="list-title")
        yield TableTree()
        with Vertical(id="list-places"):
            for place, name in PLACES.items():
                action = f"browser.{place}"
                yield Choice(place, f"{key_for(action):<2} {name}", action)

    @property
    def table_tree(self) -> TableTree:
        """The list itself."""
        return self.query_one(TableTree)

    def show(self, names: Iterable[str], infos: dict[str, TableInfo]) -> None:
        """Show tables; of those in `infos` the counts and indexes are known."""
        self._names = tuple(names)
        self._infos = infos
        self._fill()

    def _fill(self) -> None:
        """Make the nodes anew, with the same ones open and the cursor in its place."""
        tree = self.table_tree
        expanded = {
            node.data.table for node in tree.root.children if node.is_expanded and node.data
        }
        cursor = tree.cursor_node.data if tree.cursor_node else None
        tree.clear()
        shown = [name for name in self._names if self.held(name) or self._held_indexes(name)]
        for name in shown:
            # A table that is there for its indexes shows them.
            self._add(name, name in expanded or not self.held(name))
        tree.root.expand()
        title = (
            f"Tables  {len(shown)} of {len(self._names)}"
            if self._words
            else f"Tables  {len(shown)}"
        )
        self.query_one("#list-title", Static).update(title)
        if cursor is not None:
            self.call_after_refresh(self.select, cursor.table, cursor.index)

    def _held_indexes(self, table: str) -> list[IndexInfo]:
        """The indexes of a table that hold the words, the table's name taken with theirs."""
        info = self._infos.get(table)
        indexes = info.indexes if info is not None else ()
        return [index for index in indexes if self.held(f"{table} {index.name}")]

    def _add(self, name: str, expanded: bool) -> None:
        info = self._infos.get(name)
        entry = Entry(name, None, (info.item_count, info.size_bytes) if info else None)
        if info is None or not info.indexes:
            self.table_tree.root.add_leaf(name, data=entry)
            return
        node = self.table_tree.root.add(name, data=entry, expand=expanded)
        for index in self._held_indexes(name):
            holds = (index.item_count, index.size_bytes)
            node.add_leaf(index.name, data=Entry(name, index.name, holds))

    def select(self, table: str, index: str | None = None) -> None:
        """Put the cursor on a table, or on one of its indexes."""
        for node in self.table_tree.root.children:
            if node.data is not None and node.data.table == table:
                below = [n for n in node.children if n.data and n.data.index == index]
                self.table_tree.move_cursor(below[0] if index and below else node)

    def mark_place(self, place: str) -> None:
        """Show at which place one is; empty where at none."""
        Choice.mark(self, place)

    def on_choice_chosen(self, message: Choice.Chosen) -> None:
        """A click on a place."""
        message.stop()
        self.post_message(self.PlaceWanted(message.value))

    @property
    def filtered_list(self) -> TableTree:
        """See `Filtered`."""
        return self.table_tree

    def words_changed(self) -> None:
        """Show the tables whose names, or whose indexes' names, hold the words."""
        self._fill()

    def back(self) -> bool:
        """Show all tables again, where a filter leaves some out; whether it did."""
        return self.close_filter()

    @on(Tree.NodeSelected)
    def _selected(self, event: Tree.NodeSelected[Entry]) -> None:
        event.stop()
        if event.node.data is not None:
            self.post_message(self.Opened(event.node.data.table, event.node.data.index))
