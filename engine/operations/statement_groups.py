"""BatchExecuteStatement and ExecuteTransaction: several PartiQL statements."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import orjson

from engine.capacity.charges import Charges
from engine.capacity.consumed import consumed_by_table
from engine.capacity.units import read_units
from engine.client.protocol import Context, Json
from engine.errors import (
    ApiError,
    ResourceNotFoundException,
    ThrottlingException,
    ValidationException,
)
from engine.model.values import normalise_value
from engine.operations.admission import metered_get
from engine.operations.conflicts import refuse_conflict
from engine.operations.region import Region, Write
from engine.operations.single_action import carry_out
from engine.operations.statement_actions import InsertItem, get_action, returned, write_action
from engine.operations.statements import returning_of, source_of, statement_of
from engine.operations.transactions import read_transaction, write_transaction
from engine.partiql import ast
from engine.storage.catalog import Catalog
from engine.storage.reader import Reader
from engine.storage.transaction import WriteTransaction

_BATCH_KEY = (
    "Select statements within BatchExecuteStatement must specify the primary key in the where "
    "clause."
)
_TRANSACTION_KEY = (
    "Select statements within ExecuteTransaction must specify the primary key in the where clause."
)


# Batches.


def batch_execute_statement(region: Region, request: Json, context: Context) -> Json | Write[Any]:
    """Carry out up to 25 statements, all reads or all writes, each for itself."""
    statements = [_statement_or_error(entry) for entry in request["Statements"]]
    reads = [isinstance(s, ast.Select) for s in statements if not isinstance(s, ApiError)]
    if any(reads) and not all(reads):
        raise ValidationException(
            "Batch execute statement can contain either reads or writes, not both"
        )
    if any(reads):
        return _batch_read(region, request, statements)
    return _batch_write(region, request, statements, context)


def _statement_or_error(entry: Json) -> ast.Statement | ValidationException:
    try:
        return statement_of(entry)
    except ValidationException as error:
        return error


def _failed(error: ApiError, table_name: str | None) -> Json:
    """The answer of one statement that was refused."""
    code = error.code.removesuffix("Exception")
    if isinstance(error, ValidationException):
        code = "ValidationError"
    elif isinstance(error, ResourceNotFoundException):
        code = "ResourceNotFound"
    elif isinstance(error, ThrottlingException):
        code = "ThrottlingError"
    described: Json = {"Code": code, "Message": error.message}
    if "Item" in error.members:
        described["Item"] = orjson.dumps(error.members["Item"])
    answer: Json = {"Error": described}
    return answer if table_name is None else answer | {"TableName": table_name}


def _batch_read(
    region: Region, request: Json, statements: Sequence[ast.Statement | ValidationException]
) -> Json:
    charges: dict[str, Charges] = {}

    def read_one(reader: Reader, catalog: Catalog, entry: Json, select: ast.Statement) -> Json:
        assert isinstance(select, ast.Select)
        name = select.source.table
        if select.source.index is not None:
            source_of(region, catalog, select, bool(entry.get("ConsistentRead")))
            raise ValidationException(_BATCH_KEY)
        get = get_action(select, _BATCH_KEY)
        table = region.data_table(catalog, name)
        consistent = bool(entry.get("ConsistentRead"))
        stored = metered_get(region, reader, table, get.key(table), consistent)
        units = read_units(0 if stored is None else stored.size, consistent)
        charges.setdefault(name, Charges()).table += units
        shown = get.shown(stored)
        return {"TableName": name} if shown is None else {"TableName": name, "Item": shown}

    def read(reader: Reader, catalog: Catalog) -> list[Json]:
        charges.clear()
        return _each(request, statements, partial(read_one, reader, catalog))

    consistent = any(entry.get("ConsistentRead") for entry in request["Statements"])
    return _batch_response(request, region.read(read, consistent), charges)


def _batch_write(
    region: Region,
    request: Json,
    statements: Sequence[ast.Statement | ValidationException],
    context: Context,
) -> Write[Any]:
    charges: dict[str, Charges] = {}

    def write_one(transaction: WriteTransaction, entry: Json, statement: ast.Statement) -> Json:
        action = write_action(statement, entry)
        refuse_conflict(region, action)
        _, change = carry_out(region, transaction, action, context)
        charges.setdefault(action.table_name, Charges()).add_change(change)
        shown = returned(returning_of(statement), action, change.old, change.new)
        answer: Json = {"TableName": action.table_name}
        return answer if shown is None else answer | {"Item": shown}

    def work(transaction: WriteTransaction) -> list[Json]:
        charges.clear()
        return _each(request, statements, partial(write_one, transaction))

    return Write(work, lambda answers: _batch_response(request, answers, charges))


def _each(
    request: Json,
    statements: Sequence[ast.Statement | ValidationException],
    carry_out_one: Callable[[Json, ast.Statement], Json],
) -> list[Json]:
    """The answer of each statement, or its error: none of them stops the others."""
    answers = []
    for entry, statement in zip(request["Statements"], statements, strict=True):
        if isinstance(statement, ValidationException):
            answers.append(_failed(statement, None))
            continue
        try:
            answers.append(carry_out_one(entry, statement))
        except ApiError as error:
            answers.append(_failed(error, _table_name(statement)))
    return answers


def _table_name(statement: ast.Statement) -> str:
    select = statement.select if isinstance(statement, ast.Exists) else statement
    return select.source.table


def _batch_response(request: Json, answers: list[Json], charges: dict[str, Charges]) -> Json:
    response: Json = {"Responses": answers}
    consumed = consumed_by_table(request.get("ReturnConsumedCapacity"), charges)
    if consumed is not None:
        response["ConsumedCapacity"] = consumed
    return response


# Transactions.


def execute_transaction(region: Region, request: Json, context: Context) -> Json | Write[Any]:
    """Carry out up to 100 statements, all reads or all writes, all of them or none."""
    entries = request["TransactStatements"]
    statements = [_transaction_statement(entry, i) for i, entry in enumerate(entries)]
    reads = [isinstance(statement, ast.Select) for statement in statements]
    if any(reads) and not all(reads):
        raise ValidationException(
            "Transaction execute statement can contain either reads or writes, not both"
        )
    if all(reads):
        for position, statement in enumerate(statements):
            if isinstance(statement, ast.Select) and statement.source.index is not None:
                raise ValidationException(
                    _located(position, "Reads on indices are not supported within transactions.")
                )
        gets = [
            get_action(statement, _located(position, _TRANSACTION_KEY))
            for position, statement in enumerate(statements)
            if isinstance(statement, ast.Select)
        ]
        return read_transaction(region, request, gets)
    prepared = []
    for position, (entry, statement) in enumerate(zip(entries, statements, strict=True)):
        if not isinstance(statement, ast.Insert) and _has_returning(statement):
            raise ValidationException(
                _located(position, "RETURNING clause is not supported in ExecuteTransaction.")
            )
        action = write_action(statement, entry)
        if not isinstance(action, InsertItem):
            action.key_needed = _located(position, action.key_needed)
        prepared.append(action)
    return write_transaction(
        region, request, prepared, entries, context, lambda answer: {"Responses": []} | answer
    )


def _transaction_statement(entry: Json, position: int) -> ast.Statement:
    # A parameter that is no value is refused without the position.
    for parameter in entry.get("Parameters") or ():
        normalise_value(parameter)
    try:
        return statement_of(entry)
    except ValidationException as error:
        raise ValidationException(_located(position, error.message)) from error


def _located(position: int, message: str) -> str:
    return f"Validation failed in TransactStatements[{position}]: {message}"


def _has_returning(statement: ast.Statement) -> bool:
    return isinstance(statement, ast.Update | ast.Delete) and statement.returning is not None
