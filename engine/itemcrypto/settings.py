"""One level of a configuration file: typed values by name, and no others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

from engine.client.protocol import Json
from engine.itemcrypto.errors import CryptoConfigError

Choice = TypeVar("Choice")


class Section:
    """The settings of a level; every failure is a CryptoConfigError that names file and setting."""

    def __init__(self, file: Path, content: Any, name: str = "") -> None:
        self.file = file
        self._name = name
        if not isinstance(content, dict):
            raise CryptoConfigError(f"{file}: {name or 'the file'} must hold settings")
        self._content: Json = content
        self._left = set(content)

    def has(self, name: str) -> bool:
        """Whether a setting is there."""
        return name in self._content

    def text(self, name: str, default: str | None = None) -> str:
        """A text that is not empty."""
        value = self._taken(name, default)
        if not isinstance(value, str) or not value:
            raise self.wrong(name, "must be a text")
        return value

    def optional_text(self, name: str) -> str | None:
        """A text; None where it is missing."""
        return self.text(name) if self.has(name) else None

    def truth(self, name: str, default: bool) -> bool:
        """True or false."""
        value = self._taken(name, default)
        if not isinstance(value, bool):
            raise self.wrong(name, "must be true or false")
        return value

    def choice(
        self, name: str, choices: Mapping[str, Choice], default: str | None = None
    ) -> Choice:
        """What one of some words stands for."""
        value = self.text(name, default)
        if value not in choices:
            raise self.wrong(name, f"must be one of {', '.join(choices)}, not {value}")
        return choices[value]

    def texts(self, name: str) -> list[str]:
        """A list of texts; empty where it is missing."""
        value = self._taken(name, [])
        if not isinstance(value, list) or not all(isinstance(one, str) and one for one in value):
            raise self.wrong(name, "must be a list of texts")
        return value

    def section(self, name: str) -> Section:
        """The settings below a name."""
        return Section(self.file, self._taken(name, {}), self._place(name))

    def sections(self, name: str) -> list[Section]:
        """A list of settings below a name."""
        value = self._taken(name, [])
        if not isinstance(value, list):
            raise self.wrong(name, "must be a list")
        return [
            Section(self.file, one, f"{self._place(name)}[{number}]")
            for number, one in enumerate(value)
        ]

    def names(self) -> Iterator[str]:
        """The names of all settings of this level, for those that name attributes."""
        yield from self._content

    def number(self, name: str) -> int:
        """A whole number."""
        value = self._taken(name, None)
        if not isinstance(value, int) or isinstance(value, bool):
            raise self.wrong(name, "must be a whole number")
        return value

    def end(self) -> None:
        """Refuse settings that nobody asked for."""
        for name in sorted(self._left):
            raise self.wrong(name, "is no setting")

    def wrong(self, name: str, reason: str) -> CryptoConfigError:
        """The error of a setting."""
        return CryptoConfigError(f"{self.file}: {self._place(name)} {reason}")

    def _place(self, name: str) -> str:
        return f"{self._name}.{name}" if self._name else name

    def _taken(self, name: str, default: Any) -> Any:
        self._left.discard(name)
        if name in self._content:
            return self._content[name]
        if default is None:
            raise self.wrong(name, "is missing")
        return default
