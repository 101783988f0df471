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
from engine.operations.admission import metered_page
from engine.operations.pages import Page
from engine.operations.parameters import check_mixing, placeholders
from engine.operations.reads import (
    check_start_attribute,
    check_start_names,
    page_request,
    prepare_read,
    read_response,
    resolve_source,
    start_blob,
)
from engine.operations.region import Region
from engine.operations.schema import check_condition
from engine.storage.catalog import Catalog, Index, KeyAttribute, Table
from engine.storage.keys import (
    KeyRange,
    collection_prefix,
    collection_range,
    sort_range,
    value_bytes,
)
from engine.storage.reader import Reader

_INVALID = "One or more parameter values were invalid: "
_NOT_SUPPORTED = "Query key condition not supported"
_CLASSIC_KEYS = 2


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
        start = parameters.start
        if start is not None:
            check_start_names(table, index, start)
        keys, collection = key_range(table, index, key_condition, start)
        if start is not None:
            _check_start(table, index, key_condition, collection, start)
            keys = _after(table, index, keys, start, descending)
        what = "Filter Expression" if request.get("QueryFilter") is None else "QueryFilter"
        check_filter(table, index, parameters.condition, what)
        page = page_request(table, index, parameters, keys, descending)
        if index is None and table.range is None:
            # At most one item: the page ends with its collection, and cannot be gone on from.
            page.limit = None
        return metered_page(region, reader, page, parameters.consistent, context), index

    page, index = region.read(read, parameters.consistent)
    return read_response(parameters, index, page)


def key_range(
    table: Table, index: Index | None, condition: KeyCondition, start: Json | None = None
) -> tuple[KeyRange, KeyRange]:
    """The range that the condition names, and the whole item collection around it.

    A start key is checked against the key schema along with the condition.
    """
    partition, sort = _schema(table, index)
    tests = condition.tests
    _match_schema(partition, sort, tests, start)
    for name, test in tests.items():
        for operand in test.operands:
            check_condition(table, index, {name: operand})
    prefix = _prefix(partition, {key.name: tests[key.name].operands[0] for key in partition})
    collection = collection_range(prefix)
    return _sort_keys(collection, prefix, sort, tests), collection


def _schema(
    table: Table, index: Index | None
) -> tuple[tuple[KeyAttribute, ...], tuple[KeyAttribute, ...]]:
    """Partition and sort keys of what is queried."""
    if index is None:
        return (table.hash,), table.keys[1:]
    return index.hash, index.range


def _prefix(partition: tuple[KeyAttribute, ...], values: Json) -> bytes:
    """What the keys of the item collection with these partition key values begin with."""
    return collection_prefix([value_bytes(values[key.name], key.type) for key in partition])


def _sort_keys(
    collection: KeyRange,
    prefix: bytes,
    sort: tuple[KeyAttribute, ...],
    tests: dict[str, KeyTest],
) -> KeyRange:
    """The keys of an item collection whose sort keys pass the tests."""
    keys = collection
    for attribute in sort:
        test = tests.get(attribute.name)
        if test is None:
            break
        operands = [value_bytes(operand, attribute.type) for operand in test.operands]
        keys = sort_range(prefix, test.operator, operands)
        if test.operator == "=":
            prefix = keys.low
    return keys


def _match_schema(
    partition: tuple[KeyAttribute, ...],
    sort: tuple[KeyAttribute, ...],
    tests: dict[str, KeyTest],
    start: Json | None,
) -> None:
    """Match conditions, and a start key, with the key schema, attribute by attribute.

    The texts are E073, E092 to E095, E102 and E120.
    """
    attributes = (*partition, *sort)
    if len(attributes) == 1 and len(tests) > 1:
        raise ValidationException(_NOT_SUPPORTED)
    _check_count(len(tests), len(attributes))
    strangers = len(tests) - sum([attribute.name in tests for attribute in attributes])
    for position, attribute in enumerate(attributes):
        is_partition = position < len(partition)
        if start is not None:
            check_start_attribute(start, attribute)
        test = tests.get(attribute.name)
        if test is None:
            if is_partition or strangers:
                raise ValidationException(
                    f"Query condition missed key schema element: {attribute.name}"
                )
            continue
        for value in test.operands:
            if attribute.type not in value:
                raise ValidationException(
                    f"{_INVALID}Condition parameter type does not match schema type"
                )
        if is_partition and test.operator != "=":
            raise ValidationException(_NOT_SUPPORTED)
    _check_prefix(sort, tests)


def _check_count(conditions: int, attributes: int) -> None:
    """There cannot be more conditions than key attributes (E095)."""
    if conditions <= attributes:
        return
    newer = (
        f"The number of query conditions ({conditions}) exceeds the number of key attributes "
        f"defined in the schema ({attributes})"
    )
    if attributes == _CLASSIC_KEYS:
        raise ValidationException("Conditions can be of length 1 or 2 only", newer=newer)
    raise ValidationException(newer)


def _check_prefix(sort: tuple[KeyAttribute, ...], tests: dict[str, KeyTest]) -> None:
    """Sort key conditions form a prefix, all but the last with equality (E120)."""
    open_keys: list[str] = []
    for attribute in sort:
        test = tests.get(attribute.name)
        if test is not None and open_keys:
            raise ValidationException(
                f"RANGE key attributes {', '.join(open_keys)} must have equality conditions "
                "specified in the query because a condition is present on key attribute "
                f"{attribute.name}"
            )
        if test is None or test.operator != "=":
            open_keys.append(attribute.name)


def check_filter(table: Table, index: Index | None, condition: Condition | None, what: str) -> None:
    """A filter may not name a key attribute of what is queried (E100, E101)."""
    if condition is None:
        return
    keys = table.key_names if index is None else index.key_names
    for name in keys:
        if name in condition.attributes:
            raise ValidationException(
                f"{what} can only contain non-primary key attributes: Primary key attribute: {name}"
            )


def _check_start(
    table: Table, index: Index | None, condition: KeyCondition, collection: KeyRange, start: Json
) -> None:
    """A start key must lie within what is queried (E103 to E108)."""
    blob = start_blob(table, index, start)
    partition, sort = _schema(table, index)
    if index is None and not sort:
        ((name, value),) = start.items()
        shown = ", ".join(f"{kind}:{content}" for kind, content in value.items())
        raise ValidationException(
            "The provided exclusive start key is invalid: ExclusiveStartKey: "
            f"{{{name}=AttributeValue: {{{shown}}}}}"
        )
    # Where sort keys are conditioned, they are looked at first, whatever the partition.
    conditioned = any(attribute.name in condition.tests for attribute in sort)
    prefix = _prefix(partition, start)
    own = _sort_keys(collection_range(prefix), prefix, sort, condition.tests)
    if not own.low <= blob < own.high:
        raise ValidationException(
            "The provided starting key does not match the range key predicate"
        )
    if not collection.low <= blob < collection.high:
        raise ValidationException(
            "The query can return at most one row and cannot be restarted"
            if conditioned
            else "The provided starting key is outside query boundaries based on provided "
            "conditions"
        )


def _after(
    table: Table, index: Index | None, keys: KeyRange, start: Json, descending: bool
) -> KeyRange:
    """What is left of a range behind a start key."""
    blob = start_blob(table, index, start)
    if descending:
        return KeyRange(keys.low, blob)
    return KeyRange(blob + b"\x00", keys.high)
