"""docs/partiql.md and docs/repl.md: statements are ones, commands all there, examples run."""

from __future__ import annotations

import re
from pathlib import Path

from dyntui.core.statements.script import pieces
from dyntui.repl.commands import COMMANDS
from engine.partiql.parser import parsed
from tests.dyntui.cli.shell import Shell

DOCS = Path(__file__).parents[3] / "docs"
PAGE = (DOCS / "partiql.md").read_text()
PROMPT = (DOCS / "repl.md").read_text()


def test_the_statements_of_the_dialect_are_statements() -> None:
    (block,) = re.findall(r"^```sql\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    statements = re.split(r"\n(?=\S)", block.strip())
    assert len(statements) == 5
    for statement in statements:
        assert [piece.text for piece in pieces(statement)] == [statement]
        parsed(statement)


def test_every_command_is_on_the_page() -> None:
    listed = re.findall(r"^\| `(\\\w+)(?: [^`]*)?` \|", PROMPT, re.MULTILINE)
    assert listed == ["\\" + command.names[0] for command in COMMANDS]


def test_the_examples_on_the_films_run(shell: Shell) -> None:
    shell.ok("sample load movies")
    examples = re.findall(r"^dyntui (sql [^|>\n]+)$", PAGE, re.MULTILINE)
    assert len(examples) == 3
    for example in examples:
        assert shell.ok(example).out


def test_the_session_shows_what_the_films_say(shell: Shell) -> None:
    shell.ok("sample load movies")
    shown = PROMPT.partition("done here, not by the service: LIMIT\n")[2].partition("3 rows")[0]
    script = (
        "\\set who 'Steven Spielberg'\n"
        'SELECT title, year FROM "movies"."by-director"\n'
        "WHERE director = :who AND year > 1990\nORDER BY year DESC LIMIT 3;"
    )
    assert shell.ok("repl", stdin=script).out == shown
