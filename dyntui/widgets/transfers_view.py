"""The place for exports and imports: what runs, what has run, and all that is known of one.

Drawers are imported when they are first opened.
"""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.timer import Timer
from textual.widgets import OptionList, Static

from dyntui.core.actions.spoken_keys import with_keys
from dyntui.core.browse.trail import Crumb
from dyntui.core.connection.connect import Connection
from dyntui.core.connection.session import Session
from dyntui.core.tables.requests import Request
from dyntui.core.transfers.form import Values, values_of
from dyntui.core.transfers.service_transfers import ServiceTransfers
from dyntui.core.transfers.transfers import Transfer, Work
from dyntui.core.transfers.words import details, mark, standing, title
from dyntui.widgets.bindings import bindings
from dyntui.widgets.copied import copy_measured
from dyntui.widgets.jobs import Cancelled
from dyntui.widgets.leads import Leads
from dyntui.widgets.listed_place import ListedPlace, Note
from dyntui.widgets.row_list import Row, RowList
from dyntui.widgets.text_view import TextView
from dyntui.widgets.transferred import TransferredTo

_TICK_S = 0.25
_LOOK_S = 2.0
_HINT = (
    "Nothing was exported or imported yet: {transfers.export} exports a table, "
    "{transfers.import_file} imports a file."
)
_MARK_COLOURS = {
    "running": "warning",
    "done": "success",
    "failed": "error",
    "cancelled": "secondary",
}


class TransfersView(ListedPlace):
    """Lists transfers, the newest first; the details of the one under the cursor stand below."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("transfers")
    DEFAULT_CSS = """
    TransfersView {
        #transfers-head { height: 1; padding: 0 1; background: $panel; text-style: bold; }
        TextView { height: 9; }
    }
    """

    def __init__(self, session: Session, connection: Connection) -> None:
        super().__init__(id="transfers")
        self.table = ""
        """The table to whose export one comes from."""
        self._session = session
        self._connection = connection
        self._service = ServiceTransfers(session.call, connection.local_tools)
        self._begun: list[Transfer] = []
        self._looked_up: list[Transfer] = []
        self._shown: list[Transfer] = []
        self._told_ended: set[int] = set()
        self._drafts: dict[str, Values] = {}
        self._number = 0
        self._looking: Timer | None = None

    def compose(self) -> ComposeResult:
        """A head, the list, details."""
        yield Static("Transfers", id="transfers-head")
        yield Note()
        yield RowList()
        yield TextView(json=False, columns=True)

    def on_mount(self) -> None:
        """Look what there is."""
        self.set_interval(_TICK_S, self._tick)
        self._looking = self.set_interval(_LOOK_S, self._look_again)
        self._show()
        self.reload()

    def on_show(self) -> None:
        """It came into sight."""
        if self._looking is not None:
            self._looking.resume()

    def on_hide(self) -> None:
        """It went out of sight: what was begun goes on, and nothing is looked up."""
        if self._looking is not None:
            self._looking.pause()

    @property
    def filtered_list(self) -> RowList:
        """The list."""
        return self.query_one(RowList)

    @property
    def chosen(self) -> Transfer | None:
        """The transfer under the cursor."""
        row = self.filtered_list.highlighted
        return self._shown[row] if row is not None and row < len(self._shown) else None

    @property
    def crumbs(self) -> tuple[Crumb, ...]:
        """The place."""
        return (Crumb("Transfers"),)

    def words_changed(self) -> None:
        """Show the transfers that hold the words."""
        self._show()
        self._show_details()

    # Looking.

    def _look_again(self) -> None:
        """Where one of DynamoDB's operations is at work, see how far it is."""
        if any(transfer.state == "running" for transfer in self._looked_up):
            self.reload()

    def reload(self) -> None:
        """Look again what there is."""

        def work(_: Cancelled) -> tuple[list[Transfer], list[str]]:
            return self._service.look()

        self.run_job("listing transfers", work, self._looked, self._failed, group="transfers")

    def _looked(self, answer: tuple[list[Transfer], list[str]]) -> None:
        found, refusals = answer
        running = {transfer.arn for transfer in self._looked_up if transfer.state == "running"}
        self._looked_up = found
        for transfer in found:
            if transfer.arn in running and transfer.state != "running":
                self._tell_end(transfer)
        self._say(" · ".join(refusals))
        self._show()

    def _tick(self) -> None:
        """Show how far those are that were begun here."""
        for transfer in self._begun:
            if transfer.state != "running" and id(transfer) not in self._told_ended:
                self._told_ended.add(id(transfer))
                self._tell_end(transfer)
        if any(transfer.state == "running" for transfer in self._shown):
            self._show()

    def _tell_end(self, transfer: Transfer) -> None:
        text = f"{mark(transfer)} {title(transfer)}: {transfer.note}"
        if transfer.state == "failed":
            self.notify(text, severity="error", markup=False)
        else:
            self.notify(text, markup=False)
        if transfer.kind == "import":
            self.post_message(TransferredTo(transfer.table))
        self._show()

    # Showing.

    def _show(self) -> None:
        """The list as it is now; what stands there already is not drawn again."""
        found = sorted(
            (*reversed(self._begun), *self._looked_up),
            key=lambda transfer: transfer.began_s,
            reverse=True,
        )
        count = len(found)
        found = [one for one in found if self.held(f"{title(one)} {one.state} {one.note}")]
        running = sum(transfer.state == "running" for transfer in found)
        of_all = f"{len(found)} of {count}" if self._words else str(count)
        head = f"Transfers  {of_all}" + (f" · {running} running" if running else "")
        self.query_one("#transfers-head", Static).update(head)
        now_s = self._session.clock.monotonic_s()
        before = self.chosen
        same = [row for row, one in enumerate(found) if before and _is_same(one, before)]
        cursor = same[0] if same else 0 if found else None
        others, self._shown = found != self._shown, found
        rows = [_row(transfer, now_s) for transfer in found]
        if self.filtered_list.show(rows, cursor, self._room) or others:
            self._show_details()

    def _put_cursor_on(self, transfer: Transfer) -> None:
        if transfer not in self._shown:
            self.close_filter()
        self.filtered_list.highlighted = self._shown.index(transfer)

    @on(OptionList.OptionHighlighted)
    def _highlighted(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        self._show_details()

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.action_look()

    def _show_details(self) -> None:
        transfer = self.chosen
        if transfer is not None:
            text = details(transfer)
        else:
            text = self.none_held() if self._words else with_keys(_HINT)
        self._show_text(text)

    def on_resize(self) -> None:
        """The lines fit the width."""
        self._show()

    def action_cursor_down(self) -> None:
        """A transfer down."""
        self.filtered_list.action_cursor_down()

    def action_cursor_up(self) -> None:
        """A transfer up."""
        self.filtered_list.action_cursor_up()

    def action_first(self) -> None:
        """The newest transfer."""
        self.filtered_list.action_first()

    def action_last(self) -> None:
        """The oldest transfer."""
        self.filtered_list.action_last()

    # Beginning.

    def action_export(self) -> None:
        """The form for an export."""
        draft = self._drafts.get("export", {})
        self._open_export(draft if draft.get("table") else draft | {"table": self.table})

    def action_import_file(self) -> None:
        """The form for an import."""
        self._open_import(self._drafts.get("import", {}))

    def _open_export(self, values: Values) -> None:
        from dyntui.screens.export_form import ExportScreen

        screen = ExportScreen(self._session, self._connection, values)
        self.app.push_screen(screen, self._export_closed)

    def _open_import(self, values: Values) -> None:
        from dyntui.screens.import_form import ImportScreen

        screen = ImportScreen(self._session, self._connection, values)
        self.app.push_screen(screen, self._import_closed)

    def _export_closed(self, result: Transfer | Values | None) -> None:
        self._form_closed("export", result)

    def _import_closed(self, result: Transfer | Values | None) -> None:
        self._form_closed("import", result)

    def _form_closed(self, kind: str, result: Transfer | Values | None) -> None:
        self._drafts[kind] = result if isinstance(result, dict) else {}
        if isinstance(result, Transfer) and result.arn:
            self._service.begun(result)
            self._looked_up.insert(0, result)
            self._show()
            self._put_cursor_on(result)
            self.reload()
        elif isinstance(result, Transfer):
            self.begin(result)
        self.focus_content()

    def begin(self, transfer: Transfer) -> None:
        """Do what was planned, in a thread that goes on wherever one goes in the app."""
        self._begun.append(transfer)
        self._number += 1

        def work(cancelled: Cancelled) -> None:
            Work(
                transfer, self._connection, self._session.call, self._session.clock, cancelled
            ).run()

        def done(_: None) -> None:
            self._tick()

        title_ = f"{transfer.kind} {transfer.table}"
        group = f"transfer {self._number}"
        self.run_job(title_, work, done, self._failed, group=group, outlives=True)
        self._show()
        self._put_cursor_on(transfer)

    # What is done with one.

    def action_cancel(self) -> None:
        """Cancel the transfer under the cursor."""
        transfer = self.chosen
        if transfer is None or transfer.state != "running":
            return
        tools, job = self._connection.local_tools, transfer.job
        if transfer.plan is not None:
            transfer.cancel_wanted.set()
            self._show()
        elif tools is not None and job is not None:
            transfer.cancel_wanted.set()

            def cancel(_: Cancelled) -> None:
                tools.cancel_job(job)

            self.run_job(
                "cancelling", cancel, lambda _: self.reload(), self._failed, group="cancel"
            )
        else:
            self.notify("The service does not cancel exports and imports", severity="warning")

    def action_repeat(self) -> None:
        """The form of the transfer under the cursor, filled in."""
        transfer = self.chosen
        if transfer is None:
            return
        if transfer.kind == "export":
            self._open_export(values_of(transfer))
        else:
            self._open_import(values_of(transfer))

    def action_copy_as(self) -> None:
        """Copy the command that does the same; for one of DynamoDB's operations, that asks it."""
        transfer = self.chosen
        if transfer is None:
            return
        if transfer.plan is not None:
            copy_measured(self, transfer.plan.command, "the command")
            return
        from dyntui.screens.copy_as import CopyAsScreen

        name = "Export" if transfer.kind == "export" else "Import"
        request = Request(f"Describe{name}", {f"{name}Arn": transfer.arn})
        self.app.push_screen(CopyAsScreen(request, self._session.region))

    def action_copy(self) -> None:
        """Copy what is known of the transfer."""
        if self.chosen is not None:
            copy_measured(self, details(self.chosen), "what is known of it")

    def action_follow(self) -> None:
        """Go to the table that was exported, or put items into."""
        if self.chosen is not None:
            self.post_message(Leads(self.chosen.table))

    def action_look(self) -> None:
        """Show what was rejected."""
        transfer = self.chosen
        if transfer is None or not transfer.rejected:
            return

        def work(_: Cancelled) -> None:
            if transfer.plan is None and not transfer.rejections:
                transfer.rejections = self._service.rejections(transfer)

        def done(_: None) -> None:
            from dyntui.screens.rejected import RejectedScreen

            if not transfer.rejections:
                self.notify("The service's log of the import has them", markup=False)
                return
            self.app.push_screen(RejectedScreen(transfer))

        self.run_job("reading what was rejected", work, done, self._failed, group="rejected")


def _row(transfer: Transfer, now_s: float) -> Row:
    colour = "warning" if transfer.rejected else _MARK_COLOURS[transfer.state]
    return Row(mark(transfer), colour, title(transfer), standing(transfer, now_s))


def _is_same(one: Transfer, other: Transfer) -> bool:
    return one is other or bool(one.arn and one.arn == other.arn)
