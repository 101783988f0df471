"""What is sent to a terminal: it shows the same as if all were sent, for far fewer bytes."""

from __future__ import annotations

import pyte
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.geometry import Region
from textual.strip import Strip

from dyntui.widgets.sent_cells import SentCells

WIDTH = 24
HEIGHT = 3
LEFT = 10
"""The first piece of each line has so many columns."""
STYLES = (
    Style(),
    Style(color="red", bgcolor="#102030"),
    Style(bgcolor="#102030"),
    Style(color="#aabbcc", bold=True),
    Style(color="#aabbcc", underline=True),
    Style(reverse=True),
    Style(bgcolor="#334455", italic=True, strike=True),
)
TEXTS = ("film", "   ", "a b", "│─▸", "é…", "日本", "🎬 x", "שלום", "e\u0301")
CONSOLE = Console(color_system="truecolor", force_terminal=True, width=WIDTH)
Line = tuple[list[tuple[str, Style]], list[tuple[str, Style]]]

segments = st.lists(st.tuples(st.sampled_from(TEXTS), st.sampled_from(STYLES)), max_size=6)
lines = st.tuples(segments, segments)
screens = st.lists(lines, min_size=HEIGHT, max_size=HEIGHT)


def strips_of(line: Line) -> list[Strip]:
    """The two pieces of a line, as wide as they have to be.

    The last column is blank, since pyte wraps before a mark that combines with what stands there.
    """
    widths = (LEFT, WIDTH - LEFT)
    return [
        Strip([Segment(text, style) for text, style in half])
        .adjust_cell_length(width - 1, Style())
        .adjust_cell_length(width, Style())
        for half, width in zip(line, widths, strict=True)
    ]


def whole(screen: list[Line]) -> LayoutUpdate:
    """An update of all lines."""
    return LayoutUpdate([strips_of(line) for line in screen], Region(0, 0, WIDTH, HEIGHT))


def part(screen: list[Line], y: int, begin: int, end: int) -> ChopsUpdate:
    """An update of some columns of a line."""
    chops = [dict(zip((0, LEFT), strips_of(line), strict=True)) for line in screen]
    return ChopsUpdate(chops, [(y, begin, end)], [[LEFT, WIDTH]] * HEIGHT)


class Terminal:
    """Shows what is sent to it."""

    def __init__(self) -> None:
        self._screen = pyte.Screen(WIDTH, HEIGHT)
        self._stream = pyte.Stream(self._screen)

    def take(self, text: str) -> None:
        """Show a text."""
        self._stream.feed(text)

    def cells(self) -> list[list[object]]:
        """Every cell; of a blank one only what can be seen."""
        return [
            [self._seen(self._screen.buffer[y][x]) for x in range(WIDTH)] for y in range(HEIGHT)
        ]

    @staticmethod
    def _seen(cell: pyte.screens.Char) -> pyte.screens.Char:
        if cell.data == " " and not (cell.underscore or cell.reverse or cell.strikethrough):
            return pyte.screens.Char(" ", bg=cell.bg)
        return cell


@given(st.lists(screens, min_size=1, max_size=4))
def test_the_terminal_shows_what_it_would_show_if_all_were_sent(shown: list[list[Line]]) -> None:
    """After every screen."""
    thin, full, sent = Terminal(), Terminal(), SentCells()
    for screen in shown:
        update = whole(screen)
        thin.take(sent.sequence(update, WIDTH, CONSOLE))
        full.take("\x1b[2J" + update.render_segments(CONSOLE))
        assert thin.cells() == full.cells()


@given(screens, screens, st.integers(0, HEIGHT - 1), st.sampled_from([(0, 5), (10, 24), (3, 24)]))
def test_parts_of_a_line_are_sent_too(
    before: list[Line], after: list[Line], y: int, span: tuple[int, int]
) -> None:
    """And what was cut through is right again with the next screen."""
    thin, full, sent = Terminal(), Terminal(), SentCells()
    for update in (whole(before), part(after, y, *span), whole(before)):
        thin.take(sent.sequence(update, WIDTH, CONSOLE))
        full.take(update.render_segments(CONSOLE))
    full.take("\x1b[2J" + whole(before).render_segments(CONSOLE))
    assert thin.cells() == full.cells()


def test_what_is_shown_already_is_not_sent_again() -> None:
    """Nothing at all for the same screen; a letter for a letter."""
    sent = SentCells()
    screen: list[Line] = [([("films", STYLES[1])], []) for _ in range(HEIGHT)]
    changed = [*screen[:1], ([("filma", STYLES[1])], []), *screen[2:]]
    assert len(sent.sequence(whole(screen), WIDTH, CONSOLE)) > WIDTH * HEIGHT
    assert sent.sequence(whole(screen), WIDTH, CONSOLE) == ""
    assert sent.sequence(whole(changed), WIDTH, CONSOLE) == "\x1b[2;5H\x1b[31;48;2;16;32;48ma\x1b[m"
    sent.forget()
    assert len(sent.sequence(whole(screen), WIDTH, CONSOLE)) > WIDTH * HEIGHT


def test_text_whose_width_terminals_disagree_on_is_sent_with_its_whole_piece() -> None:
    """So that what stands beside it in the piece is moved as that terminal moves it."""
    sent = SentCells()
    screen: list[Line] = [([("🎬 x", STYLES[0])], []) for _ in range(HEIGHT)]
    changed: list[Line] = [([("🎬 y", STYLES[0])], []), *screen[1:]]
    sent.sequence(whole(screen), WIDTH, CONSOLE)
    piece = strips_of(changed[0])[0].render(CONSOLE)
    assert sent.sequence(whole(changed), WIDTH, CONSOLE) == f"\x1b[1;1H{piece}"
