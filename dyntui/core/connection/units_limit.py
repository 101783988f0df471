"""How many capacity units one action may consume; beyond that it stops, or asks.

An action is what a person asks for at once: a command, a statement of the prompt, what a key sets
going in the app. What it consumed is known by its answers only, so the request that reaches the
limit is carried out, and the next one is not sent. Pages are made so small that they end near the
limit.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field

from dyntui.core.connection.page_sizes import UNITS_MIN, PageSizes
from dyntui.core.connection.pages import consumed_units
from dyntui.core.connection.rate_limit import reads_items
from dyntui.core.tables.cost import units_text
from engine.client.protocol import OWNER, Client, Context, Json
from engine.errors import ApiError, RequestCancelled

METERED = frozenset(
    {
        "BatchExecuteStatement",
        "BatchGetItem",
        "BatchWriteItem",
        "DeleteItem",
        "ExecuteStatement",
        "ExecuteTransaction",
        "GetItem",
        "PutItem",
        "Query",
        "Scan",
        "SearchVectors",
        "TransactGetItems",
        "TransactWriteItems",
        "UpdateItem",
    }
)
"""Operations whose answers tell what they consumed."""

# A page is never asked for in smaller pieces than this part of the limit.
_PAGES_MAX = 20

_WAIT_S = 0.1


class UnitsLimitReached(ApiError):  # noqa: N818 (named as the API names its errors)
    """The action has consumed what it may; what it did so far stands."""


@dataclass(slots=True)
class Action:
    """What an action has consumed, and how much that was when it was last allowed to go on.

    `taken` are units that its requests under way are expected to consume. Its threads ask one after
    the other whether they may go on; a no is the answer for all of them.
    """

    units: float = 0.0
    allowed: float = 0.0
    taken: float = 0.0
    refused: bool = False
    asking: threading.Lock = field(default_factory=threading.Lock)
    settled: threading.Condition = field(default_factory=threading.Condition)


_action: ContextVar[Action | None] = ContextVar("action", default=None)


def begin_action() -> None:
    """What this thread, or task, asks for from now on is an action of its own."""
    _action.set(Action())


class UnitsLimit:
    """The limit of a connection, in read and write units together; None is no limit.

    `may_go_on` is asked, in the thread of the request, once an action has consumed its units; it is
    told how many these are and whether the action was cancelled. A yes allows as many more.
    """

    def __init__(self, units_max: float | None = None) -> None:
        self.units_max = units_max
        self.may_go_on: Callable[[float, Callable[[], bool] | None], bool] = lambda *_: False
        self._sole = Action()

    def take(self, wanted: float, least: float, context: Context) -> float:
        """How many units the next request may consume: what is wanted, or at least `least`.

        Waits where requests under way may consume all that is left. Raises `UnitsLimitReached`, and
        `RequestCancelled` where the request is cancelled meanwhile.
        """
        assert self.units_max is not None
        action = self._current()
        with action.asking:
            while True:
                most = self.units_max + action.allowed
                with action.settled:
                    free = most - action.units - action.taken
                    if free > 0:
                        taken = max(min(wanted, free), least)
                        action.taken += taken
                        return taken
                    reached = action.units >= most
                    if not reached:
                        action.settled.wait(_WAIT_S)
                if reached:
                    self._ask(action, most, context)
                elif context.cancelled is not None and context.cancelled():
                    raise RequestCancelled("The request was cancelled")

    def _ask(self, action: Action, most: float, context: Context) -> None:
        if action.refused or not self.may_go_on(action.units, context.cancelled):
            action.refused = True
            raise UnitsLimitReached(
                f"Stopped: {units_text(action.units)} units were consumed, and "
                f"{units_text(most)} are the limit of one action (--units-max)"
            )
        action.allowed = action.units

    def settle(self, taken: float, consumed: float) -> None:
        """Tell what a request that took `taken` units has consumed."""
        action = self._current()
        with action.settled:
            action.taken -= taken
            action.units += consumed
            action.settled.notify_all()

    def _current(self) -> Action:
        return _action.get() or self._sole


class UnitsLimitedClient:
    """A Client whose actions keep to a limit of units; safe to use from several threads."""

    def __init__(self, client: Client, limit: UnitsLimit) -> None:
        self._client = client
        self._limit = limit
        self._sizes = PageSizes()

    @property
    def inner(self) -> Client:
        """See `Layer.inner`."""
        return self._client

    def call(self, operation: str, request: Json, context: Context = OWNER) -> Json:
        """See `Client.call`; raises `UnitsLimitReached` too."""
        if operation not in METERED or self._limit.units_max is None:
            return self._client.call(operation, request, context)
        tells = request.get("ReturnConsumedCapacity", "NONE") != "NONE"
        if not tells:
            request = {**request, "ReturnConsumedCapacity": "TOTAL"}
        reads = reads_items(operation, request)
        # Each segment of a Scan leaves the others their parts.
        share = self._limit.units_max / request.get("TotalSegments", 1)
        wanted = share if reads else self._sizes.cost(operation, request) or UNITS_MIN[reads]
        least = max(self._limit.units_max / _PAGES_MAX, UNITS_MIN[reads])
        taken = self._limit.take(wanted, least, context)
        consumed = 0.0
        try:
            request, examines = self._sizes.sized(operation, request, taken, reads=reads, cuts=True)
            answer = self._client.call(operation, request, context)
            consumed = consumed_units(answer)
        finally:
            self._limit.settle(taken, consumed)
        self._sizes.note(operation, request, max(consumed, 0.5), answer, examines)
        if not tells:
            answer.pop("ConsumedCapacity", None)
        return answer
