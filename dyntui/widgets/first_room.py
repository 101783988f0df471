"""How large a widget will be on its first frame: it is told its size only after that."""

from __future__ import annotations

from textual.app import App
from textual.geometry import Size
from textual.widget import Widget


def first_room(widget: Widget) -> Size:
    """The room of what a widget is mounted in and fills; of a screen, the window."""
    parent = widget.parent
    assert isinstance(parent, App | Widget)
    return parent.size
