"""Point-in-time recovery after an accident."""

from __future__ import annotations

from datetime import UTC, datetime

from dyntui.lessons.lesson import Lesson, Parameter
from dyntui.lessons.page import Json, Page
from engine.client.paging import answers
from sample_data import DATASETS

TABLE = "movies"
RESTORED = "movies-before"
FILMS = DATASETS[TABLE].row_count


def tell(page: Page) -> None:
    """Delete by mistake, restore into a new table, put back what is missing."""
    genre = page.value("genre")
    _before(page)
    lost = _accident(page, genre)
    _restore(page, lost)
    _put_back(page, lost)
    _not_restored(page)


def _count(page: Page, table: str) -> int:
    count: int = 0
    request: Json = {"TableName": table, "Select": "COUNT"}
    for answer in answers(page.box.engine.call, "Scan", request):
        count += int(answer["Count"])
    return count


def _before(page: Page) -> None:
    page.step(
        "On beforehand",
        "Point-in-time recovery keeps every change for up to 35 days. It has to be on before the "
        "accident; what happened earlier is not in it.",
    )
    page.box.load_sample(TABLE)
    on = {"PointInTimeRecoveryEnabled": True}
    page.do("UpdateContinuousBackups", {"TableName": TABLE, "PointInTimeRecoverySpecification": on})
    tags = [{"Key": "team", "Value": "films"}]
    arn = page.box.engine.call("DescribeTable", {"TableName": TABLE})["Table"]["TableArn"]
    page.box.engine.call("TagResource", {"ResourceArn": arn, "Tags": tags})
    page.box.clock.advance(3_600)
    page.ask("DescribeContinuousBackups", {"TableName": TABLE}, "ContinuousBackupsDescription")


def _accident(page: Page, genre: str) -> int:
    page.step(
        "The accident",
        f"A script was to delete the {genre} films without a rating. It forgets the second half of "
        "the condition.",
    )
    page.box.clock.advance(60)
    engine = page.box.engine
    keys: list[Json] = []
    query: Json = {
        "TableName": TABLE,
        "IndexName": "by-genre",
        "KeyConditionExpression": "genre = :g",
        "ExpressionAttributeValues": {":g": {"S": genre}},
        "ProjectionExpression": "id",
    }
    answer = page.ask("Query", query, "Count")
    keys += answer["Items"]
    for key in keys:
        engine.call("DeleteItem", {"TableName": TABLE, "Key": key})
    left = _count(page, TABLE)
    page.claim(
        f"{len(keys):,} films are gone, {left:,} of {FILMS:,} are left.",
        left == FILMS - len(keys) and len(keys) > 0,
        deleted=len(keys),
        left=left,
    )
    page.hint("app", "Tab 4, Timeline, shows when it was, and by whom.")
    return len(keys)


def _restore(page: Page, lost: int) -> None:
    page.box.clock.advance(600)
    when_s = page.box.now_s - 610
    said = datetime.fromtimestamp(when_s, UTC).strftime("%H:%M:%S")
    page.step(
        "Restored into a new table",
        f"The table as it was at {said}, before the script ran, becomes a new table. The old one "
        "goes on meanwhile, and nothing is overwritten.",
    )
    request: Json = {
        "SourceTableName": TABLE,
        "TargetTableName": RESTORED,
        "RestoreDateTime": when_s,
    }
    page.do("RestoreTableToPointInTime", request)
    count = _count(page, RESTORED)
    page.claim(
        f"The restored table has {count:,} films, {count - (FILMS - lost):,} more than the other.",
        count == FILMS,
        restored=count,
    )
    page.hint("CLI", f"dyntui restore {TABLE} {RESTORED} --at '11 minutes ago'")
    page.hint(
        "app",
        "In the Timeline: {timeline.restore} restores, {timeline.browse} browses the "
        "table as of then, {timeline.undo} undoes.",
    )


def _put_back(page: Page, lost: int) -> None:
    page.step(
        "Putting back what is missing",
        "What was written since the accident must stay. So the missing films are put back with a "
        "condition: only where there is none of that id.",
    )
    engine = page.box.engine
    newer = {"id": {"S": "a-new-film-2026"}, "title": {"S": "A New Film"}}
    engine.call("PutItem", {"TableName": TABLE, "Item": newer})
    genre = page.value("genre")
    scan: Json = {
        "TableName": RESTORED,
        "FilterExpression": "genre = :g",
        "ExpressionAttributeValues": {":g": {"S": genre}},
    }
    put_back = 0
    for answer in answers(engine.call, "Scan", scan):
        for item in answer["Items"]:
            request = {
                "TableName": TABLE,
                "Item": item,
                "ConditionExpression": "attribute_not_exists(id)",
            }
            if put_back == 0:
                page.do("PutItem", request)
            else:
                engine.call("PutItem", request)
            put_back += 1
    count = _count(page, TABLE)
    page.claim(
        f"{put_back:,} films were put back; with the new one there are {count:,}.",
        put_back == lost and count == FILMS + 1,
        put_back=put_back,
        films_after=count,
    )


def _not_restored(page: Page) -> None:
    page.step(
        "What is not restored",
        "Indexes and the mode come along. Tags, Time to Live, the stream, point-in-time recovery "
        "itself, alarms and auto scaling do not: they are set anew.",
    )
    engine = page.box.engine
    request = {"TableName": RESTORED}
    described = page.ask("DescribeContinuousBackups", request)["ContinuousBackupsDescription"]
    status = described["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"]
    table = engine.call("DescribeTable", request)["Table"]
    tags = engine.call("ListTagsOfResource", {"ResourceArn": table["TableArn"]})["Tags"]
    indexes = len(table["GlobalSecondaryIndexes"])
    page.claim(
        f"The new table has {indexes} indexes, {len(tags)} tags, and recovery is {status}.",
        indexes == 2 and tags == [] and status == "DISABLED",
        restored_indexes=indexes,
        restored_tags=len(tags),
        restored_recovery=status,
    )


LESSON = Lesson(
    name="recovery",
    title="Point-in-time recovery after an accident",
    teaches="How a table is brought back to a second before a mistake, and what is not brought.",
    tell=tell,
    parameters=(Parameter("genre", "genre", ("Horror", "Western", "Drama")),),
)
