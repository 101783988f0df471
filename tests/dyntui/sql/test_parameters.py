"""Values of parameters as they are written, and named parameters."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dyntui.core.statements.parameters import ParameterError, read_value, with_parameters


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12", {"N": "12"}),
        ("-3.50", {"N": "-3.5"}),
        ("'it''s'", {"S": "it's"}),
        ("true", {"BOOL": True}),
        ("NULL", {"NULL": True}),
        ("[1, 'a']", {"L": [{"N": "1"}, {"S": "a"}]}),
        ("{'a': 1}", {"M": {"a": {"N": "1"}}}),
        ("<<'x', 'y'>>", {"SS": ["x", "y"]}),
        ("b'AQI='", {"B": b"\x01\x02"}),
        ('{"N": "007"}', {"N": "007"}),
        ('{"B": "AQI="}', {"B": b"\x01\x02"}),
        ('{"SS": ["a"]}', {"SS": ["a"]}),
        ("ada", {"S": "ada"}),
        ("2026-11-23", {"S": "2026-11-23"}),
        ("it's", {"S": "it's"}),
        ("", {"S": ""}),
    ],
)
def test_values(text: str, value: dict[str, Any]) -> None:
    assert read_value(text) == value


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("b'?'", "b'…' holds base64 text"),
        ('{"N": "x"}', "The parameter cannot be converted to a numeric value: x"),
        ('{"B": "?"}', "is binary and needs base64 text"),
        ("9" * 39, "Attempting to store more than 38 significant digits"),
    ],
)
def test_values_that_are_none(text: str, said: str) -> None:
    with pytest.raises(ParameterError) as caught:
        read_value(text)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


@given(st.text("{}[]<>'\":,bB1-e NS", max_size=12))
def test_any_text_is_a_value_or_refused(text: str) -> None:
    with suppress(ParameterError):
        assert len(read_value(text)) == 1


def test_names_become_question_marks_in_their_order() -> None:
    named = {"who": {"S": "ada"}, "n": {"N": "1"}}
    positional = iter([{"N": "7"}, {"N": "8"}])
    text = "INSERT INTO t VALUE {'a': :who, 'b':?, 'c': :n, 'd': ':who', 'e': :who}"
    assert with_parameters(text, named, positional) == (
        "INSERT INTO t VALUE {'a': ?   , 'b':?, 'c': ? , 'd': ':who', 'e': ?   }",
        [{"S": "ada"}, {"N": "7"}, {"N": "1"}, {"S": "ada"}],
    )
    assert next(positional) == {"N": "8"}


def test_a_name_without_a_value_is_refused() -> None:
    with pytest.raises(ParameterError, match="the parameter :who has no value"):
        with_parameters("SELECT * FROM t WHERE p = :who", {}, iter(()))


def test_a_question_mark_without_a_value_is_left_to_the_service() -> None:
    assert with_parameters("a = ?", {}, iter(())) == ("a = ?", [])
