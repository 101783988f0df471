"""Texts of several statements: where each begins and ends; colours of their parts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dyntui.core.statements.script import SILENT, piece_at, pieces, read_statements
from dyntui.core.statements.spans import spans
from engine.partiql.lexer import Token, tokens

TEXT = "SELECT a FROM t; -- first; not\n;\n/* ; */ INSERT INTO t VALUE {'a': ';'};\n\"a;b\" 'x"
SCRIPTS = st.text("';\"-/*\n ab?:", max_size=40)


def test_semicolons_part_statements_outside_of_strings_names_and_comments() -> None:
    found = pieces(TEXT)
    assert [piece.text for piece in found] == [
        "SELECT a FROM t",
        "INSERT INTO t VALUE {'a': ';'}",
        '"a;b" \'x',
    ]
    assert [piece.ended for piece in found] == [True, True, False]


@given(SCRIPTS)
def test_a_piece_is_what_stands_at_its_offsets(text: str) -> None:
    end = 0
    for piece in pieces(text):
        assert piece.text == text[piece.start : piece.end]
        assert piece.text == piece.text.lstrip() != ""
        assert end <= piece.region_start <= piece.start < piece.end <= piece.region_end
        assert text[piece.region_end - 1] == ";" or not piece.ended
        end = piece.region_end


@given(SCRIPTS)
def test_pieces_are_what_the_lexer_finds_between_semicolons(text: str) -> None:
    expected: list[list[Token]] = [[]]
    for token in tokens(text):
        if token.kind == "symbol" and token.text == ";":
            expected.append([])
        elif token.kind not in SILENT:
            expected[-1].append(token)
    assert [(piece.start, piece.end) for piece in pieces(text)] == [
        (found[0].start, found[-1].end) for found in expected if found
    ]


@given(SCRIPTS)
def test_lines_give_the_same_statements_as_the_whole(text: str) -> None:
    lines = text.splitlines(keepends=True)
    assert list(read_statements(lines)) == [
        (piece.text, text.count("\n", 0, piece.start) + 1) for piece in pieces(text)
    ]


@pytest.mark.parametrize(
    ("mark", "statement"),
    [(0, "a"), (1, "a"), (2, "a"), (3, "a"), (6, "b"), (7, "b"), (9, "b"), (12, "c"), (99, "c")],
)
def test_the_statement_under_the_cursor(mark: int, statement: str) -> None:
    piece = piece_at("a;    b;  c", mark)
    assert piece is not None
    assert piece.text == statement


def test_no_statement_is_under_the_cursor_of_an_empty_text() -> None:
    assert piece_at(" -- nothing\n", 3) is None


def kinds(text: str) -> list[tuple[str, str]]:
    return [(text[span.start : span.end], span.kind) for span in spans(text)]


def test_the_parts_of_a_statement() -> None:
    text = "select \"a\", COUNT (*) FROM t WHERE begins_with(b, 'x') AND c = -1.5 AND d = ? -- end"
    assert kinds(text) == [
        ("select", "keyword"),
        ('"a"', "name"),
        ("COUNT", "function"),
        ("FROM", "keyword"),
        ("t", "name"),
        ("WHERE", "keyword"),
        ("begins_with", "function"),
        ("b", "name"),
        ("'x'", "string"),
        ("AND", "keyword"),
        ("c", "name"),
        ("1.5", "number"),
        ("AND", "keyword"),
        ("d", "name"),
        ("?", "parameter"),
        ("-- end", "comment"),
    ]


def test_as_of_is_no_name() -> None:
    assert kinds("FROM t AS /* then */ of 'x'")[2:] == [
        ("AS", "keyword"),
        ("/* then */", "comment"),
        ("of", "keyword"),
        ("'x'", "string"),
    ]
    assert kinds("SELECT of FROM t")[1] == ("of", "name")


def test_named_parameters_are_told_from_the_members_of_a_tuple() -> None:
    assert kinds("{'a':b, 'c': :set}") == [
        ("'a'", "string"),
        ("b", "name"),
        ("'c'", "string"),
        (":set", "parameter"),
    ]


@pytest.mark.parametrize(
    ("text", "kind"),
    [("'open", "string"), ('"open', "name"), ("/* open", "comment"), ("#", "error")],
)
def test_what_is_not_closed_yet_has_its_colour(text: str, kind: str) -> None:
    assert kinds(f"a {text}")[1] == (text, kind)


@given(SCRIPTS)
def test_spans_of_any_text_follow_each_other(text: str) -> None:
    end = 0
    for span in spans(text):
        assert end <= span.start < span.end <= len(text)
        end = span.end
