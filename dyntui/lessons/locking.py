"""Conditional writes, and the optimistic locking that is made of them."""

from __future__ import annotations

from dyntui.core.text.amounts import counted
from dyntui.lessons.lesson import Lesson, Parameter
from dyntui.lessons.page import Json, Page
from engine.errors import ApiError

TABLE = "stock"
KEY: Json = {"id": {"S": "teapot"}}
STOCK = 100


def tell(page: Page) -> None:
    """Sell without looking again, then with a version; create only what is not there."""
    buyers = round(page.number("buyers"))
    page.box.create(TABLE, "id")
    _lost(page, buyers)
    _locked(page, buyers)
    _created_once(page)


def _read(page: Page) -> tuple[int, int]:
    """How many there are, and the version."""
    request = {"TableName": TABLE, "Key": KEY, "ConsistentRead": True}
    item = page.box.engine.call("GetItem", request)["Item"]
    return int(item["count"]["N"]), int(item["version"]["N"])


def _put(count: int, version: int) -> Json:
    item = KEY | {"count": {"N": str(count)}, "version": {"N": str(version)}}
    return {"TableName": TABLE, "Item": item}


def _lost(page: Page, buyers: int) -> None:
    page.step(
        "A lost update",
        f"There are {STOCK} teapots. {buyers} clerks read that, each sells one, and each writes "
        "what is left. Nobody sees an error.",
    )
    page.box.engine.call("PutItem", _put(STOCK, 1))
    read = [_read(page)[0] for _ in range(buyers)]
    for count in read[:-1]:
        page.box.engine.call("PutItem", _put(count - 1, 1))
    page.do("PutItem", _put(read[-1] - 1, 1))
    left = _read(page)[0]
    lost = left - (STOCK - buyers)
    page.claim(
        f"{buyers} were sold and {left} are in the book: {counted(lost, 'sale')} lost.",
        left == STOCK - 1 and lost == buyers - 1,
        lost_updates=lost,
    )


def _sell(count: int, version: int) -> Json:
    return {
        "TableName": TABLE,
        "Key": KEY,
        "UpdateExpression": "SET #c = :left, version = :next",
        "ConditionExpression": "version = :seen",
        "ExpressionAttributeNames": {"#c": "count"},
        "ExpressionAttributeValues": {
            ":left": {"N": str(count - 1)},
            ":next": {"N": str(version + 1)},
            ":seen": {"N": str(version)},
        },
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    }


def _try(page: Page, request: Json) -> bool:
    """Sell; whether nobody was quicker."""
    try:
        page.box.engine.call("UpdateItem", request)
    except ApiError:
        return False
    return True


def _locked(page: Page, buyers: int) -> None:
    page.step(
        "Optimistic locking",
        "Now every write says which version it was made from, and happens only where that is "
        "still the one. Who is refused reads again and tries again; nobody ever waits for a lock.",
    )
    page.box.engine.call("PutItem", _put(STOCK, 1))
    shown = _sell(*_read(page))
    page.do("UpdateItem", shown)
    page.refused("UpdateItem", shown)
    # The others of the first round, who have read the same version.
    refused = 1 + sum(not _try(page, shown) for _ in range(buyers - 2))
    waiting = buyers - 1
    while waiting:
        seen = [_read(page) for _ in range(waiting)]
        for count, version in seen:
            sold = _try(page, _sell(count, version))
            waiting -= sold
            refused += not sold
    left, version = _read(page)
    page.claim(
        f"{buyers} were sold, {left} are left, at version {version}; "
        f"{counted(refused, 'write')} refused, and made again.",
        left == STOCK - buyers and version == buyers + 1,
        left=left,
        refused=refused,
    )
    spent = page.box.consumed(TABLE)[1]
    page.claim(
        f"A refused condition costs what the write would have: {spent:g} units were spent in all, "
        f"{refused} of them on refusals.",
        spent == (1 + buyers) + (1 + buyers + refused),
        units_spent=spent,
    )
    page.hint(
        "app",
        "Every edit is such a write: a conflict is shown, and {review.rebase} puts yours on top.",
    )


def _created_once(page: Page) -> None:
    page.step(
        "Create only what is not there",
        "PutItem replaces what it finds. A condition on the key makes it a creation: of two who "
        "take the same name one learns that it is taken.",
    )
    request: Json = {
        "TableName": TABLE,
        "Item": {"id": {"S": "kettle"}, "by": {"S": "ada"}},
        "ConditionExpression": "attribute_not_exists(id)",
    }
    page.do("PutItem", request)
    again = request | {"Item": {"id": {"S": "kettle"}, "by": {"S": "bob"}}}
    error = page.refused("PutItem", again)
    key = {"TableName": TABLE, "Key": {"id": {"S": "kettle"}}, "ConsistentRead": True}
    owner = page.box.engine.call("GetItem", key)["Item"]["by"]["S"]
    page.claim(
        f"It still belongs to {owner}.",
        owner == "ada" and error is not None,
        owner=owner,
    )
    page.hint("PartiQL", "INSERT INTO stock VALUE {'id': 'kettle'}   never replaces an item")


LESSON = Lesson(
    name="locking",
    title="Conditional writes and optimistic locking",
    teaches="How updates get lost, and how a condition on a version keeps them.",
    tell=tell,
    parameters=(Parameter("buyers", "clerks", ("2", "3", "5", "10"), "", (2, 30), whole=True),),
)
