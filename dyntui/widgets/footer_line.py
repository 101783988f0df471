"""The last line: the keys of where one is on the left, those that work everywhere on the right."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass

from rich.text import Text
from textual import events
from textual.app import RenderResult
from textual.screen import Screen
from textual.widget import Widget

GAP = 2
LAST = "escape"
"""The key that leads back from everywhere stays longest."""


@dataclass(frozen=True, slots=True)
class _Key:
    """A key as it stands in the line; `key` is Textual's name of it."""

    key: str
    shown: str
    title: str

    @property
    def width(self) -> int:
        return len(self.shown) + 1 + len(self.title)


class KeysAtTimes:
    """A widget of whose keys some stand in the line only at times; what they do, or say, they do
    at any time."""

    @abstractmethod
    def stands(self, action: str) -> bool:
        """Whether the key of an action, by its id, stands in the line now; `refresh_bindings` says
        that it is another answer."""


class FooterLine(Widget):
    """One line, drawn anew when the keys change; a click on a key is the same as pressing it.

    Where the window is too narrow, the first key of the right side is left out, then keys from the
    end of the left side; last of all the one that leads back.
    """

    ALLOW_SELECT = False
    DEFAULT_CSS = """
    FooterLine {
        dock: bottom; height: 1; padding: 0 1;
        background: $footer-background; color: $footer-description-foreground;
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._spots: list[tuple[int, int, str]] = []

    def on_mount(self) -> None:
        """Follow the focus."""
        self.screen.bindings_updated_signal.subscribe(self, self._bindings_updated)

    def _bindings_updated(self, _: Screen[object]) -> None:
        self.refresh()

    def render(self) -> RenderResult:
        """The keys that fit."""
        local, everywhere = self._keys()
        width = self.content_size.width
        if _width([*local, *everywhere]) > width:
            everywhere = everywhere[1:]
        while local and _width([*local, *everywhere]) > width:
            local.remove(next((key for key in reversed(local) if key.key != LAST), local[-1]))
        self._spots = []
        line = Text(no_wrap=True)
        self._add(line, local)
        line.append(" " * max(0, width - line.cell_len - _width(everywhere)))
        self._add(line, everywhere)
        return line

    def _keys(self) -> tuple[list[_Key], list[_Key]]:
        """The keys of where one is, and those of the app."""
        local: dict[str, _Key] = {}
        everywhere: dict[str, _Key] = {}
        for node, binding, _, _ in self.screen.active_bindings.values():
            hidden = isinstance(node, KeysAtTimes) and not node.stands(binding.id or "")
            if binding.show and not hidden:
                side = everywhere if (binding.id or "").startswith("app.") else local
                display = self.app.get_key_display(binding)
                side.setdefault(binding.action, _Key(binding.key, display, binding.description))
        return list(local.values()), list(everywhere.values())

    def _add(self, line: Text, keys: list[_Key]) -> None:
        """Write keys at the end of the line, and remember where."""
        colour = self.app.theme_variables["footer-key-foreground"]
        for number, key in enumerate(keys):
            if number:
                line.append(" " * GAP)
            start = line.cell_len
            line.append(key.shown, style=f"bold {colour}")
            line.append(f" {key.title}")
            self._spots.append((start, line.cell_len, key.key))

    def on_click(self, event: events.Click) -> None:
        """Press the key that was clicked on."""
        offset = event.get_content_offset(self)
        for start, end, key in self._spots:
            if offset is not None and start <= offset.x < end:
                self.app.simulate_key(key)


def _width(keys: list[_Key]) -> int:
    """How many cells keys take beside each other."""
    return sum(key.width for key in keys) + GAP * max(0, len(keys) - 1)
