"""A drawer that shows rows, which are filtered."""

from __future__ import annotations

from dyntui.widgets.filtered import Filtered
from dyntui.widgets.rows_view import RowsView

LOOKS_ONLY = "shows these; all are written"


class FilteredRows(Filtered):
    """Its `RowsView` keeps the whole list, and shows the rows that hold the words.

    It stands last among the bases of a class: styles are inherited from the first.
    """

    @property
    def filtered_list(self) -> RowsView:
        """See `Filtered`."""
        return self.query_one(RowsView)

    def words_changed(self) -> None:
        """See `Filtered`."""
        self.filtered_list.hold(self._words, self.none_held())

    def action_up(self) -> None:
        """The row above."""
        self.filtered_list.move(-1)

    def action_down(self) -> None:
        """The row below."""
        self.filtered_list.move(1)
