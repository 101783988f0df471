"""The AWS CLI's shorthand: what it reads, what it refuses, and that nothing makes it fail."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dyntui.cli.api.shorthand import MAX_DEPTH, ShorthandError, parse_shorthand


def parse(text: str) -> Any:
    return parse_shorthand(text, lambda word: word.removeprefix("file://").upper())


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("a=b", {"a": "b"}),
        ("a=b,c=d", {"a": "b", "c": "d"}),
        ("a=", {"a": ""}),
        ("a=,b=c", {"a": "", "b": "c"}),
        ("a=b=c", {"a": "b=c"}),
        # Words with commas between are a list, up to a comma that a key follows.
        ("a=b,c", {"a": ["b", "c"]}),
        ("a=b,c,d=e", {"a": ["b", "c"], "d": "e"}),
        ("a=b , c , d = e", {"a": ["b", "c"], "d": "e"}),
        ('a="b",c', {"a": ["b", "c"]}),
        # Brackets and braces, inside each other.
        ("a=[]", {"a": []}),
        ("a=[b]", {"a": ["b"]}),
        ("a=[b,c,],d=e", {"a": ["b", "c"], "d": "e"}),
        ("a=[[b,c],[d]]", {"a": [["b", "c"], ["d"]]}),
        ("a={}", {"a": {}}),
        ("a={b=c,d=e,}", {"a": {"b": "c", "d": "e"}}),
        ("a={b=c=d,e=}", {"a": {"b": "c=d", "e": ""}}),
        ("a=[{b=c},{d=[e,f]}],g=h", {"a": [{"b": "c"}, {"d": ["e", "f"]}], "g": "h"}),
        ("a = [ b , { c = d } ]", {"a": ["b", {"c": "d"}]}),
        # Quotes and backslashes.
        ('a="b, c"', {"a": "b, c"}),
        ("a='b, [c]'", {"a": "b, [c]"}),
        (r'a="say \"b\" \\ \n"', {"a": r'say "b" \ \n'}),
        (r"a='it\'s'", {"a": "it's"}),
        (r"a=b\,c", {"a": "b,c"}),
        (r"a=b\c\\,d", {"a": r"b\c\,d"}),
        # Blanks inside a word are part of it, around it they are not.
        ("a=  b c  ", {"a": "b c"}),
        ("a=b,\nc=d\n", {"a": "b", "c": "d"}),
        # What keys are made of, and other scripts in words.
        (":v={N=1},#n=x,a-b.c/d_e=2", {":v": {"N": "1"}, "#n": "x", "a-b.c/d_e": "2"}),
        ("a=é☃🙂", {"a": "é☃🙂"}),
        # Files.
        ("a@=file://b,c=file://d", {"a": "B", "c": "file://d"}),
        ("a@=[file://b,'c']", {"a": ["B", "C"]}),
        ("a@={b=c,d@=e}", {"a": {"b": "c", "d": "E"}}),
    ],
)
def test_what_shorthand_means(text: str, tree: Any) -> None:
    assert parse(text) == tree


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "expected a name and = at character 1, found the end"),
        ("a", "expected a name and = at character 1, found 'a'"),
        ("=b", "expected a name and = at character 1, found '='"),
        ("é=b", "expected a name and = at character 1, found 'é'"),
        ("a b=c", "expected a name and = at character 1, found 'a'"),
        ("a=b,", "expected a value at character 5, found the end"),
        ("a=b,,c", "expected a value at character 5, found ','"),
        ("a=b,[c]", "expected a value at character 5, found '['"),
        ("a=b]", "expected , at character 4, found ']'"),
        ("a=[b", "expected , at character 5, found the end"),
        ("a=[b]c", "expected , at character 6, found 'c'"),
        ("a={b", "expected a name and = at character 4, found 'b'"),
        ("a={b=c", "expected , at character 7, found the end"),
        ('a="b', "expected a closing quote at character 5, found the end"),
        ("a='it's'", "expected , at character 7, found 's'"),
        ('a="b"c', "expected , at character 6, found 'c'"),
        ("a=b,a=c", "a is given twice"),
        ("a={b=c,b=d}", "b is given twice"),
        ("a=" + "[" * 5000, f"nested deeper than {MAX_DEPTH} levels"),
        ("a=" + "{a=" * 5000, f"nested deeper than {MAX_DEPTH} levels"),
    ],
)
def test_what_shorthand_refuses(text: str, message: str) -> None:
    with pytest.raises(ShorthandError) as caught:
        parse(text)
    assert str(caught.value) == message


# Properties.

_KEYS = st.text("abcXYZ019_-.#:/", min_size=1, max_size=6)
_TREES = st.recursive(
    st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=3),
    max_leaves=8,
)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _written(tree: Any) -> str:
    if isinstance(tree, str):
        return _quoted(tree)
    if isinstance(tree, list):
        return f"[{','.join(map(_written, tree))}]"
    return "{" + _pairs(tree) + "}"


def _pairs(tree: dict[str, Any]) -> str:
    return ",".join(f"{key}={_written(value)}" for key, value in tree.items())


@settings(deadline=None)
@given(st.dictionaries(_KEYS, _TREES, min_size=1, max_size=4))
def test_what_is_written_is_read_again(tree: dict[str, Any]) -> None:
    assert parse_shorthand(_pairs(tree), lambda word: word) == tree


@settings(deadline=None)
@given(st.text(max_size=30) | st.text("ab=,[]{}\"'\\ @", max_size=20))
def test_no_text_makes_it_fail_in_another_way(text: str) -> None:
    with suppress(ShorthandError):
        tree = parse_shorthand(text, lambda word: word)
        assert isinstance(tree, dict)
        assert tree
