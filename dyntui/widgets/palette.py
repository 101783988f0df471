"""The palette: every action of the registry that can be done where one is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, cast

from textual.command import CommandPalette, DiscoveryHit, Hit, Hits, Provider
from textual.content import Content
from textual.css.query import NoMatches
from textual.dom import DOMNode

from dyntui.core.actions.action import Action
from dyntui.core.actions.registry import ACTIONS, CONTEXTS
from dyntui.widgets.moving import in_sight

if TYPE_CHECKING:
    from dyntui.app import DyntuiApp

TITLE_CELLS = 45
KEY_CELLS = 21
WIDE_COLUMNS = 92
UNSEEN = frozenset({"tables"})
"""The list of tables only makes room in a narrow window: what it can do is offered all the same."""


def context_of(node: DOMNode | None) -> str:
    """The innermost context that a widget is in."""
    for place in node.ancestors_with_self if node is not None else ():
        for _, binding in getattr(place, "_bindings", ()):
            if binding.id is not None:
                return str(binding.id).partition(".")[0]
    return "app"


class Palette(CommandPalette):
    """Textual's palette, whose list has no lines to move in before it is laid out."""

    def _action_command_list(self, action: str) -> None:
        with suppress(KeyError, NoMatches):
            super()._action_command_list(action)


class ActionProvider(Provider):
    """Offers actions with their keys; doing one is the same as pressing its key.

    What is out of sight, such as another tab or a closed panel, does nothing unseen.
    """

    def _offers(self) -> list[tuple[Action, DOMNode]]:
        """What can be done, with the widget or screen that does it."""
        contexts: dict[str, DOMNode] = {}
        for node in (*self.screen.walk_children(), self.screen, self.app):
            seen = in_sight(node)
            for _, binding in node._bindings:
                context = (binding.id or "").partition(".")[0]
                if context and (seen or context in UNSEEN):
                    contexts.setdefault(context, node)
        return [
            (action, contexts[action.context])
            for action in ACTIONS
            if action.palette and action.context in contexts
        ]

    def _run(self, action: Action, node: DOMNode) -> Callable[[], Awaitable[bool]]:
        return partial(self.app.run_action, action.method, node)

    async def discover(self) -> Hits:
        """Everything, as nothing is typed yet."""
        for action, node in self._offers():
            line = self._line(Content(action.title), action)
            yield DiscoveryHit(line, self._run(action, node), text=action.title)

    async def search(self, query: str) -> Hits:
        """What matches the typed text."""
        matcher = self.matcher(query)
        for action, node in self._offers():
            score = matcher.match(action.title)
            if score > 0:
                yield Hit(
                    score,
                    self._line(matcher.highlight(action.title), action),
                    self._run(action, node),
                    text=action.title,
                )

    def _line(self, title: Content, action: Action) -> Content:
        """An action on one line: what it does, its keys, and if there is room where they work."""
        keys = cast("DyntuiApp", self.app).keys_text(action)
        wide = self.app.size.width >= WIDE_COLUMNS
        return Content.assemble(
            title.pad_right(max(2, TITLE_CELLS - title.cell_length)),
            (f"{keys:<{KEY_CELLS}}", "not bold $accent"),
            (CONTEXTS[action.context] if wide else "", "not bold $text-muted"),
        )
