"""Large items: what they cost with every touch, and the ways out."""

from __future__ import annotations

import zlib
from math import ceil

from dyntui.core.text.amounts import counted
from dyntui.lessons.lesson import Lesson, Parameter
from dyntui.lessons.page import Json, Page, units_of
from dyntui.lessons.sandbox import sized

KB = 1024
LIMIT_BYTES = 400 * KB
TABLE = "articles"
TOLD: Json = {"ReturnConsumedCapacity": "TOTAL"}
SENTENCE = "All items with the same partition key value are stored together. "


def tell(page: Page) -> None:
    """Count a view of a large item, then of a part of it; compress; meet the limit."""
    size = round(page.number("size_kb") * KB)
    page.box.create(TABLE, "id", "part")
    whole = _whole(page, size)
    _parted(page, size, whole)
    _compressed(page, size)
    _limit(page)


def _count_view(part: str) -> Json:
    return {
        "TableName": TABLE,
        "Key": {"id": {"S": "a"}, "part": {"S": part}},
        "UpdateExpression": "ADD #v :one",
        "ExpressionAttributeNames": {"#v": "views"},
        "ExpressionAttributeValues": {":one": {"N": "1"}},
    }


def _whole(page: Page, size: int) -> float:
    page.step(
        "One view counted, the whole item paid",
        f"An article of {size / KB:g} KB counts its views in the same item. An update writes the "
        "whole item, whatever it changes, and reading the title reads the whole item too.",
    )
    page.box.load(TABLE, [sized({"id": {"S": "a"}, "part": {"S": "all"}}, size)])
    request = _count_view("all") | TOLD
    units = units_of(page.ask("UpdateItem", request, "ConsumedCapacity"))
    title: Json = {
        "TableName": TABLE,
        "Key": {"id": {"S": "a"}, "part": {"S": "all"}},
        "ProjectionExpression": "id",
    }
    read = units_of(page.box.engine.call("GetItem", title | TOLD))
    page.claim(
        f"Counting a view takes {counted(units, 'write unit')}, "
        f"reading the id alone {counted(read, 'read unit')}.",
        units == ceil((size + len("views") + 2) / KB) and read >= ceil(size / (4 * KB)) / 2,
        whole_write_units=units,
        whole_read_units=read,
    )
    return units


def _parted(page: Page, size: int, whole: float) -> None:
    page.step(
        "Part what changes from what is large",
        "Two items under one partition key: the text in one, what changes often in the other. A "
        "query of the key still reads both in one request.",
    )
    page.box.load(
        TABLE,
        [
            sized({"id": {"S": "a"}, "part": {"S": "text"}}, size),
            {"id": {"S": "a"}, "part": {"S": "figures"}, "views": {"N": "0"}},
        ],
    )
    request = _count_view("figures") | TOLD
    units = units_of(page.ask("UpdateItem", request, "ConsumedCapacity"))
    page.bars("WCU", {"in the large item": whole, "in an item of its own": units})
    page.claim(
        f"Counting a view takes {counted(units, 'unit')} instead of {whole:g}.",
        units == 1 and units <= whole,
        parted_write_units=units,
    )
    page.hint("PartiQL", "SELECT * FROM articles WHERE id = 'a'   reads all parts in one query")


def _compressed(page: Page, size: int) -> None:
    page.step(
        "Compress, or keep it elsewhere",
        "What is only stored and shown can be compressed into a binary attribute. What is larger "
        "than an item can be goes into an object store, and the item keeps its address. Neither "
        "can be filtered by.",
    )
    text = (SENTENCE * (size // len(SENTENCE) + 1))[:size]
    packed = zlib.compress(text.encode(), 9)
    item: Json = {"id": {"S": "a"}, "part": {"S": "packed"}, "text": {"B": packed}}
    units = units_of(page.box.engine.call("PutItem", {"TableName": TABLE, "Item": item} | TOLD))
    plain: Json = {"id": {"S": "a"}, "part": {"S": "plain"}, "text": {"S": text}}
    before = units_of(page.box.engine.call("PutItem", {"TableName": TABLE, "Item": plain} | TOLD))
    page.bars("WCU", {"as text": before, "compressed": units})
    page.claim(
        f"The text compressed takes {counted(units, 'write unit')} instead of {before:g}.",
        units <= before,
        plain_write_units=before,
        packed_write_units=units,
    )


def _limit(page: Page) -> None:
    page.step(
        "The limit",
        "An item has at most 400 KB: the names and values of all its attributes together.",
    )
    fits = sized({"id": {"S": "a"}, "part": {"S": "full"}}, LIMIT_BYTES)
    units = units_of(page.box.engine.call("PutItem", {"TableName": TABLE, "Item": fits} | TOLD))
    over = sized({"id": {"S": "a"}, "part": {"S": "full"}}, LIMIT_BYTES + 1)
    error = page.refused("PutItem", {"TableName": TABLE, "Item": over})
    page.claim(
        f"{LIMIT_BYTES:,} bytes are taken, for {units:g} units; one byte more is refused.",
        units == LIMIT_BYTES / KB and error is not None,
        largest_write_units=units,
    )
    page.hint("app", "The item panel tells an item's size and what a write of it costs.")


LESSON = Lesson(
    name="large",
    title="Large items",
    teaches="Why large items are dear with every touch: part them, compress them, or link them.",
    tell=tell,
    parameters=(
        Parameter("size_kb", "text", ("40", "4", "100", "350"), "KB", (1, 398), whole=True),
    ),
)
