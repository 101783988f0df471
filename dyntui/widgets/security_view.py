"""The place for security: keys and who uses them, tables and how they and their items are
encrypted.

Drawers are imported when they are first opened.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widget import Widget
from textual.widgets import ContentSwitcher, OptionList, Static

from dyntui.core import key_changes
from dyntui.core.connect import Connection
from dyntui.core.crypto_place import protection_at
from dyntui.core.key_changes import KeyChange
from dyntui.core.requests import Request
from dyntui.core.security import (
    USABLE,
    Security,
    TableSecurity,
    name_of,
    read_security,
    table_security,
)
from dyntui.core.security_text import (
    LOCKED,
    MASTER_TEXTS,
    NO_KEYS,
    NO_TABLES,
    key_details,
    key_line,
    key_mark,
    loss_of,
    table_details,
    table_line,
    table_mark,
)
from dyntui.core.session import Session
from dyntui.widgets.bindings import bindings
from dyntui.widgets.choice import Choice
from dyntui.widgets.jobs import Cancelled, JobHost
from dyntui.widgets.messages import error_text
from dyntui.widgets.security_lists import EncryptionList, KeyList, Row, SecurityList
from dyntui.widgets.text_line import TextLine
from dyntui.widgets.text_view import TextView
from engine.client.keys import KeyInfo
from engine.errors import ApiError

_PAGES = {"keys": "keys", "sealing": "tables"}
_POLL_S = 0.5
_COLOURS = {"✓": "success", "✗": "error", "▲": "warning", "●": "warning"}


class SecurityView(Vertical, JobHost):
    """Two lists, one of them in sight; the details of what is under the cursor stand below."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("security")
    DEFAULT_CSS = """
    SecurityView {
        #security-head { height: 1; background: $panel; }
        #security-title { width: auto; padding: 0 1; text-style: bold; }
        #security-master { width: 1fr; padding: 0 1; color: $secondary; text-align: right;
            text-wrap: nowrap; text-overflow: ellipsis; }
        #security-note { height: auto; padding: 0 1; color: $text-muted; display: none;
            &.-shown { display: block; } }
        ContentSwitcher { height: 1fr; }
        TextView { height: 12; border-top: solid $border-blurred; }
    }
    """

    @dataclass
    class TableChanged(Message):
        """A table has another key, or its items a configuration."""

        table: str

    def __init__(self, session: Session, connection: Connection) -> None:
        super().__init__(id="security")
        self._session = session
        self._connection = connection
        self._found: Security | None = None
        self._page = "keys" if connection.local_tools is not None else "sealing"
        self._chosen: dict[str, str] = {}
        self._reports: dict[str, str] = {}
        self._followed: set[str] = set()

    def compose(self) -> ComposeResult:
        """A head with the names of the lists, the lists, details."""
        with Horizontal(id="security-head"):
            yield Static("Security", id="security-title")
            for page, name in _PAGES.items():
                yield Choice(page, name)
            yield Static(id="security-master")
        yield TextLine(id="security-note")
        with ContentSwitcher(initial=self._page):
            yield KeyList(id="keys")
            yield EncryptionList(id="sealing")
        yield TextView(json=False)

    def on_mount(self) -> None:
        """Look what there is."""
        Choice.mark(self, self._page)
        self._look()

    @property
    def _list(self) -> SecurityList:
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
    def panels(self) -> Sequence[Widget]:
        """The parts that Ctrl+O goes through."""
        return (self._list, self.query_one(TextView))

    def focus_content(self) -> None:
        """The list is where one begins."""
        self._list.focus()

    def back(self) -> bool:
        """Nothing here is stepped back from."""
        return False

    def reload(self) -> None:
        """Look again."""
        self._look()

    # Looking.

    def _look(self) -> None:
        def work(cancelled: Cancelled) -> Security:
            return read_security(self._session, self._connection, cancelled)

        self.run_job("reading keys and tables", work, self._looked, self._failed, group="security")

    def _looked(self, found: Security) -> None:
        self._found = found
        self._say("" if found.keys is not None else LOCKED if found.is_locked else "")
        self._show()
        for table in found.tables:
            if table.is_switching:
                self._follow(table.info.name)

    def _failed(self, error: ApiError) -> None:
        self._say(error_text(self.app, error))

    def _say(self, text: Text | str) -> None:
        line = self.query_one("#security-note", TextLine)
        line.set_class(bool(text), "-shown")
        line.say(Text(text) if isinstance(text, str) else text)

    def _follow(self, name: str) -> None:
        """Look at a table that is on its way to another key until it is there; the header tells."""
        if name in self._followed:
            return
        self._followed.add(name)
        pause = threading.Event()

        def work(cancelled: Cancelled) -> TableSecurity:
            while True:
                answer = self._session.call("DescribeTable", {"TableName": name}, cancelled)
                found = table_security(answer["Table"], self._keys)
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
        master = MASTER_TEXTS.get(found.master_kind, "")
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
        if ids and self._chosen.get(page) not in ids:
            self._chosen[page] = ids[0]
        cursor = ids.index(self._chosen[page]) if ids else None
        self.query_one(f"#{page}", SecurityList).show(rows, cursor)

    @on(OptionList.OptionHighlighted)
    def _highlighted(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        found, page = self._found, event.option_list.id
        if found is None or page is None:
            return
        ids = [key.key_id for key in self._keys]
        if page == "sealing":
            ids = [one.info.name for one in found.tables]
        if event.option_index < len(ids):
            self._chosen[page] = ids[event.option_index]
        self._show_details()

    @on(OptionList.OptionSelected, "#sealing")
    def _selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self._look_at_items()

    def _show_details(self) -> None:
        self.query_one(TextView).show(self._details(), json=False)

    def _details(self) -> str:
        found = self._found
        if found is None:
            return ""
        if self._page == "keys":
            if self.key is not None:
                return key_details(self.key, found, self._session.clock.now_us() / 1e6)
            return LOCKED if found.is_locked else found.why_no_keys or NO_KEYS
        if self.table is None:
            return NO_TABLES
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
        self._page = page
        Choice.mark(self, page)
        self.query_one(ContentSwitcher).current = page
        self._show()
        self.focus_content()

    # What is done with a key.

    @on(SecurityList.Asked)
    def _asked(self, message: SecurityList.Asked) -> None:
        message.stop()
        actions: dict[str, Callable[[], None]] = {
            "create": lambda: self._change(key_changes.creation()),
            "able": lambda: self._with_key(self._able),
            "alias": lambda: self._with_key(lambda key: self._change(key_changes.aliasing(key))),
            "rotate": lambda: self._with_key(lambda key: self._change(key_changes.rotation(key))),
            "delete": lambda: self._with_key(self._delete),
            "unlock": self._unlock,
            "alter": self._switch,
            "setup": self._set_up,
            "verify": self._verify,
            "copy_as": self._copy_as,
            "copy": lambda: self._copy(self.query_one(TextView).text, "what is known of it"),
        }
        actions[message.what]()

    def _with_key(self, use: Callable[[KeyInfo], None]) -> None:
        if self.key is not None:
            use(self.key)

    def _able(self, key: KeyInfo) -> None:
        if key.deletion_us is not None:
            self.notify("The key is to be deleted: d keeps it.", severity="warning")
        elif key.state == USABLE and self._found is not None:
            self._change(key_changes.disabling(key, loss_of(key, self._found)))
        else:
            self._change(key_changes.enabling(key))

    def _delete(self, key: KeyInfo) -> None:
        if key.deletion_us is not None:
            self._change(key_changes.cancelling(key))
        elif self._found is not None:
            self._change(key_changes.deletion(key, loss_of(key, self._found)))

    def _unlock(self) -> None:
        if self._found is not None and self._found.is_locked:
            self._change(key_changes.unlocking())
        else:
            self.notify("Nothing is locked here.")

    def _change(self, change: KeyChange) -> None:
        from dyntui.screens.change_key import ChangeKeyScreen

        tools = self._connection.local_tools
        if tools is None:
            self.notify("A remote's keys are those of its key service.", severity="warning")
            return

        def closed(said: str | None) -> None:
            if said is not None:
                self.notify(said[:1].upper() + said[1:], markup=False)
            self._look()

        self.app.push_screen(ChangeKeyScreen(change, tools.keys), closed)

    # What is done with a table.

    def _switch(self) -> None:
        from dyntui.screens.switch_key import SwitchKeyScreen

        table, found = self.table, self._found
        if table is None or found is None:
            return

        def closed(sent: bool | None) -> None:
            if sent:
                self._follow(table.info.name)

        self.app.push_screen(SwitchKeyScreen(self._session, table, found.keys), closed)

    def _set_up(self) -> None:
        from dyntui.screens.setup_crypto import SetupScreen

        table = self.table
        if table is None:
            return
        if table.config is not None:
            self.notify(
                f"{table.config.path} is there already: it is changed in an editor of texts.",
                severity="warning",
                markup=False,
            )
            return

        def closed(said: str | None) -> None:
            if said is not None:
                self.notify(said, markup=False)
                self.post_message(self.TableChanged(table.info.name))
                self._look()

        screen = SetupScreen(self._session, self._connection, table.info, self._keys)
        self.app.push_screen(screen, closed)

    def _look_at_items(self) -> None:
        from dyntui.screens.outsider import OutsiderScreen

        if self.table is not None:
            self.app.push_screen(OutsiderScreen(self._session, self._connection, self.table))

    def _verify(self) -> None:
        """Check every item in a thread, which goes on wherever one goes in the app."""
        table = self.table
        if table is None:
            return
        name, config, count = table.info.name, table.config, table.info.item_count
        if config is None:
            self.notify(f"No {name}.crypto.toml is here: o sets it up.", severity="warning")
            return

        def work(cancelled: Cancelled) -> str:
            from dyntui.core.crypto_report import report_lines
            from engine.itemcrypto.inspection import Report, scanned, verified

            def scan(request: dict[str, object]) -> dict[str, object]:
                return self._session.call("Scan", request, cancelled)

            report = Report()
            protection = protection_at(config.path, self._connection)
            for report in verified(scanned(scan, name), protection):
                if cancelled():
                    break
                text = f"● {name}: verified {report.item_count:,} of {count:,}"
                self.post_progress(partial(self._say, text))
            return "\n".join(report_lines(report))

        def finished(report: str) -> None:
            self._reports[name] = report
            self._say("")
            self._show_details()
            is_right = report.endswith("all are right")
            self.notify(
                f"{'✓' if is_right else '✗'} {name}: {report.splitlines()[-1]}",
                severity="information" if is_right else "error",
                markup=False,
            )

        self.run_job(
            f"verifying {name}", work, finished, self._failed, group="verify", outlives=True
        )

    # Copying.

    def _copy_as(self) -> None:
        from dyntui.screens.copy_as import CopyAsScreen

        if self._page == "keys":
            if self.key is not None:
                self._copy(f"dyntui keys describe {name_of(self.key)}", "the command")
        elif self.table is not None:
            request = Request("DescribeTable", {"TableName": self.table.info.name})
            self.app.push_screen(CopyAsScreen(request, self._session.region))

    def _copy(self, text: str, what: str) -> None:
        self.app.copy_to_clipboard(text)
        self.notify(f"Copied {what}: {len(text):,} characters", markup=False)


def _row(mark: str, head: str, below: str) -> Row:
    return Row(mark, _COLOURS[mark], head, below)
