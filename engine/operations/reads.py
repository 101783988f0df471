"""What Query and Scan share: Select, projections on indexes, start keys, the answer."""

from __future__ import annotations

from dataclasses import dataclass

from engine.capacity.consumed import read_consumed
from engine.capacity.units import read_units
from engine.client.protocol import Json
from engine.errors import ValidationException
from engine.expressions import (
    Condition,
    Placeholders,
    Projection,
    compile_condition,
    compile_projection,
)
from engine.model import values
from engine.operations.pages import Page, PageRequest
from engine.operations.region import Region
from engine.operations.schema import check_nested_paths
from engine.storage.catalog import Catalog, Index, InvalidKeyError, Table
from engine.storage.items import projected_names
from engine.storage.keys import KeyRange

_START = "The provided starting key is invalid"


@dataclass(frozen=True, slots=True)
class ReadParameters:
    """The parameters of a Query or Scan that are checked without the table."""

    request: Json
    condition: Condition | None
    projection: Projection | None
    start: Json | None
    consistent: bool

    @property
    def select(self) -> str | None:
        """The Select parameter, if it was given."""
        return self.request.get("Select")


def prepare_read(request: Json, bound: Placeholders) -> ReadParameters:
    """Check Select against the projection and compile filter and projection (E121, E122)."""
    select, text = request.get("Select"), request.get("ProjectionExpression")
    if select == "SPECIFIC_ATTRIBUTES" and text is None:
        raise ValidationException(
            "Must specify the AttributesToGet or ProjectionExpression when choosing to get "
            "SPECIFIC_ATTRIBUTES"
        )
    if text is not None and select not in (None, "SPECIFIC_ATTRIBUTES"):
        what = "only the Count" if select == "COUNT" else select
        raise ValidationException(
            f"Cannot specify the ProjectionExpression when choosing to get {what}"
        )
    filter_text = request.get("FilterExpression")
    condition = (
        None
        if filter_text is None
        else compile_condition(filter_text, bound, kind="FilterExpression")
    )
    projection = None if text is None else compile_projection(text, bound)
    return ReadParameters(
        request, condition, projection, start_key(request), bool(request.get("ConsistentRead"))
    )


def start_key(request: Json) -> Json | None:
    """The canonical ExclusiveStartKey (E104)."""
    given = request.get("ExclusiveStartKey")
    if given is None:
        return None
    try:
        return values.normalise_item(given)[0]
    except ValidationException as error:
        raise ValidationException(f"{_START}: {error.message}") from error


def resolve_source(
    region: Region, catalog: Catalog, parameters: ReadParameters
) -> tuple[Table, Index | None]:
    """The table and index to read (E087, E096, E097)."""
    request = parameters.request
    table = region.data_table(catalog, request["TableName"])
    name = request.get("IndexName")
    index = None if name is None else region.readable_index(table, name)
    if index is not None and index.is_global and parameters.consistent:
        raise ValidationException("Consistent reads are not supported on global secondary indexes")
    return table, index


def start_blob(table: Table, index: Index | None, start: Json) -> bytes:
    """The stored key of an ExclusiveStartKey (E102, E103)."""
    keys = table.keys if index is None else table.keys + index.keys
    names = {attribute.name for attribute in keys}
    if set(start) != names:
        detail = "" if index is not None else ": The provided key element does not match the schema"
        raise ValidationException(_START + detail)
    for attribute in keys:
        if attribute.type not in start[attribute.name]:
            raise ValidationException(
                f"{_START}: The provided key element does not match the schema"
            )
    try:
        key = table.key_blob(start)
    except InvalidKeyError as error:
        raise ValidationException(_START) from error
    return key if index is None else table.index_blob(index, start, key)


def page_request(
    table: Table,
    index: Index | None,
    parameters: ReadParameters,
    keys: KeyRange,
    descending: bool = False,
) -> PageRequest:
    """What to read and to do with each row, checked against the index (E098, E099, E124)."""
    request, select = parameters.request, parameters.select
    if select == "ALL_PROJECTED_ATTRIBUTES" and index is None:
        raise ValidationException(
            "ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName"
        )
    for compiled in (parameters.condition, parameters.projection):
        if compiled is not None:
            check_nested_paths(table, compiled.paths)
    return PageRequest(
        table=table,
        index=index,
        keys=keys,
        descending=descending,
        limit=request.get("Limit"),
        condition=parameters.condition,
        projection=parameters.projection,
        fetch=index is not None and _needs_table(table, index, parameters),
    )


def _needs_table(table: Table, index: Index, parameters: ReadParameters) -> bool:
    """Whether items must be completed from the table; refused where the index is global."""
    if index.projection_type == "ALL":
        return False
    if parameters.select == "ALL_ATTRIBUTES":
        if index.is_global:
            raise ValidationException(
                "One or more parameter values were invalid: Select type ALL_ATTRIBUTES is not "
                f"supported for global secondary index {index.name} because its projection type "
                "is not ALL"
            )
        return True
    wanted: frozenset[str] = frozenset()
    if parameters.projection is not None:
        wanted |= parameters.projection.attributes
    if parameters.condition is not None and not index.is_global:
        wanted |= parameters.condition.attributes
    missing = sorted(wanted - projected_names(table, index))
    if missing and index.is_global:
        raise ValidationException(
            f"One or more parameter values were invalid: Global secondary index {index.name} does "
            f"not project [{', '.join(missing)}]"
        )
    return bool(missing)


def read_response(parameters: ReadParameters, index: Index | None, page: Page) -> Json:
    """The answer of a Query or Scan."""
    request = parameters.request
    response: Json = {}
    if parameters.select != "COUNT":
        response["Items"] = b"[%b]" % b",".join(page.items)
    response["Count"] = page.count
    response["ScannedCount"] = page.scanned
    if page.last_key is not None:
        response["LastEvaluatedKey"] = page.last_key
    consumed = read_consumed(
        request.get("ReturnConsumedCapacity"),
        request["TableName"],
        index,
        read_units(page.size, parameters.consistent),
        (page.fetched_units,),
    )
    if consumed is not None:
        response["ConsumedCapacity"] = consumed
    return response
