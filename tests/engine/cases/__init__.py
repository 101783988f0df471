"""Requests that the API refuses, as data: every way in to the engine can be held to them.

A case needs the tables and items of `tables.py` and changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ErrorCase:
    """One refused request, in classic wording.

    `id` begins with the number of the text (`E039`, `E039-end`); `code` is the error's name.
    Binary values of the request are `bytes`. Where `is_tail`, `message` is only the end of the
    text, because what comes before prints the request.
    """

    id: str
    operation: str
    request: Json
    code: str
    message: str
    is_tail: bool = False

    def is_told_by(self, code: str, message: str) -> bool:
        """Whether an error is the one that the case asks for."""
        fits = message.endswith(self.message) if self.is_tail else message == self.message
        return code == self.code and fits

    def __str__(self) -> str:
        """The id, so that a failing test names its case."""
        return self.id


@dataclass(frozen=True, slots=True)
class WordedCase:
    """One request that both wordings refuse with a ValidationException, each in its own words."""

    id: str
    operation: str
    request: Json
    classic: str
    new: str

    def __str__(self) -> str:
        """The id, so that a failing test names its case."""
        return self.id
