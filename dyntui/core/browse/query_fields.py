"""A query form as it is filled in; `dyntui.core.browse.plan` says what it means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

OPERATORS = ("=", "<", "<=", ">", ">=", "between", "begins with")


@dataclass(frozen=True, slots=True)
class KeyTerm:
    """What the form says about one key attribute; `upper` is the second value of `between`."""

    text: str = ""
    operator: str = "="
    upper: str = ""

    @property
    def given(self) -> bool:
        """Whether the form says anything."""
        return bool(self.text)


@dataclass(frozen=True, slots=True)
class QueryFields:
    """A filled-in form. `keys` is by attribute; an attribute without text says nothing."""

    index: str | None = None
    keys: Mapping[str, KeyTerm] = field(default_factory=dict)
    filter: str = ""
    projection: str = ""
    descending: bool = False
    consistent: bool = False

    @property
    def said(self) -> QueryFields:
        """The same without the keys of which it says nothing."""
        given = {name: term for name, term in self.keys.items() if term.given}
        return replace(self, keys=given)
