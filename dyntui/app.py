"""The app: a DynamoDB workbench in the terminal, on any Client.

`run_app(connection)` runs it until the person quits.
"""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable
from typing import ClassVar

from textual.app import App
from textual.binding import Binding, BindingType
from textual.screen import Screen, SystemModalScreen

from dyntui.core.connect import Connection
from dyntui.core.cost import units_text
from dyntui.core.key_names import key_name
from dyntui.core.place_text import place_text
from dyntui.core.session import Session
from dyntui.screens.browser import BrowserScreen
from dyntui.themes import DARK, LIGHT
from dyntui.widgets.bindings import bindings
from dyntui.widgets.header_line import HeaderLine
from dyntui.widgets.palette import ActionProvider, Palette, context_of
from engine.clock import SYSTEM_CLOCK, Clock

BREAKPOINTS = [(0, "-narrow"), (100, "-wide"), (120, "-wider")]
ANSWER_S = 0.1
HERE = "the app's command"
FOOTER_KEYS = {"enter": "⏎", "space": "␣"}


class DyntuiApp(App[None], inherit_bindings=False):
    """Opens on the tables of a connection; does not close it."""

    TITLE = "dyntui"
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("app"),
        Binding("ctrl+c", "help_quit", show=False, system=True),
    ]
    COMMANDS: ClassVar = {ActionProvider}
    CSS = """
    CommandPalette {
        & > Vertical { width: 92; max-width: 100%; margin-top: 1; background: $surface; }
        #--input, #--input.--list-visible {
            border: none; height: 1; padding: 0 1; background: $panel;
        }
        #--input Input { border: none; height: 1; padding: 0; }
        #--input SearchIcon { display: none; }
        CommandList { border: none; padding: 0 1; max-height: 85vh; background: $surface;
            text-wrap: nowrap; text-overflow: ellipsis; }
    }
    ToastRack { margin-bottom: 1; }
    Toast { background: $panel; padding: 0 1; }
    """

    def __init__(self, connection: Connection, clock: Clock = SYSTEM_CLOCK) -> None:
        super().__init__()
        self.connection = connection
        self.session = Session(connection.client, connection.region, clock)
        connection.on_wait = self.session.note_wait
        connection.units_limit.may_go_on = self._may_go_on
        self.HORIZONTAL_BREAKPOINTS = BREAKPOINTS
        # Paging through a long grid is slow if every step glides.
        self.animation_level = "none"
        self.register_theme(DARK)
        self.register_theme(LIGHT)
        self.theme = DARK.name

    def on_ready(self) -> None:
        """From the first paint on garbage is collected, in what is made from here on."""
        if not gc.isenabled():
            gc.freeze()
            gc.enable()

    def get_default_screen(self) -> Screen[None]:
        """The browser."""
        connection = self.connection
        return BrowserScreen(self.session, connection, place_text(connection))

    def get_key_display(self, binding: Binding) -> str:
        """Keys are written as the help writes them, only shorter."""
        return binding.key_display or FOOTER_KEYS.get(binding.key) or key_name(binding.key)

    def action_command_palette(self) -> None:
        """Show the palette, unless it is shown."""
        if not isinstance(self.screen, Palette):
            self.push_screen(Palette(id="--command-palette"))

    def action_help(self) -> None:
        """Show all keys, those of the focused panel first; or close the help again."""
        from dyntui.screens.help import HelpScreen

        if isinstance(self.screen, HelpScreen):
            self.screen.dismiss()
        elif not isinstance(self.screen, SystemModalScreen):
            self.push_screen(HelpScreen(context_of(self.focused or self.screen)))

    def action_light(self) -> None:
        """Light colours, or dark ones again."""
        self.theme = DARK.name if self.theme == LIGHT.name else LIGHT.name

    def action_read_only(self) -> None:
        """Change nothing from now on, or write again; what the start said stays."""
        read_only = self.connection.read_only
        if read_only and read_only.by != HERE:
            self.notify(f"Read-only by {read_only.by}: start without it to write.")
            return
        read_only.by = "" if read_only else HERE
        self.screen_stack[0].query_one(HeaderLine).read_only = bool(read_only)
        self.notify("Nothing is changed from now on" if read_only else "Writes are sent again")

    def _may_go_on(self, units: float, cancelled: Callable[[], bool] | None) -> bool:
        """From a job's thread: ask whether an action that reached the limit may go on."""
        answered = threading.Event()
        answers: list[bool] = []

        def closed(wanted: bool | None) -> None:
            answers.append(bool(wanted))
            answered.set()

        def ask() -> None:
            from dyntui.screens.ask_first import AskFirstScreen

            most = units_text(self.connection.units_limit.units_max or 0)
            risk = f"{units_text(units)} units were consumed. Go on, for up to {most} more?"
            self.push_screen(AskFirstScreen(risk, "Limit of units"), closed)

        self.call_later(ask)
        while not answered.wait(ANSWER_S):
            if (cancelled is not None and cancelled()) or not self.is_running:
                return False
        return answers[0]

    def _fatal_error(self) -> None:
        """What nobody expected ends the app; `run_app` raises it again for its caller to tell."""
        self._close_messages_no_wait()


def run_app(connection: Connection) -> None:
    """Run the app on a connection until the person quits."""
    # What is made before the first paint stays; looking for garbage in it takes time.
    gc.disable()
    try:
        app = DyntuiApp(connection)
        app.run()
    finally:
        gc.enable()
    if app._exception is not None:
        raise app._exception
