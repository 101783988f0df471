"""The ends of what one moves in, a list, a tree, or a text; its branches; what is in sight."""

from __future__ import annotations

from typing import Any

from textual.containers import ScrollableContainer
from textual.dom import DOMNode
from textual.widget import Widget
from textual.widgets import OptionList, Tree


def in_sight(node: DOMNode) -> bool:
    """Whether a widget and all that it is in are displayed, as a screen and the app are."""
    return all(place.display for place in node.ancestors_with_self if isinstance(place, Widget))


def go_to_end(widget: Widget | None, *, last: bool) -> None:
    """Bring the cursor, or else what is in sight, to the first line or to the last one."""
    if isinstance(widget, Tree):
        widget.cursor_line = widget.last_line if last else 0
    elif isinstance(widget, OptionList):
        (widget.action_last if last else widget.action_first)()
    elif isinstance(widget, ScrollableContainer):
        (widget.action_scroll_end if last else widget.action_scroll_home)()


def fold(tree: Tree[Any]) -> None:
    """Show what is cut off at the left; or close the branch, or go to the one above."""
    node = tree.cursor_node
    if tree.scroll_x > 0:
        tree.scroll_left(animate=False)
    elif node is not None and node.is_expanded and node.allow_expand:
        node.collapse()
    elif node is not None and node.parent is not None and node.parent.data is not None:
        tree.move_cursor(node.parent)


def unfold(tree: Tree[Any]) -> None:
    """Open the branch; where there is none to open, show what is cut off at the right."""
    node = tree.cursor_node
    if node is not None and node.allow_expand and not node.is_expanded:
        node.expand()
    else:
        tree.scroll_right(animate=False)
