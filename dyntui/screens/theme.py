"""The themes: the one under the cursor is shown at once, and kept only where one says so."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from dyntui.core.user.theme_files import BUILT_IN
from dyntui.screens.drawer import Drawer
from dyntui.widgets.bindings import bindings
from dyntui.widgets.option_lines import OptionLines

OWN = "Your own: files NAME.toml in the folder\n"
NO_FOLDER = "Without a file of settings, the choice holds until you quit."


class ThemeScreen(Drawer[str | None]):
    """Gives the name of the theme to keep; with None, that of before is shown again.

    `show` takes the colours of a theme, and gives what is wrong with it.
    """

    BINDINGS: ClassVar[list[BindingType]] = bindings("theme")
    AUTO_FOCUS = "OptionList"
    DEFAULT_CSS = """
    ThemeScreen, ThemeScreen.-narrow {
        background: transparent;
        #drawer { width: 42; min-width: 42; border-left: vkey $border; }
        OptionList { height: 1fr; border: none; padding: 1 0; background: $surface;
            &:focus { border: none; background-tint: $foreground 0%; } }
        #theme-own { height: auto; padding: 1; color: $text-muted; }
    }
    """

    def __init__(
        self, names: Sequence[str], now: str, folder: str, show: Callable[[str], str]
    ) -> None:
        """`now` is the theme in use, `folder` where the user's own lie; empty if nowhere."""
        super().__init__()
        self._names = tuple(names)
        self._now = now
        self._folder = folder
        self._show = show

    def title_text(self) -> Text:
        """What is chosen."""
        return Text("Theme")

    def compose_body(self) -> ComposeResult:
        """A line for each theme."""
        yield OptionLines(
            *(Option(Text(_line(name, name == self._now)), name) for name in self._names)
        )
        yield Static(Text(OWN + self._folder if self._folder else NO_FOLDER), id="theme-own")

    def on_mount(self) -> None:
        """Begin at the theme in use."""
        if self._now in self._names:
            self.query_one(OptionList).highlighted = self._names.index(self._now)

    @on(OptionList.OptionHighlighted)
    def _highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Show the theme under the cursor."""
        event.stop()
        self.show_error(self._show(self._names[event.option_index]))

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.action_keep()

    def action_down(self) -> None:
        """The next theme."""
        self.query_one(OptionList).action_cursor_down()

    def action_up(self) -> None:
        """The theme before."""
        self.query_one(OptionList).action_cursor_up()

    def action_keep(self) -> None:
        """Keep the theme under the cursor, unless something is wrong with it."""
        number = self.query_one(OptionList).highlighted
        if number is None:
            return
        problem = self._show(self._names[number])
        if problem:
            self.show_error(problem)
        else:
            self.dismiss(self._names[number])

    def action_close(self) -> None:
        """The colours of before."""
        self._show(self._now)
        self.dismiss(None)


def _line(name: str, is_now: bool) -> str:
    return f"  {name}" + ("  (now)" if is_now else "") + ("" if name in BUILT_IN else "  (yours)")
