"""Emptying a table, and copying one: what each way costs."""

from __future__ import annotations

from dyntui.core.text.amounts import counted
from dyntui.lessons.lesson import Lesson, Parameter
from dyntui.lessons.page import Json, Page, units_of
from dyntui.lessons.sandbox import sized
from engine.client.paging import answers

TABLE = "visits"
BATCH = 25
TOLD: Json = {"ReturnConsumedCapacity": "TOTAL"}


def tell(page: Page) -> None:
    """Copy a table in two ways, then empty it in two ways."""
    items = round(page.number("items"))
    _load(page, items)
    _copy(page, items)
    _empty(page, items)


def _load(page: Page, items: int) -> None:
    page.box.create(TABLE, "id")
    page.box.load(TABLE, (sized({"id": {"S": f"visit-{n:05}"}}, 700) for n in range(items)))


def _scan(page: Page, **more: object) -> tuple[list[Json], float]:
    """All items of the table, and what reading them cost."""
    found: list[Json] = []
    units = 0.0
    request: Json = {"TableName": TABLE} | TOLD | more
    for answer in answers(page.box.engine.call, "Scan", request):
        found += answer["Items"]
        units += units_of(answer)
    return found, units


def _write(page: Page, table: str, writes: list[Json]) -> float:
    """Batches of writes; what they cost."""
    units = 0.0
    for start in range(0, len(writes), BATCH):
        request = {"RequestItems": {table: writes[start : start + BATCH]}} | TOLD
        units += units_of(page.box.engine.call("BatchWriteItem", request))
    return units


def _copy(page: Page, items: int) -> None:
    page.step(
        "Copying: by hand, or by a backup",
        f"{items:,} items of 700 bytes are copied into a new table: read by a scan and put in "
        "batches; or backed up and restored, which draws nothing from the table's capacity.",
    )
    page.box.create("copy-by-hand", "id")
    found, read = _scan(page)
    written = _write(page, "copy-by-hand", [{"PutRequest": {"Item": item}} for item in found])
    backup = page.ask("CreateBackup", {"TableName": TABLE, "BackupName": "before"}, "")
    page.do(
        "RestoreTableFromBackup",
        {
            "TargetTableName": "copy-by-backup",
            "BackupArn": backup["BackupDetails"]["BackupArn"],
        },
    )
    _, restored = page.box.consumed("copy-by-backup")
    counts = [
        page.box.engine.call("DescribeTable", {"TableName": name})["Table"]["ItemCount"]
        for name in ("copy-by-hand", "copy-by-backup")
    ]
    page.table(
        ("way", "items", "read units", "write units"),
        [
            ("Scan and BatchWriteItem", counts[0], read, written),
            ("backup and restore", counts[1], 0.0, restored),
        ],
    )
    page.claim(
        f"By hand it takes {counted(read, 'read unit')} and {counted(written, 'write unit')}, by "
        f"backup and restore {restored:g}.",
        counts == [items, items] and written == items and restored == 0,
        copy_read_units=read,
        copy_write_units=written,
        restore_write_units=restored,
    )
    page.say(
        "A backup and its restore are paid by the gigabyte instead. Across accounts an export and "
        "an import do the same; what has to follow every change is a stream's work."
    )
    page.hint("CLI", f"dyntui copy {TABLE} visits-copy")


def _empty(page: Page, items: int) -> None:
    page.step(
        "Emptying: item by item, or the table",
        "Deleting every item costs reading it and a write for each kilobyte of it. Deleting the "
        "table and making it again costs nothing; what belongs to it has to be set anew.",
    )
    keys, read = _scan(page, ProjectionExpression="id")
    deletes = [{"DeleteRequest": {"Key": key}} for key in keys]
    written = _write(page, TABLE, deletes)
    by_items = page.box.engine.call("Scan", {"TableName": TABLE, "Select": "COUNT"})["Count"]
    page.do("DeleteTable", {"TableName": "copy-by-hand"})
    page.box.create("copy-by-hand", "id")
    by_table = page.box.engine.call("Scan", {"TableName": "copy-by-hand", "Select": "COUNT"})
    page.bars("units", {"every item": read + written, "the table": 0.0})
    page.claim(
        f"Item by item it takes {counted(read, 'read unit')} and "
        f"{counted(written, 'write unit')}; both tables are empty then.",
        by_items == by_table["Count"] == 0 and written == items,
        delete_read_units=read,
        delete_write_units=written,
    )
    page.say(
        "Reading the keys alone costs as much as reading the items. Where old items are to go all "
        "the time, Time to Live deletes them free of charge (lesson sessions)."
    )
    page.hint("CLI", f"dyntui truncate {TABLE}   keeps indexes and settings, and asks first")


LESSON = Lesson(
    name="cleanup",
    title="Clean-up and copy of a table",
    teaches="What emptying and copying cost item by item, and what they cost by the table.",
    tell=tell,
    parameters=(Parameter("items", "items", ("500", "100", "2000"), "", (1, 5_000), whole=True),),
)
