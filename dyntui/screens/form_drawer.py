"""Drawers with a form: fields, what they mean, and the same to be copied."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable
from typing import TypeVar

from textual import on
from textual.message import Message
from textual.widgets import Input, Select, TextArea

from dyntui.core.connection.session import Session
from dyntui.core.tables.requests import Request
from dyntui.screens.copy_as import CopyAsScreen
from dyntui.screens.drawer import Drawer
from dyntui.widgets.toggle import Toggle

Values = dict[str, str]
"""What is typed into the form, by the ids of its fields; a mark is `on` or empty."""

Made = TypeVar("Made")


class FormDrawer(Drawer[Made | Values | None]):
    """Gives what is made, or what was typed and not sent."""

    def __init__(self, session: Session, values: Values) -> None:
        super().__init__()
        self._session = session
        self._values = values

    def _input(self, name: str, placeholder: str) -> Input:
        return Input(self._values.get(name, ""), placeholder=placeholder, id=name, compact=True)

    def _select(self, name: str, options: Iterable[str]) -> Select[str]:
        names = list(options)
        return Select(
            [(option, option) for option in names],
            value=self._values.get(name, names[0]),
            allow_blank=False,
            id=name,
            compact=True,
        )

    @property
    def typed(self) -> Values:
        """What is in the fields."""
        values = {str(box.id): box.value for box in self.query(Input)}
        values |= {str(area.id): area.text for area in self.query(TextArea)}
        values |= {str(select.id): str(select.value) for select in self.query(Select)}
        values |= {str(box.id): "on" if box.value else "" for box in self.query(Toggle)}
        return values

    @abstractmethod
    def show_meaning(self) -> None:
        """Show what the fields say, as far as it is known."""

    @abstractmethod
    def what_to_copy(self) -> str | Request:
        """The command, or the request, that the fields say; raises `ValueError` in one line."""

    def on_mount(self) -> None:
        """Show what the fields say."""
        self.show_meaning()

    @on(Input.Changed)
    @on(TextArea.Changed)
    @on(Select.Changed)
    @on(Toggle.Changed)
    def _field_changed(self, event: Message) -> None:
        event.stop()
        self.show_meaning()

    @on(Input.Submitted)
    def _next_field(self, event: Input.Submitted) -> None:
        """Enter goes to the next field: Ctrl+S sends."""
        event.stop()
        self.focus_next()

    def action_copy_as(self) -> None:
        """Copy the command, or see the request."""
        try:
            found = self.what_to_copy()
        except ValueError as error:
            self.show_error(str(error))
            return
        if isinstance(found, Request):
            self.app.push_screen(CopyAsScreen(found, self._session.region))
        else:
            self.copy(found, "the command")

    def action_close(self) -> None:
        """Back; what is typed is kept."""
        self.dismiss(self.typed)
