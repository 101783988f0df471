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
    Binary values of the request are `bytes`.
    """

    id: str
    operation: str
    request: Json
    code: str
    message: str

    def __str__(self) -> str:
        """The id, so that a failing test names its case."""
        return self.id
