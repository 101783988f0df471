"""The key bindings of a context, made from the registry of actions."""

from __future__ import annotations

from textual.binding import Binding, BindingType

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
