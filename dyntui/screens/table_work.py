"""What one does to tables on the main screen: create, drop, empty, load the sample data."""

from __future__ import annotations

from abc import abstractmethod
from contextlib import suppress
from threading import Event

from dyntui.core.connection.connect import Connection
from dyntui.core.connection.session import Session
from dyntui.core.tables.schema import TableInfo
from dyntui.screens.navigation import Navigation
from dyntui.widgets.jobs import Cancelled, JobHost
from dyntui.widgets.messages import notify_error
from engine.errors import ApiError


class _StoppedError(Exception):
    """The person stopped the load of the sample data."""


class TableWork(Navigation, JobHost):
    """A screen on which tables are made and dropped."""

    def __init__(self, session: Session, connection: Connection) -> None:
        super().__init__()
        self.session = session
        self._connection = connection
        self._draft_table: dict[str, str] = {}
        self._load_stopped: Event | None = None

    @abstractmethod
    def load_tables(self, then: str | None = None) -> None:
        """Read which tables there are, and show one."""

    def _failed(self, error: ApiError) -> None:
        notify_error(self, error)

    def _drop(self, info: TableInfo) -> None:
        from dyntui.screens.drop_table import DropTableScreen

        self.app.push_screen(DropTableScreen(self.session, info), self._dropped)

    def _truncate(self, info: TableInfo) -> None:
        from dyntui.screens.empty_table import EmptyTableScreen

        def closed(said: str | None) -> None:
            if said is not None:
                self.notify(said, markup=False)
                self.load_tables()

        self.app.push_screen(EmptyTableScreen(self._connection, info), closed)

    def _copy_as(self, info: TableInfo) -> None:
        from dyntui.core.tables.recreate import create_request
        from dyntui.screens.copy_as import CopyAsScreen

        self.app.push_screen(CopyAsScreen(create_request(info), self.session.region))

    def _dropped(self, name: str | None) -> None:
        if name is not None:
            self.notify(f"Dropped {name}", markup=False)
            if self._shown == name:
                self._shown = None
            self.load_tables()

    def action_create_table(self) -> None:
        """The form for a new table."""
        from dyntui.screens.create_table import CreateTableScreen

        def closed(result: str | dict[str, str] | None) -> None:
            self._draft_table = result if isinstance(result, dict) else {}
            if isinstance(result, str):
                self.notify(f"Created {result}", markup=False)
                self.load_tables(result)

        self.app.push_screen(CreateTableScreen(self.session, self._draft_table), closed)

    def action_load_samples(self) -> None:
        """Load the sample tables that are missing; on the service only if that is meant."""
        if not self._connection.is_service:
            self._load_samples()
            return
        from dyntui.screens.ask_first import AskFirstScreen
        from sample_data import load_question

        def closed(wanted: bool | None) -> None:
            if wanted:
                self._load_samples()

        self.app.push_screen(AskFirstScreen(load_question(), "The sample data"), closed)

    def _load_samples(self) -> None:
        import sample_data

        client, loader = self._connection.client, self._connection.loader
        stopped = self._load_stopped = Event()

        def work(cancelled: Cancelled) -> None:
            def on_progress(name: str, held: int, count: int) -> None:
                if cancelled() or stopped.is_set():
                    raise _StoppedError
                self.post_progress(lambda: self._show_loaded(name, held, count))

            with suppress(_StoppedError):
                sample_data.load(client, loader, on_progress=on_progress)

        def done(_: None) -> None:
            self._load_ended()
            self.notify(
                "Stopped; loading them again goes on from here"
                if stopped.is_set()
                else "The sample data are loaded"
            )
            self.load_tables()

        def failed(error: ApiError) -> None:
            self._load_ended()
            self._failed(error)
            self.load_tables()

        self.run_job("loading the sample data", work, done, failed, group="samples")

    def _show_loaded(self, name: str, held: int, count: int) -> None:
        """Show how far the load is, where there were no tables before it."""
        if self._main.empty is not None:
            self._main.empty.show_progress(name, held, count)

    def stop_load(self) -> bool:
        """Stop loading the sample data, once the table at hand allows it; whether it was done."""
        if self._load_stopped is None:
            return False
        self._load_stopped.set()
        return True

    def _load_ended(self) -> None:
        self._load_stopped = None
        if self._main.empty is not None:
            self._main.empty.reset()
