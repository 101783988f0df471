"""Texts of the app in the person's own editor and pager, which get the terminal meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from textual.app import App, SuspendNotSupported
from textual.widgets import TextArea

from dyntui.core.user.programs import ProgramError, edited, paged

Answer = TypeVar("Answer")


def edit_elsewhere(app: App[Any], area: TextArea, suffix: str) -> None:
    """Put what the editor leaves into an area, where it can be undone; nothing if it fails."""
    text = "\n".join(area.document.lines)
    after = _meanwhile(app, lambda: edited(text, suffix))
    if after is not None and after != text:
        area.replace(after, (0, 0), area.document.end)


def page_elsewhere(app: App[Any], text: str) -> None:
    """Show a text in the pager."""
    _meanwhile(app, lambda: paged(text))


def _meanwhile(app: App[Any], program: Callable[[], Answer]) -> Answer | None:
    """Run a program on the terminal; where it fails, say so."""
    answer, problem = None, ""
    try:
        with app.suspend():
            try:
                answer = program()
            except ProgramError as error:
                problem = str(error)
    except SuspendNotSupported:
        problem = "Other programs can run on a terminal only"
    if problem:
        app.notify(f"{problem}. The text is as it was.", severity="error", markup=False)
    return answer
