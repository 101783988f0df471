"""The editor's side of the place for PartiQL: tabs, text, completion, what a statement will cost.

Drawers are imported when they are first opened, so that the app starts without them.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from textual import on
from textual.app import ComposeResult
from textual.containers import Container, Vertical
from textual.widgets import TextArea

from dyntui.core.browse.trail import Crumb
from dyntui.core.connection.connect import Connection
from dyntui.core.connection.session import Session
from dyntui.core.statements.completion import Completion, StatementNames, completions
from dyntui.core.statements.script import Piece, piece_at
from dyntui.core.user.query_book import Draft, book_of, file_name
from dyntui.widgets.elsewhere import edit_elsewhere
from dyntui.widgets.explain_panel import ExplainPanel
from dyntui.widgets.jobs import Cancelled, JobHost
from dyntui.widgets.leads import Moved
from dyntui.widgets.statement_area import StatementArea
from dyntui.widgets.statement_tabs import TITLE, StatementTabs

Json = dict[str, Any]

UNTITLED = "untitled"
BESIDE_COLUMNS = 84
"""From so many columns on there is room for the explanation beside the editor."""


class StatementDesk(Vertical, JobHost):
    """Several texts, of which one is edited."""

    DEFAULT_CSS = """
    StatementDesk {
        height: 1fr;
        #desk { height: 38%; min-height: 7; background: $surface; layout: vertical; }
        StatementArea { height: 1fr; padding: 0 1; }
        &.-beside {
            #desk { layout: horizontal; }
            ExplainPanel { width: 42%; height: 100%; max-height: 100%; }
        }
    }
    """

    def __init__(self, session: Session, connection: Connection) -> None:
        super().__init__(id="partiql")
        self.session = session
        self._connection = connection
        self._names = StatementNames(session)
        self._book = book_of(connection)
        desk = self._book.desk()
        self._drafts = list(desk.drafts)
        self._current = desk.current
        self._values: dict[str, Json] = {}
        self._explain_otherwise = False

    def compose(self) -> ComposeResult:
        """Tabs, editor and explanation."""
        area = StatementArea(id="statements")
        yield StatementTabs()
        with Container(id="desk"):
            yield area
            yield ExplainPanel(self._connection, self._names)
        yield area.completion_list

    def on_mount(self) -> None:
        """Go on with the tabs as they were left."""
        self._area.placeholder = "SELECT * FROM …    Tab completes, ^J runs"
        self._area.load_text(self._drafts[self._current].text)
        self._area.move_cursor(self._area.document.end)
        self._show_tabs()

    def on_unmount(self) -> None:
        """Keep the tabs for the next session."""
        self._book.keep_desk(self._drafts, self._current)

    @property
    def _area(self) -> StatementArea:
        return self.query_one(StatementArea)

    @property
    def _explain_panel(self) -> ExplainPanel:
        return self.query_one(ExplainPanel)

    # Tabs.

    def _show_tabs(self) -> None:
        names = [draft.name for draft in self._drafts]
        self.query_one(StatementTabs).show(names, self._current)
        self.post_message(Moved())

    @property
    def crumbs(self) -> tuple[Crumb, ...]:
        """The place, and the tab in front."""
        return Crumb(TITLE), Crumb(self._drafts[self._current].name)

    def _keep(self) -> None:
        """Take the editor's text over, and keep all of them."""
        self._changed()
        self._book.keep_desk(self._drafts, self._current)

    def _set_draft(self, draft: Draft) -> None:
        self._drafts[self._current] = draft

    def _open_tab(self, number: int) -> None:
        self._keep()
        self._go_to_tab(number)

    def _go_to_tab(self, number: int) -> None:
        self._current = number % len(self._drafts)
        self._area.load_text(self._drafts[self._current].text)
        self._area.move_cursor(self._area.document.end)
        self._area.focus()
        self._show_tabs()
        self._explain()

    def open_text(self, text: str, name: str = UNTITLED) -> None:
        """Edit a text, in a new tab unless the one in front is empty."""
        self._keep()
        if self._drafts[self._current].text.strip():
            self._drafts.append(Draft(name, text))
            self._go_to_tab(len(self._drafts) - 1)
        else:
            self._set_draft(Draft(name, text))
            self._go_to_tab(self._current)

    @on(StatementTabs.Chosen)
    def _tab_chosen(self, message: StatementTabs.Chosen) -> None:
        message.stop()
        if message.number is None:
            self.action_new_tab()
        else:
            self._open_tab(message.number)

    def action_new_tab(self) -> None:
        """An empty tab."""
        self._keep()
        self._drafts.append(Draft(UNTITLED))
        self._go_to_tab(len(self._drafts) - 1)

    def action_next_tab(self) -> None:
        """The tab to the right."""
        self._open_tab(self._current + 1)

    def action_previous_tab(self) -> None:
        """The tab to the left."""
        self._open_tab(self._current - 1)

    def action_close_tab(self) -> None:
        """Close the tab; a text that is not saved stays in the history."""
        text, name = self._area.statements, self._drafts[self._current].name
        if text.strip() and self._book.saved.get(name) != text:
            self._book.remember(text.strip())
            self.notify("What stood in the tab is kept in the history.")
        del self._drafts[self._current]
        self._drafts = self._drafts or [Draft(UNTITLED)]
        self._go_to_tab(min(self._current, len(self._drafts) - 1))
        self._book.keep_desk(self._drafts, self._current)

    # Typing: explanation and completion.

    @on(TextArea.Changed)
    def _changed(self) -> None:
        self._set_draft(replace(self._drafts[self._current], text=self._area.statements))

    @on(TextArea.Changed)
    @on(TextArea.SelectionChanged)
    def _explain(self) -> None:
        piece = self._piece
        self._explain_panel.explain("" if piece is None else piece.text, self._values)

    @property
    def _piece(self) -> Piece | None:
        """The statement under the cursor."""
        return piece_at(self._area.statements, self._area.offset_of_cursor)

    @on(StatementArea.CompletionWanted)
    def _completion_wanted(self, message: StatementArea.CompletionWanted) -> None:
        message.stop()
        typing = self._area.completion_list.is_open

        def work(_: Cancelled) -> list[Completion]:
            return completions(message.text, message.offset, self._names)

        def done(found: list[Completion]) -> None:
            self._area.offer(message.offset, found, typing=typing)

        self.run_job("", work, done, lambda _: None, group="completing")

    # The book.

    def action_book(self) -> None:
        """History and saved statements."""
        from dyntui.screens.book import BookScreen

        def closed(chosen: Draft | None) -> None:
            if chosen is not None:
                self.open_text(chosen.text, chosen.name or UNTITLED)

        self._keep()
        self.app.push_screen(BookScreen(self._book), closed)

    def action_save(self) -> None:
        """Save the text under a name."""
        from dyntui.screens.save_statements import SaveScreen

        text = self._area.statements
        if not text.strip():
            return
        name = self._drafts[self._current].name

        def closed(chosen: str | None) -> None:
            if chosen is None:
                return
            saved = file_name(chosen)
            self._book.save(saved, text)
            self._set_draft(Draft(saved, text))
            self._show_tabs()
            self.notify(f"Saved as {saved}", markup=False)

        taken = tuple(self._book.saved)
        self.app.push_screen(SaveScreen("" if name == UNTITLED else name, taken), closed)

    # Where the explanation stands: in a wide window beside the editor, in full.

    def action_outside(self) -> None:
        """Edit the statements in the person's editor."""
        edit_elsewhere(self.app, self._area, ".sql")

    def action_explain(self) -> None:
        """The explanation in full, or in a line."""
        self._explain_otherwise = not self._explain_otherwise
        self._place_explanation()

    def on_resize(self) -> None:
        """In another window there is another place for it."""
        self._place_explanation()

    def _place_explanation(self) -> None:
        wide = self.size.width >= BESIDE_COLUMNS
        full = wide != self._explain_otherwise
        self.set_class(wide and full, "-beside")
        self._explain_panel.show_full(full)
