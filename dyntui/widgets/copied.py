"""Copying from any widget or screen: the app does it, and says which way it went."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from textual.message_pump import MessagePump

if TYPE_CHECKING:
    from dyntui.app import DyntuiApp


def copy_text(node: MessagePump, text: str, told: str) -> None:
    """Copy a text; `told` is what to say once it is done, such as "Copied the item"."""
    cast("DyntuiApp", node.app).copy_text(text, told)


def copy_measured(node: MessagePump, text: str, what: str) -> None:
    """Copy a text, and say what it is and how long."""
    copy_text(node, text, f"Copied {what}: {len(text):,} characters")
