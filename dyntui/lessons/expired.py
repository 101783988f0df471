"""Expired items, recovered from the stream that their deletion goes through."""

from __future__ import annotations

from dyntui.core.text.amounts import counted
from dyntui.lessons.lesson import Lesson, Parameter
from dyntui.lessons.page import Json, Page
from dyntui.lessons.sandbox import definition

TABLE = "carts"
ARCHIVE = "archive"
LIFE_S = 600
DAY_S = 86_400


def tell(page: Page) -> None:
    """Let carts expire, read the stream, archive what expired; then come a day too late."""
    carts = round(page.number("carts"))
    arn = _fill(page, carts)
    gone = _expire(page, carts)
    expired = _records(page, arn, gone)
    _archive(page, expired)
    _too_late(page, arn)


def _fill(page: Page, carts: int) -> str:
    page.step(
        "A table that forgets, and a stream that remembers",
        "Carts expire after ten minutes. The table has a stream with the old images of its items: "
        "what is deleted, also by Time to Live, stays in it for 24 hours.",
    )
    stream = {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
    made = page.do("CreateTable", definition(TABLE, "id", StreamSpecification=stream))
    setting = {"AttributeName": "expires_at", "Enabled": True}
    page.do("UpdateTimeToLive", {"TableName": TABLE, "TimeToLiveSpecification": setting})
    for number in range(carts):
        item: Json = {
            "id": {"S": f"cart-{number:02}"},
            "total": {"N": str(10 * number)},
            "expires_at": {"N": str(page.box.now_s + LIFE_S)},
        }
        page.box.engine.call("PutItem", {"TableName": TABLE, "Item": item})
    arn: str = made["TableDescription"]["LatestStreamArn"]
    return arn


def _expire(page: Page, carts: int) -> int:
    page.step(
        "What expires, and what a person deletes",
        "One cart is deleted by its owner. Ten minutes later the others expire and are deleted.",
    )
    owner = {"TableName": TABLE, "Key": {"id": {"S": "cart-00"}}}
    page.do("DeleteItem", owner)
    page.box.clock.advance(LIFE_S + 1)
    gone = page.box.engine.expire(TABLE)
    left = page.box.engine.call("Scan", {"TableName": TABLE, "Select": "COUNT"})["Count"]
    page.claim(
        f"{counted(gone, 'cart')} of {carts} expired, {left} are left.",
        gone == carts - 1 and left == 0,
        expired=gone,
    )
    return gone


def _read(page: Page, arn: str) -> list[Json]:
    """All records of the stream."""
    engine = page.box.engine
    records: list[Json] = []
    description = engine.call("DescribeStream", {"StreamArn": arn})["StreamDescription"]
    for shard in description["Shards"]:
        start = {
            "StreamArn": arn,
            "ShardId": shard["ShardId"],
            "ShardIteratorType": "TRIM_HORIZON",
        }
        place = engine.call("GetShardIterator", start)["ShardIterator"]
        while place is not None:
            answer = engine.call("GetRecords", {"ShardIterator": place})
            records += answer["Records"]
            place = answer.get("NextShardIterator") if answer["Records"] else None
    return records


def _is_expiry(record: Json) -> bool:
    """Whether Time to Live deleted the item: nobody else has this identity."""
    identity = record.get("userIdentity", {})
    return bool(
        record["eventName"] == "REMOVE"
        and identity.get("Type") == "Service"
        and identity.get("PrincipalId") == "dynamodb.amazonaws.com"
    )


def _records(page: Page, arn: str, gone: int) -> list[Json]:
    page.step(
        "Telling them apart",
        "A deletion is a REMOVE record with the old image. One by Time to Live carries "
        "userIdentity: a service did it. That is what a filter of a reader asks for.",
    )
    page.ask("DescribeStream", {"StreamArn": arn}, "")
    records = _read(page, arn)
    events = [(record["eventName"], _is_expiry(record)) for record in records]
    kinds = {
        "INSERT": events.count(("INSERT", False)),
        "REMOVE by a person": events.count(("REMOVE", False)),
        "REMOVE by Time to Live": events.count(("REMOVE", True)),
    }
    page.bars("records", {name: float(count) for name, count in kinds.items()})
    page.claim(
        f"Of {len(records)} records {kinds['REMOVE by Time to Live']} are expiries and "
        f"{kinds['REMOVE by a person']} is a person's deletion.",
        kinds["REMOVE by Time to Live"] == gone and kinds["REMOVE by a person"] == 1,
        records=len(records),
        removed_by_service=kinds["REMOVE by Time to Live"],
        removed_by_person=kinds["REMOVE by a person"],
    )
    page.hint(
        "app",
        "Tab 5, Streams, shows them as they come: {stream.filter} filters, {stream.only} "
        "follows one item.",
    )
    page.hint("CLI", f"dyntui streams tail {TABLE}")
    return [record for record in records if _is_expiry(record)]


def _archive(page: Page, expired: list[Json]) -> None:
    page.step(
        "Into an archive, or back",
        "The old images are whole items. A reader puts them where they are kept for less, or back "
        "into the table with a new expiry.",
    )
    page.box.create(ARCHIVE, "id")
    images = [record["dynamodb"]["OldImage"] for record in expired]
    for number, image in enumerate(images):
        item = {name: value for name, value in image.items() if name != "expires_at"}
        request: Json = {"TableName": ARCHIVE, "Item": item}
        if number == 0:
            page.do("PutItem", request)
        else:
            page.box.engine.call("PutItem", request)
    answer = page.box.engine.call("Scan", {"TableName": ARCHIVE})
    total = sum(int(item["total"]["N"]) for item in answer["Items"])
    wanted = sum(int(image["total"]["N"]) for image in images)
    page.claim(
        f"{answer['Count']} carts are in the archive, worth {total} together.",
        answer["Count"] == len(expired) and total == wanted,
        archived=answer["Count"],
        archived_total=total,
    )


def _too_late(page: Page, arn: str) -> None:
    page.step(
        "Not after a day",
        "A stream keeps its records for 24 hours. A reader that stands still for longer has lost "
        "what it did not read.",
    )
    page.box.clock.advance(DAY_S + 1)
    page.ask("DescribeStream", {"StreamArn": arn}, "")
    left = len(_read(page, arn))
    page.claim(
        f"A day later {left} records are left.",
        left == 0,
        records_after_a_day=left,
    )


LESSON = Lesson(
    name="expired",
    title="Expired items from the stream",
    teaches="How what Time to Live deleted is told from other deletions, and recovered in time.",
    tell=tell,
    parameters=(Parameter("carts", "carts", ("6", "2", "40"), "", (2, 500), whole=True),),
)
