"""TagResource, UntagResource, ListTagsOfResource."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence, Sized

from engine.client.protocol import Context, Json
from engine.errors import ResourceNotFoundException, ValidationException
from engine.operations.region import Region
from engine.storage.catalog import Catalog, Table
from engine.storage.transaction import WriteTransaction

TAGS_MAX = 50
_PAGE = 10

_KEY_MAX = 128
_VALUE_MAX = 256
# Letters, digits and spaces of any script, and these signs; checked where a text is not plain.
_SIGNS = frozenset("+-=._:/@")
_PLAIN = re.compile(r"[a-zA-Z0-9 +\-=._:/@]*").fullmatch
_ALLOWED_CATEGORIES = frozenset("LNZ")


def tag_map(tags: Sequence[Json]) -> dict[str, str]:
    """Tags by key; raises where they are not what tags can be, or too many."""
    named: dict[str, str] = {}
    for tag in tags:
        key = _right_key(tag.get("Key"))
        value = tag.get("Value")
        if value is None or len(value) > _VALUE_MAX or not _is_tag_text(value):
            raise ValidationException(
                f"The Tag Value provided is invalid, Value: {'null' if value is None else value}"
            )
        if key in named:
            raise ValidationException(
                f"Duplicate Tag Keys provided as input: Duplicate Tag Key found {key}"
            )
        if key.startswith("aws:"):
            raise ValidationException(f"Tag Key cannot be prefixed with aws:, Key: {key}")
        named[key] = value
    _check_count(named)
    return named


def _right_key(key: str | None) -> str:
    if not key or len(key) > _KEY_MAX or not _is_tag_text(key):
        raise ValidationException(
            f"The Tag Key provided is invalid, Key: {'null' if key is None else key}"
        )
    return key


def _is_tag_text(text: str) -> bool:
    return _PLAIN(text) is not None or all(
        character in _SIGNS or unicodedata.category(character)[0] in _ALLOWED_CATEGORIES
        for character in text
    )


def _check_count(tags: Sized) -> None:
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
    for key in request["TagKeys"]:
        _right_key(key)
    _check_count(request["TagKeys"])

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
