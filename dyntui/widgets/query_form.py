"""The query form: index, key values, filter, attributes; it runs nothing itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widgets import Checkbox, Input, Label, Select, Static

from dyntui.core.browse.query_fields import OPERATORS, KeyTerm, QueryFields
from dyntui.core.tables.schema import TableInfo
from dyntui.widgets.bindings import bindings
from dyntui.widgets.toggle import Toggle

Json = dict[str, Any]

KEYS_IN_A_ROW = 2
_Target = tuple[str, str | None]
"""A table's name, with the name of an index of it or None for the table itself."""


class KeyField(Horizontal):
    """A key attribute with its value, and for a sort key its operator."""

    DEFAULT_CSS = """
    KeyField {
        /* What a sort key is compared by takes room beside its value. */
        width: 3fr; height: 1;
        &.-sorted { width: 4fr; }
        margin-right: 2;
        &:last-child { margin-right: 0; }
        Label { padding: 0 1 0 0; color: $accent; text-style: bold; }
        .equals { padding: 0 1 0 0; color: $text-muted; text-style: none; }
        Select { width: 14; }
        Input { width: 1fr; }
        .upper { display: none; margin-left: 1; }
        &.-between .upper { display: block; }
    }
    """

    def __init__(self, name: str, kind: str, is_sort: bool) -> None:
        super().__init__()
        self.attribute = name
        hint = {"S": "text", "N": "number", "B": "base64"}[kind]
        # Made at once, since the form may be read before this field has its place in it.
        self._value = Input(placeholder=hint, compact=True, classes="value")
        self._upper = Input(placeholder="and", compact=True, classes="upper")
        self._operator: Select[str] | None = None
        if is_sort:
            self.add_class("-sorted")
            choices = [(operator, operator) for operator in OPERATORS]
            self._operator = Select(choices, value="=", allow_blank=False, compact=True)

    def compose(self) -> ComposeResult:
        """Name, operator, value, and the upper value of `between`."""
        yield Label(self.attribute, markup=False)
        yield self._operator or Label("=", classes="equals")
        yield self._value
        yield self._upper

    @property
    def term(self) -> KeyTerm:
        """What is filled in."""
        operator = "=" if self._operator is None else str(self._operator.value)
        return KeyTerm(self._value.value, operator, self._upper.value)

    def fill(self, text: str) -> None:
        """Put a value in."""
        self._value.value = text

    def fill_term(self, term: KeyTerm) -> None:
        """Put a value in, with its operator."""
        if self._operator is not None:
            self._operator.value = term.operator
        self._value.value, self._upper.value = term.text, term.upper

    @on(Select.Changed)
    def _show_upper(self, event: Select.Changed) -> None:
        self.set_class(event.value == "between", "-between")


class QueryForm(Vertical):
    """The form of one table."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("form")
    DEFAULT_CSS = """
    QueryForm {
        height: auto;
        padding: 0 1;
        background: $surface;
        .row { height: 1; }
        .name { width: 8; color: $text-muted; }
        #form-index { width: 40fr; max-width: 34; }
        #form-gap { width: 1fr; }
        #form-keys { height: auto; }
        #form-keys-row { height: auto; }
        Input { background: $panel; width: 1fr;
            &:focus { background: $panel-lighten-1; } }
        #form-attributes { width: auto; margin: 0 1 0 2; color: $text-muted; }
        #form-filter { width: 2fr; }
        #form-projection { max-width: 36; }
        SelectCurrent { background: $panel; }
        Checkbox { margin-left: 2; background: $surface; }
    }
    """

    @dataclass
    class Changed(Message):
        """Something was typed or chosen."""

    @dataclass
    class Submitted(Message):
        """Enter was pressed in a field."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  Textual's own name
        super().__init__(id=id)
        self._info: TableInfo | None = None

    def compose(self) -> ComposeResult:
        """Three rows: index and switches, keys, filter and attributes."""
        with Horizontal(classes="row"):
            yield Label("Index", classes="name")
            nothing: list[tuple[str, _Target]] = [("", ("", None))]
            yield Select(nothing, id="form-index", compact=True, allow_blank=False)
            yield Static(id="form-gap")
            yield Toggle("descending", id="form-descending", compact=True)
            yield Toggle("consistent", id="form-consistent", compact=True)
        with Horizontal(id="form-keys-row"):
            yield Label("Key", classes="name")
            yield Vertical(id="form-keys")
        with Horizontal(classes="row"):
            yield Label("Filter", classes="name")
            yield Input(
                id="form-filter", placeholder="price > 10 and begins_with(name, 'A')", compact=True
            )
            yield Label("Attributes", id="form-attributes")
            yield Input(id="form-projection", placeholder="all", compact=True)

    async def show(self, info: TableInfo) -> None:
        """Start anew for a table."""
        self._info = info
        with self.prevent(Select.Changed, Input.Changed, Checkbox.Changed):
            index = self.query_one("#form-index", Select)
            names = (None, *(index.name for index in info.indexes))
            index.set_options((name or f"{info.name} (table)", (info.name, name)) for name in names)
            index.value = (info.name, None)
            for field in self.query(Input):
                field.value = ""
            for box in self.query(Checkbox):
                box.value = False
        await self._show_keys()

    async def _show_keys(self) -> None:
        """The fields for the key attributes of the table or index."""
        info = self._info
        if info is None:
            return
        target = info.index(self._index) if self._index else info
        fields = [
            KeyField(name, info.attribute_types[name], name in target.sort_keys)
            for name in (*target.partition_keys, *target.sort_keys)
        ]
        keys = self.query_one("#form-keys", Vertical)
        await keys.remove_children()
        rows = [
            Horizontal(*fields[start : start + KEYS_IN_A_ROW], classes="row")
            for start in range(0, len(fields), KEYS_IN_A_ROW)
        ]
        await keys.mount_all(rows)
        self.query_one("#form-consistent").disabled = self._reads_gsi

    @property
    def _index(self) -> str | None:
        value = self.query_one("#form-index", Select).value
        return value[1] if isinstance(value, tuple) else None

    @property
    def _reads_gsi(self) -> bool:
        return bool(self._info and self._index and self._info.index(self._index).kind == "GSI")

    @property
    def fields(self) -> QueryFields:
        """What is filled in."""
        return QueryFields(
            index=self._index,
            keys={field.attribute: field.term for field in self.query(KeyField)},
            filter=self.query_one("#form-filter", Input).value,
            projection=self.query_one("#form-projection", Input).value,
            descending=self.query_one("#form-descending", Checkbox).value,
            consistent=self.query_one("#form-consistent", Checkbox).value and not self._reads_gsi,
        )

    def focus_first(self) -> None:
        """Put the focus on the first key's value."""
        self.query_one(".value", Input).focus()

    async def choose_index(self, name: str | None) -> None:
        """Choose the table (None) or an index."""
        with self.prevent(Select.Changed):
            table = self._info.name if self._info else ""
            self.query_one("#form-index", Select).value = (table, name)
        await self._show_keys()
        self.post_message(self.Changed())

    async def fill(self, fields: QueryFields) -> None:
        """Fill in all that is known."""
        await self.choose_index(fields.index)
        for field in self.query(KeyField):
            if field.attribute in fields.keys:
                field.fill_term(fields.keys[field.attribute])
        self.query_one("#form-filter", Input).value = fields.filter
        self.query_one("#form-projection", Input).value = fields.projection
        self.query_one("#form-descending", Checkbox).value = fields.descending
        self.query_one("#form-consistent", Checkbox).value = fields.consistent

    @on(Select.Changed, "#form-index")
    async def _index_changed(self, event: Select.Changed) -> None:
        event.stop()
        await self._show_keys()
        self.post_message(self.Changed())

    @on(Select.Changed)
    @on(Input.Changed)
    @on(Checkbox.Changed)
    def _changed(self, event: Message) -> None:
        event.stop()
        self.post_message(self.Changed())

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Submitted())
