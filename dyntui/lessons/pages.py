"""Pages of 1 MB, and the 16 MB of BatchGetItem."""

from __future__ import annotations

from typing import Any

from dyntui.core.text.amounts import counted
from dyntui.lessons.lesson import Lesson, Parameter
from dyntui.lessons.page import Json, Page
from dyntui.lessons.sandbox import sized

KB = 1024
PAGE_BYTES = 1024 * KB
BATCH_BYTES = 16 * 1024 * KB
READINGS = 30
READING_KB = 100
PICTURES = 50


def tell(page: Page) -> None:
    """Query a long collection page by page; get fifty large items in one batch."""
    page.box.create("readings", "station", "at")
    page.box.create("pictures", "id")
    page.box.load(
        "readings",
        (
            sized({"station": {"S": "s"}, "at": {"S": f"{n:02}"}}, READING_KB * KB)
            for n in range(READINGS)
        ),
    )
    _pages(page)
    _filtered(page)
    size_kb = round(page.number("size_kb"))
    page.box.load(
        "pictures", (sized({"id": {"S": f"{n:02}"}}, size_kb * KB) for n in range(PICTURES))
    )
    _batch(page, size_kb)


QUERY: Json = {
    "TableName": "readings",
    "KeyConditionExpression": "station = :s",
    "ExpressionAttributeValues": {":s": {"S": "s"}},
}


def _read_all(page: Page, request: Json) -> list[Json]:
    """All pages of a query."""
    answers = [page.box.engine.call("Query", request)]
    while "LastEvaluatedKey" in answers[-1]:
        start = {"ExclusiveStartKey": answers[-1]["LastEvaluatedKey"]}
        answers.append(page.box.engine.call("Query", request | start))
    return answers


def _pages(page: Page) -> None:
    page.step(
        "A page ends at 1 MB",
        f"A partition key has {READINGS} items of {READING_KB} KB. Query and Scan stop once they "
        "have looked at 1 MB, and tell with LastEvaluatedKey where to go on. Only an answer "
        "without it is the end.",
    )
    page.ask("Query", QUERY, "Count", "LastEvaluatedKey")
    counts = [answer["Count"] for answer in _read_all(page, QUERY)]
    page.bars("items", {f"page {n}": float(count) for n, count in enumerate(counts, 1)})
    first_bytes = counts[0] * READING_KB * KB
    page.claim(
        f"{READINGS} items come in {len(counts)} pages: {', '.join(map(str, counts))}. The item "
        "that crosses the border is still in the page.",
        sum(counts) == READINGS and first_bytes >= PAGE_BYTES > first_bytes - READING_KB * KB,
        pages=counts,
    )
    page.hint("PartiQL", "SELECT * FROM readings WHERE station = 's'   pages by itself here")
    page.hint("app", "The grid asks for the next page as one scrolls down.")


def _filtered(page: Page) -> None:
    page.step(
        "An empty page is not the end",
        "A filter is applied after the page was read. Where nothing on it passes, the page is "
        "empty and still has a LastEvaluatedKey.",
    )
    wanted = QUERY | {
        "FilterExpression": "#t = :nothing",
        "ExpressionAttributeNames": {"#t": "text"},
    }
    wanted["ExpressionAttributeValues"] = {":s": {"S": "s"}, ":nothing": {"S": "nothing"}}
    first = page.ask("Query", wanted, "Count", "ScannedCount", "LastEvaluatedKey")
    answers = _read_all(page, wanted)
    scanned = sum(answer["ScannedCount"] for answer in answers)
    page.claim(
        f"The first page holds {first['Count']} items and is not the last: the "
        f"{len(answers)} pages look at {scanned} items in all.",
        first["Count"] == 0 and "LastEvaluatedKey" in first and scanned == READINGS,
        filtered_pages=len(answers),
    )


def _batch(page: Page, size_kb: int) -> None:
    page.step(
        "BatchGetItem: 100 keys, 16 MB",
        f"{PICTURES} pictures of {size_kb} KB are asked for in one batch. What does not fit into "
        "16 MB comes back as UnprocessedKeys: not an error, but work that is left.",
    )
    keys: list[Any] = [{"id": {"S": f"{n:02}"}} for n in range(PICTURES)]
    request: Json = {"RequestItems": {"pictures": {"Keys": keys}}}
    answer = page.ask("BatchGetItem", request, "UnprocessedKeys")
    got = len(answer["Responses"]["pictures"])
    left = len(answer["UnprocessedKeys"].get("pictures", {"Keys": []})["Keys"])
    all_bytes = PICTURES * size_kb * KB
    page.bars("items", {"came": float(got), "left over": float(left)}, ["left over"] * bool(left))
    page.claim(
        f"{got} of {PICTURES} items came ({got * size_kb / 1024:.1f} MB), {left} are left over.",
        got + left == PICTURES
        and got * size_kb * KB <= BATCH_BYTES
        and (left > 0) == (all_bytes > BATCH_BYTES),
        items_in_the_first_answer=got,
        unprocessed_keys=left,
    )
    waits: list[float] = []
    whole = page.box.retrying(waits).call("BatchGetItem", request)
    page.claim(
        f"Asking again for what is left over gets all {len(whole['Responses']['pictures'])}, "
        f"with {counted(len(waits), 'further request')}.",
        len(whole["Responses"]["pictures"]) == PICTURES,
        further_requests=len(waits),
    )
    page.hint("CLI", "dyntui dynamodb batch-get-item --request-items …   shows UnprocessedKeys")


LESSON = Lesson(
    name="pages",
    title="Pages and large batches",
    teaches="Why an answer is not all there is: pages of 1 MB, batches of 16 MB, empty pages.",
    tell=tell,
    parameters=(
        Parameter("size_kb", "picture", ("350", "100", "300", "399"), "KB", (1, 399), whole=True),
    ),
)
