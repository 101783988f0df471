"""A Client around a Client: items are sealed before they leave, and opened when they come.

It fails closed: an answer with an item that is not as it was sealed raises an ItemRefusedError, and
what sealed items do not allow is refused before anything is sent. Tables without a protection, and
operations without items, pass through.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from engine.client.methods import OperationMethods
from engine.client.protocol import OWNER, Client, Context, Json
from engine.errors import ConditionalCheckFailedException
from engine.itemcrypto import several
from engine.itemcrypto.answers import opened_at, opened_found
from engine.itemcrypto.errors import SealedOperationError
from engine.itemcrypto.protection import Protection
from engine.itemcrypto.resealing import resealed
from engine.itemcrypto.searches import (
    check_request,
    checked_update,
    search_of,
    table_name,
    whole_items,
)

_STATEMENTS = {"BatchExecuteStatement": "Statements", "ExecuteTransaction": "TransactStatements"}
_TAKEN_WHOLE = ("COUNT", "SPECIFIC_ATTRIBUTES")


class EncryptedClient(OperationMethods):
    """`protections` are by the names of the tables as `client` knows them."""

    def __init__(self, client: Client, protections: Mapping[str, Protection]) -> None:
        self._client = client
        self._protections = dict(protections)
        self._ways: dict[str, Callable[[Json, Context], Json]] = {
            "PutItem": self._put,
            "GetItem": self._get,
            "DeleteItem": self._delete,
            "UpdateItem": self._update,
            "Query": lambda request, context: self._search("Query", request, context),
            "Scan": lambda request, context: self._search("Scan", request, context),
            "BatchGetItem": self._batch_get,
            "BatchWriteItem": self._batch_write,
            "TransactGetItems": self._transact_get,
            "TransactWriteItems": self._transact_write,
        }

    def call(self, operation: str, request: Json, context: Context = OWNER) -> Json:
        """See `Client.call`; also raises `engine.itemcrypto.errors.ItemCryptoError`."""
        self._refuse_statements(operation, request)
        way = self._ways.get(operation)
        if way is None:
            return self._client.call(operation, request, context)
        return way(request, context)

    def protection_of(self, table: Any) -> Protection | None:
        """The protection of a table, by its name or its ARN; None where it has none."""
        return self._protections.get(table_name(table))

    def reseal(
        self,
        table: str,
        key: Json,
        change: Callable[[Json], Json],
        context: Context = OWNER,
    ) -> Json:
        """Read an item, verify and change it, and write it back; gives the new item.

        `change` is given the plain item and gives the one to be written, with the same key. The
        write takes place only if nobody changed the item meanwhile. Raises
        ConditionalCheckFailedException where somebody did, or where there is no item of that key.
        """
        protection = self.protection_of(table)
        if protection is None:
            raise SealedOperationError(f"the table {table} has no protection")
        return resealed(self._client, table, key, change, protection, context, protection.open)

    def _refuse_statements(self, operation: str, request: Json) -> None:
        """PartiQL is not taken apart here: a statement that has the word of a table is refused."""
        if operation == "ExecuteStatement":
            texts = [request.get("Statement")]
        elif operation in _STATEMENTS:
            statements = request.get(_STATEMENTS[operation])
            texts = [one.get("Statement") for one in statements or () if isinstance(one, dict)]
        else:
            return
        for table in self._protections:
            word = re.compile(rf"(?<!\w){re.escape(table)}(?!\w)", re.IGNORECASE)
            if any(isinstance(text, str) and word.search(text) for text in texts):
                raise SealedOperationError(f"PartiQL cannot be used on {table}: it is sealed")

    def _put(self, request: Json, context: Context) -> Json:
        protection = self.protection_of(request.get("TableName"))
        item = request.get("Item")
        if protection is None or not isinstance(item, dict):
            return self._client.call("PutItem", request, context)
        check_request(request, protection)
        sent = request | {"Item": protection.seal(item)}
        key = protection.schema.place.key_of(item)
        return self._write("PutItem", sent, key, protection, context)

    def _delete(self, request: Json, context: Context) -> Json:
        protection = self.protection_of(request.get("TableName"))
        if protection is None:
            return self._client.call("DeleteItem", request, context)
        check_request(request, protection)
        return self._write("DeleteItem", request, request.get("Key"), protection, context)

    def _update(self, request: Json, context: Context) -> Json:
        protection = self.protection_of(request.get("TableName"))
        if protection is None:
            return self._client.call("UpdateItem", request, context)
        check_request(request, protection)
        sent = checked_update(request, protection)
        return self._write("UpdateItem", sent, request.get("Key"), protection, context)

    def _write(
        self, operation: str, request: Json, key: Any, protection: Protection, context: Context
    ) -> Json:
        """Send a write of the item with a key, and open the item that it may give back."""
        try:
            answer = self._client.call(operation, request, context)
        except ConditionalCheckFailedException as error:
            if error.members.get("Item"):
                error.members["Item"] = opened_at(error.members["Item"], [key], protection)
            raise
        # What an update gives of changed attributes alone is unsigned.
        is_part = str(request.get("ReturnValues")).startswith("UPDATED")
        if answer.get("Attributes") and not is_part:
            return answer | {"Attributes": opened_at(answer["Attributes"], [key], protection)}
        return answer

    def _get(self, request: Json, context: Context) -> Json:
        protection = self.protection_of(request.get("TableName"))
        if protection is None:
            return self._client.call("GetItem", request, context)
        check_request(request, protection)
        whole, project = whole_items(request)
        answer = self._client.call("GetItem", whole, context)
        if answer.get("Item"):
            item = opened_at(answer["Item"], [request.get("Key")], protection)
            return answer | {"Item": project(item)}
        return answer

    def _search(self, operation: str, request: Json, context: Context) -> Json:
        protection = self.protection_of(request.get("TableName"))
        if protection is None:
            return self._client.call(operation, request, context)
        check_request(request, protection)
        whole, project = whole_items(request)
        select = whole.get("Select")
        if not _is_of_projection(select, request):
            whole = request
        elif select in _TAKEN_WHOLE:
            whole = {name: value for name, value in whole.items() if name != "Select"}
        search = search_of(whole, protection)
        answer = self._client.call(operation, search.request, context)
        items = opened_found(answer.get("Items", ()), search.request, protection)
        if search.matches is not None:
            items = [item for item in items if search.matches(item)]
        answer = answer | {"Items": [project(item) for item in items], "Count": len(items)}
        if select == "COUNT":
            del answer["Items"]
        return answer

    def _batch_get(self, request: Json, context: Context) -> Json:
        return several.batch_get(self._client, self.protection_of, request, context)

    def _batch_write(self, request: Json, context: Context) -> Json:
        return several.batch_write(self._client, self.protection_of, request, context)

    def _transact_get(self, request: Json, context: Context) -> Json:
        return several.transact_get(self._client, self.protection_of, request, context)

    def _transact_write(self, request: Json, context: Context) -> Json:
        return several.transact_write(self._client, self.protection_of, request, context)


def _is_of_projection(select: Any, request: Json) -> bool:
    """Whether Select goes with there being a projection, or none; else it is sent to be refused."""
    return select is None or (
        (select == "SPECIFIC_ATTRIBUTES") == ("ProjectionExpression" in request)
    )
