"""What the statement under the cursor will do and cost; it follows the typing."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from functools import partial
from typing import Any

from rich.text import Text
from textual.containers import VerticalScroll
from textual.widgets import Static
from textual.worker import Worker

from dyntui.core.connection.connect import Connection
from dyntui.core.statements.asked import make_ready, unit_of
from dyntui.core.statements.completion import StatementNames
from dyntui.core.statements.explain import explain, explanation_lines
from dyntui.core.statements.statements import Prepared, fault_place
from dyntui.core.tables.cost import units_text
from dyntui.core.text.amounts import counted
from dyntui.widgets.jobs import Cancelled, JobHost
from engine.client.protocol import Explanation
from engine.errors import ApiError
from engine.partiql.faults import StatementError

Json = dict[str, Any]

PAUSE_SECONDS = 0.15
"""So long nothing is typed before a statement is explained."""

Answer = tuple[Prepared, Explanation] | StatementError | ApiError | None


class ExplainPanel(VerticalScroll, JobHost, can_focus=False):
    """In a line, or in full with the class `-full`."""

    DEFAULT_CSS = """
    ExplainPanel {
        height: auto; max-height: 2; padding: 0 1; background: $panel; color: $text-muted;
        scrollbar-size-vertical: 1;
        &.-heavy { color: $warning; }
        &.-wrong { color: $error; }
        &.-unfinished { color: $text-muted; }
        &.-full { max-height: 50%; }
        Static { height: auto; }
    }
    """

    def __init__(self, connection: Connection, names: StatementNames) -> None:
        super().__init__(id="explain")
        self._connection = connection
        self._names = names
        self._asked: tuple[str, dict[str, Json]] | None = None
        self._text = ""
        self._answer: Answer = None

    def compose(self) -> Any:
        """One text."""
        yield Static(id="explanation")

    def explain(self, text: str, values: Mapping[str, Json]) -> None:
        """Explain a statement, as soon as nothing else is asked for a moment."""
        if (text, dict(values)) == self._asked:
            return
        self._asked = (text, dict(values))
        self.stop_job("explain")
        # A coroutine that is cancelled before it begins would be one that nobody awaited.
        soon = partial(self._explain_soon, text, dict(values))
        self._pause: Worker[None] = self.run_worker(soon, group="pause", exclusive=True)

    def forget(self) -> None:
        """Tables may be others now: explain again."""
        asked, self._asked = self._asked, None
        if asked is not None:
            self.explain(*asked)

    async def _explain_soon(self, text: str, values: dict[str, Json]) -> None:
        await asyncio.sleep(PAUSE_SECONDS)
        if not text:
            self._show("", None)
            return

        def work(_: Cancelled) -> Answer:
            try:
                ready = make_ready(text, values, self._connection, self._names)
                found = explain(
                    self._connection.local_tools,
                    ready.prepared,
                    ready.parameters,
                    table_of=self._names.described,
                )
            except StatementError as error:
                return error
            return ready.prepared, found

        def done(answer: Answer) -> None:
            self._show(text, answer)

        self.run_job("", work, done, done, group="explain")

    def show_full(self, full: bool) -> None:
        """In full, or in a line."""
        if full != self.has_class("-full"):
            self.set_class(full, "-full")
            self._show(self._text, self._answer)

    def _show(self, text: str, answer: Answer) -> None:
        """Show an answer in the room that there is."""
        self._text, self._answer = text, answer
        if answer is None:
            self._put(Text("What a statement will do and cost stands here as you type."), "")
        elif isinstance(answer, StatementError):
            place = fault_place(text, answer)
            kind = "-unfinished" if answer.at_end else "-wrong"
            self._put(
                Text("… " if answer.at_end else f"✗ {answer.message.rstrip()} ({place})"), kind
            )
        elif isinstance(answer, ApiError):
            self._put(Text(f"✗ {answer.message}"), "-wrong")
        else:
            prepared, found = answer
            full = self.has_class("-full")
            shown = _full(found, prepared) if full else _brief(found, prepared)
            self._put(shown, "-heavy" if found.full_scan else "")

    def _put(self, text: Text, kind: str) -> None:
        for name in ("-heavy", "-wrong", "-unfinished"):
            self.set_class(name == kind, name)
        self.query_one("#explanation", Static).update(text)


def _brief(found: Explanation, prepared: Prepared) -> Text:
    """Operation, target, cost, and what would be better, in a line or two."""
    text = Text("▲ Full scan · " if found.full_scan else "")
    text.append(found.operation, style="bold")
    target = found.table if found.index is None else f"{found.table} · index {found.index}"
    least = "" if found.exact else "at least "
    items = f"{least}{counted(found.items, 'item')}"
    about = "" if prepared.is_read else "about "
    text.append(f" · {target} · {items} · {about}{units_text(found.units)} {unit_of(prepared)}")
    if prepared.done_here:
        text.append(f" · {', '.join(prepared.done_here)} done here")
    for doubt in prepared.doubts[:1]:
        text.append(f" · {doubt}", style="bold")
    for better in found.better[:1]:
        text.append(f" → {better}", style="italic")
    return text


def _full(found: Explanation, prepared: Prepared) -> Text:
    """A line for each thing there is to say."""
    first, *rest = explanation_lines(found, prepared)
    text = Text("▲ " if found.full_scan else "")
    text.append(first, style="bold")
    for line in rest:
        text.append("\n" + line)
    return text
