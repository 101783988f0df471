"""Local against global indexes: what each can, and what each costs."""

from __future__ import annotations

from dyntui.core.text.amounts import counted
from dyntui.lessons.lesson import Lesson, Parameter
from dyntui.lessons.page import Json, Page, units_of
from dyntui.lessons.sandbox import definition, sized
from sample_data.dataset import key_schema

TABLE = "orders"
BY_TOTAL: Json = {
    "IndexName": "by-total",
    "KeySchema": key_schema("customer", "total"),
    "Projection": {"ProjectionType": "KEYS_ONLY"},
}
BY_STATE: Json = {
    "IndexName": "by-state",
    "KeySchema": key_schema("state", "placed"),
    "Projection": {"ProjectionType": "KEYS_ONLY"},
}
TOLD: Json = {"ReturnConsumedCapacity": "TOTAL"}
ORDERS = 4


def tell(page: Page) -> None:
    """Make a table with one of each, read both, write, and leave an index key out."""
    size = round(page.number("size"))
    _both(page)
    page.box.load(TABLE, (_order(number, size) for number in range(ORDERS)))
    _strong(page)
    _fetch(page, size)
    _writes(page, size)
    _sparse(page)


def _order(number: int, size: int) -> Json:
    return sized(
        {
            "customer": {"S": "ada"},
            "placed": {"S": f"2026-01-0{number + 1}"},
            "total": {"S": f"{100 + number}"},
            "state": {"S": "open"},
        },
        size,
    )


def _both(page: Page) -> None:
    page.step(
        "Two kinds of index",
        "A local index has the table's partition key and another sort key: it lies with the item "
        "collection, and is made with the table or never. A global index has a key of its own; it "
        "is a second table that follows the first, and can be made and dropped at any time.",
    )
    made = definition(
        TABLE,
        "customer",
        "placed",
        LocalSecondaryIndexes=[BY_TOTAL],
        GlobalSecondaryIndexes=[BY_STATE],
    )
    page.do("CreateTable", made)
    page.table(
        ("", "local", "global"),
        [
            ("partition key", "the table's", "any"),
            ("made", "with the table only", "at any time"),
            ("strong reads", "yes", "no"),
            ("units", "the table's", "its own"),
            ("attributes not projected", "are fetched", "cannot be had"),
            ("an item collection", "has at most 10 GB", "has no limit"),
            ("of a table", "5", "20"),
        ],
    )


def _by_total(**more: object) -> Json:
    return {
        "TableName": TABLE,
        "IndexName": "by-total",
        "KeyConditionExpression": "customer = :c",
        "ExpressionAttributeValues": {":c": {"S": "ada"}},
    } | more


def _by_state(**more: object) -> Json:
    return {
        "TableName": TABLE,
        "IndexName": "by-state",
        "KeyConditionExpression": "#s = :open",
        "ExpressionAttributeNames": {"#s": "state"},
        "ExpressionAttributeValues": {":open": {"S": "open"}},
    } | more


def _strong(page: Page) -> None:
    page.step(
        "Strong reads",
        "A local index is written with its item, so it can be read strongly. A global one follows "
        "a moment later.",
    )
    local = page.ask("Query", _by_total(ConsistentRead=True), "Count")
    error = page.refused("Query", _by_state(ConsistentRead=True))
    page.claim(
        f"The local index answers with {local['Count']} orders, the global one is refused.",
        local["Count"] == ORDERS and error is not None,
        local_count=local["Count"],
    )


def _fetch(page: Page, size: int) -> None:
    page.step(
        "What is not projected",
        f"Both indexes hold keys only. The orders have {size:,} bytes each. Asked for all "
        "attributes, the local index fetches every item from the table, each rounded up to 4 KB "
        "by itself; the global one refuses.",
    )
    keys = units_of(page.box.engine.call("Query", _by_total() | TOLD))
    request = _by_total(Select="ALL_ATTRIBUTES") | TOLD
    fetched = units_of(page.ask("Query", request, "Count", "ConsumedCapacity"))
    error = page.refused("Query", _by_state(Select="ALL_ATTRIBUTES"))
    page.bars("RCU", {"keys only": keys, "all attributes": fetched})
    each = -(-size // 4096)
    page.claim(
        f"Keys of {ORDERS} orders take {counted(keys, 'unit')}, all attributes {fetched:g}; the "
        "global index cannot give them.",
        error is not None and fetched == keys + ORDERS * each / 2,
        keys_units=keys,
        fetched_units=fetched,
    )
    page.hint("app", "The line under the query form tells the index and its cost before a run.")


def _writes(page: Page, size: int) -> None:
    page.step(
        "What a write costs with indexes",
        "Every index in which the item stands is written too. Where an index's key changes, its "
        "entry is deleted and put anew: two writes.",
    )
    item = _order(8, size)
    put: Json = {"TableName": TABLE, "Item": item, "ReturnConsumedCapacity": "INDEXES"}
    new = page.ask("PutItem", put, "ConsumedCapacity")["ConsumedCapacity"]
    change: Json = {
        "TableName": TABLE,
        "Key": {name: item[name] for name in ("customer", "placed")},
        "UpdateExpression": "SET #s = :sent",
        "ExpressionAttributeNames": {"#s": "state"},
        "ExpressionAttributeValues": {":sent": {"S": "sent"}},
        "ReturnConsumedCapacity": "INDEXES",
    }
    moved = page.box.engine.call("UpdateItem", change)["ConsumedCapacity"]
    page.table(
        ("write", "table", "local", "global", "all"),
        [(name, *_shares(told)) for name, told in (("new order", new), ("another state", moved))],
    )
    own = -(-size // 1024)
    page.claim(
        f"A new order takes {_shares(new)[3]:g} units, a change of its state "
        f"{_shares(moved)[3]:g}.",
        _shares(new) == (own, 1, 1, own + 2) and _shares(moved)[2] == 2,
        put_units=_shares(new)[3],
        moved_units=_shares(moved)[3],
    )


def _shares(told: Json) -> tuple[float, float, float, float]:
    """Units of the table, of its local index, of its global one, and of all."""
    local = told.get("LocalSecondaryIndexes", {}).get("by-total", {}).get("CapacityUnits", 0.0)
    other = told.get("GlobalSecondaryIndexes", {}).get("by-state", {}).get("CapacityUnits", 0.0)
    return told["Table"]["CapacityUnits"], local, other, told["CapacityUnits"]


def _sparse(page: Page) -> None:
    page.step(
        "Sparse indexes",
        "An item without the index's key is not in the index. That makes a short list of what is "
        "rare, such as open orders: who takes the state away takes the order out of it.",
    )
    before = page.box.engine.call("Query", _by_state())["Count"]
    done: Json = {
        "TableName": TABLE,
        "Key": {"customer": {"S": "ada"}, "placed": {"S": "2026-01-01"}},
        "UpdateExpression": "REMOVE #s",
        "ExpressionAttributeNames": {"#s": "state"},
    }
    page.ask("UpdateItem", done)
    after = page.box.engine.call("Query", _by_state())["Count"]
    orders = page.box.engine.call("Scan", {"TableName": TABLE, "Select": "COUNT"})["Count"]
    page.claim(
        f"The index had {before} open orders and has {after}; the table still has {orders}.",
        after == before - 1 and orders == ORDERS + 1,
        open_before=before,
        open_after=after,
    )
    page.hint("PartiQL", 'SELECT placed FROM "orders"."by-state" WHERE state = \'open\'')


LESSON = Lesson(
    name="indexes",
    title="Local and global indexes",
    teaches="Which index can be read strongly, what is fetched, what writes cost, sparse indexes.",
    tell=tell,
    parameters=(
        Parameter("size", "order", ("300", "1500", "5000"), "bytes", (200, 40_000), whole=True),
    ),
)
