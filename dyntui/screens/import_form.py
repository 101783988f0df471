"""The form for an import, with the first items as they would be put."""

from __future__ import annotations

from io import BytesIO
from typing import ClassVar

from rich.text import Text
from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.widgets import Input, Select, Static

from dyntui.core.tables.requests import Request
from dyntui.core.transfers.form import DUPLICATES, HERE, IMPORT_FORMATS, SERVICE, import_plan
from dyntui.core.transfers.importing import ImportRefusedError, preview
from dyntui.core.transfers.service_transfers import import_request
from dyntui.core.transfers.transfers import FAULTS, Transfer, fault_words
from dyntui.core.transfers.words import preview_lines
from dyntui.screens.transfer_drawer import TransferDrawer
from dyntui.widgets.bindings import bindings
from dyntui.widgets.form_fields import FormRow
from dyntui.widgets.jobs import Cancelled
from dyntui.widgets.text_view import TextView
from dyntui.widgets.toggle import Toggle
from engine.client.protocol import Json

_PREVIEWED = 20


class ImportScreen(TransferDrawer):
    """Begins an import; gives it, or what was typed and not begun."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("import")
    AUTO_FOCUS = "#source"
    PLACE = "source"

    def title_text(self) -> Text:
        """What is done."""
        return Text("Import into a table")

    def compose_body(self) -> ComposeResult:
        """The fields; the first items."""
        with VerticalScroll(id="transfer-form", can_focus=False):
            yield FormRow(
                "From", self._input("source", "a file, a folder, s3://…, sqlite://FILE/TABLE; F3")
            )
            yield FormRow("Into table", self._input("table", "its name; made if it is missing"))
            yield FormRow("Keys", self._input("keys", "of a new table: id:S year:N"))
            yield FormRow("Format", self._select("format", IMPORT_FORMATS))
            yield FormRow("Types", self._input("types", "of columns: year=N,tags=SS"))
            yield FormRow(
                "",
                Toggle(
                    "find the types of a CSV's columns",
                    self._values.get("infer", "on") == "on",
                    id="infer",
                    compact=True,
                ),
            )
            yield FormRow("If it is there", self._select("duplicate", DUPLICATES))
            yield FormRow("Done by", self._select("by", (HERE, SERVICE)))
        yield Static("", classes="caption", id="meaning")
        yield TextView(json=False)

    def on_mount(self) -> None:
        """Look at the source, where one is known already."""
        super().on_mount()
        self.action_look()

    def show_meaning(self) -> None:
        """Show what is done; the first items are looked at when a field is left."""
        plan, caption = import_plan(self.typed), self.query_one("#meaning", Static)
        if not self.by_service:
            caption.update(Text(plan.command if plan.address else "the first items"))
            return
        caption.update("the request; From is a bucket, or bucket/prefix")
        try:
            self.query_one(TextView).show_request(import_request(plan))
        except ImportRefusedError as error:
            self.query_one(TextView).show(f"… {error}", json=False)

    def what_to_copy(self) -> str | Request:
        """The command, or the request."""
        plan = import_plan(self.typed)
        return import_request(plan) if self.by_service else plan.command

    # Looking at the source.

    @on(events.DescendantBlur)
    def _field_left(self, _: events.DescendantBlur) -> None:
        self.action_look()

    @on(Select.Changed)
    @on(Toggle.Changed)
    def _choice_made(self) -> None:
        self.show_meaning()
        self.action_look()

    @on(Input.Changed, "#keys")
    def _keys_typed(self) -> None:
        """What is said below is about the keys as they stand, before their field is left too."""
        self.action_look()

    def picked(self) -> None:
        """A file was chosen."""
        self.action_look()

    def action_look(self) -> None:
        """Show the first items as they would be put."""
        plan = import_plan(self.typed)
        if self.by_service or not plan.address or plan.address == "-":
            return

        def work(_: Cancelled) -> list[str]:
            try:
                opened = plan.open(self._session.call, BytesIO(), for_a_look=True)
                found = preview(opened.source, opened.how, _PREVIEWED)
                told = [] if opened.key_types else ["… the keys of the new table are needed"]
                lines = preview_lines(found, opened.key_types)
                return [*opened.source.warnings, *lines, *told]
            except (*FAULTS, ValueError) as error:
                return [f"… {fault_words(error)}"]

        def done(lines: list[str]) -> None:
            if not self.by_service:
                self.query_one(TextView).show("\n".join(lines), json=False)

        self.run_job("looking at the source", work, done, self.show_error, group="look")

    # Beginning.

    def action_submit(self) -> None:
        """Begin the import."""
        self.show_error("")
        plan, now_s = import_plan(self.typed), self._session.clock.now_us() / 1e6
        if not plan.table or not plan.address or plan.address == "-":
            self.show_error("give a file or folder, and a table")
            return
        if self.by_service:
            self._ask_service(now_s)
            return

        def work(_: Cancelled) -> str:
            try:
                plan.open(self._session.call, BytesIO())
            except (*FAULTS, ValueError) as error:
                return fault_words(error)
            return ""

        def done(fault: str) -> None:
            if fault:
                self.show_error(fault)
            else:
                self.dismiss(Transfer("import", plan.table, plan.address, now_s, plan))

        self.run_job("looking at the source", work, done, self.show_error, group="look")

    def _ask_service(self, now_s: float) -> None:
        plan = import_plan(self.typed)
        try:
            request = import_request(plan)
        except ImportRefusedError as error:
            self.show_error(str(error))
            return

        def done(answer: Json) -> None:
            arn = answer["ImportTableDescription"]["ImportArn"]
            self.dismiss(Transfer("import", plan.table, plan.address, now_s, arn=arn))

        self.send(self._session, request, done)
