"""What exports and imports have in common: their ids, their tokens, their lists."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import orjson

from engine.client.protocol import Json
from engine.errors import ApiError
from engine.operations.region import Region
from engine.storage.transaction import WriteTransaction
from engine.storage.transfers import Transfer

TOKEN_US = 8 * 3_600_000_000
"""How long a client token is valid."""

LISTED_MAX = 25


def digest(request: Json) -> str:
    """What tells requests with the same token apart."""
    told = {name: value for name, value in request.items() if name != "ClientToken"}
    return hashlib.sha256(orjson.dumps(told, option=orjson.OPT_SORT_KEYS)).hexdigest()


def begun_with(
    transaction: WriteTransaction, kind: str, request: Json, conflict: type[ApiError]
) -> Transfer | None:
    """The transfer that the token of a request has begun; raises `conflict` if by another one."""
    token = request.get("ClientToken")
    if token is None:
        return None
    since_us = transaction.stamp_us - TOKEN_US
    for transfer in transaction.transfers(kind):
        if transfer.state.get("ClientToken") == token and transfer.created_us > since_us:
            if transfer.state["Digest"] != digest(request):
                raise conflict(
                    f"{kind.title()} with the same client token but different parameters exists"
                )
            return transfer
    return None


def find(region: Region, kind: str, arn: str) -> Transfer | None:
    """The transfer of an ARN `<table ARN>/<kind>/<id>`; None where there is none."""
    table_arn, _, transfer_id = arn.rpartition(f"/{kind}/")
    transfer = region.database.read(lambda reader, _: reader.transfer(transfer_id))
    if transfer is None or transfer.kind != kind or transfer.state["TableArn"] != table_arn:
        return None
    return transfer


def page(
    region: Region,
    kind: str,
    request: Json,
    limit: int | None,
    summary: Callable[[Transfer], Json],
) -> tuple[list[Json], str | None]:
    """A page of the list of transfers, the newest first, and the token of the next."""
    arn = request.get("TableArn")
    name = None if arn is None else region.table_name(arn)
    before = request.get("NextToken")
    found = [
        transfer
        for transfer in region.database.read(lambda reader, _: reader.transfers(kind))
        if name in (None, transfer.subject) and (before is None or transfer.id < before)
    ]
    count = limit or LISTED_MAX
    following = found[count - 1].id if len(found) > count else None
    return [summary(transfer) for transfer in found[:count]], following


def described(state: Json) -> Json:
    """A state as the API shows it: without what is ours."""
    return {name: value for name, value in state.items() if name not in _OWN and value is not None}


_OWN = frozenset({"Digest"})
