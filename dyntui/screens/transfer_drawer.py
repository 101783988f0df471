"""What the forms for exports and imports have in common: a picker of files, and where it goes."""

from __future__ import annotations

from textual.widgets import Input, Select

from dyntui.core.connection.connect import Connection
from dyntui.core.connection.session import Session
from dyntui.core.transfers.form import SERVICE
from dyntui.core.transfers.transfers import Transfer
from dyntui.screens.form_drawer import FormDrawer, Values


class TransferDrawer(FormDrawer[Transfer]):
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
        super().__init__(session, values)
        self._connection = connection

    @property
    def by_service(self) -> bool:
        """Whether the service is asked to do it, by an export or import of its own."""
        return str(self.query_one("#by", Select).value) == SERVICE

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
