"""What `check` claims to find, it finds; each damage is made by SQL behind the engine's back."""

from __future__ import annotations

import pytest

from engine import Engine
from tests.engine.storage.things import (
    TABLE,
    items_of,
    make_table,
    put,
    put_many,
    run_sql,
    table_of,
    thing,
)


def key_of(engine: Engine, number: int) -> str:
    """The stored key of a thing, in hex."""
    return table_of(engine).key_blob(thing(number)).hex()


@pytest.fixture
def sound(engine: Engine) -> Engine:
    """An indexed table: storage id 1, its index 2; thing 9 is a large one."""
    make_table(engine, indexed=True)
    put_many(engine, range(9))
    put(engine, thing(9, text={"S": "x" * 5_000}))
    assert engine.check() == []
    return engine


def finds(engine: Engine, *expected: str) -> None:
    problems = engine.check()
    assert all("\n" not in line for line in problems)
    for text in expected:
        assert any(text in line for line in problems), (text, problems)
    assert len(problems) == len(expected), problems


def test_a_wrong_size(sound: Engine) -> None:
    key = key_of(sound, 3)
    run_sql(sound, f"UPDATE t1 SET size = size + 1 WHERE k = x'{key}'")
    finds(
        sound,
        f"{TABLE}: the item at {key} has another size than noted",
        f"{TABLE}: 10 items of",
        f"{TABLE}, index by-g: 10 items of",
    )


def test_a_wrong_key(sound: Engine) -> None:
    key = key_of(sound, 3)
    run_sql(sound, f"UPDATE t1 SET k = CAST(k || x'00' AS BLOB) WHERE k = x'{key}'")
    finds(
        sound,
        f"{TABLE}: the item at {key}00 belongs under another key",
        f"{TABLE}, index by-g: the entry of the item at {key}00 is missing",
    )


def test_an_item_without_its_key(sound: Engine) -> None:
    key = key_of(sound, 3)
    run_sql(sound, f'UPDATE t1 SET v = CAST(\'{{"x":{{"N":"1"}}}}\' AS BLOB) WHERE k = x\'{key}\'')
    problems = sound.check()
    assert f"{TABLE}: the item at {key} cannot be read" in problems


@pytest.mark.parametrize("value", ["x'7b'", "x'ff00'", "'[]'", "'null'", "'{\"p\":1}'", "NULL"])
def test_an_item_that_is_none(sound: Engine, value: str) -> None:
    key = key_of(sound, 3)
    run_sql(sound, f"UPDATE t1 SET v = CAST({value} AS BLOB) WHERE k = x'{key}'")
    assert f"{TABLE}: the item at {key} cannot be read" in sound.check()


def test_a_missing_entry(sound: Engine) -> None:
    run_sql(sound, "DELETE FROM t2 WHERE k = (SELECT k FROM t2 ORDER BY k LIMIT 1)")
    problems = sound.check()
    assert [line for line in problems if "is missing" in line and "index by-g" in line]
    assert f"{TABLE}, index by-g: 9 entries, of which 10 belong to an item" in problems
    assert len(problems) == 2


def test_a_stale_entry(sound: Engine) -> None:
    run_sql(
        sound,
        "UPDATE t2 SET v = replace(v, 'text 4', 'text 5') WHERE instr(v, 'text 4')",
    )
    finds(sound, f"{TABLE}, index by-g: the entry of the item at {key_of(sound, 4)} is stale")


def test_an_entry_that_cannot_be_read(sound: Engine) -> None:
    run_sql(sound, "UPDATE t2 SET v = x'7b' WHERE instr(v, 'text 4')")
    finds(sound, f"{TABLE}, index by-g: the entry of the item at {key_of(sound, 4)} cannot be read")


def test_an_entry_without_an_item(sound: Engine) -> None:
    run_sql(sound, "INSERT INTO t2(k, size, v) VALUES(x'00', 1, CAST('{}' AS BLOB))")
    finds(sound, f"{TABLE}, index by-g: 11 entries, of which 10 belong to an item")


@pytest.mark.parametrize(("storage", "label"), [(1, TABLE), (2, f"{TABLE}, index by-g")])
def test_a_wrong_count(sound: Engine, storage: int, label: str) -> None:
    run_sql(sound, f"UPDATE stats SET items = items + 1 WHERE storage = {storage}")
    finds(sound, f"{label}: 10 items of")


def test_missing_counts(sound: Engine) -> None:
    run_sql(sound, "DELETE FROM stats WHERE storage = 1")
    finds(sound, "found, 0 of 0 noted")


def test_a_large_value_without_an_item(sound: Engine) -> None:
    run_sql(sound, "INSERT INTO b1(v) VALUES(zeroblob(5000))")
    finds(sound, f"{TABLE}: 2 large values, of which 1 belong to an item")


def test_a_missing_large_value(sound: Engine) -> None:
    run_sql(sound, "DELETE FROM b1")
    problems = sound.check()
    assert f"{TABLE}: the item at {key_of(sound, 9)} cannot be read" in problems


def test_missing_storage(sound: Engine) -> None:
    run_sql(sound, "DROP TABLE t2")
    problems = sound.check()
    assert len(problems) == 1
    assert problems[0].startswith(f"{TABLE}: cannot be checked to the end")


def test_many_problems_are_told_up_to_a_hundred(engine: Engine) -> None:
    make_table(engine)
    put_many(engine, range(300))
    make_table(engine, "zzz")
    run_sql(engine, "UPDATE t1 SET size = size + 1")
    assert len(engine.check()) == 100


def test_other_tables_are_checked_all_the_same(sound: Engine) -> None:
    make_table(sound, "another")
    put(sound, thing(1), "another")
    run_sql(sound, "UPDATE stats SET items = 7 WHERE storage IN (1, 3)")
    finds(sound, "another: 1 items", f"{TABLE}: 10 items")
    assert len(items_of(sound, "another")) == 1


def test_an_index_that_is_being_filled_is_no_problem(engine: Engine) -> None:
    make_table(engine, indexed=True)
    put_many(engine, range(9))
    run_sql(
        engine,
        "DELETE FROM t2",
        "UPDATE catalog SET definition ="
        " CAST(replace(definition, '\"backfilling\":false', '\"backfilling\":true') AS BLOB)",
        "UPDATE meta SET value = value + 1 WHERE name = 'catalog_version'",
    )
    assert table_of(engine).indexes[0].backfilling
    assert engine.check() == []
