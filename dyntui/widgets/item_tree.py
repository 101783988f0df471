"""An item as a tree; the children of a node are made when it is opened."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import Any

from rich.style import Style
from rich.text import Text
from textual.widgets import Tree
from textual.widgets.tree import TreeNode

from dyntui.core.formats import cell_text

Json = dict[str, Any]

MAX_CHILDREN = 500
OPEN_CHILDREN = 12
NAME_WIDTH = 24
VALUE_CELLS = 400


class ItemTree(Tree[Json]):
    """The attributes of an item: name, type, value; sets, lists and maps can be opened."""

    DEFAULT_CSS = """
    ItemTree { background: $surface; padding: 0 1; }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  Textual's own name
        super().__init__("item", id=id)
        self.show_root = False
        self.guide_depth = 2

    def show(self, item: Json, keys: tuple[str, ...]) -> None:
        """Show an item, the attributes of its key first; small maps are open from the start."""
        self.clear()
        names = [*(name for name in keys if name in item), *(n for n in item if n not in keys)]
        self._add(self.root, [(name, item[name]) for name in names], keys)
        self.root.expand()
        for node in self.root.children:
            content = _content(node.data)
            if node.allow_expand and content is not None and len(content) <= OPEN_CHILDREN:
                node.expand()

    def _on_tree_node_expanded(self, event: Tree.NodeExpanded[Json]) -> None:
        """Make the children of a node that is opened for the first time."""
        node = event.node
        if node.children or node.data is None:
            return
        kind = next(iter(node.data))
        content = node.data[kind]
        if kind == "M":
            self._add(node, content.items())
        elif kind == "L":
            self._add(node, ((f"[{place}]", value) for place, value in enumerate(content)))
        else:
            self._add(node, (("", {kind[0]: member}) for member in content))

    def _add(
        self,
        parent: TreeNode[Json],
        members: Iterable[tuple[str, Json]],
        keys: tuple[str, ...] = (),
    ) -> None:
        iterator = iter(members)
        shown = list(islice(iterator, MAX_CHILDREN))
        width = min(max((len(name) for name, _ in shown), default=0), NAME_WIDTH)
        for name, value in shown:
            label = self._label(name, value, width, name in keys)
            content = _content(value)
            if content:
                parent.add(label, data=value)
            else:
                parent.add_leaf(label, data=value)
        left_out = sum(1 for _ in iterator)
        if left_out:
            parent.add_leaf(Text(f"and {left_out:,} more: see them as JSON", style="italic"))

    def _label(self, name: str, value: Json, width: int, is_key: bool) -> Text:
        colours = self.app.theme_variables
        dim = Style(color=colours["secondary"])
        accent = Style(color=colours["accent"], bold=is_key)
        kind = next(iter(value))
        label = Text(no_wrap=True)
        label.append(name.ljust(width) + "  " if name else "", style=accent)
        label.append(f"{kind:<4} ", style=dim)
        label.append(cell_text(value)[:VALUE_CELLS], style=dim if kind == "NULL" else "")
        return label

    def render_label(self, node: TreeNode[Json], base_style: Style, style: Style) -> Text:
        """As every tree does, with the leaves moved in under the names beside the markers."""
        label = super().render_label(node, base_style, style)
        return label if node.allow_expand else Text.assemble(("  ", base_style), label)


def _content(value: Json | None) -> Any:
    """What is inside a set, list or map; None for anything else."""
    if value is None:
        return None
    kind = next(iter(value))
    return value[kind] if kind in ("M", "L", "SS", "NS", "BS") else None
