"""What an update leaves and returns: nesting, UPDATED_OLD and UPDATED_NEW, a plain reading."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import ValidationException
from engine.expressions import Placeholders, compile_update
from tests.engine.expressions import naive, naive_updates, rendering, samples
from tests.engine.expressions.rendering import Style
from tests.engine.expressions.samples import Json, n, s
from tests.engine.expressions.trees import Accepted
from tests.engine.expressions.updating import A_SET, KEY, refusal, updated

# Nesting


def _wrapped(levels: int) -> Json:
    value: Json = s("deep")
    for level in range(levels):
        value = {"L": [value]} if level % 2 else {"M": {"x": value}}
    return value


def test_an_update_nests_no_deeper_than_32_levels() -> None:
    old: Json = {"m": {"M": {"in": {"M": {}}}}, "a": _wrapped(31)}
    for levels, path in ((30, "m.x"), (29, "m.#in.x")):
        bound = Placeholders({"#in": "in"}, {":v": _wrapped(levels)})
        assert compile_update(f"SET {path} = :v", bound).apply(old, KEY) is not None
        bound = Placeholders({"#in": "in"}, {":v": _wrapped(levels + 1)})
        with pytest.raises(ValidationException, match=r"^Nesting Levels have exceeded"):
            compile_update(f"SET {path} = :v", bound).apply(old, KEY)
    assert updated("SET bb = a", old) == old | {"bb": old["a"]}
    assert refusal("SET m.x = a", old).startswith("Nesting Levels")


# What is returned


@pytest.mark.parametrize(
    ("text", "old_part", "new_part"),
    [
        ("SET s = :n", {"s": s("text")}, {"s": n(1)}),
        ("SET s = s", {"s": s("text")}, {"s": s("text")}),
        ("SET zz = :n", {}, {"zz": n(1)}),
        ("SET zz = :n, s = :n", {"s": s("text")}, {"zz": n(1), "s": n(1)}),
        ("REMOVE s", {"s": s("text")}, {}),
        ("REMOVE zz", {}, {}),
        ("SET m.x = :n", {"m": {"M": {"x": s("x")}}}, {"m": {"M": {"x": n(1)}}}),
        ("SET m.zz = :n", {}, {"m": {"M": {"zz": n(1)}}}),
        (
            "SET m.lst[1] = :n",
            {"m": {"M": {"lst": {"L": [n(11)]}}}},
            {"m": {"M": {"lst": {"L": [n(1)]}}}},
        ),
        (
            "SET m.lst[1] = :n, m.x = :n",
            {"m": {"M": {"lst": {"L": [n(11)]}, "x": s("x")}}},
            {"m": {"M": {"lst": {"L": [n(1)]}, "x": n(1)}}},
        ),
        # An element beyond the end is not at its index afterwards.
        ("SET m.lst[100] = :n", {}, {}),
        (
            "REMOVE m.lst[1]",
            {"m": {"M": {"lst": {"L": [n(11)]}}}},
            {"m": {"M": {"lst": {"L": [n(12)]}}}},
        ),
        (
            "REMOVE m.lst[0], m.lst[9]",
            {"m": {"M": {"lst": {"L": [n(10)]}}}},
            {"m": {"M": {"lst": {"L": [n(11)]}}}},
        ),
        ("ADD c :n", {"c": n(41)}, {"c": n(42)}),
    ],
)
def test_updated_old_and_new_show_only_the_paths_of_the_update(
    text: str, old_part: Json, new_part: Json
) -> None:
    old: Json = KEY | {
        "s": s("text"),
        "c": n(41),
        "m": {"M": {"x": s("x"), "y": s("y"), "lst": {"L": [n(10), n(11), n(12)]}}},
    }
    bound = Placeholders(None, {":n": n(1)})
    update = compile_update(text, bound)
    new = update.apply(old, KEY)
    assert new is not None
    assert update.updated_old(old) == old_part
    assert update.updated_new(new) == new_part


def test_an_update_names_what_it_changes_and_what_it_reads() -> None:
    bound = Placeholders({"#n": "name"}, {":v": A_SET})
    update = compile_update("SET a.b = c, #n = if_not_exists(d, :v) DELETE e :v", bound)
    assert update.attributes == {"a", "name", "e"}
    assert set(update.paths) == {("a", "b"), ("c",), ("name",), ("d",), ("e",)}
    assert update.types == {"name": "SS", "e": "SS"}


@settings(deadline=None)
@given(st.data())
def test_an_update_does_what_a_plain_reading_says(data: st.DataObject) -> None:
    drawn = Accepted(data)
    tree = drawn.update()
    text = rendering.update(tree, Style(data.draw(st.integers(0, 2**32))))
    update = compile_update(text, Placeholders(drawn.names, drawn.values))
    for _ in range(3):
        item = data.draw(samples.items)
        before = deepcopy(item)
        plain = partial(naive_updates.update, tree, item, drawn.names, drawn.values)
        assert _outcome(partial(update.apply, item, {})) == _outcome(plain)
        assert item == before


def _outcome(apply: Callable[[], Json | None]) -> naive.Value | str:
    """The item after an update, sets without an order, or the text that refuses it."""
    try:
        return naive.model({"M": apply()})
    except (naive_updates.RefusedError, ValidationException) as error:
        return str(error)
