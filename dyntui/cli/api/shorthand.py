"""The AWS CLI's shorthand: `AttributeName=id,KeyType=HASH`, lists, nested maps and quotes.

    pairs     pair ("," pair)*
    pair      key "=" value | key "@=" value         @=: words may name files to be read
    value     list | map | words                     words: one, or several that make a list
    words     word ("," word)*                       up to a comma that a key and "=" follow
    list      "[" inner ("," inner)* ","? "]"
    map       "{" nested ("," nested)* ","? "}"
    inner     list | map | word                      nested: a pair whose value is inner
    word      in double or single quotes, or bare, and then maybe empty

In quotes a backslash escapes the quote and itself. A bare word ends before a quote, a closing
bracket and a comma, unless a backslash is before that; blanks around it are not part of it. One
after a comma holds no "=", since that is what ends a key. Everything scalar is text here; `values`
gives it the type that the model asks for.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

Tree = dict[str, Any]
ReadFile = Callable[[str], str | bytes]

MAX_DEPTH = 100
"""So deep may lists and maps be nested; no request has such depths."""

_KEY = re.compile(r"([A-Za-z0-9_.#/:-]+)\s*(@?=)\s*")
_BLANKS = re.compile(r"\s*")
_QUOTED = {
    '"': re.compile(r'"((?:\\["\\]|[^"])*)"'),
    "'": re.compile(r"'((?:\\['\\]|[^'])*)'"),
}
_ESCAPED = {'"': re.compile(r'\\(["\\])'), "'": re.compile(r"\\(['\\])")}
_END = "\0"
"""Stands for the end of the text; no argument of a command holds it."""
_FIRST_WORD = re.compile(r"""(?:\\,|[^\s"',\[\]{}])(?:\\,|[^"',\]}])*""")
_LATER_WORD = re.compile(r"""(?:\\,|[^\s"',=\[\]{}])(?:\\,|[^"',=\]}])*""")


class ShorthandError(ValueError):
    """The text is no shorthand; the message says what was expected, and where."""


def parse_shorthand(text: str, read_file: ReadFile) -> Tree:
    """The tree of a text: maps, lists, and words as text.

    `read_file` gives the content of the file that a word after `@=` names, or the word itself
    where it names none. Raises `ShorthandError`, and what `read_file` raises.
    """
    return _Parser(text, read_file).parse()


class _Parser:
    def __init__(self, text: str, read_file: ReadFile) -> None:
        self._text = text
        self._read_file = read_file
        self._at = 0
        self._depth = 0

    def parse(self) -> Tree:
        """All of the text: pairs with commas between."""
        tree: Tree = {}
        self._skip_blanks()
        while True:
            self._pair(tree, self._value)
            if self._at == len(self._text):
                return tree
            self._expect(",")

    def _pair(self, tree: Tree, value: Callable[[ReadFile], Any]) -> None:
        key = _KEY.match(self._text, self._at)
        if key is None:
            raise self._error("a name and =")
        name = key[1]
        if name in tree:
            raise ShorthandError(f"{name} is given twice")
        self._at = key.end()
        tree[name] = value(self._read_file if key[2] == "@=" else _as_it_is)

    def _value(self, read: ReadFile) -> Any:
        """What stands after a key that is not inside brackets."""
        if self._next() in "[{":
            return self._bracketed(read)
        first = self._first_word(read)
        words = [first]
        while self._next() == "," and not self._is_key_after_comma():
            self._expect(",")
            words.append(self._word(_LATER_WORD, read))
        return words if len(words) > 1 else first

    def _is_key_after_comma(self) -> bool:
        blanks = _BLANKS.match(self._text, self._at + 1)
        return blanks is not None and _KEY.match(self._text, blanks.end()) is not None

    def _inner(self, read: ReadFile) -> Any:
        """What stands inside brackets: no list of bare words."""
        return self._bracketed(read) if self._next() in "[{" else self._first_word(read)

    def _bracketed(self, read: ReadFile) -> Any:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise ShorthandError(f"nested deeper than {MAX_DEPTH} levels")
        content = self._list(read) if self._next() == "[" else self._map()
        self._depth -= 1
        return content

    def _list(self, read: ReadFile) -> list[Any]:
        elements = []
        self._expect("[")
        while self._next() != "]":
            elements.append(self._inner(read))
            if self._next() != "]":
                self._expect(",")
        self._expect("]")
        return elements

    def _map(self) -> Tree:
        tree: Tree = {}
        self._expect("{")
        while self._next() != "}":
            self._pair(tree, self._inner)
            if self._next() != "}":
                self._expect(",")
        self._expect("}")
        return tree

    def _first_word(self, read: ReadFile) -> str | bytes:
        """A word, or the empty one, where nothing stands."""
        return "" if self._next() in f",]}}{_END}" else self._word(_FIRST_WORD, read)

    def _word(self, bare: re.Pattern[str], read: ReadFile) -> str | bytes:
        quoted = _QUOTED.get(self._next())
        match = (quoted or bare).match(self._text, self._at)
        if match is None:
            raise self._error("a closing quote" if quoted else "a value", at_end=quoted is not None)
        self._at = match.end()
        self._skip_blanks()
        if quoted:
            return read(_ESCAPED[match[0][0]].sub(r"\1", match[1]))
        return read(match[0].rstrip().replace("\\,", ","))

    def _next(self) -> str:
        """The next character; at the end, one that stands for nothing."""
        return self._text[self._at] if self._at < len(self._text) else _END

    def _expect(self, character: str) -> None:
        if self._next() != character:
            raise self._error(character)
        self._at += 1
        self._skip_blanks()

    def _skip_blanks(self) -> None:
        blanks = _BLANKS.match(self._text, self._at)
        self._at = blanks.end() if blanks else self._at

    def _error(self, expected: str, *, at_end: bool = False) -> ShorthandError:
        at = len(self._text) if at_end else self._at
        found = repr(self._text[at]) if at < len(self._text) else "the end"
        return ShorthandError(f"expected {expected} at character {at + 1}, found {found}")


def _as_it_is(word: str) -> str:
    return word
