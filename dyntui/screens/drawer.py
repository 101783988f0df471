"""The drawer: a panel that slides over the right of what one came from, the whole of a small
window. What lies below stays in sight where there is room."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeVar

from rich.text import Text
from textual.app import ComposeResult
from textual.await_complete import AwaitComplete
from textual.containers import ScrollableContainer, Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from dyntui.core.connection.session import Session
from dyntui.core.tables.requests import Request
from dyntui.widgets.copied import copy_measured
from dyntui.widgets.first_room import first_room
from dyntui.widgets.footer_line import FooterLine
from dyntui.widgets.header_line import HeaderLine, PlaceLine
from dyntui.widgets.jobs import JobHost
from dyntui.widgets.messages import error_text
from dyntui.widgets.moving import go_to_end
from engine.errors import ApiError

Json = dict[str, Any]
Result = TypeVar("Result")

BUSY_SECONDS = 0.25


class Drawer(ModalScreen[Result], JobHost):
    """A titled panel with its own footer, and a place for DynamoDB's errors."""

    AUTO_FOCUS = ""
    DEFAULT_CSS = """
    Drawer {
        align: right middle;
        background: $background 55%;
        #drawer {
            width: 72%;
            min-width: 78;
            height: 100%;
            background: $surface;
            border-left: vkey $border;
        }
        #drawer-title { height: 1; padding: 0 1; background: $panel; text-style: bold; }
        Input { max-width: 100%; }
        .caption { height: 1; padding: 0 1; background: $panel; color: $text-muted; }
        #drawer-error { height: auto; max-height: 6; padding: 0 1; display: none;
            background: $panel;
            &.-shown { display: block; } }
    }
    Drawer.-narrow {
        #drawer { width: 100%; min-width: 0; border-left: none; }
        FormRow { margin-bottom: 0; }
    }
    """

    _leaving = False

    def dismiss(self, result: Result | None = None) -> AwaitComplete:
        """Leave with a result; a drawer that is still being made goes as soon as it is whole.

        A key that comes before it is gone changes nothing more.
        """
        if self._leaving:
            return AwaitComplete()
        self._leaving = True
        if self.is_mounted:
            return super().dismiss(result)
        self.call_later(self._close, result)
        return AwaitComplete()

    def _close(self, result: Result | None) -> None:
        super().dismiss(result)

    def on_mount(self) -> None:
        """Be laid out for the window from the first frame on."""
        width, height = first_room(self)
        for cells, steps in (
            (width, self.app.HORIZONTAL_BREAKPOINTS),
            (height, self.app.VERTICAL_BREAKPOINTS),
        ):
            self.add_class(*self._get_breakpoint_classes(cells, steps or []))

    def action_close(self) -> None:
        """Back, with no result."""
        self.dismiss()

    @abstractmethod
    def title_text(self) -> Text:
        """What stands in the first line."""

    @abstractmethod
    def compose_body(self) -> ComposeResult:
        """What the drawer is for."""

    def compose(self) -> ComposeResult:
        """Title, on a remote where one is, body, error, footer."""
        with Vertical(id="drawer"):
            yield Static(self.title_text(), id="drawer-title")
            for header in self.app.screen_stack[0].query(HeaderLine):
                if header.kind != "local":
                    yield PlaceLine(header)
            yield from self.compose_body()
            yield Static(id="drawer-error")
            yield FooterLine()

    def action_down(self) -> None:
        """A line of a text down, or a row of a list, whichever is focused."""
        if isinstance(self.focused, ScrollableContainer):
            self.focused.action_scroll_down()

    def action_up(self) -> None:
        """A line of a text up, or a row of a list, whichever is focused."""
        if isinstance(self.focused, ScrollableContainer):
            self.focused.action_scroll_up()

    def action_first(self) -> None:
        """The first line of what is focused."""
        go_to_end(self.focused, last=False)

    def action_last(self) -> None:
        """The last line of what is focused."""
        go_to_end(self.focused, last=True)

    def show_error(self, error: ApiError | str) -> None:
        """Show an error in place; an empty text takes it away."""
        if not self.is_current:
            self._say_elsewhere(error)
            return
        line = self.query_one("#drawer-error", Static)
        line.set_class(bool(error), "-shown")
        if isinstance(error, ApiError):
            line.update(error_text(self.app, error))
        else:
            line.update(Text(f"✗ {error}", style=self._colour("error")))

    def _say_elsewhere(self, error: ApiError | str) -> None:
        """The drawer was left, and cannot show the error any more."""
        text = error_text(self.app, error).plain if isinstance(error, ApiError) else error
        self.app.notify(text, severity="error", markup=False)

    def send(
        self,
        session: Session,
        request: Request,
        done: Callable[[Json], None],
        failed: Callable[[ApiError], None] | None = None,
        *,
        outlives: bool = False,
        following: Sequence[Request] = (),
    ) -> None:
        """Send a request in a thread, unless one is under way; an error is shown in place.

        One that `outlives` the drawer goes on when the drawer is closed. Those `following` are sent
        after it, as long as none fails; `done` gets the last answer.
        """
        if self.job_running:
            return
        title = f"{request.operation} {request.members.get('TableName', '')}"
        self.show_error("")
        self.run_job(
            title,
            lambda cancelled: [
                session.call(each.operation, each.members, cancelled)
                for each in (request, *following)
            ][-1],
            done,
            failed or self.show_error,
            group="writing",
            outlives=outlives,
        )
        self.set_timer(BUSY_SECONDS, partial(self._show_busy, title, outlives))

    def _show_busy(self, title: str, outlives: bool) -> None:
        if self.job_running:
            line = self.query_one("#drawer-error", Static)
            line.add_class("-shown")
            leave = "Esc leaves it to go on by itself" if outlives else "Esc stops waiting"
            line.update(Text(f"● {title} is under way. {leave}.", style=self._colour("warning")))

    def _colour(self, name: str) -> str:
        return self.app.theme_variables[name]

    def copy(self, text: str, what: str) -> None:
        """Copy a text, and say so."""
        copy_measured(self, text, what)
