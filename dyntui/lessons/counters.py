"""Atomic counters: simple and quick, and not for what must be exact."""

from __future__ import annotations

from dyntui.core.text.amounts import counted
from dyntui.lessons.lesson import Lesson, Parameter
from dyntui.lessons.page import Json, Page
from engine.errors import ApiError

TABLE = "pages"
KEY: Json = {"id": {"S": "home"}}


def tell(page: Page) -> None:
    """Count views; with answers that get lost; and exactly."""
    page.box.create(TABLE, "id")
    views, lost = round(page.number("views")), round(page.number("lost"))
    _count(page, views)
    _repeat(page, views, min(lost, views))
    _exact(page, views, min(lost, views))


def _add(key: Json) -> Json:
    return {
        "TableName": TABLE,
        "Key": key,
        "UpdateExpression": "ADD #v :one",
        "ExpressionAttributeNames": {"#v": "views"},
        "ExpressionAttributeValues": {":one": {"N": "1"}},
        "ReturnValues": "UPDATED_NEW",
    }


def _count(page: Page, views: int) -> None:
    page.step(
        "One request, no reading",
        "ADD raises a number by one, and makes it where it is missing. Nobody reads first, nobody "
        "waits, and every answer holds a number that no other has: good for ids, too.",
    )
    first = page.ask("UpdateItem", _add(KEY), "Attributes")
    answers = [first, *(page.box.engine.call("UpdateItem", _add(KEY)) for _ in range(views - 1))]
    numbers = [int(answer["Attributes"]["views"]["N"]) for answer in answers]
    page.claim(
        f"{counted(views, 'view')} give {numbers[-1]}, and {len(set(numbers))} different numbers.",
        numbers == list(range(1, views + 1)),
        counted=numbers[-1],
    )


def _repeat(page: Page, views: int, lost: int) -> None:
    page.step(
        "A lost answer counts twice",
        f"Of {views} requests {lost} are carried out, but their answers get lost on the way. The "
        "SDK cannot know, and sends them again. An atomic counter is not idempotent.",
    )
    key: Json = {"id": {"S": "news"}}
    for number in range(views):
        answer = page.box.engine.call("UpdateItem", _add(key))
        if number < lost:
            answer = page.box.engine.call("UpdateItem", _add(key))
    total = int(answer["Attributes"]["views"]["N"])
    page.bars("views", {"real": float(views), "counted": float(total)}, ["counted"] * bool(lost))
    page.claim(
        f"{views} views are counted as {total}: {total - views} too many.",
        total == views + lost,
        counted_with_repeats=total,
    )
    page.say("For views of a page that is good enough. For money it is not.")


def _exact(page: Page, views: int, lost: int) -> None:
    page.step(
        "Exactly, with a condition",
        "Where it has to be exact, the request says from which number it counts; sent again, it is "
        "refused, and the client reads and sees that it was done. (A transaction with a client "
        "token does the same; lesson transactions.)",
    )
    key: Json = {"id": {"S": "paid"}}
    start = {"TableName": TABLE, "Item": key | {"views": {"N": "0"}}}
    page.box.engine.call("PutItem", start)
    refused = 0
    for number in range(views):
        request = _from(key, number)
        if number == 0:
            page.do("UpdateItem", request)
        else:
            page.box.engine.call("UpdateItem", request)
        if number < lost:
            try:
                page.box.engine.call("UpdateItem", request)
            except ApiError:
                refused += 1
    item = page.box.engine.call("GetItem", {"TableName": TABLE, "Key": key})["Item"]
    total = int(item["views"]["N"])
    page.claim(
        f"{views} are counted as {total}; {counted(refused, 'repetition')} refused.",
        total == views and refused == lost,
        counted_exactly=total,
        repeats_refused=refused,
    )
    page.hint("PartiQL", "UPDATE pages SET views = views + 1 WHERE id = 'home'")
    page.hint(
        "app",
        "{items.edit_value} on a value edits it; the write that is shown has such a condition.",
    )


def _from(key: Json, number: int) -> Json:
    return {
        "TableName": TABLE,
        "Key": key,
        "UpdateExpression": "SET #v = :next",
        "ConditionExpression": "#v = :seen",
        "ExpressionAttributeNames": {"#v": "views"},
        "ExpressionAttributeValues": {
            ":seen": {"N": str(number)},
            ":next": {"N": str(number + 1)},
        },
    }


LESSON = Lesson(
    name="counters",
    title="Atomic counters",
    teaches="Counting without reading, why a repeated request counts twice, and what is exact.",
    tell=tell,
    parameters=(
        Parameter("views", "views", ("50", "10", "200"), "", (1, 1000), whole=True),
        Parameter("lost", "lost answers", ("3", "0", "10"), "", (0, 1000), whole=True),
    ),
)
