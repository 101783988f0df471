"""Entities: what a sample tells of a single table, in lists, as a tree, and in the browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from textual.pilot import Pilot

from dyntui.core.browse.entities import Model, Sample, model_of, read_sample
from dyntui.core.browse.entity_lines import about, model_text
from dyntui.core.browse.query_fields import KeyTerm
from dyntui.screens.copy_as import CopyAsScreen
from dyntui.screens.entities import EntitiesScreen
from dyntui.widgets.key_tree_view import KeyTreeView
from dyntui.widgets.rows_view import RowsView
from engine import Engine
from sample_data import load
from tests.dyntui.app.driving import (
    LARGE,
    SMALL,
    Recorder,
    app_of,
    find,
    grid_of,
    info_of,
    make_app,
    press,
    running,
    settle,
    shown,
)

Json = dict[str, Any]
Compare = Callable[..., bool]


@pytest.fixture(scope="module")
def travelled() -> Iterator[Engine]:
    """An engine with one single table."""
    with Engine.in_memory() as opened:
        load(opened, opened, ["travel"])
        yield opened


def found(engine: Engine, table: str, items_max: int) -> Model:
    """What a sample of a table tells."""
    info = info_of(engine, table)

    def call(operation: str, request: Json, cancelled: Callable[[], bool] | None = None) -> Json:
        assert cancelled is not None
        return engine.call(operation, {"ReturnConsumedCapacity": "TOTAL", **request})

    return model_of(info, read_sample(call, info, items_max, lambda: False))


@pytest.mark.parametrize("items_max", [100, 400, 10_000])
def test_the_types_of_a_single_table_are_found(travelled: Engine, items_max: int) -> None:
    model = found(travelled, "travel", items_max)
    assert {one.name: str(one.shape) for one in model.types} == {
        "airport": "AIRPORT#…  PROFILE",
        "departure": "AIRPORT#…  DEPARTURE#…",
        "route": "AIRPORT#…  ROUTE#…",
    }
    assert sum(one.count for one in model.types) == len(model.sample.items)


def test_a_whole_table_is_counted_exactly(travelled: Engine) -> None:
    model = found(travelled, "travel", 100_000)
    assert model.sample.complete
    assert {one.name: one.count for one in model.types} == {
        "airport": 146,
        "departure": 781,
        "route": 625,
    }
    assert all(one.collections <= 146 for one in model.types)
    departure = next(one for one in model.types if one.name == "departure")
    assert {name for name, _ in departure.attributes} == {
        "type",
        "destination",
        "delay",
        "distance",
    }


def test_access_patterns_are_queries_that_find_their_types(travelled: Engine) -> None:
    model = found(travelled, "travel", 100_000)
    by_condition = {(one.index, one.condition): one for one in model.access}
    assert {key: one.types for key, one in by_condition.items()} == {
        (None, "PK = AIRPORT#…, by SK"): ("departure", "airport", "route"),
        (None, "PK = AIRPORT#… and SK begins with DEPARTURE#"): ("departure",),
        (None, "PK = AIRPORT#… and SK = PROFILE"): ("airport",),
        (None, "PK = AIRPORT#… and SK begins with ROUTE#"): ("route",),
        ("GSI1", "GSI1PK = AIRPORT#…, by GSI1SK"): ("departure", "route"),
        ("GSI1", "GSI1PK = AIRPORT#… and GSI1SK begins with ARRIVAL#"): ("departure",),
        ("GSI1", "GSI1PK = AIRPORT#… and GSI1SK begins with ROUTE#"): ("route",),
        ("GSI1", "GSI1PK = STATE#…, by GSI1SK"): ("airport",),
    }
    arrivals = by_condition["GSI1", "GSI1PK = AIRPORT#… and GSI1SK begins with ARRIVAL#"]
    assert arrivals.fields.keys["GSI1SK"] == KeyTerm("ARRIVAL#", "begins with")


def test_types_without_an_attribute_are_named_by_their_labels(travelled: Engine) -> None:
    info = info_of(travelled, "travel")
    keys = [(f"USER#{n}", sort) for n in (1, 2) for sort in ("PROFILE", f"ORDER#{n}")]
    keys += [("SHOP#1", "PROFILE"), ("SHOP#2", "PROFILE")]
    items = tuple({"PK": {"S": first}, "SK": {"S": second}} for first, second in keys)
    model = model_of(info, Sample(items, 1.0, True))
    assert sorted(one.name for one in model.types) == ["ORDER", "SHOP PROFILE", "USER PROFILE"]
    assert "6 items read · 1 RCU · 3 entity types" in about(info, model)


def test_a_table_of_one_type_and_one_without_items(engine: Engine) -> None:
    films = found(engine, "films", 400)
    assert [(one.name, str(one.shape)) for one in films.types] == [("film", "film-…")]
    notes = found(engine, "notes", 400)
    assert not notes.types
    assert not notes.access
    assert "0 items read" in model_text(info_of(engine, "notes"), notes)


async def test_the_pages_and_the_way_back_to_the_browser(travelled: Engine) -> None:
    client = Recorder(travelled)
    async with running(client, travelled) as pilot:
        await press(pilot, "T")
        assert isinstance(pilot.app.screen, EntitiesScreen)
        assert "3 entity types" in shown(pilot, "#entity-about")
        sample = [scan for scan in client.requests("Scan") if "Segment" in scan]
        assert len(sample) == 8
        await press(pilot, "m", "m", "down")
        listed = find(pilot, RowsView, "#entity-access").listed
        assert listed.chosen == 1
        await press(pilot, "c")
        assert isinstance(pilot.app.screen, CopyAsScreen)
        await press(pilot, "escape", "enter")
        assert app_of(pilot).screen is app_of(pilot).screen_stack[0]
        query = client.requests("Query")[-1]
        assert query["KeyConditionExpression"] == "PK = :v0 AND begins_with(SK, :v1)"
        assert query["ExpressionAttributeValues"][":v1"] == {"S": "DEPARTURE#"}
        item = grid_of(pilot).item or {}
        assert item["SK"]["S"].startswith("DEPARTURE#")


async def open_collection(pilot: Pilot[None]) -> KeyTreeView:
    """Open the first item collection of the tree of keys."""
    await press(pilot, "T", "m", "down", "right")
    return find(pilot, KeyTreeView)


async def test_the_tree_reads_an_item_collection_when_it_is_opened(travelled: Engine) -> None:
    client = Recorder(travelled)
    async with running(client, travelled) as pilot:
        tree = await open_collection(pilot)
        assert len(client.requests("Query")) == 1
        assert "Query: " in shown(pilot, "#entity-about")
        node = tree.cursor_node
        assert node is not None
        texts = [child.data.text for child in node.children if child.data]
        assert texts == ["DEPARTURE#", "PROFILE", "ROUTE#"]
        await press(pilot, "left", "right")
        assert len(client.requests("Query")) == 1
        await press(pilot, "down", "right", "down", "enter")
        get = client.requests("GetItem")[-1]
        assert get["Key"]["SK"]["S"].startswith("DEPARTURE#2001-")
        assert grid_of(pilot).row_count == 1


async def test_a_larger_sample_is_read_on_demand(travelled: Engine) -> None:
    client = Recorder(travelled)
    async with running(client, travelled, SMALL) as pilot:
        await press(pilot, "T", "plus")
        assert "of about 1,552" in shown(pilot, "#entity-about")
        await press(pilot, "y")
        assert "AIRPORT#…  PROFILE" in pilot.app.clipboard
        await press(pilot, "plus")
        assert shown(pilot, "#entity-about").startswith("1,552 items read · ")
        calls = len(client.calls)
        await press(pilot, "plus")
        assert len(client.calls) == calls


PAGES = {
    "types": ("T", "down"),
    "tree": ("T", "m", "down", "right", "down", "right"),
    "access": ("T", "m", "m", "down"),
}


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["small", "large"])
@pytest.mark.parametrize("page", list(PAGES))
def test_entities_screen(
    snap_compare: Compare, travelled: Engine, page: str, size: tuple[int, int]
) -> None:
    async def play(pilot: Pilot[None]) -> None:
        await settle(pilot)
        await press(pilot, *PAGES[page])
        pilot.app.clear_notifications()
        await settle(pilot)

    app = make_app(travelled, travelled)
    assert snap_compare(app, terminal_size=size, run_before=play)
