"""Back-pressure: an index that is short of units throttles its table."""

from __future__ import annotations

from dyntui.lessons.lesson import Lesson, Parameter
from dyntui.lessons.page import Json, Page
from dyntui.lessons.sandbox import definition, throughput
from engine.errors import ApiError
from sample_data.dataset import key_schema

TABLE = "orders"
INDEX = "by-day"
UNITS = 20
SECONDS = 30


def tell(page: Page) -> None:
    """Write as much as the table is given, with an index that is given less; then raise it."""
    units = round(page.number("index_units"))
    page.step(
        "A table with enough, an index with less",
        f"The table is given {UNITS} write units a second, its index {units}. Every order is in "
        f"the index too. {UNITS} orders of less than 1 KB are written every second.",
    )
    index: Json = {
        "IndexName": INDEX,
        "KeySchema": key_schema("day"),
        "Projection": {"ProjectionType": "ALL"},
        "ProvisionedThroughput": throughput(1, units),
    }
    made = definition(TABLE, "id", units=(1, UNITS), GlobalSecondaryIndexes=[index])
    page.do("CreateTable", made)
    written, throttled = _traffic(page, 0)
    page.chart("orders written a second, and throttled", written, throttled, float(UNITS))
    mean = sum(written[1:]) / (SECONDS - 1)
    page.claim(
        f"{mean:.1f} orders a second get in, though the table could take {UNITS}.",
        abs(mean - min(units, UNITS)) <= 1,
        written_a_second=round(mean, 2),
        throttled=sum(throttled),
    )
    _reason(page, units)
    _raised(page)


def _put(number: int) -> Json:
    item = {"id": {"S": f"order-{number}"}, "day": {"S": f"day-{number % 7}"}}
    return {"TableName": TABLE, "Item": item}


def _traffic(page: Page, first: int) -> tuple[list[int], list[int]]:
    """Orders by second, from number `first` on: written, throttled."""
    written, throttled = [], []
    for second in range(SECONDS):
        done = 0
        for number in range(UNITS):
            try:
                page.box.engine.call("PutItem", _put(first + second * UNITS + number))
            except ApiError:
                continue
            done += 1
        written.append(done)
        throttled.append(UNITS - done)
        page.box.clock.advance(1)
    return written, throttled


def _reason(page: Page, units: int) -> None:
    page.step(
        "What the refusal says",
        "The write to the table fails, although it is the index that has nothing left: else the "
        "index would fall behind without end. The error names it.",
    )
    error: ApiError | None = None
    for number in range(10 * UNITS):
        try:
            page.box.engine.call("PutItem", _put(number))
        except ApiError as refused:
            error = refused
            break
    told = error.message if error is not None else "nothing was refused"
    reasons = error.members.get("ThrottlingReasons", []) if error is not None else []
    resource = reasons[0]["resource"] if reasons else ""
    page.table(
        ("member", "what it says"),
        [
            ("message", told[:60] + "…"),
            *[(name, str(value)) for reason in reasons for name, value in reason.items()],
        ],
    )
    names_index = f"index/{INDEX}" in resource
    page.claim(
        f"The reason names {'the index ' + INDEX if names_index else 'the table'}.",
        names_index == (units < UNITS),
        names_index=names_index,
    )
    page.hint(
        "app",
        "Tab 3, Capacity: {capacity.next} shows the index; a throttle mark says which is short.",
    )


def _raised(page: Page) -> None:
    page.step(
        "Give the index what the table has",
        "An index in which every item stands needs as many write units as its table, and more "
        "where its keys change.",
    )
    page.box.clock.advance(2)
    update: Json = {
        "TableName": TABLE,
        "GlobalSecondaryIndexUpdates": [
            {"Update": {"IndexName": INDEX, "ProvisionedThroughput": throughput(1, UNITS + 1)}}
        ],
    }
    page.do("UpdateTable", update)
    written, throttled = _traffic(page, 100_000)
    page.chart("orders written a second, and throttled", written, throttled, float(UNITS))
    later = throttled[5:]
    page.claim(
        f"Of {UNITS * len(later)} writes after the first seconds {sum(later)} are throttled.",
        sum(later) == 0,
        throttled_after=sum(later),
    )
    page.hint(
        "CLI", f"dyntui stats {TABLE}   tells the index's units and what was throttled for them"
    )


LESSON = Lesson(
    name="backpressure",
    title="Back-pressure of an index",
    teaches="Why writes to a table fail where one of its indexes has too few units.",
    tell=tell,
    parameters=(
        Parameter("index_units", "index", ("5", "2", "10", "20"), "WCU", (1, 40), whole=True),
    ),
    throttles=True,
)
