"""The help: every key, made from the registry of actions."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import ClassVar

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.widgets import Static

from dyntui.core.actions.action import Action
from dyntui.core.actions.registry import CONTEXTS, of_context
from dyntui.screens.drawer import Drawer
from dyntui.widgets.bindings import bindings
from dyntui.widgets.filtered import Filtered

KEYS_CELLS = 12
"""The keys of different contexts stand in one column, unless some are longer."""
FILTER_TITLE = "Filter: DynamoDB's expressions, with values written directly"
FILTER_HELP = (
    ("'text'", "text; a quote inside is doubled"),
    ("12.5  -3  1e6", "number"),
    ("true  false  null", "boolean, null"),
    ("b'3q2+7w=='", "binary, as base64"),
    ("title  ratings.imdb  tags[0]", "attribute, or a path inside one"),
    ('"odd-name"', "attribute whose name holds other characters"),
    ("= <> < <= > >=  BETWEEN … AND …  IN (…)", "comparisons"),
    ("AND  OR  NOT  ( )", "together"),
    ("begins_with(a, 'x')  contains(a, 'x')  size(a)", "functions"),
    ("attribute_exists(a)  attribute_not_exists(a)", "functions"),
    ("attribute_type(a, 'S')", "S N B SS NS BS M L BOOL NULL"),
)


class HelpScreen(Drawer[None], Filtered):
    """Keys by context, those of where one came from first; then the filter's language."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("help")
    AUTO_FOCUS = "VerticalScroll"
    DEFAULT_CSS = """
    HelpScreen VerticalScroll { padding: 1 2; scrollbar-size-vertical: 1; }
    """

    def __init__(self, context: str, keys_text: Callable[[Action], str]) -> None:
        """`context` is where one came from; `keys_text` gives the keys of an action."""
        super().__init__()
        self._first = context
        self._keys_text = keys_text

    def title_text(self) -> Text:
        """Help."""
        return Text("Help")

    def compose_body(self) -> ComposeResult:
        """One table per context."""
        with VerticalScroll():
            yield Static(Group(*self._sections()), id="help-keys")
            yield Static(Group(*self._section(FILTER_TITLE, FILTER_HELP)), id="help-filter")

    @property
    def filtered_list(self) -> VerticalScroll:
        """See `Filtered`."""
        return self.query_one(VerticalScroll)

    def words_changed(self) -> None:
        """Show the keys that hold the words, from the first on."""
        sections = self._sections()
        shown = Group(*sections) if sections else self.none_held()
        self.query_one("#help-keys", Static).update(shown)
        self.query_one("#help-filter").display = not self._words
        self.filtered_list.scroll_home(animate=False)

    def _sections(self) -> list[RenderableType]:
        """The contexts with keys that hold the words, that of where one came from first."""
        order = sorted(CONTEXTS, key=lambda context: context != self._first)
        sections: list[RenderableType] = []
        for context in order:
            rows = [
                (self._keys_text(action), action.title)
                for action in of_context(context)
                if action.keys
                and self.held(f"{CONTEXTS[context]} {self._keys_text(action)} {action.title}")
            ]
            if rows:
                sections += [*self._section(CONTEXTS[context], rows), Text()]
        return sections

    def _section(
        self, heading: str, rows: Iterable[tuple[str, str]]
    ) -> tuple[RenderableType, RenderableType]:
        """A heading, and below it keys or examples with what they do.

        Both columns give way where there is little room.
        """
        colours = self.app.theme_variables
        table = Table.grid(padding=(0, 3, 0, 0))
        table.add_column(min_width=KEYS_CELLS, overflow="fold", style=colours["accent"])
        table.add_column()
        for example, meaning in rows:
            table.add_row(Text(example), Text(meaning))
        return Text(heading, style=f"bold {colours['foreground']}"), table

    def action_close(self) -> None:
        """Back; first to all keys, where a filter leaves some out."""
        if not self.close_filter():
            self.dismiss()
