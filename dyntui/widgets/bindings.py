"""The key bindings of a context, made from the registry of actions."""

from __future__ import annotations

from textual.actions import ActionParseResult
from textual.binding import Binding, BindingType
from textual.dom import DOMNode

from dyntui.core.actions.action import Action
from dyntui.core.actions.registry import of_context


def bindings(context: str) -> list[BindingType]:
    """Textual's bindings for a context; those with a short text stand in the footer.

    The app's keys work in drawers and fields too, except for the one that can be typed.
    """
    return [
        Binding(
            key,
            action.method,
            action.short or action.title,
            show=bool(action.short),
            tooltip=action.title,
            id=action.id,
            priority=context == "app" and key != "question_mark",
        )
        for action in of_context(context)
        for key in action.keys
    ]


def action_of(called: str | ActionParseResult, home: DOMNode) -> Action | None:
    """The action of the registry that a widget or screen is told to do, by its text."""
    contexts = {binding.id.partition(".")[0] for _, binding in home._bindings if binding.id}
    offered = (action for context in contexts for action in of_context(context))
    return next((action for action in offered if action.method == called), None)
