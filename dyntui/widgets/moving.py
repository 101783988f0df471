"""The ends of what one moves in: a list, a tree, or a text."""

from __future__ import annotations

from textual.containers import ScrollableContainer
from textual.widget import Widget
from textual.widgets import OptionList, Tree


def go_to_end(widget: Widget | None, *, last: bool) -> None:
    """Bring the cursor, or else what is in sight, to the first line or to the last one."""
    if isinstance(widget, Tree):
        widget.cursor_line = widget.last_line if last else 0
    elif isinstance(widget, OptionList):
        (widget.action_last if last else widget.action_first)()
    elif isinstance(widget, ScrollableContainer):
        (widget.action_scroll_end if last else widget.action_scroll_home)()
