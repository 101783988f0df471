"""Filters and projections with literals become expressions with placeholders."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dyntui.core.tables.literals import (
    LiteralError,
    Placeholders,
    condition,
    equalities,
    projection,
    tokens,
)

Case = tuple[str, str, dict[str, str], dict[str, dict[str, Any]]]

CONDITIONS: list[Case] = [
    ("gross > 1000", "gross > :v0", {}, {":v0": {"N": "1000"}}),
    ("gross>-1.5e3", "gross>:v0", {}, {":v0": {"N": "-1.5e3"}}),
    ("title = 'it''s'", "title = :v0", {}, {":v0": {"S": "it's"}}),
    ("title = ''", "title = :v0", {}, {":v0": {"S": ""}}),
    (
        "seen = TRUE or seen=null",
        "seen = :v0 OR seen=:v1",
        {},
        {":v0": {"BOOL": True}, ":v1": {"NULL": True}},
    ),
    ("photo = b'AQI='", "photo = :v0", {}, {":v0": {"B": b"\x01\x02"}}),
    ("year = 1999", "#year = :v0", {"#year": "year"}, {":v0": {"N": "1999"}}),
    ("a.year[0].b = 1", "a.#year[0].b = :v0", {"#year": "year"}, {":v0": {"N": "1"}}),
    ('"odd-name" = 1', "#n0 = :v0", {"#n0": "odd-name"}, {":v0": {"N": "1"}}),
    ('"a""b" = 1', "#n0 = :v0", {"#n0": 'a"b'}, {":v0": {"N": "1"}}),
    ("a = 1 and b = 1", "a = :v0 AND b = :v0", {}, {":v0": {"N": "1"}}),
    ("BEGINS_WITH(a, 'x')", "begins_with(a, :v0)", {}, {":v0": {"S": "x"}}),
    ("size(tags) >= 2", "size(tags) >= :v0", {}, {":v0": {"N": "2"}}),
    ("a in (1, 'x')", "a IN (:v0, :v1)", {}, {":v0": {"N": "1"}, ":v1": {"S": "x"}}),
    ("a between 1 and 2", "a BETWEEN :v0 AND :v1", {}, {":v0": {"N": "1"}, ":v1": {"N": "2"}}),
    ("not attribute_exists(a)", "NOT attribute_exists(a)", {}, {}),
    ("a.true = 1", "a.#true = :v0", {"#true": "true"}, {":v0": {"N": "1"}}),
    ("größe = 1", "#n0 = :v0", {"#n0": "größe"}, {":v0": {"N": "1"}}),
    ("  a = b  ", "a = b", {}, {}),
]


@pytest.mark.parametrize(("text", "expected", "names", "values"), CONDITIONS)
def test_condition(
    text: str, expected: str, names: dict[str, str], values: dict[str, dict[str, Any]]
) -> None:
    placeholders = Placeholders()
    assert condition(text, placeholders) == expected
    assert placeholders.names == names
    assert placeholders.values == values


@pytest.mark.parametrize(
    ("text", "position", "part"),
    [
        ("a != 1", 2, "<>"),
        ("a == 1", 2, "="),
        ("a = 'open", 4, "closing '"),
        ('"open = 1', 0, 'closing "'),
        ("a = :v", 4, "placeholders"),
        ("#a = 1", 0, "placeholders"),
        ("a = 1 && b = 2", 6, "AND"),
        ("a = b'?'", 4, "base64"),
        ("a ; b", 2, "no meaning"),
    ],
)
def test_what_is_no_expression_says_where(text: str, position: int, part: str) -> None:
    with pytest.raises(LiteralError) as caught:
        condition(text, Placeholders())
    assert caught.value.position == position
    assert part in caught.value.message


def test_projection_replaces_odd_names() -> None:
    placeholders = Placeholders()
    paths = projection('title, year , a.b[0],"x y"', placeholders)
    assert paths == ("title", "#year", "a.b[0]", "#n1")
    assert placeholders.names == {"#year": "year", "#n1": "x y"}


def test_projection_refuses_what_is_no_path() -> None:
    with pytest.raises(LiteralError):
        projection("a = 1", Placeholders())


def test_empty_maps_are_left_out() -> None:
    assert Placeholders().members() == {}


def test_two_odd_names_get_two_placeholders() -> None:
    placeholders = Placeholders()
    assert placeholders.name("a b") == placeholders.name("a b")
    assert placeholders.name("a b") != placeholders.name("a-b")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("genre = 'Drama'", ("genre",)),
        ("genre = 'Drama' and year = 1999", ("genre", "year")),
        ("genre = 'Drama' or year = 1999", ()),
        ("not genre = 'Drama'", ()),
        ("a.genre = 'Drama'", ()),
        ("genre = title", ()),
        ("genre <> 'Drama'", ()),
        ("\"my genre\" = 'Drama'", ("my genre",)),
    ],
)
def test_equalities(text: str, expected: tuple[str, ...]) -> None:
    assert equalities(text) == expected


@given(st.text(alphabet="ab'\"#:<>=.,()[] 019-éß\n", max_size=30))
def test_tokens_cover_the_text_or_say_where_not(text: str) -> None:
    end = len(text)
    try:
        found = tokens(text)
    except LiteralError as error:
        end = error.position
        found = tokens(text[:end])
    assert "".join(token.text for token in found) == text[:end]


@given(st.text(max_size=20))
def test_any_text_can_be_written_as_a_literal(value: str) -> None:
    placeholders = Placeholders()
    quoted = value.replace("'", "''")
    assert condition(f"a = '{quoted}'", placeholders) == "a = :v0"
    assert placeholders.values == {":v0": {"S": value}}


@given(st.text(min_size=1, max_size=20))
def test_any_name_can_be_written_in_quotes(name: str) -> None:
    placeholders = Placeholders()
    quoted = name.replace('"', '""')
    written = condition(f'attribute_exists("{quoted}")', placeholders)
    inner = written.removeprefix("attribute_exists(").removesuffix(")")
    assert placeholders.names.get(inner, inner) == name
