"""Many writes shown before they are sent, and how far they are."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import TYPE_CHECKING, ClassVar, cast

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Static

from dyntui.core.actions.spoken_keys import key_for
from dyntui.core.browse.bulk import BulkResult, write_all
from dyntui.core.browse.writes import Write
from dyntui.core.connection.session import Session
from dyntui.core.tables.cost import units_text
from dyntui.core.tables.schema import TableInfo
from dyntui.core.text.amounts import counted
from dyntui.core.text.change_text import key_text
from dyntui.core.text.listed import Listed, Row
from dyntui.screens.ask_first import AskFirstScreen
from dyntui.screens.copy_as import CopyAsScreen
from dyntui.screens.drawer import Drawer
from dyntui.widgets.bindings import bindings
from dyntui.widgets.filtered_rows import LOOKS_ONLY, FilteredRows
from dyntui.widgets.jobs import Cancelled, Progress
from dyntui.widgets.rows_view import RowsView

if TYPE_CHECKING:
    from dyntui.app import DyntuiApp

SHOWN_MAX = 1_000
COPIED_MAX = 100
VERBS = {"create": "PUT", "change": "SET", "delete": "DELETE"}


class BulkScreen(Drawer[list[Write]], FilteredRows):
    """Sends many writes, several at once, each with its condition; gives those that were done.

    Where they delete or change several items of a remote, the table's name is typed first.
    """

    BINDINGS: ClassVar[list[BindingType]] = bindings("bulk")
    FILTER_HINT = LOOKS_ONLY
    AUTO_FOCUS = "RowsView"
    DEFAULT_CSS = """
    BulkScreen #bulk-about { padding: 0 1; height: auto; background: $surface; color: $text-muted; }
    """

    def __init__(
        self, session: Session, info: TableInfo, writes: Sequence[Write], title: str
    ) -> None:
        super().__init__()
        self._session = session
        self._info = info
        self._writes = writes
        self._title = title
        self._result: BulkResult | None = None
        self._stopped = False

    def title_text(self) -> Text:
        """What is done to how many items."""
        return Text(self._title, no_wrap=True, overflow="ellipsis")

    def compose_body(self) -> ComposeResult:
        """What it does and costs, and to which items."""
        yield Static(id="bulk-about")
        yield RowsView()

    def on_mount(self) -> None:
        """Show the writes."""
        units = units_text(sum(sum(write.units.values()) for write in self._writes))
        self._say(
            f"{self._counted(len(self._writes))}, a request for each, about {units} WCU. What "
            "somebody else has changed meanwhile stays as it is (optimistic lock). ^S writes them."
        )
        rows = [_row(self._info, write) for write in islice(self._writes, SHOWN_MAX)]
        if len(self._writes) > SHOWN_MAX:
            rows.append(Row(((f"and {len(self._writes) - SHOWN_MAX:,} more", "dim"),)))
        self.filtered_list.show_list(Listed("", tuple(rows), 0))

    def _say(self, text: str) -> None:
        self.query_one("#bulk-about", Static).update(Text(text))

    @staticmethod
    def _counted(count: int) -> str:
        return counted(count, "item")

    def action_submit(self) -> None:
        """Send them; or, once they are done, go back."""
        if self.job_running:
            return
        if self._result is not None:
            self.action_close()
            return
        connection = cast("DyntuiApp", self.app).connection
        lossy = [write.kind for write in self._writes if write.kind != "create"]
        if connection.remote is None or len(lossy) < 2:
            self._send()
            return

        def closed(wanted: bool | None) -> None:
            if wanted:
                self._send()

        verb = "Deletes" if set(lossy) == {"delete"} else "Changes"
        risk = f"{verb} {self._counted(len(lossy))} of {self._info.name} on {connection.place}"
        self.app.push_screen(AskFirstScreen(risk, self._title, self._info.name), closed)

    def _send(self) -> None:
        latest = BulkResult()

        def show() -> None:
            ending = "stopping" if self._stopped else f"{key_for('bulk.close')} stops it"
            self._say(f"{latest.tried:,} of {self._counted(len(self._writes))}… {ending}")

        def work(cancelled: Cancelled) -> BulkResult:
            progress = Progress(self, show)

            def told(result: BulkResult) -> None:
                nonlocal latest
                latest = result
                progress.tell()

            return write_all(
                self._session.call, self._writes, lambda: self._stopped or cancelled(), told
            )

        self.run_job(self._title, work, self._done, self.show_error, group="bulk")
        self._say(f"writing… {key_for('bulk.close')} stops it")

    def _done(self, result: BulkResult) -> None:
        self._result = result
        left = len(self._writes) - result.tried
        if not result.refused and not result.failed and not left:
            self.dismiss(result.done)
            return
        said = f"{self._counted(len(result.done))} written"
        if result.refused:
            said += f", {len(result.refused):,} left as they are: somebody else changed them"
        if result.failed:
            said += f", {len(result.failed):,} failed"
        if left:
            said += f", {left:,} not tried"
        self._say(said + f". {key_for('bulk.close')} goes back.")
        if result.error is not None:
            self.show_error(result.error)
        rows = tuple(_row(self._info, write, "✗ ") for write in result.refused[:SHOWN_MAX])
        self.filtered_list.show_list(Listed("", rows, 0))

    def action_copy_as(self) -> None:
        """Copy the requests, as many as one can do something with."""
        first, *others = (write.request for write in self._writes[:COPIED_MAX])
        self.app.push_screen(CopyAsScreen(first, self._session.region, *others))

    def action_close(self) -> None:
        """Stop what runs, or go back; first to all items, where a filter leaves some out."""
        if not self.job_running and self.close_filter():
            return
        if not self.job_running:
            self.dismiss(self._result.done if self._result is not None else [])
        elif not self._stopped:
            self._stopped = True
            self._say("stopping…")


def _row(info: TableInfo, write: Write, sign: str = "") -> Row:
    item = write.old or write.new or {}
    key = {name: item[name] for name in info.key_names}
    removes = write.kind == "change" and all(change.new is None for change in write.changes)
    verb = "REMOVE" if removes else VERBS[write.kind]
    return Row(((f"{sign}{verb:<7}", "mark"), (key_text(key), "bold")))
