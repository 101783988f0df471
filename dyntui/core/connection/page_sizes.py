"""Pages made so small that none costs more than so many units, as far as pages before tell."""

from __future__ import annotations

from engine.client.protocol import Json

UNITS_MIN = {True: 0.5, False: 1.0}
"""The least that a request costs, by whether it reads."""

_PAGED = frozenset({"Query", "Scan", "ExecuteStatement"})


class PageSizes:
    """What an item of a kind of requests has cost so far."""

    def __init__(self) -> None:
        self._costs: dict[tuple[str, ...], float] = {}

    def cost(self, operation: str, request: Json) -> float | None:
        """The units of an item, by the last answer; None where nobody knows yet."""
        return self._costs.get(_kind(operation, request))

    def sized(
        self,
        operation: str,
        request: Json,
        units: float,
        *,
        reads: bool,
        cuts: bool = False,
    ) -> tuple[Json, int]:
        """A request that examines about so many units' worth, and how many items that are.

        One that has no pages stays as it is; so does one that says itself how many it examines,
        unless that `cuts` it too.
        """
        if not reads or operation not in _PAGED:
            return request, 1
        cost = self.cost(operation, request) or UNITS_MIN[reads]
        affordable = max(1, int(units / cost))
        given = request.get("Limit")
        examines = affordable if given is None else min(given, affordable) if cuts else given
        return {**request, "Limit": examines}, examines

    def note(
        self, operation: str, request: Json, units: float, answer: Json, examines: int
    ) -> None:
        """Remember what an answer to a request cost."""
        items = max(1, answer.get("ScannedCount", examines))
        self._costs[_kind(operation, request)] = units / items


def _kind(operation: str, request: Json) -> tuple[str, ...]:
    """Requests that are expected to cost the same by item."""
    names = (request.get(name, "") for name in ("TableName", "IndexName", "Statement"))
    return (operation, *map(str, names))
