"""The keys that a table can be under, as people name them."""

from __future__ import annotations

from collections.abc import Iterable

from engine.client.keys import AWS_MANAGED_ALIAS, TableKey
from engine.client.protocol import Json

AWS_OWNED = "aws-owned"
AWS_MANAGED = "aws-managed"
_MANAGED: Json = {"Enabled": True, "SSEType": "KMS"}


def sse_specification(key: str) -> Json:
    """The SSESpecification of a key: `aws-owned`, `aws-managed`, or an id, an ARN or an alias."""
    if key == AWS_OWNED:
        return {"Enabled": False}
    if key == AWS_MANAGED:
        return _MANAGED
    return _MANAGED | {"KMSMasterKeyId": key}


def key_id_of(key: str) -> str:
    """The id, ARN or alias of a KMS key that is named so."""
    return AWS_MANAGED_ALIAS if key == AWS_MANAGED else key


def tables_by_key(tables: Iterable[TableKey]) -> dict[str, list[str]]:
    """The tables under each KMS key, by its ARN; of one being switched, under both."""
    found: dict[str, list[str]] = {}
    for each in tables:
        arns = {each.arn, None if each.switch is None else each.switch.arn} - {None}
        for arn in arns:
            found.setdefault(str(arn), []).append(each.table)
    return found


def same_key(description: Json) -> Json:
    """What a CreateTable request says of the key that a described table is under."""
    encryption = description.get("SSEDescription")
    if encryption is None:
        return {}
    return {"SSESpecification": sse_specification(encryption["KMSMasterKeyArn"])}
