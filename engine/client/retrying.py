"""A Client that tries again what was throttled, waiting longer each time.

The wait before attempt n is drawn evenly from nothing to `base_s` doubled with each attempt, at
most `most_s` (exponential backoff with full jitter): many callers that were refused together do not
come back together.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from engine.client.methods import OperationMethods
from engine.client.protocol import OWNER, Client, Context, Json
from engine.clock import draw, pause
from engine.errors import ApiError

THROTTLED = frozenset(
    {"ProvisionedThroughputExceededException", "ThrottlingException", "RequestLimitExceeded"}
)
"""The errors after which the same request may succeed later."""

NO_ANSWER = "no answer"
"""Why a request is sent again that got none."""
LEFT_OVER = "left over"
"""Why the rest of a batch is sent again."""

_CANCELLED = "TransactionCanceledException"
# Reasons of a cancelled transaction; "None" marks the actions that were not at fault.
_THROTTLED_ACTIONS = frozenset({"ProvisionedThroughputExceeded", "ThrottlingError"})
# Of each operation on a batch: what was asked for, and what an answer says is left over.
_LEFT_OVER = {
    "BatchWriteItem": ("RequestItems", "UnprocessedItems"),
    "BatchGetItem": ("RequestItems", "UnprocessedKeys"),
}
_STATEMENTS = "BatchExecuteStatement"
# The codes of errors of its statements after which the same statement may succeed later.
_THROTTLED_STATEMENTS = frozenset(
    {"ProvisionedThroughputExceeded", "ThrottlingError", "RequestLimitExceeded"}
)
_SLICE_S = 0.1


@dataclass(frozen=True, slots=True)
class Backoff:
    """How often, and with what waits, a request is tried; `attempts_max` 1 never tries again."""

    attempts_max: int = 10
    base_s: float = 0.05
    most_s: float = 20.0

    def wait_s(self, attempt: int, drawn: float) -> float:
        """Seconds before an attempt (2 is the first that repeats); `drawn` is from 0 to 1."""
        return drawn * min(self.most_s, self.base_s * 2.0 ** (attempt - 2))


class Wait(NamedTuple):
    """A wait that begins: for whom, before which attempt of how many, how long and why.

    `reason` is the error's code, `NO_ANSWER`, or `LEFT_OVER` for the rest of a batch. Of a remote
    it is told when the wait is over, and `seconds` is 0; `attempts_max` is 0 where nobody knows it.
    """

    operation: str
    attempt: int
    attempts_max: int
    seconds: float
    reason: str

    def __str__(self) -> str:
        """The wait in words: `throttled: waiting 0.4 s (attempt 3 of 10)`."""
        doing = f"waiting {self.seconds:.{1 if self.seconds >= 0.1 else 2}f} s"
        if not self.seconds:
            doing = "trying again"
        of = f" of {self.attempts_max}" if self.attempts_max else ""
        throttled = self.reason in {*THROTTLED, LEFT_OVER, _CANCELLED}
        why = "throttled" if throttled else self.reason
        return f"{why}: {doing} (attempt {self.attempt}{of})"


def silent(_wait: Wait) -> None:
    """Tell nobody."""


class RetryingClient(OperationMethods):
    """A Client around another one; safe to use from several threads if that one is.

    A `RemoteClient` needs none: botocore tries again by itself.
    """

    def __init__(
        self,
        client: Client,
        backoff: Backoff | None = None,
        *,
        finish_batches: bool = True,
        on_wait: Callable[[Wait], None] = silent,
        sleep: Callable[[float], None] = pause,
        draw: Callable[[], float] = draw,
    ) -> None:
        """`on_wait` is told of every wait before it begins, so that people see it.

        `finish_batches`: of a BatchWriteItem or BatchGetItem what is left over is sent again, of a
        BatchExecuteStatement the statements that were throttled, and the answers are put together.
        Else it is told, as the SDKs do.
        """
        self.inner = client
        self._backoff = backoff or Backoff()
        self._finish_batches = finish_batches
        self._on_wait = on_wait
        self._sleep = sleep
        self._draw = draw

    def call(self, operation: str, request: Json, context: Context = OWNER) -> Json:
        """See `Client.call`; the last error is raised once all attempts are used up.

        A batch of which something is left over after the last attempt is answered so.
        """
        attempt = 1
        answers: list[Json] = []
        while True:
            try:
                answer = self.inner.call(operation, request, context)
            except ApiError as error:
                again = is_throttled(error) and self.wait(operation, attempt, context, error.code)
                if not again:
                    if answers:
                        # What the earlier attempts did must not be lost with the error.
                        return _joined(operation, answers)
                    raise
            else:
                answers.append(answer)
                rest = self._left_over(operation, request, answer)
                if rest is None or not self.wait(operation, attempt, context, LEFT_OVER):
                    return answers[0] if len(answers) == 1 else _joined(operation, answers)
                request = request | rest
            attempt += 1

    def wait(self, operation: str, attempt: int, context: Context, reason: str) -> bool:
        """Wait before the attempt after this one; whether there is to be one."""
        most = self._backoff.attempts_max
        if attempt >= most:
            return False
        cancelled = context.cancelled
        seconds = self._backoff.wait_s(attempt + 1, self._draw())
        self._on_wait(Wait(operation, attempt + 1, most, seconds, reason))
        while seconds > 0:
            if cancelled is not None and cancelled():
                return False
            self._sleep(min(seconds, _SLICE_S))
            seconds -= _SLICE_S
        return cancelled is None or not cancelled()

    def _left_over(self, operation: str, request: Json, answer: Json) -> Json | None:
        """The members of a request for what a batch has left over; None where that is nothing."""
        if not self._finish_batches:
            return None
        if operation == _STATEMENTS:
            told = zip(request["Statements"], answer["Responses"], strict=True)
            statements = [statement for statement, one in told if _is_left_over(one)]
            return {"Statements": statements} if statements else None
        asked, left = _LEFT_OVER.get(operation, ("", ""))
        return {asked: answer[left]} if answer.get(left) else None


def is_throttled(error: ApiError) -> bool:
    """Whether a request was refused for want of capacity, and may succeed later."""
    if error.code != _CANCELLED:
        return error.code in THROTTLED
    reasons = {reason.get("Code") for reason in error.members.get("CancellationReasons", ())}
    return bool(reasons & _THROTTLED_ACTIONS) and reasons <= _THROTTLED_ACTIONS | {"None", None}


def _is_left_over(answer: Json) -> bool:
    """Whether a statement of a batch was throttled."""
    return answer.get("Error", {}).get("Code") in _THROTTLED_STATEMENTS


def _in_place(answers: list[Json]) -> list[Json]:
    """The answers of statements, where throttled ones have those of a later request."""
    told: list[Json] = answers[-1]["Responses"]
    for answer in reversed(answers[:-1]):
        later = iter(told)
        told = [next(later) if _is_left_over(one) else one for one in answer["Responses"]]
    return told


def _joined(operation: str, answers: list[Json]) -> Json:
    """One answer of several to parts of a batch: what was found and consumed is put together."""
    joined = dict(answers[-1])
    if operation == _STATEMENTS:
        joined["Responses"] = _in_place(answers)
    responses: dict[str, list[Json]] = {}
    consumed: dict[str, Json] = {}
    metrics: dict[str, list[Json]] = {}
    for answer in answers:
        if operation == "BatchGetItem":
            for table, items in (answer.get("Responses") or {}).items():
                responses.setdefault(table, []).extend(items)
        for table, found in (answer.get("ItemCollectionMetrics") or {}).items():
            metrics.setdefault(table, []).extend(found)
        for entry in answer.get("ConsumedCapacity") or ():
            table = entry["TableName"]
            consumed[table] = _added(consumed[table], entry) if table in consumed else entry
    if operation == "BatchGetItem":
        joined["Responses"] = responses
    if metrics:
        joined["ItemCollectionMetrics"] = metrics
    if consumed:
        joined["ConsumedCapacity"] = list(consumed.values())
    return joined


def _added(one: Json, two: Json) -> Json:
    """Two entries of ConsumedCapacity as one: figures are added up, member by member."""
    added = dict(one)
    for member, value in two.items():
        if member not in added:
            added[member] = value
        elif isinstance(value, dict):
            added[member] = _added(added[member], value)
        elif isinstance(value, int | float):
            added[member] += value
    return added
