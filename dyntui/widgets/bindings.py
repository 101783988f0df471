"""The key bindings of a context, made from the registry of actions."""

from __future__ import annotations

from textual.binding import Binding, BindingType

from dyntui.core.actions import of_context


def bindings(context: str) -> list[BindingType]:
    """Textual's bindings for a context; those with a short text stand in the footer."""
    return [
        Binding(
            ",".join(action.keys),
            action.method,
            action.short or action.title,
            show=bool(action.short),
            tooltip=action.title,
            id=action.id,
        )
        for action in of_context(context)
        if action.keys
    ]
