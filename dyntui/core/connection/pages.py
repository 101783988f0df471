"""Rows of a GetItem, Query, Scan or statement, read a page at a time as somebody looks at them.

A `PageReader` reads one page; where the next one starts is a thing of its own, a key or a token. A
`PageSource` never holds the whole result. It keeps a few pages of items, and *marks*: from which
start a row can be reached. Scrolling on reads the next page; scrolling back to a page
that was dropped reads it again from the nearest mark before it. Where marks become many, every
second one is dropped, so that memory stays bounded however far one scrolls.
"""

from __future__ import annotations

import threading
from bisect import bisect_right
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

Json = dict[str, Any]

MAX_CACHED_PAGES = 64
MAX_CACHED_ROWS = 4_000
MIN_CACHED_PAGES = 3
MAX_MARKS = 2_048
MAX_LIMIT_ITEMS = 1_000
PASSING_LIMIT_ITEMS = 250
"""A page that is only passed is small: it is held with others like it, and while it is decoded no
other thread of Python runs."""

GONE: Json = {}
"""Stands in a row whose item was there when it was first read, and is not any more."""


class Caller(Protocol):
    """What answers requests, telling their cost in ConsumedCapacity."""

    def call(
        self, operation: str, request: Json, cancelled: Callable[[], bool] | None = None
    ) -> Json:
        """Answer one request; raises `engine.errors.ApiError`."""
        ...


class StatementCaller(Caller, Protocol):
    """A `Caller` for statements, which may be about the past."""

    def at(self, when: str) -> StatementCaller:
        """One that reads as of a time, as people type it; raises `engine.errors.ApiError`."""
        ...


@dataclass(frozen=True, slots=True)
class Page:
    """One page: its items, how many were examined for it, what it cost in capacity units, and
    where the next page starts, None after the last one."""

    items: list[Json]
    examined: int
    units: float
    next_start: Any | None = None


class Rows(Protocol):
    """Rows by number from 0, as a grid shows them."""

    @property
    def rows_known(self) -> int:
        """How many rows there are, as far as that is known."""
        ...

    @property
    def complete(self) -> bool:
        """Whether there are no more."""
        ...

    def row(self, number: int) -> Json | None:
        """The item of a row, `GONE`, or None while it is not here."""
        ...

    def holds(self, first: int, last: int) -> bool:
        """Whether rows `first` to `last` (as far as there are any) are here."""
        ...

    def replace(self, number: int, item: Json) -> None:
        """Show another item (or `GONE`) in a row that is here: it was written just now."""
        ...


class PageReader(Protocol):
    """Reads the pages of one request.

    `counts_examined` says whether the pages tell exactly how many items were examined.
    """

    @property
    def counts_examined(self) -> bool:
        """Whether `Page.examined` is exact."""
        ...

    def read(self, start: Any | None, limit: int, cancelled: Callable[[], bool]) -> Page:
        """Read the page that begins at `start`, examining at most about `limit` items; raises
        `engine.errors.ApiError`."""
        ...


class OperationReader:
    """Reads a GetItem, Query or Scan."""

    counts_examined = True

    def __init__(self, caller: Caller, operation: str, members: Json) -> None:
        self._caller = caller
        self._operation = operation
        self._members = members

    def read(self, start: Any | None, limit: int, cancelled: Callable[[], bool]) -> Page:
        """See `PageReader.read`; a start is an ExclusiveStartKey."""
        if self._operation == "GetItem":
            response = self._caller.call("GetItem", self._members, cancelled)
            items = [response["Item"]] if "Item" in response else []
            return Page(items, len(items), consumed_units(response))
        request = {**self._members, "Limit": limit}
        if start is not None:
            request["ExclusiveStartKey"] = start
        response = self._caller.call(self._operation, request, cancelled)
        return Page(
            response["Items"],
            response["ScannedCount"],
            consumed_units(response),
            response.get("LastEvaluatedKey"),
        )


@dataclass(frozen=True, slots=True)
class _Mark:
    """Row `row` is the first that a page from `start` gives."""

    row: int
    examined: int
    start: Any | None


class PageSource:
    """The rows that a reader reads, by number from 0.

    `page_rows` is how many rows one page should give. Reading happens in `ensure` and
    `ensure_end`, which block and belong into a worker thread; `row` and the counts never block.
    """

    def __init__(self, reader: PageReader, page_rows: int) -> None:
        self.reader = reader
        self.page_rows = max(1, page_rows)
        self.rows_known = 0
        self.examined = 0
        self.units = 0.0
        self.complete = False
        self._next_start: Any | None = None
        self._marks = [_Mark(0, 0, None)]
        self._pages: OrderedDict[int, list[Json]] = OrderedDict()
        self._fresh: set[int] = set()
        self._reading = threading.Lock()
        self._state = threading.Lock()

    def row(self, number: int) -> Json | None:
        """The item of a row, `GONE`, or None while it is not here."""
        with self._state:
            starts = sorted(self._pages)
            place = bisect_right(starts, number) - 1
            if place < 0:
                return None
            first = starts[place]
            page = self._pages[first]
            if number >= first + len(page):
                return None
            self._pages.move_to_end(first)
            return page[number - first]

    def replace(self, number: int, item: Json) -> None:
        """Show another item (or `GONE`) in a row that is here: it was written just now."""
        with self._state:
            for first, page in self._pages.items():
                if first <= number < first + len(page):
                    page[number - first] = item

    def holds(self, first: int, last: int) -> bool:
        """Whether rows `first` to `last` (as far as there are any) are here."""
        end = min(last, self.rows_known - 1) if self.complete else last
        return all(self.row(number) is not None for number in range(first, end + 1))

    def held(self) -> list[tuple[int, Json]]:
        """The rows that are held in memory, in their order, each with its number."""
        with self._state:
            pages = sorted(self._pages.items())
        return [
            (number, item)
            for first, page in pages
            for number, item in enumerate(page, first)
            if item is not GONE
        ]

    def cached_rows(self) -> int:
        """How many rows are held in memory."""
        with self._state:
            return sum(map(len, self._pages.values()))

    def ensure(
        self,
        first: int,
        last: int,
        cancelled: Callable[[], bool] = lambda: False,
        on_progress: Callable[[], None] = lambda: None,
    ) -> None:
        """Read what is missing of rows `first` to `last`; raises `engine.errors.ApiError`.

        Stops early when `cancelled`; `on_progress` is called after each request.
        """
        with self._reading:
            self._read_again(first, min(last, self.rows_known - 1), cancelled, on_progress)
            while self.rows_known <= last and not self.complete and not cancelled():
                self._read_on(self._limit(), cancelled)
                on_progress()

    def ensure_end(
        self, cancelled: Callable[[], bool], on_progress: Callable[[], None] = lambda: None
    ) -> None:
        """Read to the end of the result, keeping its last pages and those that were here before.

        Between its requests others may read.
        """
        passed: deque[int] = deque()
        while not cancelled():
            with self._reading:
                # Asked in here, since others may have read the last page.
                if self.complete:
                    return
                passed.append(self.rows_known)
                self._read_on(PASSING_LIMIT_ITEMS, cancelled)
                if len(passed) > MIN_CACHED_PAGES:
                    self._forget(passed.popleft())
            on_progress()

    def take_fresh(self) -> list[list[Json]]:
        """The pages that were read since this was asked last, and are still held."""
        with self._state:
            fresh = [self._pages[first] for first in sorted(self._fresh)]
            self._fresh.clear()
        return fresh

    def _limit(self) -> int:
        """How many items to examine so that about a page of rows comes out of the filter."""
        if not self.examined:
            return self.page_rows
        wanted = self.page_rows * self.examined // max(1, self.rows_known)
        return min(max(wanted, self.page_rows), MAX_LIMIT_ITEMS)

    def _read_on(self, limit: int, cancelled: Callable[[], bool]) -> None:
        """Read the page after the last one."""
        page = self._page(self._next_start, limit, cancelled)
        with self._state:
            if page.items:
                self._keep(self.rows_known, page.items)
            self.rows_known += len(page.items)
            self.examined += page.examined
            self._next_start = page.next_start
            self.complete = page.next_start is None
            if page.next_start is not None:
                self._mark(_Mark(self.rows_known, self.examined, page.next_start))

    def _read_again(
        self,
        first: int,
        last: int,
        cancelled: Callable[[], bool],
        on_progress: Callable[[], None],
    ) -> None:
        """Read dropped pages from the nearest marks before them."""
        number = first
        while number <= last and not cancelled():
            if self.row(number) is not None:
                number += 1
                continue
            self._read_from_mark(number, cancelled)
            on_progress()

    def _read_from_mark(self, number: int, cancelled: Callable[[], bool]) -> None:
        """Read on from the last mark before a row until the row is here."""
        place = bisect_right(self._marks, number, key=lambda mark: mark.row) - 1
        mark = self._marks[place]
        following = self._marks[place + 1] if place + 1 < len(self._marks) else None
        end = following.row if following else self.rows_known
        row, examined_before, start = mark.row, mark.examined, mark.start
        while not cancelled():
            page = self._page(start, self._limit(), cancelled)
            examined_before += page.examined
            with self._state:
                items = page.items[: end - row]
                if page.next_start is None or row + len(items) >= end:
                    # Fewer than there were: the rows that are missing have been deleted since.
                    items += [GONE] * (end - row - len(items))
                if items:
                    self._keep(row, items)
                row += len(items)
                if row < end:
                    self._mark(_Mark(row, examined_before, page.next_start))
            if row > number or row >= end:
                return
            start = page.next_start

    def _page(self, start: Any | None, limit: int, cancelled: Callable[[], bool]) -> Page:
        page = self.reader.read(start, limit, cancelled)
        self.units += page.units
        return page

    def _forget(self, first: int) -> None:
        with self._state:
            self._pages.pop(first, None)
            self._fresh.discard(first)

    def _keep(self, first: int, items: list[Json]) -> None:
        self._fresh.add(first)
        self._pages[first] = items
        self._pages.move_to_end(first)
        rows = sum(map(len, self._pages.values()))
        while len(self._pages) > MIN_CACHED_PAGES and (
            rows > MAX_CACHED_ROWS or len(self._pages) > MAX_CACHED_PAGES
        ):
            gone, dropped = self._pages.popitem(last=False)
            self._fresh.discard(gone)
            rows -= len(dropped)

    def _mark(self, mark: _Mark) -> None:
        """Remember a mark in its place; a later one for the same row is the better one, since a
        request from there examines less that the filter drops."""
        place = bisect_right(self._marks, mark.row, key=lambda known: known.row)
        if self._marks[place - 1].row == mark.row and place > 1:
            self._marks[place - 1] = mark
            return
        self._marks.insert(place, mark)
        if len(self._marks) > MAX_MARKS:
            self._marks = self._marks[::2]


def consumed_units(response: Json) -> float:
    """The capacity units that a response says it consumed; 0 where it says nothing."""
    consumed = response.get("ConsumedCapacity")
    if isinstance(consumed, list):
        return float(sum(entry.get("CapacityUnits", 0) for entry in consumed))
    return float(consumed.get("CapacityUnits", 0)) if consumed else 0.0
