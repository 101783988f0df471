"""The list of completions below the cursor of an editor."""

from __future__ import annotations

from rich.cells import cell_len
from rich.text import Text
from textual.geometry import Offset
from textual.widgets import OptionList, TextArea
from textual.widgets.option_list import Option

from dyntui.core.statements.completion import Completion
from dyntui.core.text.cut_text import cut

TEXT_CELLS_MAX = 34
NOTE_CELLS_MAX = 24


class CompletionList(OptionList, can_focus=False):
    """Lies over the screen while it is open; the editor keeps the focus."""

    DEFAULT_CSS = """
    CompletionList {
        display: none; overlay: screen; constrain: inside inflect; position: absolute;
        width: auto; height: auto; max-height: 8;
        border: none; padding: 0; background: $panel;
        scrollbar-size-vertical: 1;
        &.-open { display: block; }
        & > .option-list--option { padding: 0 1; }
        & > .option-list--option-highlighted {
            background: $block-cursor-blurred-background; color: $foreground; text-style: bold;
        }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._completions: list[Completion] = []

    @property
    def is_open(self) -> bool:
        """Whether it is seen."""
        return self.has_class("-open")

    @property
    def chosen(self) -> Completion | None:
        """The completion under the cursor."""
        if self.highlighted is None or self.highlighted >= len(self._completions):
            return None
        return self._completions[self.highlighted]

    def show(self, completions: list[Completion], editor: TextArea) -> None:
        """Open with completions below the cursor of an editor; close where there are none."""
        self._completions = completions
        self.set_class(bool(completions), "-open")
        self.clear_options()
        if not completions:
            return
        width = min(max(cell_len(one.text) for one in completions), TEXT_CELLS_MAX)
        dim = self.app.theme_variables["secondary"]
        self.add_options(Option(_line(one, width, dim)) for one in completions)
        self.highlighted = 0
        assert self.parent is not None
        start = editor.cursor_screen_offset - Offset(completions_prefix(completions, editor), 0)
        self.absolute_offset = start + Offset(-1, 1)

    def close(self) -> None:
        """Offer nothing."""
        self.remove_class("-open")


def completions_prefix(completions: list[Completion], editor: TextArea) -> int:
    """How many characters before the cursor a completion takes the place of."""
    row, column = editor.cursor_location
    before = sum(len(line) + 1 for line in editor.document.lines[:row]) + column
    return before - completions[0].start


def _line(completion: Completion, width: int, dim: str) -> Text:
    text = cut(completion.text, width)
    line = Text(text + " " * (width - cell_len(text)), no_wrap=True)
    note = completion.note or ("" if completion.kind == "keyword" else completion.kind)
    line.append("  " + cut(note, NOTE_CELLS_MAX), style=dim)
    return line
