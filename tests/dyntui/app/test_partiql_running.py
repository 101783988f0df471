"""Running statements in the app: rows, units, errors, several at once, what is asked first."""

from __future__ import annotations

import pytest
from textual.pilot import Pilot

from dyntui.screens.ask_first import AskFirstScreen
from dyntui.screens.copy_as import CopyAsScreen
from dyntui.screens.parameters import ParametersScreen
from dyntui.widgets.item_grid import ResultGrid
from dyntui.widgets.message_list import MessageList
from dyntui.widgets.results_view import ResultsView
from dyntui.widgets.statement_area import StatementArea
from engine import Context, Engine
from engine.client.protocol import OWNER, Json
from engine.errors import ConnectionFailed
from tests.dyntui.app.driving import (
    LARGE,
    SMALL,
    Held,
    Recorder,
    app_of,
    find,
    notices,
    press,
    press_on,
    running,
    screen_text,
    settle,
    shown,
    type_text,
    until,
)

STATUS = "#results #status"


async def write(pilot: Pilot[None], text: str) -> StatementArea:
    """Put a text into the editor of the place for PartiQL, the cursor at its end."""
    if not pilot.app.screen.query(StatementArea):
        await press(pilot, "p")
    area = find(pilot, StatementArea)
    area.focus()
    area.load_text(text)
    area.move_cursor(area.document.end)
    await settle(pilot)
    return area


async def run(pilot: Pilot[None], text: str) -> None:
    await write(pilot, text)
    await press(pilot, "ctrl+j")


def statements_of(client: Recorder) -> list[str]:
    return [request["Statement"] for request in client.requests("ExecuteStatement")]


def messages_of(pilot: Pilot[None]) -> list[str]:
    return [told.outcome.plain for told in find(pilot, MessageList).told]


async def test_a_statement_shows_its_rows_and_their_cost(client: Recorder, engine: Engine) -> None:
    async with running(client, engine, SMALL) as pilot:
        await run(pilot, "SELECT * FROM films WHERE id = 'film-0042'")
        grid = find(pilot, ResultGrid)
        assert grid.item is not None
        assert grid.item["title"] == {"S": "The film number 42"}
        assert grid.has_focus
        assert shown(pilot, STATUS) == "row 1 of 1 · 0.5 RCU · 0 ms"


@pytest.mark.parametrize(
    ("selected", "names"),
    [
        ("title, director, id", ["title", "director", "id"]),
        ("ratings.votes, year, year", ["votes", "year"]),
        ("director, COUNT(*)", ["director", "COUNT(*)"]),
    ],
)
async def test_rows_have_their_columns_in_the_order_of_the_statement(
    client: Recorder, engine: Engine, selected: str, names: list[str]
) -> None:
    grouped = " GROUP BY director" if "COUNT" in selected else ""
    async with running(client, engine) as pilot:
        await run(pilot, f"SELECT {selected} FROM films{grouped}")
        grid = find(pilot, ResultGrid)
        assert grid.row_count
        assert [column.name for column in grid.columns.shown] == names


async def test_only_the_rows_that_are_seen_are_read(client: Recorder, engine: Engine) -> None:
    async with running(client, engine, SMALL) as pilot:
        await run(pilot, "SELECT * FROM films")
        grid = find(pilot, ResultGrid)
        [first] = client.requests("ExecuteStatement")
        assert first["Limit"] < 30
        assert "of at least" in shown(pilot, STATUS)
        await press(pilot, "pagedown", "pagedown")
        assert len(client.requests("ExecuteStatement")) > 1
        assert grid.cursor_row > first["Limit"]
        assert grid.source is not None
        assert grid.source.rows_known < 100
        await press(pilot, "ctrl+end")
        assert shown(pilot, STATUS).startswith("row 300 of 300 · ")
        await press(pilot, "g")
        assert grid.item is not None


async def test_a_scan_of_many_pages_ends_with_a_message(engine: Engine) -> None:
    held = Held(engine, "ExecuteStatement", at=2)
    async with running(held, engine, SMALL) as pilot:
        await write(pilot, "SELECT * FROM films WHERE title = 'none of them'")
        await press_on(pilot, "ctrl+j")
        await held.reached()
        await until(pilot, lambda: "0.5 RCU" in shown(pilot, STATUS))
        await press_on(pilot, "right")
        held.release()
        await settle(pilot)
        assert shown(pilot, STATUS).startswith("no items · ")
        [message] = messages_of(pilot)
        assert message.startswith("0 rows · ")
        assert message.endswith(" · 0 ms")


async def test_a_cancelled_long_scan_reads_at_most_one_more_page(engine: Engine) -> None:
    held = Held(engine, "ExecuteStatement", at=3)
    async with running(held, engine, SMALL) as pilot:
        await write(pilot, "SELECT * FROM films WHERE title = 'none of them'")
        await press_on(pilot, "ctrl+j")
        await held.reached()
        await press_on(pilot, "escape")
        held.release()
        await settle(pilot)
        assert len(held.requests("ExecuteStatement")) == 3
        assert shown(pilot, STATUS).endswith("stopped")
        [message] = messages_of(pilot)
        assert message.startswith("at least 0 rows · ")
        assert message.endswith("stopped")


async def test_a_cancelled_count_reads_at_most_one_more_page(engine: Engine) -> None:
    engine.load_items(
        "notes",
        ({"who": {"S": "a"}, "at": {"N": str(n)}, "t": {"S": "x" * 300_000}} for n in range(12)),
    )
    held = Held(engine, "ExecuteStatement", at=2)
    async with running(held, engine, SMALL) as pilot:
        await write(pilot, "SELECT COUNT(*) FROM notes")
        await press_on(pilot, "ctrl+j")
        await until(pilot, lambda: isinstance(pilot.app.screen, AskFirstScreen))
        await press_on(pilot, "ctrl+s")
        await held.reached()
        await press_on(pilot, "escape")
        held.release()
        await settle(pilot)
        assert len(held.requests("ExecuteStatement")) == 2
        assert "stopped" in shown(pilot, STATUS)


async def test_stopped_reading_goes_on_where_one_moves_on(engine: Engine) -> None:
    held = Held(engine, "ExecuteStatement", at=2)
    async with running(held, engine, SMALL) as pilot:
        await write(pilot, "SELECT * FROM films WHERE director = 'Director 7'")
        await press_on(pilot, "ctrl+j")
        await held.reached()
        await press_on(pilot, "escape")
        held.release()
        await settle(pilot)
        find(pilot, ResultGrid).focus()
        await press(pilot, "pagedown")
        assert len(held.requests("ExecuteStatement")) > 2
        assert "stopped" not in shown(pilot, STATUS)


@pytest.mark.parametrize("keys", [("ctrl+end",), ("escape", "ctrl+end"), ("escape", "pagedown")])
async def test_a_write_is_sent_once_wherever_one_moves_meanwhile(
    engine: Engine, keys: tuple[str, ...]
) -> None:
    held = Held(engine, "ExecuteStatement", at=1)
    async with running(held, engine, SMALL) as pilot:
        await write(pilot, "UPDATE films SET seen = 1 WHERE id = 'film-0001'")
        await press_on(pilot, "ctrl+j")
        await held.reached()
        find(pilot, ResultGrid).focus()
        for key in keys:
            await press_on(pilot, key)
        held.release()
        await settle(pilot)
        await press(pilot, "ctrl+end", "pagedown")
        assert len(held.requests("ExecuteStatement")) == 1


class LosesAnswers(Recorder):
    """A Recorder that carries statements out, and whose answers do not come."""

    def call(self, operation: str, request: Json, context: Context = OWNER) -> Json:
        answer = super().call(operation, request, context)
        if operation == "ExecuteStatement":
            raise ConnectionFailed("it went away")
        return answer


async def test_a_write_that_failed_is_not_sent_again_by_moving(engine: Engine) -> None:
    client = LosesAnswers(engine)
    async with running(client, engine, SMALL) as pilot:
        await write(pilot, "UPDATE films SET seen = 1 WHERE id = 'film-0001'")
        await press(pilot, "ctrl+j")
        find(pilot, ResultGrid).focus()
        await press(pilot, "ctrl+end", "pagedown", "down")
        assert len(client.requests("ExecuteStatement")) == 1
        assert "it went away" in shown(pilot, STATUS)


async def test_the_statement_under_the_cursor_runs(client: Recorder, engine: Engine) -> None:
    async with running(client, engine) as pilot:
        area = await write(pilot, "SELECT * FROM films;\n\nSELECT * FROM notes;\n")
        area.move_cursor((0, 3))
        await press(pilot, "f5")
        assert statements_of(client) == ["SELECT * FROM films"]


async def test_what_is_selected_runs(client: Recorder, engine: Engine) -> None:
    async with running(client, engine) as pilot:
        area = await write(pilot, "SELECT * FROM films WHERE id = 'film-0001'")
        area.move_cursor((0, 0))
        area.move_cursor((0, len("SELECT * FROM films")), select=True)
        await settle(pilot)
        await press(pilot, "ctrl+j")
        assert statements_of(client) == ["SELECT * FROM films"]


async def test_all_statements_run_one_after_another(client: Recorder, engine: Engine) -> None:
    async with running(client, engine) as pilot:
        await write(
            pilot,
            "SELECT id FROM films WHERE id = 'film-0001';\n"
            "UPDATE films SET seen = true WHERE id = 'film-0001';\n"
            "SELECT seen FROM films WHERE id = 'film-0001'",
        )
        await press(pilot, "ctrl+r")
        assert [text.split()[0] for text in statements_of(client)] == ["SELECT", "UPDATE", "SELECT"]
        assert messages_of(pilot) == [
            "1 row · 0.5 RCU · 0 ms",
            "UPDATE done · 2 WCU · 0 ms",
            "1 row · 0.5 RCU · 0 ms",
        ]
        assert find(pilot, ResultGrid).item == {"seen": {"BOOL": True}}


async def test_the_end_of_an_earlier_statement_sends_none_of_the_next_ones(engine: Engine) -> None:
    client = Held(engine, "ExecuteStatement", at=2)
    async with running(client, engine) as pilot:
        await run(pilot, "SELECT id FROM films WHERE id = 'film-0001'")
        results = find(pilot, ResultsView)
        earlier = results.ready
        assert earlier is not None
        await write(pilot, "SELECT id FROM films; UPDATE films SET a = 1 WHERE id = 'film-0001'")
        await press_on(pilot, "ctrl+r")
        await client.reached()
        results.post_message(ResultsView.Failed(earlier, ConnectionFailed("no answer")))
        results.post_message(ResultsView.Done(earlier))
        # Both are handled, and what they would begin is sent.
        for _ in range(5):
            await pilot.pause()
        assert [text.split()[0] for text in statements_of(client)] == ["SELECT", "SELECT"]
        client.release()
        await settle(pilot)
        assert statements_of(client)[2:] == ["UPDATE films SET a = 1 WHERE id = 'film-0001'"]


async def test_after_an_error_the_rest_is_not_run(client: Recorder, engine: Engine) -> None:
    async with running(client, engine) as pilot:
        await write(
            pilot, "SELECT * FROM nothing ORDER BY a; DELETE FROM films WHERE id = 'film-0001'"
        )
        await press(pilot, "ctrl+r")
        assert "ResourceNotFoundException" in shown(pilot, STATUS)
        assert messages_of(pilot) == [shown(pilot, STATUS)]
        assert not any(text.startswith("DELETE") for text in statements_of(client))


@pytest.mark.parametrize(
    ("statement", "meant"),
    [
        ("SELECT * FROM fimls", "did you mean films?"),
        ("DELETE FROM note WHERE who = 'x' AND at = 1", "did you mean notes?"),
        ("SELECT COUNT(*) FROM zzzz", "R reloads the tables."),
    ],
)
async def test_a_misspelt_table_leads_to_the_one_that_is_like_it(
    client: Recorder, engine: Engine, statement: str, meant: str
) -> None:
    async with running(client, engine) as pilot:
        await run(pilot, statement)
        assert meant in shown(pilot, STATUS)
        assert messages_of(pilot) == [shown(pilot, STATUS)]


async def test_the_cursor_goes_to_where_a_statement_is_wrong(
    client: Recorder, engine: Engine
) -> None:
    async with running(client, engine, SMALL) as pilot:
        area = await write(pilot, "SELECT * FROM notes;\nSELECT *\nFROM films WHERE year => 3")
        await press(pilot, "ctrl+j")
        assert "Unexpected term (line 2, column 24)" in shown(pilot, STATUS)
        assert area.cursor_location == (2, 23)
        assert area.has_focus
        assert statements_of(client) == []


async def test_the_cursor_goes_to_the_place_that_the_service_names(
    client: Recorder, engine: Engine
) -> None:
    async with running(client, engine, SMALL) as pilot:
        area = await write(pilot, "SELECT * FROM films WHERE shout(id) = 1")
        await press(pilot, "ctrl+j")
        assert "Unrecognized function: shout" in shown(pilot, STATUS)
        assert area.cursor_location == (0, len("SELECT * FROM films WHERE "))


async def test_a_write_shows_what_it_returns_and_is_sent_once(
    client: Recorder, engine: Engine
) -> None:
    async with running(client, engine) as pilot:
        await run(
            pilot, "UPDATE films SET year = year + 1 WHERE id = 'film-0000' RETURNING ALL NEW *"
        )
        item = find(pilot, ResultGrid).item
        assert item is not None
        assert item["year"] == {"N": "1951"}
        assert len(statements_of(client)) == 1
        assert "WCU" in shown(pilot, STATUS)
        assert app_of(pilot).session.asking.write_units > 0


async def test_the_list_of_tables_counts_what_a_statement_inserted(
    client: Recorder, engine: Engine
) -> None:
    async with running(client, engine) as pilot:
        await run(pilot, "INSERT INTO notes VALUE {'who': 'me', 'at': 1}")
        assert shown(pilot, STATUS) == "INSERT done · 1 WCU · 0 ms"
        [line] = [line for line in screen_text(pilot).splitlines() if line.startswith("   notes")]
        assert line.split()[1] == "1"


async def test_what_is_done_here_is_marked_with_its_cost(client: Recorder, engine: Engine) -> None:
    async with running(client, engine, SMALL) as pilot:
        await run(pilot, "SELECT genre, COUNT(*) FROM films GROUP BY genre ORDER BY genre")
        assert find(pilot, ResultGrid).item == {"genre": {"S": "Action"}, "COUNT(*)": {"N": "75"}}
        status = shown(pilot, STATUS)
        assert status.startswith("row 1 of 4 · 4 RCU")
        assert "done here, 1 request" in status


async def test_a_filter_on_a_large_table_is_asked_about(client: Recorder, engine: Engine) -> None:
    engine.load_items(
        "notes",
        ({"who": {"S": "a"}, "at": {"N": str(n)}, "t": {"S": "x" * 300_000}} for n in range(5)),
    )
    async with running(client, engine, SMALL) as pilot:
        await run(pilot, "SELECT * FROM notes WHERE t = 'y'")
        assert isinstance(pilot.app.screen, AskFirstScreen)
        assert "reads all of notes: 5 items" in screen_text(pilot)
        await press(pilot, "escape")
        assert statements_of(client) == []
        await press(pilot, "ctrl+j", "ctrl+s")
        assert statements_of(client) != []


async def test_a_large_table_is_looked_at_without_a_question(
    client: Recorder, engine: Engine
) -> None:
    engine.load_items(
        "notes",
        ({"who": {"S": "a"}, "at": {"N": str(n)}, "t": {"S": "x" * 300_000}} for n in range(5)),
    )
    async with running(client, engine, SMALL) as pilot:
        await run(pilot, "SELECT * FROM notes")
        assert find(pilot, ResultGrid).row_count > 0


async def test_parameters_are_asked_for_and_remembered(client: Recorder, engine: Engine) -> None:
    async with running(client, engine, SMALL) as pilot:
        await run(pilot, "SELECT * FROM films WHERE id = ? AND year > :since")
        assert isinstance(pilot.app.screen, ParametersScreen)
        await type_text(pilot, "film-0042")
        await press(pilot, "enter")
        await type_text(pilot, "1950")
        await press(pilot, "enter")
        [request] = client.requests("ExecuteStatement")
        assert request["Statement"].rstrip() == "SELECT * FROM films WHERE id = ? AND year > ?"
        assert request["Parameters"] == [{"S": "film-0042"}, {"N": "1950"}]
        assert find(pilot, ResultGrid).row_count == 1
        await press(pilot, "f", "ctrl+j")
        assert "film-0042" in screen_text(pilot)


async def test_a_value_that_is_none_stays_in_its_field(client: Recorder, engine: Engine) -> None:
    async with running(client, engine, SMALL) as pilot:
        await run(pilot, "SELECT * FROM films WHERE id = ?")
        await type_text(pilot, "b'?'")
        await press(pilot, "ctrl+j")
        assert isinstance(pilot.app.screen, ParametersScreen)
        assert "base64" in shown(pilot, "#drawer-error")
        await press(pilot, "escape")
        assert statements_of(client) == []


async def test_a_row_opens_in_the_panel_and_escape_leads_back_step_by_step(
    client: Recorder, engine: Engine
) -> None:
    async with running(client, engine, SMALL) as pilot:
        await run(pilot, "SELECT title, year FROM films WHERE id = 'film-0042'")
        await press(pilot, "enter")
        results = find(pilot, ResultsView)
        assert results.has_class("-panel")
        assert "The film number 42" in screen_text(pilot)
        await press(pilot, "escape")
        assert not results.has_class("-panel")
        assert find(pilot, ResultGrid).has_focus
        await press(pilot, "escape")
        assert find(pilot, StatementArea).has_focus
        await press(pilot, "escape")
        assert not results.is_on_screen


async def test_values_and_rows_are_copied(client: Recorder, engine: Engine) -> None:
    async with running(client, engine, SMALL) as pilot:
        await run(pilot, "SELECT title FROM films WHERE id = 'film-0042'")
        await press(pilot, "y")
        assert pilot.app.clipboard == "The film number 42"
        await press(pilot, "Y")
        assert '"title": "The film number 42"' in pilot.app.clipboard
        assert notices(pilot)


async def test_the_request_is_copied_with_its_parameters(client: Recorder, engine: Engine) -> None:
    async with running(client, engine, SMALL) as pilot:
        await run(pilot, "SELECT * FROM films WHERE id = ?")
        await type_text(pilot, "film-0042")
        await press(pilot, "enter", "c")
        assert isinstance(pilot.app.screen, CopyAsScreen)
        await press(pilot, "2", "y")
        assert pilot.app.clipboard.startswith("aws dynamodb execute-statement")
        assert '--parameters \'[{"S": "film-0042"}]\'' in pilot.app.clipboard


async def test_a_message_leads_back_to_its_statement_and_rows(
    client: Recorder, engine: Engine
) -> None:
    async with running(client, engine, LARGE) as pilot:
        await write(
            pilot,
            "SELECT * FROM films WHERE id = 'film-0001';\n"
            "SELECT * FROM films WHERE id = 'film-0002'",
        )
        await press(pilot, "ctrl+r", "f9", "up", "enter")
        item = find(pilot, ResultGrid).item
        assert item is not None
        assert item["id"] == {"S": "film-0001"}
        assert find(pilot, StatementArea).cursor_location == (0, 0)
        assert len(statements_of(client)) == 2
