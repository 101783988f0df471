"""Scan: a table or index from end to end, in hash order, whole or one segment of it."""

from __future__ import annotations

from engine.client.protocol import Context, Json
from engine.errors import ValidationException
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
from engine.storage.catalog import Catalog, Index, Table
from engine.storage.keys import KeyRange, segment_range
from engine.storage.reader import Reader


def scan(region: Region, request: Json, context: Context) -> Json:
    """Read a page of a table or index."""
    check_mixing(request)
    segment, total = _segments(request)
    bound = placeholders(request, ("FilterExpression", "ProjectionExpression"))
    parameters = prepare_read(request, bound)
    bound.check_all_used()

    def read(reader: Reader, catalog: Catalog) -> tuple[Page, Index | None]:
        table, index = resolve_source(region, catalog, parameters)
        keys = segment_range(segment, total)
        if parameters.start is not None:
            blob = _start(table, index, parameters.start)
            if not keys.low <= blob < keys.high:
                raise ValidationException(
                    "The provided starting key is invalid: Invalid ExclusiveStartKey. Please use "
                    f"ExclusiveStartKey with correct Segment. TotalSegments: {total} "
                    f"Segment: {segment}"
                )
            keys = KeyRange(blob + b"\x00", keys.high)
        page = page_request(table, index, parameters, keys)
        return metered_page(region, reader, page, parameters.consistent, context), index

    page, index = region.read(read, parameters.consistent)
    return read_response(parameters, index, page)


def _start(table: Table, index: Index | None, start: Json) -> bytes:
    """The stored key of an ExclusiveStartKey (E102 to E104)."""
    if index is not None:
        check_start_names(table, index, start)
        for attribute in index.keys:
            check_start_attribute(start, attribute)
    elif len(start) != len(table.keys):
        raise ValidationException(
            "The provided starting key is invalid: The provided key element does not match the "
            "schema"
        )
    return start_blob(table, index, start)


def _segments(request: Json) -> tuple[int, int]:
    """Segment and TotalSegments of a parallel scan (E109, E111, E112)."""
    segment, total = request.get("Segment"), request.get("TotalSegments")
    if segment is None and total is None:
        return 0, 1
    if total is None:
        raise ValidationException(
            "The TotalSegments parameter is required but was not present in the request when "
            "Segment parameter is present"
        )
    if segment is None:
        raise ValidationException(
            "The Segment parameter is required but was not present in the request when parameter "
            "TotalSegments is present"
        )
    if segment >= total:
        raise ValidationException(
            "The Segment parameter is zero-based and must be less than parameter TotalSegments: "
            f"Segment: {segment} is not less than TotalSegments: {total}"
        )
    return segment, total
