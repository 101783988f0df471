r"""Commands of the prompt: words after a backslash, such as `\describe orders`."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from dyntui.core.connection.listed_tables import denied_text, descriptions
from dyntui.core.statements.parameters import InputError, read_value
from dyntui.core.statements.runner import explained
from dyntui.core.statements.statements import Capacity
from dyntui.core.tables.describing import SUMMARY_COLUMNS, describe_text, table_summary
from dyntui.core.tables.schema import TableInfo
from dyntui.core.text.amounts import counted
from dyntui.core.text.formats import cell_text
from dyntui.core.text.item_output import FORMATS, Format, item_texts
from dyntui.core.text.symbols import drawn
from dyntui.repl.screens import TerminalScreen
from dyntui.repl.shell import LeaveError, Shell
from engine.client.paging import answers

CAPACITIES: tuple[Capacity, ...] = ("NONE", "TOTAL", "INDEXES")
MODES = ("emacs", "vi")
SWITCH = ("on", "off")
TABLES = "tables"


class CommandError(InputError):
    """A command that is not known, or cannot do what it is asked."""


@dataclass(frozen=True, slots=True)
class Command:
    """One command: its names without the backslash, what it takes, what it does, and how.

    `choices` are what may stand after it; `TABLES` stands for the names of tables.
    """

    names: tuple[str, ...]
    takes: str
    help: str
    act: Callable[[Shell, str], None]
    choices: tuple[str, ...] = ()

    @property
    def usage(self) -> str:
        """How it is written."""
        return " ".join(part for part in ("\\" + self.names[0], self.takes) if part)


def run_command(shell: Shell, text: str) -> None:
    """Carry out a command; raises `CommandError` and what it itself raises."""
    word, _, rest = text.strip().removeprefix("\\").partition(" ")
    find_command(word).act(shell, rest.strip().removesuffix(";").rstrip())


def find_command(word: str) -> Command:
    """The command of a name, or of a beginning that only one has; raises `CommandError`."""
    wanted = word.lower().removesuffix(";")
    for command in COMMANDS:
        if wanted in command.names:
            return command
    found = [command for command in COMMANDS if wanted and command.names[0].startswith(wanted)]
    if len(found) == 1:
        return found[0]
    if found:
        names = ", ".join("\\" + command.names[0] for command in found)
        raise CommandError(f"\\{word} may be {names}")
    raise CommandError(f"\\{word} is no command: \\help lists them")


def _chosen(name: str, text: str, choices: Sequence[str]) -> str:
    """One of the choices, however it is written; raises `CommandError`."""
    for choice in choices:
        if text.lower() == choice.lower():
            return choice
    raise CommandError(f"{name} is one of {', '.join(choices)}, not {text!r}")


def _switched(name: str, text: str, before: bool) -> bool:
    """On or off as it says, the other way round where it says nothing."""
    return not before if not text else _chosen(name, text, SWITCH) == "on"


def _on(value: bool) -> str:
    return "on" if value else "off"


# What is there.


def _tables(shell: Shell, pattern: str) -> None:
    shell.names.forget()
    listed = answers(shell.caller.call, "ListTables", {})
    names = [name for answer in listed for name in answer["TableNames"] if pattern in name]
    denied: list[str] = []
    found = descriptions(shell.caller.call, names, denied.append)
    infos = [TableInfo.from_description(described) for described in found]
    if infos:
        rows = map(table_summary, infos)
        shell.screen.write(item_texts(rows, "table", keys=("name",), columns=SUMMARY_COLUMNS))
    elif not denied:
        shell.screen.say("no tables")
    if denied:
        shell.screen.say(denied_text(denied))


def _describe(shell: Shell, name: str) -> None:
    if not name:
        raise CommandError("\\describe needs the name of a table")
    plain = name[1:-1].replace('""', '"') if name.startswith('"') and name[-1:] == '"' else name
    shell.session.forget()
    text = describe_text(shell.session.table(plain))
    shell.screen.write(iter(text.splitlines(keepends=True)))


def _explain(shell: Shell, statement: str) -> None:
    if not statement:
        raise CommandError("\\explain needs a statement")
    session = shell.session
    if session.group is not None:
        raise CommandError(f"close the {session.group.kind} first")
    session.forget()
    taken = session.take(statement, shell.positional())
    lines = explained(taken, shell.connection.local_tools, session)
    shell.screen.write(f"{line}\n" for line in lines)


def _refresh(shell: Shell, _text: str) -> None:
    shell.names.forget()


# How results are shown.


def _format(shell: Shell, text: str) -> None:
    words = text.split()
    if words:
        shell.settings.form = _form(words[0])
        shell.settings.plain = "plain" in words[1:]
    plain = " plain" if shell.settings.plain else ""
    shell.screen.say(f"format {shell.settings.form}{plain}")


def _form(text: str) -> Format:
    form = _chosen("the format", text, FORMATS)
    return next(one for one in FORMATS if one == form)


def _capacity(shell: Shell, text: str) -> None:
    if text:
        chosen = _chosen("\\capacity", text, CAPACITIES)
        shell.settings.capacity = next(one for one in CAPACITIES if one == chosen)
    shell.screen.say(f"capacity {shell.settings.capacity}, session {shell.session_text()}")


def _timing(shell: Shell, text: str) -> None:
    shell.settings.timing = _switched("\\timing", text, shell.settings.timing)
    shell.settings.status = shell.settings.status or shell.settings.timing
    shell.screen.say(f"timing {_on(shell.settings.timing)}")


def _pager(shell: Shell, text: str) -> None:
    if not isinstance(shell.screen, TerminalScreen):
        raise CommandError("\\pager needs a terminal")
    shell.screen.paged = _switched("\\pager", text, shell.screen.paged)
    shell.screen.say(f"pager {_on(shell.screen.paged)}")


def _last(shell: Shell, text: str) -> None:
    form = _form(text) if text else shell.settings.form
    if not shell.spool.count:
        raise CommandError("there is no result yet")
    shell.screen.write(shell.last_result(form))


def _export(shell: Shell, text: str) -> None:
    """The format is the second word, or what the file's name ends in, or the current one."""
    try:
        words = shlex.split(text)
    except ValueError:
        words = []
    if not 1 <= len(words) <= 2:
        raise CommandError("\\export needs the name of a file, in quotes where it holds blanks")
    form_name = words[1] if len(words) == 2 else ""
    path = Path(words[0]).expanduser()
    suffix = path.suffix.removeprefix(".").lower()
    form = shell.settings.form
    if form_name or suffix in FORMATS:
        form = _form(form_name or suffix)
    if not shell.spool.count:
        raise CommandError("there is no result yet")
    try:
        with path.open("x", encoding="utf-8") as file:
            file.writelines(shell.last_result(form))
    except FileExistsError:
        raise CommandError(f"{path} is there already") from None
    except OSError as error:
        raise CommandError(f"{path}: {error.strerror}") from None
    shell.screen.say(f"{counted(shell.spool.count, 'row')} written to {path}")


# Parameters and ways of work.


def _set(shell: Shell, text: str) -> None:
    name, _, value = text.partition(" ")
    named = shell.session.named
    if not name:
        shell.screen.write(f"{known}  {cell_text(shown)}\n" for known, shown in named.items())
        return
    name = name.removeprefix(":")
    if not (name.isidentifier() or name.isdigit()):
        raise CommandError(f"{name!r} is no name of a parameter")
    if not value.strip():
        raise CommandError(f"\\set {name} needs a value")
    named[name] = read_value(value)


def _unset(shell: Shell, name: str) -> None:
    if shell.session.named.pop(name.removeprefix(":"), None) is None:
        raise CommandError(f"the parameter {name!r} is not set")


def _consistent(shell: Shell, text: str) -> None:
    shell.session.consistent = _switched("\\consistent", text, shell.session.consistent)
    shell.screen.say(f"consistent {_on(shell.session.consistent)}")


def _mode(shell: Shell, text: str) -> None:
    if text:
        shell.settings.mode = "vi" if _chosen("\\mode", text, MODES) == "vi" else "emacs"
    shell.screen.say(f"mode {shell.settings.mode}")


def _help(shell: Shell, word: str) -> None:
    commands = [find_command(word.removeprefix("\\"))] if word else COMMANDS
    width = max(len(command.usage) for command in commands)
    lines = [f"{command.usage:<{width}}  {command.help}\n" for command in commands]
    if not word:
        lines.append(drawn("\nBEGIN; … COMMIT; is a transaction, BATCH; … END; a batch.\n"))
    shell.screen.write(iter(lines))


def _quit(_shell: Shell, _text: str) -> None:
    raise LeaveError


_FORM_HELP = f"Show rows as {', '.join(FORMATS)}."
_SET_HELP = "Set the parameter :NAME, or that of the NAMEth `?`; list them."

COMMANDS = (
    Command(("tables", "dt", "l"), "[TEXT]", "List the tables, or those with TEXT.", _tables),
    Command(("describe", "d"), "TABLE", "Show a table's schema and sizes.", _describe, (TABLES,)),
    Command(("explain",), "STATEMENT", "Tell what would be done; do nothing.", _explain),
    Command(("format", "f"), "[FORM [plain]]", _FORM_HELP, _format, FORMATS),
    Command(
        ("capacity",),
        "[HOW]",
        "NONE, TOTAL or INDEXES of the cost; its sum.",
        _capacity,
        CAPACITIES,
    ),
    Command(("timing",), "[on|off]", "Tell how long statements take.", _timing, SWITCH),
    Command(("pager",), "[on|off]", "Show long results page by page.", _pager, SWITCH),
    Command(("last",), "[FORM]", "Show the last result again.", _last, FORMATS),
    Command(("export", "o"), "FILE [FORM]", "Write the last result to a new file.", _export),
    Command(("set",), "[NAME VALUE]", _SET_HELP, _set),
    Command(("unset",), "NAME", "Forget a parameter.", _unset),
    Command(("consistent",), "[on|off]", "Read strongly consistent.", _consistent, SWITCH),
    Command(("mode",), "[vi|emacs]", "The keys of the editor.", _mode, MODES),
    Command(("refresh",), "", "Ask again for the names that are completed.", _refresh),
    Command(("help", "h", "?"), "[COMMAND]", "List the commands.", _help),
    Command(("quit", "q"), "", "Leave.", _quit),
)
