"""Making branch keys in a DynamoDB table, and new versions of them.

The rows are those that `branch_table` reads. They are written in one transaction: a branch key is
there whole, or not at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from uuid import UUID, uuid4

from engine.client.protocol import Json
from engine.errors import ResourceInUseException, TransactionCanceledException
from engine.itemcrypto.errors import ItemKeyError
from engine.itemcrypto.keyrings import branch_table as rows
from engine.itemcrypto.keyrings.branch_table import BranchKeyTable
from engine.itemcrypto.keyrings.hierarchy import BranchKey
from engine.itemcrypto.primitives import KEY_BYTES, random_bytes

_CONTEXT_PREFIX = "aws-crypto-ec:"
_FORM: Json = {"N": "1"}


class BranchKeyMaker(BranchKeyTable):
    """A table of branch keys in which new ones are written."""

    def make_table(self) -> bool:
        """Make the table; False where there is one of that name."""
        request = {
            "TableName": self._table,
            "KeySchema": [
                {"AttributeName": rows.ID, "KeyType": "HASH"},
                {"AttributeName": rows.TYPE, "KeyType": "RANGE"},
            ],
            "AttributeDefinitions": [
                {"AttributeName": name, "AttributeType": "S"} for name in (rows.ID, rows.TYPE)
            ],
            "BillingMode": "PAY_PER_REQUEST",
        }
        try:
            self._client.call("CreateTable", request)
        except ResourceInUseException:
            return False
        return True

    def make(
        self, kms_key: str, branch_key_id: str | None = None, context: Mapping[str, str] = {}
    ) -> BranchKey:
        """A new branch key with a beacon key, wrapped under a key of the key store.

        Its id is a UUID unless one is given; `context` are texts that bind it, beside its id.
        Raises ItemKeyError, as where there is one of that id.
        """
        key = BranchKey(branch_key_id or str(uuid4()), uuid4(), random_bytes(KEY_BYTES))
        arn = self._key_store.key_arn(kms_key)
        more = {_CONTEXT_PREFIX + name: text for name, text in context.items()}
        beacon = self._row(key.branch_key_id, rows.BEACON, arn, random_bytes(KEY_BYTES), more)
        puts = [self._new(row) for row in (*self._version_rows(key, arn, more), beacon)]
        self._write(puts, f"the branch key {key.branch_key_id} is there already")
        return key

    def rotate(self, branch_key_id: str) -> BranchKey:
        """A new version, which writes from now on; what older ones wrote still opens.

        Readers that keep keys may write with the old one for as long. Raises ItemKeyError.
        """
        old = self.row(branch_key_id, rows.ACTIVE)
        self.unwrapped(branch_key_id, old)
        texts = {name: rows.text_of(value) for name, value in old.items() if name != rows.WRAPPED}
        more = {n: text for n, text in texts.items() if n.startswith(_CONTEXT_PREFIX)}
        key = BranchKey(branch_key_id, uuid4(), random_bytes(KEY_BYTES))
        version, active = self._version_rows(key, texts[rows.KMS_ARN], more)
        unchanged = {
            "TableName": self._table,
            "Item": active,
            "ConditionExpression": "#w = :w",
            "ExpressionAttributeNames": {"#w": rows.WRAPPED},
            "ExpressionAttributeValues": {":w": old[rows.WRAPPED]},
        }
        self._write(
            [self._new(version), unchanged],
            f"the branch key {branch_key_id} was rotated by somebody else meanwhile",
        )
        return key

    def _version_rows(self, key: BranchKey, arn: str, more: Mapping[str, str]) -> tuple[Json, Json]:
        kind = _version_kind(key.version)
        version = self._row(key.branch_key_id, kind, arn, key.key, more)
        named = {**more, rows.VERSION: kind}
        return version, self._row(key.branch_key_id, rows.ACTIVE, arn, key.key, named)

    def _row(
        self, branch_key_id: str, kind: str, arn: str, key: bytes, more: Mapping[str, str]
    ) -> Json:
        made = datetime.fromtimestamp(self._clock.now_us() / 1_000_000, UTC)
        texts = {
            rows.ID: branch_key_id,
            rows.TYPE: kind,
            rows.MADE: made.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            rows.KMS_ARN: arn,
            **more,
        }
        row: Json = {name: {"S": text} for name, text in texts.items()} | {rows.FORM: _FORM}
        row[rows.WRAPPED] = {
            "B": self._key_store.encrypt(arn, key, rows.context_of(row, self._name))
        }
        return row

    def _new(self, row: Json) -> Json:
        return {
            "TableName": self._table,
            "Item": row,
            "ConditionExpression": "attribute_not_exists(#id)",
            "ExpressionAttributeNames": {"#id": rows.ID},
        }

    def _write(self, puts: list[Json], refusal: str) -> None:
        try:
            self._client.call(
                "TransactWriteItems", {"TransactItems": [{"Put": put} for put in puts]}
            )
        except TransactionCanceledException as error:
            raise ItemKeyError(refusal) from error


def _version_kind(version: UUID) -> str:
    return f"{rows.VERSION_PREFIX}{version}"
