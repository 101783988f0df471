"""Burst capacity: what was not used is kept for five minutes, and spent at once."""

from __future__ import annotations

from dyntui.lessons.lesson import Lesson, Parameter
from dyntui.lessons.page import Json, Page
from dyntui.lessons.sandbox import definition
from engine.errors import ApiError

BURST_S = 300
SECONDS_MAX = 300
WRITES_MAX = 8_000
TABLE = "orders"


def tell(page: Page) -> None:
    """Rest, then write more a second than the table is given, until it throttles."""
    units, rest, rate = (round(page.number(name)) for name in ("units", "rest", "rate"))
    page.step(
        "Saving while it is quiet",
        f"The table is given {units} write units a second. What it does not use is kept, for up to "
        f"{BURST_S} seconds' worth, and may be spent at once later. Here it rests for {rest} "
        "seconds first; the lesson's clock moves by itself, so that takes no time.",
    )
    page.do("CreateTable", definition(TABLE, "id", units=(1, units)))
    page.box.clock.advance(rest)
    saved = _balance(page)
    page.claim(
        f"After {rest} seconds it has {saved:,.0f} units to spend.",
        saved == min(units * (rest + 1), units * BURST_S),
        saved_units=saved,
    )
    _spend(page, units, rate, saved)


def _balance(page: Page) -> float:
    writes = page.box.engine.capacity_report(TABLE, 60).resources[0].writes
    return round(writes.balance or 0.0, 3)


def _spend(page: Page, units: int, rate: int, saved: float) -> None:
    page.step(
        "Spending more than it is given",
        f"Now {rate} items of up to 1 KB are written every second.",
    )
    # Every second one spends `rate` and is given `units`; nothing is overspent where it is enough.
    lasts = saved / (rate - units) if rate > units else 0
    seconds = max(1, round(min(lasts + 20, SECONDS_MAX, WRITES_MAX / rate)))
    written, throttled = [], []
    for second in range(seconds):
        done = 0
        for number in range(rate):
            item: Json = {"id": {"S": f"{second}-{number}"}}
            try:
                page.box.engine.call("PutItem", {"TableName": TABLE, "Item": item})
            except ApiError:
                continue
            done += 1
        written.append(done)
        throttled.append(rate - done)
        page.box.clock.advance(1)
    page.chart("items written a second, and where writes were throttled", written, throttled, units)
    first = next((second for second, lost in enumerate(throttled, 1) if lost), 0)
    _claim(page, units, rate, first, written, saved)
    page.hint(
        "app",
        "Tab 3, Capacity: what is left of the burst; {capacity.load} starts such traffic there.",
    )
    page.hint("CLI", f"dyntui load-test {TABLE} --write-rate {rate} --duration 60s")


def _claim(page: Page, units: int, rate: int, first: int, written: list[int], saved: float) -> None:
    if first:
        after = written[first:]
        mean = sum(after) / len(after) if after else float(units)
        page.claim(
            f"Second {first} is the first that is throttled; from then on {mean:.1f} writes a "
            f"second go through, about the {units} that the table is given.",
            abs(mean - units) <= 1,
            first_throttled_second=first,
            written_after=round(mean, 2),
        )
    elif rate > units:
        page.claim(
            f"The saved units last for longer than the {len(written)} seconds that are shown.",
            saved >= len(written) * (rate - units),
            first_throttled_second=None,
        )
    else:
        page.claim(
            f"{rate} a second are within the {units} units: nothing is ever throttled.",
            rate <= units,
            first_throttled_second=None,
        )
    page.say(
        "A burst hides a table that is too small, until it does not. DynamoDB may use the saved "
        "units for work of its own, too: do not plan with them."
    )


LESSON = Lesson(
    name="burst",
    title="Burst capacity",
    teaches="Unused units are kept for five minutes; when they are spent, throttling begins.",
    tell=tell,
    parameters=(
        Parameter("units", "write units", ("10", "5", "20"), "WCU", (1, 100), whole=True),
        Parameter("rest", "rest", ("9", "0", "60", "300", "600"), "s", (0, 3600), whole=True),
        Parameter("rate", "traffic", ("20", "5", "15", "40"), "writes/s", (1, 200), whole=True),
    ),
    throttles=True,
)
