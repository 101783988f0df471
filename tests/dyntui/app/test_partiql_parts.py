"""What the place for PartiQL is made of: readers of rows, the book, parameters, queries as text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dyntui.core.browse.plan import PlanError
from dyntui.core.browse.plan_statement import plan_statement
from dyntui.core.browse.query_fields import KeyTerm, QueryFields
from dyntui.core.connection.connect import Connection
from dyntui.core.connection.pages import PageSource
from dyntui.core.connection.session import Session
from dyntui.core.statements.asked import bound, key_roles, make_ready, parameter_labels
from dyntui.core.statements.completion import StatementNames
from dyntui.core.statements.result_rows import row_reader
from dyntui.core.statements.statements import prepare
from dyntui.core.tables.schema import TableInfo
from dyntui.core.user.query_book import EMPTY_DESK, Desk, Draft, QueryBook, file_name
from engine import Engine, VirtualClock
from engine.errors import InvalidRestoreTimeException
from engine.security.notebook import Notebook
from tests.dyntui.app.driving import Recorder, info_of
from tests.engine.storage.things import make_table, put_many

Json = dict[str, Any]


def source_of(client: Recorder, engine: Engine, text: str, page_rows: int) -> PageSource:
    session = Session(client, engine.region)
    prepared = prepare(text, lambda name: info_of(engine, name))
    return PageSource(row_reader(session, prepared), page_rows)


# Reading rows.


def test_rows_of_the_service_are_read_by_pages_and_read_again(
    client: Recorder, engine: Engine
) -> None:
    source = source_of(client, engine, "SELECT id FROM films", 5)
    source.ensure_end(lambda: False)
    assert source.rows_known == 300
    assert source.cached_rows() < 300 or len(client.requests("ExecuteStatement")) < 5
    source.ensure(0, 4)
    assert all(source.row(number) for number in range(5))


def test_the_past_is_read_when_the_first_row_is_wanted(tmp_path: Path) -> None:
    clock = VirtualClock()
    with Engine.open(tmp_path, clock=clock) as engine:
        make_table(engine)
        put_many(engine, range(7))
        clock.advance(60)
        delete = {"p": {"S": "p"}, "r": {"N": "3"}}
        engine.delete_item(TableName="things", Key=delete)
        session = Session(engine, engine.region, clock)

        def source(text: str) -> PageSource:
            prepared = prepare(text, lambda name: info_of(engine, name))
            return PageSource(row_reader(session, prepared), 3)

        past = source("SELECT r FROM things AS OF '1 minute ago' WHERE p = 'p'")
        past.ensure_end(lambda: False)
        assert [past.row(n) for n in range(7)] == [{"r": {"N": str(n)}} for n in range(7)]
        too_early = source("SELECT r FROM things AS OF '1 hour ago'")
        with pytest.raises(InvalidRestoreTimeException):
            too_early.ensure(0, 1)


def test_rows_that_are_made_here_are_read_once(client: Recorder, engine: Engine) -> None:
    source = source_of(
        client, engine, "SELECT genre, COUNT(*) FROM films GROUP BY genre ORDER BY genre", 3
    )
    source.ensure(0, 2)
    assert source.row(0) == {"genre": {"S": "Action"}, "COUNT(*)": {"N": "75"}}
    asked = len(client.requests("ExecuteStatement"))
    source.ensure_end(lambda: False)
    assert source.rows_known == 4
    assert source.complete
    assert len(client.requests("ExecuteStatement")) == asked
    assert source.units == 4


def test_a_write_is_sent_without_a_limit(client: Recorder, engine: Engine) -> None:
    source = source_of(client, engine, "INSERT INTO notes VALUE {'who': 'a', 'at': 1}", 5)
    source.ensure(0, 4)
    assert source.complete
    assert client.requests("ExecuteStatement") == [
        {
            "Statement": "INSERT INTO notes VALUE {'who': 'a', 'at': 1}",
            "ReturnConsumedCapacity": "TOTAL",
        }
    ]


# On the way to be run.


def test_parameters_have_labels() -> None:
    assert parameter_labels("SELECT * FROM t WHERE a = ? AND b = :x AND c = ? AND d = :x") == [
        "?1",
        ":x",
        "?2",
    ]
    assert parameter_labels("SELECT '?' FROM t -- ?") == []


def test_a_statement_without_its_values_is_sent_without_them() -> None:
    assert bound("SELECT * FROM t WHERE a = ?", {}) == ("SELECT * FROM t WHERE a = ?", [])


def test_rows_are_items_only_where_they_are_whole(client: Recorder, engine: Engine) -> None:
    connection = Connection(client, engine, engine.region, None)
    names = StatementNames(Session(client, engine.region))

    def info(text: str) -> TableInfo | None:
        return make_ready(text, {}, connection, names).info

    assert info("SELECT * FROM films") is not None
    assert info("SELECT id FROM films") is None
    assert info("SELECT COUNT(*) FROM films") is None
    ready = make_ready("SELECT * FROM films.\"by-genre\" WHERE genre = 'a'", {}, connection, names)
    assert list(key_roles(ready)) == [("genre", "PK"), ("year", "SK")]


# The book.


def notebook(folder: Path) -> Notebook:
    return Notebook(folder, bytes(32))


def book_in(folder: Path) -> QueryBook:
    return QueryBook(notebook(folder))


def test_the_history_has_each_text_once_the_latest_first(tmp_path: Path) -> None:
    book = book_in(tmp_path / "statements")
    for text in ("a", "b\nc", "a", "a"):
        book.remember(text)
    assert book_in(tmp_path / "statements").history == book.history == ["a", "b\nc"]


def test_a_history_that_was_cut_short_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    book = book_in(tmp_path)
    book.remember("a")
    book.remember("b")
    path = tmp_path / "history.sealed"
    path.write_bytes(path.read_bytes()[:-3])
    assert book_in(tmp_path).history == ["a"]


def test_a_long_history_forgets_its_beginning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dyntui.core.user.query_book.HISTORY_MAX", 3)
    book = book_in(tmp_path)
    for number in range(7):
        book.remember(str(number))
    assert book_in(tmp_path).history == ["6", "5", "4"]


def test_saved_statements_are_files_of_their_owner(tmp_path: Path) -> None:
    book = book_in(tmp_path / "statements")
    book.save("mine", "SELECT 'ü'")
    path = tmp_path / "statements" / "mine.sql"
    assert path.read_text(encoding="utf-8") == "SELECT 'ü'"
    assert path.stat().st_mode & 0o077 == 0
    assert book.saved == {"mine": "SELECT 'ü'"}
    book.forget("mine")
    assert book.saved == {}
    assert not path.exists()


def test_without_a_folder_everything_is_kept_for_the_session() -> None:
    book = QueryBook(None)
    book.remember("a")
    book.save("b", "c")
    book.keep_desk([Draft("d")], 0)
    assert (book.history, book.saved, book.desk()) == (["a"], {"b": "c"}, EMPTY_DESK)


def test_where_nothing_can_be_written_it_is_kept_for_the_session(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    book = book_in(tmp_path / "file")
    book.remember("a")
    book.save("b", "c")
    assert (book.history, book.saved) == (["a"], {"b": "c"})


def test_tabs_are_found_again(tmp_path: Path) -> None:
    book_in(tmp_path).keep_desk([Draft("a", "SELECT"), Draft("b")], 1)
    assert book_in(tmp_path).desk() == Desk((Draft("a", "SELECT"), Draft("b")), 1)


@pytest.mark.parametrize("text", ["", "{", '{"tabs": []}', '{"tabs": 3, "current": 0}', "[]"])
def test_tabs_that_cannot_be_read_are_none(tmp_path: Path, text: str) -> None:
    notebook(tmp_path).replace("tabs", [text])
    assert book_in(tmp_path).desk() == EMPTY_DESK


def test_names_of_files_are_tame() -> None:
    assert file_name("../a/b") == "a b"
    assert file_name("...") == ""
    assert file_name(" größte Filme (2) ") == "größte Filme (2)"


# A query form as a statement.


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        (QueryFields(), 'SELECT * FROM "films"'),
        (
            QueryFields(keys={"id": KeyTerm("it's")}),
            "SELECT * FROM \"films\" WHERE id = 'it''s'",
        ),
        (
            QueryFields(
                index="by-genre",
                keys={"genre": KeyTerm("Drama"), "year": KeyTerm("1990", "between", "1999")},
                filter='"odd-name" <> NULL or size(title) > 3',
                projection="title, ratings.imdb",
                descending=True,
            ),
            'SELECT id, title, ratings.imdb FROM "films"."by-genre" WHERE genre = \'Drama\' '
            'AND year BETWEEN 1990 AND 1999 AND ("odd-name" <> NULL or size(title) > 3) '
            "ORDER BY year DESC",
        ),
        (
            QueryFields(index="by-genre", keys={"genre": KeyTerm("D", "begins with")}),
            'SELECT * FROM "films"."by-genre" WHERE begins_with(genre, \'D\')',
        ),
        (
            QueryFields(filter="select = 1 and a.order in (1, 2)"),
            'SELECT * FROM "films" WHERE "select" = 1 and a."order" in (1, 2)',
        ),
        (
            QueryFields(projection='"odd-name".x, tags[0], select, id'),
            'SELECT id, "odd-name".x, tags[0], "select" FROM "films"',
        ),
    ],
)
def test_a_form_is_told_as_a_statement_that_the_service_takes(
    engine: Engine, fields: QueryFields, text: str
) -> None:
    statement = plan_statement(info_of(engine, "films"), fields)
    assert " ".join(statement.split()) == text
    engine.call("ExecuteStatement", {"Statement": statement})


def test_a_form_with_a_binary_value_cannot_be_told(engine: Engine) -> None:
    with pytest.raises(PlanError, match="no literal for binary"):
        plan_statement(info_of(engine, "films"), QueryFields(filter="a = b'3q2+7w=='"))
