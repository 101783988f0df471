"""Statements as text and as trees."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import ValidationException
from engine.partiql import ast
from engine.partiql.faults import StatementError
from engine.partiql.lexer import tokens
from engine.partiql.parser import parse, parsed
from engine.partiql.text import statement_text
from tests.engine.partiql.trees import STATEMENTS

NOT_WELL_FORMED = "Statement wasn't well formed, can't be processed: "


@given(STATEMENTS)
def test_a_tree_is_the_same_after_text(statement: ast.Statement) -> None:
    text = statement_text(statement)
    assert parse(text) == (statement, 0)


@given(STATEMENTS, st.data())
def test_damaged_text_is_refused_and_nothing_else(
    statement: ast.Statement, data: st.DataObject
) -> None:
    text = statement_text(statement)
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 4)))
    damaged = text[:start] + data.draw(st.text("(){}[]<>'\"?,.:;-/*#e1 ", max_size=3)) + text[end:]
    with suppress(ValidationException):
        parse(damaged)


@given(st.text(max_size=60))
def test_every_character_belongs_to_a_token(text: str) -> None:
    assert "".join(token.text for token in tokens(text)) == text


@pytest.mark.parametrize("text", ["(" * 4_000, "SELECT * FROM t WHERE " + "NOT " * 2_000])
def test_deep_text_is_refused(text: str) -> None:
    with pytest.raises(ValidationException):
        parse(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("select * from t where a=1 and b=2", 'SELECT * FROM "t" WHERE "a" = 1 AND "b" = 2'),
        ("SELECT a -- all of it\nFROM t /* the\ntable */", "SELECT a FROM t"),
        ("SELECT * FROM t WHERE a != 1", "SELECT * FROM t WHERE a <> 1"),
        ("SELECT * FROM t WHERE a IN (1, 2)", "SELECT * FROM t WHERE a IN [1, 2]"),
        ("SELECT * FROM t WHERE a IS MISSING", "SELECT * FROM t WHERE attribute_not_exists(a)"),
        ("SELECT * FROM t WHERE a IS NOT MISSING", "SELECT * FROM t WHERE attribute_exists(a)"),
        ("SELECT * FROM t WHERE a IS NULL", "SELECT * FROM t WHERE attribute_type(a, 'NULL')"),
        (
            "SELECT * FROM t WHERE a IS NOT STRING",
            "SELECT * FROM t WHERE NOT attribute_type(a, 'S')",
        ),
        (
            "SELECT * FROM t WHERE BEGINS_WITH(a, 'x') = false",
            "SELECT * FROM t WHERE NOT begins_with(a, 'x')",
        ),
        ("SELECT a['b'] FROM t", "SELECT a.b FROM t"),
        ("FROM t WHERE p = 1 SET a = 2", "UPDATE t SET a = 2 WHERE p = 1"),
        ("UPDATE t SET a = 1, b = 2 WHERE p = 1", "UPDATE t SET a = 1 SET b = 2 WHERE p = 1"),
        (
            "SELECT * FROM t WHERE a = 1 OR b = 2 AND NOT c = 3",
            "SELECT * FROM t WHERE a = 1 OR (b = 2 AND (NOT c = 3))",
        ),
    ],
)
def test_two_ways_to_say_the_same(one: str, other: str) -> None:
    assert parse(one)[0] == parse(other)[0]


def test_quotes_are_doubled() -> None:
    statement, _ = parse("INSERT INTO \"a\"\"b\" VALUE {'it''s': 'o''clock'}")
    assert statement == ast.Insert(ast.Source('a"b'), {"it's": {"S": "o'clock"}})


def test_parameters_are_counted_but_not_in_text() -> None:
    _, count = parse("INSERT INTO t VALUE {'a': ?, 'b': [?, '?'], 'c': <<?, 'x'>>} -- ?")
    assert count == 3


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("DELETE FROM t ORDER BY a", NOT_WELL_FORMED + "Unexpected token after expression"),
        ("SELECT * FROM t LIMIT 5", NOT_WELL_FORMED + "Unexpected token after expression"),
        ("SELECT DISTINCT a FROM t", NOT_WELL_FORMED + "Unexpected keyword"),
        ("SELECT a. FROM t", NOT_WELL_FORMED + "Invalid path dot component"),
        ("SELECT * FROM t WHERE a = 1e", NOT_WELL_FORMED),
        ("SELECT * FROM t WHERE a = 1e9999999999", NOT_WELL_FORMED),
        ("SELECT * FROM t # comment", NOT_WELL_FORMED),
        ("SELECT * FROM t /* comment", NOT_WELL_FORMED),
        ("SLECT * FROM t", NOT_WELL_FORMED + "Expected data manipulation"),
        ("SELECT a AS b FROM t", "Aliasing is not supported"),
        ("SELECT * FROM t AS x", "Aliasing is not supported"),
        ("SELECT * FROM t x WHERE a = 1", "Aliasing is not supported"),
        ("UPDATE t x SET a = 1", "Aliasing is not supported"),
        ("DELETE FROM t x WHERE a = 1", "Aliasing is not supported"),
        (
            "INSERT INTO t x VALUE {'a': 1}",
            NOT_WELL_FORMED + "Unexpected token after expression",
        ),
        ("SELECT * FROM t.i.x", "A path may contain at most 2 components in the FROM clause"),
        ('SELECT * FROM ""', "Path component cannot be an empty string"),
        ('SELECT * FROM t.""', "Path component cannot be an empty string"),
        ("SELECT a.inner FROM t", NOT_WELL_FORMED + "Invalid path dot component"),
        ("SELECT * FROM t WHERE a = 1.5e-2147483647", NOT_WELL_FORMED),
        ("SELECT size(a) FROM t", "Unexpected path component at 1:8:4"),
        ("SELECT * FROM t WHERE EXISTS(a)", "Unrecognized function: exists at 1:23:6"),
        (
            "INSERT INTO t VALUE {'a': set_add(<<1>>, <<2>>)}",
            "Unsupported data type: set_add under key root at 1:27:7",
        ),
        ("SELECT * FROM t WHERE a = <<>>", "Empty bags are not supported"),
        (
            "SELECT * FROM t WHERE set_add(a, <<1>>) = 1",
            "Unrecognized function: set_add at 1:23:7",
        ),
        ("SELECT * FROM t WHERE foo(a) = 1", "Unrecognized function: foo at 1:23:3"),
        ("SELECT a[*] FROM t", "Unexpected path component at 1:10:1"),
        (
            "UPDATE t\nSET a = set_add(b, <<1>>)",
            "The first argument to SET_ADD must equal the assignment value at 2:9:7",
        ),
        (
            "UPDATE t SET a = set_delete(a, 1)",
            "The second argument to SET_DELETE must be a value with type SET at 1:29:1",
        ),
        (
            "UPDATE t SET a = set_add(a)",
            "SET_ADD must have exactly two arguments at 1:18:7",
        ),
    ],
)
def test_what_is_wrong_is_said_in_the_words_of_the_service(text: str, message: str) -> None:
    with pytest.raises(ValidationException) as caught:
        parse(text)
    assert caught.value.message == message


@pytest.mark.parametrize(
    "text",
    [
        "SELECT",
        "SELECT * FROM",
        "SELECT * FROM t WHERE",
        "SELECT * FROM t WHERE a = (1 +",
        "INSERT INTO t VALUE {'a': 'x",
        "UPDATE t SET a = 1 /* and",
    ],
)
def test_unfinished_text_is_told_from_wrong_text(text: str) -> None:
    with pytest.raises(StatementError) as caught:
        parsed(text)
    assert caught.value.at_end
