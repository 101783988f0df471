"""One of several names in a row, of which one is chosen."""

from __future__ import annotations

from dataclasses import dataclass

from textual.dom import DOMNode
from textual.message import Message
from textual.widgets import Static


class Choice(Static):
    """A name; a click chooses it. The chosen one stands on the ground of what it shows."""

    DEFAULT_CSS = """
    Choice {
        width: auto; height: 1; padding: 0 1; color: $text-muted;
        &.-chosen { color: $accent; background: $surface; text-style: bold; }
        &:hover { text-style: underline; }
    }
    """

    @dataclass
    class Chosen(Message):
        """The person clicked on a name."""

        value: str

    def __init__(self, value: str, name: str, action: str = "") -> None:
        """`action` is the id of the action whose keys choose it from anywhere, if there is one."""
        super().__init__(name, markup=False)
        self.value = value
        self.action = action

    @staticmethod
    def mark(parent: DOMNode, value: str) -> None:
        """Show which of the choices below `parent` is chosen."""
        for choice in parent.query(Choice):
            choice.set_class(choice.value == value, "-chosen")

    def on_click(self) -> None:
        """Choose this one."""
        self.post_message(self.Chosen(self.value))
