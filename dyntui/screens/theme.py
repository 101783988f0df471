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
from dyntui.widgets.filtered import Filtered
from dyntui.widgets.option_lines import OptionLines

OWN = "Your own: files NAME.toml in the folder\n"
NO_FOLDER = "Without a file of settings, the choice holds until you quit."


class ThemeScreen(Drawer[str | None], Filtered):
    """Gives the name of the theme to keep; with None, that of before is shown again.

    `show` takes the colours of a theme, and gives what is wrong with it.
    """

    BINDINGS: ClassVar[list[BindingType]] = bindings("theme")
    AUTO_FOCUS = "OptionList"
    DEFAULT_CSS = """
    ThemeScreen, ThemeScreen.-narrow {
        background: transparent;
        #drawer { width: 42; min-width: 42; border-left: vkey $border; }
        OptionLines { padding: 1 0;
            &:focus { background-tint: $foreground 0%; }
            & > .option-list--option { padding: 0; } }
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
        yield OptionLines(*self._options())
        yield Static(Text(OWN + self._folder if self._folder else NO_FOLDER), id="theme-own")

    def _options(self) -> list[Option]:
        """The themes that hold the words."""
        lines = {name: _line(name, name == self._now) for name in self._names}
        return [Option(Text(line), name) for name, line in lines.items() if self.held(line)]

    def on_mount(self) -> None:
        """Begin at the theme in use."""
        self._go_to(self._now)

    def _go_to(self, name: str) -> None:
        """Put the cursor on a theme, where it is listed, else on the first."""
        options = self.filtered_list
        shown = [option.id for option in options.options]
        options.highlighted = shown.index(name) if name in shown else 0 if shown else None

    @property
    def filtered_list(self) -> OptionList:
        """See `Filtered`."""
        return self.query_one(OptionList)

    def words_changed(self) -> None:
        """Show the themes that hold the words, the cursor on the same one where it is there."""
        name, options = self._under_cursor or self._now, self.filtered_list
        options.clear_options()
        options.add_options(self._options())
        self._go_to(name)
        self.show_error("" if options.option_count else self.none_held())

    @property
    def _under_cursor(self) -> str | None:
        """The theme under the cursor."""
        option = self.filtered_list.highlighted_option
        return None if option is None else option.id

    @on(OptionList.OptionHighlighted)
    def _highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Show the theme under the cursor."""
        event.stop()
        self.show_error(self._show(str(event.option_id)))

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
        name = self._under_cursor
        if name is None:
            return
        problem = self._show(name)
        if problem:
            self.show_error(problem)
        else:
            self.dismiss(name)

    def action_close(self) -> None:
        """The colours of before; first all themes, where a filter leaves some out."""
        if self.close_filter():
            return
        self._show(self._now)
        self.dismiss(None)


def _line(name: str, is_now: bool) -> str:
    return f"  {name}" + ("  (now)" if is_now else "") + ("" if name in BUILT_IN else "  (yours)")
