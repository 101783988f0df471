"""An item as a tree; the children of a node are made when it is opened."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from rich.style import Style
from rich.text import Text
from textual.actions import SkipAction
from textual.widgets import Tree
from textual.widgets.tree import TreeNode

from dyntui.core.browse.writes import Path
from dyntui.core.security.sealed_items import sealed_texts
from dyntui.core.text.expiry_text import Expiry
from dyntui.core.text.formats import cell_text
from dyntui.widgets.tree_marker import TOGGLE
from engine.itemcrypto.schema import Place

Json = dict[str, Any]

MAX_CHILDREN = 500
OPEN_CHILDREN = 12
NAME_WIDTH = 24
VALUE_CELLS = 400
NOTHING_SEALED: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Member:
    """A value with its place in the item. `path` is None for a member of a set, which has none;
    `name_width` counts the cells in which the names of its neighbours stand."""

    name: str
    value: Json
    path: Path | None
    name_width: int
    is_key: bool
    sealed: str | None = None
    """What is shown in place of a value that is sealed."""

    @property
    def content(self) -> Any:
        """What is inside a set, list or map; None for anything else."""
        kind = next(iter(self.value))
        return self.value[kind] if kind in ("M", "L", "SS", "NS", "BS") else None


class ItemTree(Tree[Member]):
    """The attributes of an item: name, type, value; sets, lists and maps can be opened."""

    ICON_NODE = "▸ "
    ICON_NODE_EXPANDED = "▾ "
    DEFAULT_CSS = """
    ItemTree {
        background: $surface; padding: 0 1; scrollbar-size: 1 1;
        &:focus { background-tint: $foreground 0%; }
    }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  Textual's own name
        super().__init__("item", id=id)
        self.show_root = False
        self.guide_depth = 2
        self.expiry: Expiry | None = None

    @property
    def member(self) -> Member | None:
        """The value under the cursor."""
        return self.cursor_node.data if self.cursor_node is not None else None

    def show(self, item: Json, keys: tuple[str, ...], place: Place | None = None) -> None:
        """Show an item, the attributes of its key first; small maps are open from the start.

        `place` says of a sealed item which of its attributes are not signed.
        """
        line = max(0, self.cursor_line)
        self.clear()
        names = [*(name for name in keys if name in item), *(n for n in item if n not in keys)]
        sealed = sealed_texts(item, place)
        self._add(self.root, [(name, name, item[name]) for name in names], (), keys, sealed)
        self.root.expand()
        for node in self.root.children:
            if node.allow_expand and node.data and len(node.data.content) <= OPEN_CHILDREN:
                node.expand()
        self.call_after_refresh(self._go_to_line, line)

    def action_toggle_node(self) -> None:
        """Open or close what has something in it; the key is the panel's where there is nothing."""
        node = self.cursor_node
        if node is None or not node.allow_expand:
            raise SkipAction
        super().action_toggle_node()

    def action_scroll_left(self) -> None:
        """The key is the panel's, which closes a branch by it."""
        raise SkipAction

    def action_scroll_right(self) -> None:
        """The key is the panel's, which opens a branch by it."""
        raise SkipAction

    def _go_to_line(self, line: int) -> None:
        self.cursor_line = min(line, self.last_line)

    def _on_tree_node_expanded(self, event: Tree.NodeExpanded[Member]) -> None:
        """Make the children of a node that is opened for the first time."""
        node = event.node
        if node.children or node.data is None:
            return
        kind, content = next(iter(node.data.value.items()))
        path = node.data.path
        if kind == "M":
            self._add(node, ((name, name, value) for name, value in content.items()), path)
        elif kind == "L":
            self._add(node, ((f"[{n}]", n, value) for n, value in enumerate(content)), path)
        else:
            self._add(node, (("", 0, {kind[0]: member}) for member in content), None)

    def _add(
        self,
        parent: TreeNode[Member],
        members: Iterable[tuple[str, str | int, Json]],
        path: Path | None,
        keys: tuple[str, ...] = (),
        sealed: Mapping[str, str] = NOTHING_SEALED,
    ) -> None:
        iterator = iter(members)
        shown = list(islice(iterator, MAX_CHILDREN))
        width = min(max((len(name) for name, _, _ in shown), default=0), NAME_WIDTH)
        for name, step, value in shown:
            place = None if path is None else (*path, step)
            member = Member(name, value, place, width, name in keys, sealed.get(name))
            parent.add("", data=member, allow_expand=bool(member.content))
        left_out = sum(1 for _ in iterator)
        if left_out:
            parent.add_leaf(Text(f"and {left_out:,} more: see them as JSON", style="italic"))

    def render_label(self, node: TreeNode[Member], base_style: Style, style: Style) -> Text:
        """Marker, name, type, value; of what is open only the number of its members."""
        member = node.data
        if member is None:
            return Text.assemble(("  ", base_style), (str(node.label), style))
        colours = self.app.theme_variables
        dim = Style(color=colours["secondary"])
        kind = next(iter(member.value))
        label = Text(no_wrap=True)
        if member.name:
            name = member.name.ljust(member.name_width) + "  "
            label.append(name, style=Style(color=colours["accent"], bold=member.is_key))
        label.append(f"{kind:<4} ", style=dim)
        if node.is_expanded:
            label.append(f"{{{len(member.content):,}}}", style=dim)
        elif member.sealed is not None:
            label.append(member.sealed, style=dim)
        else:
            label.append(cell_text(member.value)[:VALUE_CELLS], style=dim if kind == "NULL" else "")
            if self.expiry is not None and member.path == (self.expiry.attribute,):
                label.append(f"  {self.expiry.text(member.value)}", style=dim)
        label.stylize(style)
        return Text.assemble((self._marker(node), base_style + dim + TOGGLE), label)

    def _marker(self, node: TreeNode[Member]) -> str:
        if not node.allow_expand:
            return "  "
        return self.ICON_NODE_EXPANDED if node.is_expanded else self.ICON_NODE
