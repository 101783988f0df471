"""History and saved statements: found by a part of their text, opened in the editor."""

from __future__ import annotations

from typing import ClassVar, Literal

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from dyntui.core.user.query_book import Draft, QueryBook
from dyntui.screens.drawer import Drawer
from dyntui.widgets.bindings import bindings
from dyntui.widgets.choice import Choice
from dyntui.widgets.option_lines import OptionLines
from dyntui.widgets.text_view import TextView

Side = Literal["history", "saved"]
SHOWN_MAX = 200


class BookScreen(Drawer[Draft | None]):
    """Gives the text that was chosen, with its name if it is saved, or None."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("book")
    AUTO_FOCUS = "Input"
    DEFAULT_CSS = """
    BookScreen {
        #book-sides { height: 1; padding: 0 1; }
        Input { background: $panel; margin: 0 1; }
        OptionLines { text-wrap: nowrap; text-overflow: ellipsis;
            & > .option-list--option-highlighted { background: $block-cursor-background;
                color: $block-cursor-foreground; } }
        TextView { height: 8; border-top: solid $border-blurred; }
    }
    """

    def __init__(self, book: QueryBook) -> None:
        super().__init__()
        self._book = book
        self._side: Side = "history"
        self._drafts: list[Draft] = []

    def title_text(self) -> Text:
        """What is looked for."""
        return Text("Statements")

    def compose_body(self) -> ComposeResult:
        """Which side, filter, list, and the whole text of what the cursor is on."""
        with Horizontal(id="book-sides"):
            yield Choice("history", "history")
            yield Choice("saved", "saved")
        yield Input(placeholder="part of the text", compact=True)
        yield OptionLines()
        yield TextView("", json=False)

    def on_mount(self) -> None:
        """Show the history."""
        self.query_one(OptionList).can_focus = False
        self._fill()

    @on(Input.Changed)
    def _fill(self) -> None:
        wanted = self.query_one(Input).value.lower()
        if self._side == "history":
            drafts = [Draft("", text) for text in self._book.history]
        else:
            drafts = [Draft(name, text) for name, text in self._book.saved.items()]
        found = [one for one in drafts if wanted in f"{one.name} {one.text}".lower()]
        self._drafts = found[:SHOWN_MAX]
        options = self.query_one(OptionList)
        options.clear_options()
        options.add_options(Option(self._line(draft)) for draft in self._drafts)
        options.highlighted = 0 if self._drafts else None
        Choice.mark(self, self._side)
        self._show_text()

    def _line(self, draft: Draft) -> Text:
        text = Text(no_wrap=True, overflow="ellipsis")
        if draft.name:
            text.append(f"{draft.name}  ", style="bold")
        return text.append(" ".join(draft.text.split()))

    @property
    def _chosen(self) -> Draft | None:
        number = self.query_one(OptionList).highlighted
        return None if number is None else self._drafts[number]

    @on(OptionList.OptionHighlighted)
    def _show_text(self) -> None:
        nothing = "nothing was run yet" if self._side == "history" else "nothing is saved yet"
        chosen = self._chosen
        self.query_one(TextView).text = nothing if chosen is None else chosen.text

    @on(Choice.Chosen)
    def _side_chosen(self, message: Choice.Chosen) -> None:
        self._side = "saved" if message.value == "saved" else "history"
        self._fill()

    @on(Input.Submitted)
    @on(OptionList.OptionSelected)
    def _submitted(self) -> None:
        self.action_open()

    def action_switch(self) -> None:
        """History, or what is saved."""
        self._side = "saved" if self._side == "history" else "history"
        self._fill()

    def action_open(self) -> None:
        """Give the text under the cursor."""
        if self._chosen is not None:
            self.dismiss(self._chosen)

    def action_forget(self) -> None:
        """Delete a saved statement."""
        chosen = self._chosen
        if self._side == "saved" and chosen is not None:
            self._book.forget(chosen.name)
            self.notify(f"Deleted {chosen.name}; its text is in the history", markup=False)
            self._book.remember(chosen.text)
            self._fill()

    def action_down(self) -> None:
        """The next one."""
        self.query_one(OptionList).action_cursor_down()

    def action_up(self) -> None:
        """The one before."""
        self.query_one(OptionList).action_cursor_up()

    def action_close(self) -> None:
        """Back."""
        self.dismiss(None)
