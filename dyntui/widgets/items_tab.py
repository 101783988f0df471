"""What is done with the items of a table: looked at, copied, created, changed, deleted.

Drawers are imported when they are first opened, so that the app starts without them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from rich.text import Text
from textual import on
from textual.message import Message

from dyntui.core.actions.spoken_keys import key_for
from dyntui.core.browse.plan import PlanError
from dyntui.core.browse.writes import Path, Write, change_item, delete_item, value_at
from dyntui.core.connection.pages import GONE
from dyntui.core.security.sealed_items import NO_CONFIG, Seal, is_sealed, opened_seal
from dyntui.core.security.sealed_writes import PLAIN_WRITES, SealedWrites, Writes
from dyntui.core.tables.schema import TableInfo
from dyntui.core.text.formats import dynamodb_json
from dyntui.widgets.field_editor import FieldEditor
from dyntui.widgets.item_grid import ItemGrid
from dyntui.widgets.item_panel import ItemPanel
from dyntui.widgets.leads import TIMELINE, Leads
from dyntui.widgets.marked_items import MarkedItems
from engine.errors import ApiError

if TYPE_CHECKING:
    from dyntui.screens.editor import Mode

Json = dict[str, Any]

FETCHING = "fetching"
SCALARS = ("S", "N", "B", "BOOL", "NULL")


class ItemsTab(MarkedItems):
    """Browses and changes the items of one table."""

    @dataclass
    class StatementMade(Message):
        """The query is to be edited as a statement."""

        text: str

    def on_mount(self) -> None:
        """Nothing was typed yet."""
        self._drafts: dict[tuple[str, str, str], str] = {}

    @on(ItemGrid.Asked)
    @on(ItemPanel.Asked)
    def _asked(self, message: ItemGrid.Asked | ItemPanel.Asked) -> None:
        message.stop()
        self.ask(message.what)

    def ask(self, what: str) -> None:
        """Do one of the actions of the contexts `items` and `item`."""
        actions: dict[str, Callable[[], None]] = {
            "open": self._open_item,
            "close": self._leave_panel,
            "value": self._show_cell,
            "edit": lambda: self._with_item(self._edit),
            "edit_value": self._edit_cell,
            "duplicate": lambda: self._with_item(self._duplicate),
            "delete": self._delete_all,
            "create": self._create,
            "copy_cell": self._copy_cell,
            "copy_row": self._copy_marked,
            "copy_as": self._copy_as,
            "as_partiql": self._as_partiql,
            "history": self._show_history,
            "form": self.focus_form,
            "find": self.find,
            "sort": self._sort,
            "columns": self._choose_columns,
            "column_left": lambda: self._move_column(-1),
            "column_right": lambda: self._move_column(1),
            "hide": self._hide_column,
            "mark": self._mark,
            "mark_down": lambda: self._mark_on(1),
            "mark_up": lambda: self._mark_on(-1),
            "mark_all": self._mark_all,
            "export": self._export_marked,
            "edit_many": self._edit_many,
            "undo": self._undo_last,
            "follow": self._follow,
            "refresh": self._next_interval,
            "entities": self._show_entities,
            "end": self._end,
            "pager": self._page_row,
            "panel_value": self._show_member,
            "panel_edit": self._edit_member,
            "panel_delete": lambda: self._with_item(self._delete),
            "panel_follow": self._follow_member,
            "panel_copy": self._copy_member,
            "panel_copy_item": self._copy_panel,
            "seal": self._turn_seal,
        }
        actions[what]()

    def _with_item(self, use: Callable[[TableInfo, Json], None]) -> None:
        """Read the item under the cursor as it is now, and go on with it."""
        info, row = self.info, self._grid.item
        if info is None or row is None:
            return
        key = {name: row[name] for name in info.key_names}
        request = {"TableName": info.name, "Key": key, "ConsistentRead": True}

        def done(response: Json) -> None:
            if "Item" in response:
                self._show_status()
                use(info, response["Item"])
            else:
                self._say(
                    Text(
                        "✗ The item has been deleted meanwhile. "
                        f"{key_for('browser.reload')} reads again."
                    )
                )

        self.run_job(
            f"GetItem {info.name}",
            lambda cancelled: self.session.call("GetItem", request, cancelled),
            done,
            self._show_error,
            group=FETCHING,
        )

    # Looking and copying.

    def _open_item(self) -> None:
        if self._plan is not None and self._plan.partial:
            self._with_item(self._open_read)
        elif self._grid.item is not None and self.info is not None:
            self._open_panel(self.info, self._grid.item)

    def _open_read(self, info: TableInfo, item: Json) -> None:
        """Open the panel with what was read, unless the cursor has left it."""
        if self._is_under_cursor(info, item):
            self._open_panel(info, item)

    def _turn_seal(self) -> None:
        """Open the sealed item in the panel, or show it as it is stored again."""
        seal, config = self._panel.seal, self._panel.config
        if seal is None:
            self.notify("The item is not sealed.")
        elif seal.opened is not None or config is None:
            if config is None:
                self.notify(f"Not opened: {NO_CONFIG}", markup=False)
            self._show_item()
        else:
            self._with_item(self._open_seal)

    def _open_seal(self, info: TableInfo, stored: Json) -> None:
        """Verify an item as it is stored now, and show it opened if it is right."""

        def done(seal: Seal) -> None:
            if self._is_under_cursor(info, stored):
                self._panel.show(info, stored)
                self._panel.show_seal(seal)

        self._with_seal(info, stored, done)

    def _with_seal(self, info: TableInfo, stored: Json, use: Callable[[Seal], None]) -> None:
        """Verify and open an item in a thread, and go on with what came of it."""
        config = self._panel.config
        if config is None:
            return
        key = {name: stored[name] for name in info.key_names}
        self.run_job(
            f"opening an item of {info.name}",
            lambda _: opened_seal(stored, key, config, self.connection),
            use,
            self._show_error,
            group=FETCHING,
        )

    def _is_under_cursor(self, info: TableInfo, item: Json) -> bool:
        row = self._grid.item
        return row is not None and all(row.get(name) == item[name] for name in info.key_names)

    def _copy_as(self) -> None:
        from dyntui.screens.copy_as import CopyAsScreen

        plan = self._show_plan()
        if plan is not None:
            self.app.push_screen(CopyAsScreen(plan.request, self.session.region))

    def _show_history(self) -> None:
        from dyntui.screens.history import HistoryLeft, HistoryScreen

        info, row = self.info, self._grid.item
        if info is None or row is None:
            return

        def closed(left: HistoryLeft | None) -> None:
            if left is not None and left.undone:
                self.reload()
                self.post_message(self.Changed(info.name))
            if left is not None and left.at_s is not None:
                self.post_message(Leads(info.name, TIMELINE, at_s=left.at_s))

        key = {name: row[name] for name in info.key_names}
        self.app.push_screen(HistoryScreen(self.connection, info, key), closed)

    def _as_partiql(self) -> None:
        from dyntui.core.browse.plan_statement import plan_statement

        if self.info is None:
            return
        try:
            text = plan_statement(self.info, self._form.fields)
        except PlanError as error:
            self._say(Text(f"✗ {error.message}"))
        else:
            self.post_message(self.StatementMade(text))

    # Writing.

    def _create(self) -> None:
        if self.info is not None:
            start: Json = {
                name: {self.info.attribute_types[name]: ""} for name in self.info.key_names
            }
            self._open_editor(self.info, "create", start, None, self._writes(None))

    def _duplicate(self, info: TableInfo, item: Json) -> None:
        self._for_writing(
            info,
            item,
            lambda open_: self._open_editor(info, "duplicate", open_, None, self._writes(None)),
        )

    def _edit(self, info: TableInfo, item: Json) -> None:
        writes = self._writes(item) if is_sealed(item) else PLAIN_WRITES
        self._for_writing(
            info, item, lambda open_: self._open_editor(info, "edit", open_, open_, writes)
        )

    def _writes(self, stored: Json | None) -> Writes:
        """How items are written here: sealed where the table has a configuration."""
        config = self._panel.config
        return PLAIN_WRITES if config is None else SealedWrites(config, self.connection, stored)

    def _for_writing(self, info: TableInfo, stored: Json, use: Callable[[Json], None]) -> None:
        """Go on with an item as its owner sees it; a sealed one that is not opened is refused."""

        def opened(seal: Seal) -> None:
            if seal.opened is None:
                self._say(Text(f"{seal.line(self._panel.config)}. Nothing of it can be changed."))
            else:
                use(seal.opened)

        if not is_sealed(stored):
            use(stored)
        elif self._panel.config is None:
            self._say(
                Text(
                    f"✗ A change would break the seal, and {NO_CONFIG}; with it "
                    f"{key_for('items.edit')} opens it."
                )
            )
        else:
            self._with_seal(info, stored, opened)

    def _open_editor(
        self, info: TableInfo, mode: Mode, start: Json, old: Json | None, writes: Writes
    ) -> None:
        """The editor, with what was typed before and not written."""
        from dyntui.screens.editor import EditorScreen

        key = {} if mode == "create" else {name: start[name] for name in info.key_names}
        place = (info.name, mode, dynamodb_json(key, indent=False))
        draft = self._drafts.get(place)
        editor = EditorScreen(self.session, info, mode, start, old, draft, writes)

        def closed(result: Write | str | None) -> None:
            self._drafts.pop(place, None)
            if isinstance(result, str):
                self._drafts[place] = result
                self.notify("What you typed is kept: the same key goes on with it.")
            elif result is not None:
                self._written(result)

        self.app.push_screen(editor, closed)

    def _edit_cell(self) -> None:
        column = self._grid.column
        if column is not None:
            self._with_item(partial(self._edit_value, (column.name,)))

    def _edit_member(self) -> None:
        member = self._panel.member
        if member is None or member.path is None:
            self._with_item(self._edit)
        else:
            self._with_item(partial(self._edit_value, member.path))

    def _edit_value(self, path: Path, info: TableInfo, item: Json) -> None:
        """Edit a scalar in its place, anything else, and what is sealed, with its item."""
        kind = next(iter(value_at(item, path) or {"S": ""}))
        if is_sealed(item):
            self._edit(info, item)
            return
        if path[0] in info.key_names:
            self.notify("A key cannot be changed: O makes an item with another key.")
        elif kind in SCALARS:
            self._close_field()
            self.mount(FieldEditor(info, item, path), after="#grid")
        else:
            self._edit(info, item)

    @on(FieldEditor.Submitted)
    def _field_submitted(self, message: FieldEditor.Submitted) -> None:
        message.stop()
        try:
            write = change_item(message.info, message.item, message.changed)
        except ApiError as error:
            self.query_one(FieldEditor).refuse(error.message)
            return
        if not write.changes:
            self.back()
            return
        self._review(message.info, write, self._close_field)

    @on(FieldEditor.Closed)
    def _field_closed(self, message: FieldEditor.Closed) -> None:
        message.stop()
        self._close_field()
        self.focus_content()

    def _delete_all(self) -> None:
        """Delete the marked items, or the one under the cursor."""
        if self._marks and self.info is not None:
            self._delete_marked(self.info)
        else:
            self._with_item(self._delete)

    def _delete(self, info: TableInfo, item: Json) -> None:
        self._review(info, delete_item(info, item), lambda: None)

    def _review(self, info: TableInfo, write: Write, after: Callable[[], None]) -> None:
        from dyntui.screens.review import ReviewScreen

        def closed(written: Write | None) -> None:
            if written is not None:
                after()
                self._written(written)

        self.app.push_screen(ReviewScreen(self.session, info, write), closed)

    def _written(self, write: Write) -> None:
        """Show a write that DynamoDB has taken."""
        if self.info is not None:
            self._undo.push(self.info, [write])
        units = sum(write.units.values())
        past = {"create": "Created", "change": "Changed", "delete": "Deleted"}[write.kind]
        self.notify(f"{past}: {write.request.operation}, {units:,} WCU; u undoes it")
        source, partial = self._source, self._plan is not None and self._plan.partial
        if source is None or self._grid.item is None or write.kind == "create" or partial:
            self.reload()
        else:
            self._grid.replace_item(GONE if write.new is None else write.new)
            if write.new is not None:
                self._columns.observe([write.new])
            self._grid.rows_changed()
            self._show_item()
        if write.new is None:
            self._close_panel()
        self.focus_content()
        if self.info is not None:
            self.post_message(self.Changed(self.info.name))
