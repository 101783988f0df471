"""The form for a new table, with the CreateTable request shown as one types."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Static, TextArea

from dyntui.core.tables.definition import (
    BILLING_MODES,
    TABLE_CLASSES,
    NotationError,
    TableDefinition,
    parse_attribute,
    parse_global_index,
    parse_local_index,
)
from dyntui.core.tables.requests import Request
from dyntui.screens.form_drawer import FormDrawer
from dyntui.widgets.bindings import bindings
from dyntui.widgets.form_fields import FormRow, parse_units
from dyntui.widgets.text_view import TextView
from dyntui.widgets.toggle import Toggle


class CreateTableScreen(FormDrawer[str]):
    """Creates a table; gives its name, or what was typed and not sent."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("create")
    AUTO_FOCUS = "#name"
    DEFAULT_CSS = """
    CreateTableScreen {
        #create-body { height: 1fr; }
        #create-form { width: 44; padding: 1 1; }
        #create-request { width: 1fr; border-left: solid $border-blurred; }
        #drawer { width: 90%; }
        .indexes { height: 4; }
    }
    CreateTableScreen.-narrow {
        #create-body { layout: vertical; }
        #create-form { height: auto; max-height: 16; width: 100%; padding: 0 1; }
        #create-request { height: 1fr; width: 100%; border-left: none; }
        .indexes { height: 2; }
    }
    """

    def title_text(self) -> Text:
        """What is made."""
        return Text("CreateTable")

    def compose_body(self) -> ComposeResult:
        """The fields, and beside them the request."""
        with Horizontal(id="create-body"):
            with VerticalScroll(id="create-form", can_focus=False):
                yield FormRow("Name", self._input("name", "a name, such as movies"))
                yield FormRow("Partition key", self._input("partition", "such as id:S"))
                yield FormRow("Sort key", self._input("sort", "none, or such as year:N"))
                yield FormRow(
                    "Global indexes",
                    self._lines("global", "by-genre=genre:S,gross:N :include title"),
                )
                yield FormRow("Local indexes", self._lines("local", "by-delay=delay:N :keys-only"))
                yield FormRow("Billing", self._select("billing", list(BILLING_MODES)))
                yield FormRow("Read units", self._input("read", "5"), provisioned=True)
                yield FormRow("Write units", self._input("write", "5"), provisioned=True)
                yield FormRow("Table class", self._select("class", list(TABLE_CLASSES)))
                yield FormRow(
                    "",
                    Toggle(
                        "deletion protection",
                        self._values.get("protection") == "on",
                        id="protection",
                        compact=True,
                    ),
                )
            with Vertical(id="create-request"):
                yield Static("the request", classes="caption")
                yield TextView()

    def _lines(self, name: str, placeholder: str) -> TextArea:
        return TextArea(
            self._values.get(name, ""),
            placeholder=placeholder,
            id=name,
            compact=True,
            classes="indexes",
            tab_behavior="focus",
        )

    def what_to_copy(self) -> Request:
        """The request that the fields say; raises NotationError."""
        typed = self.typed
        partition = parse_attribute(typed["partition"])
        billing_mode = BILLING_MODES[typed["billing"]]
        provisioned = billing_mode == "PROVISIONED"
        table_class = TABLE_CLASSES[typed["class"]]
        definition = TableDefinition(
            name=typed["name"],
            partition=partition,
            sort=parse_attribute(typed["sort"]) if typed["sort"].strip() else None,
            indexes=(
                *(parse_local_index(line, partition) for line in _lines(typed["local"])),
                *(parse_global_index(line) for line in _lines(typed["global"])),
            ),
            billing_mode=billing_mode,
            read_units=parse_units(typed["read"]) if provisioned else None,
            write_units=parse_units(typed["write"]) if provisioned else None,
            table_class=None if table_class == "STANDARD" else table_class,
            deletion_protection=bool(typed["protection"]),
        )
        return Request("CreateTable", definition.create_request())

    def show_meaning(self) -> None:
        """Show the request as far as it is known."""
        area = self.query_one(TextView)
        typed = self.typed
        FormRow.show_units(self, BILLING_MODES[typed["billing"]] == "PROVISIONED")
        if not typed["name"] and not typed["partition"]:
            area.text = ""
            return
        try:
            area.show_request(self.what_to_copy())
        except NotationError as error:
            area.text = f"… {error}"

    def action_submit(self) -> None:
        """Create the table."""
        self.show_error("")
        try:
            request = self.what_to_copy()
        except NotationError as error:
            self.show_error(str(error))
            return
        self.send(self._session, request, lambda _: self._created(request.members["TableName"]))

    def _created(self, name: str) -> None:
        self.dismiss(name)


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]
