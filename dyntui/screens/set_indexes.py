"""A global index added to a table, or removed from it."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text
from textual.widget import Widget
from textual.widgets import Input, Select

from dyntui.core.connection.session import Session
from dyntui.core.settings.rows import INDEX_NOTE
from dyntui.core.tables.definition import (
    DEFAULT_THROUGHPUT,
    IndexDefinition,
    NotationError,
    add_index_request,
    drop_index_request,
    parse_attributes,
)
from dyntui.core.tables.requests import Request
from dyntui.core.tables.schema import Projection, TableInfo, Throughput
from dyntui.core.text.formats import bytes_text
from dyntui.screens.set_capacity import typed_units_and_maxima, unit_rows
from dyntui.screens.setting import SettingScreen, choice
from dyntui.widgets.form_fields import FormRow

PROJECTIONS: tuple[tuple[str, Projection], ...] = (
    ("all attributes: ALL", "ALL"),
    ("only keys: KEYS_ONLY", "KEYS_ONLY"),
    ("keys, and those that are named: INCLUDE", "INCLUDE"),
)


class AddIndexScreen(SettingScreen):
    """Adds a global index, which is filled from the items that are there."""

    TITLE = "Add a global index"

    def __init__(self, session: Session, info: TableInfo) -> None:
        about = f"{INDEX_NOTE} Filling it takes a while in a large table; requests go on meanwhile."
        super().__init__(session, info, about)

    def fields(self) -> Sequence[Widget]:
        """Name, keys, projection; units where the table has them."""
        provisioned = self._info.billing_mode == "PROVISIONED"
        units = unit_rows(self._info.throughput or DEFAULT_THROUGHPUT) if provisioned else []
        named = FormRow("Attributes", Input(placeholder="title,year", id="named", compact=True))
        named.add_class("-named")
        return (
            FormRow("Name", Input(placeholder="by-genre", id="name", compact=True)),
            FormRow("Partition key", Input(placeholder="genre:S", id="partition", compact=True)),
            FormRow("Sort key", Input(placeholder="year:N, or nothing", id="sort", compact=True)),
            FormRow("It has", choice(PROJECTIONS, "ALL", "projection")),
            named,
            *units,
        )

    def show_fields(self) -> None:
        """Ask for attributes where they are named."""
        chosen = self.query_one("#projection", Select).value
        self.query_one(".-named").set_class(chosen != "INCLUDE", "-unused")
        super().show_fields()

    def requests(self) -> list[Request]:
        """UpdateTable."""
        name, partition, sort, named = (
            self.query_one(f"#{field}", Input).value.strip()
            for field in ("name", "partition", "sort", "named")
        )
        if not name:
            raise NotationError("An index needs a name.")
        if not partition:
            raise NotationError("An index needs a partition key, such as genre:S.")
        projection = next(
            p for _, p in PROJECTIONS if p == self.query_one("#projection", Select).value
        )
        attributes: tuple[str, ...] = ()
        if projection == "INCLUDE":
            attributes = tuple(filter(None, (part.strip() for part in named.split(","))))
            if not attributes:
                raise NotationError("Which attributes? Name them, separated by commas.")
        index = IndexDefinition(
            name,
            "GSI",
            parse_attributes(partition),
            parse_attributes(sort) if sort else (),
            projection,
            attributes,
            self._throughput(),
        )
        return [Request("UpdateTable", add_index_request(self._info, index))]

    def _throughput(self) -> Throughput | None:
        if self._info.billing_mode != "PROVISIONED":
            return None
        (read, write), _ = typed_units_and_maxima(self, provisioned=True)
        if read is None or write is None:
            raise NotationError("Give read and write units: the table is provisioned.")
        return Throughput(read, write)


class DropIndexScreen(SettingScreen):
    """Removes a global index."""

    TITLE = "Remove a global index"

    def __init__(self, session: Session, info: TableInfo, index: str) -> None:
        held = info.index(index)
        about = (
            f"The {held.item_count:,} entries of {index} go ({bytes_text(held.size_bytes)}); the "
            "items stay. Programs that query it are refused from then on."
        )
        super().__init__(session, info, about)
        self._index = index

    def title_text(self) -> Text:
        """Which index."""
        return Text(f"Remove the index {self._index} · {self._info.name}")

    def requests(self) -> list[Request]:
        """UpdateTable."""
        return [Request("UpdateTable", drop_index_request(self._info, self._index))]
