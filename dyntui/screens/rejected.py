"""What an import could not take: each record with its place, the reason, and where in it."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType

from dyntui.core.transfers.transfers import Transfer
from dyntui.core.transfers.words import rejections_text, title
from dyntui.screens.drawer import Drawer
from dyntui.widgets.bindings import bindings
from dyntui.widgets.filtered import Filtered
from dyntui.widgets.text_view import TextView

_COPIED_CELLS = 10_000


class RejectedScreen(Drawer[None], Filtered):
    """Shows rejected records."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("rejected")
    AUTO_FOCUS = "TextView"

    def __init__(self, transfer: Transfer) -> None:
        super().__init__()
        self._transfer = transfer

    def title_text(self) -> Text:
        """How many, and of what."""
        return Text(f"{self._transfer.rejected:,} rejected · {title(self._transfer)}")

    def compose_body(self) -> ComposeResult:
        """The records."""
        yield TextView(json=False)

    def on_resize(self) -> None:
        """The text fits the width."""
        self.words_changed()

    @property
    def filtered_list(self) -> TextView:
        """See `Filtered`."""
        return self.query_one(TextView)

    def words_changed(self) -> None:
        """Show the records that hold the words."""
        width = max(20, self.query_one("#drawer").size.width - 4)
        self.filtered_list.show(self._text(width) or self.none_held(), json=False)

    def _text(self, width: int) -> str:
        """The records that hold the words; how many more there are, where all are shown."""
        known, rejected = self._transfer.rejections, self._transfer.rejected
        found = [one for one in known if self.held(f"{one.place} {one.reason} {one.text}")]
        return rejections_text(found, len(found) if self._words else rejected, width)

    def action_copy(self) -> None:
        """Copy those that are shown."""
        self.copy(self._text(_COPIED_CELLS), "what was rejected")

    def action_close(self) -> None:
        """Back; first to all records, where a filter leaves some out."""
        if not self.close_filter():
            self.dismiss()
