"""Throttling, and exponential backoff: what to do with a request that was refused."""

from __future__ import annotations

from dyntui.core.text.amounts import counted
from dyntui.lessons.lesson import Lesson, Parameter
from dyntui.lessons.page import Json, Page
from dyntui.lessons.sandbox import definition
from engine import Backoff
from engine.errors import ApiError

TABLE = "orders"
HASTE_S = 0.1


def tell(page: Page) -> None:
    """Write more than there are units: giving up, in haste, and with backoff."""
    units, writes = round(page.number("units")), round(page.number("writes"))
    page.step(
        "What a throttled request looks like",
        f"A table of {counted(units, 'write unit')} a second gets {writes} writes at once. What "
        "is beyond its units is refused, costs nothing, and may succeed later.",
    )
    page.do("CreateTable", definition(TABLE, "id", units=(1, units)))
    lost = sum(_refusals_of(page, number) > 0 for number in range(writes))
    page.refused("PutItem", _put(writes))
    page.claim(
        f"Who gives up at the first refusal loses {lost} of {writes} writes.",
        lost == max(writes - units, 0),
        lost_without_retries=lost,
    )
    in_haste = _in_haste(page, writes)
    _with_backoff(page, units, writes, in_haste)


def _put(number: int) -> Json:
    return {"TableName": TABLE, "Item": {"id": {"S": f"order-{number}"}}}


def _refusals_of(page: Page, number: int) -> int:
    """Write one item; 1 if that was refused."""
    try:
        page.box.engine.call("PutItem", _put(number))
    except ApiError:
        return 1
    return 0


def _in_haste(page: Page, writes: int) -> int:
    page.step(
        "Trying again in haste",
        f"The next second the same writes come again, and whoever is refused tries again every "
        f"{HASTE_S * 1000:g} ms. All of it gets in, since units arrive all the time; but most of "
        "the requests are refusals, which take the network and the client.",
    )
    page.box.clock.advance(1)
    began_s = page.box.clock.monotonic_s()
    refused = 0
    waiting = list(range(writes))
    while waiting:
        left = []
        for number in waiting:
            if _refusals_of(page, number):
                refused += 1
                left.append(number)
        waiting = left
        page.box.clock.advance(HASTE_S if waiting else 0)
    took_s = page.box.clock.monotonic_s() - began_s
    page.claim(
        f"All {writes} writes are in after {took_s:.1f} s, and {refused:,} requests were refused.",
        refused >= max(writes - 2 * _units(page), 0),
        hasty_refusals=refused,
    )
    return refused


def _units(page: Page) -> int:
    return round(page.number("units"))


def _with_backoff(page: Page, units: int, writes: int, in_haste: int) -> None:
    backoff = Backoff()
    page.step(
        "Exponential backoff",
        f"The SDKs, and dyntui, wait: up to {backoff.base_s * 1000:g} ms before the first "
        "repetition and twice as long before each further one, at most "
        f"{backoff.most_s:g} s and {backoff.attempts_max} attempts. Each wait is drawn by lot from "
        "nothing to that, so that many clients do not come back together.",
    )
    attempts = range(2, backoff.attempts_max + 1)
    page.table(
        ("attempt", "waits at most"),
        [(attempt, f"{backoff.wait_s(attempt, 1.0):g} s") for attempt in attempts],
    )
    page.box.clock.advance(1)
    began_s = page.box.clock.monotonic_s()
    waits: list[float] = []
    client = page.box.retrying(waits)
    for number in range(writes):
        client.call("PutItem", _put(number))
    took_s = page.box.clock.monotonic_s() - began_s
    page.table(
        ("way", "written", "refused"),
        [("in haste", writes, in_haste), ("with backoff", writes, len(waits))],
    )
    page.claim(
        f"With backoff all {writes} writes are in after {took_s:.1f} s, with {len(waits)} "
        "refusals.",
        len(waits) <= in_haste and took_s >= (writes - 2 * units) / units - 1,
        backoff_refusals=len(waits),
    )
    page.say(
        "Backoff rides over a peak. It does not help where the traffic stays above what the table "
        "is given: then there are more units to be given, or a hot key to be spread."
    )
    page.hint("CLI", f"dyntui put {TABLE} file://order.json --retries 3   sets how often")
    page.hint("app", "The header says what waits: throttled: waiting 0.4 s (attempt 3 of 10).")


LESSON = Lesson(
    name="backoff",
    title="Throttling and exponential backoff",
    teaches="What to do with a refused request: give up, try in haste, or wait longer each time.",
    tell=tell,
    parameters=(
        Parameter("units", "write units", ("5", "2", "10", "40"), "WCU", (2, 100), whole=True),
        Parameter("writes", "writes at once", ("30", "10", "60"), "", (1, 100), whole=True),
    ),
    throttles=True,
)
