"""The grid of items: draws only the rows in view, and asks for those that are missing.

One line of heads, then one line an item. The key columns stay in place while the others scroll
sideways. The cursor is a cell; row and column count from 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import BindingType
from textual.geometry import Offset, Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from dyntui.core.browse.columns import Column, Columns
from dyntui.core.browse.marks import Marks, key_of
from dyntui.core.browse.refreshing import NO_NEWS, News
from dyntui.core.connection.pages import GONE, Rows
from dyntui.core.security.sealed_items import sealed_texts
from dyntui.widgets.bindings import bindings
from dyntui.widgets.grid_cells import head_segments, value_segments
from engine.itemcrypto.schema import Place

Json = dict[str, Any]
Drawn = tuple[tuple[str, str], int, bool]
"""What of a column is drawn beside its values: head, width, and whether they stand on the right."""

GAP = 2
HEAD_LINES = 1
MARKED, CHANGED, NEW = "●", "~", "+"
LOOK_AHEAD_ROWS = 1
"""The next page is read when the last row that is known comes into view."""


class ItemGrid(ScrollView, can_focus=True):
    """Shows rows; with `marks` their items can be marked. `news` is what a refresh has shown."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("items")
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "grid--cell",
        "grid--head",
        "grid--head-key",
        "grid--dim",
        "grid--key",
        "grid--row",
        "grid--cursor",
        "grid--cursor-blurred",
        "grid--marked",
        "grid--news",
    }
    DEFAULT_CSS = """
    ItemGrid {
        height: 1fr;
        background: $surface;
        color: $foreground;
        scrollbar-size: 0 1;
        .grid--cell { background: $surface; color: $foreground; }
        .grid--head { background: $panel; color: $foreground; text-style: bold; }
        .grid--head-key { background: $panel; color: $accent; text-style: bold; }
        .grid--dim { color: $secondary; text-style: none; }
        .grid--key { color: $accent; }
        .grid--row { background: $boost; }
        .grid--marked { color: $accent; text-style: bold; }
        .grid--news { color: $warning; text-style: bold; }
        .grid--cursor { background: $block-cursor-background;
            color: $block-cursor-foreground; text-style: bold; }
        .grid--cursor-blurred { background: $block-cursor-blurred-background;
            color: $block-cursor-blurred-foreground; text-style: bold; }
    }
    """

    @dataclass
    class RowsWanted(Message):
        """Rows that come into view are missing, or the end of what is read comes near."""

        first: int
        last: int

    @dataclass
    class Resized(Message):
        """The grid shows another number of rows at once."""

    @dataclass
    class CursorMoved(Message):
        """The cursor stands on another cell."""

        row: int
        column: int

    @dataclass
    class Asked(Message):
        """The person wants something done with the cell or the item under the cursor; `what` is
        the name of an action of the context `items`."""

        what: str

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  Textual's own name
        super().__init__(id=id)
        self.source: Rows | None = None
        self.seal_place: Place | None = None
        """Where sealed items belong, if it is known: which of their attributes are not signed."""
        self.columns = Columns(())
        self.marks: Marks | None = None
        self.news: News = NO_NEWS
        self.key_names: tuple[str, ...] = ()
        self.cursor_row = 0
        self.cursor_column = 0
        self._lefts: list[int] = []
        self._heads: list[Drawn] = []
        self._gaps = True
        self._wanted_row: int | None = None

    @property
    def visible_rows(self) -> int:
        """How many items the grid can show at once."""
        return max(1, self.scrollable_content_region.height - HEAD_LINES)

    @property
    def row_count(self) -> int:
        """How many rows are known."""
        return self.source.rows_known if self.source else 0

    @property
    def item(self) -> Json | None:
        """The item under the cursor, or None where there is none (any more)."""
        item = self.source.row(self.cursor_row) if self.source else None
        return None if item is None or item is GONE else item

    @property
    def column(self) -> Column | None:
        """The column under the cursor."""
        shown = self.columns.shown
        return shown[self.cursor_column] if self.cursor_column < len(shown) else None

    def show(self, source: Rows | None, columns: Columns, *, wanting: bool = True) -> None:
        """Show another result, from its top; `wanting` as in `rows_changed`."""
        self.source = source
        self.news = NO_NEWS
        self.columns = columns
        self._wanted_row = None
        self.cursor_row = self.cursor_column = 0
        self.scroll_to(0, 0, animate=False)
        self.rows_changed(wanting=wanting)

    def replace_item(self, item: Json) -> None:
        """Show another item, or `GONE`, under the cursor."""
        if self.source is not None:
            self.source.replace(self.cursor_row, item)

    def show_rows(self, rows: Rows, *, wanting: bool = True) -> None:
        """Show the same result in another way, with the cursor where it was; `wanting` as in
        `rows_changed`."""
        self.source = rows
        self.cursor_row = max(0, min(self.cursor_row, self.row_count - 1))
        self.rows_changed(wanting=wanting)

    def rows_changed(self, *, wanting: bool = True) -> None:
        """Something of the rows is another than it was.

        Rows that are in view and missing are asked for, if they are wanted without being asked.
        """
        self._gaps = True
        self.rows_read(wanting=wanting)

    def rows_read(self, *, wanting: bool = True) -> None:
        """The source has read more; `wanting` as in `rows_changed`.

        What is drawn stays where no row was missing in it and all columns are as they were: most
        of a long reading happens out of view, and a terminal takes long for a whole grid.
        """
        self._place_columns()
        if self._wanted_row is not None and self._wanted_row > self.cursor_row:
            wanted = self._wanted_row
            self.move_to(wanted)
            self._wanted_row = wanted if wanted >= self.row_count and not self._at_end else None
        if wanting:
            self._want_rows()
        heads = [(column.head, column.width, column.is_number) for column in self.columns.shown]
        if self._gaps or heads != self._heads:
            self._gaps = False
            self._heads = heads
            self.refresh()

    def _place_columns(self) -> None:
        """Where each column begins, with its part of the room that is left beside a scrollbar."""
        settled = self._at_end or self.row_count >= self.visible_rows
        self.columns.share(
            self.size.width - self.styles.scrollbar_size_vertical, GAP, settled=settled
        )
        lefts, left = [], 0
        for column in self.columns.shown:
            lefts.append(left)
            left += column.width + GAP
        self._lefts = [*lefts, left]
        self._fit(Size(left, self.row_count + HEAD_LINES))

    def _fit(self, size: Size) -> None:
        """Take another size of all rows; where only the scrollbar shows it, nothing is laid out."""
        before = self.virtual_size
        longer = size.width == before.width and size.height > before.height
        if longer and self.show_vertical_scrollbar:
            self.set_reactive(ItemGrid.virtual_size, size)
            self._scroll_update(size)
        else:
            self.virtual_size = size

    # Drawing.

    def render_line(self, y: int) -> Strip:
        """One line of the viewport."""
        width = self.scrollable_content_region.width
        if y < HEAD_LINES:
            return self._head_line(width)
        number = self.scroll_offset.y + y - HEAD_LINES
        base = self.get_component_rich_style("grid--cell")
        if number >= self.row_count or self.source is None:
            self._gaps = True
            return Strip.blank(width, base)
        if number == self.cursor_row:
            base += self.get_component_rich_style("grid--row", partial=True)
        item = self.source.row(number)
        if item is None or item is GONE:
            self._gaps = True
            style = base + self.get_component_rich_style("grid--dim", partial=True)
            text = "· · ·" if item is None else "deleted meanwhile"
            return Strip([Segment(" " + text, style)]).adjust_cell_length(width, style)
        return self._item_line(item, number, width, base)

    def _head_line(self, width: int) -> Strip:
        if not self.columns.shown:
            return Strip.blank(width, self.get_component_rich_style("grid--cell"))
        style = self.get_component_rich_style("grid--head")
        key = self.get_component_rich_style("grid--head-key")
        dim = style + self.get_component_rich_style("grid--dim", partial=True)
        cells = [
            head_segments(column, GAP, key if column.role else style, dim)
            for column in self.columns.shown
        ]
        return self._marked(self._line(cells, width, style), width, key)

    def _marked(self, line: Strip, width: int, style: Style) -> Strip:
        """The head with a mark on each side on which there are more columns."""
        if not self._lefts:
            return line
        fixed_width = self._lefts[self._fixed_columns()]
        if self.scroll_offset.x > 0:
            mark = Strip([Segment("‹", style)])
            line = Strip.join([line.crop(0, fixed_width), mark, line.crop(fixed_width + 1)])
        if self._lefts[-1] - GAP - self.scroll_offset.x >= width:
            line = Strip.join([line.crop(0, width - 1), Strip([Segment("›", style)])])
        return line

    def _item_line(self, item: Json, number: int, width: int, base: Style) -> Strip:
        beside = base + self.get_component_rich_style("grid--dim", partial=True)
        key = base + self.get_component_rich_style("grid--key", partial=True)
        cells = []
        sealed = sealed_texts(item, self.seal_place)
        sign, changed = self._sign(item)
        news = base + self.get_component_rich_style("grid--news", partial=True)
        for place, column in enumerate(self.columns.shown):
            style, dim = key if column.role else base, beside
            if column.name in changed:
                style = dim = news
            if number == self.cursor_row and place == self.cursor_column:
                name = "grid--cursor" if self.has_focus else "grid--cursor-blurred"
                style = dim = self.get_component_rich_style(name)
            cells.append(
                value_segments(
                    item.get(column.name), column, GAP, style, dim, sealed.get(column.name)
                )
            )
        line = self._line(cells, width, base)
        if sign:
            name = "grid--marked" if sign == MARKED else "grid--news"
            style = base + self.get_component_rich_style(name, partial=True)
            line = Strip.join([Strip([Segment(sign, style)]), line.crop(1)])
        return line

    def _sign(self, item: Json) -> tuple[str, frozenset[str]]:
        """What stands before a row, and the attributes that a refresh has changed in it."""
        changed: frozenset[str] = frozenset()
        sign = ""
        if self.news is not NO_NEWS and all(name in item for name in self.key_names):
            key = key_of(item, self.key_names)
            changed = self.news.changed.get(key, changed)
            sign = CHANGED if changed else NEW if key in self.news.new else ""
        if self.marks is not None and item in self.marks:
            sign = MARKED
        return sign, changed

    def _line(self, cells: list[list[Segment]], width: int, style: Style) -> Strip:
        """Fixed cells, then the others from where the grid is scrolled to."""
        fixed = self._fixed_columns()
        fixed_width = self._lefts[fixed] if self._lefts else 0
        left = Strip([segment for cell in cells[:fixed] for segment in cell])
        rest = Strip([segment for cell in cells[fixed:] for segment in cell])
        offset = self.scroll_offset.x
        rest = rest.crop(offset, offset + width - fixed_width)
        return Strip.join([left, rest]).adjust_cell_length(width, style)

    def _fixed_columns(self) -> int:
        """How many columns do not scroll sideways: the pinned ones, or else those of the key,
        unless they fill the half."""
        half = self.scrollable_content_region.width // 2
        for count in (self.columns.fixed, self.columns.keys):
            if count < len(self._lefts) and self._lefts[count] <= half:
                return count
        return 0

    # Scrolling.

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Ask for what comes into view."""
        super().watch_scroll_y(old_value, new_value)
        self._want_rows()

    def on_resize(self) -> None:
        """A taller grid shows more rows, a wider one more of them."""
        self.rows_read()
        self.post_message(self.Resized())

    def _want_rows(self) -> None:
        if self.source is None:
            return
        first = self.scroll_offset.y
        last = first + self.visible_rows - 1 + LOOK_AHEAD_ROWS
        if not self.source.holds(first, last):
            self.post_message(self.RowsWanted(first, last))

    def move_to(self, row: int, column: int | None = None) -> None:
        """Put the cursor on a cell, as near as there is one, and scroll it into view."""
        self._wanted_row = None
        before = (self.cursor_row, self.cursor_column)
        self.cursor_row = max(0, min(row, self.row_count - 1))
        if column is not None:
            self.cursor_column = max(0, min(column, len(self.columns.shown) - 1))
        offset = self._offset_in_view()
        if offset != self.scroll_offset:
            self.scroll_to(*offset, animate=False)
            self.refresh()
        if (self.cursor_row, self.cursor_column) == before:
            return
        self.refresh(*(self._row_region(row) for row in {before[0], self.cursor_row}))
        self.post_message(self.CursorMoved(self.cursor_row, self.cursor_column))

    def _offset_in_view(self) -> Offset:
        """Where to scroll to, no further than needed, so that the cursor is seen."""
        top = self.scroll_offset.y
        y = min(max(top, self.cursor_row - self.visible_rows + 1), self.cursor_row)
        x = self.scroll_offset.x
        fixed = self._fixed_columns()
        if fixed <= self.cursor_column < len(self._lefts) - 1:
            fixed_width = self._lefts[fixed] if fixed else 0
            start = self._lefts[self.cursor_column] - fixed_width
            end = self._lefts[self.cursor_column + 1] - fixed_width
            room = self.scrollable_content_region.width - fixed_width
            x = min(max(x, end - room), start)
        return Offset(x, y)

    def _row_region(self, row: int) -> Region:
        """A row's line of the viewport."""
        return Region(0, row - self.scroll_offset.y + HEAD_LINES, self.size.width, 1)

    def on_click(self, event: events.Click) -> None:
        """A click puts the cursor on a cell, with Ctrl it marks; a second one opens the item.

        On the head of a column it sorts by it.
        """
        offset = event.get_content_offset(self)
        if offset is None or not self.columns.shown:
            return
        x = offset.x
        fixed = self._fixed_columns()
        if not fixed or x >= self._lefts[fixed]:
            x += self.scroll_offset.x
        column = max((place for place, left in enumerate(self._lefts[:-1]) if left <= x), default=0)
        if offset.y < HEAD_LINES:
            if x < self._lefts[-1]:
                self.move_to(self.cursor_row, column)
                self.action_ask("sort")
            return
        self.move_to(self.scroll_offset.y + offset.y - HEAD_LINES, column)
        if event.ctrl and self.marks is not None:
            self.action_ask("mark")
        elif event.chain == 2:
            self.action_ask("open")

    def on_focus(self) -> None:
        """The cursor is drawn stronger."""
        self.refresh()

    def on_blur(self) -> None:
        """The cursor is drawn weaker."""
        self.refresh()

    def action_up(self) -> None:
        """One row up."""
        self.move_to(self.cursor_row - 1)

    def action_down(self) -> None:
        """One row down."""
        self._move_on(1)

    def _move_on(self, rows: int) -> None:
        """Down, and on past the last row that is known as soon as there are more."""
        wanted = (self.cursor_row if self._wanted_row is None else self._wanted_row) + rows
        self.move_to(wanted)
        if wanted >= self.row_count and not self._at_end:
            self._wanted_row = wanted
            self.post_message(self.RowsWanted(self.row_count, wanted))

    @property
    def _at_end(self) -> bool:
        return self.source is None or self.source.complete

    def action_left(self) -> None:
        """One column to the left."""
        self.move_to(self.cursor_row, self.cursor_column - 1)

    def action_right(self) -> None:
        """One column to the right."""
        self.move_to(self.cursor_row, self.cursor_column + 1)

    def action_page_up(self) -> None:
        """As many rows up as are in view."""
        self.move_to(self.cursor_row - self.visible_rows)

    def action_page_down(self) -> None:
        """As many rows down as are in view, and on where there is more to read."""
        self._move_on(self.visible_rows)

    def action_first_row(self) -> None:
        """To the first row."""
        self.move_to(0)

    def action_last_row(self) -> None:
        """To the last row that was read."""
        self.move_to(self.row_count - 1)

    def action_first_column(self) -> None:
        """To the first column."""
        self.move_to(self.cursor_row, 0)

    def action_last_column(self) -> None:
        """To the last column."""
        self.move_to(self.cursor_row, len(self.columns.shown) - 1)

    def action_ask(self, what: str) -> None:
        """Have something done with the cell or the item under the cursor."""
        self.post_message(self.Asked(what))


class ResultGrid(ItemGrid, inherit_bindings=False):
    """Shows rows that are looked at only."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("results")
