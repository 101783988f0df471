"""TagResource, UntagResource, ListTagsOfResource."""

from __future__ import annotations

from collections.abc import Sequence

from engine.client.protocol import Context, Json
from engine.errors import ResourceNotFoundException, ValidationException
from engine.operations.region import Region
from engine.storage.catalog import Catalog, Table
from engine.storage.transaction import WriteTransaction

TAGS_MAX = 50
_PAGE = 10


def tag_map(tags: Sequence[Json]) -> dict[str, str]:
    """Tags by key; raises where a resource would have too many."""
    named = {tag["Key"]: tag["Value"] for tag in tags}
    if len(named) > TAGS_MAX:
        raise ValidationException(f"Too many tags: a resource can have at most {TAGS_MAX}")
    return named


def _tagged_table(region: Region, catalog: Catalog, arn: str) -> Table:
    """The table of a ResourceArn (E200, E203)."""
    prefix = region.table_arn("")
    if not arn.startswith(prefix):
        raise ValidationException(f"Invalid TableArn: Invalid ResourceArn provided as input {arn}")
    table = catalog.tables.get(arn.removeprefix(prefix))
    if table is None or table.is_gone(region.clock.now_us()):
        raise ResourceNotFoundException(
            f"Requested resource not found: ResourcArn: {arn} not found"
        )
    return table


def tag_resource(region: Region, request: Json, _context: Context) -> Json:
    """Add tags to a table, or replace their values."""
    if not request["Tags"]:
        raise ValidationException("Atleast one Tag needs to be provided as Input.")

    def work(transaction: WriteTransaction) -> None:
        table = _tagged_table(region, transaction.catalog, request["ResourceArn"])
        before = table.settings.get("Tags") or {}
        merged = before | tag_map(request["Tags"])
        tag_map([{"Key": key, "Value": value} for key, value in merged.items()])
        transaction.put_table(table.with_settings(Tags=merged))

    region.database.write(work)
    return {}


def untag_resource(region: Region, request: Json, _context: Context) -> Json:
    """Remove tags from a table."""
    if not request["TagKeys"]:
        raise ValidationException("Atleast one Tag Key needs to be provided as Input.")

    def work(transaction: WriteTransaction) -> None:
        table = _tagged_table(region, transaction.catalog, request["ResourceArn"])
        before = table.settings.get("Tags") or {}
        left = {key: value for key, value in before.items() if key not in request["TagKeys"]}
        transaction.put_table(table.with_settings(Tags=left or None))

    region.database.write(work)
    return {}


def list_tags_of_resource(region: Region, request: Json, _context: Context) -> Json:
    """The tags of a table, page by page; NextToken is the last key shown."""
    table = _tagged_table(region, region.database.reload_catalog(), request["ResourceArn"])
    tags = sorted((table.settings.get("Tags") or {}).items())
    token = request.get("NextToken")
    if token is not None:
        tags = [tag for tag in tags if tag[0] > token]
    response: Json = {"Tags": [{"Key": key, "Value": value} for key, value in tags[:_PAGE]]}
    if len(tags) > _PAGE:
        response["NextToken"] = tags[_PAGE - 1][0]
    return response
