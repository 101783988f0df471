"""One attribute of many items: what it is to be, and what that does to the first of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input, Static

from dyntui.core.browse.bulk_edit import Edit, edit_writes, look, update_statement
from dyntui.core.browse.writes import Write
from dyntui.core.statements.parameters import ParameterError, read_value
from dyntui.core.tables.requests import as_aws_cli, as_boto3, as_json
from dyntui.core.tables.schema import TableInfo
from dyntui.core.text.amounts import counted
from dyntui.screens.copy_as import FORMS, CopyScreen
from dyntui.screens.drawer import Drawer
from dyntui.widgets.bindings import bindings
from dyntui.widgets.form_fields import FormRow
from dyntui.widgets.text_view import TextView
from dyntui.widgets.toggle import Toggle
from engine.client.protocol import Json
from engine.errors import ApiError

NAME_MISSING = "Give the attribute's name."


class BulkEditScreen(Drawer[Edit | None]):
    """Gives what is to be done to the items, None for nothing; sends no request."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("many")
    AUTO_FOCUS = "#many-name"
    DEFAULT_CSS = """
    BulkEditScreen {
        #many-form { height: auto; padding: 1 1 0 1; }
        #many-look { height: auto; padding: 0 1 1 1; color: $text-muted; }
    }
    """

    def __init__(self, info: TableInfo, items: Sequence[Json], region: str, name: str = "") -> None:
        """`name` is the attribute to begin with."""
        super().__init__()
        self._info = info
        self._items = items
        self._region = region
        self._name = name

    def title_text(self) -> Text:
        """Of how many items."""
        return Text(f"Change {counted(len(self._items), 'item')} · {self._info.name}")

    def compose_body(self) -> ComposeResult:
        """Attribute and value, the first items, the first request."""
        with Vertical(id="many-form"):
            yield FormRow("Attribute", Input(self._name, id="many-name", compact=True))
            yield FormRow(
                "Value",
                Input(
                    placeholder="12, 'text', true, [1, 2] or DynamoDB JSON",
                    id="many-value",
                    compact=True,
                ),
            )
            yield FormRow("", Toggle("remove the attribute", False, id="many-remove", compact=True))
        yield Static(id="many-look")
        yield Static("the request for the first of them", classes="caption")
        yield TextView()

    def on_mount(self) -> None:
        """Nothing is to be done yet."""
        self._show()

    @on(Input.Changed)
    @on(Toggle.Changed)
    def _field_changed(self, _: Message) -> None:
        self.show_error("")
        self._show()

    @on(Input.Submitted)
    def _next_field(self) -> None:
        """Enter goes to the next field: Ctrl+S goes on."""
        self.focus_next()

    def _edit(self) -> Edit:
        """What is filled in; raises `ParameterError`."""
        name = self.query_one("#many-name", Input).value
        value = self.query_one("#many-value", Input).value
        if not name:
            raise ParameterError(NAME_MISSING)
        removes = self.query_one(Toggle).value
        if not removes and not value.strip():
            raise ParameterError("Give a value, or remove the attribute.")
        return Edit(name, None if removes else read_value(value))

    def _planned(self) -> tuple[Edit, Write | None]:
        """The edit and its first write, None where it changes nothing; raises `ParameterError` and
        `ApiError`."""
        edit = self._edit()
        return edit, next(edit_writes(self._info, self._items, edit), None)

    def _checked(self) -> tuple[Edit, Write | None] | None:
        """As `_planned`; what is wrong is shown."""
        try:
            return self._planned()
        except (ParameterError, ApiError) as error:
            self.show_error(error if isinstance(error, ApiError) else str(error))
            return None

    def _show(self) -> None:
        about, text = self.query_one("#many-look", Static), self.query_one(TextView)
        try:
            edit, first = self._planned()
        except (ParameterError, ApiError) as error:
            about.update(Text(f"… {error}"))
            text.show("", json=False)
            return
        about.update(Text("\n".join(look(self._info, self._items, edit))))
        if first is None:
            text.show("", json=False)
        else:
            text.show_request(first.request)

    def action_submit(self) -> None:
        """Go on to the writes."""
        planned = self._checked()
        if planned is None:
            return
        edit, first = planned
        if first is None:
            self.show_error("There is nothing to change: all of them are so already.")
        else:
            self.dismiss(edit)

    def action_copy_as(self) -> None:
        """Copy the request for the first item."""
        planned = self._checked()
        if planned is None:
            return
        edit, first = planned
        if first is None:
            return
        request, write = first.request, first

        def written(form: str) -> str:
            if form == "cli":
                return as_aws_cli(request, self._region)
            if form == "boto3":
                return as_boto3(request, self._region)
            if form == "json":
                return as_json(request)
            try:
                return update_statement(self._info, write, edit)
            except ValueError as error:
                return f"✗ {error}"

        forms = {**FORMS, "partiql": "PartiQL"}
        self.app.push_screen(CopyScreen(request.operation, forms, written))

    def action_close(self) -> None:
        """Back; nothing is changed."""
        self.dismiss(None)
