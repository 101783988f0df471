"""Many items at once: marked, copied, changed, deleted, exported; columns chosen; a value followed.

Drawers are imported when they are first opened, so that the app starts without them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.message import Message

from dyntui.core.actions.spoken_keys import key_for, with_keys
from dyntui.core.browse.bulk import Undoable, UndoStack
from dyntui.core.browse.column_choice import ColumnChoice
from dyntui.core.browse.marks import Marks
from dyntui.core.browse.query_fields import QueryFields
from dyntui.core.browse.writes import Write, delete_item
from dyntui.core.security.sealed_items import is_sealed
from dyntui.core.tables.schema import TableInfo
from dyntui.core.text.amounts import counted
from dyntui.core.text.formats import plain_json
from dyntui.widgets.copied import copy_measured
from dyntui.widgets.fresh_items import FreshItems
from dyntui.widgets.jobs import Cancelled
from engine.client.protocol import Json
from engine.errors import ApiError

if TYPE_CHECKING:
    from dyntui.core.browse.bulk_edit import Edit
    from dyntui.core.browse.plan import Plan

GATHERING = "gathering"
COLUMN_NONE = "The key's columns stay where they are."


class MarkedItems(FreshItems):
    """Marks items of a table, and does with all of them what is done with one."""

    @dataclass
    class FollowWanted(Message):
        """A value is to be followed to where it is a key."""

        name: str
        value: Json

    @dataclass
    class QueryWanted(Message):
        """What a query finds in this table is to be shown."""

        fields: QueryFields

    def on_mount(self) -> None:
        """Nothing was written yet."""
        self._undo = UndoStack()

    @property
    def _marks(self) -> Marks:
        if self._grid.marks is None:
            self._grid.marks = Marks(())
        return self._grid.marks

    # Marks.

    def _mark(self, step: int = 1) -> None:
        """Mark the item under the cursor, or take its mark away, and go on."""
        item = self._grid.item
        if item is not None:
            self._marks.toggle(item)
            self._grid.move_to(self._grid.cursor_row + step)
            self._marks_changed()

    def _mark_on(self, step: int) -> None:
        """Mark the item under the cursor, go on, and mark that one."""
        first = self._grid.item
        self._grid.move_to(self._grid.cursor_row + step)
        self._marks.add([item for item in (first, self._grid.item) if item is not None])
        self._marks_changed()

    def _mark_all(self) -> None:
        """Mark all rows that are shown and in memory; or none, where they are marked."""
        rows = self._grid.source
        if rows is None:
            return
        items = [item for n in range(rows.rows_known) if (item := rows.row(n))]
        if all(item in self._marks for item in items):
            self._marks.remove(items)
        else:
            self._marks.add(items)
        self._marks_changed()

    def _marks_changed(self) -> None:
        self._grid.refresh()
        self._show_status()

    def _copy_marked(self) -> None:
        """Copy the marked items as a list, or the one under the cursor."""
        if not self._marks:
            self._copy_row()
            return
        items = self._marks.items
        text = "[\n" + ",\n".join(plain_json(item, indent=False) for item in items) + "\n]"
        copy_measured(self, text, counted(len(items), "item"))

    def _export_marked(self) -> None:
        from dyntui.screens.selection import SelectionScreen

        items = self._marks.items or [item for item in [self._grid.item] if item is not None]
        if self.info is None or not items:
            return

        def closed(said: str | None) -> None:
            if said is not None:
                self.notify(said, markup=False)

        self.app.push_screen(SelectionScreen(self.info, items), closed)

    def back(self) -> bool:
        """Step back inside the tab; at last take all marks away."""
        if super().back():
            return True
        if not self._marks:
            return False
        self._marks.clear()
        self._marks_changed()
        return True

    # Many writes, and undoing.

    def _delete_marked(self, info: TableInfo) -> None:
        writes = [delete_item(info, item) for item in self._marks.items]
        title = f"Delete {counted(len(writes), 'item')} · {info.name}"

        self._send_marked(info, writes, title, "Deleted", "brings them back")

    def _edit_many(self) -> None:
        """Change an attribute of the marked items; of those that a filter shows; or of all that the
        query finds, where that is asked about if it reads a large table."""
        info, plan, rows = self.info, self._plan, self._grid.source
        if info is None or plan is None or rows is None:
            return
        if self._marks:
            self._gather(info, plan, self._marks.items)
        elif rows is not self._source:
            shown = (rows.row(number) for number in range(rows.rows_known))
            self._gather(info, plan, [item for item in shown if item])
        else:
            risk = self._risk(plan)
            self._ask_first(risk, plan.request, lambda: self._gather(info, plan, None))

    def _gather(self, info: TableInfo, plan: Plan, items: list[Json] | None) -> None:
        """Read the items as far as they are not known, and ask what is to be changed."""
        from dyntui.core.browse.bulk_edit import ITEMS_MAX, matching, whole_items

        def work(cancelled: Cancelled) -> list[Json]:
            found = matching(self.session.call, plan, cancelled) if items is None else items
            if plan.partial and len(found) <= ITEMS_MAX:
                return whole_items(self.session.call, info, found, cancelled)
            return found

        def done(found: list[Json]) -> None:
            if not found:
                self.notify("There are no items to change.")
            elif len(found) > ITEMS_MAX:
                self.notify(f"More than {ITEMS_MAX:,} items: mark some, or narrow the query.")
            elif any(map(is_sealed, found)):
                self.notify(with_keys("Sealed items are changed one by one: {items.edit}."))
            else:
                self._ask_edit(info, found)

        title = f"reading the items of {info.name}"
        self.run_job(title, work, done, self._show_error, group=GATHERING)

    def _ask_edit(self, info: TableInfo, items: list[Json]) -> None:
        from dyntui.core.browse.bulk_edit import edit_writes
        from dyntui.screens.bulk_edit import BulkEditScreen

        def closed(edit: Edit | None) -> None:
            if edit is not None:
                self.run_job(
                    f"preparing {counted(len(items), 'write')}",
                    lambda _: list(edit_writes(info, items, edit)),
                    lambda writes: self._send_edit(info, edit, writes),
                    self._show_error,
                    group=GATHERING,
                )

        column = self._grid.column.name if self._grid.column else ""
        name = "" if column in info.key_names else column
        self.app.push_screen(BulkEditScreen(info, items, self.session.region, name), closed)

    def _send_edit(self, info: TableInfo, edit: Edit, writes: list[Write]) -> None:
        verb = "Remove" if edit.value is None else "Set"
        title = f"{verb} {edit.name} of {counted(len(writes), 'item')} · {info.name}"
        self._send_marked(info, writes, title, "Changed", "takes it back")

    def _send_marked(
        self, info: TableInfo, writes: list[Write], title: str, verb: str, undoing: str
    ) -> None:
        """Send writes, and take the marks of the items that were written away; `verb` says what was
        done with them, `undoing` what undo does."""

        def closed(done: list[Write] | None) -> None:
            if done:
                self._undo.push(info, done)
                self._marks.remove([write.old for write in done if write.old is not None])
                undo = key_for("items.undo")
                said = f"{verb} {counted(len(done), 'item')}: {undo} {undoing}"
                self._many_written(info, said)

        self._send_many(info, writes, title, closed)

    def _send_many(
        self,
        info: TableInfo,
        writes: list[Write],
        title: str,
        closed: Callable[[list[Write] | None], None],
    ) -> None:
        from dyntui.screens.bulk import BulkScreen

        self.app.push_screen(BulkScreen(self.session, info, writes, title), closed)

    def _many_written(self, info: TableInfo, said: str) -> None:
        self.notify(said, markup=False)
        self._close_panel()
        self.reload()
        self.focus_content()
        self.post_message(self.Changed(info.name))

    def _undo_last(self) -> None:
        """Show what undoes the last write of this session to the table."""
        act = self._undo.last(self.info.name) if self.info is not None else None
        if act is None:
            self.notify(
                with_keys(
                    "Nothing has been written to this table in this session. The timeline "
                    "({browser.tab_4}) undoes what was written before."
                )
            )
            return
        try:
            writes = act.inverses()
        except ApiError as error:
            self._show_error(error)
            return
        if len(writes) == 1:
            self._review_undo(act, writes[0])
        else:
            self._undo_many(act, writes)

    def _undo_many(self, act: Undoable, writes: list[Write]) -> None:
        def closed(done: list[Write] | None) -> None:
            if done:
                self._undo.drop(act)
                self._many_written(act.info, f"Undone: {len(done):,} of {len(writes):,} writes")

        title = f"Undo {counted(len(writes), 'write')} · {act.info.name}"
        self._send_many(act.info, writes, title, closed)

    def _review_undo(self, act: Undoable, write: Write) -> None:
        from dyntui.screens.review import ReviewScreen

        def closed(written: Write | None) -> None:
            if written is not None:
                self._undo.drop(act)
                self._many_written(act.info, f"Undone: {written.request.operation}")

        self.app.push_screen(ReviewScreen(self.session, act.info, write), closed)

    # Columns.

    def _choose_columns(self) -> None:
        from dyntui.screens.columns import ColumnsScreen

        if self.info is not None:
            at = self._grid.column.name if self._grid.column else ""
            columns = self._columns
            self.app.push_screen(ColumnsScreen(self.info.name, columns, self._take_columns, at))

    def _take_columns(self, choice: ColumnChoice) -> None:
        """Show and remember a choice, with the cursor on the column where it was."""
        if self.info is None:
            return
        name = self._grid.column.name if self._grid.column else ""
        self._columns.choose(choice)
        self._book.keep(self.info.name, choice)
        names = [column.name for column in self._columns.shown]
        self._grid.rows_changed()
        place = names.index(name) if name in names else self._grid.cursor_column
        self._grid.move_to(self._grid.cursor_row, place)

    def _move_column(self, step: int) -> None:
        column = self._grid.column
        if column is not None and column.name in self._columns.others:
            choice = self._columns.choice
            self._take_columns(choice.moved(column.name, step, self._columns.others))
        else:
            self.notify(COLUMN_NONE)

    def _hide_column(self) -> None:
        column = self._grid.column
        if column is not None and column.name in self._columns.others:
            self._take_columns(self._columns.choice.toggled(column.name))
            self.notify(
                f"Hid {column.name}: {key_for('items.columns')} shows it again", markup=False
            )
        else:
            self.notify(COLUMN_NONE)

    # Where else one may go.

    def _follow(self) -> None:
        cell = self._cell()
        if cell is not None:
            self.post_message(self.FollowWanted(*cell))

    def _follow_member(self) -> None:
        member = self._panel.member
        if member is not None:
            self.post_message(self.FollowWanted(member.name, member.value))

    def _show_entities(self) -> None:
        from dyntui.screens.entities import EntitiesScreen

        def closed(fields: QueryFields | None) -> None:
            if fields is not None:
                self.post_message(self.QueryWanted(fields))

        if self.info is not None:
            self.app.push_screen(EntitiesScreen(self.session, self.info), closed)
