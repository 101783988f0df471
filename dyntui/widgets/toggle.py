"""A check box that says by its mark, not by colour alone, whether it is on."""

from __future__ import annotations

from textual.widgets import Checkbox


class Toggle(Checkbox):
    """Shows a tick where it is on, nothing where it is off."""

    BUTTON_LEFT = ""
    BUTTON_RIGHT = ""
    BUTTON_INNER = "[ ]"
    DEFAULT_CSS = """
    Toggle {
        background: transparent;
        padding: 0;
        &.-textual-compact > .toggle--button { color: $foreground; background: transparent; }
        &.-on > .toggle--button { color: $accent; background: transparent; }
        &:focus > .toggle--label { color: $accent; background: transparent; text-style: underline; }
    }
    """

    def watch_value(self) -> None:
        """Change the mark with the value."""
        self.BUTTON_INNER = "[✓]" if self.value else "[ ]"
        super().watch_value()
