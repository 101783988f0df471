"""Any items, written amid switches from key to key, against a plain model."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from engine import Context, Engine, VirtualClock
from engine.operations.region import Settings
from tests.engine.atrest.sealed import (
    AWS_MANAGED,
    AWS_OWNED,
    STREAM,
    records,
    round_of_upkeep,
    stored,
    under,
)
from tests.engine.storage.things import TABLE, items_of, make_table, table_of, thing
from tests.engine.storage.upkeep_by_hand import upkeep_by_hand

Json = dict[str, Any]
SECRET = "planted-secret"
KINDS = (AWS_OWNED, AWS_MANAGED, under("alias/one"), under("alias/two"))

numbers = st.integers(0, 5)
# Around the longest value that lies inline, sealed and not, and elsewhere.
sizes = st.one_of(st.integers(0, 200), st.integers(1_700, 2_000), st.integers(5_000, 20_000))
steps = st.one_of(
    st.tuples(st.just("put"), numbers, sizes),
    st.tuples(st.just("update"), numbers, sizes),
    st.tuples(st.just("delete"), numbers),
    st.tuples(st.just("switch"), st.sampled_from(KINDS), st.booleans()),
    st.tuples(st.just("upkeep")),
    st.tuples(st.just("rotate"), st.sampled_from(("alias/one", "alias/two"))),
)


@contextmanager
def opened() -> Iterator[Engine]:
    """An engine with two keys and a table with an index and a stream."""
    with tempfile.TemporaryDirectory() as name:
        settings = Settings(key_switches=0)
        folder = Path(name) / "data"
        with (
            upkeep_by_hand(),
            Engine.open(
                folder, clock=VirtualClock(), settings=settings, durability="relaxed"
            ) as engine,
        ):
            for key in ("one", "two"):
                engine.keys.create(key, f"alias/{key}")
            make_table(engine, indexed=True)
            engine.update_table(TableName=TABLE, StreamSpecification=STREAM)
            yield engine


def do(engine: Engine, model: dict[int, Json], step: tuple[Any, ...]) -> None:
    """Do a step to the engine and to the model."""
    kind, *rest = step
    if kind == "put":
        number, size = rest
        model[number] = thing(number, text={"S": SECRET + "x" * size})
        engine.put_item(TableName=TABLE, Item=model[number])
    elif kind == "update":
        number, size = rest
        key = {name: thing(number)[name] for name in ("p", "r")}
        engine.update_item(
            TableName=TABLE,
            Key=key,
            UpdateExpression="SET more = :more",
            ExpressionAttributeValues={":more": {"S": SECRET + "y" * size}},
        )
        model[number] = model.get(number, key) | {"more": {"S": SECRET + "y" * size}}
    elif kind == "delete":
        (number,) = rest
        key = {name: thing(number)[name] for name in ("p", "r")}
        engine.delete_item(TableName=TABLE, Key=key)
        model.pop(number, None)
    elif kind == "switch":
        specification, whole = rest
        if _is_other(engine, specification):
            context = Context(cancelled=lambda: not whole)
            request = {"TableName": TABLE, "SSESpecification": specification}
            engine.call("UpdateTable", request, context)
    elif kind == "upkeep":
        round_of_upkeep(engine)
    else:
        engine.keys.rotate(rest[0])


def _is_other(engine: Engine, specification: Json) -> bool:
    """Whether the table can be switched so now."""
    encryption = table_of(engine).encryption
    if encryption is None:
        return bool(specification["Enabled"])
    key = specification.get("KMSMasterKeyId", "alias/aws/dynamodb")
    same = specification["Enabled"] and engine.keys.describe(key).arn == encryption.key_arn
    return not encryption.switching and not same


@given(st.lists(steps, max_size=30))
def test_what_is_read_is_what_was_written(script: list[tuple[Any, ...]]) -> None:
    with opened() as engine:
        model: dict[int, Json] = {}
        images: dict[int, Json | None] = {}
        for step in script:
            do(engine, model, step)
            assert {int(item["r"]["N"]): item for item in items_of(engine)} == model
        grouped = {number: item for number, item in model.items() if "g" in item}
        found = items_of(engine, TABLE, "by-g")
        assert {int(item["r"]["N"]): item for item in found} == grouped
        for record in records(engine):
            change = record["dynamodb"]
            number = int(change["Keys"]["r"]["N"])
            assert change.get("OldImage") == images.get(number)
            images[number] = change.get("NewImage")
        assert {number: item for number, item in images.items() if item is not None} == model
        assert engine.check() == []
        round_of_upkeep(engine)
        encryption = table_of(engine).encryption
        if encryption is not None:
            assert not encryption.switching
            assert SECRET.encode() not in stored(engine)
        assert engine.check() == []
