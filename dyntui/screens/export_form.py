"""The form for an export, with the command or the request that does the same."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.widgets import Static

from dyntui.core.tables.requests import Request
from dyntui.core.tables.schema import TableInfo
from dyntui.core.text.moments import MomentError
from dyntui.core.transfers.exporting import ExportError
from dyntui.core.transfers.form import EXPORT_FORMATS, HERE, SERVICE, export_plan
from dyntui.core.transfers.service_transfers import export_request
from dyntui.core.transfers.transfers import Transfer
from dyntui.screens.transfer_drawer import TransferDrawer
from dyntui.widgets.bindings import bindings
from dyntui.widgets.form_fields import FormRow
from dyntui.widgets.jobs import Cancelled
from dyntui.widgets.text_view import TextView
from engine.client.protocol import Json


class ExportScreen(TransferDrawer):
    """Begins an export; gives it, or what was typed and not begun."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("export")
    AUTO_FOCUS = "#destination"
    PLACE = "destination"

    def title_text(self) -> Text:
        """What is done."""
        return Text("Export a table")

    def compose_body(self) -> ComposeResult:
        """The fields; the command or request."""
        with VerticalScroll(id="transfer-form", can_focus=False):
            yield FormRow("Table", self._input("table", "its name"))
            yield FormRow(
                "To", self._input("destination", "t.json.gz, t.csv, a folder, s3://bucket; F3")
            )
            yield FormRow("Format", self._select("format", EXPORT_FORMATS))
            yield FormRow("Filter", self._input("filter", "all items, or gross > 5"))
            yield FormRow("Attributes", self._input("projection", "all, or title, ratings.imdb"))
            yield FormRow("As of", self._input("at", "now, or 10 minutes ago"))
            yield FormRow("Changes from", self._input("since", "incremental: 1 day ago"))
            yield FormRow("up to", self._input("until", "now"))
            yield FormRow("Done by", self._select("by", (HERE, SERVICE)))
        yield Static("", classes="caption", id="meaning")
        yield TextView()

    def show_meaning(self) -> None:
        """Show the command, or that it is a request."""
        plan, area = export_plan(self.typed), self.query_one(TextView)
        caption = self.query_one("#meaning", Static)
        if self.by_service:
            caption.update("the request; To is a bucket, or bucket/prefix")
            try:
                area.show_request(export_request(plan, plan.table, self._now_s()))
            except (ExportError, MomentError) as error:
                area.show(f"… {error}", json=False)
            return
        caption.update("the command")
        area.show(plan.command if plan.table and plan.destination else "", json=False)

    def what_to_copy(self) -> str | Request:
        """The command, or the request."""
        plan = export_plan(self.typed)
        if self.by_service:
            return export_request(plan, plan.table, self._now_s())
        return plan.command

    def _now_s(self) -> float:
        return self._session.clock.now_us() / 1e6

    def action_submit(self) -> None:
        """Begin the export."""
        self.show_error("")
        plan, now_s = export_plan(self.typed), self._now_s()
        if not plan.table or not plan.destination or plan.destination == "-":
            self.show_error("give a table, and a file or folder")
            return
        try:
            if not self.by_service:
                plan.target()
                self.dismiss(Transfer("export", plan.table, plan.destination, now_s, plan))
                return
            export_request(plan, plan.table, now_s)
        except (ExportError, MomentError) as error:
            self.show_error(str(error))
            return

        def work(cancelled: Cancelled) -> Json:
            call = self._session.call
            told = call("DescribeTable", {"TableName": plan.table}, cancelled)["Table"]
            request = export_request(plan, TableInfo.from_description(told).arn, now_s)
            return call(request.operation, request.members, cancelled)

        def done(answer: Json) -> None:
            arn = answer["ExportDescription"]["ExportArn"]
            self.dismiss(Transfer("export", plan.table, plan.destination, now_s, arn=arn))

        self.run_job("ExportTableToPointInTime", work, done, self.show_error, group="writing")
