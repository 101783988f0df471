"""What the forms for exports and imports have in common: fields, a file picker, what they say."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable

from textual import on
from textual.message import Message
from textual.widgets import Input, Select

from dyntui.core.connection.connect import Connection
from dyntui.core.connection.session import Session
from dyntui.core.tables.requests import Request
from dyntui.core.transfers.form import Values
from dyntui.core.transfers.transfers import Transfer
from dyntui.screens.copy_as import CopyAsScreen
from dyntui.screens.drawer import Drawer
from dyntui.widgets.toggle import Toggle


class TransferDrawer(Drawer[Transfer | Values | None]):
    """A form; gives the transfer that it begins, or what was typed and not begun."""

    PLACE = ""
    """The id of the field for a path or a bucket."""

    DEFAULT_CSS = """
    TransferDrawer {
        #transfer-form { height: auto; max-height: 60%; padding: 1 1 0 1; }
        .wide Select { width: 1fr; }
        TextView { height: 1fr; }
    }
    TransferDrawer.-narrow #transfer-form { padding: 0 1; }
    """

    def __init__(self, session: Session, connection: Connection, values: Values) -> None:
        super().__init__()
        self._session = session
        self._connection = connection
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
        values |= {str(select.id): str(select.value) for select in self.query(Select)}
        values |= {str(box.id): "on" if box.value else "" for box in self.query(Toggle)}
        return values

    def on_mount(self) -> None:
        """Show what the fields say."""
        self.show_meaning()

    @abstractmethod
    def show_meaning(self) -> None:
        """Show what the fields say, as far as it is known."""

    @abstractmethod
    def what_to_copy(self) -> str | Request:
        """The command, or the request, that the fields say; raises what `MISTAKES` are."""

    @on(Input.Changed)
    @on(Select.Changed)
    @on(Toggle.Changed)
    def _field_changed(self, event: Message) -> None:
        event.stop()
        self.show_meaning()

    @on(Input.Submitted)
    def _next_field(self, event: Input.Submitted) -> None:
        """Enter goes to the next field: Ctrl+S begins."""
        event.stop()
        self.focus_next()

    def action_pick(self) -> None:
        """Choose a folder or file."""
        from dyntui.screens.pick_file import PickFileScreen

        field = self.query_one(f"#{self.PLACE}", Input)

        def picked(path: str | None) -> None:
            if path is not None:
                field.value = path
                self.picked()
            field.focus()

        self.app.push_screen(PickFileScreen(field.value), picked)

    def picked(self) -> None:
        """A file was chosen."""

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
