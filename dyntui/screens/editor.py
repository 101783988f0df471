"""The item editor: DynamoDB JSON, checked as one types; Ctrl+S shows the write first."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import Static, TextArea

from dyntui.core.actions.spoken_keys import with_keys
from dyntui.core.browse.writes import Write, same_key
from dyntui.core.connection.session import Session
from dyntui.core.security.sealed_writes import PLAIN_WRITES, Writes
from dyntui.core.tables.cost import item_size, units_text, write_units
from dyntui.core.tables.schema import TableInfo
from dyntui.core.text.formats import cell_text
from dyntui.core.text.item_text import ItemTextError, item_text, parse_item
from dyntui.screens.drawer import Drawer
from dyntui.screens.review import ReviewScreen
from dyntui.widgets.bindings import bindings
from dyntui.widgets.elsewhere import edit_elsewhere
from dyntui.widgets.json_area import JsonArea
from engine.errors import ApiError

Json = dict[str, Any]
Mode = Literal["create", "duplicate", "edit"]
TITLES: dict[Mode, str] = {
    "create": "New item",
    "duplicate": "Duplicate item",
    "edit": "Edit item",
}


class EditorScreen(Drawer[Write | str | None]):
    """Edits an item; gives the write that was done, or the text that was not written, or None.

    `old` is the item as it was, where one is edited; `writes` makes the write of what is typed.
    """

    BINDINGS: ClassVar[list[BindingType]] = bindings("editor")
    AUTO_FOCUS = "JsonArea"
    DEFAULT_CSS = """
    EditorScreen {
        JsonArea { height: 1fr; }
        #editor-line { height: 1; padding: 0 1; background: $panel; color: $text-muted;
            &.-wrong { color: $error; } }
    }
    """

    def __init__(
        self,
        session: Session,
        info: TableInfo,
        mode: Mode,
        start: Json,
        old: Json | None,
        draft: str | None,
        writes: Writes = PLAIN_WRITES,
    ) -> None:
        super().__init__()
        self._session = session
        self._info = info
        self._mode: Mode = mode
        self._start = item_text(start)
        self._old = old
        self._draft = draft
        self._writes = writes

    def title_text(self) -> Text:
        """What is edited."""
        text = Text(f"{TITLES[self._mode]} · {self._info.name}", no_wrap=True, overflow="ellipsis")
        if self._old is not None:
            keys = (cell_text(self._old[name]) for name in self._info.key_names)
            text.append(" · " + " · ".join(keys))
        return text

    def compose_body(self) -> ComposeResult:
        """The text, and a line on its size or its first mistake."""
        yield JsonArea(
            self._draft or self._start,
            soft_wrap=False,
            show_line_numbers=True,
            tab_behavior="focus",
        )
        yield Static(id="editor-line")

    def on_mount(self) -> None:
        """Put the cursor where one begins to type."""
        area = self.query_one(JsonArea)
        if self._mode != "edit" and not self._draft:
            area.move_cursor((1, self._start.split("\n")[1].rindex('"')))
        self._changed()
        if self._draft:
            self.notify(
                with_keys(
                    "This is what you typed before; {editor.restore} goes back to the stored item."
                )
            )

    @on(TextArea.Changed)
    def _changed(self) -> None:
        """Size and cost of what is typed, or what is wrong with it."""
        line = self.query_one("#editor-line", Static)
        try:
            item = parse_item(self.query_one(JsonArea).text)
            size = item_size(item)
            units = sum(write_units(self._info, self._old, item).values())
        except (ItemTextError, ApiError) as error:
            line.add_class("-wrong")
            line.update(Text(f"✗ {error}"))
            return
        line.remove_class("-wrong")
        cost = f"{units_text(units)} WCU to write"
        if self._writes.is_sealed:
            cost = "is sealed before it is sent"
        line.update(Text(f"{size:,} B · {cost} · {self._will_do(item)}"))

    def _will_do(self, item: Json) -> str:
        if self._old is None:
            return "a new item"
        if not same_key(self._info, self._old, item):
            return "another key: a new item, the old one stays"
        return "no change" if item == self._old else "changes the item"

    def action_review(self) -> None:
        """Show the write."""
        self.show_error("")
        try:
            item = parse_item(self.query_one(JsonArea).text)
        except ItemTextError as error:
            self.app.bell()
            if error.line:
                self.query_one(JsonArea).move_cursor((error.line - 1, 0))
            return
        # To seal takes a while, and may need keys from elsewhere.
        self.run_job(
            "working out the write",
            lambda _: self._write_of(item),
            self._show_review,
            self.show_error,
            group="review",
        )

    def _write_of(self, item: Json) -> Write:
        if self._old is not None and same_key(self._info, self._old, item):
            return self._writes.change(self._info, self._old, item)
        return self._writes.create(self._info, item)

    def _show_review(self, write: Write) -> None:
        if not write.changes:
            self.show_error("Nothing differs from the stored item.")
            return
        self.app.push_screen(ReviewScreen(self._session, self._info, write), self._reviewed)

    def _reviewed(self, written: Write | None) -> None:
        if written is not None:
            self.dismiss(written)

    def action_outside(self) -> None:
        """Edit the text in the person's editor."""
        edit_elsewhere(self.app, self.query_one(JsonArea), ".json")

    def action_restore(self) -> None:
        """Back to the text that one began with."""
        self.query_one(JsonArea).text = self._start

    def action_close(self) -> None:
        """Back; the text is kept where something was typed."""
        text = self.query_one(JsonArea).text
        self.dismiss(None if text == self._start else text)
