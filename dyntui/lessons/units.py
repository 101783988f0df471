"""Read and write units: what each kind of request costs, measured."""

from __future__ import annotations

from math import ceil

from dyntui.core.text.amounts import counted
from dyntui.lessons.lesson import Lesson, Parameter
from dyntui.lessons.page import Json, Page, units_of
from dyntui.lessons.sandbox import sized
from dyntui.lessons.unit_examples import tell_examples

KB = 1024
READ_BYTES = 4 * KB
TOLD: Json = {"ReturnConsumedCapacity": "TOTAL"}
KEY: Json = {"id": {"S": "a"}}


def tell(page: Page) -> None:
    """Measure single requests, those of several items, a query; then the worked examples."""
    size = round(page.number("size_kb") * KB)
    page.box.create("orders", "id")
    page.box.create("lines", "order", "line")
    _writes(page, size)
    _reads(page, size)
    _several(page)
    _query(page)
    tell_examples(page)


def _writes(page: Page, size: int) -> None:
    page.step(
        "Writing costs by the kilobyte",
        "A write unit (WCU) writes an item of up to 1 KB; a larger item takes one for every "
        "kilobyte begun. It is the whole item that counts, also where one attribute changes.",
    )
    item = sized(KEY, size)
    put = page.ask("PutItem", {"TableName": "orders", "Item": item} | TOLD, "ConsumedCapacity")
    change: Json = {
        "TableName": "orders",
        "Key": KEY,
        "UpdateExpression": "SET seen = :yes",
        "ExpressionAttributeValues": {":yes": {"BOOL": True}},
    }
    update = page.box.engine.call("UpdateItem", change | TOLD)
    page.box.engine.call("PutItem", {"TableName": "orders", "Item": item})
    twice = page.box.engine.call(
        "TransactWriteItems",
        {"TransactItems": [{"Put": {"TableName": "orders", "Item": item}}]} | TOLD,
    )
    plain, in_transaction = units_of(put), units_of(twice)
    page.table(
        ("request", "units", "rule"),
        [
            ("PutItem", plain, "size / 1 KB, rounded up"),
            ("UpdateItem of one attribute", units_of(update), "the whole item, as it is after"),
            ("TransactWriteItems", in_transaction, "twice: prepared and committed"),
        ],
    )
    page.claim(
        f"An item of {page.value('size_kb')} KB takes {counted(plain, 'write unit')}, "
        f"and {in_transaction:g} in a transaction.",
        plain == ceil(size / KB) and in_transaction == 2 * plain,
        write_units=plain,
        transaction_write_units=in_transaction,
    )
    page.hint("CLI", 'dyntui put orders \'{"id": "a"}\' --plain -v   tells the units of a write')


def _reads(page: Page, size: int) -> None:
    page.step(
        "Reading costs by four kilobytes",
        "A read unit (RCU) reads up to 4 KB strongly consistent. An eventually consistent read, "
        "which is what one gets without asking, costs half of that; a transaction twice.",
    )
    get: Json = {"TableName": "orders", "Key": KEY}
    eventual = units_of(page.ask("GetItem", get | TOLD, "ConsumedCapacity"))
    strong = units_of(page.box.engine.call("GetItem", get | TOLD | {"ConsistentRead": True}))
    both = units_of(
        page.box.engine.call("TransactGetItems", {"TransactItems": [{"Get": get}]} | TOLD)
    )
    missing = units_of(
        page.box.engine.call(
            "GetItem", {"TableName": "orders", "Key": {"id": {"S": "nobody"}}} | TOLD
        )
    )
    page.table(
        ("read", "units"),
        [
            ("eventually consistent", eventual),
            ("strongly consistent", strong),
            ("in a transaction", both),
            ("of an item that is not there", missing),
        ],
    )
    steps = ceil(size / READ_BYTES)
    page.claim(
        f"An item of {page.value('size_kb')} KB takes {counted(eventual, 'read unit')}, "
        f"{strong:g} strongly consistent and {both:g} in a transaction.",
        (eventual, strong, both) == (steps / 2, steps, 2 * steps),
        read_units=eventual,
        strong_read_units=strong,
        transaction_read_units=both,
    )
    page.claim(
        f"Asking for what is not there costs {missing:g}, as the smallest item does.",
        missing == 0.5,
        missing_read_units=missing,
    )
    page.hint("PartiQL", "SELECT * FROM orders WHERE id = 'a'   costs what GetItem costs")
    page.hint("app", "The line under the query form tells the units before and after a run.")


def _several(page: Page) -> None:
    page.step(
        "In a batch each item is rounded up by itself",
        "A batch saves journeys over the network, not units: every item of it is rounded up as if "
        "it had been asked for alone.",
    )
    items = [sized({"id": {"S": name}}, round(kb * KB)) for name, kb in (("b", 0.5), ("c", 3.5))]
    puts = [{"PutRequest": {"Item": item}} for item in items]
    wrote = units_of(page.ask("BatchWriteItem", {"RequestItems": {"orders": puts}} | TOLD))
    page.box.load("orders", [sized({"id": {"S": "d"}}, 1536), sized({"id": {"S": "e"}}, 6656)])
    keys = {"Keys": [{"id": {"S": "d"}}, {"id": {"S": "e"}}]}
    read = units_of(
        page.ask("BatchGetItem", {"RequestItems": {"orders": keys}} | TOLD, "ConsumedCapacity")
    )
    page.claim(
        f"Writing 0.5 KB and 3.5 KB takes {counted(wrote, 'unit')}: 1 and 4.",
        wrote == 5,
        batch_write_units=wrote,
    )
    page.claim(
        f"Reading 1.5 KB and 6.5 KB takes {counted(read, 'unit')}: 0.5 and 1.",
        read == 1.5,
        batch_read_units=read,
    )


def _query(page: Page) -> None:
    page.step(
        "A query adds up first",
        "Query and Scan add up the sizes of all the items they look at, and round once for the "
        "page. Small items together are therefore cheaper to query than to get one by one. A "
        "filter or a projection does not lower the price: what is looked at is paid for.",
    )
    count = 20
    page.box.load(
        "lines",
        (sized({"order": {"S": "o"}, "line": {"S": f"{n:02}"}}, 400) for n in range(count)),
    )
    query: Json = {
        "TableName": "lines",
        "KeyConditionExpression": "#o = :o",
        "ExpressionAttributeNames": {"#o": "order"},
        "ExpressionAttributeValues": {":o": {"S": "o"}},
    }
    queried = page.ask("Query", query | TOLD, "Count", "ScannedCount", "ConsumedCapacity")
    filtered = page.box.engine.call(
        "Query", query | TOLD | {"FilterExpression": "attribute_exists(nothing)"}
    )
    one = page.box.engine.call(
        "GetItem",
        {"TableName": "lines", "Key": {"order": {"S": "o"}, "line": {"S": "00"}}} | TOLD,
    )
    together, alone = units_of(queried), count * units_of(one)
    page.bars("RCU", {"one Query": together, f"{count} GetItems": alone})
    page.claim(
        f"{count} items of 400 B cost {counted(together, 'unit')} in a query "
        f"and {alone:g} one by one.",
        together == ceil(count * 400 / READ_BYTES) / 2 and alone > together,
        query_units=together,
        gets_units=alone,
    )
    page.claim(
        f"With a filter that lets nothing through it is still {units_of(filtered):g}.",
        units_of(filtered) == together and filtered["Count"] == 0,
        filtered_units=units_of(filtered),
    )


LESSON = Lesson(
    name="units",
    title="Read and write units",
    teaches="What a request costs, and why: sizes, consistency, batches, queries, transactions.",
    tell=tell,
    parameters=(
        Parameter(
            "size_kb", "item size", ("4.5", "0.5", "1", "2", "4", "6.5", "12"), "KB", (0.1, 399)
        ),
    ),
)
