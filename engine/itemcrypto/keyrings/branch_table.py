"""Branch keys kept in a DynamoDB table, each wrapped by a key of a key store.

A row is `branch-key-id` and `type`: `branch:ACTIVE` for the version to write with,
`branch:version:<uuid>` for each version, `beacon:ACTIVE` for the beacon key. `enc` holds the
wrapped 32 bytes, under a context of all other attributes of the row.
"""

from __future__ import annotations

from uuid import UUID

from engine.client.protocol import Client, Json
from engine.clock import SYSTEM_CLOCK, Clock
from engine.itemcrypto.errors import ItemKeyError
from engine.itemcrypto.keyrings.hierarchy import BranchKey
from engine.itemcrypto.keyrings.kms import KeyStore
from engine.itemcrypto.primitives import KEY_BYTES
from engine.itemcrypto.serialisation import binary

ID = "branch-key-id"
TYPE = "type"
WRAPPED = "enc"
KMS_ARN = "kms-arn"
VERSION = "version"
MADE = "create-time"
FORM = "hierarchy-version"
_TABLE_NAME = "tablename"
ACTIVE = "branch:ACTIVE"
VERSION_PREFIX = "branch:version:"
BEACON = "beacon:ACTIVE"
_CACHED_S = 600.0


class BranchKeyTable:
    """The table `table` of a Client; `name` is its logical name, by which its keys are bound.

    What was read is kept for `cached_s` seconds: so long a newer version may go unnoticed.
    """

    def __init__(
        self,
        client: Client,
        table: str,
        name: str,
        key_store: KeyStore,
        *,
        cached_s: float = _CACHED_S,
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        self._client = client
        self._table = table
        self._name = name
        self._key_store = key_store
        self._cached_s = cached_s
        self._clock = clock
        self._cache: dict[tuple[str, str | bytes], tuple[float, BranchKey]] = {}

    def active(self, branch_key_id: str) -> BranchKey:
        """See `BranchKeys.active`."""
        return self._kept(branch_key_id, ACTIVE)

    def version(self, branch_key_id: str, version: bytes) -> BranchKey:
        """See `BranchKeys.version`."""
        return self._kept(branch_key_id, version)

    def beacon_key(self, branch_key_id: str) -> bytes:
        """The key of which beacons' keys are derived, read anew; raises ItemKeyError."""
        return self._unwrapped(branch_key_id, self.row(branch_key_id, BEACON))

    def _kept(self, branch_key_id: str, which: str | bytes) -> BranchKey:
        """The active version, or that of 16 bytes."""
        now_s = self._clock.monotonic_s()
        kept = self._cache.get((branch_key_id, which))
        if kept is not None and now_s - kept[0] < self._cached_s:
            return kept[1]
        kind = f"{VERSION_PREFIX}{UUID(bytes=which)}" if isinstance(which, bytes) else which
        row = self.row(branch_key_id, kind)
        key = self._unwrapped(branch_key_id, row)
        if kind == ACTIVE:
            kind = row.get(VERSION, {}).get("S", "")
        found = BranchKey(branch_key_id, _uuid(kind.removeprefix(VERSION_PREFIX)), key)
        self._cache[branch_key_id, which] = (now_s, found)
        return found

    def _unwrapped(self, branch_key_id: str, row: Json) -> bytes:
        context = context_of(row, self._name)
        try:
            wrapped = binary(row[WRAPPED]["B"])
        except KeyError:
            raise ItemKeyError(f"the branch key {branch_key_id} has no {WRAPPED}") from None
        key = self._key_store.decrypt(context.get(KMS_ARN, ""), wrapped, context)
        if len(key) != KEY_BYTES:
            raise ItemKeyError(f"the branch key {branch_key_id} has {len(key)} bytes")
        return key

    def row(self, branch_key_id: str, kind: str) -> Json:
        """A row as it is stored; raises ItemKeyError where there is none."""
        key = {ID: {"S": branch_key_id}, TYPE: {"S": kind}}
        request = {"TableName": self._table, "Key": key, "ConsistentRead": True}
        row: Json | None = self._client.call("GetItem", request).get("Item")
        if not row:
            raise ItemKeyError(f"the branch key {branch_key_id} has no {kind} in {self._table}")
        return row


def context_of(row: Json, name: str) -> dict[str, str]:
    """What binds the wrapped key of a row: its other attributes, and the table's logical name."""
    texts = {name: text_of(value) for name, value in row.items() if name != WRAPPED}
    return texts | {_TABLE_NAME: name}


def text_of(value: Json) -> str:
    """An attribute of a row as text."""
    [content] = value.values()
    return str(content)


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise ItemKeyError(f"{text!r} is no version of a branch key") from None
