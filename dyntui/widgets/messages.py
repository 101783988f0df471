"""Lines of text that say how something stands: a plan, what was read, an error."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.text import Text
from textual.app import App
from textual.message_pump import MessagePump

from dyntui.core.actions.hints import app_hint
from dyntui.core.tables.cost import units_text
from engine.errors import ApiError

if TYPE_CHECKING:
    from dyntui.core.browse.plan import Plan
    from dyntui.core.connection.pages import PageSource


def plan_text(plan: Plan) -> Text:
    """The operation first and bold; a warning sign before a heavy one; advice at the end."""
    text = Text()
    if plan.heavy:
        text.append("▲ ")
    text.append(plan.operation, style="bold")
    text.append(plan.explanation.removeprefix(plan.operation))
    if plan.advice:
        text.append(f" → {plan.advice}", style="italic")
    return text


def rows_text(
    source: PageSource,
    cursor_row: int,
    reading: bool,
    left_out: int,
    unit: str = "RCU",
    *,
    looked_at: str = "",
    estimate: int | None = None,
) -> Text:
    """Where the cursor stands, how many rows there are (exactly, or at least), what it cost, how
    many attributes have no column.

    `looked_at` says it of rows that are filtered or sorted here; `estimate` is about how many there
    are in all.
    """
    rows = source.rows_known
    if looked_at:
        parts = [looked_at]
    elif not rows and not source.complete:
        parts = ["reading…" if reading else "no items so far"]
    elif not rows:
        parts = ["no items"]
    elif source.complete:
        parts = [f"row {cursor_row + 1:,} of {rows:,}"]
    else:
        about = f" (about {estimate:,} in all)" if estimate is not None and estimate > rows else ""
        parts = [f"row {cursor_row + 1:,} of at least {rows:,}{about}"]
    if source.reader.counts_examined and source.examined > rows:
        parts.append(f"{source.examined:,} examined")
    parts.append(f"{units_text(source.units)} {unit}")
    if left_out:
        parts.append(f"{left_out:,} more attributes: see the item")
    return Text(" · ".join(parts))


def notify_error(node: MessagePump, error: ApiError, doing: str = "") -> None:
    """Tell of an error from any widget or screen; `doing` is what failed, where one may wonder."""
    text = error_text(node.app, error).plain
    node.app.notify(f"{doing}: {text}" if doing else text, severity="error", markup=False)


def error_text(app: App[Any], error: ApiError, advice: str = "") -> Text:
    """DynamoDB's error, and a hint: `advice`, or else what there is to say about any such error."""
    text = Text()
    text.append(f"✗ {error.code}: ", style=f"bold {app.theme_variables['error']}")
    text.append(error.message, style=app.theme_variables["error"])
    advice = advice or app_hint(error)
    if advice:
        text.append(f"  {advice}", style=app.theme_variables["foreground"])
    return text
