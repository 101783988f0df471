"""Keys of a key store, as an engine offers them beyond DynamoDB's API.

Times are in microseconds since the epoch. A `key_id` is a key's id, its ARN, the name of an alias
(`alias/…`) or that alias's ARN.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

AWS_MANAGED_ALIAS = "alias/aws/dynamodb"
DELETION_DAYS_MIN = 7
DELETION_DAYS_MAX = 30
MASTER_KINDS = ("file", "passphrase", "environment", "keyring")
"""Where the master key may come from; see `KeyTools.protect`."""

KEY_ACCOUNT = "000000000000"
"""The account in the ARNs of all keys of data folders."""
NO_CONTEXT: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class KeyInfo:
    """A key: `state` is Enabled, Disabled or PendingDeletion, `manager` CUSTOMER or AWS.

    `deletion_us` is when it will be gone, None unless that is scheduled; `rotated_us` are the times
    of its rotations. `unusable_us` is since when it is disabled or to be deleted.
    """

    key_id: str
    arn: str
    description: str
    state: str
    manager: str
    created_us: int
    deletion_us: int | None
    rotated_us: tuple[int, ...]
    aliases: tuple[str, ...]
    unusable_us: int | None = None


@dataclass(frozen=True, slots=True)
class AliasInfo:
    """An alias (`alias/…`) and the id of the key that it means."""

    name: str
    arn: str
    key_id: str
    created_us: int


@dataclass(frozen=True, slots=True)
class DataKey:
    """A new data key: the ARN of the key that wraps it, plain, and as `decrypt` takes it."""

    arn: str
    plain: bytes = field(repr=False)
    ciphertext: bytes


@dataclass(frozen=True, slots=True)
class KeySwitch:
    """A switch of a table to another key: `arn` is the new one (None: AWS owned).

    `done` of `total` stored values (items, index entries and entries of the change log) are
    sealed under it, or opened.
    """

    arn: str | None
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class TableKey:
    """Which key a table is under: `arn` is that of a KMS key, None the AWS owned key.

    `denied` says why nothing of the table can be read or written, None where it can. `switch` is
    there while UpdateTable's change of the key is at work; `arn` is the key from before until then.
    """

    table: str
    arn: str | None
    denied: str | None
    switch: KeySwitch | None


def region_of(arn: str) -> str:
    """The Region of a key's ARN."""
    return arn.split(":")[3]


class KeyTools(Protocol):
    """A Region's key store.

    Calls raise `engine.security.errors.KeyStoreError`, an `ApiError`; and a `FolderError` where the
    store cannot be opened: the master key is missing or wrong, a file is damaged.
    """

    def create(self, description: str = "", alias: str | None = None) -> KeyInfo:
        """Make a customer managed key, with an alias where one is named."""
        ...

    def describe(self, key_id: str) -> KeyInfo:
        """What is known of a key; the key of `alias/aws/dynamodb` is made where it is missing."""
        ...

    def list_keys(self) -> list[KeyInfo]:
        """All keys, the oldest first."""
        ...

    def list_aliases(self, key_id: str | None = None) -> list[AliasInfo]:
        """All aliases, or those of a key, by name."""
        ...

    def create_alias(self, name: str, key_id: str) -> None:
        """Give a key a name, `alias/…`."""
        ...

    def delete_alias(self, name: str) -> None:
        """Take a name away; the key stays."""
        ...

    def enable(self, key_id: str) -> None:
        """Let a key be used again."""
        ...

    def disable(self, key_id: str) -> None:
        """Let a key neither encrypt nor decrypt, until it is enabled again."""
        ...

    def schedule_deletion(self, key_id: str, days: int = DELETION_DAYS_MAX) -> int:
        """Have a key deleted in 7 to 30 days; gives when. Until then it is of no use."""
        ...

    def cancel_deletion(self, key_id: str) -> None:
        """Keep a key after all; it is disabled."""
        ...

    def rotate(self, key_id: str) -> None:
        """Encrypt with new key material from now on; what the old one encrypted still opens."""
        ...

    def generate_data_key(
        self, key_id: str, context: Mapping[str, str] = NO_CONTEXT, byte_count: int = 32
    ) -> DataKey:
        """A new data key of 1 to 1,024 bytes under a key and an encryption context."""
        ...

    def encrypt(self, key_id: str, plain: bytes, context: Mapping[str, str] = NO_CONTEXT) -> bytes:
        """1 to 4,096 bytes, encrypted; the ciphertext names its key."""
        ...

    def decrypt(
        self, ciphertext: bytes, context: Mapping[str, str] = NO_CONTEXT, key_id: str | None = None
    ) -> bytes:
        """What was encrypted under the same context; with `key_id`, by that key only."""
        ...

    def re_encrypt(
        self,
        ciphertext: bytes,
        key_id: str,
        context: Mapping[str, str] = NO_CONTEXT,
        new_context: Mapping[str, str] | None = None,
    ) -> bytes:
        """The same under another key, and under `new_context` unless that is None."""
        ...

    def check(self) -> list[str]:
        """One line per problem: files that others can read or that are damaged, a master key that
        is missing or left over, aliases without a key. Keys under a passphrase that nobody has
        given are not looked at."""
        ...

    def generation(self) -> object:
        """What is another one after each change of the keys, by whichever process; quick to ask."""
        ...

    def let_go(self) -> None:
        """Give back what `generation` holds open; it may be asked again."""
        ...

    @property
    def is_locked(self) -> bool:
        """Whether a passphrase is needed that nobody has given yet."""
        ...

    def unlock(self, passphrase: str) -> None:
        """Give the passphrase; raises `engine.errors.WrongKeyError` where it is another."""
        ...

    @property
    def master_kind(self) -> str:
        """Where the master key comes from, one of `MASTER_KINDS`; `memory` in memory."""
        ...

    def protect(self, kind: str, passphrase: str | None = None) -> None:
        """Take the master key from elsewhere from now on.

        `file`: `keys/master.key`, readable by its owner only. `passphrase`: by scrypt.
        `environment`: 64 hex digits in DYNTUI_MASTER_KEY. `keyring`: the operating system's, with
        the package `keyring`. All Regions of the folder have one master key.
        """
        ...
