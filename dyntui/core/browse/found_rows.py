"""The rows that are held in memory, filtered and sorted here: no request is sent for it.

Both are about what has been read, not about the table, and say so.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal

from dyntui.core.connection.pages import PageSource
from dyntui.core.text.formats import cell_text
from engine.client.protocol import Json

_KINDS = ("NULL", "BOOL", "N", "S", "B", "NS", "SS", "BS", "L", "M")


@dataclass(frozen=True, slots=True)
class Lens:
    """How rows are looked at: those that hold each word of `words`, in the order of `attribute`."""

    words: str = ""
    attribute: str = ""
    descending: bool = False

    def sorted_on(self, attribute: str) -> Lens:
        """Sorted by an attribute; asked again the other way round, and then as they were read."""
        if attribute != self.attribute:
            return replace(self, attribute=attribute, descending=False)
        if not self.descending:
            return replace(self, descending=True)
        return replace(self, attribute="", descending=False)


NO_LENS = Lens()


class FoundRows:
    """The rows of a source that a lens shows, as far as they are in memory."""

    complete = True

    def __init__(
        self, source: PageSource, lens: Lens, cancelled: Callable[[], bool] = lambda: False
    ) -> None:
        """Find them; takes longer than a key may, and ends early once it is cancelled."""
        self._source = source
        self.lens = lens
        held = source.held()
        self.held = len(held)
        wanted = _matcher(lens.words)
        found = [(number, item) for number, item in held if not cancelled() and wanted(item)]
        if lens.attribute:
            found = _sorted(found, lens)
        self._numbers = [number for number, _ in found]
        self._items = [item for _, item in found]

    @property
    def rows_known(self) -> int:
        """How many rows are shown."""
        return len(self._items)

    def row(self, number: int) -> Json | None:
        """The item of a row."""
        return self._items[number] if 0 <= number < len(self._items) else None

    def holds(self, _first: int, _last: int) -> bool:
        """All that is shown is here."""
        return True

    def replace(self, number: int, item: Json) -> None:
        """Show another item in a row, also where it came from."""
        if 0 <= number < len(self._items):
            self._items[number] = item
            self._source.replace(self._numbers[number], item)


def _matcher(words: str) -> Callable[[Json], bool]:
    wanted = words.casefold().split()

    def matches(item: Json) -> bool:
        if not wanted:
            return True
        text = "\n".join(map(_text, item.values())).casefold()
        return all(word in text for word in wanted)

    return matches


def _text(value: Json) -> str:
    """What is searched of a value; most values are text already."""
    for kind, content in value.items():
        if kind in ("S", "N"):
            return str(content)
    return cell_text(value)


def _sorted(found: list[tuple[int, Json]], lens: Lens) -> list[tuple[int, Json]]:
    """By the attribute's value, types apart; items that lack it last."""
    having = [row for row in found if lens.attribute in row[1]]
    lacking = [row for row in found if lens.attribute not in row[1]]
    having.sort(key=lambda row: _order(row[1][lens.attribute]), reverse=lens.descending)
    return having + lacking


def _order(value: Json) -> tuple[int, Decimal, str, bytes]:
    kind, content = next(iter(value.items()))
    place = _KINDS.index(kind)
    match kind:
        case "N":
            return place, Decimal(content), "", b""
        case "S":
            return place, Decimal(0), "", content.encode("utf-8", "surrogatepass")
        case "B":
            return place, Decimal(0), "", bytes(content)
    return place, Decimal(0), cell_text(value), b""
