"""Requests about several items: batches and transactions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.client.protocol import Client, Context, Json
from engine.errors import TransactionCanceledException
from engine.itemcrypto.answers import opened_at
from engine.itemcrypto.protection import Protection
from engine.itemcrypto.searches import check_request, checked_update, table_name, whole_items
from engine.model.values import normalise_item

Protections = Callable[[Any], Protection | None]


def batch_get(client: Client, protections: Protections, request: Json, context: Context) -> Json:
    """BatchGetItem: whole items are asked for, and opened."""
    asked = request.get("RequestItems")
    if not isinstance(asked, dict):
        return client.call("BatchGetItem", request, context)
    sent: Json = {}
    projections: dict[str, Callable[[Json], Json]] = {}
    for table, part in asked.items():
        sent[table] = part
        protection = protections(table)
        if protection is not None and isinstance(part, dict):
            check_request(part, protection)
            sent[table], projections[table_name(table)] = whole_items(part)
    answer = client.call("BatchGetItem", request | {"RequestItems": sent}, context)
    responses = {}
    for table, items in answer.get("Responses", {}).items():
        protection = protections(table)
        if protection is not None:
            project = projections[table_name(table)]
            keys = asked[table]["Keys"] if table in asked else ()
            items = [project(opened_at(item, keys, protection)) for item in items]
        responses[table] = items
    unread = {
        table: asked.get(table, part) | {"Keys": part["Keys"]}
        for table, part in answer.get("UnprocessedKeys", {}).items()
    }
    return answer | {"Responses": responses, "UnprocessedKeys": unread}


def batch_write(client: Client, protections: Protections, request: Json, context: Context) -> Json:
    """BatchWriteItem: items are sealed; what was not written comes back as it was given."""
    asked = request.get("RequestItems")
    if not isinstance(asked, dict):
        return client.call("BatchWriteItem", request, context)
    sent: Json = {}
    plain: dict[tuple[str, str], Json] = {}
    for table, writes in asked.items():
        protection = protections(table)
        if protection is None or not isinstance(writes, list):
            sent[table] = writes
            continue
        sent[table] = []
        for write in writes:
            item = _put_item(write)
            if item is not None:
                plain[table_name(table), _key_text(protection, item)] = item
                write = {"PutRequest": {"Item": protection.seal(item)}}
            sent[table].append(write)
    answer = client.call("BatchWriteItem", request | {"RequestItems": sent}, context)
    unwritten = {
        table: [_as_given(write, table, protections(table), plain) for write in writes]
        for table, writes in answer.get("UnprocessedItems", {}).items()
    }
    return answer | {"UnprocessedItems": unwritten}


def _put_item(write: Any) -> Json | None:
    put = write.get("PutRequest") if isinstance(write, dict) else None
    item = put.get("Item") if isinstance(put, dict) else None
    return item if isinstance(item, dict) else None


def _as_given(
    write: Json, table: str, protection: Protection | None, plain: dict[tuple[str, str], Json]
) -> Json:
    item = _put_item(write)
    if protection is None or item is None:
        return write
    return {"PutRequest": {"Item": plain[table_name(table), _key_text(protection, item)]}}


def _key_text(protection: Protection, item: Json) -> str:
    """What equal keys have in common."""
    key, _ = normalise_item(protection.schema.place.key_of(item))
    return repr(sorted(key.items()))


def transact_get(client: Client, protections: Protections, request: Json, context: Context) -> Json:
    """TransactGetItems: whole items are asked for, and opened."""
    asked = request.get("TransactItems")
    if not isinstance(asked, list):
        return client.call("TransactGetItems", request, context)
    sent = []
    ways: list[Callable[[Json], Json]] = []
    for action in asked:
        get = action.get("Get") if isinstance(action, dict) else None
        protection = protections(get.get("TableName")) if isinstance(get, dict) else None
        if protection is None or get is None:
            sent.append(action)
            ways.append(lambda item: item)
            continue
        check_request(get, protection)
        whole, project = whole_items(get)
        sent.append({"Get": whole})
        ways.append(_opening(protection, project, get.get("Key")))
    answer = client.call("TransactGetItems", request | {"TransactItems": sent}, context)
    responses = [
        response | {"Item": way(response["Item"])} if response.get("Item") else response
        for response, way in zip(answer["Responses"], ways, strict=True)
    ]
    return answer | {"Responses": responses}


def _opening(
    protection: Protection, project: Callable[[Json], Json], key: Any
) -> Callable[[Json], Json]:
    return lambda item: project(opened_at(item, [key], protection))


def transact_write(
    client: Client, protections: Protections, request: Json, context: Context
) -> Json:
    """TransactWriteItems: items are sealed, conditions and updates are checked."""
    asked = request.get("TransactItems")
    if not isinstance(asked, list):
        return client.call("TransactWriteItems", request, context)
    sent = [_sealed_action(action, protections) for action in asked]
    try:
        return client.call("TransactWriteItems", request | {"TransactItems": sent}, context)
    except TransactionCanceledException as error:
        reasons = error.members.get("CancellationReasons", ())
        for action, reason in zip(asked, reasons, strict=False):
            protection = _protection_of(action, protections)
            if protection is not None and reason.get("Item"):
                key = _key_of_action(action, protection)
                reason["Item"] = opened_at(reason["Item"], [key], protection)
        raise


def _protection_of(action: Any, protections: Protections) -> Protection | None:
    if not isinstance(action, dict) or len(action) != 1:
        return None
    [part] = action.values()
    return protections(part.get("TableName")) if isinstance(part, dict) else None


def _key_of_action(action: Json, protection: Protection) -> Any:
    [part] = action.values()
    return part.get("Key", protection.schema.place.key_of(part.get("Item", {})))


def _sealed_action(action: Any, protections: Protections) -> Any:
    protection = _protection_of(action, protections)
    if protection is None:
        return action
    [(kind, part)] = action.items()
    check_request(part, protection)
    if kind == "Update":
        return {kind: checked_update(part, protection)}
    if kind == "Put" and isinstance(part.get("Item"), dict):
        return {kind: part | {"Item": protection.seal(part["Item"])}}
    return action
