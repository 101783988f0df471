"""Query: the items of one item collection, in the order of the sort key."""

from __future__ import annotations

from engine.client.protocol import Context, Json
from engine.errors import ValidationException
from engine.expressions import (
    Condition,
    KeyCondition,
    KeyTest,
    bind_key_condition,
    key_conditions,
)
from engine.operations.pages import Page, read_page
from engine.operations.parameters import check_mixing, placeholders
from engine.operations.reads import (
    page_request,
    prepare_read,
    read_response,
    resolve_source,
    start_blob,
)
from engine.operations.region import Region
from engine.storage.catalog import Catalog, Index, KeyAttribute, Table
from engine.storage.database import Reader
from engine.storage.keys import (
    KeyRange,
    collection_prefix,
    collection_range,
    sort_range,
    value_bytes,
)

_INVALID = "One or more parameter values were invalid: "


def query(region: Region, request: Json, context: Context) -> Json:
    """Read a page of an item collection of a table or index."""
    check_mixing(request)
    bound = placeholders(
        request, ("FilterExpression", "KeyConditionExpression", "ProjectionExpression")
    )
    text, legacy = request.get("KeyConditionExpression"), request.get("KeyConditions")
    if text is None and legacy is None:
        raise ValidationException(
            "Either the KeyConditions or KeyConditionExpression parameter must be specified in "
            "the request."
        )
    condition = None if text is None else bind_key_condition(text, bound)
    parameters = prepare_read(request, bound)
    bound.check_all_used()
    key_condition = key_conditions(legacy or {}) if condition is None else condition.narrow()
    descending = request.get("ScanIndexForward") is False

    def read(reader: Reader, catalog: Catalog) -> tuple[Page, Index | None]:
        table, index = resolve_source(region, catalog, parameters)
        keys, collection = key_range(table, index, key_condition)
        if parameters.start is not None:
            keys = _after(table, index, keys, collection, parameters.start, descending)
        what = "Filter Expression" if request.get("QueryFilter") is None else "QueryFilter"
        _check_filter(table, index, parameters.condition, what)
        page = page_request(table, index, parameters, keys, descending)
        return read_page(reader, page, parameters.consistent, context), index

    page, index = region.read(read, parameters.consistent)
    return read_response(parameters, index, page)


def key_range(
    table: Table, index: Index | None, condition: KeyCondition
) -> tuple[KeyRange, KeyRange]:
    """The range that the condition names, and the whole item collection around it."""
    partition = (table.hash,) if index is None else index.hash
    sort = table.keys[1:] if index is None else index.range
    tests = _match_schema(partition, sort, condition)
    prefix = collection_prefix([value_bytes(tests[k.name].operands[0], k.type) for k in partition])
    whole = collection_range(prefix)
    keys = whole
    for attribute in sort:
        test = tests.get(attribute.name)
        if test is None:
            break
        operands = [value_bytes(operand, attribute.type) for operand in test.operands]
        keys = sort_range(prefix, test.operator, operands)
        if test.operator == "=":
            prefix = keys.low
    return keys, whole


def _match_schema(
    partition: tuple[KeyAttribute, ...], sort: tuple[KeyAttribute, ...], condition: KeyCondition
) -> dict[str, KeyTest]:
    """Match the conditions with the key schema (E092 to E094, E120)."""
    tests = condition.tests
    for attribute in partition:
        if attribute.name not in tests:
            raise ValidationException(
                f"Query condition missed key schema element: {attribute.name}"
            )
    names = {attribute.name for attribute in (*partition, *sort)}
    if any(name not in names for name in tests):
        _refuse_unknown(sort, tests)
    for attribute in (*partition, *sort):
        test = tests.get(attribute.name)
        if test is not None and any(attribute.type not in value for value in test.operands):
            raise ValidationException(
                f"{_INVALID}Condition parameter type does not match schema type"
            )
    if any(tests[attribute.name].operator != "=" for attribute in partition):
        raise ValidationException("Query key condition not supported")
    _check_prefix(sort, tests)
    return tests


def _refuse_unknown(sort: tuple[KeyAttribute, ...], tests: dict[str, KeyTest]) -> None:
    for attribute in sort:
        if attribute.name not in tests:
            raise ValidationException(
                f"Query condition missed key schema element: {attribute.name}"
            )
    raise ValidationException("Query key condition not supported")


def _check_prefix(sort: tuple[KeyAttribute, ...], tests: dict[str, KeyTest]) -> None:
    """Sort key conditions form a prefix, all but the last with equality."""
    before: str | None = None
    gap: str | None = None
    for attribute in sort:
        test = tests.get(attribute.name)
        if test is None:
            gap = gap or attribute.name
            continue
        missing = gap or before
        if missing is not None:
            raise ValidationException(
                f"RANGE key attributes {missing} must have equality conditions specified in the "
                f"query because a condition is present on key attribute {attribute.name}"
            )
        if test.operator != "=":
            before = attribute.name


def _check_filter(
    table: Table, index: Index | None, condition: Condition | None, what: str
) -> None:
    """A filter may not name a key attribute of what is queried (E100, E101)."""
    if condition is None:
        return
    keys = table.key_names if index is None else index.key_names
    for name in keys:
        if name in condition.attributes:
            raise ValidationException(
                f"{what} can only contain non-primary key attributes: Primary key attribute: {name}"
            )


def _after(
    table: Table,
    index: Index | None,
    keys: KeyRange,
    collection: KeyRange,
    start: Json,
    descending: bool,
) -> KeyRange:
    """What is left of a range behind a start key (E105 to E107)."""
    if index is None and table.range is None:
        value = start.get(table.hash.name, {})
        shown = ", ".join(f"{kind}:{content}" for kind, content in value.items())
        raise ValidationException(
            "The provided exclusive start key is invalid: ExclusiveStartKey: "
            f"{{{table.hash.name}=AttributeValue: {{{shown}}}}}"
        )
    blob = start_blob(table, index, start)
    if not collection.low <= blob < collection.high:
        raise ValidationException(
            "The provided starting key is outside query boundaries based on provided conditions"
        )
    if not keys.low <= blob < keys.high:
        raise ValidationException(
            "The provided starting key does not match the range key predicate"
        )
    if descending:
        return KeyRange(keys.low, blob)
    return KeyRange(blob + b"\x00", keys.high)
