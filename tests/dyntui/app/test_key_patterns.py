"""Patterns of keys: labels are found, everything else varies."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dyntui.core.browse.key_patterns import ANY, SEPARATORS, KeyPatterns
from dyntui.core.browse.key_tree import Branch, key_tree

LABELS = st.lists(
    st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=2, max_size=8),
    min_size=1,
    max_size=6,
    unique=True,
)


@given(LABELS, st.sampled_from(SEPARATORS), st.data())
def test_labels_before_numbers_are_found(labels: list[str], mark: str, data: st.DataObject) -> None:
    numbers = st.lists(st.integers(0, 10**9), min_size=2, max_size=20, unique=True)
    keys = {label: [f"{label}{mark}{n}" for n in data.draw(numbers)] for label in labels}
    patterns = KeyPatterns(key for some in keys.values() for key in some)
    for label, some in keys.items():
        for key in some:
            pattern = patterns.pattern(key)
            assert str(pattern) == f"{label}{mark}…"
            assert pattern.prefix == f"{label}{mark}"
            assert pattern.labels == (label,)


@given(st.lists(st.text(max_size=12), max_size=40), st.text(max_size=12))
def test_any_keys_have_patterns_that_they_begin_with(keys: list[str], other: str) -> None:
    patterns = KeyPatterns(keys)
    for key in (*keys, other):
        pattern = patterns.pattern(key)
        assert key.startswith(pattern.prefix)
        assert all(label in key for label in pattern.labels)
        assert (None, None) not in pairwise(pattern.parts)


@given(st.lists(st.text("ab#1", min_size=1, max_size=8), unique=True, max_size=30))
def test_a_tree_of_keys_has_each_key_once(keys: list[str]) -> None:
    rows = [(key, {"k": {"S": key}}) for key in sorted(keys)]
    found: list[str] = []

    def walk(branches: list[Branch]) -> None:
        for branch in branches:
            if branch.item is not None:
                assert branch.item == {"k": {"S": branch.prefix}}
                found.append(branch.prefix)
            assert branch.item is not None or len(branch.children) > 1
            walk(branch.children)

    walk(key_tree(rows, "#"))
    assert sorted(found) == sorted(keys)


@pytest.mark.parametrize(
    ("keys", "key", "pattern"),
    [
        (["user#ann", "user#bob", "order#1", "order#2"], "user#cid", "user#…"),
        (["PROFILE", "PROFILE", "ORDER#1", "ORDER#2"], "PROFILE", "PROFILE"),
        (["ORDER#1", "ORDER#1#ITEM#1", "ORDER#2#ITEM#7"], "ORDER#1#ITEM#1", "ORDER#…#ITEM#…"),
        (["USER#1", "USER#2", "CONFIG"], "CONFIG", "CONFIG"),
        (["1#PROFILE", "2#PROFILE", "3#PROFILE"], "4#PROFILE", "…#PROFILE"),
        (["AIRPORT#ORD", "AIRPORT#ORD", "AIRPORT#ATL"], "AIRPORT#ORD", "AIRPORT#…"),
        (["2001-01-03T21:01#2", "2001-01-03T21:05"], "2001-01-03T21:01#2", "…"),
        (["Drama", "Comedy", "Action"], "Drama", "…"),
        ([f"{chr(97 + n)}-film-{n}" for n in range(20)], "a-film-0", "…"),
        ([], "anything", "…"),
    ],
)
def test_patterns_of_usual_keys(keys: list[str], key: str, pattern: str) -> None:
    assert str(KeyPatterns(keys).pattern(key)) == pattern


def test_no_keys_have_no_separator() -> None:
    assert KeyPatterns([]).separator == ""
    assert KeyPatterns([]).pattern("a#b").parts == ANY.parts
