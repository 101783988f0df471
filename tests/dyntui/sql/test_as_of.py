"""Statements about the past: `FROM table AS OF '10 minutes ago'`."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from dyntui.core.connection.past import client_at
from dyntui.core.statements.session import ClientCaller, StatementSession
from dyntui.core.statements.statements import Run, prepare
from engine import Engine, VirtualClock
from engine.client.protocol import OWNER, Context
from engine.clock import SYSTEM_CLOCK
from engine.errors import (
    InvalidRestoreTimeException,
    UnknownOperationException,
    ValidationException,
)
from tests.engine.storage.things import make_table, put, thing

Json = dict[str, Any]


def test_the_past_is_read_in_every_kind_of_statement(tmp_path: Path) -> None:
    clock = VirtualClock(SYSTEM_CLOCK.now_us() - 3_600_000_000)
    with Engine.open(tmp_path, clock=clock) as engine:
        make_table(engine)
        for number in range(5):
            put(engine, thing(number))
        then = clock.now_us() / 1_000_000
        clock.advance(1)
        for number in range(4):
            engine.delete_item(TableName="things", Key={"p": {"S": "p"}, "r": {"N": str(number)}})
        caller = ClientCaller(engine, "script")
        session = StatementSession(caller)

        def rows(text: str) -> list[Json]:
            return list(Run(caller, prepare(text, session.table)))

        assert [row["r"]["N"] for row in rows("SELECT r FROM things")] == ["4"]
        past = f"SELECT r FROM things AS OF {then}"
        assert sorted(row["r"]["N"] for row in rows(past)) == list("01234")
        moment = datetime.fromtimestamp(then, UTC).isoformat()
        past = (
            f"SELECT r FROM things AS OF '{moment}' WHERE p = 'p' AND r > 1 ORDER BY r DESC LIMIT 2"
        )
        assert [row["r"]["N"] for row in rows(past)] == ["4", "3"]
        assert rows(f"SELECT COUNT(*) FROM things AS OF {then}") == [{"COUNT(*)": {"N": "5"}}]
        with pytest.raises(InvalidRestoreTimeException, match="can be read as of"):
            rows("SELECT * FROM things AS OF '3 days ago'")
        prepared = prepare(past, session.table)
        assert "AS OF" in prepared.done_here


class _Remote:
    def call(self, operation: str, _request: Json, _context: Context = OWNER) -> Json:
        raise AssertionError(operation)


def test_a_remote_has_no_past_that_can_be_read() -> None:
    with pytest.raises(UnknownOperationException, match="can be read in a data folder"):
        client_at(_Remote(), "now", SYSTEM_CLOCK)


def test_a_time_that_is_none_is_told_of() -> None:
    with Engine.in_memory() as engine, pytest.raises(ValidationException, match="no point of time"):
        client_at(engine, "whenever", SYSTEM_CLOCK)
