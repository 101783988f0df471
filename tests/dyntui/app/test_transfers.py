"""The place for exports and imports: begun, watched, cancelled, repeated; what was rejected."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, Select

from dyntui.core.transfers.form import SERVICE
from dyntui.screens.export_form import ExportScreen
from dyntui.screens.import_form import ImportScreen
from dyntui.screens.pick_file import PickFileScreen
from dyntui.screens.rejected import RejectedScreen
from dyntui.widgets.text_view import TextView
from dyntui.widgets.transfers_view import TransfersView
from engine import Context, Engine, Settings
from engine.client.protocol import OWNER, Json
from tests.dyntui.app.conftest import create_films
from tests.dyntui.app.driving import (
    FILM_COUNT,
    LARGE,
    SMALL,
    Held,
    Recorder,
    app_of,
    find,
    make_app,
    notices,
    press,
    press_on,
    running,
    screen_text,
    settle,
    type_text,
    until,
)
from tests.dyntui.app.test_snapshots import Compare, Scene

PEOPLE = "id,name,year,ok\n1,Ada,1815,true\n2,Grace,1906,false\nthree,Alan,1912,true\n"


@pytest.fixture(autouse=True)
def working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the app runs; it holds a CSV with a row that is no item."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "people.csv").write_text(PEOPLE)
    return tmp_path


async def begin_export(pilot: Pilot[None], destination: str) -> None:
    """Export the table that is shown."""
    await press(pilot, "x", "e")
    await type_text(pilot, destination)
    await press(pilot, "ctrl+s")


async def begin_import(pilot: Pilot[None], source: str, table: str, keys: str) -> None:
    """Import into a new table, from the place for transfers."""
    await press(pilot, "i")
    await type_text(pilot, source)
    await press(pilot, "enter")
    await type_text(pilot, table)
    await press(pilot, "enter")
    await type_text(pilot, keys)
    await press(pilot, "ctrl+s")


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_an_empty_place_says_at_its_top_how_one_begins(
    client: Recorder, engine: Engine, size: tuple[int, int]
) -> None:
    async with running(client, engine, size) as pilot:
        await press(pilot, "x")
        place = find(pilot, TransfersView)
        details = find(pilot, TextView)
        assert "e exports a table, i imports a file" in details.text
        assert details.region.y == place.region.y + 2
        assert details.region.bottom == place.region.bottom
        await press(pilot, "e")
        await type_text(pilot, "films.json")
        await press(pilot, "ctrl+s")
        assert place.filtered_list.has_focus
        assert place.filtered_list.region.height > details.region.height / 2
        assert details.region.y == place.filtered_list.region.bottom
        await press(pilot, "slash")
        await type_text(pilot, "zzz")
        assert details.text.startswith("Nothing here holds")
        assert details.region.y == place.filtered_list.region.bottom
        await press(pilot, "escape")
        assert "✓ export films" in screen_text(pilot)


async def test_a_table_is_exported_to_a_file(
    client: Recorder, engine: Engine, working_folder: Path
) -> None:
    async with running(client, engine) as pilot:
        await begin_export(pilot, "films.json.gz")
        assert "✓ export films → films.json.gz" in screen_text(pilot)
        assert "300 items" in screen_text(pilot)
    lines = gzip.decompress((working_folder / "films.json.gz").read_bytes()).splitlines()
    assert len(lines) == FILM_COUNT


async def test_a_table_of_the_list_is_exported_with_the_key_of_exports(
    client: Recorder, engine: Engine
) -> None:
    """The one under the cursor, whichever is shown."""
    async with running(client, engine) as pilot:
        await press(pilot, "ctrl+o", "G", "E")
        assert isinstance(pilot.app.screen, ExportScreen)
        assert find(pilot, Input, "#table").value == "notes"


async def test_a_file_is_looked_at_before_it_is_imported(client: Recorder, engine: Engine) -> None:
    async with running(client, engine) as pilot:
        await press(pilot, "x", "i")
        await type_text(pilot, "people.csv")
        await press(pilot, "enter")
        assert (
            find(pilot, TextView).text.splitlines()[-1] == "… the keys of the new table are needed"
        )
        await type_text(pilot, "people")
        await press(pilot, "enter")
        await type_text(pilot, "id:N")
        assert find(pilot, TextView).text.splitlines() == [
            "the first 2 items",
            "id    N    1, 2",
            "name  S    Ada, Grace",
            "year  N    1815, 1906",
            "ok    BOOL true, false",
            "✗ people.csv:4: id: The parameter cannot be converted to a numeric value: three",
        ]
        find(pilot, Input, "#types").focus()
        await type_text(pilot, "year=S")
        await press(pilot, "enter")
        assert "year  S    1815, 1906" in find(pilot, TextView).text


async def test_an_import_makes_its_table_and_tells_what_it_rejected(
    client: Recorder, engine: Engine
) -> None:
    async with running(client, engine) as pilot:
        await press(pilot, "x")
        await begin_import(pilot, "people.csv", "people", "id:N")
        assert "▲ import people ← people.csv" in screen_text(pilot)
        assert "3 records read, 2 written, 1 rejected" in screen_text(pilot)
        assert "people             2" in screen_text(pilot)
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, RejectedScreen)
        assert "people.csv:4  id: The parameter" in find(pilot, TextView).text
        assert "three,Alan,1912,true" in find(pilot, TextView).text
        await press(pilot, "escape")
        assert app_of(pilot).screen_stack[0].query_one(TransfersView).display
    assert engine.get_item(TableName="people", Key={"id": {"N": "1"}})["Item"]["year"] == {
        "N": "1815"
    }


async def test_what_cannot_be_begun_is_said_in_the_form(client: Recorder, engine: Engine) -> None:
    async with running(client, engine) as pilot:
        await begin_export(pilot, "folder")
        await press(pilot, "r")
        assert isinstance(pilot.app.screen, ExportScreen)
        find(pilot, Select, "#format").value = "csv"
        await settle(pilot)
        await press(pilot, "ctrl+s")
        assert "csv is written to a file" in screen_text(pilot)
        await press(pilot, "escape")
        await begin_import(pilot, "missing.csv", "people", "id:N")
        assert "there is no such file or folder" in screen_text(pilot)
        await press(pilot, "escape", "i")
        assert find(pilot, Input, "#source").value == "missing.csv"


async def test_an_export_that_is_cancelled_leaves_nothing(
    engine: Engine, working_folder: Path
) -> None:
    held = Held(engine, "Scan", at=2)
    async with running(held, engine) as pilot:
        await press(pilot, "x", "e")
        await type_text(pilot, "films.json")
        find(pilot, Input, "#filter").value = "year > 1900"
        await press_on(pilot, "ctrl+s")
        await held.reached()
        await until(pilot, lambda: "● export films" in screen_text(pilot))
        await press_on(pilot, "d")
        held.release()
        await settle(pilot)
        await until(pilot, lambda: "○ export films" in screen_text(pilot))
        assert "nothing is left of it" in screen_text(pilot)
    assert [path.name for path in working_folder.iterdir()] == ["people.csv"]


async def test_a_transfer_is_repeated_and_copied_as_a_command(
    client: Recorder, engine: Engine
) -> None:
    async with running(client, engine) as pilot:
        await begin_export(pilot, "films.json")
        await press(pilot, "c")
        assert app_of(pilot).clipboard == "dyntui export films films.json"
        await press(pilot, "r", "ctrl+s")
        assert screen_text(pilot).count("✓ export films → films.json") == 2


async def test_a_file_is_chosen_from_the_tree(client: Recorder, engine: Engine) -> None:
    async with running(client, engine) as pilot:
        await press(pilot, "x", "i", "f3")
        assert isinstance(pilot.app.screen, PickFileScreen)
        await press(pilot, "down", "enter")
        assert isinstance(pilot.app.screen, ImportScreen)
        assert find(pilot, Input, "#source").value.endswith("people.csv")


async def test_a_folder_without_tables_offers_an_import(empty_engine: Engine) -> None:
    async with running(empty_engine, empty_engine) as pilot:
        await press(pilot, "i")
        assert isinstance(pilot.app.screen, ImportScreen)
        await press(pilot, "escape")
        await begin_import(pilot, "people.csv", "people", "id:N")
        assert "▲ import people" in screen_text(pilot)
        await press(pilot, "x")
        assert "Ada" in screen_text(pilot)


@pytest.fixture
def bucket_engine(tmp_path: Path) -> Iterator[Engine]:
    """An engine with a bucket, and point-in-time recovery of films."""
    with Engine.in_memory(
        settings=Settings(buckets={"bucket": str(tmp_path / "bucket")})
    ) as opened:
        create_films(opened)
        opened.update_continuous_backups(
            TableName="films", PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
        )
        yield opened


async def test_the_operations_of_the_service_are_asked_and_looked_up(
    bucket_engine: Engine, tmp_path: Path
) -> None:
    client = Recorder(bucket_engine)
    async with running(client, bucket_engine) as pilot:
        await press(pilot, "x", "e")
        await type_text(pilot, "bucket/daily")
        find(pilot, Select, "#by").value = SERVICE
        await press(pilot, "ctrl+s")
        assert client.requests("ExportTableToPointInTime")[0]["S3Prefix"] == "daily"
        assert "✓ export films → bucket/daily" in screen_text(pilot)
        (tmp_path / "bucket" / "in").mkdir()
        (tmp_path / "bucket" / "in" / "1").write_text('{"Item":{"id":{"S":"a"}}}\n{"Item":{}}\n')
        await press(pilot, "i")
        await type_text(pilot, "bucket/in")
        find(pilot, Input, "#table").value = "new"
        find(pilot, Input, "#keys").value = "id:S"
        find(pilot, Select, "#by").value = SERVICE
        await press(pilot, "ctrl+s")
        assert "2 records read, 1 written, 1 rejected" in screen_text(pilot)
        await press(pilot, "enter")
        assert "in/1:2" in find(pilot, TextView).text


async def test_a_remote_that_refuses_the_lists_still_shows_what_is_begun_here(
    engine: Engine,
) -> None:
    class WithoutLists(Recorder):
        def call(self, operation: str, request: Json, context: Context = OWNER) -> Json:
            if operation in ("ListExports", "ListImports"):
                operation = "Unheard"
            return super().call(operation, request, context)

    async with running(WithoutLists(engine), engine) as pilot:
        await begin_export(pilot, "films.json")
        assert "ListExports: this remote does not have it" in screen_text(pilot)
        assert "✓ export films → films.json" in screen_text(pilot)
        assert any("export films" in notice for notice in notices(pilot))


IMPORT = ("i", "'people.csv", "enter", "'people", "enter", "'id:N", "enter")
SCENES = (
    Scene("empty", ("x",)),
    Scene("export", ("x", "e", "'films.json.gz")),
    Scene("import", ("x", *IMPORT)),
    Scene("list", ("x", "e", "'films.ion", "ctrl+s", *IMPORT, "ctrl+s")),
    Scene("rejected", ("x", *IMPORT, "ctrl+s", "enter")),
)


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["small", "large"])
@pytest.mark.parametrize("scene", SCENES, ids=[scene.name for scene in SCENES])
def test_screen(
    snap_compare: Compare,
    client: Recorder,
    engine: Engine,
    monkeypatch: pytest.MonkeyPatch,
    scene: Scene,
    size: tuple[int, int],
) -> None:
    monkeypatch.setattr("dyntui.core.transfers.words.moment_text", _clock_text)
    assert snap_compare(make_app(client, engine), terminal_size=size, run_before=scene.play)


_clock_text: Callable[[float], str] = lambda at_s: f"at {at_s:.0f}"  # noqa: E731
