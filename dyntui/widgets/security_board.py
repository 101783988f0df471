"""The place for security: keys and who uses them, tables and how they and their items are
encrypted.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import ContentSwitcher, OptionList, Static

from dyntui.core.actions.spoken_keys import with_keys
from dyntui.core.browse.trail import Crumb
from dyntui.core.connection.connect import Connection
from dyntui.core.connection.session import Session
from dyntui.core.security.overview import (
    Security,
    TableSecurity,
    keys_of_tables,
    name_of,
    read_security,
    table_security,
)
from dyntui.core.security.words import (
    LOCKED,
    MASTER_TEXTS,
    NO_KEYS,
    NO_TABLES,
    key_details,
    key_line,
    key_mark,
    table_details,
    table_line,
    table_mark,
)
from dyntui.widgets.bindings import bindings
from dyntui.widgets.choice import Choice
from dyntui.widgets.jobs import Cancelled
from dyntui.widgets.leads import Moved
from dyntui.widgets.listed_place import ListedPlace, Note
from dyntui.widgets.row_list import Row
from dyntui.widgets.security_lists import EncryptionList, KeyList, SecurityList
from dyntui.widgets.text_view import TextView
from engine.client.keys import KeyInfo
from engine.errors import ApiError

_PAGES = {"keys": "keys", "sealing": "tables"}
_POLL_S = 0.5
_COLOURS = {"✓": "success", "✗": "error", "▲": "warning", "●": "warning"}


class SecurityBoard(ListedPlace):
    """Two lists, one of them in sight; the details of what is under the cursor stand below."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("security")
    DEFAULT_CSS = """
    SecurityBoard {
        #security-head { height: 1; background: $panel; }
        #security-title { width: auto; padding: 0 1; text-style: bold; }
        #security-master { width: 1fr; padding: 0 1; color: $secondary; text-align: right;
            text-wrap: nowrap; text-overflow: ellipsis; }
        ContentSwitcher { height: 1fr; }
        TextView { height: 12; }
    }
    """

    @dataclass
    class TableChanged(Message):
        """A table has another key, its items a configuration, or they are sealed now."""

        table: str

    def __init__(self, session: Session, connection: Connection) -> None:
        super().__init__(id="security")
        self._session = session
        self._connection = connection
        self._found: Security | None = None
        self._page = "keys" if connection.local_tools is not None else "sealing"
        self._chosen: dict[str, str] = {}
        self._ids: dict[str, list[str]] = {}
        self._reports: dict[str, str] = {}
        self._followed: set[str] = set()

    def compose(self) -> ComposeResult:
        """A head with the names of the lists, the lists, details."""
        with Horizontal(id="security-head"):
            yield Static("Security", id="security-title")
            for page, name in _PAGES.items():
                yield Choice(page, name)
            yield Static(id="security-master")
        yield Note()
        with ContentSwitcher(initial=self._page):
            yield KeyList(id="keys")
            yield EncryptionList(id="sealing")
        yield TextView(json=False, columns=True)

    def on_mount(self) -> None:
        """Look what there is."""
        Choice.mark(self, self._page)
        self.reload()

    @property
    def filtered_list(self) -> SecurityList:
        """The list that is in sight."""
        return self.query_one(f"#{self._page}", SecurityList)

    @property
    def key(self) -> KeyInfo | None:
        """The key under the cursor."""
        keys = () if self._found is None or self._found.keys is None else self._found.keys
        return next((key for key in keys if key.key_id == self._chosen.get("keys")), None)

    @property
    def table(self) -> TableSecurity | None:
        """The table under the cursor."""
        tables = () if self._found is None else self._found.tables
        return next((one for one in tables if one.info.name == self._chosen.get("sealing")), None)

    @property
    def crumbs(self) -> tuple[Crumb, ...]:
        """The place and its list."""
        return Crumb("Security"), Crumb("keys" if self._page == "keys" else "tables")

    def words_changed(self) -> None:
        """Show the keys, or the tables, that hold the words."""
        self._show()

    @property
    def below_filter(self) -> ContentSwitcher:
        """See `Filtered`: the line stands above both lists."""
        return self.query_one(ContentSwitcher)

    # Looking.

    def reload(self) -> None:
        """Look again what there is."""

        def work(cancelled: Cancelled) -> Security:
            return read_security(self._session, self._connection, cancelled)

        self.run_job("reading keys and tables", work, self._looked, self._failed, group="security")

    def _looked(self, found: Security) -> None:
        self._found = found
        self._say(with_keys(LOCKED) if found.keys is None and found.is_locked else "")
        self._show()
        for table in found.tables:
            if table.is_switching:
                self._follow(table.info.name)

    def _follow(self, name: str) -> None:
        """Look at a table that is on its way to another key until it is there; the header tells."""
        if name in self._followed:
            return
        self._followed.add(name)
        pause = threading.Event()

        def work(cancelled: Cancelled) -> TableSecurity:
            while True:
                answer = self._session.call("DescribeTable", {"TableName": name}, cancelled)
                at_rest = keys_of_tables(self._connection).get(name)
                found = table_security(answer["Table"], self._keys, at_rest)
                if cancelled() or not found.is_switching:
                    return found
                self.post_progress(partial(self._table_changed, found))
                pause.wait(_POLL_S)

        def done(found: TableSecurity) -> None:
            self._followed.discard(name)
            self._table_changed(found)
            self.post_message(self.TableChanged(name))
            self.notify(f"{table_mark(found)} {name}: {table_line(found)}", markup=False)

        def failed(error: ApiError) -> None:
            self._followed.discard(name)
            self._failed(error)

        title = f"another key for {name}"
        self.run_job(title, work, done, failed, group=f"key of {name}", outlives=True)

    def _table_changed(self, found: TableSecurity) -> None:
        known = self._found
        if known is None:
            return
        tables = tuple(found if one.info.name == found.info.name else one for one in known.tables)
        self._found = Security(
            tables, known.keys, known.why_no_keys, known.master_kind, known.is_locked
        )
        self._show()

    @property
    def _keys(self) -> tuple[KeyInfo, ...]:
        return self._found.keys or () if self._found is not None else ()

    # Showing.

    def _show(self) -> None:
        """Both lists as they are now."""
        found = self._found
        if found is None:
            return
        now_s = self._session.clock.now_us() / 1e6
        master = ""
        if found.master_kind:
            master = f"master key: {MASTER_TEXTS[found.master_kind]}"
        self.query_one("#security-master", Static).update(Text(master))
        keys = [
            _row(key_mark(key), name_of(key), key_line(key, found, now_s)) for key in self._keys
        ]
        tables = [_row(table_mark(one), one.info.name, table_line(one)) for one in found.tables]
        self._fill("keys", keys, [key.key_id for key in self._keys])
        self._fill("sealing", tables, [one.info.name for one in found.tables])
        self._show_details()

    def _fill(self, page: str, rows: list[Row], ids: list[str]) -> None:
        """Put rows into a list; the cursor stays on the same one where it is still there."""
        kept = [
            (row, one)
            for row, one in zip(rows, ids, strict=True)
            if self.held(f"{row.head} {row.below}")
        ]
        rows, ids = [row for row, _ in kept], [one for _, one in kept]
        self._ids[page] = ids
        if not ids:
            self._chosen.pop(page, None)
        if ids and self._chosen.get(page) not in ids:
            self._chosen[page] = ids[0]
        cursor = ids.index(self._chosen[page]) if ids else None
        self.query_one(f"#{page}", SecurityList).show(rows, cursor, self._room)

    @on(OptionList.OptionHighlighted)
    def _highlighted(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        found, page = self._found, event.option_list.id
        if found is None or page not in self._ids:
            return
        ids = self._ids[page]
        if event.option_index < len(ids):
            self._chosen[page] = ids[event.option_index]
        self._show_details()

    def _show_details(self) -> None:
        self._show_text(self._details())

    def _details(self) -> str:
        found = self._found
        if found is None:
            return ""
        if self._words and not self._ids.get(self._page):
            return self.none_held()
        if self._page == "keys":
            if self.key is not None:
                return key_details(self.key, found, self._session.clock.now_us() / 1e6)
            if found.is_locked:
                return with_keys(LOCKED)
            return found.why_no_keys or with_keys(NO_KEYS)
        if self.table is None:
            return with_keys(NO_TABLES)
        report = self._reports.get(self.table.info.name, "")
        return table_details(self.table) + (f"\n\nverified\n{report}" if report else "")

    def on_resize(self) -> None:
        """The lines fit the width."""
        self._show()

    def on_choice_chosen(self, message: Choice.Chosen) -> None:
        """A click on the name of a list."""
        message.stop()
        self._turn_to(message.value)

    def action_page(self) -> None:
        """The other list."""
        self._turn_to("sealing" if self._page == "keys" else "keys")

    def _turn_to(self, page: str) -> None:
        self.close_filter()
        self._page = page
        self.post_message(Moved())
        Choice.mark(self, page)
        self.query_one(ContentSwitcher).current = page
        self._show()
        # At once: the next key may have come already, and means something else in the other list.
        self.screen.set_focus(self.filtered_list)


def _row(mark: str, head: str, below: str) -> Row:
    return Row(mark, _COLOURS[mark], head, below)
