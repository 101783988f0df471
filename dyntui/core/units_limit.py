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

from dyntui.core.cost import units_text
from dyntui.core.page_sizes import PageSizes
from dyntui.core.pages import consumed_units
from dyntui.core.rate_limit import reads_items
from engine.client.protocol import OWNER, Client, Context, Json
from engine.errors import ApiError

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


class UnitsLimitReached(ApiError):  # noqa: N818 (named as the API names its errors)
    """The action has consumed what it may; what it did so far stands."""


@dataclass(slots=True)
class Action:
    """What an action has consumed, and how much that was when it was last allowed to go on.

    Its threads ask one after the other whether they may go on.
    """

    units: float = 0.0
    allowed: float = 0.0
    asking: threading.Lock = field(default_factory=threading.Lock)


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
        self._adding = threading.Lock()

    def left(self, context: Context) -> float | None:
        """How many units the action may still consume; None where there is no limit.

        Raises `UnitsLimitReached`.
        """
        if self.units_max is None:
            return None
        action = self._current()
        with action.asking:
            most = self.units_max + action.allowed
            if action.units >= most:
                if not self.may_go_on(action.units, context.cancelled):
                    raise UnitsLimitReached(
                        f"Stopped: {units_text(action.units)} units were consumed, and "
                        f"{units_text(most)} are the limit of one action (--units-max)"
                    )
                action.allowed = action.units
                most = action.units + self.units_max
        return most - action.units

    def consumed(self, units: float) -> None:
        """Add what an answer tells."""
        action = self._current()
        with self._adding:
            action.units += units

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
        left = self._limit.left(context)
        assert left is not None
        tells = request.get("ReturnConsumedCapacity", "NONE") != "NONE"
        if not tells:
            request = {**request, "ReturnConsumedCapacity": "TOTAL"}
        reads = reads_items(operation, request)
        share = max(left, self._limit.units_max / _PAGES_MAX)
        request, examines = self._sizes.sized(operation, request, share, reads=reads, cuts=True)
        answer = self._client.call(operation, request, context)
        units = consumed_units(answer)
        self._limit.consumed(units)
        self._sizes.note(operation, request, max(units, 0.5), answer, examines)
        if not tells:
            answer.pop("ConsumedCapacity", None)
        return answer
