"""What is done in the place for security: keys changed, tables switched to other keys, items sealed
and verified.

Drawers are imported when they are first opened.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from textual import on
from textual.widgets import OptionList

from dyntui.core.actions.spoken_keys import key_for, with_keys
from dyntui.core.security import key_changes
from dyntui.core.security.crypto_place import Config, config_path
from dyntui.core.security.key_changes import KeyChange
from dyntui.core.security.overview import USABLE, TableSecurity, name_of
from dyntui.core.security.sealed_tables import seal_table, verify_table
from dyntui.core.security.words import loss_of
from dyntui.core.tables.requests import Request
from dyntui.core.text.amounts import counted
from dyntui.widgets.copied import copy_measured
from dyntui.widgets.jobs import Cancelled
from dyntui.widgets.leads import SETTINGS, Leads
from dyntui.widgets.security_board import SecurityBoard
from dyntui.widgets.security_lists import SecurityList
from dyntui.widgets.text_view import TextView
from engine.client.keys import KeyInfo
from engine.errors import ApiError

if TYPE_CHECKING:
    from dyntui.core.security.crypto_wizard import Wizard
    from engine.itemcrypto.inspection import Report
    from engine.itemcrypto.migration import Progress

SEAL_ITEMS = (
    "Each item is sealed, and written where nobody changed it meanwhile. What is sealed is passed "
    "over, so that it goes on where it was left. Plain items are taken as they are: who could "
    "write to the table has written them."
)


class SecurityView(SecurityBoard):
    """Does what is asked for with the key or the table under the cursor."""

    def on_mount(self) -> None:
        """Nothing was typed yet."""
        self._drafts: dict[str, dict[str, str]] = {}
        self._wizards: dict[str, Wizard] = {}

    @on(OptionList.OptionSelected, "#sealing")
    def _selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self._look_at_items()

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
            "follow": self._follow_table,
            "setup": self._set_up,
            "seal": lambda: self._with_config(self._ask_to_seal),
            "verify": lambda: self._with_config(self._verify),
            "copy_as": self._copy_as,
            "copy": lambda: copy_measured(
                self, self.query_one(TextView).text, "what is known of it"
            ),
        }
        actions[message.what]()

    def _with_key(self, use: Callable[[KeyInfo], None]) -> None:
        if self.key is not None:
            use(self.key)

    def _able(self, key: KeyInfo) -> None:
        if key.deletion_us is not None:
            said = with_keys("The key is to be deleted: {keys.delete} keeps it.")
            self.notify(said, severity="warning")
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

        def closed(result: str | dict[str, str] | None) -> None:
            if isinstance(result, str):
                self.notify(result[:1].upper() + result[1:], markup=False)
            self._drafts[change.title] = result if isinstance(result, dict) else {}
            self.reload()

        draft = self._drafts.get(change.title, {})
        self.app.push_screen(ChangeKeyScreen(change, tools.keys, draft), closed)

    # What is done with a table.

    def _switch(self) -> None:
        from dyntui.screens.set_table import EncryptionScreen

        table, found = self.table, self._found
        if table is None or found is None:
            return

        def closed(sent: bool | None) -> None:
            if sent:
                self._follow(table.info.name)

        self.app.push_screen(EncryptionScreen(self._session, table.info, found.keys), closed)

    def _follow_table(self) -> None:
        if self.table is not None:
            self.post_message(Leads(self.table.info.name, SETTINGS))

    def _set_up(self) -> None:
        from dyntui.core.security.crypto_edit_wizard import edit_wizard
        from dyntui.screens.setup_crypto import SetupScreen

        table = self.table
        if table is None:
            return
        draft = self._wizards.get(table.info.name)
        if draft is None and table.config is not None:
            try:
                draft = edit_wizard(table.config.path, table.info)
            except ApiError as error:
                self.notify(error.message, severity="error", markup=False)
                return

        def closed(result: str | Wizard | None) -> None:
            self._wizards.pop(table.info.name, None)
            if isinstance(result, str):
                self.notify(result, markup=False)
                self.post_message(self.TableChanged(table.info.name))
                self.reload()
            elif result is not None:
                self._wizards[table.info.name] = result

        screen = SetupScreen(self._session, self._connection, table.info, self._keys, draft)
        self.app.push_screen(screen, closed)

    def _look_at_items(self) -> None:
        from dyntui.screens.outsider import OutsiderScreen

        if self.table is not None:
            self.app.push_screen(OutsiderScreen(self._session, self._connection, self.table))

    def _with_config(self, use: Callable[[TableSecurity, Config], None]) -> None:
        table = self.table
        if table is None:
            return
        if table.config is None:
            path = config_path(table.info.name)
            said = f"No {path} is here: {key_for('sealing.setup')} sets it up."
            self.notify(said, severity="warning", markup=False)
        else:
            use(table, table.config)

    def _counted(self, name: str, verb: str, total: int) -> Callable[[int], None]:
        """What shows, from a job's thread, how many items are done."""

        def show(done: int) -> None:
            text = f"● {name}: {verb} {done:,} of {max(done, total):,}"
            self.post_progress(partial(self._say, text))

        return show

    def _verify(self, table: TableSecurity, config: Config) -> None:
        """Check every item in a thread, which goes on wherever one goes in the app."""
        name = table.info.name
        show = self._counted(name, "verified", table.info.item_count)

        def work(cancelled: Cancelled) -> Report:
            return verify_table(self._session, self._connection, name, config, show, cancelled)

        def done(report: Report) -> None:
            from dyntui.core.security.crypto_report import report_lines

            *refused, counts, verdict = report_lines(report)
            self._reports[name] = "\n".join((counts, verdict, *refused))
            self._ended(f"{'✗' if refused else '✓'} {name}: {counts}, {verdict}", bool(refused))

        self.run_job(
            f"verifying {name}", work, done, self._failed, group="all items", outlives=True
        )

    def _ask_to_seal(self, table: TableSecurity, config: Config) -> None:
        from dyntui.screens.setting import CommandScreen

        def closed(wanted: bool | None) -> None:
            if wanted:
                self._seal(table, config)

        title = "Seal the items that are plain"
        screen = CommandScreen(self._session, table.info, title, SEAL_ITEMS, "encrypt-table")
        self.app.push_screen(screen, closed)

    def _seal(self, table: TableSecurity, config: Config) -> None:
        name = table.info.name
        show = self._counted(name, "sealed", table.info.item_count)

        def work(cancelled: Cancelled) -> Progress:
            return seal_table(self._session, self._connection, name, config, show, cancelled)

        def done(progress: Progress) -> None:
            self._ended(
                f"✓ {name}: {counted(progress.sealed, 'item')} sealed, "
                f"{progress.passed_over:,} passed over"
            )
            self.post_message(self.TableChanged(name))

        self.run_job(f"sealing {name}", work, done, self._failed, group="all items", outlives=True)

    def _ended(self, text: str, is_wrong: bool = False) -> None:
        """Long work has ended."""
        self._say("")
        self._show_details()
        self.notify(text, severity="error" if is_wrong else "information", markup=False)

    # Copying.

    def _copy_as(self) -> None:
        from dyntui.screens.copy_as import CopyAsScreen

        if self._page == "keys":
            if self.key is not None:
                copy_measured(self, f"dyntui keys describe {name_of(self.key)}", "the command")
        elif self.table is not None:
            request = Request("DescribeTable", {"TableName": self.table.info.name})
            self.app.push_screen(CopyAsScreen(request, self._session.region))
