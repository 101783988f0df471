"""What conditions mean: every operator and function, on every pair of types."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.expressions import Placeholders, compile_condition
from tests.engine.expressions import naive, rendering, samples
from tests.engine.expressions.naive import Interpreter
from tests.engine.expressions.rendering import Style
from tests.engine.expressions.samples import SAMPLES, Json, b, n, s
from tests.engine.expressions.trees import Accepted


def holds(text: str, item: Json | None = None, **values: Json) -> bool:
    """Whether a condition is true of an item; `values` without their colons."""
    bound = Placeholders(None, {f":{name}": value for name, value in values.items()} or None)
    condition = compile_condition(text, bound)
    bound.check_all_used()
    return condition.matches(item or {})


def _item(one: Json | None, two: Json | None) -> Json:
    return {name: value for name, value in (("a", one), ("c", two)) if value is not None}


OPERATORS = ("=", "<>", "<", "<=", ">", ">=")


@pytest.mark.parametrize("operator", OPERATORS)
def test_a_comparison_of_every_pair_of_values(operator: str) -> None:
    for one in (None, *SAMPLES):
        for two in (None, *SAMPLES):
            models = [None if value is None else naive.model(value) for value in (one, two)]
            expected = naive.compare(operator, *models)
            item = _item(one, two)
            assert holds(f"a {operator} c", item) is expected, (one, two)
            ordered = operator in ("=", "<>")
            if two is not None and (ordered or next(iter(two)) in ("S", "N", "B")):
                assert holds(f"a {operator} :v", item, v=two) is expected, (one, two)
            if one is not None and (ordered or next(iter(one)) in ("S", "N", "B")):
                assert holds(f":v {operator} c", item, v=one) is expected, (one, two)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # Numbers by value, strings by their UTF-8 bytes, binary by unsigned bytes.
        ("ten > nine", True),
        ("ten_s > nine_s", False),
        ("high > low", True),
        ("astral > bmp", True),
        ("yes = yes2", True),
        ("nil = nil2", True),
        ("numbers = numbers2", True),
        ("line = line2", False),
        ("doc = doc2", True),
        ("one = one_s", False),
        ("one <> one_s", True),
        ("one < one_s", False),
        ("yes < never", False),
        ("zz = zz2", False),
        ("zz <> zz2", True),
        ("zz < zz2", False),
        ("one <> zz", True),
        ("NOT one = zz", True),
        ("NOT one < zz", True),
    ],
)
def test_comparisons_of_attributes(text: str, expected: bool) -> None:
    item = {
        "ten": n(10),
        "nine": n(9),
        "ten_s": s("10"),
        "nine_s": s("9"),
        "low": b(b"\x7f"),
        "high": b(b"\x80"),
        "bmp": s("\uffff"),
        "astral": s("\U00010000"),
        "yes": {"BOOL": True},
        "yes2": {"BOOL": True},
        "never": {"BOOL": False},
        "nil": {"NULL": True},
        "nil2": {"NULL": True},
        "numbers": {"NS": ["1", "2"]},
        "numbers2": {"NS": ["2", "1"]},
        "line": {"L": [n(1), n(2)]},
        "line2": {"L": [n(2), n(1)]},
        "doc": {"M": {"x": n(1), "y": {"SS": ["a", "b"]}}},
        "doc2": {"M": {"y": {"SS": ["b", "a"]}, "x": n(1)}},
        "one": n(1),
        "one_s": s("1"),
    }
    assert holds(text, item) is expected


def test_between_every_three_values() -> None:
    some = (None, *SAMPLES[:20:2], SAMPLES[20], SAMPLES[24])
    for value in some:
        for low in some:
            for high in some:
                models = [None if v is None else naive.model(v) for v in (value, low, high)]
                expected = naive.compare("<=", models[1], models[0]) and naive.compare(
                    "<=", models[0], models[2]
                )
                item = _item(value, low) | ({} if high is None else {"d": high})
                assert holds("a BETWEEN c AND d", item) is expected, (value, low, high)


@pytest.mark.parametrize(
    ("value", "low", "high", "expected"),
    [
        (n(5), n(1), n(10), True),
        (n(1), n(1), n(1), True),
        (n(11), n(1), n(10), False),
        (s("b"), s("a"), s("c"), True),
        (s("5"), n(1), n(10), False),
        (b(b"\x80"), b(b"\x7f"), b(b"\xff"), True),
        ({"L": []}, n(1), n(10), False),
        (None, n(1), n(10), False),
    ],
)
def test_between_constants(value: Json | None, low: Json, high: Json, expected: bool) -> None:
    assert holds("a BETWEEN :v AND :w", _item(value, None), v=low, w=high) is expected


def test_bounds_in_the_wrong_order_are_false_where_they_come_from_the_item() -> None:
    assert not holds("a BETWEEN c AND :v", {"a": n(5), "c": n(9)}, v=n(1))
    assert not holds("a BETWEEN :v AND c", {"a": n(5), "c": s("x")}, v=n(1))


@pytest.mark.parametrize("sample", SAMPLES)
def test_in_finds_what_is_equal(sample: Json) -> None:
    others = [value for value in SAMPLES if naive.model(value) != naive.model(sample)]
    item = {"a": sample, "c": others[0], "d": sample}
    assert holds("a IN (:v)", item, v=sample)
    assert holds("a IN (c, :v)", item, v=sample)
    assert holds("a IN (zz, c, d)", item)
    assert holds(":v IN (c, a)", item, v=sample)
    assert not holds("a IN (zz, c)", item)
    assert not holds("zz IN (a, c, zz2)", item)
    values = {f"v{place}": other for place, other in enumerate(others)}
    assert not holds(f"a IN ({', '.join(f':{name}' for name in values)})", item, **values)


def test_in_takes_a_hundred_operands_of_any_types() -> None:
    values: Json = {f"v{place}": n(place) for place in range(99)} | {"s": s("x")}
    text = f"a IN ({', '.join(f':{name}' for name in values)})"
    assert holds(text, {"a": n(98)}, **values)
    assert holds(text, {"a": s("x")}, **values)
    assert not holds(text, {"a": {"L": [n(1)]}}, **values)


@pytest.mark.parametrize("sample", SAMPLES)
def test_attribute_exists_and_its_opposite(sample: Json) -> None:
    item = {"a": sample}
    assert holds("attribute_exists(a)", item)
    assert not holds("attribute_not_exists(a)", item)
    assert not holds("attribute_exists(c)", item)
    assert holds("attribute_not_exists(c)", item)


@pytest.mark.parametrize("sample", SAMPLES)
def test_attribute_type_is_the_one_type(sample: Json) -> None:
    for kind in ("S", "N", "B", "SS", "NS", "BS", "M", "L", "NULL", "BOOL"):
        expected = kind in sample
        assert holds("attribute_type(a, :t)", {"a": sample}, t=s(kind)) is expected
        assert holds("attribute_type(:v, :t)", {}, v=sample, t=s(kind)) is expected
        assert not holds("attribute_type(c, :t)", {"a": sample}, t=s(kind))


def test_the_type_of_a_size_is_a_number() -> None:
    assert holds("attribute_type(size(a), :t)", {"a": s("abc")}, t=s("N"))
    assert not holds("attribute_type(size(a), :t)", {"a": n(1)}, t=s("N"))


@pytest.mark.parametrize(
    ("whole", "prefix", "expected"),
    [
        (s("abc"), s("ab"), True),
        (s("abc"), s(""), True),
        (s("abc"), s("abc"), True),
        (s("abc"), s("abcd"), False),
        (s("abc"), s("b"), False),
        (s("é"), s("e"), False),
        (b(b"\x01\x02"), b(b"\x01"), True),
        (b(b"\x01\x02"), b(b"\x02"), False),
        (b(b"abc"), b(b"ab"), True),
        (s("abc"), b(b"ab"), False),
        (n(123), s("1"), False),
        ({"SS": ["abc"]}, s("abc"), False),
        ({"L": [s("abc")]}, s("abc"), False),
        (None, s(""), False),
    ],
)
def test_begins_with(whole: Json | None, prefix: Json, expected: bool) -> None:
    item = _item(whole, prefix)
    assert holds("begins_with(a, :v)", item, v=prefix) is expected
    assert holds("begins_with(a, c)", item) is expected
    if whole is not None and ("S" in whole or "B" in whole):
        assert holds("begins_with(:v, c)", item, v=whole) is expected


def test_begins_with_something_of_the_item_that_is_no_text_is_false() -> None:
    assert not holds("begins_with(a, c)", {"a": s("1"), "c": n(1)})
    assert not holds("begins_with(a, zz)", {"a": s("1")})


@pytest.mark.parametrize(
    ("whole", "part", "expected"),
    [
        (s("hello"), s("ell"), True),
        (s("hello"), s(""), True),
        (s("hello"), s("x"), False),
        (b(b"hi there"), b(b"the"), True),
        (b(b"\x01\x23"), b(b"\x12"), False),
        (s("1"), n(1), False),
        (n(11), n(1), False),
        ({"SS": ["a", "b"]}, s("b"), True),
        ({"SS": ["ab"]}, s("a"), False),
        ({"SS": ["1"]}, n(1), False),
        ({"SS": ["a"]}, {"SS": ["a"]}, False),
        ({"NS": ["1", "2"]}, n(2), True),
        ({"NS": ["1"]}, s("1"), False),
        ({"BS": [samples.binary(b"a")]}, b(b"a"), True),
        ({"BS": [samples.binary(b"a")]}, s("a"), False),
        ({"L": [n(1), s("a")]}, s("a"), True),
        ({"L": [{"SS": ["a", "b"]}]}, {"SS": ["b", "a"]}, True),
        ({"L": [{"L": [n(3)]}]}, {"L": [n(3)]}, True),
        ({"L": [{"M": {"x": n(1)}}]}, {"M": {"x": n(1)}}, True),
        ({"L": [{"NULL": True}]}, {"NULL": True}, True),
        ({"L": [{"L": [n(3)]}]}, n(3), False),
        ({"L": []}, {"L": []}, False),
        ({"M": {"x": n(1)}}, s("x"), False),
        ({"M": {"x": n(1)}}, n(1), False),
        ({"BOOL": True}, {"BOOL": True}, False),
        (None, s(""), False),
    ],
)
def test_contains(whole: Json | None, part: Json, expected: bool) -> None:
    item = _item(whole, part)
    assert holds("contains(a, :v)", item, v=part) is expected
    assert holds("contains(a, c)", item) is expected
    if whole is not None:
        assert holds("contains(:v, c)", item, v=whole) is expected
    assert not holds("contains(a, zz)", item)


def test_contains_of_every_pair_of_values() -> None:
    for whole in SAMPLES:
        for part in SAMPLES:
            expected = naive.contains(naive.model(whole), naive.model(part))
            assert holds("contains(a, c)", {"a": whole, "c": part}) is expected, (whole, part)


@pytest.mark.parametrize(
    ("value", "size"),
    [
        (s(""), 0),
        (s("hello"), 5),
        # UTF-16 code units, as the service counts them.
        (s("é"), 1),
        (s("𝄞"), 2),
        (b(b""), 0),
        (b(b"\x00\x01\x02"), 3),
        ({"SS": ["a", "bb"]}, 2),
        ({"NS": ["1", "2", "3"]}, 3),
        ({"BS": [samples.binary(b"a")]}, 1),
        ({"L": []}, 0),
        ({"L": [n(1), {"L": [n(1), n(2)]}]}, 2),
        ({"M": {"x": n(1), "y": n(2)}}, 2),
        (n(5), None),
        ({"BOOL": True}, None),
        ({"NULL": True}, None),
        (None, None),
    ],
)
def test_size(value: Json | None, size: int | None) -> None:
    item = _item(value, None if size is None else n(size))
    for text in ("size(a) = c", "c = size(a)", "size(a) BETWEEN c AND c2", "size(a) IN (zz, c)"):
        assert holds(text, item | {"c2": n(size or 0)}) is (size is not None)
    assert holds("size(a) >= :v", item, v=n(0)) is (size is not None)
    assert not holds("size(a) < :v", item, v=n(0))
    assert holds("size(a) <> :v", item, v=s("x"))
    if value is not None and size is not None:
        assert holds("size(:v) = c", item, v=value)


NESTED: Json = {
    "m": {"M": {"x": n(1), "l": {"L": [s("zero"), {"M": {"y": n(2)}}]}}},
    "l": {"L": [{"L": [n(7)]}]},
    "s": s("text"),
    "odd.name": n(9),
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("m.x = :one", True),
        ("m.l[1].y > m.x", True),
        ("l[0][0] > m.l[1].y", True),
        ("m.l[0] = :one", False),
        ("attribute_exists(m.l[1].y)", True),
        ("attribute_exists(m.l[2])", False),
        ("attribute_exists(m.l.y)", False),
        ("attribute_exists(m[0])", False),
        ("attribute_exists(l.x)", False),
        ("attribute_exists(s.x)", False),
        ("attribute_exists(s[0])", False),
        ("attribute_exists(zz.x[1])", False),
        ("m.zz <> zz.m", True),
        ("size(m.l) = size(m)", True),
        ("contains(m.l, :zero)", True),
        ("attribute_type(m.l[1], :map)", True),
    ],
)
def test_paths_into_maps_and_lists(text: str, expected: bool) -> None:
    values = {"one": n(1), "zero": s("zero"), "map": s("M")}
    used = {name: value for name, value in values.items() if f":{name}" in text}
    assert holds(text, NESTED, **used) is expected


def test_a_name_placeholder_is_one_step_whatever_it_holds() -> None:
    bound = Placeholders({"#n": "odd.name"}, {":v": n(9)})
    assert compile_condition("#n = :v", bound).matches(NESTED)
    bound = Placeholders({"#n": "m.x"}, None)
    assert not compile_condition("attribute_exists(#n)", bound).matches(NESTED)


@pytest.mark.parametrize("bits", range(8))
def test_and_or_not_by_their_truth_tables(bits: int) -> None:
    x, y, z = (bool(bits & place) for place in (1, 2, 4))
    item = {name: n(1) for name, there in (("x", x), ("y", y), ("z", z)) if there}
    a, c, d = (f"attribute_exists({name})" for name in "xyz")
    assert holds(f"{a} AND {c}", item) is (x and y)
    assert holds(f"{a} OR {c}", item) is (x or y)
    assert holds(f"NOT {a}", item) is (not x)
    assert holds(f"{a} OR {c} AND {d}", item) is (x or (y and z))
    assert holds(f"({a} OR {c}) AND {d}", item) is ((x or y) and z)
    assert holds(f"NOT {a} AND {c}", item) is ((not x) and y)
    assert holds(f"NOT {a} OR {c}", item) is ((not x) or y)
    assert holds(f"NOT ({a} OR {c} OR {d})", item) is (not (x or y or z))
    assert holds(f"{a} AND {c} AND {d}", item) is (x and y and z)


def test_a_condition_names_its_attributes_and_paths() -> None:
    bound = Placeholders({"#n": "m"}, {":v": n(1)})
    condition = compile_condition("a = :v OR NOT size(#n.x) < m[1] AND b IN (a, :v)", bound)
    assert condition.attributes == {"a", "m", "b"}
    assert condition.paths == (("a",), ("m", "x"), ("m", 1), ("b",), ("a",))


@settings(deadline=None)
@given(st.data())
def test_a_condition_means_what_a_plain_reading_says(data: st.DataObject) -> None:
    drawn = Accepted(data)
    tree = drawn.condition()
    text = rendering.condition(tree, Style(data.draw(st.integers(0, 2**32))))
    compiled = compile_condition(text, Placeholders(drawn.names, drawn.values))
    for _ in range(3):
        item = data.draw(samples.items)
        expected = Interpreter(item, drawn.names, drawn.values).holds(tree)
        assert compiled.matches(item) is expected
