"""Capacity of a table or a global index: its mode, its units or maxima, its warm throughput."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text
from textual.widget import Widget
from textual.widgets import Input, Select

from dyntui.core.connection.session import Session
from dyntui.core.settings.requests import (
    Pair,
    capacity_requests,
    index_capacity_requests,
    index_description,
    maxima_of,
    warm_of,
    warm_requests,
)
from dyntui.core.settings.rows import MAXIMUM_NOTE, MODE_NOTE, WARM_NOTE, decreases_note
from dyntui.core.tables.definition import BILLING_MODES, DEFAULT_THROUGHPUT
from dyntui.core.tables.requests import Request
from dyntui.core.tables.schema import TableInfo, Throughput
from dyntui.screens.setting import SettingScreen, choice, number_row
from dyntui.widgets.form_fields import FormRow, parse_units

NO_LIMIT = "no limit"


class CapacityScreen(SettingScreen):
    """The mode of a table, and its units or maxima."""

    TITLE = "Capacity"

    def __init__(self, session: Session, info: TableInfo) -> None:
        about = f"{MODE_NOTE} {decreases_note(info.description)}"
        super().__init__(session, info, about)

    def fields(self) -> Sequence[Widget]:
        """The mode, and what it has: units, or maxima."""
        modes = [(name.replace("-", " "), mode) for name, mode in BILLING_MODES.items()]
        units = unit_rows(self._info.throughput or DEFAULT_THROUGHPUT)
        maxima = maximum_rows(maxima_of(self._info.description))
        for row in units:
            row.add_class("-units")
        for row in maxima:
            row.add_class("-maxima")
        return (
            FormRow("Mode", choice(modes, self._info.billing_mode, "mode")),
            *units,
            *maxima,
        )

    def show_fields(self) -> None:
        """Show the fields of the mode that is chosen."""
        provisioned = self._provisioned
        for row in self.query(".-units"):
            row.set_class(not provisioned, "-unused")
        for row in self.query(".-maxima"):
            row.set_class(provisioned, "-unused")
        super().show_fields()

    @property
    def _provisioned(self) -> bool:
        return self.query_one("#mode", Select).value == "PROVISIONED"

    def requests(self) -> list[Request]:
        """UpdateTable."""
        mode = BILLING_MODES["provisioned" if self._provisioned else "on-demand"]
        return capacity_requests(self._info, mode, *typed_units_and_maxima(self, self._provisioned))


class IndexCapacityScreen(SettingScreen):
    """The units of a global index, or its maxima where its table is on demand."""

    TITLE = "Capacity of an index"

    def __init__(self, session: Session, info: TableInfo, index: str) -> None:
        self._provisioned = info.billing_mode == "PROVISIONED"
        self._described = index_description(info, index)
        about = decreases_note(self._described) if self._provisioned else MAXIMUM_NOTE
        super().__init__(session, info, about)
        self._index = index

    def title_text(self) -> Text:
        """Which index."""
        return Text(f"Capacity · {self._info.name} · index {self._index}")

    def fields(self) -> Sequence[Widget]:
        """Units, or maxima."""
        if self._provisioned:
            return unit_rows(self._info.index(self._index).throughput or DEFAULT_THROUGHPUT)
        return maximum_rows(maxima_of(self._described))

    def requests(self) -> list[Request]:
        """UpdateTable."""
        typed = typed_units_and_maxima(self, self._provisioned)
        return index_capacity_requests(self._info, self._index, *typed)


class WarmScreen(SettingScreen):
    """The warm throughput of a table or a global index."""

    TITLE = "Warm throughput"

    def __init__(self, session: Session, info: TableInfo, index: str | None = None) -> None:
        super().__init__(session, info, WARM_NOTE)
        self._index = index

    def title_text(self) -> Text:
        """Which table or index."""
        index = "" if self._index is None else f" · index {self._index}"
        return Text(f"{self.TITLE} · {self._info.name}{index}")

    def fields(self) -> Sequence[Widget]:
        """Reads and writes a second."""
        described = self._info.description
        if self._index is not None:
            described = index_description(self._info, self._index)
        read, write = warm_of(described)
        return (
            number_row("Reads a second", read, "warm-read"),
            number_row("Writes a second", write, "warm-write"),
        )

    def requests(self) -> list[Request]:
        """UpdateTable."""
        return warm_requests(self._info, self._index, _typed(self, "warm-read", "warm-write"))


def unit_rows(units: Throughput) -> list[FormRow]:
    """Read and write units."""
    return [
        number_row("Read units", units.read_units, "read"),
        number_row("Write units", units.write_units, "write"),
    ]


def maximum_rows(maxima: Pair) -> list[FormRow]:
    """The most that is read and written a second."""
    return [
        number_row("Reads at most", maxima[0], "max-read", empty=NO_LIMIT),
        number_row("Writes at most", maxima[1], "max-write", empty=NO_LIMIT),
    ]


def typed_units_and_maxima(screen: SettingScreen, provisioned: bool) -> tuple[Pair, Pair]:
    """What stands in the rows of units, or of maxima; the others count as empty."""
    if provisioned:
        return _typed(screen, "read", "write"), (None, None)
    return (None, None), _typed(screen, "max-read", "max-write")


def _typed(screen: SettingScreen, read: str, write: str) -> Pair:
    reads, writes = (parse_units(screen.query_one(f"#{n}", Input).value) for n in (read, write))
    return reads, writes
