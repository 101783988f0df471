"""The item panel: one item as tree, JSON, DynamoDB JSON, or its types and sizes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.message import Message
from textual.widgets import ContentSwitcher, Static

from dyntui.core.security.crypto_place import Config
from dyntui.core.security.sealed_items import Seal, seal_of
from dyntui.core.tables.cost import item_size, units_text, write_units
from dyntui.core.tables.schema import TableInfo
from dyntui.core.text.expiry_text import Expiry
from dyntui.core.text.formats import cell_text, plain_json
from dyntui.core.text.item_text import item_text
from dyntui.widgets.bindings import bindings
from dyntui.widgets.choice import Choice
from dyntui.widgets.elsewhere import page_elsewhere
from dyntui.widgets.footer_line import KeysAtTimes
from dyntui.widgets.item_tree import ItemTree, Member
from dyntui.widgets.moving import fold, go_to_end, unfold
from dyntui.widgets.text_view import TextView

Json = dict[str, Any]

VIEWS = {"tree": "tree", "json": "JSON", "dynamodb": "DynamoDB JSON", "types": "types"}
KINDS = {
    "S": "string",
    "N": "number",
    "B": "binary",
    "SS": "string set",
    "NS": "number set",
    "BS": "binary set",
    "M": "map",
    "L": "list",
    "BOOL": "boolean",
    "NULL": "null",
}


class ItemPanel(Vertical, KeysAtTimes):
    """Shows one item, or nothing."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("item")
    CAN_OPEN: ClassVar[bool] = True
    """Whether sealed items are opened here."""
    DEFAULT_CSS = """
    ItemPanel {
        background: $surface;
        .panel-head { height: 1; background: $panel; padding: 0 1; }
        .panel-head #item-title { width: 1fr; margin-right: 2;
            text-wrap: nowrap; text-overflow: ellipsis; }
        #item-seal { height: auto; max-height: 2; padding: 0 1; background: $panel;
            color: $text-muted; display: none;
            &.-shown { display: block; }
            &.-verified { color: $success; }
            &.-refused { color: $error; } }
        ContentSwitcher { height: 1fr; }
        VerticalScroll { padding: 0 1; }
    }
    """

    @dataclass
    class Asked(Message):
        """Something is to be done with the item, or with the value under the tree's cursor: `what`
        is the name of an action of the context `item`."""

        what: str

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  Textual's own name
        super().__init__(id=id)
        self.item: Json | None = None
        self.seal: Seal | None = None
        """What is known of the seal of the item that is shown."""
        self.config: Config | None = None
        """The configuration of the table, where items of one are shown."""
        self.chosen = "tree"
        self._key_names: tuple[str, ...] = ()

    def compose(self) -> ComposeResult:
        """A line with key, size and the views' names; below it the view."""
        with Horizontal(classes="panel-head"):
            yield Static(id="item-title")
            for view, name in VIEWS.items():
                yield Choice(view, name)
        yield Static(id="item-seal")
        with ContentSwitcher(initial="item-tree"):
            yield ItemTree(id="item-tree")
            yield TextView(id="item-text")
            with VerticalScroll(id="item-types"):
                yield Static(id="item-types-table")

    def take_expiry(self, expiry: Expiry | None) -> None:
        """Items expire by an attribute, which the tree tells as a date."""
        self.query_one(ItemTree).expiry = expiry

    def on_mount(self) -> None:
        """Mark the view that is shown."""
        Choice.mark(self, self.chosen)

    def show(self, info: TableInfo | None, item: Json | None) -> None:
        """Show an item of a table, a row that is none, or that there is nothing.

        An item that is sealed is shown as it is stored.
        """
        self._key_names = info.key_names if info is not None else ()
        self.item = item
        title = self.query_one("#item-title", Static)
        if item is None:
            title.update("no item")
        else:
            keys = " · ".join(cell_text(item[name]) for name in self._key_names if name in item)
            text = Text(keys, style="bold", no_wrap=True, overflow="ellipsis")
            text.append(("  " if keys else "") + _size_text(info, item), style="not bold")
            title.update(text)
        self._show_seal(None if item is None else seal_of(item, self.config))
        self._fill()

    def show_seal(self, seal: Seal) -> None:
        """Show what the seal says to who has its keys, and the item opened if it is right."""
        if seal.opened is not None:
            self.item = seal.opened
        self._show_seal(seal)
        self._fill()

    def _show_seal(self, seal: Seal | None) -> None:
        was_sealed, self.seal = self.seal is not None, seal
        if was_sealed != (seal is not None):
            self.refresh_bindings()
        line = self.query_one("#item-seal", Static)
        line.set_class(seal is not None, "-shown")
        for verdict in ("verified", "refused"):
            line.set_class(seal is not None and seal.verdict == verdict, f"-{verdict}")
        can_open = self.CAN_OPEN
        line.update(Text("" if seal is None else seal.line(self.config, can_open=can_open)))

    def stands(self, action: str) -> bool:
        """See `KeysAtTimes`: the seal's key only where items have one, or are to have one."""
        return action != "item.seal" or self.seal is not None

    def _fill(self) -> None:
        """Put the item into the view that is shown."""
        item = self.item or {}
        if self.chosen == "tree":
            place = None if self.config is None else self.config.place
            self.query_one(ItemTree).show(item, self._key_names, place)
        elif self.chosen == "types":
            self.query_one("#item-types-table", Static).update(self._types(item))
        else:
            text = item_text(item) if self.chosen == "dynamodb" else plain_json(item)
            self.query_one("#item-text", TextView).text = text

    def _types(self, item: Json) -> Table:
        """Attribute, type in words, bytes with the name, share of the whole."""
        colours = self.app.theme_variables
        total = item_size(item) or 1
        table = Table(box=None, padding=(0, 2, 0, 0), header_style=f"bold {colours['secondary']}")
        table.add_column("attribute", style=colours["accent"])
        table.add_column("type")
        table.add_column("bytes", justify="right")
        table.add_column("share", justify="right")
        for name, value in item.items():
            size = item_size({name: value})
            kind = next(iter(value))
            table.add_row(
                Text(name), f"{kind:<4} {KINDS[kind]}", f"{size:,}", f"{size / total:.0%}"
            )
        return table

    def on_choice_chosen(self, message: Choice.Chosen) -> None:
        """Show another view."""
        message.stop()
        self.action_view(message.value)

    def focus_content(self) -> None:
        """Put the focus on the view."""
        ids = {"tree": "#item-tree", "types": "#item-types"}
        self.query_one(ids.get(self.chosen, "#item-text")).focus()

    def action_view(self, view: str) -> None:
        """Show another view."""
        focused = self.has_focus_within
        self.chosen = view
        ids = {"tree": "item-tree", "types": "item-types"}
        self.query_one(ContentSwitcher).current = ids.get(view, "item-text")
        Choice.mark(self, self.chosen)
        self._fill()
        if focused:
            self.focus_content()

    def action_next_view(self) -> None:
        """Show the next view."""
        names = list(VIEWS)
        self.action_view(names[(names.index(self.chosen) + 1) % len(names)])

    @property
    def member(self) -> Member | None:
        """The value under the tree's cursor, where the tree is shown."""
        return self.query_one(ItemTree).member if self.chosen == "tree" else None

    @property
    def text(self) -> str:
        """The item as text: DynamoDB JSON where that is shown, else JSON."""
        item = self.item or {}
        return item_text(item) if self.chosen == "dynamodb" else plain_json(item)

    def action_down(self) -> None:
        """A line down."""
        self._move("down")

    def action_up(self) -> None:
        """A line up."""
        self._move("up")

    def action_first(self) -> None:
        """The first line."""
        go_to_end(self.app.focused, last=False)

    def action_last(self) -> None:
        """The last line."""
        go_to_end(self.app.focused, last=True)

    def action_fold(self) -> None:
        """Close the branch, or go to the one above; to the left in a text."""
        if self.chosen == "tree":
            fold(self.query_one(ItemTree))
        else:
            self._move("left")

    def action_unfold(self) -> None:
        """Open the branch; to the right in a text."""
        if self.chosen == "tree":
            unfold(self.query_one(ItemTree))
        else:
            self._move("right")

    def _move(self, direction: str) -> None:
        if self.chosen == "tree":
            getattr(self.query_one(ItemTree), f"action_cursor_{direction}")()
        else:
            view = "#item-types" if self.chosen == "types" else "#item-text"
            getattr(self.query_one(view), f"scroll_{direction}")()

    def action_pager(self) -> None:
        """Show the item, or the row, in the pager."""
        page_elsewhere(self.app, self.text)

    def action_ask(self, what: str) -> None:
        """Have something done with the item."""
        self.post_message(self.Asked(what))


class RowPanel(ItemPanel, inherit_bindings=False):
    """Shows a row that is looked at only."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("row")
    CAN_OPEN: ClassVar[bool] = False


def _size_text(info: TableInfo | None, item: Json) -> str:
    """The item's size, and what writing it costs where it is the item of a table."""
    size = f"{item_size(item):,} B"
    if info is None:
        return size
    return f"{size} · {units_text(write_units(info, None, item)[info.name])} WCU to write"
