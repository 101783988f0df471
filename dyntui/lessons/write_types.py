"""The ways to write: concurrently, atomically, with a condition, in a batch."""

from __future__ import annotations

from dyntui.core.text.amounts import counted
from dyntui.lessons.lesson import Lesson, Parameter
from dyntui.lessons.page import Json, Page
from engine.errors import ApiError

TABLE = "products"
KEY: Json = {"id": {"S": "lamp"}}
BATCH_MAX = 25


def tell(page: Page) -> None:
    """Set a price in three ways, then put many items at once."""
    page.box.create(TABLE, "id")
    rise = round(page.number("rise"))
    _concurrent(page, rise)
    _atomic(page, rise)
    _conditional(page, rise)
    _batch(page, round(page.number("items")))


def _price(page: Page) -> int:
    request = {"TableName": TABLE, "Key": KEY, "ConsistentRead": True}
    return int(page.box.engine.call("GetItem", request)["Item"]["price"]["N"])


def _start(page: Page, price: int) -> None:
    item = KEY | {"price": {"N": str(price)}}
    page.box.engine.call("PutItem", {"TableName": TABLE, "Item": item})


def _update(change: str, values: dict[str, int], **more: str) -> Json:
    return {
        "TableName": TABLE,
        "Key": KEY,
        "UpdateExpression": change,
        "ExpressionAttributeValues": {name: {"N": str(n)} for name, n in values.items()},
    } | more


def _concurrent(page: Page, rise: int) -> None:
    page.step(
        "Concurrent writes: the last one wins",
        f"The lamp costs 100. Two people raise its price by {rise}: both have read 100, and both "
        "set what they reckoned.",
    )
    _start(page, 100)
    page.do("UpdateItem", _update("SET price = :p", {":p": 100 + rise}))
    page.do("UpdateItem", _update("SET price = :p", {":p": 100 + rise}))
    price = _price(page)
    page.claim(
        f"It costs {price}: one of the two rises is lost.",
        price == 100 + rise,
        concurrent_price=price,
    )


def _atomic(page: Page, rise: int) -> None:
    page.step(
        "Atomic updates: DynamoDB does the sum",
        "The update says by how much, not to what. Updates of an item happen one after the other, "
        "so both count. Sent twice by mistake, it counts twice.",
    )
    _start(page, 100)
    request = _update("SET price = price + :rise", {":rise": rise})
    page.do("UpdateItem", request)
    page.box.engine.call("UpdateItem", request)
    price = _price(page)
    page.claim(
        f"It costs {price}: both rises are in it.",
        price == 100 + 2 * rise,
        atomic_price=price,
    )


def _conditional(page: Page, rise: int) -> None:
    page.step(
        "Conditional writes: only if it is still so",
        "The update says what it expects. Sent twice, it happens once: the second finds another "
        "price and is refused. That makes it safe to send again after a lost answer.",
    )
    _start(page, 100)
    request = _update(
        "SET price = :new",
        {":new": 100 + rise, ":seen": 100},
        ConditionExpression="price = :seen",
    )
    page.do("UpdateItem", request)
    error = page.refused("UpdateItem", request)
    price = _price(page)
    page.claim(
        f"It costs {price}, however often the same request is sent.",
        price == 100 + rise and error is not None,
        conditional_price=price,
    )
    page.hint("PartiQL", "UPDATE products SET price = 110 WHERE id = 'lamp' AND price = 100")


def _batch(page: Page, items: int) -> None:
    page.step(
        "Batches: one journey, no promise",
        f"BatchWriteItem takes up to {BATCH_MAX} puts and deletes in one request, to several "
        "tables. It knows no updates and no conditions, and it is not all or nothing: what was "
        "throttled comes back as UnprocessedItems.",
    )
    puts = [{"PutRequest": {"Item": {"id": {"S": f"product-{n:02}"}}}} for n in range(items)]
    request: Json = {"RequestItems": {TABLE: puts}}
    if items <= BATCH_MAX:
        answer = page.ask("BatchWriteItem", request)
        left = len(answer["UnprocessedItems"])
        page.claim(
            f"{counted(items, 'put')} in one request, {left} left over.", left == 0, left_over=left
        )
    else:
        error = page.refused("BatchWriteItem", request)
        page.claim(
            f"{items} are more than {BATCH_MAX}: the whole request is refused.",
            error is not None,
            left_over=items,
        )
    twice = [puts[0], puts[0]]
    try:
        page.box.engine.call("BatchWriteItem", {"RequestItems": {TABLE: twice}})
        refused = False
    except ApiError:
        refused = True
    page.claim(
        "Two writes of one item in a batch are refused: a batch has no order.",
        refused,
        twice_refused=refused,
    )
    page.say("All or nothing is what transactions are for (lesson transactions).")
    page.hint(
        "CLI", f"dyntui put {TABLE} file://items.jsonl --max-wcu 5   puts a file's items in batches"
    )


LESSON = Lesson(
    name="writes",
    title="The ways to write",
    teaches="Concurrent, atomic, conditional and batched writes, and what each of them promises.",
    tell=tell,
    parameters=(
        Parameter("rise", "rise", ("10", "5", "25"), "", (1, 1000), whole=True),
        Parameter("items", "items of the batch", ("25", "10", "26"), "", (2, 100), whole=True),
    ),
)
