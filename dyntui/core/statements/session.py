"""Statements one after another, as scripts and the prompt have them: parameters, groups, tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from dyntui.core.connection.pages import StatementCaller
from dyntui.core.statements.extended import Column
from dyntui.core.statements.groups import Group, GroupError, group_word
from dyntui.core.statements.parameters import with_parameters
from dyntui.core.statements.statements import Prepared, prepare
from dyntui.core.tables.schema import TableInfo
from engine.client.protocol import Client, Context
from engine.clock import SYSTEM_CLOCK
from engine.partiql.ast import Select

Json = dict[str, Any]


class ClientCaller:
    """A Client as a `StatementCaller`; `origin` is why it is called, for the change log."""

    def __init__(self, client: Client, origin: str) -> None:
        self._client = client
        self._origin = origin

    def call(
        self, operation: str, request: Json, cancelled: Callable[[], bool] | None = None
    ) -> Json:
        """Answer one request; raises `engine.errors.ApiError`."""
        return self._client.call(operation, request, Context("owner", self._origin, cancelled))

    def at(self, when: str) -> ClientCaller:
        """One that reads as of a time; raises `engine.errors.ApiError`."""
        from dyntui.core.connection.past import client_at

        return ClientCaller(client_at(self._client, when, SYSTEM_CLOCK), self._origin)


@dataclass(frozen=True, slots=True)
class Ready:
    """A statement that is to be run, with its parameters."""

    prepared: Prepared
    parameters: tuple[Json, ...]


@dataclass(frozen=True, slots=True)
class Noted:
    """What a statement did that sends nothing yet."""

    text: str


class StatementSession:
    """The state between statements: parameters by name, the group that is open, known tables."""

    def __init__(self, caller: StatementCaller) -> None:
        self.caller = caller
        self.named: dict[str, Json] = {}
        self.consistent = False
        self.group: Group | None = None
        self.asked: tuple[str, ...] = ()
        """The tables that the last statement is about, known or not."""
        self._tables: dict[str, TableInfo] = {}

    def table(self, name: str) -> TableInfo:
        """A table's schema, described once until `forget`; raises `ApiError`."""
        self.asked = (name,)
        if name not in self._tables:
            answer = self.caller.call("DescribeTable", {"TableName": name})
            self._tables[name] = TableInfo.from_description(answer["Table"])
        return self._tables[name]

    def forget(self) -> None:
        """Describe tables again: they may have changed."""
        self._tables.clear()

    def take(self, text: str, positional: Iterator[Json]) -> Ready | Group | Noted:
        """What is to be run after a statement, if anything.

        Raises `GroupError`, `ParameterError`, `StatementError`.
        """
        word = group_word(text)
        if word is None:
            sent, parameters = with_parameters(text, self.named, positional)
            prepared = prepare(sent, self.table)
            self.asked = (prepared.source.table,)
            if self.group is None:
                return Ready(prepared, tuple(parameters))
            self.group.add(prepared, parameters, consistent=self.consistent)
            return Noted(f"{len(self.group.entries)} in the {self.group.kind}")
        if word in ("BEGIN", "BATCH"):
            if self.group is not None:
                raise GroupError(f"a {self.group.kind} is open already")
            self.group = Group("transaction" if word == "BEGIN" else "batch")
            closing = "COMMIT" if word == "BEGIN" else "END"
            return Noted(f"a {self.group.kind} is open until {closing}")
        return self._closed(word)

    def check_end(self) -> None:
        """Refuse to end within a group; raises `GroupError`."""
        if self.group is not None:
            raise GroupError(f"the {self.group.kind} is not closed: nothing of it was done")

    def _closed(self, word: str) -> Group | Noted:
        group = self.group
        wanted = "batch" if word == "END" else "transaction"
        if group is None or (word != "ROLLBACK" and group.kind != wanted):
            raise GroupError(f"{word}: no {wanted} is open")
        self.group = None
        self.asked = tuple(statement.source.table for statement in group.statements)
        if word == "ROLLBACK":
            return Noted(f"the {group.kind} was dropped, nothing was sent")
        return group if group.entries else Noted(f"the {group.kind} was empty")


def result_columns(prepared: Prepared) -> list[str] | None:
    """The attributes that rows can have, where the statement names them."""
    if prepared.extended is not None:
        columns = prepared.extended.columns
        return None if columns is None else [column.name for column in columns]
    if not isinstance(prepared.tree, Select) or prepared.tree.paths is None:
        return None
    return [Column(path).name for path in prepared.tree.paths]


def result_keys(prepared: Prepared, info: TableInfo) -> tuple[str, ...]:
    """The key attributes of what is read, which stand first."""
    index = next((one for one in info.indexes if one.name == prepared.source.index), None)
    return tuple(dict.fromkeys((*(index.key_names if index else ()), *info.key_names)))
