"""What was said about each statement that was run: rows, cost, time, errors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from rich.text import Text
from textual.binding import BindingType
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from dyntui.core.browse.columns import Columns
from dyntui.core.connection.pages import PageSource
from dyntui.core.statements.asked import Ready
from dyntui.core.statements.result_rows import RowReader
from dyntui.widgets.bindings import bindings
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

    def tell(self, told: Told) -> None:
        """Add a message."""
        self.told.append(told)
        self.add_option(Option(self._prompt(told)))
        if len(self.told) > TOLD_MAX:
            self.told.pop(0)
            self.remove_option_at_index(0)
        self.highlighted = len(self.told) - 1

    def _prompt(self, told: Told) -> Text:
        statement = " ".join(told.text.split())
        if len(statement) > STATEMENT_CELLS_MAX:
            statement = statement[: STATEMENT_CELLS_MAX - 1] + "…"
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
