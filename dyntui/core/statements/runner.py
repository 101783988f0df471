"""Statements and groups carried out for a face: asked about, run, shown, accounted for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Any, Protocol

from dyntui.core.connection.choices import LARGE_BYTES
from dyntui.core.statements.explain import explain, explanation_lines
from dyntui.core.statements.groups import Group, GroupRun
from dyntui.core.statements.risk import risk
from dyntui.core.statements.session import (
    Noted,
    Ready,
    StatementSession,
    result_columns,
    result_keys,
)
from dyntui.core.statements.statements import Outcome, Prepared, Run, request_of
from engine.client.protocol import LocalTools

Json = dict[str, Any]


class NotRunError(Exception):
    """The person said no; nothing was done."""


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of a statement, as they come. `columns` are all attributes that they can have, where
    the statement names them; `keys` gives the key attributes."""

    items: Iterator[Json]
    columns: Sequence[str] | None
    keys: Callable[[], tuple[str, ...]]


class Face(Protocol):
    """Who shows what statements give."""

    def show(self, rows: Rows) -> None:
        """Show rows; those that are not taken are not read."""
        ...

    def note(self, text: str) -> None:
        """Say a line."""
        ...

    def done(self, what: str, outcome: Outcome, *, is_read: bool) -> None:
        """Say what a statement did and cost; `what` is its verb and table."""
        ...

    def may(self, question: str, typed: str | None = None) -> bool:
        """Ask whether to go on; may also raise. The yes is `typed`, where there is such a name."""
        ...


@dataclass(slots=True)
class StatementRunner:
    """Runs the statements of a session for a face.

    A full scan of more than `ask_above_bytes` is asked about, nothing where that is None. `writes`
    counts what wrote.
    """

    session: StatementSession
    face: Face
    ask_above_bytes: int | None = LARGE_BYTES
    refuses_partial_keys: bool = True
    max_items: int | None = None
    cancelled: Callable[[], bool] = lambda: False
    writes: int = 0
    operation: str = "ExecuteStatement"
    """The operation that was called last."""
    outcome: Outcome = field(default_factory=Outcome)
    """What the last run has done so far."""
    is_read: bool = True
    """Whether the last run reads."""
    read_units: float = 0.0
    """What all reads consumed so far."""
    write_units: float = 0.0
    """What all writes consumed so far."""

    def run(self, taken: Ready | Group | Noted) -> list[str]:
        """Carry out what a session took; gives the statements of a batch that failed, as lines.

        Raises `ApiError`, `StatementCancelledError`, `NotRunError`, and what the face raises.
        """
        if isinstance(taken, Noted):
            self.face.note(taken.text)
            return []
        self.outcome = Outcome()
        try:
            if isinstance(taken, Group):
                self.operation = taken.operation
                return self._run_group(taken)
            self.operation = "ExecuteStatement"
            self._ask(taken)
            self._run_statement(taken.prepared, taken)
            return []
        finally:
            self._add_up()

    def _run_statement(self, prepared: Prepared, ready: Ready) -> None:
        session = self.session
        run = Run(
            session.caller,
            prepared,
            ready.parameters,
            consistent=session.consistent,
            cancelled=self.cancelled,
        )
        self.outcome, self.is_read = run.outcome, prepared.is_read
        for note in prepared.notes:
            self.face.note(note)
        if prepared.is_read:
            self._show(islice(run, self.max_items), prepared)
        else:
            rows = list(run)
            self.writes += 1
            if rows:
                self._show(iter(rows), prepared)
        what = f"{prepared.verb} {prepared.source.table}"
        self.face.done(what, run.outcome, is_read=prepared.is_read)

    def _show(self, rows: Iterator[Json], prepared: Prepared) -> None:
        def keys() -> tuple[str, ...]:
            return result_keys(prepared, self.session.table(prepared.source.table))

        # What is refused is told by the statement itself, before its table is asked about.
        items = chain(list(islice(rows, 1)), rows)
        self.face.show(Rows(items, result_columns(prepared), keys))

    def _run_group(self, group: Group) -> list[str]:
        run = GroupRun(self.session.caller, group, cancelled=self.cancelled)
        self.outcome, self.is_read = run.outcome, group.is_read
        rows = list(run)
        self.writes += not group.is_read
        if rows:
            self.face.show(Rows(iter(rows), None, lambda: ()))
        self.face.done(group.kind, run.outcome, is_read=group.is_read)
        return run.failures

    def _add_up(self) -> None:
        """Add what the last run consumed, also where it was cancelled."""
        if self.is_read:
            self.read_units += self.outcome.units
        else:
            self.write_units += self.outcome.units

    def _ask(self, ready: Ready) -> None:
        if self.ask_above_bytes is None:
            return
        asked = risk(
            ready.prepared,
            ready.parameters,
            self.session.table,
            large_bytes=self.ask_above_bytes,
            refuses_partial_keys=self.refuses_partial_keys,
        )
        if asked is None:
            return
        # What may be lost takes more than a key that is pressed by habit.
        typed = None if ready.prepared.is_read else ready.prepared.source.table
        if not self.face.may(f"{asked} Go on?", typed):
            raise NotRunError


def explained(
    taken: Ready | Group | Noted, tools: LocalTools | None, session: StatementSession
) -> list[str]:
    """What was taken, explained in lines for people; raises `ApiError`."""
    lines: list[str] = []
    for prepared, parameters in _statements(taken):
        if lines:
            lines.append("")
        found = explain(tools, prepared, parameters, session.consistent, table_of=session.table)
        lines += explanation_lines(found, prepared)
    return lines


def _statements(taken: Ready | Group | Noted) -> list[tuple[Prepared, Sequence[Json]]]:
    if isinstance(taken, Ready):
        return [(taken.prepared, taken.parameters)]
    if isinstance(taken, Group):
        entries = (entry.get("Parameters", ()) for entry in taken.entries)
        return list(zip(taken.statements, entries, strict=True))
    return []


def requests(taken: Ready | Group | Noted, consistent: bool) -> Json | None:
    """The operation and its request that would be sent; None where nothing would."""
    if isinstance(taken, Group):
        return {taken.operation: taken.request}
    if isinstance(taken, Ready):
        sent = request_of(taken.prepared, taken.parameters, consistent=consistent)
        return {"ExecuteStatement": sent}
    return None
