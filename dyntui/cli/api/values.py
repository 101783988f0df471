"""Arguments of an operation as members of its request, by the shapes of the service model.

A scalar is text. A list of scalars is one or more words, or a JSON list. Anything else is JSON or
shorthand; of a list, each word is one element, in either. `file://PATH`, as the only word, stands
for the text of a file; so does `fileb://PATH`, as no parameter of DynamoDB is binary by itself.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import click
import orjson

from dyntui.cli.api.shorthand import ShorthandError, parse_shorthand
from dyntui.cli.files import BINARY_FILE, read_file, text_of
from engine.model.service import ServiceModel, Shape

_WHOLE_NUMBER = re.compile(r"\s*[+-]?[0-9]{1,30}\s*")
_COMPLEX = frozenset({"structure", "map", "list"})
WHOLE_NUMBERS = frozenset({"integer", "long"})
FRACTIONS = frozenset({"float", "double"})


class ValueReader:
    """Reads the texts of one flag; `flag` is its name, for what is said about its value."""

    def __init__(self, model: ServiceModel, flag: str) -> None:
        self._model = model
        self._flag = flag

    def read(self, shape: Shape, texts: Sequence[str]) -> Any:
        """The value of a flag's texts: one text, or several for a list; raises `UsageError`.

        What nested values have to be is not checked here: see `binding`.
        """
        if len(texts) == 1:
            texts = [self._content(texts[0])]
        if shape.type not in _COMPLEX:
            return self._scalar(shape, texts[0])
        if shape.type == "list":
            return self._list(self._shape(shape.element), texts)
        return self._structure(shape, texts[0])

    def _list(self, element: Shape, texts: Sequence[str]) -> Any:
        if len(texts) == 1 and texts[0].lstrip().startswith("["):
            return self._json(texts[0])
        if element.type not in _COMPLEX:
            return [self._scalar(element, text) for text in texts]
        return [self._structure(element, text) for text in texts]

    def _structure(self, shape: Shape, text: str) -> Any:
        if text.lstrip()[:1] in ("{", "["):
            return self._json(text)
        try:
            tree = parse_shorthand(text, _file_content)
        except ShorthandError as error:
            raise self._error(f"{error} in {text!r}; JSON would begin with {{") from None
        return self._typed(shape, tree)

    def _typed(self, shape: Shape, tree: Any) -> Any:
        """Shorthand's words with the types that the shape asks for; one word may be a list.

        Where a tree does not fit its shape, it stays as it is.
        """
        match shape.type:
            case "structure" if isinstance(tree, dict):
                members = shape.members
                return {
                    name: self._typed(self._shape(members[name].shape_name), member)
                    if name in members
                    else member
                    for name, member in tree.items()
                }
            case "map" if isinstance(tree, dict):
                value = self._shape(shape.value)
                return {name: self._typed(value, member) for name, member in tree.items()}
            case "list":
                element = self._shape(shape.element)
                elements = tree if isinstance(tree, list) else [tree]
                return [self._typed(element, member) for member in elements]
            case _ if isinstance(tree, str):
                return self._scalar(shape, tree)
        return tree

    def _scalar(self, shape: Shape, text: str) -> Any:
        if shape.type in WHOLE_NUMBERS:
            if not _WHOLE_NUMBER.fullmatch(text):
                raise self._error(f"{text!r} is not a whole number")
            return int(text)
        if shape.type in FRACTIONS:
            try:
                return float(text)
            except ValueError:
                raise self._error(f"{text!r} is not a number") from None
        if shape.type == "boolean":
            lowered = text.lower()
            if lowered not in ("true", "false"):
                raise self._error(f"{text!r} is neither true nor false")
            return lowered == "true"
        return text

    def _json(self, text: str) -> Any:
        try:
            return orjson.loads(text)
        except orjson.JSONDecodeError as error:
            raise self._error(f"Invalid JSON: {error}") from None

    def _content(self, text: str) -> str:
        try:
            return text_of(text)
        except click.UsageError as error:
            raise self._error(error.message) from None

    def _shape(self, name: str | None) -> Shape:
        return self._model.shape(str(name))

    def _error(self, message: str) -> click.UsageError:
        return click.UsageError(f"Error parsing parameter '{self._flag}': {message}")


def _file_content(word: str) -> str | bytes:
    """What a word after `@=` names."""
    return read_file(word) if word.startswith(BINARY_FILE) else text_of(word)
