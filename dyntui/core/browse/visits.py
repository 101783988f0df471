"""Where one has been in the app: back, and on again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from dyntui.core.browse.query_fields import QueryFields

VISITS_MAX = 100
ITEMS = 1
"""The tab of a table's items."""


@dataclass(frozen=True, slots=True)
class Visit:
    """What was shown: a tab (its number) of a table, with the index that was opened, or a place.

    Of items `query` is what was read, and `cursor` the row and column that the cursor was on where
    something else was read from there.
    """

    table: str | None
    index: str | None
    tab: int
    place: str = ""
    query: QueryFields | None = None
    cursor: tuple[int, int] = field(default=(0, 0), compare=False)


class Visits:
    """The last visits in their order, and which of them one is at."""

    def __init__(self) -> None:
        self._visits: list[Visit] = []
        self._here = -1

    def arrived(self, visit: Visit) -> None:
        """Note a new visit, after which there is no going on; none where one is there already.

        At a place one is whatever table lies under it, which may be there no more.
        """
        here = self._visits[self._here] if self._here >= 0 else None
        if here is not None and (here == visit or (here.place and here.place == visit.place)):
            return
        self._visits = [*self._visits[: self._here + 1], visit][-VISITS_MAX:]
        self._here = len(self._visits) - 1

    def left(self, cursor: tuple[int, int]) -> None:
        """Note where the cursor is before other items are queried: in the visit to a table's items
        that one is at, or was before other tabs of the table and places."""
        table = self._visits[self._here].table if self._here >= 0 else None
        for number in range(self._here, -1, -1):
            visit = self._visits[number]
            if visit.table != table:
                return
            if visit.tab == ITEMS and not visit.place:
                self._visits[number] = replace(visit, cursor=cursor)
                return

    def step(self, by: int, can_go: Callable[[Visit], bool]) -> Visit | None:
        """Go back (-1) or on (1) to the nearest visit that is still possible; None if none is."""
        place = self._here + by
        while 0 <= place < len(self._visits):
            if can_go(self._visits[place]):
                self._here = place
                return self._visits[place]
            place += by
        return None
