"""What a tab shows of a table that is imported and made when the tab is first looked at."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence

from textual.containers import Vertical
from textual.widget import Widget

from dyntui.core.browse.trail import Crumb
from dyntui.core.connection.connect import Connection
from dyntui.core.connection.session import Session
from dyntui.core.tables.schema import TableInfo
from dyntui.widgets.jobs import JobHost
from dyntui.widgets.table_tab import TableTab


class TableBoard(Vertical, JobHost):
    """Reads what there is to know of one table as long as it is in sight."""

    DEFAULT_CSS = "TableBoard { height: 1fr; }"

    def __init__(self, session: Session, connection: Connection) -> None:
        super().__init__()
        self._session = session
        self._connection = connection
        self._info: TableInfo | None = None
        self._in_sight = False

    def on_mount(self) -> None:
        """It may have come into sight before it was whole."""
        # Afterwards, since until this handler is done it does not count as mounted.
        self.call_later(self.look)

    def show_table(self, info: TableInfo, index: str | None = None) -> None:  # noqa: ARG002
        """Show another table, of which nothing is known yet."""
        self._info = info
        self.look()

    def table_changed(self, info: TableInfo) -> None:
        """The same table has other settings or counts."""
        self._info = info
        self.look()

    def start(self) -> None:
        """It came into sight."""
        self._in_sight = True
        self.look()

    def stop(self) -> None:
        """It went out of sight: nothing is read any more."""
        self._in_sight = False

    @abstractmethod
    def look(self) -> None:
        """Read now, unless it is out of sight."""

    def reload(self) -> None:
        """Read again, now, as a person asks for it."""
        self.look()

    @property
    @abstractmethod
    def panels(self) -> Sequence[Widget]:
        """The parts that Ctrl+O goes through, in their order."""

    @abstractmethod
    def focus_content(self) -> None:
        """Put the focus where one begins; at once, or as soon as that is there."""

    @property
    def crumbs(self) -> tuple[Crumb, ...]:
        """Where one is on the board; a `Moved` tells that it is another."""
        return ()

    @property
    def browsing(self) -> bool:
        """Whether items stand in place of what the tab is named for."""
        return False

    def run_query(self) -> bool:
        """Run the query form that is shown; whether there is one."""
        return False

    def back(self) -> bool:
        """Step back, or stop what runs; whether there was anything."""
        return False


class BoardTab(TableTab):
    """A tab that shows a board. A subclass says which, and imports it there."""

    _board: TableBoard | None = None

    @abstractmethod
    def make_board(self) -> TableBoard:
        """The board, when it is first wanted."""

    async def show_table(self, info: TableInfo, index: str | None = None) -> None:
        """Show another table."""
        self.info = info
        if self._board is not None:
            self._board.show_table(info, index)

    async def table_changed(self, info: TableInfo) -> None:
        """The same table has other settings or counts."""
        self.info = info
        if self._board is not None:
            self._board.table_changed(info)

    @property
    def panels(self) -> Sequence[Widget]:
        """The parts of the board, once there is one."""
        return () if self._board is None else self._board.panels

    @property
    def crumbs(self) -> tuple[Crumb, ...]:
        """The tab, unless items stand in its place, and where one is on its board."""
        board = self._board
        if board is None:
            return super().crumbs
        return board.crumbs if board.browsing else (*super().crumbs, *board.crumbs)

    def reload(self) -> None:
        """Look again, now."""
        if self._board is not None:
            self._board.reload()

    def run_query(self) -> bool:
        """Run the form on the board, where it shows one."""
        return self._board is not None and self._board.run_query()

    def back(self) -> bool:
        """Step back on the board."""
        return self._board is not None and self._board.back()

    def focus_content(self) -> None:
        """Where one begins on the board."""
        self._made().focus_content()

    def on_show(self) -> None:
        """It came into sight."""
        self._made().start()

    def on_hide(self) -> None:
        """It went out of sight."""
        if self._board is not None:
            self._board.stop()

    def _made(self) -> TableBoard:
        if self._board is None:
            self._board = self.make_board()
            self.mount(self._board)
            if self.info is not None:
                self._board.show_table(self.info)
        return self._board
