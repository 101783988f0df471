"""A table of orders, and engines that answer as they are told."""

from __future__ import annotations

from typing import Any

from engine import Engine

TABLE = "orders"
DEFINITION: dict[str, Any] = {
    "TableName": TABLE,
    "AttributeDefinitions": [
        {"AttributeName": "customer", "AttributeType": "S"},
        {"AttributeName": "placed", "AttributeType": "N"},
    ],
    "KeySchema": [
        {"AttributeName": "customer", "KeyType": "HASH"},
        {"AttributeName": "placed", "KeyType": "RANGE"},
    ],
    "BillingMode": "PAY_PER_REQUEST",
}


def key(customer: str = "ada", placed: int = 1) -> dict[str, Any]:
    """The key of an order."""
    return {"customer": {"S": customer}, "placed": {"N": str(placed)}}


class FailingEngine(Engine):
    """An engine that gives the same error to every request."""

    region = "us-east-1"

    def __init__(self, error: Exception) -> None:
        self._error = error

    def call_wire(self, *_: Any) -> bytes:
        """Fail."""
        raise self._error


def code_of(error: Exception) -> str:
    """The code of an error of botocore's."""
    response: dict[str, Any] = getattr(error, "response", {})
    return str(response.get("Error", {}).get("Code", ""))
