"""The values of a statement's parameters, written as PartiQL or DynamoDB JSON."""

from __future__ import annotations

from typing import Any, ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Input, Label

from dyntui.core.statements.parameters import ParameterError, read_value
from dyntui.screens.drawer import Drawer
from dyntui.widgets.bindings import bindings
from dyntui.widgets.text_view import TextView

Json = dict[str, Any]


class ParametersScreen(Drawer[dict[str, Json] | None]):
    """Asks for the value of each label; gives the values, or None.

    `typed` is what was typed for labels before; it is kept up to date.
    """

    BINDINGS: ClassVar[list[BindingType]] = bindings("parameters")
    AUTO_FOCUS = "Input"
    DEFAULT_CSS = """
    ParametersScreen {
        VerticalScroll { height: auto; max-height: 60%; padding: 1 2; }
        .row { height: 1; margin-bottom: 1; }
        Label { width: 16; color: $accent; }
        Input { width: 1fr; background: $panel; }
        TextView { height: 1fr; }
    }
    """

    def __init__(self, text: str, labels: list[str], typed: dict[str, str]) -> None:
        super().__init__()
        self._text = text
        self._labels = labels
        self._typed = typed

    def title_text(self) -> Text:
        """What is asked for."""
        return Text("Values for the parameters")

    def compose_body(self) -> ComposeResult:
        """A field for each parameter; the statement."""
        with VerticalScroll():
            for label in self._labels:
                with Horizontal(classes="row"):
                    yield Label(label, markup=False)
                    yield Input(
                        self._typed.get(label, ""),
                        placeholder="text, 12, true, [1, 2], <<'a', 'b'>>, b'3q2+7w=='",
                        compact=True,
                    )
        yield TextView(self._text, json=False)

    @on(Input.Submitted)
    def _next(self, event: Input.Submitted) -> None:
        """Enter goes to the next field, and runs from the last one."""
        fields = list(self.query(Input))
        if event.input is fields[-1]:
            self.action_run()
        else:
            self.focus_next(Input)

    def action_run(self) -> None:
        """Give the values."""
        values: dict[str, Json] = {}
        for label, field in zip(self._labels, self.query(Input), strict=True):
            self._typed[label] = field.value
            try:
                values[label] = read_value(field.value)
            except ParameterError as error:
                self.show_error(str(error))
                field.focus()
                return
        self.dismiss(values)
