"""What was said about each statement that was run: rows, cost, time, errors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from dyntui.core.browse.columns import Columns
from dyntui.core.connection.pages import PageSource
from dyntui.core.statements.asked import Ready
from dyntui.core.statements.result_rows import RowReader
from dyntui.core.text.formats import shortened
from dyntui.widgets.bindings import bindings
from dyntui.widgets.filtered import Filtered
from dyntui.widgets.row_list import QuietList

TOLD_MAX = 50
STATEMENT_CELLS_MAX = 60


@dataclass(frozen=True, slots=True)
class Told:
    """A statement, what came of it, and its rows where it gave any."""

    text: str
    outcome: Text
    ready: Ready | None = None
    source: PageSource | None = None
    reader: RowReader | None = None
    columns: Columns | None = None


class MessageList(QuietList):
    """The latest message last; only that many are kept as their rows can be."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("told")

    @dataclass
    class Wanted(Message):
        """A statement and its rows are to be shown again."""

        told: Told

    @dataclass
    class Copied(Message):
        """A message is to be copied."""

        text: str

    def __init__(self) -> None:
        super().__init__()
        self.told: list[Told] = []
        """The messages that are shown."""

    def show(self, told: Sequence[Told]) -> None:
        """Show messages, the cursor on the latest."""
        self.told = list(told)
        self.clear_options()
        self.add_options([Option(self._prompt(one)) for one in told])
        self.highlighted = len(told) - 1 if told else None

    def _prompt(self, told: Told) -> Text:
        statement = shortened(" ".join(told.text.split()), STATEMENT_CELLS_MAX)
        text = Text(statement, style=self.app.theme_variables["accent"])
        return Text.assemble(text, "\n  ", told.outcome)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Show the statement and its rows."""
        event.stop()
        self.post_message(self.Wanted(self.told[event.option_index]))

    def action_copy(self) -> None:
        """Copy the message under the cursor."""
        if self.highlighted is not None:
            told = self.told[self.highlighted]
            self.post_message(self.Copied(f"{told.text}\n{told.outcome.plain}"))

    def action_filter(self) -> None:
        """Let the person type what the messages are to hold."""
        self.query_ancestor(Messages).action_filter()


class Messages(Vertical, Filtered):
    """All messages, of which the list shows those that hold the words."""

    DEFAULT_CSS = """
    Messages { height: 1fr;
        .none-held { display: none; padding: 0 1; color: $text-muted; }
        &.-none .none-held { display: block; }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self.told: list[Told] = []

    def compose(self) -> ComposeResult:
        """What stands there where no message is left; the list."""
        yield Static(classes="none-held")
        yield MessageList()

    def tell(self, told: Told) -> None:
        """Add a message."""
        self.told = [*self.told, told][-TOLD_MAX:]
        self.words_changed()

    @property
    def filtered_list(self) -> MessageList:
        """See `Filtered`."""
        return self.query_one(MessageList)

    @property
    def below_filter(self) -> Static:
        """See `Filtered`."""
        return self.query_one(Static)

    def words_changed(self) -> None:
        """Show the messages that hold the words."""
        found = [one for one in self.told if self.held(f"{one.text} {one.outcome.plain}")]
        self.set_class(not found and bool(self._words), "-none")
        self.query_one(Static).update(Text(self.none_held()))
        self.filtered_list.show(found)
