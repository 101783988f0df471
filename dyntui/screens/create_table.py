"""The form for a new table, with the CreateTable request shown as one types."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.message import Message
from textual.widgets import Input, Select, Static, TextArea

from dyntui.core.connection.session import Session
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
from dyntui.screens.copy_as import CopyAsScreen
from dyntui.screens.drawer import Drawer
from dyntui.widgets.bindings import bindings
from dyntui.widgets.form_fields import FormRow, parse_units
from dyntui.widgets.text_view import TextView
from dyntui.widgets.toggle import Toggle

Values = dict[str, str]
"""What is typed into the form, by the ids of its fields."""


class CreateTableScreen(Drawer[str | Values | None]):
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

    def __init__(self, session: Session, values: Values) -> None:
        super().__init__()
        self._session = session
        self._values = values

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

    def _input(self, name: str, placeholder: str) -> Input:
        return Input(self._values.get(name, ""), placeholder=placeholder, id=name, compact=True)

    def _lines(self, name: str, placeholder: str) -> TextArea:
        return TextArea(
            self._values.get(name, ""),
            placeholder=placeholder,
            id=name,
            compact=True,
            classes="indexes",
            tab_behavior="focus",
        )

    def _select(self, name: str, options: list[str]) -> Select[str]:
        return Select(
            [(option, option) for option in options],
            value=self._values.get(name, options[0]),
            allow_blank=False,
            id=name,
            compact=True,
        )

    def on_mount(self) -> None:
        """Show the request as far as it is known."""
        self._show_request()

    @property
    def typed(self) -> Values:
        """What is in the fields."""
        values = {box.id: box.value for box in self.query("#create-form Input").results(Input)}
        values |= {
            area.id: area.text for area in self.query("#create-form TextArea").results(TextArea)
        }
        values |= {
            select.id: str(select.value) for select in self.query(Select) if select.id is not None
        }
        values["protection"] = "on" if self.query_one(Toggle).value else ""
        return {str(name): value for name, value in values.items()}

    def _request(self) -> Request:
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

    @on(Input.Changed)
    @on(TextArea.Changed)
    @on(Select.Changed)
    @on(Toggle.Changed)
    def _field_changed(self, _: Message) -> None:
        self._show_request()

    def _show_request(self) -> None:
        area = self.query_one(TextView)
        typed = self.typed
        FormRow.show_units(self, BILLING_MODES[typed["billing"]] == "PROVISIONED")
        if not typed["name"] and not typed["partition"]:
            area.text = ""
            return
        try:
            area.show_request(self._request())
        except NotationError as error:
            area.text = f"… {error}"

    @on(Input.Submitted)
    def _next_field(self) -> None:
        """Enter goes to the next field: Ctrl+S sends."""
        self.focus_next()

    def action_submit(self) -> None:
        """Create the table."""
        self.show_error("")
        try:
            request = self._request()
        except NotationError as error:
            self.show_error(str(error))
            return
        self.send(self._session, request, lambda _: self._created(request.members["TableName"]))

    def _created(self, name: str) -> None:
        self.dismiss(name)

    def action_copy_as(self) -> None:
        """Copy the request."""
        try:
            self.app.push_screen(CopyAsScreen(self._request(), self._session.region))
        except NotationError as error:
            self.show_error(str(error))

    def action_close(self) -> None:
        """Back; what is typed is kept."""
        self.dismiss(self.typed)


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]
