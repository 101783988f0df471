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
    """Tags by key; raises where they are not what tags can be, or too many."""
    named: dict[str, str] = {}
    for tag in tags:
        key = tag["Key"]
        if key in named:
            raise ValidationException(
                f"Duplicate Tag Keys provided as input: Duplicate Tag Key found {key}"
            )
        if key.startswith("aws:"):
            raise ValidationException(f"Tag Key cannot be prefixed with aws:, Key: {key}")
        named[key] = tag["Value"]
    _check_count(named)
    return named


def _check_count(tags: dict[str, str]) -> None:
    if len(tags) > TAGS_MAX:
        raise ValidationException(
            "Number of Tags exceed the current limit for the provided ResourceArn"
        )


def _tagged_table(region: Region, catalog: Catalog, arn: str) -> Table:
    """The table of a ResourceArn (E200, E203)."""
    if not arn.startswith("arn:"):
        raise ValidationException(
            f"One or more parameter values were invalid: ARNs must start with 'arn:': {arn}"
        )
    prefix = region.table_arn("")
    if not arn.startswith(prefix):
        raise ValidationException(f"Invalid TableArn: Invalid ResourceArn provided as input {arn}")
    if "/index/" in arn:
        raise ValidationException(
            "One or more parameter values were invalid: Invalid resource arn provided, only table "
            f"or stream is accepted. Provided resource arn: {arn}"
        )
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
    given = tag_map(request["Tags"])

    def work(transaction: WriteTransaction) -> None:
        table = _tagged_table(region, transaction.catalog, request["ResourceArn"])
        before = table.settings.get("Tags") or {}
        merged = before | given
        _check_count(merged)
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
