"""Tables that go out and come in again are what they were: in each format, and as they changed."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import sample_data
from dyntui.core.connection.connect import Connection
from dyntui.core.tables.schema import TableInfo
from dyntui.core.transfers.export_plan import Exporting, ExportPlan
from dyntui.core.transfers.exporting import Form
from dyntui.core.transfers.import_plan import ON_DUPLICATE, ImportPlan
from dyntui.core.transfers.importing import Import, Outcome, Rejection
from engine import Engine, VirtualClock
from engine.client.protocol import Json
from tests.engine.model.test_attribute_values import items
from tests.engine.storage.things import TABLE, items_of, make_table, put, thing

LOSSLESS = ("t.json", "t.json.gz", "t.json.zst", "t.ion", "t.ion.gz", "t.ion.zst", "t", "t-ion")
START_US = 1_800_000_000_000_000


@contextmanager
def memory() -> Iterator[tuple[Engine, Connection, VirtualClock]]:
    """An engine in memory with a table of things."""
    clock = VirtualClock(START_US)
    with Engine.in_memory(clock=clock) as engine:
        make_table(engine, indexed=True)
        engine.update_continuous_backups(
            TableName=TABLE, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
        )
        yield engine, Connection(engine, engine, engine.region, None), clock


def export(connection: Connection, clock: VirtualClock, plan: ExportPlan) -> None:
    """Do an export."""
    call = connection.client.call
    info = TableInfo.from_description(call("DescribeTable", {"TableName": plan.table})["Table"])
    Exporting(plan, connection, call, clock, lambda _: None).run(info, BytesIO())


def import_into(connection: Connection, plan: ImportPlan) -> Outcome:
    """Do an import, into a table that is made if it is missing."""
    call = connection.client.call
    opened = plan.open(call, BytesIO())
    if opened.is_new:
        call("CreateTable", opened.definition)
    info = TableInfo.from_description(call("DescribeTable", {"TableName": plan.table})["Table"])
    job = Import(opened.source, opened.how, _refuse)
    return job.run(connection, info, ON_DUPLICATE[plan.on_duplicate], lambda *_: None)


def _refuse(rejection: Rejection) -> None:
    raise AssertionError(rejection)


@given(st.lists(items, max_size=5), st.sampled_from(LOSSLESS))
def test_any_table_comes_in_as_it_went_out(drawn: list[Json], destination: str) -> None:
    written = [item | {"p": {"S": "a"}, "r": {"N": str(n)}} for n, item in enumerate(drawn)]
    for item in written:
        # The index takes an attribute of another type for a mistake.
        item.pop("g", None)
    with tempfile.TemporaryDirectory() as folder, memory() as (engine, connection, clock):
        engine.load_items(TABLE, written)
        place = str(Path(folder) / destination)
        form: Form | None = "ion" if destination == "t-ion" else None
        export(connection, clock, ExportPlan(TABLE, place, form))
        outcome = import_into(connection, ImportPlan(place, "again", keys=("p:S", "r:N")))
        assert outcome.written == len(written)
        assert items_of(engine, "again") == items_of(engine)


steps = st.lists(
    st.lists(
        st.tuples(st.integers(0, 6), st.one_of(st.none(), st.integers(0, 99))),
        max_size=6,
    ),
    min_size=1,
    max_size=3,
)
"""What happens between two exports: puts of a value under a key, and deletes."""


@given(steps, st.sampled_from(["dynamodb-json", "ion"]), st.booleans(), st.integers(0, 2))
def test_a_full_export_and_all_that_changed_since_make_the_table_again(
    drawn: list[list[tuple[int, int | None]]], form: str, with_old: bool, full_at: int
) -> None:
    view = "NEW_AND_OLD_IMAGES" if with_old else "NEW_IMAGE"
    with tempfile.TemporaryDirectory() as folder, memory() as (engine, connection, clock):
        since_s = clock.now_us() / 1e6
        for number, changes in enumerate(drawn):
            for key, value in changes:
                clock.advance(0.01)
                if value is None:
                    engine.delete_item(TableName=TABLE, Key={"p": {"S": "p"}, "r": {"N": str(key)}})
                else:
                    put(engine, thing(key, value={"N": str(value)}))
            clock.advance(0.01)
            until_s = clock.now_us() / 1e6
            plan = ExportPlan(
                TABLE,
                folder,
                "ion" if form == "ion" else "dynamodb-json",
                incremental=True,
                since=str(since_s),
                until=str(until_s),
                view=view,
            )
            export(connection, clock, plan)
            if number == min(full_at, len(drawn) - 1):
                export(connection, clock, ExportPlan(TABLE, folder, at=str(until_s)))
            since_s = until_s
        import_into(connection, ImportPlan(folder, "again"))
        assert items_of(engine, "again") == items_of(engine)


@pytest.mark.parametrize(("table", "name"), [("votes", "t.ion.zst"), ("votes", "t.json.gz")])
def test_the_sample_data_come_in_as_they_went_out(tmp_path: Path, table: str, name: str) -> None:
    clock = VirtualClock(START_US)
    with Engine.in_memory(clock=clock) as engine:
        connection = Connection(engine, engine, engine.region, None)
        sample_data.load(engine, engine, [table])
        export(connection, clock, ExportPlan(table, str(tmp_path / name)))
        keys = tuple(
            f"{key['AttributeName']}:{kinds[key['AttributeName']]}"
            for description in [engine.describe_table(TableName=table)["Table"]]
            for kinds in [
                {
                    d["AttributeName"]: d["AttributeType"]
                    for d in description["AttributeDefinitions"]
                }
            ]
            for key in description["KeySchema"]
        )
        import_into(connection, ImportPlan(str(tmp_path / name), "again", keys=keys))
        assert items_of(engine, "again") == items_of(engine, table)
