"""What Enter runs, what is completed and coloured, and how mistakes are told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document

from dyntui.core.connection.connect import Connection
from dyntui.core.statements.parameters import InputError
from dyntui.core.text.spool import item_spool
from dyntui.repl.commands import COMMANDS
from dyntui.repl.inputs import error_lines, is_whole, run_input
from dyntui.repl.prompt import StatementCompleter, StatementLexer, coloured_lines
from dyntui.repl.screens import PipeScreen
from dyntui.repl.shell import LeaveError, Shell
from engine.errors import ApiError, ConditionalCheckFailedException
from engine.partiql.faults import StatementError
from tests.dyntui.sql.shop import opened_shop


@contextmanager
def opened_prompt() -> Iterator[Shell]:
    """A prompt without a terminal, on the shop."""
    with opened_shop() as shop, item_spool() as spool:
        connection = Connection(shop.engine, shop.engine, "us-east-1", None)
        yield Shell(connection, PipeScreen(print), spool, ask_above_bytes=None)


@pytest.fixture
def prompt() -> Iterator[Shell]:
    """A prompt without a terminal."""
    with opened_prompt() as opened:
        yield opened


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("", True),
        ("-- a comment", True),
        ("\\help", True),
        ("SELECT * FROM t", True),
        ("SELECT * FROM t WHERE", False),
        ("SELECT * FROM t WHERE a = 'x", False),
        ("SELECT * FROM t WHERE a = 'x;", False),
        ("SELECT * FROM t WHERE a = :p", True),
        ("SELECT * FROM t WHERE a = :p AND", False),
        ("SELECT * FROM t; SELECT", False),
        ("SELECT;", True),
        ("SELECT WHERE", True),
        ("SELECT COUNT(*) FROM t GROUP", False),
        ("SELECT * FROM t LIMIT 3", True),
        ("SELECT * FROM t LIMIT", False),
        ("BEGIN", True),
        ("COMMIT", True),
        ("UPDATE t SET a = 1 /*", False),
    ],
)
def test_what_enter_runs(text: str, whole: bool) -> None:
    assert is_whole(text) == whole


def test_a_mistake_is_marked(prompt: Shell) -> None:
    text = "SELECT *\nFROM orders WHERE\t= 1"
    error = StatementError("not so", text.index("="))
    assert error_lines(prompt, error, text) == [
        "not so",
        "  FROM orders WHERE = 1",
        "                    ^",
    ]


def test_a_refusal_has_a_hint(prompt: Shell) -> None:
    error = ConditionalCheckFailedException("The conditional request failed")
    assert error_lines(prompt, error, "x") == [
        "ConditionalCheckFailedException: The conditional request failed",
        "The item is not as it was read: somebody wrote meanwhile.",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * FROM oders",
        "SELECT * FROM oders WHERE customer = 'ada' ORDER BY placed",
        "UPDATE oders SET a = 1 WHERE customer = 'ada' AND placed = 1",
        "\\describe oders",
        "\\explain SELECT * FROM oders",
    ],
)
def test_a_misspelt_table_leads_to_the_one_that_was_meant(prompt: Shell, text: str) -> None:
    with pytest.raises(ApiError) as caught:
        run_input(prompt, text)
    assert error_lines(prompt, caught.value, text)[-1] == "did you mean orders?"


def completed(prompt: Shell, text: str) -> list[str]:
    found = StatementCompleter(prompt).get_completions(Document(text), CompleteEvent())
    return [text[: len(text) + one.start_position] + one.text for one in found]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("\\de", ["\\describe"]),
        ("\\describe o", ["\\describe orders"]),
        ("\\format j", ["\\format json", "\\format jsonl"]),
        ("\\mode v", ["\\mode vi"]),
        ("\\nonsense x", []),
        ("\\quit x", []),
        ("SELECT * FROM o", ["SELECT * FROM orders"]),
        ("SELECT tot", []),
        ("SELECT total FROM orders WHERE cus", ["SELECT total FROM orders WHERE customer"]),
        ("\\explain SELECT * FROM o", ["\\explain SELECT * FROM orders"]),
    ],
)
def test_what_is_completed(text: str, found: list[str], prompt: Shell) -> None:
    assert completed(prompt, text) == found


def test_colours_change_no_text() -> None:
    text = "SELECT 'a\nb'\n-- end\n"
    lines = coloured_lines(text)
    assert ["".join(part[1] for part in line) for line in lines] == text.split("\n")
    assert ("class:string", "b'") in lines[1]
    shown = StatementLexer().lex_document(Document("\\help select"))
    assert shown(0) == [("", "\\help select")]
    assert shown(1) == []


def test_every_command_can_be_asked_about(
    prompt: Shell, capsys: pytest.CaptureFixture[str]
) -> None:
    run_input(prompt, "\\help")
    listed = capsys.readouterr().out
    assert all(command.usage in listed for command in COMMANDS)
    names = [name for command in COMMANDS for name in command.names]
    assert len(names) == len(set(names))


TEXTS = st.sampled_from(
    [
        'SELECT place.city, COUNT(*) FROM "orders"."by-status" WHERE status = :a GROUP BY x',
        "UPDATE orders SET tags = set_add(tags, <<'a'>>) WHERE customer = ? AND placed = 1",
        "\\export /dev/null csv",
        "\\set a {'b': [1, ?]}",
        "BEGIN",
    ]
)


@given(TEXTS, st.data())
def test_no_text_ends_the_conversation(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 6)))
    damaged = text[:start] + data.draw(st.text("(){}<>'\"?,.:;-/*\\ e1", max_size=3)) + text[end:]
    is_whole(damaged)
    coloured_lines(damaged)
    with opened_prompt() as prompt, suppress(ApiError, StatementError, InputError, LeaveError):
        run_input(prompt, damaged)
