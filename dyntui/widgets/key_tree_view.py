"""The keys of a table as a tree: patterns, item collections, and what is in each of them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from rich.style import Style
from rich.text import Text
from textual import on
from textual.message import Message
from textual.widgets import Tree
from textual.widgets.tree import TreeNode

from dyntui.core.browse.entities import Model
from dyntui.core.browse.key_tree import Branch, key_tree
from dyntui.core.browse.query_fields import KeyTerm, QueryFields
from dyntui.core.text.amounts import counted
from dyntui.core.text.formats import cell_text
from dyntui.core.text.held_words import holds
from dyntui.widgets.tree_marker import TOGGLE
from engine.client.protocol import Json

COLLECTIONS_MAX = 200
SUMMARY_ATTRIBUTES = 3
SUMMARY_CELLS = 24


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in the tree: what it is called, what stands beside it, what reads it.

    `collection` are the values of a partition key whose items have not been read yet.
    """

    text: str
    beside: str
    fields: QueryFields | None = None
    collection: tuple[str, ...] | None = None


class KeyTreeView(Tree[Spot], inherit_bindings=False):
    """Opening an item collection asks for its items."""

    ICON_NODE = "▸ "
    ICON_NODE_EXPANDED = "▾ "
    DEFAULT_CSS = """
    KeyTreeView { background: $surface; padding: 0 1; scrollbar-size: 1 1;
        &:focus { background-tint: $foreground 0%; } }
    """

    @dataclass
    class Opened(Message):
        """The items of a collection are wanted below a node."""

        node: TreeNode[Spot]
        fields: QueryFields

    def __init__(self, *, id: str) -> None:  # noqa: A002  Textual's own name
        super().__init__("keys", id=id)
        self.show_root = False
        self.guide_depth = 2
        self.auto_expand = False
        self._model: Model | None = None
        self._words = ""
        self._none_held = ""

    def hold(self, words: str, none_held: str) -> None:
        """Show only item collections whose key, or its pattern, holds some words; `none_held`
        stands where there are none."""
        self._words, self._none_held = words, none_held
        if self._model is not None:
            self.show(self._model)

    def show(self, model: Model) -> None:
        """Show the item collections of a sample, by the patterns of their keys."""
        self._model = model
        self.clear()
        target = model.target
        sizes: dict[str, Counter[tuple[str, ...]]] = defaultdict(Counter)
        for item in target.entries:
            pattern = " · ".join(map(str, target.shape(item).partition))
            sizes[pattern][target.collection(item)] += 1
        for pattern, of_pattern in sorted(sizes.items()):
            counts = Counter(
                {
                    values: count
                    for values, count in of_pattern.items()
                    if holds(self._words, " ".join((pattern, *values)))
                }
            )
            if not counts:
                continue
            held = counted(counts.total(), "item")
            beside = f"{counted(len(counts), 'item collection')}, {held} in the sample"
            node = self.root.add("", Spot(pattern, beside), expand=True)
            for values, count in counts.most_common(COLLECTIONS_MAX):
                self._add_collection(node, values, count)
            if len(counts) > COLLECTIONS_MAX:
                node.add_leaf("", Spot("", f"and {len(counts) - COLLECTIONS_MAX:,} more"))
        if not self.root.children and self._words:
            self.root.add_leaf("", Spot("", self._none_held))
        self.root.expand()
        self.cursor_line = 0

    def _add_collection(self, node: TreeNode[Spot], values: tuple[str, ...], count: int) -> None:
        names = self._model.target.partition_keys if self._model else ()
        fields = QueryFields(None, dict(zip(names, map(KeyTerm, values), strict=True)))
        beside = f"{count:,} in the sample"
        node.add("", Spot(" · ".join(values), beside, fields, values))

    @property
    def fields(self) -> QueryFields | None:
        """What reads the place under the cursor."""
        node = self.cursor_node
        return node.data.fields if node is not None and node.data is not None else None

    @on(Tree.NodeExpanded)
    def _opened(self, event: Tree.NodeExpanded[Spot]) -> None:
        event.stop()
        spot = event.node.data
        if spot is not None and spot.collection is not None and not event.node.children:
            event.node.add_leaf("", Spot("reading…", ""))
            self.post_message(self.Opened(event.node, spot.fields or QueryFields()))

    def fill(self, node: TreeNode[Spot], items: Iterable[Json], more: bool) -> None:
        """Put the items of a collection below its node."""
        if self._model is None or node.data is None:
            return
        rows = list(items)
        target = self._model.target
        node.remove_children()
        keys = node.data.fields.keys if node.data.fields else {}
        if not target.sort_keys:
            for item in rows:
                node.add_leaf("", Spot("item", self._summary(item), QueryFields(None, keys)))
            return
        for branch in key_tree(target.sort_texts(rows), target.separator):
            self._add_branch(node, branch, dict(keys), target.sort_keys[0])
        if more:
            node.add_leaf("", Spot("", "and more: Enter on the item collection reads all of it"))

    def _add_branch(
        self, node: TreeNode[Spot], branch: Branch, keys: dict[str, KeyTerm], sort_key: str
    ) -> None:
        if not branch.children and branch.item is not None:
            fields = QueryFields(None, keys | {sort_key: KeyTerm(branch.prefix)})
            node.add_leaf("", Spot(branch.text, self._summary(branch.item), fields))
            return
        fields = QueryFields(None, keys | {sort_key: KeyTerm(branch.prefix, "begins with")})
        below = node.add("", Spot(branch.text, counted(branch.count, "item"), fields))
        if branch.item is not None:
            alone = QueryFields(None, keys | {sort_key: KeyTerm(branch.prefix)})
            below.add_leaf("", Spot("(itself)", self._summary(branch.item), alone))
        for child in branch.children:
            self._add_branch(below, child, keys, sort_key)

    def _summary(self, item: Json) -> str:
        """The first attributes that are no keys, of the table or of an index."""
        keys = self._model.target.key_attributes if self._model else frozenset()
        names = [name for name in item if name not in keys][:SUMMARY_ATTRIBUTES]
        return "  ".join(f"{name} {cell_text(item[name], SUMMARY_CELLS)}" for name in names)

    def render_label(self, node: TreeNode[Spot], base_style: Style, style: Style) -> Text:
        """Marker, key, what stands beside it."""
        spot = node.data
        if spot is None:
            return Text()
        dim = Style(color=self.app.theme_variables["secondary"])
        marker = "  "
        if node.allow_expand:
            marker = self.ICON_NODE_EXPANDED if node.is_expanded else self.ICON_NODE
        label = Text(spot.text, no_wrap=True)
        label.append("  " * bool(spot.text) + spot.beside, style=dim)
        label.stylize(style)
        return Text.assemble((marker, base_style + dim + TOGGLE), label)
