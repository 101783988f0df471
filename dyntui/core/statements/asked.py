"""A statement of the editor on its way to be run: its parameters, what it is, what it risks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dyntui.core.connection.connect import Connection
from dyntui.core.statements.completion import StatementNames
from dyntui.core.statements.parameters import starts_named, with_parameters
from dyntui.core.statements.risk import risk
from dyntui.core.statements.statements import Prepared, prepare, request_of
from dyntui.core.tables.requests import Request
from dyntui.core.tables.schema import TableInfo
from engine.partiql.ast import Select
from engine.partiql.lexer import tokens

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Ready:
    """A statement that can be run, and what there is to say before it is.

    `info` is the table whose whole items its rows are, or None. `risk` is to be asked about before
    it runs, `end_risk` before it is read to its end.
    """

    text: str
    prepared: Prepared
    parameters: tuple[Json, ...]
    info: TableInfo | None = None
    risk: str | None = None
    end_risk: str | None = None

    @property
    def unit(self) -> str:
        """The unit of what it consumes."""
        return unit_of(self.prepared)

    @property
    def attributes_of(self) -> str | None:
        """The table whose attributes the columns of a SELECT are; None where a name may be that of
        something inside of one."""
        tree = self.prepared.tree
        if not isinstance(tree, Select) or any(len(path.elements) > 1 for path in tree.paths or ()):
            return None
        return tree.source.table

    @property
    def request(self) -> Request:
        """The request that is sent first."""
        return Request("ExecuteStatement", request_of(self.prepared, self.parameters))


def unit_of(prepared: Prepared) -> str:
    """The unit of what a statement consumes."""
    return "RCU" if prepared.is_read else "WCU"


def parameter_labels(text: str) -> list[str]:
    """The parameters of a statement: `?1`, `?2`, … in their order, and each `:name` once."""
    found = list(tokens(text))
    labels: list[str] = []
    marks = 0
    for place, token in enumerate(found):
        if starts_named(found, place):
            labels.append(":" + found[place + 1].text)
        elif token.kind == "parameter":
            marks += 1
            labels.append(f"?{marks}")
    return list(dict.fromkeys(labels))


def bound(text: str, values: Mapping[str, Json]) -> tuple[str, list[Json]]:
    """A statement as it is sent, and its parameters; a `:name` without a value is the text `?`."""
    labels = parameter_labels(text)
    named = {label[1:]: values.get(label, {"S": "?"}) for label in labels if label[0] == ":"}
    marks = [label for label in labels if label[0] == "?"]
    given = [values[label] for label in marks if label in values]
    return with_parameters(text, named, iter(given if len(given) == len(marks) else ()))


def make_ready(
    text: str, values: Mapping[str, Json], connection: Connection, names: StatementNames
) -> Ready:
    """Read a statement and judge it; may take as long as a request.

    Raises `engine.partiql.faults.StatementError` and `engine.errors.ApiError`.
    """

    sent, parameters = bound(text, values)
    prepared = prepare(sent, names.described)
    refuses = connection.local_tools is not None or connection.is_service
    warning = risk(
        prepared,
        parameters,
        names.described,
        large_bytes=connection.ask_above_bytes,
        refuses_partial_keys=refuses,
    )
    at_end = warning if _reads_what_is_shown(prepared) else None
    first = None if at_end else warning
    info = _whole_items(prepared, names)
    return Ready(text, prepared, tuple(parameters), info, first, at_end)


def _reads_what_is_shown(prepared: Prepared) -> bool:
    """A scan without a condition gives rows at once, and reads on only as one scrolls."""
    tree = prepared.tree
    return isinstance(tree, Select) and tree.where is None and prepared.extended is None


def _whole_items(prepared: Prepared, names: StatementNames) -> TableInfo | None:
    """The table whose items a statement's rows are, as far as they are whole."""
    tree = prepared.tree
    if not isinstance(tree, Select) or tree.paths is not None or prepared.done_here:
        return None
    info = names.table(tree.source.table)
    if info is None or tree.source.index is None:
        return info
    whole = [index.name for index in info.indexes if index.projection == "ALL"]
    return info if tree.source.index in whole else None


def key_roles(ready: Ready) -> Sequence[tuple[str, str]]:
    """The columns that come first: the key that is read, where the rows have it."""
    if ready.info is None:
        return ()
    index = ready.prepared.source.index
    keys = ready.info if index is None else ready.info.index(index)
    roles = [(name, "PK") for name in keys.partition_keys]
    return [*roles, *((name, "SK") for name in keys.sort_keys)]
