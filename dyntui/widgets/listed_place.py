"""A place that lists what there is, and tells of the row under the cursor all that is known."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence

from rich.text import Text
from textual.containers import Vertical
from textual.widget import Widget

from dyntui.widgets.filtered import Filtered
from dyntui.widgets.jobs import JobHost
from dyntui.widgets.messages import error_text
from dyntui.widgets.row_list import RowList
from dyntui.widgets.text_line import TextLine
from dyntui.widgets.text_view import TextView
from engine.errors import ApiError


class ListedPlace(Vertical, JobHost, Filtered):
    """A subclass composes a head, a `Note`, the list and a `TextView` for the details."""

    DEFAULT_CSS = """
    ListedPlace TextView { border-top: solid $border-blurred; }
    ListedPlace.-empty RowList, ListedPlace.-empty ContentSwitcher { height: 1; }
    ListedPlace.-empty TextView { height: 1fr; border-top: none; }
    """

    @property
    @abstractmethod
    def filtered_list(self) -> RowList:
        """The list that is in sight."""

    @abstractmethod
    def reload(self) -> None:
        """Look again what there is."""

    @property
    def panels(self) -> Sequence[Widget]:
        """The parts that Ctrl+O goes through."""
        return (self.filtered_list, self.query_one(TextView))

    def focus_content(self) -> None:
        """The list is where one begins."""
        self.filtered_list.focus()

    def back(self) -> bool:
        """Show all again, where a filter leaves some out; whether it did."""
        return self.close_filter()

    @property
    def _room(self) -> int:
        """Cells of a row, beside its margins and a scrollbar; of a list out of sight, too."""
        return max(20, self.size.width - 4)

    def _show_text(self, text: str) -> None:
        """Show details below the list; where no row is listed, what is to be done in its place."""
        self.set_class(not self.filtered_list.option_count, "-empty")
        self.query_one(TextView).show(text, json=False)

    def _say(self, text: Text | str) -> None:
        """Say a line above the list; an empty text takes it away."""
        line = self.query_one(Note)
        line.set_class(bool(text), "-shown")
        line.say(Text(text) if isinstance(text, str) else text)

    def _failed(self, error: ApiError) -> None:
        self._say(error_text(self.app, error))


class Note(TextLine):
    """The line above the list, while there is something to say."""

    DEFAULT_CSS = """
    Note { height: auto; padding: 0 1; color: $text-muted; display: none;
        &.-shown { display: block; } }
    """

    def __init__(self) -> None:
        super().__init__(id="note")
