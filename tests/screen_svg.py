"""What stands on the app's screen, as a small SVG that any viewer shows alike.

One `text` element for each run of equal style, stretched to the width of its cells, so that columns
stand right in every font. Nothing is loaded from elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Any, NamedTuple

from rich.cells import cell_len
from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from rich.terminal_theme import DEFAULT_TERMINAL_THEME
from textual.app import App

CELL_WIDTH = 8.4
LINE_HEIGHT = 18
FONT_SIZE = 14
BASELINE = 13.5
MARGIN = 10
FONTS = "ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', 'Liberation Mono', monospace"


class Run(NamedTuple):
    """Cells side by side with the same look; `left` counts cells from 0, `look` is CSS."""

    left: int
    width: int
    text: str
    look: str
    ground: str


def screen_lines(app: App[Any]) -> list[list[Segment]]:
    """The screen in front, with what shines through it, a list of segments a line."""
    width, height = app.size
    update = app.screen._compositor.render_update(
        full=True, screen_stack=app._background_screens, simplify=True
    )
    assert update is not None
    console = app.console
    options = console.options.update(width=width, height=height)
    return list(Segment.split_lines(console.render(update, options)))


def screen_svg(app: App[Any]) -> str:
    """The screen as SVG."""
    width, height = app.size
    base = app.theme_variables["background"].lower()
    lines = [list(_runs(line)) for line in screen_lines(app)]
    looks = sorted({run.look for line in lines for run in line if run.text})
    names = {look: f"s{number}" for number, look in enumerate(looks)}
    outer = (round(width * CELL_WIDTH) + 2 * MARGIN, height * LINE_HEIGHT + 2 * MARGIN)
    body = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {outer[0]} {outer[1]}" '
        f'font-family="{FONTS}" font-size="{FONT_SIZE}" xml:space="preserve">',
        "<style>" + "".join(f".{names[look]}{{{look}}}" for look in looks) + "</style>",
        f'<rect width="{outer[0]}" height="{outer[1]}" rx="8" fill="{base}"/>',
        f'<g transform="translate({MARGIN} {MARGIN})" shape-rendering="crispEdges">',
    ]
    body += _grounds(lines, base)
    for row, line in enumerate(lines):
        body += (_text(run, row, names[run.look]) for run in line if run.text)
    return "\n".join((*body, "</g>", "</svg>", ""))


def _runs(line: list[Segment]) -> Iterator[Run]:
    """The line's runs; blanks at the ends of a text belong to the ground only."""
    left = 0
    for text, style, control in line:
        if control:
            continue
        width = cell_len(text)
        look, ground = _look(style or Style.null())
        stripped = text.strip(" ")
        if "underline" in look:
            stripped = text
        indent = len(text) - len(text.lstrip(" ")) if stripped != text else 0
        yield Run(left, width, "", "", ground)
        if stripped:
            yield Run(left + indent, cell_len(stripped), stripped, look, "")
        left += width


def _look(style: Style) -> tuple[str, str]:
    """A style's CSS, and the colour of its ground or an empty text."""
    fore, ground = _colour(style.color, True), _colour(style.bgcolor, False)
    if style.reverse:
        fore, ground = ground, fore
    look = f"fill:{fore}"
    if style.dim:
        look += ";opacity:.6"
    if style.bold:
        look += ";font-weight:700"
    if style.italic:
        look += ";font-style:italic"
    if style.underline:
        look += ";text-decoration:underline"
    return look, ground


def _colour(colour: Color | None, foreground: bool) -> str:
    truecolor = (colour or Color.default()).get_truecolor(DEFAULT_TERMINAL_THEME, foreground)
    return truecolor.hex


def _grounds(lines: list[list[Run]], base: str) -> Iterator[str]:
    """Rectangles behind the text: neighbours of one colour as one, beside and below each other."""
    begun: dict[tuple[int, int, str], int] = {}
    for row, line in enumerate([*lines, []]):
        spans = {span for span in _spans(line) if span[2] != base}
        for span in sorted(begun.keys() - spans):
            yield _rectangle(span, begun.pop(span), row)
        for span in spans:
            begun.setdefault(span, row)


def _spans(line: list[Run]) -> Iterator[tuple[int, int, str]]:
    """Left, width and colour of each stretch of one ground."""
    left, width, ground = 0, 0, ""
    for run in line:
        if not run.ground:
            continue
        if run.ground != ground:
            if width:
                yield left, width, ground
            left, width, ground = run.left, 0, run.ground
        width += run.width
    if width:
        yield left, width, ground


def _rectangle(span: tuple[int, int, str], first: int, end: int) -> str:
    left, width, ground = span
    return (
        f'<rect x="{_number(left * CELL_WIDTH)}" y="{first * LINE_HEIGHT}" '
        f'width="{_number(width * CELL_WIDTH)}" height="{(end - first) * LINE_HEIGHT}" '
        f'fill="{ground}"/>'
    )


def _text(run: Run, row: int, name: str) -> str:
    return (
        f'<text class="{name}" x="{_number(run.left * CELL_WIDTH)}" '
        f'y="{_number(row * LINE_HEIGHT + BASELINE)}" '
        f'textLength="{_number(run.width * CELL_WIDTH)}">{escape(run.text, quote=False)}</text>'
    )


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
