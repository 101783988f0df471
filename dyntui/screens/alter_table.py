"""Altering a table: settings, or one index added or removed, with the UpdateTable request shown.

DynamoDB changes settings and indexes in requests of their own; so what is done is chosen first.
"""

from __future__ import annotations

from typing import Any, ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import ContentSwitcher, Input, Select, Static

from dyntui.core.definition import (
    BILLING_MODES,
    TABLE_CLASSES,
    NotationError,
    Settings,
    add_index_request,
    drop_index_request,
    index_units_request,
    parse_global_index,
    settings_requests,
)
from dyntui.core.provision_cost import provision_change
from dyntui.core.requests import Request, as_json
from dyntui.core.schema import TableInfo
from dyntui.core.session import Session
from dyntui.screens.copy_as import CopyAsScreen
from dyntui.screens.drawer import Drawer
from dyntui.widgets.bindings import bindings
from dyntui.widgets.form_fields import FormRow, parse_units
from dyntui.widgets.text_view import TextView
from dyntui.widgets.toggle import Toggle

Json = dict[str, Any]

CHANGES = {
    "settings": "capacity and settings",
    "units": "capacity of an index",
    "add": "add a global index",
    "drop": "remove a global index",
}


class AlterTableScreen(Drawer[str | None]):
    """Alters one table; gives its name if a request was sent that was not refused."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("alter")
    AUTO_FOCUS = "#change"
    DEFAULT_CSS = """
    AlterTableScreen {
        #alter-form { height: auto; padding: 1 1 0 1; }
        ContentSwitcher, ContentSwitcher > Vertical { height: auto; }
        #alter-cost { height: auto; padding: 0 1 1 1; color: $warning; display: none;
            &.-shown { display: block; } }
    }
    """

    def __init__(self, session: Session, info: TableInfo, index: str | None = None) -> None:
        """Begins with the settings of the table, or with the capacity of an `index`."""
        super().__init__()
        self._session = session
        self._info = info
        self._index = index if index is not None and self._offers("units") else None

    def title_text(self) -> Text:
        """Which table."""
        return Text(f"UpdateTable · {self._info.name}")

    def compose_body(self) -> ComposeResult:
        """The kind of change, its fields, the request."""
        info = self._info
        units = info.throughput
        with Vertical(id="alter-form"):
            first = "settings" if self._index is None else "units"
            kinds = [(text, kind) for kind, text in CHANGES.items() if self._offers(kind)]
            yield FormRow(
                "Change",
                Select(kinds, value=first, allow_blank=False, id="change", compact=True),
            )
            with ContentSwitcher(initial=first):
                with Vertical(id="settings"):
                    yield FormRow("Billing", _select("billing", BILLING_MODES, info.billing_mode))
                    yield FormRow(
                        "Read units",
                        _units_input("read", units.read_units if units else None),
                        provisioned=True,
                    )
                    yield FormRow(
                        "Write units",
                        _units_input("write", units.write_units if units else None),
                        provisioned=True,
                    )
                    yield FormRow("Table class", _select("class", TABLE_CLASSES, info.table_class))
                    yield FormRow(
                        "",
                        Toggle(
                            "deletion protection",
                            info.deletion_protection,
                            id="protection",
                            compact=True,
                        ),
                    )
                with Vertical(id="units"):
                    yield from self._compose_units()
                with Vertical(id="add"):
                    yield FormRow(
                        "Index",
                        Input(
                            placeholder="by-genre=genre:S,gross:N :include title",
                            id="index",
                            compact=True,
                        ),
                    )
                with Vertical(id="drop"):
                    names = [(index.name, index.name) for index in info.global_indexes]
                    yield FormRow("Index", Select(names, id="dropped", compact=True))
        yield Static(id="alter-cost")
        yield Static("the request", classes="caption")
        yield TextView()

    def _compose_units(self) -> ComposeResult:
        """Which index, and its units."""
        names = [(index.name, index.name) for index in self._info.global_indexes]
        chosen = Select.NULL if self._index is None else self._index
        yield FormRow("Index", Select(names, value=chosen, id="provisioned", compact=True))
        yield FormRow("Read units", _units_input("index-read", None))
        yield FormRow("Write units", _units_input("index-write", None))

    def _offers(self, kind: str) -> bool:
        if kind == "units":
            return any(index.throughput for index in self._info.global_indexes)
        return kind != "drop" or bool(self._info.global_indexes)

    def on_mount(self) -> None:
        """Nothing is changed yet."""
        self._show_request()

    @on(Select.Changed, "#change")
    def _change_chosen(self, event: Select.Changed) -> None:
        self.query_one(ContentSwitcher).current = str(event.value)

    @on(Select.Changed, "#provisioned")
    def _index_chosen(self, event: Select.Changed) -> None:
        """Begin with the units that the index has."""
        if not isinstance(event.value, str):
            return
        units = self._info.index(event.value).throughput
        if units is not None:
            self.query_one("#index-read", Input).value = str(units.read_units)
            self.query_one("#index-write", Input).value = str(units.write_units)

    @on(Input.Changed)
    @on(Select.Changed)
    @on(Toggle.Changed)
    def _field_changed(self, _: Message) -> None:
        self._show_request()

    @property
    def _kind(self) -> str:
        return str(self.query_one("#change", Select).value)

    def _requests(self) -> list[Request]:
        """The requests that the fields say, none for no change; raises NotationError."""
        requests: list[Json] = []
        if self._kind == "add":
            text = self.query_one("#index", Input).value
            if text:
                requests = [add_index_request(self._info, parse_global_index(text))]
        elif self._kind == "units":
            units = self._index_units()
            requests = [] if units is None else [units]
        elif self._kind == "drop":
            name = self.query_one("#dropped", Select).value
            if isinstance(name, str):
                requests = [drop_index_request(self._info, name)]
        else:
            requests = settings_requests(self._info, self._settings())
        return [Request("UpdateTable", members) for members in requests]

    def _index_units(self) -> Json | None:
        name = self.query_one("#provisioned", Select).value
        read, write = (self.query_one(f"#index-{kind}", Input).value for kind in ("read", "write"))
        if not isinstance(name, str):
            return None
        return index_units_request(self._info, name, parse_units(read), parse_units(write))

    def _settings(self) -> Settings:
        """Only what differs from the table as it is."""
        info = self._info
        billing_mode = BILLING_MODES[str(self.query_one("#billing", Select).value)]
        table_class = TABLE_CLASSES[str(self.query_one("#class", Select).value)]
        protection = self.query_one(Toggle).value
        read, write = (self.query_one(f"#{name}", Input).value for name in ("read", "write"))
        units = info.throughput
        provisioned = billing_mode == "PROVISIONED"
        return Settings(
            billing_mode=None if billing_mode == info.billing_mode else billing_mode,
            read_units=_changed_units(read, units.read_units if units else None, provisioned),
            write_units=_changed_units(write, units.write_units if units else None, provisioned),
            table_class=None if table_class == info.table_class else table_class,
            deletion_protection=None if protection == info.deletion_protection else protection,
        )

    def _show_request(self) -> None:
        billing = str(self.query_one("#billing", Select).value)
        FormRow.show_units(self, BILLING_MODES[billing] == "PROVISIONED")
        area = self.query_one(TextView)
        cost = None
        try:
            requests = self._requests()
            cost = provision_change(
                self._info, [request.members for request in requests], self._session.region
            )
            if len(requests) == 1:
                area.show_request(requests[0])
            else:
                shown = "\n\n".join(map(as_json, requests))
                area.text = shown or "nothing is changed yet"
        except NotationError as error:
            area.text = f"… {error}"
        line = self.query_one("#alter-cost", Static)
        line.set_class(cost is not None, "-shown")
        line.update(Text(cost or ""))

    @on(Input.Submitted)
    def _next_field(self) -> None:
        """Enter goes to the next field: Ctrl+S sends."""
        self.focus_next()

    def action_submit(self) -> None:
        """Send the requests, one after the other."""
        self.show_error("")
        try:
            requests = self._requests()
        except NotationError as error:
            self.show_error(str(error))
            return
        if not requests:
            self.show_error("Nothing is changed yet.")
            return
        first, *following = requests
        # Filling an index of a large table takes long, and must not stop with this drawer.
        self.send(
            self._session, first, lambda _: self._altered(), outlives=True, following=following
        )

    def _altered(self) -> None:
        self.app.notify(f"Altered {self._info.name}", markup=False)
        if self.is_current:
            self.dismiss(self._info.name)

    def action_copy_as(self) -> None:
        """Copy the request."""
        try:
            requests = self._requests()
        except NotationError as error:
            self.show_error(str(error))
            return
        if requests:
            self.app.push_screen(CopyAsScreen(requests[0], self._session.region, *requests[1:]))

    def action_close(self) -> None:
        """Back; what was sent goes on."""
        self.dismiss(self._info.name if self.job_running else None)


def _select(name: str, names: dict[str, Any], value: str) -> Select[str]:
    """A choice among the keys of `names`, at the one whose content is `value`."""
    current = next(key for key, content in names.items() if content == value)
    return Select(
        [(key, key) for key in names], value=current, allow_blank=False, id=name, compact=True
    )


def _units_input(name: str, units: int | None) -> Input:
    return Input("" if units is None else str(units), placeholder="5", id=name, compact=True)


def _changed_units(text: str, now: int | None, provisioned: bool) -> int | None:
    if not provisioned:
        return None
    units = parse_units(text)
    return None if units == now else units
