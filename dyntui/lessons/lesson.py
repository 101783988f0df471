"""What a lesson is: a name, what it teaches, what of it can be changed, and how it is told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dyntui.lessons.page import Page


class LessonError(ValueError):
    """There is no such lesson, parameter or value; the message is one line."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """Something that a reader may change.

    `stops` are the values that one steps through, the first one the default. Where there are
    `bounds` (least and most, in `unit`), any number in between is taken too; `whole` ones only
    without a fraction.
    """

    name: str
    title: str
    stops: tuple[str, ...]
    unit: str = ""
    bounds: tuple[float, float] | None = None
    whole: bool = False

    @property
    def default(self) -> str:
        """The value to begin with."""
        return self.stops[0]

    def checked(self, text: str) -> str:
        """The value as it is kept; raises `LessonError`."""
        value = text.strip()
        if value in self.stops:
            return value
        if self.bounds is None:
            raise LessonError(f"{self.name} is one of {', '.join(self.stops)}, not {text!r}")
        least, most = self.bounds
        try:
            number = float(value)
        except ValueError:
            number = float("nan")
        # Not a number is in no range.
        if not least <= number <= most or (self.whole and number != int(number)):
            kind = "a whole number" if self.whole else "a number"
            unit = f" {self.unit}" if self.unit else ""
            raise LessonError(
                f"{self.name} is {kind} from {least:g} to {most:g}{unit}, not {text!r}"
            )
        return f"{number:g}"

    def after(self, value: str, step: int) -> str:
        """The stop that is `step` further than a value in their order, round and round."""
        ordered = sorted(self.stops, key=float) if self.bounds else list(self.stops)
        if value not in ordered:
            ordered = sorted([*ordered, value], key=float)
        return ordered[(ordered.index(value) + step) % len(ordered)]

    def text(self, value: str) -> str:
        """A value with its title and unit, such as `item size 4.5 KB`."""
        return f"{self.title} {value} {self.unit}".rstrip()


@dataclass(frozen=True, slots=True)
class Lesson:
    """One lesson.

    `tell` makes the requests and writes the page. `throttles`: its engine refuses what is beyond a
    table's capacity. `read_lag_s`: by how much its eventually consistent reads lag behind.
    `needs_folder`: its engine works on files; `needs_bucket`: it exports. Both are in a folder of
    its own that goes with it; other lessons leave the disk alone.
    """

    name: str
    title: str
    teaches: str
    tell: Callable[[Page], None]
    parameters: tuple[Parameter, ...] = ()
    throttles: bool = False
    read_lag_s: float = 0.0
    needs_folder: bool = False
    needs_bucket: bool = False

    def values(self, given: Mapping[str, str]) -> dict[str, str]:
        """A value for every parameter: what is given, else the default; raises `LessonError`."""
        known = {parameter.name: parameter for parameter in self.parameters}
        for name in given:
            if name not in known:
                there = ", ".join(known) or "none"
                raise LessonError(f"{self.name} has no parameter {name!r}; there is {there}")
        return {
            name: parameter.checked(given.get(name, parameter.default))
            for name, parameter in known.items()
        }
