"""Projections: which parts of an item an answer holds."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import Engine
from engine.expressions import Placeholders, compile_projection
from tests.engine.expressions import naive, rendering, samples
from tests.engine.expressions.rendering import Style
from tests.engine.expressions.samples import Json, n, s
from tests.engine.expressions.trees import Accepted

ITEM: Json = {
    "p": s("key"),
    "m": {"M": {"x": n(1), "y": {"M": {"z": n(2), "w": n(3)}}, "list": {"L": [n(4)]}}},
    "l": {"L": [s("0"), s("1"), {"M": {"q": s("2"), "r": s("x")}}, {"L": [n(1), n(2)]}]},
    "s": s("text"),
    "dotted.name": s("dot"),
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("s", {"s": s("text")}),
        ("s, p", {"s": s("text"), "p": s("key")}),
        ("m.x", {"m": {"M": {"x": n(1)}}}),
        ("m.x, m.y.z", {"m": {"M": {"x": n(1), "y": {"M": {"z": n(2)}}}}}),
        ("m.y", {"m": {"M": {"y": {"M": {"z": n(2), "w": n(3)}}}}}),
        # Elements are packed, in the order of the list.
        ("l[1]", {"l": {"L": [s("1")]}}),
        ("l[3], l[0]", {"l": {"L": [s("0"), {"L": [n(1), n(2)]}]}}),
        ("l[1], l[7], l[3][1]", {"l": {"L": [s("1"), {"L": [n(2)]}]}}),
        ("l[2].q, l[0]", {"l": {"L": [s("0"), {"M": {"q": s("2")}}]}}),
        # What is not there is left out, with everything around it.
        ("zz", {}),
        ("m.zz, s", {"s": s("text")}),
        ("m.x.zz", {}),
        ("m[0]", {}),
        ("l.q", {}),
        ("s.x", {}),
        ("s[0]", {}),
        ("m.#list[0], m.#list[5]", {"m": {"M": {"list": {"L": [n(4)]}}}}),
        ("#dotted", {"dotted.name": s("dot")}),
        ("l[9], l[10]", {}),
    ],
)
def test_a_projection_of_an_item(text: str, expected: Json) -> None:
    names = {"#list": "list", "#dotted": "dotted.name"}
    used = {name: value for name, value in names.items() if name in text}
    bound = Placeholders(used or None, None)
    projection = compile_projection(text, bound)
    bound.check_all_used()
    assert projection.apply(ITEM) == expected


def test_an_empty_list_or_map_is_there() -> None:
    item: Json = {"m": {"M": {}}, "l": {"L": []}}
    assert compile_projection("m, l", Placeholders(None, None)).apply(item) == item
    assert compile_projection("m.x, l[0]", Placeholders(None, None)).apply(item) == {}


def test_an_item_of_which_nothing_matches_is_empty_and_no_item_is_absent() -> None:
    with Engine.in_memory() as engine:
        engine.create_table(
            TableName="table",
            KeySchema=[{"AttributeName": "p", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "p", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        engine.put_item(TableName="table", Item={"p": s("a"), "s": s("b")})
        get = {"TableName": "table", "ProjectionExpression": "zz"}
        assert engine.get_item(**get, Key={"p": s("a")}) == {"Item": {}}
        assert engine.get_item(**get, Key={"p": s("b")}) == {}
        answer = engine.scan(**get)
        assert (answer["Items"], answer["Count"]) == ([{}], 1)
        # The key is not added.
        get["ProjectionExpression"] = "s"
        assert engine.get_item(**get, Key={"p": s("a")}) == {"Item": {"s": s("b")}}


def test_a_projection_names_its_attributes() -> None:
    projection = compile_projection("a.b, c[1], #n", Placeholders({"#n": "d.e"}, None))
    assert projection.attributes == {"a", "c", "d.e"}


@settings(deadline=None)
@given(st.data())
def test_a_projection_gives_what_a_plain_reading_says(data: st.DataObject) -> None:
    drawn = Accepted(data)
    tree = drawn.projection()
    bound = Placeholders(drawn.names, None)
    projection = compile_projection(
        rendering.projection(tree, Style(data.draw(st.integers(0, 2**32)))), bound
    )
    for _ in range(3):
        item = data.draw(samples.items)
        expected = naive.project(naive.model({"M": item}), list(projection.paths))
        assert naive.model({"M": projection.apply(item)}) == (expected or ("M", {}))
