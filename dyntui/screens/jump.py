"""Jumping: a letter on every panel, tab and place; typing it goes there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.events import Click, Key
from textual.geometry import Region
from textual.screen import ModalScreen
from textual.widgets import Static

from dyntui.widgets.bindings import bindings

LETTERS = "asdfgwertcvbzuionm"


@dataclass(frozen=True, slots=True)
class Target:
    """Where one can go: its place on the screen, how one gets there, and its letter if a key
    of its own leads there from anywhere."""

    region: Region
    go: Callable[[], None]
    letter: str = ""


def lettered(targets: Sequence[Target]) -> dict[str, Target]:
    """The targets by the letters that lead to them; those beyond the letters are left out."""
    usual = {target.letter for target in targets if target.letter}
    free = iter([letter for letter in LETTERS if letter not in usual])
    found: dict[str, Target] = {}
    for target in targets:
        letter = target.letter or next(free, "")
        if letter:
            found[letter] = target
    return found


class JumpScreen(ModalScreen[str | None]):
    """Shows the letters over what they lead to; gives the one that was typed."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("jump")
    DEFAULT_CSS = """
    JumpScreen {
        background: $background 45%;
        Static { width: auto; height: 1; padding: 0 1; position: absolute;
            background: $warning; color: $background; text-style: bold; }
    }
    """

    def __init__(self, targets: dict[str, Target]) -> None:
        super().__init__()
        self._targets = targets

    def compose(self) -> ComposeResult:
        """A mark at the upper left corner of each target."""
        for letter, target in self._targets.items():
            mark = Static(letter, markup=False, name=letter)
            mark.styles.offset = (target.region.x, target.region.y)
            yield mark

    def on_key(self, event: Key) -> None:
        """A letter goes where it stands; any other key leaves."""
        event.stop()
        event.prevent_default()
        self.dismiss(event.character if event.character in self._targets else None)

    def on_click(self, event: Click) -> None:
        """A mark is as good as its letter."""
        event.stop()
        name = self.get_widget_at(event.screen_x, event.screen_y)[0].name
        self.dismiss(name if name in self._targets else None)

    def on_resize(self) -> None:
        """The marks no longer stand where they belong."""
        if self.is_current and self.size != self.app.size:
            self.dismiss(None)

    def action_back(self) -> None:
        """Stay where one was."""
        self.dismiss(None)
