"""The app: a DynamoDB workbench in the terminal, on any Client.

`run_app(connection)` runs it until the person quits.
"""

from __future__ import annotations

import gc
import sys
import threading
from asyncio import Runner
from collections.abc import Callable, Mapping
from io import StringIO
from typing import Any, ClassVar

from textual import events
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.actions import ActionParseResult
from textual.binding import Binding, BindingType
from textual.dom import DOMNode
from textual.message import Message
from textual.screen import Screen, SystemModalScreen

from dyntui.core.actions.action import Action
from dyntui.core.actions.key_names import key_name, key_word
from dyntui.core.actions.spoken_keys import speak_of, with_keys
from dyntui.core.actions.writing import HERE, WRITING, refusal
from dyntui.core.connection.connect import Connection
from dyntui.core.connection.place_text import place_text
from dyntui.core.connection.session import Session
from dyntui.core.tables.cost import units_text
from dyntui.core.text.clipboard import Clipboard, Copied, terminal_only
from dyntui.core.user.preferences import Preferences
from dyntui.core.user.theme_files import ThemeFileError, read_theme, theme_names
from dyntui.core.user.user_config import remember
from dyntui.screens.browser import BrowserScreen
from dyntui.themes import DARK, LIGHT, THEMES, theme_name, user_theme
from dyntui.widgets.ascii_filter import AsciiFilter
from dyntui.widgets.bindings import action_of, bindings
from dyntui.widgets.header_line import HeaderLine
from dyntui.widgets.palette import ActionProvider, Palette, context_of
from dyntui.widgets.screen_loop import ScreenLoop
from dyntui.widgets.sent_cells import SentCells
from dyntui.widgets.typed_ahead import TypedAhead, has_cursor
from engine.clock import SYSTEM_CLOCK, Clock

WEB_COPY = "copied.txt"
BREAKPOINTS = [(0, "-narrow"), (100, "-wide"), (120, "-wider")]
LOW_BREAKPOINTS = [(0, "-low"), (16, "-high")]
ANSWER_S = 0.1
SWITCH_S = 0.001
"""After how long a job's thread lets the screen's run, which asks many times for one key."""
FOOTER_KEYS = {"enter": "⏎", "space": "␣"}


class CopyDone(Message):
    """A text was copied, or could not be."""

    def __init__(self, told: str, copied: Copied | None, problem: str = "") -> None:
        super().__init__()
        self.told = told
        self.copied = copied
        self.problem = problem


class DyntuiApp(TypedAhead, inherit_bindings=False):
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
    Input > .input--placeholder { color: $text-muted; }
    TextArea .text-area--placeholder { color: $text-muted; }
    ToastRack { margin-bottom: 1; }
    Toast { background: $panel; padding: 0 1; }
    """

    def __init__(
        self,
        connection: Connection,
        clock: Clock = SYSTEM_CLOCK,
        look: Preferences | None = None,
        copier: Clipboard | None = None,
    ) -> None:
        super().__init__()
        self._copier = copier or terminal_only()
        self._copying = threading.Lock()
        self._copy_asked = object()
        self.connection = connection
        self.session = Session(connection.client, connection.region, clock, connection.asking)
        connection.on_wait = self.session.note_wait
        connection.units_limit.may_go_on = self._may_go_on
        self.HORIZONTAL_BREAKPOINTS = BREAKPOINTS
        self.VERTICAL_BREAKPOINTS = LOW_BREAKPOINTS
        # Paging through a long grid is slow if every step glides.
        self.animation_level = "none"
        self._sent = SentCells()
        self.look = Preferences() if look is None else look
        if self.look.ascii_only:
            self._filters.append(AsciiFilter(keeps_values=self.look.keeps_values))
        chosen = self.look.keymap.chosen
        speak_of(self.look.keymap)
        self.set_keymap({identity: ",".join(keys) for identity, keys in chosen.items()})
        for theme in THEMES.values():
            self.register_theme(theme)
        self.theme = DARK.name
        problem = self.show_theme(self.look.theme)
        self._complaints = [each for each in (self.look.problem, problem) if each]

    def on_mount(self) -> None:
        """Say what was wrong with the settings."""
        self.app_resume_signal.subscribe(self, lambda _: self._sent.forget(), immediate=True)
        for complaint in self._complaints:
            self.notify(
                f"{complaint}. It is left aside.", severity="warning", timeout=20, markup=False
            )

    def on_resize(self, event: events.Resize) -> None:
        """Paint everything anew, also where the window has the size again that it had."""
        self._sent.forget()
        if event.size == self.size:
            self.screen.refresh()

    def action_repaint(self) -> None:
        """Paint everything anew, since something else may have written to the terminal."""
        self._sent.forget()
        self.screen.refresh()

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """A cursor does not blink: an idle window sends nothing."""
        if has_cursor(event.widget):
            event.widget.cursor_blink = False  # type: ignore[attr-defined]

    def _display(self, screen: Screen[Any], renderable: Any) -> None:
        """Send only what changes."""
        if isinstance(renderable, LayoutUpdate | ChopsUpdate):
            renderable = self._sent.changed_by(renderable, self.size.width)
        super()._display(screen, renderable)

    def copy_to_clipboard(self, text: str) -> None:
        """Copy a text, as fields and areas do; only what went another way than asked is said."""
        self.copy_text(text, "")

    def copy_text(self, text: str, told: str) -> None:
        """Copy a text by the first way that works, and say `told` and which one it was."""
        self._clipboard = text
        if self.is_web:
            # The browser is on the person's machine, the clipboard of this one is not.
            self.deliver_text(StringIO(text), save_filename=WEB_COPY)
            self.notify(f"{told or 'Copied'}, into a download: {WEB_COPY}", markup=False)
            return

        asked = self._copy_asked = object()

        def work() -> None:
            # One after another, so that what was asked for last is there in the end.
            with self._copying:
                if asked is not self._copy_asked:
                    return
                try:
                    done = self._copier.copy(text)
                except OSError as error:
                    self.post_message(CopyDone(told, None, f"{error.strerror}: {error.filename}"))
                else:
                    self.post_message(CopyDone(told, done))

        self.run_worker(work, group="copying", thread=True)

    def on_copy_done(self, message: CopyDone) -> None:
        """Ask the terminal, where it is to do it, and say which way it went."""
        copied = message.copied
        if copied is None:
            self.notify(f"Not copied: {message.problem}", severity="error", markup=False)
            return
        if copied.sequence and self._driver is not None:
            self._driver.write(copied.sequence)
        if message.told:
            self.notify(f"{message.told}, {copied.way}", markup=False)
        elif copied.is_file:
            self.notify(f"Copied {copied.way}", markup=False)

    def get_default_screen(self) -> Screen[None]:
        """The browser; keys wait until it is whole."""
        connection = self.connection
        browser = BrowserScreen(self.session, connection, place_text(connection))
        self.hold_keys_during(self._begin(browser))
        return browser

    async def _begin(self, browser: BrowserScreen) -> None:
        """Once there is all that the app begins with, collect garbage in what is made later."""
        await browser.whole.wait()
        if not gc.isenabled():
            gc.freeze()
            gc.enable()

    def get_key_display(self, binding: Binding) -> str:
        """Keys are written as the help writes them, only shorter."""
        short = None if self.look.ascii_only else FOOTER_KEYS.get(binding.key)
        return binding.key_display or short or self.key_text((binding.key,))

    def keys_text(self, action: Action) -> str:
        """The keys of an action, for help and palette."""
        return self.key_text(self.look.keymap.keys(action))

    def key_text(self, keys: tuple[str, ...]) -> str:
        """Keys as they are written; in words where symbols cannot be shown."""
        return "  ".join(map(key_word if self.look.ascii_only else key_name, keys))

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
            self.push_screen(HelpScreen(context_of(self.focused or self.screen), self.keys_text))

    def action_help_quit(self) -> None:
        """Ctrl+C copies where text is chosen; who wanted to leave with it is told how."""
        self.clear_notifications()
        self.notify(with_keys("{app.quit} quits, {browser.back} stops what takes long."))

    def action_light(self) -> None:
        """Light colours, or dark ones again."""
        self.show_theme(theme_name(DARK if self.theme == LIGHT.name else LIGHT))

    def action_theme(self) -> None:
        """Choose a theme, which is kept for the next time."""
        from dyntui.screens.theme import ThemeScreen

        if not isinstance(self.screen, ThemeScreen | SystemModalScreen):
            folder = str(self.look.themes_folder or "")
            now = theme_name(self.current_theme)
            screen = ThemeScreen(self.theme_choices, now, folder, self.show_theme)
            self.push_screen(screen, self._keep_theme)

    @property
    def theme_choices(self) -> tuple[str, ...]:
        """The themes that there are now, by the names that settings have for them."""
        return theme_names(self.look.themes_folder)

    def show_theme(self, name: str) -> str:
        """Take the colours of a theme; gives what is wrong with it, and then nothing changes."""
        if name in THEMES:
            self.theme = THEMES[name].name
            return ""
        folder = self.look.themes_folder
        try:
            if folder is None:
                raise ThemeFileError(f"{name} is none of the themes")
            theme = user_theme(read_theme(folder, name))
        except ThemeFileError as error:
            return str(error)
        self.register_theme(theme)
        self.theme = theme.name
        return ""

    def _keep_theme(self, name: str | None) -> None:
        if name is None:
            return
        try:
            remember(self.look.config, "theme", name)
        except (OSError, ValueError) as error:
            self.notify(f"The choice could not be kept: {error}", severity="error", markup=False)

    async def run_action(
        self,
        action: str | ActionParseResult,
        default_namespace: DOMNode | None = None,
        namespaces: Mapping[str, DOMNode] | None = None,
    ) -> bool:
        """Do what a key, a click or the palette asks for, unless it writes and nothing may."""
        found = action_of(action, default_namespace or self)
        if self.connection.read_only and found is not None and found.id in WRITING:
            said = refusal(found, self.connection.read_only.by)
            self.notify(said, severity="warning", markup=False)
            return True
        return await super().run_action(action, default_namespace, namespaces)

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


def run_app(connection: Connection, look: Preferences | None = None) -> None:
    """Run the app on a connection until the person quits."""
    interval_s = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH_S)
    try:
        app = DyntuiApp(connection, look=look, copier=Clipboard())
        with Runner(loop_factory=ScreenLoop) as runner:
            app.run(mouse=app.look.mouse, loop=runner.get_loop())
    finally:
        sys.setswitchinterval(interval_s)
    if app._exception is not None:
        raise app._exception
