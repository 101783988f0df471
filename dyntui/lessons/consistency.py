"""Strong and eventual reads: what may be late, and what certainty costs."""

from __future__ import annotations

from dyntui.core.text.amounts import counted
from dyntui.lessons.lesson import Lesson, Parameter
from dyntui.lessons.page import Json, Page, units_of
from dyntui.lessons.sandbox import definition
from sample_data.dataset import key_schema

LAG_S = 1.0
TABLE = "tickets"
KEY: Json = {"id": {"S": "concert-1"}}
BY_STATE: Json = {
    "IndexName": "by-state",
    "KeySchema": key_schema("state"),
    "Projection": {"ProjectionType": "ALL"},
}
TOLD: Json = {"ReturnConsumedCapacity": "TOTAL"}


def tell(page: Page) -> None:
    """Write, and read both ways; then by an index."""
    wait = page.number("wait_s")
    page.step(
        "A read that is late",
        "DynamoDB keeps every item three times. A write is acknowledged when two of them have it; "
        "an eventually consistent read may ask the third. Here such reads lag behind by up to "
        f"{LAG_S:g} s, as they may on the service, where it is mostly much less.",
    )
    page.do("CreateTable", definition(TABLE, "id", GlobalSecondaryIndexes=[BY_STATE]))
    page.box.clock.advance(10)
    _put(page, "free")
    page.box.clock.advance(10)
    page.box.engine.call("GetItem", {"TableName": TABLE, "Key": KEY})
    _put(page, "sold")
    page.box.clock.advance(wait)
    get: Json = {"TableName": TABLE, "Key": KEY} | TOLD
    eventual = page.ask("GetItem", get, "Item", "ConsumedCapacity")
    strong = page.ask("GetItem", get | {"ConsistentRead": True}, "Item", "ConsumedCapacity")
    _compare(page, wait, eventual, strong)
    _index(page)


def _put(page: Page, state: str) -> None:
    item = KEY | {"state": {"S": state}}
    page.box.engine.call("PutItem", {"TableName": TABLE, "Item": item})


def _compare(page: Page, wait: float, eventual: Json, strong: Json) -> None:
    page.step("Both reads", f"The ticket was sold {wait:g} s before.")
    found = [answer["Item"]["state"]["S"] for answer in (eventual, strong)]
    page.table(
        ("read", "says", "units"),
        [
            ("eventually consistent", found[0], units_of(eventual)),
            ("strongly consistent", found[1], units_of(strong)),
        ],
    )
    is_late = found[0] != "sold"
    page.claim(
        f"{wait:g} s after the write the eventual read says {found[0]}, the strong one {found[1]}.",
        found[1] == "sold" and is_late == (wait < LAG_S),
        eventual=found[0],
        strong=found[1],
    )
    page.claim(
        f"Certainty costs twice: {counted(units_of(strong), 'unit')} instead of "
        f"{units_of(eventual):g}.",
        units_of(strong) == 2 * units_of(eventual),
        eventual_units=units_of(eventual),
        strong_units=units_of(strong),
    )
    page.say(
        "Read strongly where a decision hangs on it, such as selling a seat; better still, let the "
        "write check it with a condition (lesson locking). A list or a page of an article can be "
        "a moment old."
    )
    page.hint("CLI", "dyntui get tickets concert-1 --consistent")
    page.hint("app", "The query form has a box: consistent.")


def _index(page: Page) -> None:
    page.step(
        "An index is always eventual",
        "A global index is another table that follows; it cannot be read strongly.",
    )
    query: Json = {
        "TableName": TABLE,
        "IndexName": "by-state",
        "KeyConditionExpression": "#s = :sold",
        "ExpressionAttributeNames": {"#s": "state"},
        "ExpressionAttributeValues": {":sold": {"S": "sold"}},
    }
    error = page.refused("Query", query | {"ConsistentRead": True})
    page.box.clock.advance(LAG_S)
    count = page.box.engine.call("Query", query)["Count"]
    page.claim(
        f"A strong read of a global index is refused; {LAG_S:g} s later it has {count} item.",
        error is not None and count == 1,
        index_items=count,
    )


LESSON = Lesson(
    name="consistency",
    title="Strong and eventual reads",
    teaches="What an eventually consistent read may not know yet, and what a strong one costs.",
    tell=tell,
    parameters=(Parameter("wait_s", "read after", ("0", "1", "2"), "s"),),
    read_lag_s=LAG_S,
    needs_folder=True,
)
