"""A write shown before it is sent: what changes, what protects it, what it costs, the request."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from rich.console import Group
from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.widgets import Static

from dyntui.core.actions.spoken_keys import with_keys
from dyntui.core.browse.writes import (
    Change,
    Write,
    applied,
    change_item,
    delete_item,
    path_text,
    value_at,
)
from dyntui.core.connection.session import Session
from dyntui.core.tables.cost import units_text
from dyntui.core.tables.schema import TableInfo
from dyntui.core.text.formats import cell_text, shortened
from dyntui.screens.copy_as import CopyAsScreen
from dyntui.screens.drawer import Drawer
from dyntui.widgets.bindings import bindings
from dyntui.widgets.text_view import TextView
from engine.errors import ApiError

Json = dict[str, Any]

MAX_LINES = 60
MAX_VALUE = 60
VERB_WIDTH = len("DELETE")
MAX_PATH = 40


class ReviewScreen(Drawer[Write | None]):
    """Shows a write, and sends it on demand; gives it back once DynamoDB has taken it."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("review")
    AUTO_FOCUS = "#review-summary"
    DEFAULT_CSS = """
    ReviewScreen {
        #review-summary { height: auto; max-height: 55%; padding: 1 1; }
    }
    """

    def __init__(self, session: Session, info: TableInfo, write: Write) -> None:
        super().__init__()
        self._session = session
        self._info = info
        self._write = write
        self._theirs: Json | None = None
        self._before: Write | None = None

    def title_text(self) -> Text:
        """Operation and key."""
        item = self._write.old or self._write.new or {}
        keys = " · ".join(cell_text(item[name]) for name in self._info.key_names if name in item)
        return Text(
            f"{self._write.request.operation} {self._info.name} · {keys}",
            no_wrap=True,
            overflow="ellipsis",
        )

    def compose_body(self) -> ComposeResult:
        """The write in words, and the exact request."""
        with VerticalScroll(id="review-summary"):
            yield Static(id="review-changes")
        yield Static("the exact request", classes="caption")
        yield TextView()

    def on_mount(self) -> None:
        """Show the write."""
        self._show()

    def _show(self) -> None:
        self.query_one("#drawer-title", Static).update(self.title_text())
        self.query_one("#review-changes", Static).update(
            self._conflict() if self._theirs is not None else self._summary()
        )
        self.query_one(TextView).show_request(self._write.request)
        self.refresh_bindings()

    def _summary(self) -> Group:
        """What is done to each attribute, then the condition, then cost and size."""
        write, colours = self._write, self.app.theme_variables
        table = self._grid("verb", "fixed", "cut", "cut")
        for change in write.changes[:MAX_LINES]:
            verb, new, was = self._change_texts(change)
            table.add_row(
                Text(verb, style=f"bold {colours['accent']}"),
                Text(path_text(change.path)),
                Text(new),
                Text(was, style=colours["secondary"]),
            )
        left_out = len(write.changes) - MAX_LINES
        if left_out > 0:
            table.add_row("", Text(f"and {left_out:,} more: see the request"), "", "")
        below = self._grid("verb", "fold")
        units = " + ".join(f"{name} {units_text(cost)}" for name, cost in write.units.items())
        total = units_text(sum(write.units.values()))
        cost = f"{total} WCU" + (f"  ({units})" if len(write.units) > 1 else "")
        size = f"{write.old_size:,} → {write.new_size:,} B"
        for name, text in (("WHEN", write.lock), ("COST", cost), ("SIZE", size)):
            below.add_row(Text(name, style=f"bold {colours['accent']}"), Text(text))
        return Group(table, Text(), below)

    def _change_texts(self, change: Change) -> tuple[str, str, str]:
        """Verb, new value, old value."""
        new = f"= {_short(change.new)}" if change.new is not None else ""
        if self._write.kind == "create":
            return "PUT", new, ""
        was = f"was {_short(change.old)}" if change.old is not None else "new"
        if self._write.kind == "delete":
            return "DELETE", "", was
        return ("SET" if change.new is not None else "REMOVE"), new, was

    def _conflict(self) -> Table:
        """Yours, theirs and before, for each path that the write changes."""
        colours = self.app.theme_variables
        table = self._grid("fixed", "cut", "cut", "cut")
        heads = ("", "yours", "stored now", "as you read it")
        table.add_row(*(Text(head, style=f"bold {colours['accent']}") for head in heads))
        theirs = self._theirs or {}
        for change in self._write.changes[:MAX_LINES]:
            now = value_at(theirs, change.path)
            style = colours["warning"] if now != change.old else ""
            table.add_row(
                Text(path_text(change.path)),
                Text(_short(change.new)),
                Text(("≠ " if now != change.old else "") + _short(now), style=style),
                Text(_short(change.old), style=colours["secondary"]),
            )
        return table

    @staticmethod
    def _grid(*columns: Literal["verb", "fixed", "cut", "fold"]) -> Table:
        """A column is as wide as it must be, or gives way and is cut, or breaks into lines.

        What is done is never cut, however long the values beside it are.
        """
        table = Table.grid(padding=(0, 2, 0, 0))
        for kind in columns:
            overflow: Literal["ellipsis", "fold"] = "fold" if kind == "fold" else "ellipsis"
            table.add_column(
                no_wrap=kind != "fold",
                overflow=overflow,
                min_width=VERB_WIDTH if kind == "verb" else None,
                max_width=MAX_PATH if kind == "fixed" else None,
            )
        return table

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Rebasing is only offered where there is something to rebase on."""
        if action == "rebase":
            return self._theirs is not None
        return super().check_action(action, parameters)

    def action_write(self) -> None:
        """Send the write."""
        write = self._write
        self.send(self._session, write.request, lambda _: self._written(write), self._refused)

    def _written(self, write: Write) -> None:
        self.dismiss(write)

    def _refused(self, error: ApiError) -> None:
        """Everything stays as it is, with the error; a failed condition shows all three sides."""
        self.show_error(error)
        self._theirs = error.members.get("Item")
        self._show()

    def action_rebase(self) -> None:
        """Work out the same changes anew on the item as it is stored now."""
        theirs = self._theirs
        if theirs is None:
            return
        self._theirs = None
        if self._write.kind == "delete":
            self._write = delete_item(self._info, theirs)
        else:
            self._write = change_item(self._info, theirs, applied(theirs, self._write.changes))
        self.show_error("")
        self._show()

    def action_copy_as(self) -> None:
        """Copy the request."""
        self.app.push_screen(CopyAsScreen(self._write.request, self._session.region))

    def action_close(self) -> None:
        """Back to where the write was made up; or stop waiting for the answer."""
        if self.cancel_jobs():
            said = "No longer waiting: the write may have been done. {review.close} goes back."
            self.show_error(with_keys(said))
        else:
            self.dismiss(None)


def _short(value: Json | None) -> str:
    """A value in one line; what is absent is said in words."""
    if value is None:
        return "(absent)"
    return shortened(cell_text(value), MAX_VALUE)
