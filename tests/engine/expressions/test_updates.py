"""What SET and REMOVE do: copies, positions in lists, functions, missing items."""

from __future__ import annotations

import pytest

from engine.expressions import Placeholders, compile_update
from tests.engine.expressions.samples import SAMPLES, Json, n, s
from tests.engine.expressions.updating import A_SET, KEY, refusal, updated

# SET


@pytest.mark.parametrize("value", SAMPLES)
def test_set_puts_any_value_in_place_of_any_other(value: Json) -> None:
    for old in ({}, {"a": s("old")}, {"a": {"M": {"x": n(1)}}}, {"a": {"L": [n(1)]}}):
        assert updated("SET a = :v", old, v=value) == {"a": value}
    deep = updated("SET a.x[0] = :v", {"a": {"M": {"x": {"L": [n(1), n(2)]}}}}, v=value)
    assert deep == {"a": {"M": {"x": {"L": [value, n(2)]}}}}
    assert updated("SET bb = a", {"a": value}) == {"a": value, "bb": value}


def test_all_right_sides_read_the_item_before_the_update() -> None:
    assert updated("SET a = bb, bb = a", {"a": n(1), "bb": n(2)}) == {"a": n(2), "bb": n(1)}
    assert updated("SET a = bb REMOVE bb", {"bb": n(2)}) == {"a": n(2)}
    assert updated("REMOVE bb SET a = bb", {"bb": n(2)}) == {"a": n(2)}
    assert updated("ADD a :v SET bb = a", {"a": n(1)}, v=n(5)) == {"a": n(6), "bb": n(1)}
    assert updated("DELETE a :v SET bb = a", {"a": A_SET}, v=A_SET) == {"bb": A_SET}


def test_the_key_can_be_read_also_where_there_is_no_item_yet() -> None:
    assert updated("SET a = p", {}) == {"a": s("key")}
    assert updated("SET a = p", None) == {"a": s("key")}
    assert updated("SET a = if_not_exists(p, :v)", None, v=n(1)) == {"a": s("key")}


def test_a_copy_is_not_what_it_was_copied_from() -> None:
    old = {"a": {"M": {"x": n(1)}}, "c": {"L": [n(1)]}}
    new = updated("SET bb = a, a.y = :v, d = c, c[0] = :v", old, v=n(2))
    assert new == {
        "a": {"M": {"x": n(1), "y": n(2)}},
        "bb": {"M": {"x": n(1)}},
        "c": {"L": [n(2)]},
        "d": {"L": [n(1)]},
    }


def test_a_name_placeholder_is_one_attribute_whatever_it_holds() -> None:
    bound = Placeholders({"#n": "a.b[0]"}, {":v": n(1)})
    assert compile_update("SET #n = :v", bound).apply(KEY, KEY) == KEY | {"a.b[0]": n(1)}


LETTERS: Json = {"a": {"L": [s("0"), s("1"), s("2")]}}


def _letters(*texts: str) -> Json:
    return {"a": {"L": [s(text) for text in texts]}}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SET a[1] = :x", _letters("0", "x", "2")),
        # Beyond the end is at the end, several in the order of their indexes; there are no holes.
        ("SET a[3] = :x", _letters("0", "1", "2", "x")),
        ("SET a[7] = :x", _letters("0", "1", "2", "x")),
        ("SET a[84] = :x, a[17] = :y, a[37] = :z", _letters("0", "1", "2", "y", "z", "x")),
        ("SET a[9] = :x, a[0] = :y", _letters("y", "1", "2", "x")),
        # Indexes are those before the update.
        ("REMOVE a[1]", _letters("0", "2")),
        ("REMOVE a[0], a[2]", _letters("1")),
        ("REMOVE a[2], a[0], a[1]", _letters()),
        ("REMOVE a[1] SET a[2] = :x", _letters("0", "x")),
        ("SET a[2] = :x REMOVE a[1]", _letters("0", "x")),
        ("REMOVE a[0] SET a[5] = :x, a[4] = :y", _letters("1", "2", "y", "x")),
        # Beyond the end there is nothing to remove.
        ("REMOVE a[3]", _letters("0", "1", "2")),
        ("REMOVE a[17], a[1]", _letters("0", "2")),
        ("SET a = list_append(a, :l)", _letters("0", "1", "2", "l")),
        ("SET a = list_append(:l, a)", _letters("l", "0", "1", "2")),
        ("SET a = list_append(a, a)", _letters("0", "1", "2", "0", "1", "2")),
    ],
)
def test_positions_in_a_list(text: str, expected: Json) -> None:
    values = {"x": s("x"), "y": s("y"), "z": s("z"), "l": {"L": [s("l")]}}
    used = {name: value for name, value in values.items() if f":{name}" in text}
    assert updated(text, LETTERS, **used) == expected


def test_positions_in_lists_within_lists() -> None:
    old: Json = {"a": {"L": [{"L": [n(0), n(1)]}, {"L": [n(2), n(3)]}, {"M": {"x": n(4)}}]}}
    text = "REMOVE a[0], a[1][0] SET a[2].y = :v, a[1][7] = :v ADD a[9] :v"
    new = updated(text, old, v=n(9))
    assert new == {"a": {"L": [{"L": [n(3), n(9)]}, {"M": {"x": n(4), "y": n(9)}}, n(9)]}}


def test_an_element_of_an_empty_list_can_be_set() -> None:
    assert updated("SET a[0] = :v", {"a": {"L": []}}, v=n(1)) == {"a": {"L": [n(1)]}}


def test_what_is_left_of_a_list_or_map_may_be_empty() -> None:
    assert updated("REMOVE a[0]", {"a": {"L": [n(1)]}}) == {"a": {"L": []}}
    assert updated("REMOVE a.x", {"a": {"M": {"x": n(1)}}}) == {"a": {"M": {}}}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SET bb = if_not_exists(zz, :v)", n(1)),
        ("SET bb = if_not_exists(a, :v)", n(10)),
        ("SET bb = if_not_exists(zz, a)", n(10)),
        ("SET bb = if_not_exists(zz, if_not_exists(zz2, :v))", n(1)),
        ("SET bb = if_not_exists(zz, if_not_exists(a, :v))", n(10)),
        ("SET bb = if_not_exists(zz, :v) + :v", n(2)),
        ("SET bb = a - if_not_exists(zz, :v)", n(9)),
        ("SET bb = if_not_exists(c.x, :v)", n(7)),
        ("SET bb = if_not_exists(c.x.y, :v)", n(1)),
        ("SET bb = if_not_exists(lst[0], :v)", n(1)),
        # A default that is not needed may be missing.
        ("SET bb = if_not_exists(a, zz)", n(10)),
    ],
)
def test_if_not_exists(text: str, expected: Json) -> None:
    old = {"a": n(10), "c": {"M": {"x": n(7)}}, "lst": {"L": []}}
    used = {"v": n(1)} if ":v" in text else {}
    assert updated(text, old, **used) == old | {"bb": expected}


def test_functions_within_functions() -> None:
    lists = {"v": {"L": [n(1)]}, "w": {"L": [n(2)]}}
    append = "SET a = list_append(if_not_exists(a, :v), :w)"
    assert updated(append, {}, **lists) == {"a": {"L": [n(1), n(2)]}}
    assert updated(append, {"a": {"L": []}}, **lists) == {"a": {"L": [n(2)]}}
    default = "SET a = if_not_exists(a, list_append(:v, :w))"
    assert updated(default, {}, **lists) == {"a": {"L": [n(1), n(2)]}}


# REMOVE


@pytest.mark.parametrize("path", ["zz", "a.zz", "bb[5]", "a.x.zz", "bb[0][3]"])
def test_removing_a_leaf_that_is_not_there_does_nothing(path: str) -> None:
    old: Json = {"a": {"M": {"x": {"M": {}}}}, "bb": {"L": [{"L": []}]}}
    assert updated(f"REMOVE {path}", old) == old


@pytest.mark.parametrize("path", ["zz.x", "zz[0]", "a.zz.x", "a[0]", "bb.x", "c.x", "bb[9].x"])
def test_removing_from_what_is_no_map_or_list_is_refused(path: str) -> None:
    old: Json = {"a": {"M": {}}, "bb": {"L": []}, "c": s("text")}
    message = "The document path provided in the update expression is invalid for update"
    assert refusal(f"REMOVE {path}", old) == message


@pytest.mark.parametrize(
    "text", ["REMOVE a", "REMOVE a.x", "REMOVE a[0]", "DELETE a :v", "REMOVE bb DELETE a.x :v"]
)
def test_an_update_that_only_removes_makes_no_item(text: str) -> None:
    used = {"v": A_SET} if ":v" in text else {}
    assert updated(text, None, **used) is None


def test_other_updates_make_the_item() -> None:
    assert updated("REMOVE a SET bb = :v", None, v=n(1)) == {"bb": n(1)}
    assert updated("DELETE a :v ADD bb :v", None, v=A_SET) == {"bb": A_SET}
    assert updated("ADD a :v", None, v=n(1)) == {"a": n(1)}
