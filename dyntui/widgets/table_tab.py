"""What all tabs of a table have in common."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

from textual.containers import Vertical
from textual.message import Message
from textual.widget import Widget

from dyntui.core.browse.trail import Crumb
from dyntui.core.connection.connect import Connection
from dyntui.core.connection.session import Session
from dyntui.core.tables.schema import TableInfo
from dyntui.widgets.jobs import JobHost


class TableTab(Vertical, JobHost):
    """One tab of the main area. A new tab is a subclass, named in `dyntui.widgets.main_area`."""

    TITLE = ""

    @dataclass
    class Altered(Message):
        """A setting of the table is another, or items were deleted: it is to be described anew."""

        table: str

    def __init__(
        self,
        session: Session,
        connection: Connection,
        *,
        id: str | None = None,  # noqa: A002  Textual's own name
    ) -> None:
        super().__init__(id=id)
        self.session = session
        self.connection = connection
        self.info: TableInfo | None = None

    @abstractmethod
    async def show_table(self, info: TableInfo, index: str | None = None) -> None:
        """Show another table, or one of its indexes."""

    @abstractmethod
    async def table_changed(self, info: TableInfo) -> None:
        """The same table has another schema, count or size."""

    @property
    @abstractmethod
    def panels(self) -> Sequence[Widget]:
        """The parts that Ctrl+O goes through, in their order."""

    @property
    def crumbs(self) -> tuple[Crumb, ...]:
        """Where one is inside of the table; a `Moved` tells that it is another."""
        return (Crumb(self.TITLE),)

    def reload(self) -> None:
        """Read again what is shown."""

    def run_query(self) -> bool:
        """Run the query form of this tab; whether it has one."""
        return False

    def back(self) -> bool:
        """Step back inside the tab, as Esc does; whether there was anything to step back from."""
        return False

    def focus_content(self) -> None:
        """Put the focus where one begins in this tab."""
        self.focus()
