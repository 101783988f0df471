"""What Query and Scan share: Select, projections on indexes, start keys, the answer."""

from __future__ import annotations

from dataclasses import dataclass

from engine.capacity.charges import read_charges
from engine.capacity.consumed import consumed_capacity
from engine.capacity.units import read_units
from engine.client.protocol import Json
from engine.errors import ValidationException
from engine.expressions import (
    Condition,
    Placeholders,
    Projection,
    compile_condition,
    filter_condition,
)
from engine.model import values
from engine.operations.pages import Page, PageRequest
from engine.operations.parameters import projection_of
from engine.operations.region import Region
from engine.operations.schema import check_key, check_nested_paths
from engine.storage.catalog import Catalog, Index, InvalidKeyError, KeyAttribute, Table
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
    """Check Select against the projection and compile filter and projection (E121 to E123)."""
    _check_select(request)
    return ReadParameters(
        request,
        _filter(request, bound),
        projection_of(request, bound),
        start_key(request),
        bool(request.get("ConsistentRead")),
    )


def _check_select(request: Json) -> None:
    select = request.get("Select")
    named = [
        name
        for name in ("ProjectionExpression", "AttributesToGet")
        if request.get(name) is not None
    ]
    if select == "SPECIFIC_ATTRIBUTES" and not named:
        raise ValidationException(
            "Must specify the AttributesToGet or ProjectionExpression when choosing to get "
            "SPECIFIC_ATTRIBUTES"
        )
    if named and select not in (None, "SPECIFIC_ATTRIBUTES"):
        what = "only the Count" if select == "COUNT" else select
        raise ValidationException(f"Cannot specify the {named[0]} when choosing to get {what}")


def _filter(request: Json, bound: Placeholders) -> Condition | None:
    text = request.get("FilterExpression")
    if text is not None:
        return compile_condition(text, bound, kind="FilterExpression")
    for parameter in ("QueryFilter", "ScanFilter"):
        if request.get(parameter) is not None:
            operator = request.get("ConditionalOperator")
            return filter_condition(request[parameter], operator, parameter)
    return None


def start_key(request: Json) -> Json | None:
    """The canonical ExclusiveStartKey (E104)."""
    given = request.get("ExclusiveStartKey")
    if given is None:
        return None
    try:
        return values.normalise_item(given)[0]
    except ValidationException as error:
        raise ValidationException(
            f"{_START}: {error.message}", newer=error.newer or error.message
        ) from error


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


def check_start_names(table: Table, index: Index | None, start: Json) -> None:
    """An ExclusiveStartKey has as many attributes as the keys to be read (E102)."""
    names = table.key_names if index is None else table.key_names + index.key_names
    if len(start) != len(set(names)):
        raise ValidationException(_START)


def check_start_attribute(start: Json, attribute: KeyAttribute) -> None:
    """One attribute of the key that is queried (E102, E073)."""
    if attribute.name not in start:
        raise ValidationException(_START)
    if attribute.type not in start[attribute.name]:
        raise ValidationException("The provided key element does not match the schema")


def start_blob(table: Table, index: Index | None, start: Json) -> bytes:
    """The stored key of an ExclusiveStartKey (E103, E104); those of the index were checked."""
    try:
        key = check_key(table, {name: start[name] for name in table.key_names if name in start})
        return key if index is None else table.index_blob(index, start, key)
    except ValidationException as error:
        raise ValidationException(f"{_START}: {error.message}") from error
    except InvalidKeyError as error:
        raise ValidationException(_START) from error


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
    needs_table = index is not None and _needs_table(table, index, parameters)
    return PageRequest(
        table=table,
        index=index,
        keys=keys,
        descending=descending,
        limit=request.get("Limit"),
        condition=parameters.condition,
        projection=parameters.projection,
        fetch=needs_table,
        whole=needs_table and select == "ALL_ATTRIBUTES",
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
    return lacks_attributes(table, index, parameters.projection, parameters.condition)


def lacks_attributes(
    table: Table, index: Index, projection: Projection | None, condition: Condition | None
) -> bool:
    """Whether an index holds less than is asked for; refused where it is global (E099)."""
    # The text lists them as the request does.
    wanted: list[str] = []
    if projection is not None:
        wanted += [str(path[0]) for path in projection.paths]
    if condition is not None and not index.is_global:
        wanted += condition.attributes
    held = projected_names(table, index)
    missing = [name for name in dict.fromkeys(wanted) if name not in held]
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
    charges = read_charges(index, read_units(page.size, parameters.consistent), page.fetched_units)
    consumed = consumed_capacity(
        request.get("ReturnConsumedCapacity"), request["TableName"], charges
    )
    if consumed is not None:
        response["ConsumedCapacity"] = consumed
    return response
