"""Texts and trees: what is written back is read as the same, and nothing else than a text fails."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import SerializationException, ValidationException
from engine.expressions import (
    KeyCondition,
    Placeholders,
    ast,
    bind_key_condition,
    compile_condition,
    compile_projection,
    compile_update,
)
from engine.expressions.parser import parse_condition, parse_projection, parse_update
from engine.expressions.reserved import RESERVED_WORDS, is_reserved
from tests.engine.expressions import rendering, trees
from tests.engine.expressions.rendering import Style

seeds = st.integers(0, 2**32)
KIND = "ConditionExpression"


@settings(deadline=None)
@given(st.data())
def test_a_condition_written_in_any_way_is_the_same_condition(data: st.DataObject) -> None:
    tree = data.draw(trees.any_conditions)
    assert parse_condition(rendering.condition(tree, Style(data.draw(seeds))), KIND) == tree


@settings(deadline=None)
@given(st.data())
def test_an_update_written_in_any_way_is_the_same_update(data: st.DataObject) -> None:
    tree = data.draw(trees.any_updates())
    assert parse_update(rendering.update(tree, Style(data.draw(seeds)))) == tree


@settings(deadline=None)
@given(st.data())
def test_a_projection_written_in_any_way_is_the_same_projection(data: st.DataObject) -> None:
    tree = data.draw(trees.any_projections)
    assert parse_projection(rendering.projection(tree, Style(data.draw(seeds)))) == tree


A, B, C, D = (
    ast.Compare("=", ast.Path((name,)), ast.ValueRef(":v")) for name in ("a", "b", "c", "d")
)


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("a=:v AND b=:v OR c=:v", ast.Or(ast.And(A, B), C)),
        ("a=:v OR b=:v AND c=:v", ast.Or(A, ast.And(B, C))),
        ("(a=:v OR b=:v) AND c=:v", ast.And(ast.Or(A, B), C)),
        ("a=:v AND b=:v AND c=:v", ast.And(ast.And(A, B), C)),
        ("a=:v AND (b=:v AND c=:v)", ast.And(A, ast.And(B, C))),
        ("NOT a=:v AND b=:v", ast.And(ast.Not(A), B)),
        ("NOT (a=:v AND b=:v)", ast.Not(ast.And(A, B))),
        ("NOT NOT a=:v OR NOT b=:v", ast.Or(ast.Not(ast.Not(A)), ast.Not(B))),
        ("((a=:v) AND b=:v)", ast.And(A, B)),
        ("(((a=:v) AND b=:v) OR c=:v)", ast.Or(ast.And(A, B), C)),
        ("a=:v OR b=:v AND NOT c=:v OR d=:v", ast.Or(ast.Or(A, ast.And(B, ast.Not(C))), D)),
        ("(a)=(:v)", A),
        ("((a)=:v)", A),
        (
            "a BETWEEN b AND c AND d=:v",
            ast.And(ast.Between(ast.Path(("a",)), ast.Path(("b",)), ast.Path(("c",))), D),
        ),
        ("(a.b)[1].c = :v", ast.Compare("=", ast.Path(("a", "b", 1, "c")), ast.ValueRef(":v"))),
        ("((a).b) = :v", ast.Compare("=", ast.Path(("a", "b")), ast.ValueRef(":v"))),
        ("nOt(attribute_exists(a))", ast.Not(ast.Call("attribute_exists", (ast.Path(("a",)),)))),
        ("AND2 = :v", ast.Compare("=", ast.Path(("AND2",)), ast.ValueRef(":v"))),
    ],
)
def test_precedence_and_parentheses(text: str, tree: ast.Condition) -> None:
    assert parse_condition(text, KIND) == tree


@pytest.mark.parametrize(
    "text",
    ["SET a = (b + c)", "SET a = (b) + c", "SET a = b + (c)", "SET a=((b) + (c))", "set a=b+c"],
)
def test_parentheses_in_an_update(text: str) -> None:
    total = ast.Arithmetic("+", ast.Path(("b",)), ast.Path(("c",)))
    assert parse_update(text) == ast.Update((ast.Action("SET", ast.Path(("a",)), total),))


def test_there_are_573_reserved_words_in_any_case() -> None:
    assert len(RESERVED_WORDS) == 573
    assert is_reserved("Status")
    assert not is_reserved("attribute_exists")
    assert not is_reserved("begins_with")


# Texts that are nothing.

_PIECES = (
    *("a", "bb", "#n", ":v", "size", "contains", "attribute_exists", "if_not_exists", "name"),
    *("AND", "or", "Not", "BETWEEN", "in", "SET", "remove", "Add", "DELETE", "list_append"),
    *("(", ")", "[", "]", "[0]", "[99999999999]", ".", ",", "=", "<>", "<", "<=", ">", ">="),
    *("+", "-", "!", "_", "#", ":", '"', "1", "0", " ", "\n", "\x00", "é", "𝄞", "{", "}"),
)
_piled = st.lists(st.sampled_from(_PIECES), max_size=30).map("".join)
_spaced = st.lists(st.sampled_from(_PIECES), max_size=30).map(" ".join)
_placeholders = ({"#n": "name"}, {":v": {"S": "a"}})


def _compile_all(text: str) -> None:
    """Read a text as every kind of expression; only a refusal may come of it."""
    for compile_ in (compile_condition, compile_projection, compile_update, _narrowed):
        with suppress(ValidationException):
            compile_(text, Placeholders(*_placeholders))


def _narrowed(text: str, placeholders: Placeholders) -> KeyCondition:
    return bind_key_condition(text, placeholders).narrow()


@settings(deadline=None)
@given(st.one_of(st.text(st.characters(exclude_categories=["Cs"])), _piled, _spaced))
def test_any_text_is_an_expression_or_is_refused(text: str) -> None:
    _compile_all(text)


@settings(deadline=None)
@given(st.data())
def test_a_spoiled_expression_is_an_expression_or_is_refused(data: st.DataObject) -> None:
    written = st.one_of(trees.any_conditions.map(_condition), trees.any_updates().map(_update))
    text = data.draw(written)
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 5)))
    _compile_all(text[:start] + data.draw(st.sampled_from(("", *_PIECES))) + text[end:])


def _condition(tree: ast.Condition) -> str:
    return rendering.condition(tree, Style())


def _update(tree: ast.Update) -> str:
    return rendering.update(tree, Style())


LONG_TEXTS = (
    "(" * 4_096,
    "(" * 2_046 + "a=b" + ")" * 2_046,
    "NOT " * 1_023 + "a=b",
    "NOT(" * 700 + "a=b" + ")" * 700,
    "f(" * 1_360 + "a" + ")" * 1_360,
    "a=" + "size(" * 680 + "b" + ")" * 680,
    "size(" * 680 + "b" + ")" * 680 + "=a",
    "SET a=" + "if_not_exists(a," * 240 + ":v" + ")" * 240,
    "SET a=" + "(" * 2_000 + "b" + ")" * 2_000,
    "SET a=" + "f(" * 1_300 + "b" + ")" * 1_300,
    " OR ".join(["a=b"] * 584),
    "(a=b OR " * 450 + "a=b" + ")" * 450,
    "a IN (" + ",".join(["b"] * 2_000) + ")",
    "a" + "[0]" * 1_300,
    "a" + ".b" * 2_040,
    ",".join(f"a.b{place}" for place in range(580)),
    "REMOVE " + ",".join(f"a[{place}]" for place in range(580)),
    "REMOVE " + ",".join(["a"] * 2_040),
    "a[" + "9" * 4_090 + "]",
    "a" * 4_096,
    "." * 4_096,
    "𝄞" * 1_024,
)


@pytest.mark.parametrize("text", LONG_TEXTS, ids=range(len(LONG_TEXTS)))
def test_long_and_deep_texts_are_answered(text: str) -> None:
    assert len(text.encode()) <= 4_096
    _compile_all(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (LONG_TEXTS[0], 'Syntax error; token: "<EOF>", near: "("'),
        (LONG_TEXTS[1], "The expression has redundant parentheses;"),
        (LONG_TEXTS[2], "The expression contains too many operators; operator count: 1024"),
        (LONG_TEXTS[4], "Invalid function name; function: f"),
        (LONG_TEXTS[10], "The expression contains too many operators; operator count: 1167"),
    ],
    ids=range(5),
)
def test_the_depth_of_a_text_changes_no_rule(text: str, message: str) -> None:
    with pytest.raises(ValidationException) as caught:
        compile_condition(text, Placeholders(None, None))
    assert caught.value.message == f"Invalid {KIND}: {message}"


def test_300_operators_are_enough() -> None:
    chain = "attribute_exists(a)" + " AND attribute_exists(a)" * 150
    assert compile_condition(chain, Placeholders(None, None)).matches({"a": {"S": "a"}})
    nots = compile_condition("NOT " * 300 + "attribute_exists(a)", Placeholders(None, None))
    assert nots.matches({"a": {"S": "a"}})
    nested = "(a<b OR " * 149 + "a<b" + ")" * 149
    item = {"a": {"N": "1"}, "b": {"N": "2"}}
    assert compile_condition(nested, Placeholders(None, None)).matches(item)
    sums = "SET " + ",".join(f"a{i}=b+b" for i in range(300))
    new = compile_update(sums, Placeholders(None, None)).apply({"b": {"N": "2"}}, {})
    assert new is not None
    assert new["a299"] == {"N": "4"}


def test_a_deep_default_is_read_to_its_end() -> None:
    text = LONG_TEXTS[7].replace("a,", "b,")
    update = compile_update(text, Placeholders(None, {":v": {"S": "x"}}))
    assert update.apply(None, {}) == {"a": {"S": "x"}}


@pytest.mark.parametrize("compile_", [compile_condition, compile_projection, compile_update])
def test_a_text_that_is_no_unicode_is_refused(compile_: object) -> None:
    assert callable(compile_)
    with pytest.raises(SerializationException):
        compile_("a = \ud800", Placeholders(None, None))
