"""The prompt on a terminal: an editor of several lines with colours, completion and history."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import TYPE_CHECKING

import platformdirs
from prompt_toolkit import PromptSession
from prompt_toolkit.auto_suggest import AutoSuggestFromHistory
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.enums import EditingMode
from prompt_toolkit.filters import has_focus
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.history import FileHistory, History, InMemoryHistory
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.lexers import Lexer
from prompt_toolkit.styles import Style

from dyntui.core.statements.completion import completions
from dyntui.core.statements.spans import spans
from dyntui.core.user.earlier_notes import put_before
from dyntui.core.user.query_book import HISTORY_MAX, notebook_of
from dyntui.repl.commands import COMMANDS, TABLES, CommandError, find_command
from dyntui.repl.inputs import is_whole
from dyntui.repl.shell import Shell

if TYPE_CHECKING:
    from prompt_toolkit.input import Input
    from prompt_toolkit.output import Output

    from dyntui.core.connection.connect import Connection
    from engine.security.notebook import Notebook

_NAME = "prompt"
_EARLIER_FILE = "statements"
STYLE = Style.from_dict(
    {
        "keyword": "bold ansiblue",
        "function": "ansicyan",
        "string": "ansigreen",
        "number": "ansimagenta",
        "parameter": "ansiyellow",
        "comment": "italic ansibrightblack",
        "error": "ansired",
        "prompt": "bold",
        "bottom-toolbar": "noreverse ansibrightblack",
    }
)


class NotedHistory(History):
    """Inputs of earlier sessions, sealed: they hold values."""

    def __init__(self, notebook: Notebook) -> None:
        super().__init__()
        self._notebook = notebook

    def load_history_strings(self) -> Iterable[str]:
        """See `History.load_history_strings`: the latest first."""
        texts = self._notebook.texts(_NAME)
        if len(texts) > 2 * HISTORY_MAX:
            texts = texts[-HISTORY_MAX:]
            self._notebook.replace(_NAME, texts)
        return reversed(texts)

    def store_string(self, string: str) -> None:
        """See `History.store_string`."""
        self._notebook.add(_NAME, string)


def kept_history(connection: Connection) -> History:
    """What was entered in earlier sessions with that folder, or that person's remotes.

    Where there can be no file, inputs are remembered as long as the session lasts.
    """
    notebook = notebook_of(connection)
    if notebook is None:
        return InMemoryHistory()
    _take_over(notebook)
    return NotedHistory(notebook)


def _take_over(notebook: Notebook) -> None:
    """Seal the inputs that earlier versions kept in a plain file of the user's, and delete that."""
    path = platformdirs.user_state_path("dyntui", appauthor=False) / _EARLIER_FILE
    with suppress(OSError):
        if path.is_file():
            inputs = list(FileHistory(str(path)).load_history_strings())
            put_before(notebook, _NAME, inputs[::-1], path)


class Editor:
    """Reads inputs from a terminal; what its keys are follows the shell's settings."""

    def __init__(
        self,
        shell: Shell,
        history: History,
        *,
        terminal_input: Input | None = None,
        terminal_output: Output | None = None,
    ) -> None:
        self._shell = shell
        self._session: PromptSession[str] = PromptSession(
            message=self._message,
            multiline=True,
            prompt_continuation=lambda width, _line, _wrapped: ".. ".rjust(width),
            lexer=StatementLexer(),
            completer=StatementCompleter(shell),
            # Attributes are sampled from items, which a remote charges for: there Tab has to ask.
            complete_while_typing=shell.connection.remote is None,
            complete_in_thread=True,
            history=history,
            auto_suggest=AutoSuggestFromHistory(),
            key_bindings=_keys(),
            bottom_toolbar=self._toolbar,
            style=STYLE,
            input=terminal_input,
            output=terminal_output,
        )

    def read(self) -> str:
        """The next input; raises `EOFError` at Ctrl-D and `KeyboardInterrupt` at Ctrl-C."""
        vi = self._shell.settings.mode == "vi"
        self._session.editing_mode = EditingMode.VI if vi else EditingMode.EMACS
        return self._session.prompt()

    def ask(self, question: str, typed: str | None = None) -> bool:
        """A question that y, or what is to be `typed`, answers with yes, and all else with no."""
        asking: PromptSession[str] = PromptSession(
            input=self._session.input, output=self._session.output
        )
        try:
            answer = asking.prompt(f"{question} [{typed or 'y'}/N] ")
        except (EOFError, KeyboardInterrupt):
            return False
        return answer == typed if typed else answer.strip().lower() in ("y", "yes")

    def _message(self) -> StyleAndTextTuples:
        group = self._shell.session.group
        name = "dyntui" if group is None else f"{group.kind}({len(group.entries)})"
        return [("class:prompt", f"{name}> ")]

    def _toolbar(self) -> str:
        connection, settings = self._shell.connection, self._shell.settings
        form = f"{settings.form} plain" if settings.plain else settings.form
        return (
            f" {'READ-ONLY  ' if connection.read_only else ''}{connection.place}"
            f"  {connection.region}  {self._shell.session_text()}"
            f"  {form}  {settings.mode}"
            "  Enter runs what is whole, Alt+Enter or F5 anything; Ctrl+O: a new line"
        )


def _keys() -> KeyBindings:
    bindings = KeyBindings()
    focused = has_focus("DEFAULT_BUFFER")

    @bindings.add("enter", filter=focused)
    def _enter(event: KeyPressEvent) -> None:
        buffer = event.current_buffer
        if buffer.complete_state is not None and buffer.complete_state.current_completion:
            buffer.complete_state = None
        elif is_whole(buffer.text):
            buffer.validate_and_handle()
        else:
            buffer.newline()

    @bindings.add("f5", filter=focused)
    @bindings.add("c-j", filter=focused)
    @bindings.add("escape", "enter", filter=focused)
    def _run(event: KeyPressEvent) -> None:
        event.current_buffer.validate_and_handle()

    @bindings.add("c-o", filter=focused)
    def _new_line(event: KeyPressEvent) -> None:
        event.current_buffer.newline()

    return bindings


class StatementLexer(Lexer):
    """Colours of statements; commands have none."""

    def lex_document(self, document: Document) -> Callable[[int], StyleAndTextTuples]:
        """See `Lexer.lex_document`."""
        if document.text.lstrip().startswith("\\"):
            lines: list[StyleAndTextTuples] = [[("", line)] for line in document.lines]
        else:
            lines = coloured_lines(document.text)
        return lambda number: lines[number] if number < len(lines) else []


def coloured_lines(text: str) -> list[StyleAndTextTuples]:
    """The lines of a text, in parts that have a style each."""
    parts: list[tuple[str, str]] = []
    end = 0
    for span in spans(text):
        parts.append(("", text[end : span.start]))
        parts.append((f"class:{span.kind}", text[span.start : span.end]))
        end = span.end
    parts.append(("", text[end:]))
    lines: list[StyleAndTextTuples] = [[]]
    for style, part in parts:
        first, *others = part.split("\n")
        lines[-1].append((style, first))
        lines.extend([(style, other)] for other in others)
    return lines


class StatementCompleter(Completer):
    """Completes statements, and commands with what may stand after them."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell

    def get_completions(
        self, document: Document, complete_event: CompleteEvent
    ) -> Iterable[Completion]:
        """See `Completer.get_completions`."""
        del complete_event
        text, offset = document.text, document.cursor_position
        if text.lstrip().startswith("\\"):
            command, space, rest = text[:offset].lstrip().partition(" ")
            if command[1:].lower() not in ("explain", "e") or not space:
                yield from self._commands(command, space, rest)
                return
            text, offset = rest, len(rest)
        for one in completions(text, offset, self._shell.names):
            yield Completion(one.text, one.start - offset, display_meta=one.note or one.kind)

    def _commands(self, word: str, space: str, rest: str) -> Iterable[Completion]:
        if not space:
            for command in COMMANDS:
                if command.names[0].startswith(word[1:].lower()):
                    yield Completion("\\" + command.names[0], -len(word), display_meta=command.help)
            return
        try:
            choices = find_command(word[1:]).choices
        except CommandError:
            return
        if choices == (TABLES,):
            choices = tuple(self._shell.names.tables())
        for choice in choices:
            if choice.lower().startswith(rest.lower()):
                yield Completion(choice, -len(rest))
