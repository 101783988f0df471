"""Statements that are sent together, as they are written in scripts and at the prompt.

BEGIN; UPDATE …; DELETE …; COMMIT;     one ExecuteTransaction; ROLLBACK sends nothing
BATCH; SELECT …; SELECT …; END;        one BatchExecuteStatement
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any, Literal

from dyntui.core.connection.pages import Caller
from dyntui.core.statements.parameters import InputError
from dyntui.core.statements.statements import Outcome, Prepared, StatementCancelledError, request_of
from engine.errors import ApiError

Json = dict[str, Any]
GroupKind = Literal["transaction", "batch"]
Word = Literal["BEGIN", "COMMIT", "ROLLBACK", "BATCH", "END"]

_WORDS: dict[str, Word] = {
    "BEGIN": "BEGIN",
    "BEGIN TRANSACTION": "BEGIN",
    "START TRANSACTION": "BEGIN",
    "COMMIT": "COMMIT",
    "ROLLBACK": "ROLLBACK",
    "BATCH": "BATCH",
    "END": "END",
}
_WORD_LENGTH_MAX = 40


class GroupError(InputError):
    """A word or a statement that has no place where it stands."""


def group_word(text: str) -> Word | None:
    """The word that opens or closes a group; None for statements."""
    # Long statements are not taken apart for it.
    return _WORDS.get(" ".join(text.upper().split())) if len(text) <= _WORD_LENGTH_MAX else None


@dataclass(slots=True)
class Group:
    """The statements of a transaction or a batch, in their order."""

    kind: GroupKind
    statements: list[Prepared] = field(default_factory=list)
    entries: list[Json] = field(default_factory=list)

    def add(self, prepared: Prepared, parameters: Sequence[Json], *, consistent: bool) -> None:
        """Add a statement; raises `GroupError` for one that is finished here."""
        if prepared.extended is not None:
            raise GroupError(
                f"a {self.kind} cannot have {', '.join(prepared.done_here)}: "
                "the service does not do it"
            )
        self.statements.append(prepared)
        batched = consistent and self.kind == "batch"
        self.entries.append(request_of(prepared, parameters, consistent=batched))

    @property
    def is_read(self) -> bool:
        """Whether it reads; all else writes."""
        return all(statement.is_read for statement in self.statements)

    @property
    def operation(self) -> str:
        """The operation that carries it out."""
        return "ExecuteTransaction" if self.kind == "transaction" else "BatchExecuteStatement"

    @property
    def request(self) -> Json:
        """The operation's request."""
        member = "TransactStatements" if self.kind == "transaction" else "Statements"
        return {member: self.entries}


class GroupRun:
    """One run of a group: iterate over it for its rows, ask `outcome` at any time.

    `failures` are the statements of a batch that were refused, each a line. `cancelled` is passed
    on with the request: one that waits for capacity is given up.
    """

    def __init__(
        self,
        caller: Caller,
        group: Group,
        *,
        cancelled: Callable[[], bool] | None = None,
        clock: Callable[[], float] = perf_counter,
    ) -> None:
        self.outcome = Outcome()
        self.failures: list[str] = []
        self._caller = caller
        self._group = group
        self._cancelled = cancelled
        self._clock = clock

    def __iter__(self) -> Iterator[Json]:
        """The items that were read or returned.

        Raises `engine.errors.ApiError` and `StatementCancelledError`.
        """
        request = self._group.request | {"ReturnConsumedCapacity": "INDEXES"}
        start = self._clock()
        try:
            answer = self._caller.call(self._group.operation, request, self._cancelled)
        except ApiError as refused:
            if self._cancelled is not None and self._cancelled():
                raise StatementCancelledError from refused
            raise
        self.outcome.seconds = self._clock() - start
        self.outcome.pages = 1
        for consumed in answer.get("ConsumedCapacity") or ():
            self.outcome.bill.add(consumed)
        for number, response in enumerate(answer.get("Responses") or (), 1):
            error = response.get("Error")
            if error is not None:
                self.failures.append(f"statement {number}: {error['Code']}: {error['Message']}")
            elif "Item" in response:
                self.outcome.rows += 1
                yield response["Item"]


def cancellation_lines(error: ApiError) -> list[str]:
    """Which statements cancelled a transaction, each a line; none for other errors."""
    return [
        f"statement {number}: {reason['Code']}: {reason.get('Message', '')}".rstrip(": ")
        for number, reason in enumerate(error.members.get("CancellationReasons") or (), 1)
        if reason.get("Code", "None") != "None"
    ]
