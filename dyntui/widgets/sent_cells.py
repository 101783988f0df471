"""What the terminal shows, cell by cell, so that only cells that change are sent to it.

Textual sends all of a widget that has to be painted, and names every colour anew. Over a slow line
that is what one waits for: a key in an editor takes 10 KB, another tab 60 KB, where a few hundred
bytes changed. `SentCells` stands between Textual's compositor and the terminal.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import groupby
from typing import NamedTuple

from rich.color import ColorSystem
from rich.console import Console
from rich.style import Style
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.strip import Strip

_STEADY = re.compile(r"[\x20-\x7e\xa0-\xac\xae-\u02ff\u0370-\u0482\u048a-\u052f\u2010-\u2027]*")
_DRAWN = re.compile(r"[\u2190-\u21ff\u2500-\u25ff\u2800-\u28ff]")
_MARKS_A_BLANK = frozenset({"4", "5", "6", "7", "9", "21", "53"})
_RUN_GAP_MAX = 5
"""How many unchanged cells are sent again rather than stepped over, which takes as many bytes."""


class Pen(NamedTuple):
    """How cells are painted, as codes of SGR; of a blank cell often only the background counts."""

    attributes: str = ""
    foreground: str = "39"
    background: str = "49"

    @property
    def marks_a_blank(self) -> bool:
        """Whether a blank cell shows more of it than the background."""
        return not _MARKS_A_BLANK.isdisjoint(self.attributes.split(";"))


class Whole(NamedTuple):
    """A piece of a line that is sent as a whole, since terminals disagree on its width.

    Wide characters, emoji, marks that combine, scripts that run to the left.
    """

    sequence: str


PLAIN = Pen()
_ANY = ""
Cell = str | Whole | None
"""A character; what follows a `Whole` is empty; None is not known."""


class SentCells:
    """Makes of the compositor's updates what has to be sent."""

    def __init__(self) -> None:
        self._lines: dict[int, tuple[list[Cell], list[Pen]]] = {}

    def forget(self) -> None:
        """What the terminal shows is not known any more: it was resized, or others wrote to it."""
        self._lines.clear()

    def changed_by(self, update: LayoutUpdate | ChopsUpdate, width: int) -> CompositorUpdate:
        """An update in a window of so many columns, reduced to what it changes once it is sent."""
        return _Changed(self, update, width)

    def sequence(self, update: LayoutUpdate | ChopsUpdate, width: int, console: Console) -> str:
        """The text that brings the terminal from what it shows to the update."""
        system = console._color_system or ColorSystem.TRUECOLOR
        out = _Output(width)
        for x, y, strip in _pieces(update):
            if not strip.cell_length:
                continue
            cells, pens = _cells_of(strip, system, console)
            self._put(out, x, y, cells, pens)
        return out.text()

    def _put(self, out: _Output, x: int, y: int, cells: list[Cell], pens: list[Pen]) -> None:
        shown, shown_pens = self._lines.setdefault(y, ([], []))
        end = x + len(cells)
        if len(shown) < end:
            missing = end - len(shown)
            shown += [None] * missing
            shown_pens += [PLAIN] * missing
        if shown[x:end] == cells and shown_pens[x:end] == pens:
            return
        _break_wholes(shown, x, end)
        if isinstance(cells[0], Whole):
            runs = [(0, len(cells) - 1)]
        else:
            before = zip(shown[x:end], shown_pens[x:end], strict=True)
            after = zip(cells, pens, strict=True)
            pairs = enumerate(zip(before, after, strict=True))
            runs = _runs([place for place, (old, new) in pairs if old != new], len(cells))
        for first, last in runs:
            out.move_to(x + first, y)
            out.write(cells[first : last + 1], pens[first : last + 1])
        shown[x:end] = cells
        shown_pens[x:end] = pens


class _Changed(CompositorUpdate):
    """An update that is reduced at the moment when it is sent."""

    def __init__(self, cells: SentCells, update: LayoutUpdate | ChopsUpdate, width: int) -> None:
        self._cells = cells
        self._update = update
        self._width = width

    def render_segments(self, console: Console) -> str:
        """What is sent."""
        return self._cells.sequence(self._update, self._width, console)


class _Output:
    """Collects what is sent: where the cursor and the pen are is known."""

    def __init__(self, width: int) -> None:
        self._width = width
        self._parts: list[str] = []
        self._place: tuple[int, int] | None = None
        self._pen = PLAIN

    def text(self) -> str:
        """All of it; the pen is as it was."""
        if self._pen != PLAIN:
            self._parts.append("\x1b[m")
            self._pen = PLAIN
        return "".join(self._parts)

    def move_to(self, x: int, y: int) -> None:
        """Bring the cursor to a cell."""
        if self._place == (x, y):
            return
        if self._place is not None and self._place[1] == y and x > self._place[0]:
            self._parts.append(f"\x1b[{x - self._place[0]}C")
        else:
            self._parts.append(f"\x1b[{y + 1};{x + 1}H")
        self._place = (x, y)

    def write(self, cells: list[Cell], pens: list[Pen]) -> None:
        """Write cells from the cursor on."""
        if isinstance(cells[0], Whole):
            self._parts += [self.text_of(PLAIN), cells[0].sequence]
            self._place = None
            return
        text = "".join(cell for cell in cells if isinstance(cell, str))
        begin = 0
        for pen, same in groupby(pens):
            end = begin + sum(1 for _ in same)
            self._parts += [self.text_of(pen), text[begin:end]]
            begin = end
        assert self._place is not None
        x, y = self._place
        x += len(cells)
        # In the last column a terminal may be about to wrap: where it is, is not known.
        self._place = None if x >= self._width else (x, y)

    def text_of(self, pen: Pen) -> str:
        """What changes the pen, which may leave what does not count as it is."""
        held = self._pen
        if pen.foreground == _ANY and not held.marks_a_blank:
            pen = held._replace(background=pen.background)
        elif pen.foreground == _ANY:
            pen = Pen(background=pen.background)
        self._pen = pen
        codes: list[str] = []
        if held.attributes != pen.attributes:
            codes += ["0", pen.attributes] if pen.attributes else ["0"]
            held = PLAIN
        if held.foreground != pen.foreground:
            codes.append(pen.foreground)
        if held.background != pen.background:
            codes.append(pen.background)
        return f"\x1b[{';'.join(codes)}m" if codes else ""


def _pieces(update: LayoutUpdate | ChopsUpdate) -> Iterator[tuple[int, int, Strip]]:
    """The strips of an update, each with the column and the line where it begins."""
    if isinstance(update, LayoutUpdate):
        for y, line in enumerate(update.strips, update.region.y):
            x = update.region.x
            for strip in line:
                yield x, y, strip
                x += strip.cell_length
        return
    for y, begin, end in update.spans:
        ends = update.chop_ends[y]
        for chop_end, (x, chop) in zip(ends, update.chops[y].items(), strict=False):
            if chop is None or x > end or chop_end <= begin:
                continue
            yield x, y, chop if chop_end <= end else chop.crop(0, end - x)


def _cells_of(strip: Strip, system: ColorSystem, console: Console) -> tuple[list[Cell], list[Pen]]:
    """The cells of a strip, as many as it is wide."""
    cells: list[Cell] = []
    pens: list[Pen] = []
    for text, style, _ in strip:
        if not _is_steady(text) or (style is not None and style.link):
            length = strip.cell_length
            return [Whole(strip.render(console)), *[""] * (length - 1)], [PLAIN] * length
        cells += text
        pens += [_pen_of(style, system, text.isspace())] * len(text)
    return cells, pens


@lru_cache(maxsize=4096)
def _is_steady(text: str) -> bool:
    """Whether every terminal gives each character one cell, from left to right."""
    return text.isascii() or _STEADY.fullmatch(_DRAWN.sub("", text)) is not None


@lru_cache(maxsize=4096)
def _pen_of(style: Style | None, system: ColorSystem, blank: bool) -> Pen:
    if style is None:
        return Pen("", _ANY, PLAIN.background) if blank else PLAIN
    attributes = Strip.render_ansi(style.without_color, system)
    front, back = style.color, style.bgcolor
    pen = Pen(
        attributes,
        ";".join(front.downgrade(system).get_ansi_codes()) if front else PLAIN.foreground,
        ";".join(back.downgrade(system).get_ansi_codes(False)) if back else PLAIN.background,
    )
    return Pen("", _ANY, pen.background) if blank and not pen.marks_a_blank else pen


def _break_wholes(shown: list[Cell], begin: int, end: int) -> None:
    """What is left of wholes that are written over is not known any more."""
    if shown[begin] == "":
        place = begin
        while shown[place] == "":
            shown[place] = None
            place -= 1
        shown[place] = None
    while end < len(shown) and shown[end] == "":
        shown[end] = None
        end += 1


def _runs(changed: list[int], length: int) -> list[tuple[int, int]]:
    """The first and the last place of each run of changed cells; small gaps belong to it."""
    if len(changed) == length:
        return [(0, length - 1)]
    runs: list[tuple[int, int]] = []
    for place in changed:
        if runs and place - runs[-1][1] <= _RUN_GAP_MAX:
            runs[-1] = (runs[-1][0], place)
        else:
            runs.append((place, place))
    return runs
