"""With the page key at hand nothing of a sealed table's values is found, and nothing is moved."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from engine import ApiError, Engine
from tests.engine.atrest.sealed import AWS_OWNED, STREAM, records, stored, under, use
from tests.engine.storage.things import (
    TABLE,
    add_index,
    items_of,
    make_table,
    put,
    run_sql,
    table_of,
    thing,
)

SECRET = "planted-secret"
KEY = {"p": {"S": "p"}, "r": {"N": "1"}}


def touch(engine: Engine) -> None:
    """Plant secrets by every kind of write."""
    for size in (1, 200):
        put(engine, thing(1, text={"S": SECRET * size}))
        engine.update_item(
            TableName=TABLE,
            Key=KEY,
            UpdateExpression="SET more = :more, g = :g",
            ExpressionAttributeValues={":more": {"S": SECRET * size}, ":g": {"S": "c"}},
        )
    engine.delete_item(TableName=TABLE, Key=KEY)
    engine.load_items(TABLE, (thing(n, text={"S": SECRET}) for n in range(2, 6)))
    engine.batch_write_item(
        RequestItems={TABLE: [{"PutRequest": {"Item": thing(6, text={"S": SECRET})}}]}
    )
    engine.transact_write_items(
        TransactItems=[{"Put": {"TableName": TABLE, "Item": thing(7, text={"S": SECRET})}}]
    )
    engine.execute_statement(
        Statement=f"""INSERT INTO "{TABLE}" VALUE {{'p': 'p', 'r': 8, 'text': '{SECRET}'}}"""
    )


def test_no_value_is_found_in_any_table_of_the_database(engine: Engine) -> None:
    use(engine, under("alias/one"))
    touch(engine)
    engine.update_table(
        TableName=TABLE, GlobalSecondaryIndexUpdates=[{"Delete": {"IndexName": "by-g"}}]
    )
    engine.update_table(**add_index())
    assert SECRET.encode() not in stored(engine)
    arn = engine.create_backup(TableName=TABLE, BackupName="spring")["BackupDetails"]["BackupArn"]
    engine.restore_table_from_backup(BackupArn=arn, TargetTableName="again")
    engine.truncate("again")
    engine.delete_table(TableName=TABLE)
    assert SECRET.encode() not in stored(engine)
    # The search finds what is there.
    engine.restore_table_from_backup(
        BackupArn=arn, TargetTableName="plain", SSESpecificationOverride=AWS_OWNED
    )
    assert SECRET.encode() in stored(engine)


def test_a_table_that_begins_sealed_and_is_filled(engine: Engine) -> None:
    make_table(engine, "first")
    engine.delete_table(TableName=TABLE)
    engine.create_table(
        TableName=TABLE,
        AttributeDefinitions=[
            {"AttributeName": "p", "AttributeType": "S"},
            {"AttributeName": "r", "AttributeType": "N"},
        ],
        KeySchema=[
            {"AttributeName": "p", "KeyType": "HASH"},
            {"AttributeName": "r", "KeyType": "RANGE"},
        ],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification=STREAM,
        SSESpecification=under("alias/one"),
    )
    touch(engine)
    assert SECRET.encode() not in stored(engine)
    assert engine.check() == []


def _swap(table: str, column: str, key: str) -> str:
    """Exchange a column of two rows."""
    first, second = (f"(SELECT {key} FROM {table} ORDER BY {key} LIMIT 1 OFFSET {n})" for n in "01")
    return (
        f"UPDATE {table} SET {column} = (SELECT other.{column} FROM {table} other WHERE other.{key}"
        f" = CASE {table}.{key} WHEN {first} THEN {second} ELSE {first} END)"
        f" WHERE {key} IN ({first}, {second})"
    )


def _read_items(engine: Engine) -> object:
    return items_of(engine)


def _read_entries(engine: Engine) -> object:
    return items_of(engine, TABLE, "by-g")


_FLIP = (
    "UPDATE t{t} SET v = CAST(substr(v, 1, {n}) || iif(substr(v, {n} + 1, 1) = x'00', x'01', x'00')"
    " || substr(v, {n} + 2) AS BLOB)"
)
ALTERED: Mapping[str, tuple[str, Callable[[Engine], object]]] = {
    "rows swapped": (_swap("t{t}", "v", "k"), _read_items),
    "entries swapped": (_swap("t{i}", "v", "k"), _read_entries),
    "large values swapped": (_swap("t{t}", "big", "k"), _read_items),
    "an entry in the place of an item": (
        "UPDATE t{t} SET v = (SELECT v FROM t{i} LIMIT 1)",
        _read_items,
    ),
    "a row of another table": ("UPDATE t{t} SET v = (SELECT v FROM t{o} LIMIT 1)", _read_items),
    "not sealed": ("UPDATE t{t} SET v = CAST('{{}}' AS BLOB)", _read_items),
    "gone": ("UPDATE t{t} SET v = NULL", _read_items),
    "empty": ("UPDATE t{t} SET v = x''", _read_items),
    "cut off": ("UPDATE t{t} SET v = substr(v, 1, 20)", _read_items),
    "images swapped": (_swap("changes", "new", "seq"), records),
    "an old image in the place of a new one": (
        "UPDATE changes SET new = old WHERE old NOTNULL",
        records,
    ),
} | {
    f"byte {n}": (_FLIP.replace("{n}", str(n)), _read_items) for n in (1, 5, 20, 22, 28, 29, 40, 60)
}


@pytest.mark.parametrize("how", ALTERED)
def test_what_was_altered_or_moved_is_refused(engine: Engine, how: str) -> None:
    statement, read = ALTERED[how]
    use(engine, under("alias/one"))
    make_table(engine, "others")
    use(engine, under("alias/one"), "others")
    size = 3_000 if "large" in how else 30
    for table in (TABLE, "others"):
        for version in "ab":
            for number in (1, 2):
                put(engine, thing(number, text={"S": version * size}), table)
    storage = table_of(engine)
    named = statement.format(
        t=storage.storage_id,
        i=storage.indexes[0].storage_id,
        o=table_of(engine, "others").storage_id,
    )
    run_sql(engine, named)
    with pytest.raises(ApiError) as refusal:
        read(engine)
    assert refusal.value.code == "InternalServerError"
    assert "altered" in refusal.value.message
    if read is not records:
        assert engine.check() != []


def test_a_row_from_before_is_refused_after_a_switch(engine: Engine) -> None:
    use(engine, under("alias/one"))
    put(engine, thing(1))
    storage_id = table_of(engine).storage_id
    run_sql(engine, f"CREATE TABLE kept AS SELECT k, v FROM t{storage_id}")
    use(engine, under("alias/two"))
    run_sql(
        engine,
        f"UPDATE t{storage_id} SET v = (SELECT kept.v FROM kept WHERE kept.k = t{storage_id}.k)",
    )
    with pytest.raises(ApiError, match="altered"):
        items_of(engine)
