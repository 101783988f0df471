"""Whoever asks through a connection: why, as the change log has it, and what that consumed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, cast

from dyntui.core.connection.pages import consumed_units
from dyntui.core.connection.rate_limit import reads_items
from dyntui.core.connection.units_limit import METERED
from engine.client.protocol import OWNER, Client, Context, Json, LocalTools


@dataclass(slots=True)
class Asking:
    """What is said of requests that do not say why they come, and the units of all requests.

    Units are counted from the time on that `counts` is set. `on_units` is told, in the thread of a
    request, that there are more.
    """

    origin: str = OWNER.origin
    counts: bool = False
    read_units: float = 0.0
    write_units: float = 0.0
    on_units: Callable[[], None] = lambda: None
    _counting: threading.Lock = field(default_factory=threading.Lock)

    def context(self, given: Context = OWNER) -> Context:
        """The context of a request, with the origin where it has none of its own."""
        if given.origin != OWNER.origin or self.origin == OWNER.origin:
            return given
        return replace(given, origin=self.origin)

    def add(self, units: float, *, reads: bool) -> None:
        """Count what a request has consumed."""
        with self._counting:
            if reads:
                self.read_units += units
            else:
                self.write_units += units
        self.on_units()


class AskingClient:
    """A Client whose requests are counted, and say why they come."""

    def __init__(self, client: Client, asking: Asking) -> None:
        self._client = client
        self._asking = asking

    @property
    def inner(self) -> Client:
        """See `Layer.inner`."""
        return self._client

    def call(self, operation: str, request: Json, context: Context = OWNER) -> Json:
        """See `Client.call`."""
        context = self._asking.context(context)
        if operation not in METERED or not self._asking.counts:
            return self._client.call(operation, request, context)
        tells = request.get("ReturnConsumedCapacity", "NONE") != "NONE"
        if not tells:
            request = {**request, "ReturnConsumedCapacity": "TOTAL"}
        answer = self._client.call(operation, request, context)
        self._asking.add(consumed_units(answer), reads=reads_items(operation, request))
        if not tells:
            answer.pop("ConsumedCapacity", None)
        return answer


def asking_tools(tools: LocalTools, asking: Asking) -> LocalTools:
    """Tools whose bulk loads say why they come."""
    return cast(LocalTools, _Tools(tools, asking))


class _Tools:
    def __init__(self, tools: LocalTools, asking: Asking) -> None:
        self._tools = tools
        self._asking = asking

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._tools, name)
        if name != "load_items" or self._asking.origin == OWNER.origin:
            return found
        return partial(found, context=self._asking.context())
